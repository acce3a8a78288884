/** Draws what is in force on the floor: closures, stops, people. In metres. */
import type { Closure, Entry, Point, Stop } from "../../../live/floorstate";
import { point } from "../point";
import { label, type Pen, trace } from "./pen";
import type { Scene } from "./renderer";

/** Distance of the lines of a hatching, in pitches of the site. */
const HATCH = 0.5;

/** Closures hatched, stopped areas outlined, people with their sign. */
export function drawInForce(pen: Pen, scene: Scene): void {
  const { state } = scene;
  for (const one of state.closures) drawClosure(pen, scene, one);
  for (const one of state.stops) drawStop(pen, scene, one);
  for (const one of state.entries) drawEntry(pen, scene, one);
}

/** The middle of the corners of an area. */
export function middleOf(area: readonly Point[]): Point {
  const [x, y] = area.reduce<Point>(([sx, sy], [px, py]) => [sx + px, sy + py], [0, 0]);
  return [x / Math.max(1, area.length), y / Math.max(1, area.length)];
}

function drawClosure(pen: Pen, scene: Scene, { closure, points }: Closure): void {
  const { site, camera, palette } = scene;
  if (points.length === 0) return;
  const half = site.pitch_m / 2;
  pen.save();
  pen.beginPath();
  for (const [x, y] of points) pen.rect(x - half, y - half, 2 * half, 2 * half);
  pen.globalAlpha = 0.12;
  pen.fillStyle = palette["zone-no-go"];
  pen.fill();
  pen.globalAlpha = 0.75;
  pen.clip();
  hatch(pen, points, site.pitch_m);
  pen.strokeStyle = palette["zone-no-go"];
  pen.lineWidth = 1.4 / camera.scale;
  pen.stroke();
  pen.restore();
  const drawn = scene.rules.some(
    ({ rule }) => closure === `rule/${rule.rule}` && (rule.area_m ?? []).length > 2,
  );
  if (!drawn) name(pen, scene, closure.replace(/^rule\//, ""), middleOf(points), "zone-no-go");
}

/** Parallel lines over all the points, as a path. */
function hatch(pen: Pen, points: readonly Point[], pitch_m: number): void {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const left = Math.min(...xs) - pitch_m;
  const right = Math.max(...xs) + pitch_m;
  const low = Math.min(...ys) - pitch_m;
  const high = Math.max(...ys) + pitch_m;
  pen.beginPath();
  // From the floor's origin, so that neighbouring closures have their lines in common.
  const step = pitch_m * HATCH;
  for (let c = Math.ceil((low - right) / step) * step; c < high - left; c += step) {
    pen.moveTo(left, left + c);
    pen.lineTo(right, right + c);
  }
}

function drawStop(pen: Pen, scene: Scene, { stop, robots, area_m }: Stop): void {
  if (robots.length > 0) return; // shown at the robots themselves
  const area = area_m.length > 2 ? area_m : scene.site.floor_m.map(point);
  outline(pen, scene, area, "bad", 4);
  const [x, y] = middleOf(area);
  const at: Point = area_m.length > 2 ? [x, y] : [x, Math.max(...area.map((one) => one[1]))];
  name(pen, scene, stop, at, "bad");
}

function drawEntry(pen: Pen, scene: Scene, { entry, area_m, state }: Entry): void {
  const colour = state === "draining" ? "warn" : "bad";
  pen.save();
  trace(pen, area_m);
  pen.closePath();
  pen.globalAlpha = 0.16;
  pen.fillStyle = scene.palette[colour];
  pen.fill();
  pen.restore();
  outline(pen, scene, area_m, colour, 2.5);
  const [x, y] = middleOf(area_m);
  const size = Math.max(scene.site.pitch_m * 0.9, 22 / scene.camera.scale);
  drawPerson(pen, scene, [x, y], size, colour);
  name(pen, scene, entry, [x, y - size * 0.6 - 8 / scene.camera.scale], colour);
}

/** Head and shoulders on a disc. */
function drawPerson(
  pen: Pen,
  { palette }: Scene,
  [x, y]: Point,
  size: number,
  colour: "warn" | "bad",
): void {
  pen.beginPath();
  pen.arc(x, y, size / 2, 0, 2 * Math.PI);
  pen.fillStyle = palette[colour];
  pen.fill();
  pen.fillStyle = palette.floor;
  pen.beginPath();
  pen.arc(x, y + size * 0.16, size * 0.13, 0, 2 * Math.PI);
  pen.fill();
  pen.beginPath();
  pen.arc(x, y - size * 0.24, size * 0.24, 0, Math.PI);
  pen.closePath();
  pen.fill();
}

function outline(
  pen: Pen,
  { camera, palette }: Scene,
  area: readonly Point[],
  colour: "warn" | "bad",
  width_px: number,
): void {
  trace(pen, area);
  pen.closePath();
  pen.strokeStyle = palette[colour];
  pen.lineWidth = width_px / camera.scale;
  pen.lineJoin = "round";
  pen.stroke();
}

function name(
  pen: Pen,
  { camera, palette }: Scene,
  text: string,
  at: Point,
  colour: "warn" | "bad" | "zone-no-go",
): void {
  const look = { size_px: 12, colour: palette[colour], font: palette.font, ground: palette.floor };
  label(pen, camera, text, at, look);
}
