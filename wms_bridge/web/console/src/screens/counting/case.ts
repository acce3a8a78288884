/** Cases of counts: what was found, what is at stake, which comes first. No DOM. */
import type { Schema } from "../../api/client";

export type Case = Schema["CaseSummary"];
export type Details = Schema["CaseWithHistory"];
export type Action = Schema["CaseAction"];
export const ACTIONS: readonly Action[] = ["approve", "recount", "reject"];
/** What the queue is sorted by. */
export type Sort = "value" | "age" | "probability";
export const SORTS: readonly Sort[] = ["value", "age", "probability"];
const OPEN = ["rescan", "count", "second_count", "approve"];

/** Whether something is still to be done about a case. */
export function isOpen(given: Case): boolean {
  return OPEN.includes(given.status);
}

/** Whether a supervisor has to decide it. */
export function isToDecide(given: Case): boolean {
  return given.status === "approve";
}

/** What was found, or null if pieces moved meanwhile. What a case was decided on stands. */
export function foundIn(given: Case): number | null {
  if (given.difference !== 0 || given.status === "confirmed") {
    return given.booked + given.difference;
  }
  return given.sound ? given.found : null;
}

/** Pieces found more (or less) than booked; 0 if not known. */
export function differenceOf(given: Case): number {
  return (foundIn(given) ?? given.booked) - given.booked;
}

/** Worth of the difference in the currency of the site; null where no value of a piece is known. */
export function stakeOf(given: Case): number | null {
  return given.piece_value > 0 ? Math.abs(differenceOf(given)) * given.piece_value : null;
}

/** Cases in order; the dearest, the oldest or the surest first. Without a value pieces count. */
export function sorted(cases: readonly Case[], by: Sort): Case[] {
  const weight: Record<Sort, (one: Case) => readonly number[]> = {
    value: (one) => [stakeOf(one) ?? 0, Math.abs(differenceOf(one))],
    age: (one) => [-one.opened_ms],
    probability: (one) => [one.probability],
  };
  const of = weight[by];
  return [...cases].sort((a, b) => {
    const [first, second] = [of(a), of(b)];
    const at = first.findIndex((value, place) => value !== second[place]);
    return at < 0 ? a.number - b.number : (second[at] ?? 0) - (first[at] ?? 0);
  });
}

export interface Place {
  pod: string;
  face: string;
  level: string;
  column: string;
}

/** Pod, face, level and column of a slot. */
export function placeOf(slot: string): Place {
  const [pod = slot, face = "", level = "", column = ""] = slot.split("/");
  return { pod, face, level, column };
}

/** -3 -> "−3", 2 -> "+2", 0 -> "±0". */
export function signed(pieces: number): string {
  const sign = pieces > 0 ? "+" : pieces < 0 ? "−" : "±";
  return `${sign}${Math.abs(pieces)}`;
}

/** What the books of the slot would be after an approval; `now` is what they are. */
export function booksAfter(given: Case, now: number): number {
  return given.reason === "mismatch_class" ? (foundIn(given) ?? now) : now + differenceOf(given);
}

/** All evidence of a case with the time by which it was gathered, the newest first. */
export function evidenceOf(given: Details): { sha256: string; until_ms: number }[] {
  const until = new Map<string, number>();
  const seen = [...given.counts, given].sort((a, b) => a.until_ms - b.until_ms);
  for (const count of seen) {
    for (const sha256 of count.evidence) {
      if (!until.has(sha256)) until.set(sha256, count.until_ms);
    }
  }
  return [...until].map(([sha256, until_ms]) => ({ sha256, until_ms })).reverse();
}
