/** Figures of two alternatives side by side. No DOM. */
import type { Schema } from "../../../api/client";

/** Figures shown, whether more of them is better, and digits behind the point. */
const FIGURES: readonly [string, boolean, number][] = [
  ["lines_per_h", true, 0],
  ["done", true, 3],
  ["late", false, 3],
  ["age_p95_h", false, 2],
  ["station_use", true, 3],
  ["robot_use", false, 3],
  ["metres_per_line", false, 1],
  ["cost_per_line", false, 3],
];

export interface Compared {
  name: string;
  before: number | null;
  after: number | null;
  change: number | null;
  /** Null where the difference may be chance: the confidence intervals overlap, or there are none. */
  better: boolean | null;
  digits: number;
}

/** The figures of the second alternative beside those of the first, where either has them. */
export function comparedOf(run: Pick<Schema["WhatIfRun"], "results">): Compared[] {
  const [first, second] = run.results ?? [];
  return FIGURES.flatMap(([name, more, digits]) => {
    const [a, b] = [first?.figures?.[name], second?.figures?.[name]];
    if (!a && !b) return [];
    const change = a && b ? b.mean - a.mean : null;
    const spread = (a?.half_width ?? Infinity) + (b?.half_width ?? Infinity);
    const sure = change !== null && change !== 0 && Math.abs(change) > spread;
    const better = sure ? change > 0 === more : null;
    return [{ name, before: a?.mean ?? null, after: b?.mean ?? null, change, better, digits }];
  });
}
