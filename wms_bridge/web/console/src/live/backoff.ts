/** How long to wait before a lost link is tried again. */

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/** Wait before attempt number `attempt` (from 0); `chance` from 0 to 1 spreads many pages. */
export function backoff_ms(attempt: number, chance: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt) * (0.75 + 0.5 * chance);
}
