/** The arithmetic of the floor: motion, heat, camera, search. */
import { describe, expect, test } from "vitest";

import { FloorState, type Point } from "../src/live/floorstate";
import { emptyFrame, type PoseFrame } from "../src/live/frames";
import { Camera } from "../src/screens/floor/camera";
import { HALF_LIFE_MS, Heat, warmth } from "../src/screens/floor/heat";
import { Motion, turn } from "../src/screens/floor/motion";
import { carrierOf, find } from "../src/screens/floor/things";

type Ways = { base: Point[]; horizon: Point[] };

function frame(at_ms: number, x_m: number, y_m: number): PoseFrame {
  const made = emptyFrame(1, at_ms, at_ms);
  made.x_m[0] = x_m;
  made.y_m[0] = y_m;
  return made;
}

/** Where one robot is drawn between two frames, 100 ms apart on the wall clock. */
function drawn(first: Point, ways: Ways, second: Point, passed_ms: number): Point[] {
  const motion = new Motion();
  const robots = new Map([["R", ways]]);
  motion.accept(frame(0, ...first), ["R"], robots, 1000);
  motion.accept(
    frame(passed_ms, ...second),
    ["R"],
    new Map([["R", { base: [], horizon: [] }]]),
    1100,
  );
  const times = Array.from({ length: 41 }, (_, i) => 1100 + 5 * i);
  return times.map((now_ms): Point => {
    const pose = motion.poseAt("R", now_ms);
    return [pose?.x_m ?? NaN, pose?.y_m ?? NaN];
  });
}

describe("motion", () => {
  test.each([
    [0, 1, 1],
    [3, -3, 0.2832],
    [-3, 3, -0.2832],
    [0, 7, 0.7168],
  ])("turns from %d to %d the short way", (from, to, by) => {
    expect(turn(from, to)).toBeCloseTo(by, 3);
  });

  test("goes round the corner that was announced", () => {
    const way = drawn(
      [0, 0],
      {
        base: [[5, 0]],
        horizon: [
          [5, 5],
          [9, 5],
        ],
      },
      [5, 4],
      7000,
    );
    expect(way[0]).toEqual([0, 0]);
    expect(way.at(-1)).toEqual([5, 4]);
    for (const [x, y] of way) expect(Math.min(Math.abs(y), Math.abs(x - 5))).toBeLessThan(1e-6);
    expect(way.some(([x]) => x > 0 && x < 5)).toBe(true);
    expect(way.some(([, y]) => y > 0 && y < 4)).toBe(true);
  });

  test("shows a jump that no robot can make at once", () => {
    expect(drawn([0, 0], { base: [], horizon: [] }, [40, 0], 1000)[0]).toEqual([40, 0]);
  });

  test("drives a step beside the announced way straight", () => {
    const way = drawn([0, 0], { base: [[5, 0]], horizon: [] }, [0, 2], 1000);
    expect(way[0]).toEqual([0, 0]);
    expect(way.at(-1)).toEqual([0, 2]);
    expect(way.some(([, y]) => y > 0 && y < 2)).toBe(true);
  });

  test("forgets a robot that has left", () => {
    const motion = new Motion();
    motion.accept(frame(0, 1, 1), ["R"], new Map(), 1000);
    expect(motion.poseAt("R", 1001)).not.toBeNull();
    motion.accept(emptyFrame(0, 2, 100), [], new Map(), 1100);
    expect(motion.poseAt("R", 1101)).toBeNull();
  });
});

describe("heat", () => {
  test("is the time waited in a cell", () => {
    const heat = new Heat(1.2);
    heat.wait([], 0);
    heat.wait(
      [
        [2.4, 0.1],
        [2.3, 0],
        [12, 0],
      ],
      1000,
    );
    expect(heat.all()).toEqual([
      { column: 2, row: 0, waited_s: 2 },
      { column: 10, row: 0, waited_s: 1 },
    ]);
  });

  test("fades by half in a half-life and is forgotten", () => {
    const heat = new Heat(1);
    heat.wait([], 0);
    for (let s = 1; s <= 60; s += 1) heat.wait([[0, 0]], s * 1000);
    const before = heat.all()[0]?.waited_s ?? 0;
    heat.wait([], 60_000 + HALF_LIFE_MS);
    expect(heat.all()[0]?.waited_s).toBeCloseTo(before / 2, 6);
    heat.wait([], 60_000 + 20 * HALF_LIFE_MS);
    expect(heat.all()).toEqual([]);
  });

  test("is not made of time in which nobody looked, nor of time that ran back", () => {
    const heat = new Heat(1);
    heat.wait([], 0);
    heat.wait([[0, 0]], 3_600_000);
    expect(heat.all()).toEqual([]);
    heat.wait([[0, 0]], 3_601_000);
    expect(heat.all()).toHaveLength(1);
    heat.wait([[0, 0]], 0);
    expect(heat.all()).toEqual([]);
  });

  test("is warmer the longer it lasts", () => {
    expect(warmth(0)).toBe(0);
    expect(warmth(60)).toBeGreaterThan(0.8);
    expect(warmth(1e9)).toBeLessThanOrEqual(1);
  });
});

test("the camera finds its way back", () => {
  const camera = new Camera();
  camera.resize(900, 600);
  camera.show({ left: 0, right: 80, bottom: 0, top: 40 });
  camera.zoomAt(2.5, 100, 80);
  camera.panBy(13, -7);
  const at = camera.toScreen(12, 34);
  const back = camera.toFloor(at.x, at.y);
  expect(back.x_m).toBeCloseTo(12);
  expect(back.y_m).toBeCloseTo(34);
});

test("things are found by a part of their name, those that begin with it first", () => {
  const state = new FloorState();
  state.order = ["AR1", "R1", "R2"];
  state.robots.set("R2", { robot: "R2", load: "P-R9" } as never);
  state.pods.set("P1", { pod: "P1", x_m: 0, y_m: 0 });
  const names = (text: string) => find(state, null, text, 3).map(({ kind, id }) => `${kind} ${id}`);
  expect(names(" r1")).toEqual(["robot R1", "robot AR1"]);
  expect(names("p")).toEqual(["pod P1", "pod P-R9"]);
  expect(names("R")).toHaveLength(3);
  expect(names("  ")).toEqual([]);
  expect(carrierOf(state, "P-R9")).toBe("R2");
});
