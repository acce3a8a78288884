/** What draws the floor. Everything it may know of the floor is in a {@link Scene}. */
import type { FloorState } from "../../../live/floorstate";
import type { Camera } from "../camera";
import type { Link } from "../chain";
import type { Heat } from "../heat";
import type { Motion } from "../motion";
import type { Rule, Site } from "../site";
import type { Thing } from "../things";
import type { Palette } from "./palette";

export interface Layers {
  /** Reserved (base) and planned (horizon) ways of all robots; those of the chosen one always. */
  ways: boolean;
  heat: boolean;
}

/** What is drawn of the floor as the stream has told it. */
export type Told = Pick<
  FloorState,
  "at_ms" | "order" | "robots" | "pods" | "poses" | "stops" | "entries" | "closures"
>;

export interface Scene {
  site: Site;
  rules: readonly Rule[];
  state: Told;
  motion: Pick<Motion, "poseAt" | "ahead" | "arrived_ms">;
  heat: Pick<Heat, "all">;
  camera: Camera;
  palette: Palette;
  layers: Layers;
  chosen: Thing | null;
  /** Things that what was sought is in. */
  pointed: readonly Thing[];
  hovered: string | null;
  /** Whom the chosen robot waits for. */
  chain: readonly Link[];
}

/** What has to be drawn anew. */
export interface Stale {
  /** The site itself: after the camera, the theme or the rules have changed. */
  ground: boolean;
  /** Pods, heat, stops, people and closures. */
  still: boolean;
  /** Ways of all robots. */
  ways: boolean;
  traffic: boolean;
}

export interface Renderer {
  /** Whether another picture may be drawn: false while earlier ones are not done. */
  readonly ready: boolean;
  /** Sets the size in CSS pixels, and device pixels per CSS pixel. */
  resize(width: number, height: number, dpr: number): void;
  draw(scene: Scene, stale: Stale, now_ms: number): void;
  destroy(): void;
}

/** What a renderer tells of itself. */
export interface Tellings {
  /** A picture of the floor at a site time is on the screen. */
  drawn(at_ms: number): void;
  /** The browser had taken pictures away (its graphics process ended): all has to be drawn anew. */
  restored(): void;
}

/** Makes a renderer whose pictures stand in a box of the page. */
export type MakeRenderer = (box: HTMLElement, site: Site, tell: Tellings) => Renderer;
