/** Draws what moves: robots with their load, the way of the chosen one, who waits for whom. In metres. */
import type { Robot } from "../../../live/floorstate";
import type { Pose } from "../motion";
import { type Drawn, drawnRobots } from "./drawn";
import type { Palette } from "./palette";
import { label, type Pen } from "./pen";
import type { Scene } from "./renderer";
import type { Sprites } from "./sprites";
import { drawChain, drawWay } from "./ways";

const UNKNOWN_BODY = { length_m: 0.8, width_m: 0.6 };
const NAMES_FROM_PX = 30;

/** Draws all robots as they are at `now_ms`; `sprites` are theirs at this scale. */
export function drawTraffic(pen: Pen, scene: Scene, sprites: Sprites, now_ms: number): void {
  const { site, camera, palette } = scene;
  const margin = 2 * site.pitch_m;
  const low = camera.toFloor(0, camera.height);
  const high = camera.toFloor(camera.width, 0);
  const seen = ({ x_m, y_m }: Pose) =>
    x_m > low.x_m - margin &&
    x_m < high.x_m + margin &&
    y_m > low.y_m - margin &&
    y_m < high.y_m + margin;
  const drawn = drawnRobots(scene, now_ms);
  for (const one of drawn) if (one.marked) drawWay(pen, scene, one, now_ms);
  drawChain(pen, scene, now_ms);
  const bodies = bodiesOf(scene);
  for (const one of drawn) {
    if (!seen(one.pose)) continue;
    drawRobot(pen, scene, sprites, one, bodies.get(one.robot.robot) ?? UNKNOWN_BODY);
    if (one.marked || one.robot.robot === scene.hovered || pointed(scene, one.robot)) {
      drawHalo(pen, one.pose, site.pitch_m * 0.62, camera.scale, palette);
    }
  }
  if (camera.scale * site.pitch_m > NAMES_FROM_PX) {
    drawNames(
      pen,
      scene,
      drawn.filter((one) => seen(one.pose)),
    );
  }
}

/** Whether a robot, or the pod on it, is pointed out. */
function pointed({ pointed: things }: Scene, { robot, load }: Robot): boolean {
  return things.some(
    ({ kind, id }) => (kind === "robot" && id === robot) || (kind === "pod" && id === load),
  );
}

/** A ring around something. */
export function drawHalo(
  pen: Pen,
  at: { x_m: number; y_m: number },
  radius_m: number,
  scale: number,
  palette: Palette,
): void {
  pen.beginPath();
  pen.arc(at.x_m, at.y_m, Math.max(radius_m, 11 / scale), 0, 2 * Math.PI);
  pen.strokeStyle = palette.halo;
  pen.lineWidth = 3 / scale;
  pen.stroke();
}

type Body = { length_m: number; width_m: number };
let bodies: { site: unknown; of: Map<string, Body> } = { site: null, of: new Map() };

function bodiesOf({ site }: Scene): Map<string, Body> {
  if (bodies.site !== site) {
    const types = new Map(site.robot_types.map((type) => [type.id, type]));
    const of = site.robots.map((one): [string, Body] => [
      one.id,
      types.get(one.type) ?? UNKNOWN_BODY,
    ]);
    bodies = { site, of: new Map(of) };
  }
  return bodies.of;
}

function drawRobot(pen: Pen, scene: Scene, sprites: Sprites, drawn: Drawn, body: Body): void {
  const { pose, robot, colour, battery } = drawn;
  const { scale } = scene.camera;
  const loaded = robot.load !== null;
  const shrink = loaded ? 0.72 : 1;
  const least = (loaded ? 8.5 : 11) / scale;
  const length_m = Math.max(body.length_m * shrink, least);
  const width_m = Math.max(body.width_m * shrink, least * 0.78);
  const load_m = loaded ? Math.max(scene.site.pod_model.size_m, 12.5 / scale) : 0;
  pen.translate(pose.x_m, pose.y_m);
  pen.rotate(pose.theta_rad);
  sprites.stamp(pen, { colour, battery, length_m, width_m, load_m });
  pen.rotate(-pose.theta_rad);
  pen.translate(-pose.x_m, -pose.y_m);
  if (robot.paused) drawPause(pen, scene, pose, least);
}

/** Two bars, upright whichever way the robot faces. */
function drawPause(pen: Pen, { palette }: Scene, { x_m, y_m }: Pose, size: number): void {
  const [bar, high] = [size * 0.24, size * 0.9];
  pen.fillStyle = palette.bad;
  pen.strokeStyle = palette["robot-edge"];
  pen.lineWidth = size * 0.08;
  for (const side of [-1, 1]) {
    pen.beginPath();
    pen.rect(x_m + side * bar * 0.9 - bar / 2, y_m - high / 2, bar, high);
    pen.fill();
    pen.stroke();
  }
}

function drawNames(pen: Pen, { site, camera, palette }: Scene, drawn: readonly Drawn[]): void {
  const up = site.pitch_m * 0.5 + 7 / camera.scale;
  const look = { size_px: 11, colour: palette.ink, font: palette.font, ground: palette.floor };
  for (const { robot, pose } of drawn) {
    label(pen, camera, robot.robot, [pose.x_m, pose.y_m + up], look);
  }
}
