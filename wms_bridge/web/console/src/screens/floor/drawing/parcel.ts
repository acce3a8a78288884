/** What a drawing worker is told of a scene: each time only what it does not know yet. No DOM. */
import type { Pod, Robot } from "../../../live/floorstate";
import type { PoseFrame } from "../../../live/frames";
import { Camera } from "../camera";
import type { Cell } from "../heat";
import { Motion } from "../motion";
import type { Site } from "../site";
import type { Scene, Stale, Told } from "./renderer";

/** Parts of a scene that are replaced when they change, and told whole then. */
const WHOLE = ["rules", "palette", "layers", "chosen", "pointed", "hovered", "chain"] as const;
type Whole = Pick<Scene, (typeof WHOLE)[number]>;
const TOLD = ["at_ms", "order", "stops", "entries", "closures"] as const;
type Short = Pick<Told, (typeof TOLD)[number]>;
type Drawn = Pick<Robot, "robot" | "load" | "activity" | "base" | "horizon" | "paused">;
type View = Pick<Camera, "width" | "height" | "scale" | "x_m" | "y_m">;

/** Structured clone takes it. */
export interface Parcel {
  /** The page's clock: when the picture is to be of, and when the newest frame came to the page. */
  now_ms: number;
  arrived_ms: number;
  stale: Stale;
  view: View;
  whole: Partial<Whole>;
  told: Partial<Short>;
  /** Robots that have changed. */
  robots: readonly Drawn[];
  /** All pods that stand, if they are to be drawn. */
  pods: readonly Pod[] | null;
  heat: readonly Cell[] | null;
  /** The newest frame, if it is another one. */
  poses: PoseFrame | null;
}

/** Makes parcels, and remembers what was sent. */
export class Packer {
  private readonly whole: Partial<Whole> = {};
  private readonly told: Partial<Short> = {};
  private readonly robots = new Map<string, Robot>();
  private poses: PoseFrame | null = null;

  /** What the receiver needs for a picture of `scene`. */
  pack(scene: Scene, stale: Stale, now_ms: number): Parcel {
    const { state, camera } = scene;
    const { width, height, scale, x_m, y_m } = camera;
    const still = stale.ground || stale.still;
    const poses = state.poses === this.poses ? null : state.poses;
    this.poses = state.poses;
    return {
      now_ms,
      arrived_ms: scene.motion.arrived_ms ?? now_ms,
      stale,
      view: { width, height, scale, x_m, y_m },
      whole: changes(WHOLE, scene, this.whole),
      told: changes(TOLD, state, this.told),
      robots: this.changed(state),
      pods: still ? [...state.pods.values()] : null,
      heat: still && scene.layers.heat ? scene.heat.all() : null,
      poses,
    };
  }

  private changed({ robots }: Told): Drawn[] {
    const found: Drawn[] = [];
    for (const [name, one] of robots) {
      if (this.robots.get(name) === one) continue;
      this.robots.set(name, one);
      const { robot, load, activity, base, horizon, paused } = one;
      found.push({ robot, load, activity, base, horizon, paused });
    }
    for (const name of this.robots.keys()) if (!robots.has(name)) this.robots.delete(name);
    return found;
  }
}

/** What of `names` is another value than before; `sent` is brought up to date. */
function changes<T extends object, K extends keyof T>(
  names: readonly K[],
  from: T,
  sent: Partial<Pick<T, K>>,
): Partial<Pick<T, K>> {
  const found: Partial<Pick<T, K>> = {};
  for (const name of names) {
    if (name in sent && sent[name] === from[name]) continue;
    sent[name] = found[name] = from[name];
  }
  return found;
}

/** The scene as the worker knows it, from parcels in their order. */
export class Unpacker {
  private readonly motion = new Motion();
  private readonly robots = new Map<string, Robot>();
  private readonly camera = new Camera();
  private heat: readonly Cell[] = [];
  private readonly state = {
    at_ms: 0,
    order: [] as readonly string[],
    robots: this.robots,
    pods: new Map<string, Pod>(),
    poses: null as PoseFrame | null,
    stops: [] as Told["stops"],
    entries: [] as Told["entries"],
    closures: [] as Told["closures"],
  };
  private whole: Whole | null = null;

  constructor(private readonly site: Site) {}

  unpack(parcel: Parcel): Scene {
    const { state } = this;
    Object.assign(this.camera, parcel.view);
    Object.assign(state, parcel.told);
    const whole = { ...this.whole, ...parcel.whole } as Whole;
    this.whole = whole;
    if (parcel.told.order) this.reorder(parcel.told.order);
    for (const one of parcel.robots) this.robots.set(one.robot, one as Robot);
    if (parcel.pods) state.pods = new Map(parcel.pods.map((one) => [one.pod, one]));
    if (parcel.heat) this.heat = parcel.heat;
    if (parcel.poses) {
      state.poses = parcel.poses;
      this.motion.accept(parcel.poses, state.order, this.robots, parcel.arrived_ms);
    }
    const { site, camera, motion } = this;
    return { ...whole, site, state, camera, motion, heat: { all: () => this.heat } };
  }

  private reorder(order: readonly string[]): void {
    this.state.poses = null; // they are of the order before
    const here = new Set(order);
    for (const name of this.robots.keys()) if (!here.has(name)) this.robots.delete(name);
  }
}
