/** Short messages: heard at once if they are bad, seen until they are closed or, if good, 6 s. */
import { signal } from "@preact/signals";

import { t } from "../i18n/words";
import { Button } from "./Button";

interface Message {
  key: number;
  text: string;
  bad: boolean;
}

const STAYS_MS = 6000;
const messages = signal<readonly Message[]>([]);
let last = 0;

/** Tells that something was done. */
export function tell(text: string): void {
  const key = add(text, false);
  setTimeout(() => close(key), STAYS_MS);
}

/** Tells that something went wrong; it stays until it is closed. */
export function warn(text: string): void {
  add(text, true);
}

function add(text: string, bad: boolean): number {
  last += 1;
  messages.value = [...messages.value, { key: last, text, bad }];
  return last;
}

function close(key: number): void {
  messages.value = messages.value.filter((one) => one.key !== key);
}

/** Where messages stand; once in the shell. */
export function Toasts() {
  const shown = messages.value;
  return (
    <div class="toasts">
      {[false, true].map((bad) => (
        <div key={String(bad)} role={bad ? "alert" : "status"}>
          {shown
            .filter((one) => one.bad === bad)
            .map((one) => (
              <p key={one.key} class={bad ? "toast toast-bad" : "toast"}>
                <span>{one.text}</span>
                <Button kind="quiet" label={t("shell.close")} onClick={() => close(one.key)}>
                  <span aria-hidden="true">{"✕"}</span>
                </Button>
              </p>
            ))}
        </div>
      ))}
    </div>
  );
}
