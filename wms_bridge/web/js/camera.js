/**
 * What part of the floor the canvas shows: metres (y to the north) to CSS pixels (y down).
 * No DOM in here.
 */

const CLOSEST_PX_PER_M = 160;
const MARGIN_PX = 26;

export class Camera {
  constructor() {
    this.width = 1;
    this.height = 1;
    this.scale = 10;
    this.x_m = 0;
    this.y_m = 0;
    this.bounds = { left: 0, bottom: 0, right: 1, top: 1 };
    /** True until the user moves the map: then a resize keeps the whole floor in view. */
    this.fitted = true;
  }

  /** Sets the canvas size in CSS pixels. */
  resize(width, height) {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    if (this.fitted) this.fit();
  }

  /** Sets the extent of the floor in metres and shows all of it. */
  show(bounds) {
    this.bounds = bounds;
    this.fit();
  }

  /** The scale at which the whole floor is seen. */
  fitScale() {
    const { left, bottom, right, top } = this.bounds;
    return Math.min(
      Math.max(1, this.width - 2 * MARGIN_PX) / Math.max(0.1, right - left),
      Math.max(1, this.height - 2 * MARGIN_PX - 34) / Math.max(0.1, top - bottom),
      CLOSEST_PX_PER_M,
    );
  }

  fit() {
    const { left, bottom, right, top } = this.bounds;
    this.scale = this.fitScale();
    this.x_m = (left + right) / 2;
    this.y_m = (bottom + top) / 2 - 17 / this.scale;
    this.fitted = true;
  }

  toScreen(x_m, y_m) {
    return {
      x: (x_m - this.x_m) * this.scale + this.width / 2,
      y: (this.y_m - y_m) * this.scale + this.height / 2,
    };
  }

  toFloor(x, y) {
    return {
      x_m: (x - this.width / 2) / this.scale + this.x_m,
      y_m: (this.height / 2 - y) / this.scale + this.y_m,
    };
  }

  /** Zooms by `factor` and keeps the point under (x, y) where it is. */
  zoomAt(factor, x = this.width / 2, y = this.height / 2) {
    const before = this.toFloor(x, y);
    const least = Math.min(this.fitScale() * 0.6, CLOSEST_PX_PER_M);
    this.scale = Math.min(CLOSEST_PX_PER_M, Math.max(least, this.scale * factor));
    const after = this.toFloor(x, y);
    this.centre(this.x_m + before.x_m - after.x_m, this.y_m + before.y_m - after.y_m);
  }

  /** Moves the picture by CSS pixels. */
  panBy(dx, dy) {
    this.centre(this.x_m - dx / this.scale, this.y_m + dy / this.scale);
  }

  /** Puts a point of the floor in the middle; never leaves the floor. */
  centre(x_m, y_m) {
    const { left, bottom, right, top } = this.bounds;
    this.x_m = Math.min(right, Math.max(left, x_m));
    this.y_m = Math.min(top, Math.max(bottom, y_m));
    this.fitted = false;
  }

  /** Lets a canvas context draw in metres with y up; `dpr` is device pixels per CSS pixel. */
  apply(context, dpr) {
    const k = this.scale * dpr;
    const dx = (this.width / 2) * dpr - this.x_m * k;
    const dy = (this.height / 2) * dpr + this.y_m * k;
    context.setTransform(k, 0, 0, -k, dx, dy);
  }
}

/** The smallest rectangle around points. */
export function boundsOf(points_m) {
  const xs = points_m.map((point) => point[0]);
  const ys = points_m.map((point) => point[1]);
  return {
    left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys),
  };
}
