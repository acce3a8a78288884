/** Which deed's dialog is open; it stands in the address, so that other screens can lead to it. */
import { computed } from "@preact/signals";

import { may } from "../../api/session";
import { address, setQuery } from "../../routes/router";
import type { Begun } from "./ActionDialog";
import { type Deed, DEEDS } from "./deeds";

const PARTS = ["robot", "name", "station", "node", "reason"] as const;

/** The deed of the address, if who works here may do it. */
export const opened = computed<{ deed: Deed; begun: Begun } | null>(() => {
  const { query } = address.value;
  const deed = DEEDS.get(query["do"] ?? "");
  if (!deed || !may(deed.permission)) return null;
  const begun = Object.fromEntries(
    PARTS.flatMap((part) => (query[part] ? [[part, query[part]]] : [])),
  );
  return { deed, begun };
});

/** Opens the dialog of a deed, with what is known already. */
export function open(deed: string, begun: Begun = {}): void {
  setQuery({ do: deed, ...begun });
}

/** Closes it. */
export function close(): void {
  setQuery({ do: "", ...Object.fromEntries(PARTS.map((part) => [part, ""])) });
}
