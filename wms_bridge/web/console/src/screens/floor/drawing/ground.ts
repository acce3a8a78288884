/** Draws what never moves: floor, aisles with their direction, spots, zones, closures, places. */
import type { Point } from "../../../live/floorstate";
import { point } from "../point";
import type { Rule, Site } from "../site";
import { chevron, label, type Pen, tile, trace } from "./pen";
import type { Scene } from "./renderer";

type Station = Site["stations"][number];

/** Draws the whole site in metres. */
export function drawGround(pen: Pen, scene: Scene): void {
  const { site, camera, palette } = scene;
  trace(pen, site.floor_m.map(point));
  pen.closePath();
  pen.fillStyle = palette.floor;
  pen.fill();
  pen.strokeStyle = palette["floor-edge"];
  pen.lineWidth = 1.5 / camera.scale;
  pen.stroke();
  drawLanes(
    pen,
    site.aisles.map((one) => one.points_m.map(point)),
    palette.lane,
    site.pitch_m,
  );
  drawLanes(pen, site.stations.map(laneOf), palette["lane-station"], site.pitch_m);
  drawSpots(pen, scene);
  drawZones(pen, scene);
  for (const rule of scene.rules) drawRule(pen, scene, rule);
  drawMarks(pen, scene);
  drawChargers(pen, scene);
  for (const station of site.stations) drawStation(pen, scene, station);
}

/** The one-way way of a robot through a station. */
export function laneOf(station: Station): Point[] {
  return [...station.queue_m, station.position_m, ...station.exit_m].map(point);
}

/** Centres of all pod spots. */
export function spotsOf(site: Site): Point[] {
  return site.storage_blocks.flatMap((block) =>
    Array.from({ length: block.rows * block.columns }, (_, i): Point => {
      const [x, y] = point(block.origin_m);
      const [column, row] = [i % block.columns, Math.floor(i / block.columns)];
      return [x + column * site.pitch_m, y + row * site.pitch_m];
    }),
  );
}

function drawLanes(pen: Pen, lanes: Point[][], colour: string, pitch_m: number): void {
  pen.strokeStyle = colour;
  pen.lineWidth = pitch_m * 0.9;
  pen.lineCap = "square";
  pen.lineJoin = "miter";
  for (const lane of lanes) {
    trace(pen, lane);
    pen.stroke();
  }
}

function drawSpots(pen: Pen, { site, camera, palette }: Scene): void {
  const half = site.pitch_m * 0.42;
  pen.beginPath();
  for (const [x, y] of spotsOf(site)) pen.rect(x - half, y - half, 2 * half, 2 * half);
  pen.strokeStyle = palette.spot;
  pen.lineWidth = 1 / camera.scale;
  pen.stroke();
}

function drawZones(pen: Pen, scene: Scene): void {
  const { palette } = scene;
  const colours: Record<string, string> = {
    no_go: palette["zone-no-go"],
    slow: palette["zone-slow"],
    one_way: palette["zone-one-way"],
  };
  for (const zone of scene.site.zones ?? []) {
    drawArea(pen, scene, zone.polygon_m.map(point), colours[zone.kind] ?? palette.ink);
  }
}

/** Rules that name an area are drawn as zones are; a closed one is named. */
function drawRule(pen: Pen, scene: Scene, { rule }: Rule): void {
  const { palette } = scene;
  const area = (rule.area_m ?? []).map(point);
  if (area.length < 3) return;
  const colours: Record<string, string> = {
    blocked: palette["zone-no-go"],
    speed_limit: palette["zone-slow"],
    one_way: palette["zone-one-way"],
  };
  const colour = colours[rule.kind] ?? palette.ink;
  drawArea(pen, scene, area, colour);
  const sum = area.reduce<Point>(([x, y], [dx, dy]) => [x + dx, y + dy], [0, 0]);
  const middle: Point = [sum[0] / area.length, sum[1] / area.length];
  const look = { size_px: 12, colour, font: palette.font, ground: palette.floor };
  label(pen, scene.camera, rule.rule, middle, look);
}

function drawArea(pen: Pen, { camera }: Scene, area: readonly Point[], colour: string): void {
  trace(pen, area);
  pen.closePath();
  pen.globalAlpha = 0.13;
  pen.fillStyle = colour;
  pen.fill();
  pen.globalAlpha = 0.8;
  pen.strokeStyle = colour;
  pen.lineWidth = 1 / camera.scale;
  pen.setLineDash([5 / camera.scale, 4 / camera.scale]);
  pen.stroke();
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}

function drawMarks(pen: Pen, { site, camera, palette }: Scene): void {
  const cells = Math.max(3, Math.ceil(64 / (site.pitch_m * camera.scale)));
  const size = Math.min(site.pitch_m * 0.42, Math.max(site.pitch_m * 0.3, 6 / camera.scale));
  pen.beginPath();
  for (const aisle of site.aisles) {
    if (aisle.direction !== "forward") continue;
    markLane(pen, aisle.points_m.map(point), cells * site.pitch_m, size, site.pitch_m);
  }
  strokeMarks(pen, 1.4 / camera.scale, palette["lane-mark"]);
  if (site.pitch_m * camera.scale < 12) return;
  pen.beginPath();
  for (const one of site.stations) {
    markLane(pen, laneOf(one), site.pitch_m, site.pitch_m * 0.22, site.pitch_m / 3);
  }
  strokeMarks(pen, 1.4 / camera.scale, palette.station);
}

function markLane(pen: Pen, lane: Point[], step_m: number, size_m: number, first_m: number): void {
  lane.forEach(([bx, by], i) => {
    const before = lane[i - 1];
    if (!before) return;
    const [ax, ay] = before;
    const length = Math.hypot(bx - ax, by - ay);
    const rad = Math.atan2(by - ay, bx - ax);
    for (let s = Math.min(1.5 * first_m, length / 2); s < length; s += step_m) {
      chevron(pen, ax + Math.cos(rad) * s, ay + Math.sin(rad) * s, rad, size_m);
    }
  });
}

function strokeMarks(pen: Pen, width_m: number, colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = width_m;
  pen.lineCap = "round";
  pen.lineJoin = "round";
  pen.stroke();
}

const BOLT: readonly Point[] = [
  [0.1, 0.5],
  [-0.3, -0.08],
  [-0.02, -0.08],
  [-0.1, -0.5],
  [0.3, 0.08],
  [0.02, 0.08],
];

function drawChargers(pen: Pen, { site, palette }: Scene): void {
  const size = site.pitch_m * 0.9;
  for (const charger of site.chargers) {
    const [x, y] = point(charger.position_m);
    pen.beginPath();
    tile(pen, x, y, size, size * 0.2);
    pen.fillStyle = palette.charger;
    pen.fill();
    trace(
      pen,
      BOLT.map(([px, py]) => [x + px * size * 0.62, y + py * size * 0.62]),
    );
    pen.closePath();
    pen.fillStyle = palette["charger-ink"];
    pen.fill();
  }
}

function drawStation(pen: Pen, { site, camera, palette }: Scene, station: Station): void {
  const [x, y] = point(station.position_m);
  pen.beginPath();
  tile(pen, x, y, site.pitch_m * 0.96, site.pitch_m * 0.18);
  pen.fillStyle = palette["lane-station"];
  pen.fill();
  pen.strokeStyle = palette.station;
  pen.lineWidth = Math.max(1.5 / camera.scale, site.pitch_m * 0.07);
  pen.stroke();
  const size_px = Math.min(14, Math.max(10, site.pitch_m * camera.scale * 0.5));
  const [ax, ay] = awayFromStorage(station);
  const gap = site.pitch_m * 0.5 + (size_px * 0.5 + 4) / camera.scale;
  const side = ax === 0 ? 0 : (station.id.length * size_px * 0.32) / camera.scale;
  const at: Point = [x + ax * (gap + side), y + ay * gap];
  const look = { size_px, colour: palette.station, font: palette.font, ground: palette.floor };
  label(pen, camera, station.id, at, look);
}

/** The name stands on the far side of the station from the storage: where the picker is. */
function awayFromStorage(station: Station): Point {
  const [x, y] = point(station.position_m);
  const gates = [station.queue_m[0], station.exit_m.at(-1)].flatMap((one) =>
    one ? [point(one)] : [],
  );
  if (gates.length === 0) return [0, -1];
  const mean = (k: 0 | 1) => gates.reduce((sum, gate) => sum + gate[k], 0) / gates.length;
  const [dx, dy] = [x - mean(0), y - mean(1)];
  return Math.abs(dx) > Math.abs(dy) ? [Math.sign(dx), 0] : [0, Math.sign(dy) || -1];
}
