/** The lattice of a site: cells, aisles as cells, and what a closed aisle cuts off. No DOM. */
import type { Schema } from "../../../api/client";

export type Site = Schema["Site"];
export type Pair = readonly [number, number];
export type Box = { west: number; south: number; east: number; north: number };

/** A pair of numbers of the contract as a point (m). */
export function pair(point: readonly number[]): Pair {
  return [point[0] ?? 0, point[1] ?? 0];
}

/** A length rounded to millimetres. */
export function mm(value_m: number): number {
  return Math.round(value_m * 1000) / 1000;
}

/** Column and row of the cell that a point lies in. */
export function cellOf(site: Site, [x, y]: Pair): Pair {
  return [Math.round(x / site.pitch_m), Math.round(y / site.pitch_m)];
}

/** Centre of a cell (m). */
export function centreOf(site: Site, [column, row]: Pair): Pair {
  return [mm(column * site.pitch_m), mm(row * site.pitch_m)];
}

/** The name of a cell as a node of the roadmap: `c012r007`. */
export function nodeOf([column, row]: Pair): string {
  const three = (value: number) => String(value).padStart(3, "0");
  return `c${three(column)}r${three(row)}`;
}

/** The cells along a chain of axis-parallel points, in order. */
export function cellsAlong(site: Site, points: readonly (readonly number[])[]): Pair[] {
  const found: Pair[] = [];
  points
    .map((one) => cellOf(site, pair(one)))
    .forEach(([column, row], i, all) => {
      const before = all[i - 1];
      if (!before) {
        found.push([column, row]);
        return;
      }
      const steps = Math.max(Math.abs(column - before[0]), Math.abs(row - before[1]));
      const [dx, dy] = [Math.sign(column - before[0]), Math.sign(row - before[1])];
      for (let step = 1; step <= steps; step += 1) {
        found.push([before[0] + dx * step, before[1] + dy * step]);
      }
    });
  return found;
}

/** All pod spots of a site, as cells. */
export function spotCells(site: Site): Pair[] {
  return site.storage_blocks.flatMap((block) => {
    const [column, row] = cellOf(site, pair(block.origin_m));
    return Array.from({ length: block.rows * block.columns }, (_, i): Pair => [
      column + (i % block.columns),
      row + Math.floor(i / block.columns),
    ]);
  });
}

export interface Section {
  aisle: string;
  /** Cells of the aisle that are closed. */
  cells: readonly Pair[];
  /** Pod spots that no other aisle leads to: they are closed with it. */
  spots: readonly Pair[];
}

/**
 * What is closed with an aisle: the stretch around `at` up to the next crossings, which stay open,
 * or all of the aisle between its crossings if `at` is null.
 */
export function sectionOf(site: Site, aisle: string, at: Pair | null): Section {
  const lanes = new Map(site.aisles.map((one) => [one.id, cellsAlong(site, one.points_m)]));
  const uses = new Map<string, number>();
  for (const lane of lanes.values()) {
    for (const name of new Set(lane.map(nodeOf))) uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  const crossing = (cell: Pair) => (uses.get(nodeOf(cell)) ?? 0) > 1;
  const lane = lanes.get(aisle) ?? [];
  const cells = at === null ? lane.filter((one) => !crossing(one)) : stretch(lane, at, crossing);
  const closed = new Set(cells.map(nodeOf));
  const spots = spotCells(site).filter((spot) => {
    const ways = beside(spot)
      .map(nodeOf)
      .filter((name) => uses.has(name));
    return ways.length > 0 && ways.every((name) => closed.has(name));
  });
  return { aisle, cells, spots };
}

/** The cells of a lane around the one next to `at`, up to crossings. */
function stretch(lane: readonly Pair[], at: Pair, crossing: (cell: Pair) => boolean): Pair[] {
  const open = lane.map((cell, i) => ({ cell, i })).filter(({ cell }) => !crossing(cell));
  const off = ({ cell }: { cell: Pair }) => Math.hypot(cell[0] - at[0], cell[1] - at[1]);
  const nearest = open.reduce<(typeof open)[number] | null>(
    (best, one) => (best === null || off(one) < off(best) ? one : best),
    null,
  );
  if (!nearest) return [];
  let [first, last] = [nearest.i, nearest.i];
  const free = (i: number) => {
    const cell = lane[i];
    return cell !== undefined && !crossing(cell);
  };
  while (free(first - 1)) first -= 1;
  while (free(last + 1)) last += 1;
  return lane.slice(first, last + 1);
}

function beside([column, row]: Pair): Pair[] {
  return [
    [column + 1, row],
    [column - 1, row],
    [column, row + 1],
    [column, row - 1],
  ];
}

/** A rectangle around two corners; its sides lie between cells, so that whole cells are in it. */
export function boxAround(site: Site, a: Pair, b: Pair): Box {
  const half = site.pitch_m / 2;
  const [one, other] = [cellOf(site, a), cellOf(site, b)];
  return {
    west: mm(Math.min(one[0], other[0]) * site.pitch_m - half),
    south: mm(Math.min(one[1], other[1]) * site.pitch_m - half),
    east: mm(Math.max(one[0], other[0]) * site.pitch_m + half),
    north: mm(Math.max(one[1], other[1]) * site.pitch_m + half),
  };
}

/** The corners of a rectangle, counter-clockwise from the south-west. */
export function cornersOf({ west, south, east, north }: Box): [number, number][] {
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ];
}

/** A name that is not taken: `zone_1`, `zone_2`, ... */
export function freeName(stem: string, taken: Iterable<string>): string {
  const names = new Set(taken);
  for (let i = 1; ; i += 1) if (!names.has(`${stem}_${i}`)) return `${stem}_${i}`;
}
