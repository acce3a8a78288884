/** The items of the stream that a page shows: newest first, each once, not too many. */
import type { Schema } from "../../api/client";

export type Item = Schema["StreamItemOut"];
export type Kind = Item["kind"];
export const KINDS: readonly Kind[] = [
  "event",
  "alarm",
  "count",
  "wms_in",
  "wms_out",
  "policy",
  "act",
];
/** Rows kept in the page; older ones are asked for again. */
export const MOST_SHOWN = 1000;

export interface Shown {
  /** The newest first. */
  items: readonly Item[];
  /** The place before the oldest shown, and the one behind the newest. */
  first: string;
  last: string;
  /** Whether there is more before. */
  more: boolean;
}

/** What is shown once newer items (the oldest first) have come up to the place `last`. */
export function withNewer(shown: Shown, items: readonly Item[], last: string): Shown {
  const joined = [...[...items].reverse(), ...shown.items];
  const cut = joined.length > MOST_SHOWN;
  return {
    ...shown,
    last,
    items: cut ? joined.slice(0, MOST_SHOWN) : joined,
    // Cut off: where the older ones begin is not known any more, so they are not offered.
    more: cut ? false : shown.more,
  };
}

/** What is shown once older items (the oldest first) have come from the place `first`. */
export function withOlder(
  shown: Shown,
  items: readonly Item[],
  first: string,
  more: boolean,
): Shown {
  return { ...shown, first, more, items: [...shown.items, ...[...items].reverse()] };
}

/** A name that no other item has. */
export function keyOf(item: Item): string {
  return `${item.kind}/${item.number}`;
}
