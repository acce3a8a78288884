/** Small strokes that all drawings on canvases share. In metres, y up, unless said otherwise. */
import type { Point } from "../../../live/floorstate";
import type { Camera } from "../camera";

export type Pen = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Lets a context draw in metres with y up; `dpr` is device pixels per CSS pixel. */
export function inMetres(pen: Pen, camera: Camera, dpr: number): void {
  const k = camera.scale * dpr;
  const dx = (camera.width / 2) * dpr - camera.x_m * k;
  const dy = (camera.height / 2) * dpr + camera.y_m * k;
  pen.setTransform(k, 0, 0, -k, dx, dy);
}

/** A path through points. */
export function trace(pen: Pen, points: readonly Point[]): void {
  pen.beginPath();
  points.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
}

/** A square with rounded corners around a point, as a path. */
export function tile(pen: Pen, x: number, y: number, size: number, radius: number): void {
  pen.roundRect(x - size / 2, y - size / 2, size, size, radius);
}

export interface Lettering {
  size_px: number;
  colour: string;
  font: string;
  /** Colour of the rim that keeps the text readable on lines. */
  ground?: string;
}

/** Text centred on a point, upright and of the same size at every zoom. */
export function label(pen: Pen, camera: Camera, text: string, at: Point, look: Lettering): void {
  pen.save();
  pen.translate(at[0], at[1]);
  pen.scale(1 / camera.scale, -1 / camera.scale);
  pen.font = `600 ${look.size_px}px ${look.font}`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  if (look.ground) {
    pen.strokeStyle = look.ground;
    pen.lineWidth = 4;
    pen.lineJoin = "round";
    pen.strokeText(text, 0, look.size_px * 0.06);
  }
  pen.fillStyle = look.colour;
  pen.fillText(text, 0, look.size_px * 0.06);
  pen.restore();
}

/** An open arrow head at (x, y) that points along `rad`, `size` metres across. */
export function chevron(pen: Pen, x: number, y: number, rad: number, size: number): void {
  const [c, s] = [Math.cos(rad) * size * 0.5, Math.sin(rad) * size * 0.5];
  pen.moveTo(x - c * 0.6 - s, y - s * 0.6 + c);
  pen.lineTo(x + c * 0.6, y + s * 0.6);
  pen.lineTo(x - c * 0.6 + s, y - s * 0.6 - c);
}
