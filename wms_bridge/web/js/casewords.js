/** Cases of counts in plain words. `given` is a case as `/v1/counts` tells it. */

import { whole, words } from "./format.js";

const STEPS = {
  rescan: "A robot looks again",
  count: "A person counts",
  second_count: "A second person counts",
  approve: "To decide",
  confirmed: "As booked",
};

const REASONS = {
  as_booked: "Found as booked",
  moved_meanwhile: "Pieces moved while it was looked at",
  unsure: "The evidence is not certain",
  one_kind: "Certain, but by one kind of evidence only",
  open_tasks: "Picks or puts of the slot are under way",
  value: "Too much is at stake to be booked by itself",
  disagreement: "People counted neither what the books nor what the sensors say",
  mismatch_quantity: "Other than booked, and certain",
  mismatch_class: "Another SKU than booked lies there",
  impossible: "By what moved since, the slot cannot hold this",
};

const OPEN = new Set(["rescan", "count", "second_count", "approve"]);

/** Whether something is still to be done. */
export const isOpen = ({ status }) => OPEN.has(status);

/** Whether a supervisor has to decide. */
export const isToDecide = ({ status }) => status === "approve";

export const stepWords = ({ status }) => STEPS[status] ?? words(status);
export const reasonWords = ({ reason }) => REASONS[reason] ?? words(reason);

/** `{pod, face, level, column}` of the slot. */
export function placeOf({ slot }) {
  const [pod, face, level, column] = String(slot).split("/");
  return { pod, face, level, column };
}

/** What was found, or null if pieces moved meanwhile. What a case was decided on stands. */
export function foundIn(given) {
  if (given.difference || given.status === "confirmed") return given.booked + given.difference;
  return given.sound ? given.found : null;
}

/** Pieces found more (or less) than booked; 0 if not known. */
export function differenceOf(given) {
  const found = foundIn(given);
  return found === null ? 0 : found - given.booked;
}

/** Worth of the difference, in the currency of the site. */
export const stakeOf = (given) => Math.abs(differenceOf(given)) * given.piece_value;

/** -3 -> "−3", 2 -> "+2", 0 -> "±0". */
export function signed(pieces) {
  const sign = pieces > 0 ? "+" : pieces < 0 ? "−" : "±";
  return `${sign}${whole(Math.abs(pieces))}`;
}

/** "10 → 7 (−3)", or "10 → ?" if not known. */
export function changeWords(given) {
  const found = foundIn(given);
  const booked = whole(given.booked);
  return found === null ? `${booked} → ?` : `${booked} → ${whole(found)} (${signed(differenceOf(given))})`;
}

/** When a case was closed, or since when it is open. */
export const sinceOf = (given) => (isOpen(given) ? given.opened_ms : given.settled_ms ?? given.changed_ms);
