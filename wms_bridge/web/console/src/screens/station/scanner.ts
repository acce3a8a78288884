/**
 * A scanner is a keyboard that types fast and ends with Enter. Its keys are taken wherever the focus
 * is, except in fields; keys of a person are let through a moment later.
 */
import { FNC1 } from "./gs1";

/** Two keys of a scanner are at most so far apart; those of a person hardly ever four times. */
export const GAP_MS = 100;
export const LEAST = 4;

/** Takes keys one by one. No DOM, no clock. */
export class Keys {
  private text = "";
  private at_ms = -Infinity;

  /** A character that was typed. */
  add(character: string, at_ms: number): void {
    if (at_ms - this.at_ms > GAP_MS) this.text = "";
    this.text += character;
    this.at_ms = at_ms;
  }

  /** What was scanned, if Enter ends a code; nothing is left then. */
  end(at_ms: number): string | null {
    const text = at_ms - this.at_ms <= GAP_MS ? this.text : "";
    this.clear();
    return text.length >= LEAST ? text : null;
  }

  /** The one key of a person that nothing has followed; nothing is left then. */
  alone(): string | null {
    const text = this.text;
    this.clear();
    return text.length === 1 ? text : null;
  }

  private clear(): void {
    this.text = "";
    this.at_ms = -Infinity;
  }
}

export interface Taken {
  onScan: (text: string) => void;
  /** A key of a person: a character, `Enter` (with the focus on nothing that can be pressed),
   * `Backspace` or `Escape`. */
  onKey: (key: string) => void;
}

/** Listens until the function returned is called. */
export function listen(taken: Taken): () => void {
  const keys = new Keys();
  const ours = new WeakSet<Event>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const pass = () => {
    const key = keys.alone();
    if (key === null) return;
    const again = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    ours.add(again);
    // Shortcuts of the shell first; what nobody takes is for the station.
    if ((document.activeElement ?? document.body).dispatchEvent(again)) taken.onKey(key);
  };
  const take = (event: KeyboardEvent) => {
    if (ours.has(event) || inField(event.target)) return;
    const character = characterOf(event);
    if (character !== null) {
      clearTimeout(timer);
      keys.add(character, event.timeStamp);
      timer = setTimeout(pass, GAP_MS);
      stop(event);
      return;
    }
    if (event.key === "Enter") {
      clearTimeout(timer);
      const text = keys.end(event.timeStamp);
      if (text !== null) {
        stop(event);
        taken.onScan(text);
      } else if (!onControl(event.target) && !event.repeat) {
        stop(event);
        taken.onKey("Enter");
      }
    } else if (["Backspace", "Escape"].includes(event.key) && !dialogOpen()) {
      taken.onKey(event.key);
    }
  };
  addEventListener("keydown", take, true);
  return () => {
    clearTimeout(timer);
    removeEventListener("keydown", take, true);
  };
}

function characterOf(event: KeyboardEvent): string | null {
  if (event.ctrlKey && event.key === "]") return FNC1;
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return null;
  // A blank presses what has the focus.
  if (event.key === " " && onControl(event.target)) return null;
  return event.key;
}

function stop(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function inField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, select, textarea");
}

function onControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("a, button, summary, [role=tab]") !== null;
}

function dialogOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}
