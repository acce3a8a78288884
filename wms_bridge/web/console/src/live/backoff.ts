/** How long to wait before a lost link is tried again. */

const FIRST_MS = 500;
/** With an attempt that hears nothing (live/link.ts) before it, a link is back 15 s after a cut. */
const LONGEST_MS = 6000;

/** Wait before attempt number `attempt` (from 0); `chance` from 0 to 1 spreads many pages. */
export function backoff_ms(attempt: number, chance: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt) * (0.75 + 0.5 * chance);
}
