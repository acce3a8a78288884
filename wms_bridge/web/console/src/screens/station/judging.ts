/** What a scan means for the instruction in hand, and what has been taken so far. No DOM, no clock. */
import type { Schema } from "../../api/client";
import { readCode } from "./gs1";

export type Instruction = Schema["Instruction"];
/** The text of a label that confirms, for work without hands on the keyboard. */
export const CONFIRM = "CONFIRM";

export interface Progress {
  /** The slot or the article was scanned, and right. */
  checked: boolean;
  /** Pieces scanned, if each is. */
  scanned: number;
  /** Digits typed; "" for none. */
  typed: string;
  serials: readonly string[];
  lot: string;
}

export const NOTHING: Progress = { checked: false, scanned: 0, typed: "", serials: [], lot: "" };

/** Why a scan is refused; the words are `station.wrong.<reason>`. */
export type Wrong = "slot" | "place" | "article" | "twice" | "more" | "nothing";
export type Judged =
  | { verdict: "taken"; progress: Progress }
  | { verdict: "confirm"; progress: Progress }
  | { verdict: "wrong"; why: Wrong };

interface Ways {
  station: string;
  /** Whether each scan of the article counts one piece. */
  each: boolean;
}

/** Judges a scan. `instruction` is null while there is nothing to do. */
export function judge(
  text: string,
  instruction: Instruction | null,
  progress: Progress,
  { station, each }: Ways,
): Judged {
  if (!instruction) return wrong("nothing");
  const code = readCode(text);
  if (code.text.toUpperCase() === CONFIRM) return { verdict: "confirm", progress };
  if (same(code.text, instruction.slot.slot)) return taken({ ...progress, checked: true });
  if (isSlot(code.text)) return wrong("slot");
  const place = placeOf(code.text, station);
  if (place !== null) {
    return place === instruction.place ? { verdict: "confirm", progress } : wrong("place");
  }
  const { article } = instruction;
  const right = code.gtin ? article.gtins.includes(code.gtin) : same(code.text, article.sku);
  if (!right && !same(code.text, article.sku)) return wrong("article");
  const serial = code.serial ? `(01)${code.gtin}(21)${code.serial}` : "";
  if (serial && progress.serials.includes(serial)) return wrong("twice");
  const counts = each || serial !== "";
  const scanned = progress.scanned + (counts ? 1 : 0);
  if (instruction.quantity !== null && scanned > instruction.quantity) return wrong("more");
  return taken({
    ...progress,
    checked: true,
    scanned,
    serials: serial ? [...progress.serials, serial] : progress.serials,
    lot: code.lot ?? progress.lot,
  });
}

/** A key of a person: digits are a quantity, Backspace takes the last one back, Escape all. */
export function typed(progress: Progress, key: string): Progress {
  if (/^\d$/.test(key)) return { ...progress, typed: (progress.typed + key).slice(-6) };
  if (key === "Backspace") return { ...progress, typed: progress.typed.slice(0, -1) };
  return key === "Escape" ? { ...progress, typed: "" } : progress;
}

/** How many pieces stand to be confirmed; null for a count of which nothing was entered. */
export function quantityOf(instruction: Instruction, progress: Progress): number | null {
  if (progress.typed !== "") return Number(progress.typed);
  return progress.scanned > 0 ? progress.scanned : instruction.quantity;
}

function taken(progress: Progress): Judged {
  return { verdict: "taken", progress };
}

function wrong(why: Wrong): Judged {
  return { verdict: "wrong", why };
}

function same(a: string, b: string): boolean {
  return a.toUpperCase() === b.toUpperCase();
}

function isSlot(text: string): boolean {
  return /^[^/]+\/[^/]+\/\d+\/\d+$/.test(text);
}

/** A label of the put wall: `<station>/<place>`. */
function placeOf(text: string, station: string): number | null {
  const [where, place, more] = text.split("/");
  const fits = where !== undefined && same(where, station) && more === undefined;
  return fits && /^\d+$/.test(place ?? "") ? Number(place) : null;
}
