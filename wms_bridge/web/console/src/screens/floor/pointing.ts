/** Mouse, touch and keyboard on the map: move, zoom, point at things and choose them. */
import { point } from "./point";
import type { Stage } from "./stage";
import type { Thing } from "./things";

const GRAB_PX = 4;
const NEAR_PX = 14;
const STEP_PX = 60;
const CLOSER = 1.3;
type Place = { x: number; y: number };

export interface Actions {
  choose: (thing: Thing | null) => void;
  /** Chooses the next (1) or previous (-1) robot. */
  step: (by: number) => void;
}

export class Pointing {
  private readonly held = new Map<number, Place>();
  private travelled = 0;

  constructor(
    private readonly map: HTMLElement,
    private readonly stage: Stage,
    private readonly actions: Actions,
  ) {}

  start(): void {
    const { map } = this;
    map.addEventListener("pointerdown", (event) => this.down(event));
    map.addEventListener("pointermove", (event) => this.move(event));
    map.addEventListener("pointerup", (event) => this.up(event));
    map.addEventListener("pointercancel", (event) => this.held.delete(event.pointerId));
    map.addEventListener("pointerleave", () => this.stage.hover(null));
    map.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    map.addEventListener("dblclick", (event) => this.zoom(1.8, event.offsetX, event.offsetY));
    map.addEventListener("keydown", (event) => this.key(event));
  }

  zoom(factor: number, x?: number, y?: number): void {
    this.stage.scene.camera.zoomAt(factor, x, y);
    this.stage.redraw();
  }

  fit(): void {
    this.stage.following = false;
    this.stage.scene.camera.fit();
    this.stage.redraw();
  }

  private pan(dx: number, dy: number): void {
    this.stage.following = false;
    this.stage.scene.camera.panBy(dx, dy);
    this.stage.redraw();
  }

  private down(event: PointerEvent): void {
    this.map.setPointerCapture(event.pointerId);
    this.held.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    this.travelled = 0;
  }

  private move(event: PointerEvent): void {
    const last = this.held.get(event.pointerId);
    const here = { x: event.offsetX, y: event.offsetY };
    if (!last) {
      const thing = this.thingAt(here.x, here.y);
      this.map.classList.toggle("pointing", thing !== null);
      this.stage.hover(thing?.kind === "robot" ? thing.id : null);
      return;
    }
    const spread = this.spread();
    this.held.set(event.pointerId, here);
    this.travelled += Math.hypot(here.x - last.x, here.y - last.y);
    if (this.travelled < GRAB_PX) return;
    this.pan((here.x - last.x) / this.held.size, (here.y - last.y) / this.held.size);
    if (spread) this.zoom(this.spread() / spread, here.x, here.y);
  }

  private up(event: PointerEvent): void {
    const mine = this.held.delete(event.pointerId);
    if (mine && this.travelled < GRAB_PX) {
      this.actions.choose(this.thingAt(event.offsetX, event.offsetY));
    }
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.zoom(Math.exp(-event.deltaY * lines * 0.0016), event.offsetX, event.offsetY);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const acts: Record<string, () => void> = {
      ArrowLeft: () => this.pan(STEP_PX, 0),
      ArrowRight: () => this.pan(-STEP_PX, 0),
      ArrowUp: () => this.pan(0, STEP_PX),
      ArrowDown: () => this.pan(0, -STEP_PX),
      "+": () => this.zoom(CLOSER),
      "=": () => this.zoom(CLOSER),
      "-": () => this.zoom(1 / CLOSER),
      "0": () => this.fit(),
      Escape: () => this.actions.choose(null),
      ".": () => this.actions.step(1),
      ",": () => this.actions.step(-1),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** Distance between two fingers, 0 with fewer. */
  private spread(): number {
    const [a, b] = [...this.held.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  }

  /** What is drawn at a place of the map. */
  thingAt(x: number, y: number): Thing | null {
    const { camera, motion, state, site } = this.stage.scene;
    const at = camera.toFloor(x, y);
    const reach = Math.max(site.pitch_m * 0.5, NEAR_PX / camera.scale);
    const now_ms = performance.now();
    const robots = state.order.map((id) => ({ id, at: motion.poseAt(id, now_ms) }));
    const pods = [...state.pods.values()].map((pod) => ({ id: pod.pod, at: pod }));
    const stations = site.stations.map((one) => {
      const [x_m, y_m] = point(one.position_m);
      return { id: one.id, at: { x_m, y_m } };
    });
    const robot = nearest(robots, at, reach);
    if (robot) return { kind: "robot", id: robot };
    const station = nearest(stations, at, site.pitch_m * 0.5);
    if (station) return { kind: "station", id: station };
    const pod = nearest(pods, at, site.pitch_m * 0.5);
    return pod ? { kind: "pod", id: pod } : null;
  }
}

type Spot = { x_m: number; y_m: number };

function nearest(
  things: readonly { id: string; at: Spot | null }[],
  to: Spot,
  reach_m: number,
): string | null {
  let best: string | null = null;
  let least = reach_m;
  for (const { id, at } of things) {
    const off = at ? Math.hypot(at.x_m - to.x_m, at.y_m - to.y_m) : Infinity;
    if (off >= least) continue;
    least = off;
    best = id;
  }
  return best;
}
