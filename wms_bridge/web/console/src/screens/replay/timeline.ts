/** Where moments are on the line of time. No DOM, no clock. */

/** A time that was recorded without a gap (ms since 1970 UTC). */
export interface Stretch {
  from_ms: number;
  to_ms: number;
}

/** The part of time that the line shows. */
export interface Shown {
  from_ms: number;
  to_ms: number;
}

/** How much time the line can show. */
export const SPANS_MS = [300_000, 3_600_000, 28_800_000, 86_400_000, 604_800_000] as const;

/** From 0 at the left end to 1 at the right one; beyond that where a moment is not on it. */
export function shareOf(at_ms: number, shown: Shown): number {
  return (at_ms - shown.from_ms) / (shown.to_ms - shown.from_ms);
}

/** The moment at a share of the line. */
export function momentAt(share: number, shown: Shown): number {
  return Math.round(shown.from_ms + share * (shown.to_ms - shown.from_ms));
}

/** `span_ms` of time with a moment on it, which does not go on beyond `last_ms`. */
export function shownAround(at_ms: number, span_ms: number, last_ms: number): Shown {
  const to_ms = Math.min(Math.max(last_ms, at_ms), at_ms + span_ms / 2);
  return { from_ms: to_ms - span_ms, to_ms };
}

/** A moment, or the nearest that was recorded at or before the end of what is known. */
export function within(at_ms: number, stretches: readonly Stretch[]): number {
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (!first || !last) return at_ms;
  return Math.min(last.to_ms, Math.max(first.from_ms, Math.round(at_ms)));
}

/** Where playing goes on: behind a gap that a moment lies in, if it lies in one. */
export function acrossGap(at_ms: number, stretches: readonly Stretch[]): number {
  const before = stretches.filter((one) => one.from_ms <= at_ms).at(-1);
  const next = stretches.find((one) => one.from_ms > at_ms);
  return before && next && at_ms > before.to_ms ? next.from_ms : at_ms;
}

/** Times between stretches of which nothing is known. */
export function gaps(stretches: readonly Stretch[]): Shown[] {
  return stretches
    .slice(1)
    .map((one, i) => ({ from_ms: stretches[i]?.to_ms ?? one.from_ms, to_ms: one.from_ms }));
}

/** A round step between marks of the scale, so that there are at most eight. */
export function tickStep(span_ms: number): number {
  const steps = [60_000, 300_000, 900_000, 3_600_000, 7_200_000, 14_400_000, 86_400_000];
  return steps.find((step) => span_ms / step <= 8) ?? 86_400_000;
}
