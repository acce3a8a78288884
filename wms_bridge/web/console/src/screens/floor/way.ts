/** A polyline on the floor with its running lengths (metres). */
import type { Point } from "../../live/floorstate";

const ON_WAY_M = 0.4;
const CORNER_M = 0.35;

export class Way {
  readonly points: Point[] = [];
  /** Length of the way up to each point. */
  readonly reach: number[] = [];
  length = 0;

  /** Points closer together than a millimetre are dropped. */
  constructor(points: readonly Point[]) {
    for (const point of points) {
      const last = this.points.at(-1);
      const step = last ? Math.hypot(point[0] - last[0], point[1] - last[1]) : 0;
      if (last && step < 0.001) continue;
      this.length += step;
      this.points.push(point);
      this.reach.push(this.length);
    }
  }

  /** The point `s` metres along. */
  at(s: number): Point {
    const { points, reach } = this;
    if (s <= 0) return points[0] ?? [0, 0];
    if (s >= this.length) return points.at(-1) ?? [0, 0];
    let i = 1;
    while ((reach[i] ?? Infinity) < s) i += 1;
    const [a, b] = [points[i - 1] ?? [0, 0], points[i] ?? [0, 0]];
    const share = (s - (reach[i - 1] ?? 0)) / ((reach[i] ?? 0) - (reach[i - 1] ?? 0));
    return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
  }

  /** Direction of travel at `s`, corners rounded; null where there is no way. */
  heading(s: number): number | null {
    const [a, b] = [this.at(s - CORNER_M), this.at(s + CORNER_M)];
    if (Math.hypot(b[0] - a[0], b[1] - a[1]) < 0.01) return null;
    return Math.atan2(b[1] - a[1], b[0] - a[0]);
  }

  /** The points that come after `s`. */
  after(s: number): Point[] {
    return this.points.filter((_, i) => (this.reach[i] ?? 0) > s);
  }

  /** Where along the way a point lies (the first such place), or null if it lies beside it. */
  find(point: Point): number | null {
    let best: number | null = null;
    let least = ON_WAY_M;
    for (let i = 1; i < this.points.length; i += 1) {
      const [a, b] = [this.points[i - 1] ?? [0, 0], this.points[i] ?? [0, 0]];
      const start = this.reach[i - 1] ?? 0;
      const span = (this.reach[i] ?? 0) - start;
      const dot = (point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1]);
      const s = Math.min(span, Math.max(0, dot / span));
      const foot = this.at(start + s);
      const off = Math.hypot(point[0] - foot[0], point[1] - foot[1]);
      if (off < least - 0.02) {
        least = off;
        best = start + s;
      }
    }
    return best;
  }
}

/** How far `s` along the rounded heading of a way the ends are still turning. */
export const TURN_M = CORNER_M;
