/** What part of the floor is shown: metres (y to the north) to CSS pixels (y down). No DOM. */
import type { Point } from "../../live/floorstate";

const CLOSEST_PX_PER_M = 160;
const MARGIN_PX = 26;

export interface Bounds {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

export class Camera {
  width = 1;
  height = 1;
  /** CSS pixels per metre. */
  scale = 10;
  x_m = 0;
  y_m = 0;
  /** True until the reader moves the map: then a resize keeps the whole floor in view. */
  fitted = true;
  private bounds: Bounds = { left: 0, right: 1, bottom: 0, top: 1 };

  /** Sets the size of the picture in CSS pixels. */
  resize(width: number, height: number): void {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    if (this.fitted) this.fit();
  }

  /** Sets the extent of the floor in metres and shows all of it. */
  show(bounds: Bounds): void {
    this.bounds = bounds;
    this.fit();
  }

  /** Shows the whole floor. */
  fit(): void {
    const { left, right, bottom, top } = this.bounds;
    this.scale = this.fitScale();
    this.x_m = (left + right) / 2;
    this.y_m = (bottom + top) / 2;
    this.fitted = true;
  }

  toScreen(x_m: number, y_m: number): { x: number; y: number } {
    return {
      x: (x_m - this.x_m) * this.scale + this.width / 2,
      y: (this.y_m - y_m) * this.scale + this.height / 2,
    };
  }

  toFloor(x: number, y: number): { x_m: number; y_m: number } {
    return {
      x_m: (x - this.width / 2) / this.scale + this.x_m,
      y_m: (this.height / 2 - y) / this.scale + this.y_m,
    };
  }

  /** Zooms by `factor` and keeps the point under (x, y) where it is. */
  zoomAt(factor: number, x = this.width / 2, y = this.height / 2): void {
    const before = this.toFloor(x, y);
    const least = Math.min(this.fitScale() * 0.6, CLOSEST_PX_PER_M);
    this.scale = Math.min(CLOSEST_PX_PER_M, Math.max(least, this.scale * factor));
    const after = this.toFloor(x, y);
    this.centre(this.x_m + before.x_m - after.x_m, this.y_m + before.y_m - after.y_m);
  }

  /** Moves the picture by CSS pixels. */
  panBy(dx: number, dy: number): void {
    this.centre(this.x_m - dx / this.scale, this.y_m + dy / this.scale);
  }

  /** Puts a point of the floor in the middle; never leaves the floor. */
  centre(x_m: number, y_m: number): void {
    const { left, right, bottom, top } = this.bounds;
    this.x_m = Math.min(right, Math.max(left, x_m));
    this.y_m = Math.min(top, Math.max(bottom, y_m));
    this.fitted = false;
  }

  private fitScale(): number {
    const { left, right, bottom, top } = this.bounds;
    return Math.min(
      Math.max(1, this.width - 2 * MARGIN_PX) / Math.max(0.1, right - left),
      Math.max(1, this.height - 2 * MARGIN_PX) / Math.max(0.1, top - bottom),
      CLOSEST_PX_PER_M,
    );
  }
}

/** The smallest rectangle around points. */
export function boundsOf(points: readonly Point[]): Bounds {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return {
    left: Math.min(...xs),
    right: Math.max(...xs),
    bottom: Math.min(...ys),
    top: Math.max(...ys),
  };
}
