/** One of a few, as a list that drops down. */
import { useId } from "preact/hooks";

interface Props<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; text: string }[];
  onValue: (value: Value) => void;
}

export function Choice<Value extends string>({ label, value, options, onValue }: Props<Value>) {
  const id = useId();
  const chosen = (text: string) => options.find((one) => one.value === text)?.value ?? value;
  return (
    <div class="choice">
      <label for={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => onValue(chosen(event.currentTarget.value))}
      >
        {options.map((one) => (
          <option key={one.value} value={one.value} selected={one.value === value}>
            {one.text}
          </option>
        ))}
      </select>
    </div>
  );
}
