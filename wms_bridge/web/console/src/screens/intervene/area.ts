/** Areas, aisles and nodes of the floor as people type and point at them. No DOM. */
import type { Point } from "../../live/floorstate";

const DECIMALS = 100;
const MOST_CORNERS = 64;

/** A length as it is typed: centimetres are enough. */
function round(value: number): number {
  return Math.round(value * DECIMALS) / DECIMALS;
}

/** The four corners of a rectangle between two opposite ones. */
export function rectangle([ax, ay]: Point, [bx, by]: Point): Point[] {
  const [left, right] = [Math.min(ax, bx), Math.max(ax, bx)];
  const [low, high] = [Math.min(ay, by), Math.max(ay, by)];
  return [
    [left, low],
    [right, low],
    [right, high],
    [left, high],
  ];
}

/**
 * Corners as they are typed, `x,y` in metres with blanks between them: two are opposite corners of a
 * rectangle. Null while that is no area.
 */
export function readArea(text: string): Point[] | null {
  const parts = text.trim().split(/[\s;]+/);
  const points: Point[] = [];
  for (const part of parts) {
    const numbers = /^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/.exec(part);
    if (!numbers) return null;
    points.push([Number(numbers[1]), Number(numbers[2])]);
  }
  const [first, second] = points;
  if (points.length === 2 && first && second) return hasRoom(rectangle(first, second));
  return points.length <= MOST_CORNERS ? hasRoom(points) : null;
}

/** Corners as text that {@link readArea} reads. */
export function writeArea(corners: readonly Point[]): string {
  return corners.map(([x, y]) => `${round(x)},${round(y)}`).join(" ");
}

/** The size of an area (square metres). */
export function sizeOf(corners: readonly Point[]): number {
  let twice = 0;
  corners.forEach(([x, y], i) => {
    const [nx, ny] = corners[(i + 1) % corners.length] ?? [x, y];
    twice += x * ny - nx * y;
  });
  return Math.abs(twice) / 2;
}

function hasRoom(corners: Point[]): Point[] | null {
  return corners.length >= 3 && sizeOf(corners) > 0 ? corners : null;
}

/** Whether a point lies inside an area. */
export function inside([x, y]: Point, corners: readonly Point[]): boolean {
  let within = false;
  corners.forEach(([ax, ay], i) => {
    const [bx, by] = corners[(i + 1) % corners.length] ?? [ax, ay];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
  });
  return within;
}

export type Cell = readonly [number, number];

/** The cell of the lattice in which a point lies. */
export function cellAt([x, y]: Point, pitch_m: number): Cell {
  return [Math.round(x / pitch_m), Math.round(y / pitch_m)];
}

/** The node of a cell, named as in every roadmap of the site: `c012r007`. */
export function nodeOf([column, row]: Cell): string {
  const three = (value: number) => String(value).padStart(3, "0");
  return `c${three(column)}r${three(row)}`;
}

/** Where a node is (metres); null if it is no node's name. */
export function placeOf(node: string, pitch_m: number): Point | null {
  const found = /^c(\d{3,})r(\d{3,})$/.exec(node);
  return found ? [Number(found[1]) * pitch_m, Number(found[2]) * pitch_m] : null;
}

export interface Aisle {
  id: string;
  points_m: readonly Point[];
}

/** A part of an aisle between two crossings, or an end. */
export interface Stretch {
  /** `EW01 c003–c008`: names it in rules and lists. */
  name: string;
  cells: readonly Cell[];
}

/** All stretches of all aisles. Crossings belong to none: they stay open for the other aisle. */
export function stretchesOf(aisles: readonly Aisle[], pitch_m: number): Stretch[] {
  const lines = aisles.map((one) => ({ id: one.id, cells: cellsOf(one, pitch_m) }));
  const count = new Map<string, number>();
  for (const { cells } of lines) {
    for (const name of new Set(cells.map(nodeOf))) count.set(name, (count.get(name) ?? 0) + 1);
  }
  return lines.flatMap(({ id, cells }) => {
    const parts: Cell[][] = [[]];
    for (const cell of cells) {
      if ((count.get(nodeOf(cell)) ?? 0) > 1) parts.push([]);
      else parts.at(-1)?.push(cell);
    }
    return parts.flatMap((part) => {
      const [first, last] = [part[0], part.at(-1)];
      if (!first || !last) return [];
      return [{ name: `${id} ${nodeOf(first)}–${nodeOf(last)}`, cells: part }];
    });
  });
}

function cellsOf(aisle: Aisle, pitch_m: number): Cell[] {
  const corners = aisle.points_m.map((one) => cellAt(one, pitch_m));
  const cells: Cell[] = corners.slice(0, 1);
  for (const [column, row] of corners.slice(1)) {
    for (;;) {
      const [c, r] = cells.at(-1) ?? [column, row];
      if (c === column && r === row) break;
      cells.push([c + Math.sign(column - c), r + Math.sign(row - r)]);
    }
  }
  return cells;
}

/** The stretch nearest to a point, if it is not farther than one cell. */
export function stretchAt(
  stretches: readonly Stretch[],
  [x, y]: Point,
  pitch_m: number,
): Stretch | null {
  let best: Stretch | null = null;
  let least = pitch_m;
  for (const stretch of stretches) {
    for (const [column, row] of stretch.cells) {
      const off = Math.hypot(column * pitch_m - x, row * pitch_m - y);
      if (off >= least) continue;
      least = off;
      best = stretch;
    }
  }
  return best;
}

/** Pod spots that touch a stretch. */
export function spotsBeside(
  stretch: Stretch,
  spots: readonly Point[],
  pitch_m: number,
): readonly Cell[] {
  const near = new Set(
    stretch.cells.flatMap(([c, r]) => [
      nodeOf([c + 1, r]),
      nodeOf([c - 1, r]),
      nodeOf([c, r + 1]),
      nodeOf([c, r - 1]),
    ]),
  );
  return spots.map((one) => cellAt(one, pitch_m)).filter((cell) => near.has(nodeOf(cell)));
}
