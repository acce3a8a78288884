/** The picture loop of the floor: keeps a scene, and has a renderer draw what has changed. */
import { floor } from "../../live/floor";
import type { FloorState } from "../../live/floorstate";
import { WAITS } from "../../live/frames";
import { boundsOf, Camera } from "./camera";
import { chainOfWaits } from "./chain";
import { readPalette } from "./drawing/palette";
import type { Layers, MakeRenderer, Renderer, Scene, Stale } from "./drawing/renderer";
import { makeRenderer } from "./drawing/renderers";
import { Heat } from "./heat";
import { Motion } from "./motion";
import { point } from "./point";
import type { Rule, Site } from "./site";
import type { Thing } from "./things";

const MOST_DPR = 2;
const HEAT_EVERY_MS = 1000;
/** The ways of 1,000 robots are drawn anew four times a second; of fewer more often, in proportion. */
const WAYS_MS_PER_ROBOT = 0.25;
const ALL: Stale = { ground: true, still: true, ways: true, traffic: true };
const WORK = WAITS.indexOf("work") + 1;

/** What a stage shows: the live floor, or the floor as it was. */
export type Source = Pick<typeof floor, "state" | "onPoses">;

export class Stage {
  readonly scene: Scene & { state: FloorState; motion: Motion; heat: Heat };
  /** Calls back after the view has moved by itself. */
  following = false;
  /** Pictures drawn so far, and the site time that the last one shows. */
  pictures = 0;
  drawn_ms = -1;
  private readonly renderer: Renderer;
  private stale: Stale = { ...ALL };
  private heatDrawn_ms = 0;
  private waysDrawn_ms = 0;
  private waysBehind = false;
  private lifts = -1;
  private frame = 0;
  private readonly ends: (() => void)[] = [];

  constructor(
    private readonly box: HTMLElement,
    site: Site,
    make: MakeRenderer = makeRenderer,
    private readonly source: Source = floor,
  ) {
    this.renderer = make(box, site, {
      drawn: (at_ms) => this.done(at_ms),
      restored: () => this.redraw(),
    });
    const [camera, motion, heat] = [new Camera(), new Motion(), new Heat(site.pitch_m)];
    this.scene = {
      site,
      rules: [],
      state: source.state,
      motion,
      heat,
      camera,
      palette: readPalette(),
      layers: { ways: true, heat: false },
      chosen: null,
      pointed: [],
      hovered: null,
      chain: [],
    };
    camera.show(boundsOf(site.floor_m.map(point)));
  }

  /** Begins to draw. */
  start(): void {
    const observer = new ResizeObserver(() => this.resize());
    observer.observe(this.box);
    this.ends.push(() => observer.disconnect());
    const { source } = this;
    this.ends.push(source.onPoses((poses, now_ms) => this.poses(poses.at_ms, now_ms)));
    if (source.state.poses) this.poses(source.state.poses.at_ms, performance.now());
    this.resize();
    const loop = (now_ms: number) => {
      this.picture(now_ms);
      this.frame = requestAnimationFrame(loop);
    };
    this.frame = requestAnimationFrame(loop);
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    for (const end of this.ends) end();
    this.renderer.destroy();
  }

  /** Points out a thing. */
  choose(thing: Thing | null): void {
    this.scene.chosen = thing;
    this.following = false;
    this.stale.still = this.stale.ways = true;
    this.changed();
  }

  /** Points out things that something sought is in. */
  pointOut(things: readonly Thing[]): void {
    this.scene.pointed = things;
    this.stale = { ...this.stale, still: true, traffic: true };
  }

  hover(robot: string | null): void {
    if (robot === this.scene.hovered) return;
    this.scene.hovered = robot;
    this.stale.traffic = true;
  }

  setLayers(layers: Layers): void {
    this.scene.layers = layers;
    this.redraw();
  }

  setRules(rules: readonly Rule[]): void {
    this.scene.rules = rules;
    this.redraw();
  }

  /** After the stream has told of changes. */
  changed(): void {
    const { scene } = this;
    scene.chain =
      scene.chosen?.kind === "robot" ? chainOfWaits(scene.state.robots, scene.chosen.id) : [];
    const still = this.stale.still || scene.state.lifts !== this.lifts;
    this.lifts = scene.state.lifts;
    this.stale = { ...this.stale, still, traffic: true };
  }

  /** After the theme has changed. */
  recolour(): void {
    this.scene.palette = readPalette();
    this.redraw();
  }

  /** After the camera was moved. */
  redraw(): void {
    this.stale = { ...ALL };
  }

  private resize(): void {
    const { width, height } = this.box.getBoundingClientRect();
    this.renderer.resize(width, height, Math.min(MOST_DPR, devicePixelRatio || 1));
    this.scene.camera.resize(width, height);
    this.redraw();
  }

  private poses(at_ms: number, now_ms: number): void {
    const { state, motion, heat } = this.scene;
    const { poses } = state;
    if (!poses) return;
    motion.accept(poses, state.order, state.robots, now_ms);
    heat.wait(waiting(poses), at_ms);
    this.stale.traffic = true;
  }

  private picture(now_ms: number): void {
    const { scene } = this;
    if (this.following) this.follow(now_ms);
    if (!this.renderer.ready) return;
    if (scene.layers.heat && now_ms - this.heatDrawn_ms > HEAT_EVERY_MS) {
      this.heatDrawn_ms = now_ms;
      this.stale.still = true;
    }
    const moving = scene.motion.moving(now_ms);
    const stale = this.staleAt(now_ms, moving);
    if (!Object.values(stale).includes(true)) return;
    this.stale = { ground: false, still: false, ways: false, traffic: moving };
    this.renderer.draw(scene, stale, now_ms);
  }

  private done(at_ms: number): void {
    this.pictures += 1;
    this.drawn_ms = at_ms;
  }

  /** What has to be drawn anew now; ways that robots have moved on from may wait a little. */
  private staleAt(now_ms: number, moving: boolean): Stale {
    const { state, layers } = this.scene;
    const traffic = this.stale.traffic || moving;
    this.waysBehind ||= traffic && layers.ways;
    const due = now_ms - this.waysDrawn_ms >= state.order.length * WAYS_MS_PER_ROBOT;
    const ways = this.stale.ways || (this.waysBehind && due);
    if (ways) {
      this.waysDrawn_ms = now_ms;
      this.waysBehind = false;
    }
    return { ...this.stale, ways, traffic };
  }

  private follow(now_ms: number): void {
    const { chosen, motion, camera } = this.scene;
    const pose = chosen?.kind === "robot" ? motion.poseAt(chosen.id, now_ms) : null;
    if (!pose || (pose.x_m === camera.x_m && pose.y_m === camera.y_m)) return;
    camera.centre(pose.x_m, pose.y_m);
    this.redraw();
  }
}

/** Where robots wait that have something to do. */
function* waiting(
  poses: NonNullable<Scene["state"]["poses"]>,
): Generator<readonly [number, number]> {
  for (let i = 0; i < poses.count; i += 1) {
    const waits = poses.waits[i] ?? 0;
    if (waits !== 0 && waits !== WORK) yield [poses.x_m[i] ?? 0, poses.y_m[i] ?? 0];
  }
}
