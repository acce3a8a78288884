/** What a check of the audit log in parts has found so far. No DOM. */
import type { Schema } from "../../../api/client";

export type Fault = Schema["AuditFault"];

export interface Checked {
  entries: number;
  /** Number of the newest entry when the check began; 0 if not known. */
  of: number;
  head: string;
  faults: readonly Fault[];
  complete: boolean;
}

const MOST_FAULTS = 100;

/** What is known after one more part. */
export function joined(before: Checked, part: Schema["AuditCheckOut"]): Checked {
  return {
    entries: before.entries + part.entries,
    of: Math.max(before.of, part.head.number),
    head: part.head.number > 0 ? `${part.head.number}:${part.head.digest}` : "",
    faults: [...before.faults, ...part.faults].slice(0, MOST_FAULTS),
    // A log without entries has no head to go on after.
    complete: part.complete || part.head.number === 0,
  };
}
