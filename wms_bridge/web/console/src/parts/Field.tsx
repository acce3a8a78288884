/** A labelled field; what is wrong with it is said beside it and heard with it. */
import { useId } from "preact/hooks";

interface Props {
  label: string;
  value: string;
  onValue: (value: string) => void;
  /** What is wrong, if something is. */
  wrong?: string;
  type?: "text" | "password" | "number";
  autocomplete?: string;
  /** Which keys a tablet shows. */
  inputMode?: "text" | "numeric" | "decimal";
  maxLength?: number;
  required?: boolean;
  /** Whether a dialog begins here, instead of at the button that closes it. */
  first?: boolean;
}

export function Field(props: Props) {
  const { label, value, onValue, wrong, type = "text", autocomplete = "off", ...rest } = props;
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        // Its kinds differ only in roles, which none of ours is given.
        type={type as "text"}
        value={value}
        autocomplete={autocomplete}
        required={rest.required ?? false}
        autofocus={rest.first ?? false}
        maxLength={rest.maxLength ?? 1000}
        inputMode={rest.inputMode ?? "text"}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      {wrong && (
        <p class="field-wrong" id={`${id}-wrong`}>
          {wrong}
        </p>
      )}
    </div>
  );
}
