/**
 * Keyboard shortcuts: those of the shell and those of the screen that is shown.
 *
 * A shortcut is one key, or two after each other (`g f`). None acts while somebody types, or while
 * a dialog is open; `?` lists them all. No shortcut changes anything on the floor: those are buttons.
 */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export interface Shortcut {
  /** As in `KeyboardEvent.key`; two keys with a blank between them. */
  keys: string;
  /** What it does, as a key of words. */
  words: string;
  run: () => void;
}

const WITHIN_MS = 1200;
/** All shortcuts in force, the latest last. */
export const shortcuts = signal<readonly Shortcut[]>([]);
let first = { key: "", at_ms: 0 };

/** Has shortcuts as long as a component is shown. */
export function useShortcuts(own: readonly Shortcut[]): void {
  useEffect(() => {
    shortcuts.value = [...shortcuts.value, ...own];
    return () => {
      shortcuts.value = shortcuts.value.filter((one) => !own.includes(one));
    };
  }, []);
}

/** Listens to the keyboard from now on. */
export function startShortcuts(): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || busy()) return;
    const found = match(shortcuts.value, first, event.key, event.timeStamp);
    first = { key: event.key, at_ms: event.timeStamp };
    if (!found) return;
    event.preventDefault();
    first = { key: "", at_ms: 0 };
    found.run();
  });
}

/** The shortcut that a key completes; `before` is the key before it. */
export function match(
  known: readonly Shortcut[],
  before: { key: string; at_ms: number },
  key: string,
  at_ms: number,
): Shortcut | undefined {
  const both = at_ms - before.at_ms <= WITHIN_MS ? `${before.key} ${key}` : "";
  const last = [...known].reverse();
  return last.find((one) => one.keys === both) ?? last.find((one) => one.keys === key);
}

function busy(): boolean {
  const at = document.activeElement;
  const types =
    at instanceof HTMLElement && (at.matches("input, select, textarea") || at.isContentEditable);
  return types || document.querySelector("dialog[open]") !== null;
}
