/** Draws where robots will go, and who waits for whom. In metres. */
import type { Point } from "../../../live/floorstate";
import { type Drawn, drawnRobots } from "./drawn";
import { type Pen, trace } from "./pen";
import type { Scene } from "./renderer";

/** The ways of all robots but the chosen one, those of a colour in one stroke. */
export function drawWays(pen: Pen, scene: Scene, now_ms: number): void {
  const { scale } = scene.camera;
  const base = new Map<string, Path2D>();
  const horizon = new Map<string, Path2D>();
  for (const { robot, pose, colour, marked } of drawnRobots(scene, now_ms)) {
    if (marked || (robot.base.length === 0 && robot.horizon.length === 0)) continue;
    const ahead = scene.motion.ahead(robot.robot, now_ms);
    const path = pathOf(base, colour);
    path.moveTo(pose.x_m, pose.y_m);
    for (const [x, y] of ahead) path.lineTo(x, y);
    for (const [x, y] of robot.base) path.lineTo(x, y);
    if (robot.horizon.length === 0) continue;
    const [x, y] = robot.base.at(-1) ?? ahead.at(-1) ?? [pose.x_m, pose.y_m];
    const planned = pathOf(horizon, colour);
    planned.moveTo(x, y);
    for (const [to_x, to_y] of robot.horizon) planned.lineTo(to_x, to_y);
  }
  pen.lineCap = pen.lineJoin = "round";
  pen.lineWidth = 2 / scale;
  pen.globalAlpha = 0.6;
  strokeAll(pen, base);
  pen.lineWidth = 1.3 / scale;
  pen.globalAlpha = 0.45;
  pen.setLineDash([4 / scale, 4.5 / scale]);
  strokeAll(pen, horizon);
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}

function pathOf(paths: Map<string, Path2D>, colour: string): Path2D {
  const path = paths.get(colour) ?? new Path2D();
  paths.set(colour, path);
  return path;
}

function strokeAll(pen: Pen, paths: ReadonlyMap<string, Path2D>): void {
  for (const [colour, path] of paths) {
    pen.strokeStyle = colour;
    pen.stroke(path);
  }
}

/** The way of the chosen robot: the base as a line, the horizon dashed. */
export function drawWay(
  pen: Pen,
  scene: Scene,
  { robot, pose, colour }: Drawn,
  now_ms: number,
): void {
  const { scale } = scene.camera;
  const ahead = scene.motion.ahead(robot.robot, now_ms);
  const base: Point[] = [[pose.x_m, pose.y_m], ...ahead, ...robot.base];
  pen.strokeStyle = colour;
  pen.lineCap = pen.lineJoin = "round";
  pen.lineWidth = 3.5 / scale;
  trace(pen, base);
  pen.stroke();
  const end = base.at(-1);
  if (robot.horizon.length === 0 || !end) return;
  pen.lineWidth = 2.5 / scale;
  pen.globalAlpha = 0.9;
  pen.setLineDash([4 / scale, 4.5 / scale]);
  trace(pen, [end, ...robot.horizon]);
  pen.stroke();
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}

/** From the chosen robot to the one it waits for, and on. */
export function drawChain(
  pen: Pen,
  { chain, motion, camera, palette }: Scene,
  now_ms: number,
): void {
  pen.strokeStyle = palette.bad;
  pen.lineWidth = 3 / camera.scale;
  pen.setLineDash([2 / camera.scale, 5 / camera.scale]);
  pen.lineCap = "round";
  for (const { robot, wait } of chain) {
    const from = motion.poseAt(robot, now_ms);
    const to = wait.on === "robot" ? motion.poseAt(wait.name, now_ms) : null;
    if (!from || !to) continue;
    trace(pen, [
      [from.x_m, from.y_m],
      [to.x_m, to.y_m],
    ]);
    pen.stroke();
  }
  pen.setLineDash([]);
}
