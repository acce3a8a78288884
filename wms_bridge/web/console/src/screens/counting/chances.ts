/** How probable each number of pieces is: which numbers are drawn, and which are told. No DOM. */

const LEAST = 0.002;
const MOST_BARS = 41;

export interface Bar {
  pieces: number;
  chance: number;
}

/**
 * The numbers to draw: all that are probable, those booked, and a little to both sides; around the
 * likeliest one if that is too many.
 */
export function barsOf(probabilities: readonly number[], booked: number): Bar[] {
  if (probabilities.length === 0) return [];
  const best = probabilities.indexOf(Math.max(...probabilities));
  const shown = probabilities.flatMap((chance, n) => (chance >= LEAST ? [n] : []));
  const span = (numbers: readonly number[]) => [Math.min(...numbers) - 2, Math.max(...numbers) + 2];
  const half = MOST_BARS >> 1;
  const spans = [span([booked, best, ...shown]), span([booked, best]), [best - half, best + half]];
  const [low = 0, high = 0] = spans.find(([a = 0, b = 0]) => b - a < MOST_BARS) ?? [];
  const first = Math.max(0, low);
  const last = Math.min(probabilities.length - 1, high);
  return probabilities
    .slice(first, last + 1)
    .map((chance, place) => ({ pieces: first + place, chance }));
}

/** The likeliest numbers, at most `most`, the likeliest first. */
export function likeliest(probabilities: readonly number[], most: number): Bar[] {
  return probabilities
    .map((chance, pieces) => ({ pieces, chance }))
    .filter(({ chance }) => chance >= LEAST)
    .sort((a, b) => b.chance - a.chance || a.pieces - b.pieces)
    .slice(0, most);
}
