/** Severities of alarms, and how many of each want somebody. No DOM. */
import type { Schema } from "../api/client";

export type AlarmCount = Schema["AlarmCount"];
export type Severity = AlarmCount["severity"];
/** The worst first. */
export const SEVERITIES: readonly Severity[] = ["critical", "high", "medium", "low"];

/** How many alarms of each severity want an acknowledgement, shelved ones aside. */
export function wantingOf(counts: readonly AlarmCount[]): Record<Severity, number> {
  const found = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const one of counts) {
    if (one.shelved || !["unacknowledged", "returned"].includes(one.state)) continue;
    found[one.severity] += one.count;
  }
  return found;
}

/** The worst severity of which there are any. */
export function worstOf(wanting: Record<Severity, number>): Severity | null {
  return SEVERITIES.find((one) => wanting[one] > 0) ?? null;
}
