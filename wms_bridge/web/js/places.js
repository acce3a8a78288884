/** Draws stations and chargers of the floor plan, and text that stays upright at every zoom. */

/** Text centred on a point of the floor, `size` CSS pixels high, on a rim of colour `ground`. */
export function label(context, camera, text, x_m, y_m, size, colour, font, ground = "") {
  context.save();
  context.translate(x_m, y_m);
  context.scale(1 / camera.scale, -1 / camera.scale);
  context.font = `600 ${size}px ${font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  if (ground) {
    context.strokeStyle = ground;
    context.lineWidth = 4;
    context.lineJoin = "round";
    context.strokeText(text, 0, size * 0.06);
  }
  context.fillStyle = colour;
  context.fillText(text, 0, size * 0.06);
  context.restore();
}

/** A square with rounded corners around a point, as a path. */
export function tile(context, x, y, size, radius) {
  context.roundRect(x - size / 2, y - size / 2, size, size, radius);
}

export function drawStations(context, site, camera, palette) {
  const cell = site.pitch_m * camera.scale;
  for (const station of site.stations) {
    const [x, y] = station.position_m;
    context.beginPath();
    tile(context, x, y, site.pitch_m * 0.96, site.pitch_m * 0.18);
    context.fillStyle = palette["lane-station"];
    context.fill();
    context.strokeStyle = palette.station;
    context.lineWidth = Math.max(1.5 / camera.scale, site.pitch_m * 0.07);
    context.stroke();
    drawStationName(context, site, station, camera, palette, cell);
  }
}

/** The name stands on the far side of the station from the storage: where the picker is. */
function drawStationName(context, site, station, camera, palette, cell) {
  const [x, y] = station.position_m;
  const away = awayFromStorage(site, station);
  const size = Math.min(14, Math.max(9, cell * 0.5));
  const clear = cell > 30 ? 16 : 3;
  const gap = site.pitch_m * 0.5 + (size * 0.5 + clear) / camera.scale;
  const wide = (station.id.length * size * 0.32 + 5) / camera.scale - (size * 0.5 + 3) / camera.scale;
  const side = away[0] === 0 ? 0 : Math.max(0, wide);
  const at = [x + away[0] * (gap + side), y + away[1] * gap];
  const { station: colour, font, floor } = palette;
  label(context, camera, station.id, at[0], at[1], size, colour, font, floor);
}

function awayFromStorage(site, station) {
  const [x, y] = station.position_m;
  const gates = [station.queue_m[0], station.exit_m.at(-1)].filter(Boolean);
  if (!gates.length) return [0, -1];
  const mid = [0, 1].map((k) => gates.reduce((sum, gate) => sum + gate[k], 0) / gates.length);
  const [dx, dy] = [x - mid[0], y - mid[1]];
  return Math.abs(dx) > Math.abs(dy) ? [Math.sign(dx), 0] : [0, Math.sign(dy) || -1];
}

export function drawChargers(context, site, camera, palette) {
  const size = site.pitch_m * 0.9;
  for (const charger of site.chargers) {
    const [x, y] = charger.position_m;
    context.beginPath();
    tile(context, x, y, size, size * 0.2);
    context.fillStyle = palette.charger;
    context.fill();
    drawBolt(context, x, y, size * 0.62, palette["charger-ink"]);
  }
}

function drawBolt(context, x, y, size, colour) {
  const points = [[0.1, 0.5], [-0.3, -0.08], [-0.02, -0.08], [-0.1, -0.5], [0.3, 0.08], [0.02, 0.08]];
  context.beginPath();
  points.forEach(([px, py], i) => {
    if (i) context.lineTo(x + px * size, y + py * size);
    else context.moveTo(x + px * size, y + py * size);
  });
  context.closePath();
  context.fillStyle = colour;
  context.fill();
}
