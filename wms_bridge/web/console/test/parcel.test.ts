/** What the drawing worker is told: all it needs, and nothing twice. */
import { describe, expect, test } from "vitest";

import { FloorState, type Robot } from "../src/live/floorstate";
import { emptyFrame } from "../src/live/frames";
import { Camera } from "../src/screens/floor/camera";
import { Packer, type Parcel, Unpacker } from "../src/screens/floor/drawing/parcel";
import type { Palette } from "../src/screens/floor/drawing/palette";
import type { Scene, Stale } from "../src/screens/floor/drawing/renderer";
import { Heat } from "../src/screens/floor/heat";
import { Motion } from "../src/screens/floor/motion";
import type { Site } from "../src/screens/floor/site";

const ALL: Stale = { ground: true, still: true, ways: true, traffic: true };
const TRAFFIC: Stale = { ground: false, still: false, ways: false, traffic: true };
const site = { pitch_m: 1 } as Site;

function robot(name: string, load: string | null = null): Robot {
  const still = { goal: null, base: [[1, 2]], horizon: [], wait: null, sent: null } as const;
  return { robot: name, load, activity: "fetch", paused: false, leaving: false, ...still };
}

class Floor {
  readonly state = new FloorState();
  readonly motion = new Motion();
  readonly heat = new Heat(1);
  readonly scene: Scene;

  constructor(names: readonly string[]) {
    const { state, motion, heat } = this;
    state.order = names;
    for (const name of names) state.robots.set(name, robot(name));
    this.scene = {
      site,
      rules: [],
      state,
      motion,
      heat,
      camera: new Camera(),
      palette: { paper: "#fff" } as Palette,
      layers: { ways: true, heat: true },
      chosen: null,
      pointed: [],
      hovered: null,
      chain: [],
    };
  }

  /** All robots are told to be at `x_m`, at `now_ms` of the page. */
  poses(x_m: number, now_ms: number): void {
    const { state } = this;
    const frame = emptyFrame(state.order.length, now_ms, now_ms);
    frame.x_m.fill(x_m);
    state.poses = frame;
    state.at_ms = now_ms;
    this.motion.accept(frame, state.order, state.robots, now_ms);
  }
}

/** As it comes out at the other end of a channel. */
const sent = (parcel: Parcel): Parcel => structuredClone(parcel);

describe("parcels", () => {
  test("the worker's scene is the page's, picture after picture", () => {
    const floor = new Floor(["R1", "R2"]);
    const [packer, unpacker] = [new Packer(), new Unpacker(site)];
    floor.state.pods.set("P1", { pod: "P1", x_m: 3, y_m: 4 });
    floor.scene.camera.resize(800, 600);
    floor.poses(0, 1000);
    unpacker.unpack(sent(packer.pack(floor.scene, ALL, 1000)));
    floor.poses(1, 1100);
    floor.heat.wait([[0, 0]], 1000);
    floor.heat.wait([[0, 0]], 1100);
    floor.scene.chosen = { kind: "robot", id: "R2" };
    floor.scene.camera.panBy(10, 0);
    floor.state.stops = [{ stop: "spill", robots: [], area_m: [] }];
    floor.state.robots.set("R1", robot("R1", "P1"));
    floor.state.pods.delete("P1");
    const seen = unpacker.unpack(sent(packer.pack(floor.scene, { ...ALL, ground: false }, 1150)));
    for (const name of ["R1", "R2"]) {
      expect(seen.motion.poseAt(name, 1150)).toEqual(floor.motion.poseAt(name, 1150));
      expect(seen.state.robots.get(name)).toMatchObject({ load: name === "R1" ? "P1" : null });
    }
    expect(seen.motion.poseAt("R1", 1150)?.x_m).toBeGreaterThan(0);
    expect(seen.chosen).toEqual(floor.scene.chosen);
    expect(seen.palette).toEqual(floor.scene.palette);
    expect(seen.state.stops).toEqual(floor.state.stops);
    expect(seen.state.pods.size).toBe(0);
    expect(seen.state.at_ms).toBe(1100);
    expect(seen.heat.all()).toEqual(floor.heat.all());
    expect(seen.camera.toFloor(5, 5)).toEqual(floor.scene.camera.toFloor(5, 5));
  });

  test("a picture of nothing new carries nothing but the view", () => {
    const floor = new Floor(["R1", "R2"]);
    const packer = new Packer();
    floor.poses(0, 1000);
    packer.pack(floor.scene, ALL, 1000);
    const parcel = packer.pack(floor.scene, TRAFFIC, 1016);
    expect(parcel).toMatchObject({ robots: [], pods: null, heat: null, poses: null });
    expect([parcel.whole, parcel.told]).toEqual([{}, {}]);
  });

  test("only robots that changed are told, and those that left are forgotten", () => {
    const floor = new Floor(["R1", "R2", "R3"]);
    const [packer, unpacker] = [new Packer(), new Unpacker(site)];
    floor.poses(0, 1000);
    unpacker.unpack(sent(packer.pack(floor.scene, ALL, 1000)));
    floor.state.robots.set("R2", robot("R2", "P9"));
    floor.state.robots.delete("R3");
    floor.state.order = ["R2", "R1"];
    floor.poses(0, 1050);
    const parcel = sent(packer.pack(floor.scene, TRAFFIC, 1050));
    expect(parcel.robots.map((one) => one.robot)).toEqual(["R2"]);
    const seen = unpacker.unpack(parcel);
    expect([...seen.state.robots.keys()].sort()).toEqual(["R1", "R2"]);
    expect(seen.motion.poseAt("R3", 1050)).toBeNull();
  });
});
