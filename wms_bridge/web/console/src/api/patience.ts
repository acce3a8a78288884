/** When a request is sent again by itself, and how long before. */

export const MOST_TRIES = 4;
const FIRST_WAIT_MS = 300;
const LONGEST_WAIT_MS = 5000;
const AGAIN = new Set([0, 429, 502, 503, 504]);
const SAFE = new Set(["GET", "HEAD"]);

/**
 * Whether a request that ended with `status` (0: no answer) may be sent again. A change is only
 * with an idempotency key: without one it may have taken effect although nobody said so.
 */
export function mayRepeat(method: string, hasKey: boolean, status: number, tries: number): boolean {
  return tries < MOST_TRIES && AGAIN.has(status) && (SAFE.has(method) || hasKey);
}

/** Wait before try number `tries` + 1 (ms); `chance` from 0 to 1 spreads many pages. */
export function wait_ms(tries: number, retryAfter: string | null, chance: number): number {
  const told = Number(retryAfter);
  if (retryAfter !== null && told > 0) return Math.min(LONGEST_WAIT_MS, told * 1000);
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1)) * (0.75 + 0.5 * chance);
}
