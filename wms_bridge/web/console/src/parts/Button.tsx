/** A button that says what it does; `kind` says how much weight it has. */
import type { ButtonHTMLAttributes, ComponentChildren } from "preact";

interface Props extends Omit<ButtonHTMLAttributes, "label" | "type" | "disabled" | "role"> {
  kind?: "plain" | "main" | "danger" | "quiet";
  /** Pressed or not, for buttons that stay down. */
  pressed?: boolean;
  /** What is heard instead of the content, for buttons that show only a sign. */
  label?: string;
  disabled?: boolean;
  type?: "button" | "submit";
  children?: ComponentChildren;
}

export function Button({ kind = "plain", pressed, label, type = "button", ...rest }: Props) {
  return (
    <button
      {...rest}
      type={type}
      class={`button button-${kind}`}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
    />
  );
}
