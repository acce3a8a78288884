/** The client tells points as lists of numbers; in the contract they are pairs. */
import type { Point } from "../../live/floorstate";

/** A pair of numbers of the contract as a point. */
export function point(pair: readonly number[]): Point {
  return [pair[0] ?? 0, pair[1] ?? 0];
}
