/** The stream of the floor as Python writes it (tests/wms_bridge/console/vectors.py). */
import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import {
  type Alarm,
  type Closure,
  type Entry,
  FloorState,
  OutOfStep,
  type Pod,
  type Robot,
  type Station,
  type Stop,
  type Wait,
} from "../src/live/floorstate";
import { ACTIVITIES, NoFrame, readFrame, WAITS } from "../src/live/frames";
import { chainOfWaits, isRing } from "../src/screens/floor/chain";

interface Vectors {
  frames: { bytes: string; sequence: number; at_ms: number; poses: PoseOfPython[] }[];
  stream: {
    messages: { text?: string; bytes?: string }[];
    end: {
      at_ms: number;
      robots: Robot[];
      pods: Pod[];
      stations: Station[];
      alarms: Alarm[];
      stops: Stop[];
      entries: Entry[];
      closures: Closure[];
    };
    order: string[];
  };
  chains: { robots: Robot[]; robot: string; chain: [string, Wait][] }[];
}

interface PoseOfPython {
  x_m: number;
  y_m: number;
  theta_rad: number;
  battery: number;
  activity: string;
  waits_for: string | null;
  loaded: boolean;
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL("vectors/floor.json", import.meta.url), "utf8"),
);

function bytes(text: string): ArrayBuffer {
  return Uint8Array.from(Buffer.from(text, "base64")).buffer;
}

describe("pose frames", () => {
  test.each(vectors.frames)("of Python are read: sequence $sequence", (vector) => {
    const frame = readFrame(bytes(vector.bytes));
    expect(frame.sequence).toBe(vector.sequence);
    expect(frame.at_ms).toBe(vector.at_ms);
    expect(frame.count).toBe(vector.poses.length);
    vector.poses.forEach((pose, i) => {
      expect(frame.x_m[i]).toBeCloseTo(pose.x_m, 2);
      expect(frame.y_m[i]).toBeCloseTo(pose.y_m, 2);
      const turned = ((frame.theta_rad[i] ?? 0) - pose.theta_rad) % (2 * Math.PI);
      expect(Math.abs(Math.sin(turned / 2))).toBeLessThan(0.0063);
      expect(frame.battery[i]).toBeCloseTo(pose.battery, 2);
      expect(ACTIVITIES[frame.activity[i] ?? -1]).toBe(pose.activity);
      expect(WAITS[(frame.waits[i] ?? 0) - 1] ?? null).toBe(pose.waits_for);
      expect(frame.loaded[i]).toBe(pose.loaded ? 1 : 0);
    });
  });

  test.each([
    ["nothing", new Uint8Array(0)],
    ["half a header", new Uint8Array(9)],
    ["another version", Uint8Array.from([2, 1, ...new Array(14).fill(0)])],
    ["another kind", Uint8Array.from([1, 7, ...new Array(14).fill(0)])],
    ["a robot that is not there", Uint8Array.from([1, 1, 1, 0, ...new Array(12).fill(0)])],
    [
      "an unknown state",
      Uint8Array.from([1, 1, 1, 0, ...new Array(12).fill(0), 0, 0, 0, 0, 0, 0, 255, 0]),
    ],
  ])("%s is no frame", (_, data) => {
    expect(() => readFrame(data.buffer)).toThrow(NoFrame);
  });
});

describe("the stream", () => {
  function played(): FloorState {
    const state = new FloorState();
    for (const one of vectors.stream.messages) {
      if (one.text) state.accept(one.text);
      if (one.bytes) state.acceptPoses(bytes(one.bytes));
    }
    return state;
  }

  test("of Python is known as it is at the end", () => {
    const state = played();
    const end = vectors.stream.end;
    expect(state.order).toEqual(vectors.stream.order);
    for (const robot of end.robots) {
      const { load, activity, goal, base, horizon, wait, paused, sent, leaving } = robot;
      expect(state.robots.get(robot.robot)).toMatchObject({
        load,
        activity,
        goal,
        base,
        horizon,
        wait,
        paused,
        sent,
        leaving,
      });
    }
    expect(state.robots.size).toBe(end.robots.length);
    expect([...state.pods.values()]).toEqual(end.pods);
    expect([...state.stations.values()]).toEqual(end.stations);
    expect(state.alarms).toEqual(end.alarms);
    expect(state.stops).toEqual(end.stops);
    expect(state.entries).toEqual(end.entries);
    expect(state.closures).toEqual(end.closures);
    expect(state.poses?.x_m[state.indexOf("R3")]).toBe(1000);
    expect(state.at_ms).toBe(end.at_ms);
  });

  test("tells stops, people and closures as they come and go", () => {
    const state = new FloorState();
    const seen: [number, number, number][] = [];
    for (const { text } of vectors.stream.messages) {
      if (!text || state.accept(text).type === "beat") continue;
      seen.push([state.stops.length, state.entries.length, state.closures.length]);
    }
    expect(seen).toEqual([
      [0, 0, 0],
      [2, 1, 1],
      [1, 1, 0],
    ]);
  });

  test("with changes left out is out of step", () => {
    const state = new FloorState();
    const texts = vectors.stream.messages.flatMap((one) => one.text ?? []);
    state.accept(texts[0] ?? "");
    expect(() => state.accept(texts[2] ?? "")).toThrow(OutOfStep);
  });

  test("with poses of other robots is out of step", () => {
    const state = played();
    expect(() => state.acceptPoses(bytes(vectors.frames[0]?.bytes ?? ""))).toThrow(OutOfStep);
  });

  test.each(["", "{", "null", "[]", "7", '{"type": "spell"}'])("does not take %j", (text) => {
    expect(() => played().accept(text)).toThrow(OutOfStep);
  });
});

describe("chains of waits", () => {
  test.each(vectors.chains)("are those of the dispatcher: case %#", ({ robots, robot, chain }) => {
    const known = new Map(robots.map((one) => [one.robot, one]));
    const found = chainOfWaits(known, robot).map((one) => [one.robot, one.wait]);
    expect(found).toEqual(chain);
  });

  test("that lead back are rings", () => {
    const rings = vectors.chains.map(({ robots, robot }) =>
      isRing(chainOfWaits(new Map(robots.map((one) => [one.robot, one])), robot)),
    );
    expect(rings).toEqual([false, false, true, false, false, false, true]);
  });
});
