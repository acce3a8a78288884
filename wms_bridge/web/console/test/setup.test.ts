/** Setup: the lattice of a site, changes of its draft, the audit log checked in parts, figures beside. */
import { expect, test } from "vitest";

import { joined } from "../src/screens/setup/audit/parts";
import {
  boxAround,
  cellsAlong,
  freeName,
  nodeOf,
  sectionOf,
  type Site,
} from "../src/screens/setup/site/cells";
import { comparedOf } from "../src/screens/setup/site/comparing";
import {
  faultPlace,
  moved,
  placeAt,
  pointsText,
  removed,
  textPoints,
  withCharger,
  withStation,
  withZone,
} from "../src/screens/setup/site/draft";

// Two aisles that cross at column 3, row 1; spots above and below the first; a station below.
const SITE = {
  pitch_m: 1.2,
  floor_m: [
    [0, 0],
    [10, 0],
    [10, 10],
    [0, 10],
  ],
  aisles: [
    {
      id: "EW",
      points_m: [
        [1.2, 1.2],
        [6, 1.2],
      ],
      direction: "both",
    },
    {
      id: "NS",
      points_m: [
        [3.6, 0],
        [3.6, 4.8],
      ],
      direction: "forward",
    },
  ],
  storage_blocks: [{ id: "B1", origin_m: [1.2, 2.4], columns: 2, rows: 1 }],
  stations: [
    {
      id: "S1",
      position_m: [6, 0],
      queue_m: [[4.8, 0]],
      exit_m: [],
      order_slots: 4,
      roles: ["pick"],
      picker: "person",
    },
  ],
  chargers: [{ id: "C1", position_m: [8.4, 1.2] }],
  zones: [],
  robots: [],
} as unknown as Site;

test("cells along an aisle are those of the roadmap", () => {
  expect(cellsAlong(SITE, SITE.aisles[0]?.points_m ?? []).map(nodeOf)).toEqual([
    "c001r001",
    "c002r001",
    "c003r001",
    "c004r001",
    "c005r001",
  ]);
});

test("a stretch ends at crossings, which stay open, and takes along what only it leads to", () => {
  const west = sectionOf(SITE, "EW", [1, 1]);
  expect(west.cells.map(nodeOf)).toEqual(["c001r001", "c002r001"]);
  // The second spot is beside the other aisle, too.
  expect(west.spots.map(nodeOf)).toEqual(["c001r002"]);
  const east = sectionOf(SITE, "EW", [5, 1]);
  expect(east.cells.map(nodeOf)).toEqual(["c004r001", "c005r001"]);
  expect(sectionOf(SITE, "EW", null).cells).toHaveLength(4);
  expect(sectionOf(SITE, "gone", [0, 0]).cells).toEqual([]);
});

test("a rectangle holds whole cells, whichever corner it was begun at", () => {
  const box = boxAround(SITE, [3.5, 2.3], [1.1, 1.3]);
  expect(box).toEqual({ west: 0.6, south: 0.6, east: 4.2, north: 3 });
  expect(boxAround(SITE, [1.1, 1.3], [3.5, 2.3])).toEqual(box);
});

test("records are placed, moved by cells and removed; the site before stays as it was", () => {
  const before = structuredClone(SITE);
  const [stationed, station] = withStation(SITE, [7, 3]);
  expect(stationed.stations[station.index]).toMatchObject({
    id: "ST_1",
    position_m: [8.4, 3.6],
    queue_m: [[7.2, 3.6]],
  });
  const [charged, charger] = withCharger(stationed, [2, 2]);
  expect(charged.chargers[charger.index]?.position_m).toEqual([2.4, 2.4]);
  const west = moved(charged, station, -1, 2);
  expect(west.stations[station.index]).toMatchObject({
    position_m: [7.2, 6],
    queue_m: [[6, 6]],
  });
  expect(removed(west, charger).chargers).toHaveLength(1);
  const [zoned] = withZone(SITE, [
    [0, 0],
    [1, 0],
    [1, 1],
  ]);
  expect(zoned.zones).toHaveLength(1);
  expect(SITE).toEqual(before);
});

test("what stands on a cell is found by its whole extent", () => {
  expect(placeAt(SITE, [4, 0])).toEqual({ list: "stations", index: 0 });
  expect(placeAt(SITE, [7, 1])).toEqual({ list: "chargers", index: 0 });
  expect(placeAt(SITE, [2, 2])).toEqual({ list: "storage_blocks", index: 0 });
  expect(placeAt(SITE, [9, 9])).toBeNull();
});

test("a fault is shown where its field points to", () => {
  expect(faultPlace(SITE, "stations[0].queue_m[0]")).toEqual({
    place: { list: "stations", index: 0 },
    at: [4.8, 0],
  });
  expect(faultPlace(SITE, "stations[0].order_slots").at).toEqual([6, 0]);
  expect(faultPlace(SITE, "aisles[1].points_m[1]")).toEqual({ place: null, at: [3.6, 4.8] });
  expect(faultPlace(SITE, "pod_count")).toEqual({ place: null, at: null });
});

test("points are written as people type them, and nothing else is taken for points", () => {
  const points = textPoints("1.2 2.4; 3.6,2.4；4.8 0");
  expect(points).toEqual([
    [1.2, 2.4],
    [3.6, 2.4],
    [4.8, 0],
  ]);
  expect(textPoints(pointsText(points ?? []))).toEqual(points);
  expect(textPoints("")).toEqual([]);
  for (const wrong of ["1.2", "a b", "1 2 3", "1 2; x"]) expect(textPoints(wrong)).toBeNull();
});

test("a free name is one that nothing has", () => {
  expect(freeName("area", ["area_1", "area_3"])).toBe("area_2");
});

test("parts of the audit log's check add up, and go on after the last head", () => {
  const start = { entries: 0, of: 7, head: "", faults: [], complete: false };
  const digest = "a".repeat(64);
  const part = {
    sound: false,
    entries: 5,
    head: { number: 5, digest },
    faults: [{ kind: "altered" as const, number: 3, until: null, was: null }],
    complete: false,
  };
  const first = joined(start, part);
  expect(first).toMatchObject({ entries: 5, of: 7, head: `5:${digest}`, complete: false });
  const all = joined(first, { ...part, entries: 2, faults: [], complete: true });
  expect(all).toMatchObject({ entries: 7, complete: true });
  expect(all.faults).toHaveLength(1);
  const none = { ...part, entries: 0, head: { number: 0, digest: "" }, faults: [] };
  expect(joined(start, none).complete).toBe(true);
});

test("a difference within its confidence is called neither better nor worse", () => {
  const result = (mean: number, half_width: number | null) => ({
    name: "",
    futures: 3,
    failed: 0,
    error: "",
    figures: { late: { mean, half_width }, lines_per_h: { mean: 100 * mean, half_width } },
  });
  const of = (a: number, b: number, half: number | null) =>
    comparedOf({ results: [result(a, half), result(b, half)] });
  const better = (a: number, b: number, half: number | null) =>
    Object.fromEntries(of(a, b, half).map((one) => [one.name, one.better]));
  expect(better(0.5, 0.1, 0.05)).toEqual({ lines_per_h: false, late: true });
  expect(better(0.5, 0.45, 0.05).late).toBeNull();
  expect(better(0.5, 0.1, null).late).toBeNull();
  expect(comparedOf({ results: [] })).toEqual([]);
});
