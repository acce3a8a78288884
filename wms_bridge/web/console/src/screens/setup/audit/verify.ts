/** Checks the audit log part by part, so that a long one shows how far it is. */
import { api, ask } from "../../../api/client";
import { type Checked, joined } from "./parts";

const PART = 5_000;

/** Checks all entries; `told` hears of every part, and `stopped` is asked before each. */
export async function verifyAudit(
  told: (checked: Checked) => void,
  stopped: () => boolean,
): Promise<void> {
  const newest = await ask(api.GET("/v1/audit", { params: { query: { limit: 1 } } }));
  let checked: Checked = {
    entries: 0,
    of: newest.entries[0]?.number ?? 0,
    head: "",
    faults: [],
    complete: false,
  };
  while (!checked.complete && !stopped()) {
    const query = { limit: PART, ...(checked.head ? { after: checked.head } : {}) };
    checked = joined(checked, await ask(api.GET("/v1/audit/verify", { params: { query } })));
    told(checked);
  }
}
