/** What is chosen on the floor; it stands in the address, so that it can be sent to a colleague. */
import { computed } from "@preact/signals";

import { address, setQuery } from "../../routes/router";
import { KINDS, type Thing } from "./things";

export const chosen = computed<Thing | null>(() => {
  const { query } = address.value;
  for (const kind of KINDS) {
    const id = query[kind];
    if (id) return { kind, id };
  }
  return null;
});

/** Chooses a thing, or nothing. */
export function choose(thing: Thing | null): void {
  const none = Object.fromEntries(KINDS.map((kind) => [kind, ""]));
  setQuery({ ...none, ...(thing ? { [thing.kind]: thing.id } : {}) });
}
