/** Draws what never moves: floor, zones, aisles with their direction, pod spots. In metres. */

import { drawChargers, drawStations } from "./places.js";

/** Draws the whole site document; `palette` from palette.js, `dpr` device pixels per CSS pixel. */
export function drawFloorplan(context, site, camera, palette, dpr) {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  camera.apply(context, dpr);
  drawGround(context, site, camera, palette);
  drawAisles(context, site, palette);
  drawStationLanes(context, site, palette);
  drawSpots(context, site, camera, palette);
  drawZones(context, site, camera, palette);
  drawAisleMarks(context, site, camera, palette);
  drawLaneMarks(context, site, camera, palette);
  drawChargers(context, site, camera, palette);
  drawStations(context, site, camera, palette);
}

/** Centres of all pod spots, in the order of the blocks. */
export function spotsOf(site) {
  const spots = [];
  for (const block of site.storage_blocks) {
    for (let row = 0; row < block.rows; row += 1) {
      for (let column = 0; column < block.columns; column += 1) {
        spots.push([
          block.origin_m[0] + column * site.pitch_m,
          block.origin_m[1] + row * site.pitch_m,
        ]);
      }
    }
  }
  return spots;
}

/** The one-way way of a robot through a station. */
export function laneOf(station) {
  return [...station.queue_m, station.position_m, ...station.exit_m];
}

function trace(context, points_m) {
  context.beginPath();
  points_m.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
}

function drawGround(context, site, camera, palette) {
  trace(context, site.floor_m);
  context.closePath();
  context.fillStyle = palette.floor;
  context.fill();
  context.strokeStyle = palette["floor-edge"];
  context.lineWidth = 1.5 / camera.scale;
  context.stroke();
}

function drawAisles(context, site, palette) {
  context.strokeStyle = palette.lane;
  context.lineWidth = site.pitch_m * 0.9;
  context.lineCap = "square";
  context.lineJoin = "miter";
  for (const aisle of site.aisles) {
    trace(context, aisle.points_m);
    context.stroke();
  }
}

function drawStationLanes(context, site, palette) {
  context.strokeStyle = palette["lane-station"];
  context.lineWidth = site.pitch_m * 0.9;
  for (const station of site.stations) {
    trace(context, laneOf(station));
    context.stroke();
  }
}

function drawSpots(context, site, camera, palette) {
  const half = site.pitch_m * 0.42;
  context.beginPath();
  for (const [x, y] of spotsOf(site)) context.rect(x - half, y - half, 2 * half, 2 * half);
  context.strokeStyle = palette.spot;
  context.lineWidth = 1 / camera.scale;
  context.stroke();
}

function drawZones(context, site, camera, palette) {
  const colours = { no_go: "zone-no-go", slow: "zone-slow", one_way: "zone-one-way" };
  for (const zone of site.zones ?? []) {
    const colour = palette[colours[zone.kind]] ?? palette.ink;
    trace(context, zone.polygon_m);
    context.closePath();
    context.globalAlpha = 0.13;
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = 0.8;
    context.strokeStyle = colour;
    context.lineWidth = 1 / camera.scale;
    context.setLineDash([5 / camera.scale, 4 / camera.scale]);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
  }
}

/** An open arrow head at (x, y) that points along `rad`, `size` metres across. */
function chevron(context, x, y, rad, size) {
  const [c, s] = [Math.cos(rad) * size * 0.5, Math.sin(rad) * size * 0.5];
  context.moveTo(x - c * 0.6 - s, y - s * 0.6 + c);
  context.lineTo(x + c * 0.6, y + s * 0.6);
  context.lineTo(x - c * 0.6 + s, y - s * 0.6 - c);
}

function strokeMarks(context, camera, colour) {
  context.strokeStyle = colour;
  context.lineWidth = 1.4 / camera.scale;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.stroke();
}

function drawAisleMarks(context, site, camera, palette) {
  const cells = Math.max(3, Math.ceil(64 / (site.pitch_m * camera.scale)));
  const step = cells * site.pitch_m;
  const size = Math.min(site.pitch_m * 0.42, Math.max(site.pitch_m * 0.3, 6 / camera.scale));
  context.beginPath();
  for (const aisle of site.aisles) {
    if (aisle.direction !== "forward") continue;
    for (let i = 1; i < aisle.points_m.length; i += 1) {
      const [a, b] = [aisle.points_m[i - 1], aisle.points_m[i]];
      const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
      const rad = Math.atan2(b[1] - a[1], b[0] - a[0]);
      for (let s = 1.5 * site.pitch_m; s < length; s += step) {
        chevron(context, a[0] + Math.cos(rad) * s, a[1] + Math.sin(rad) * s, rad, size);
      }
    }
  }
  strokeMarks(context, camera, palette["lane-mark"]);
}

function drawLaneMarks(context, site, camera, palette) {
  if (site.pitch_m * camera.scale < 12) return;
  context.beginPath();
  for (const station of site.stations) {
    const lane = laneOf(station);
    for (let i = 1; i < lane.length; i += 1) {
      const [a, b] = [lane[i - 1], lane[i]];
      const rad = Math.atan2(b[1] - a[1], b[0] - a[0]);
      chevron(context, (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, rad, site.pitch_m * 0.22);
    }
  }
  context.globalAlpha = 0.7;
  strokeMarks(context, camera, palette.station);
  context.globalAlpha = 1;
}
