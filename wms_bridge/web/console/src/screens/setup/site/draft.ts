/** Changes of a site document: records placed, moved, removed and set. No DOM. */
import { cellOf, centreOf, cellsAlong, freeName, mm, type Pair, pair, type Site } from "./cells";

/** The lists of the site that the editor changes. */
export const LISTS = ["stations", "chargers", "storage_blocks", "zones"] as const;
export type List = (typeof LISTS)[number];

/** One record of the site. */
export interface Place {
  list: List;
  index: number;
}

type Points = number[][];
type Station = Site["stations"][number];

/** The points of a record, the one it is known by first. */
export function pointsOf(site: Site, { list, index }: Place): Pair[] {
  if (list === "stations") {
    const one = site.stations[index];
    return one ? [one.position_m, ...one.queue_m, ...one.exit_m].map(pair) : [];
  }
  if (list === "chargers") return one(site.chargers[index]?.position_m);
  if (list === "storage_blocks") return one(site.storage_blocks[index]?.origin_m);
  return (site.zones?.[index]?.polygon_m ?? []).map(pair);
}

function one(point: readonly number[] | undefined): Pair[] {
  return point ? [pair(point)] : [];
}

/** The name of a record. */
export function nameOf(site: Site, { list, index }: Place): string {
  return site[list]?.[index]?.id ?? "";
}

/** The site with a record moved by whole cells. */
export function moved(site: Site, place: Place, columns: number, rows: number): Site {
  const shift = ([x = 0, y = 0]: readonly number[]) => [
    mm(x + columns * site.pitch_m),
    mm(y + rows * site.pitch_m),
  ];
  const shifted = (points: readonly (readonly number[])[]) => points.map(shift);
  return changed(site, place, (record) => {
    for (const key of ["position_m", "origin_m"]) {
      if (key in record) record[key] = shift(record[key] as number[]);
    }
    for (const key of ["queue_m", "exit_m", "polygon_m"]) {
      if (key in record) record[key] = shifted(record[key] as Points);
    }
  });
}

/** The site without a record. */
export function removed(site: Site, { list, index }: Place): Site {
  const next = structuredClone(site);
  (next[list] as unknown[] | undefined)?.splice(index, 1);
  return next;
}

/** The site with fields of a record set. */
export function set(site: Site, place: Place, fields: Record<string, unknown>): Site {
  return changed(site, place, (record) => Object.assign(record, fields));
}

/** The site with a charger at a cell, and where it stands in its list. */
export function withCharger(site: Site, cell: Pair): [Site, Place] {
  const next = structuredClone(site);
  const id = freeName(
    "CH",
    site.chargers.map((known) => known.id),
  );
  next.chargers.push({ id, position_m: [...centreOf(site, cell)] } as Site["chargers"][number]);
  return [next, { list: "chargers", index: next.chargers.length - 1 }];
}

/** The site with a station at a cell, its lane of the form of the nearest one that is there. */
export function withStation(site: Site, cell: Pair): [Site, Place] {
  const next = structuredClone(site);
  const at = centreOf(site, cell);
  const model = nearestStation(site, at);
  const [x, y] = model ? pair(model.position_m) : at;
  const shift = (points: readonly (readonly number[])[]) =>
    points.map(([px = 0, py = 0]) => [mm(px - x + at[0]), mm(py - y + at[1])]);
  const station = {
    ...(model ?? { order_slots: 6, roles: ["pick"], picker: "person" }),
    id: freeName(
      "ST",
      site.stations.map((known) => known.id),
    ),
    position_m: [...at],
    queue_m: shift(model?.queue_m ?? []),
    exit_m: shift(model?.exit_m ?? []),
  };
  next.stations.push(station as unknown as Station);
  return [next, { list: "stations", index: next.stations.length - 1 }];
}

function nearestStation(site: Site, [x, y]: Pair): Station | null {
  const off = ({ position_m }: Station) => {
    const [px, py] = pair(position_m);
    return Math.hypot(px - x, py - y);
  };
  return [...site.stations].sort((a, b) => off(a) - off(b))[0] ?? null;
}

/** The site with a no-go zone of these corners. */
export function withZone(site: Site, corners: [number, number][]): [Site, Place] {
  const next = structuredClone(site);
  const zones = [...(next.zones ?? [])];
  const id = freeName(
    "zone",
    zones.map((known) => known.id),
  );
  zones.push({ id, kind: "no_go", polygon_m: corners } as unknown as (typeof zones)[number]);
  next.zones = zones;
  return [next, { list: "zones", index: zones.length - 1 }];
}

/** The record that stands on a cell, the smallest first; null if there is none. */
export function placeAt(site: Site, cell: Pair): Place | null {
  const on = (point: readonly number[]) => {
    const [column, row] = cellOf(site, pair(point));
    return column === cell[0] && row === cell[1];
  };
  const station = site.stations.findIndex((known) =>
    cellsAlong(site, [...known.queue_m, known.position_m, ...known.exit_m]).some(
      ([column, row]) => column === cell[0] && row === cell[1],
    ),
  );
  if (station >= 0) return { list: "stations", index: station };
  const charger = site.chargers.findIndex((known) => on(known.position_m));
  if (charger >= 0) return { list: "chargers", index: charger };
  const block = site.storage_blocks.findIndex((known) => {
    const [column, row] = cellOf(site, pair(known.origin_m));
    return (
      cell[0] >= column &&
      cell[0] < column + known.columns &&
      cell[1] >= row &&
      cell[1] < row + known.rows
    );
  });
  return block >= 0 ? { list: "storage_blocks", index: block } : null;
}

/** The record and the point of it (m) that a fault of the check names (`stations[0].queue_m[2]`). */
export function faultPlace(site: Site, field: string): { place: Place | null; at: Pair | null } {
  const found = /^(\w+)\[(\d+)\](?:\.(\w+)(?:\[(\d+)\])?)?/.exec(field);
  const list = LISTS.find((name) => name === found?.[1]);
  if (!found || !list) return { place: null, at: otherPoint(site, field) };
  const place = { list, index: Number(found[2]) };
  const record = site[list]?.[place.index] as Record<string, unknown> | undefined;
  const value = found[3] ? record?.[found[3]] : undefined;
  const inner = found[4] !== undefined && Array.isArray(value) ? value[Number(found[4])] : value;
  return { place, at: asPoint(inner) ?? pointsOf(site, place)[0] ?? null };
}

/** The first point of an aisle or robot that a fault names. */
function otherPoint(site: Site, field: string): Pair | null {
  const found = /^(aisles|robots)\[(\d+)\](?:\.points_m\[(\d+)\])?/.exec(field);
  if (!found) return null;
  const index = Number(found[2]);
  if (found[1] === "robots") return asPoint(site.robots[index]?.start_m);
  return asPoint(site.aisles[index]?.points_m[Number(found[3] ?? 0)]);
}

function asPoint(value: unknown): Pair | null {
  const numbers = Array.isArray(value) && value.every((part) => typeof part === "number");
  return numbers && value.length === 2 ? pair(value as number[]) : null;
}

/** Points as a person writes them: `1.2 2.4; 3.6 2.4`. */
export function pointsText(points: readonly (readonly number[])[]): string {
  return points.map((point) => point.join(" ")).join("; ");
}

/** The points of such a text; null if it is none. */
export function textPoints(text: string): [number, number][] | null {
  const found: [number, number][] = [];
  for (const part of text.split(/[;；]/)) {
    if (part.trim() === "") continue;
    const numbers = part
      .trim()
      .split(/[\s,，]+/)
      .map(Number);
    const [x, y] = numbers;
    if (numbers.length !== 2 || !Number.isFinite(x) || !Number.isFinite(y)) return null;
    found.push([x ?? 0, y ?? 0]);
  }
  return found;
}

function changed(site: Site, place: Place, act: (record: Record<string, unknown>) => void): Site {
  const next = structuredClone(site);
  const record = next[place.list]?.[place.index];
  if (record) act(record as unknown as Record<string, unknown>);
  return next;
}
