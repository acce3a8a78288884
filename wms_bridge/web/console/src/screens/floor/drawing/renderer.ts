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

export interface Scene {
  site: Site;
  rules: readonly Rule[];
  state: FloorState;
  motion: Motion;
  heat: Heat;
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
  traffic: boolean;
}

export interface Renderer {
  /** Sets the size in CSS pixels, and device pixels per CSS pixel. */
  resize(width: number, height: number, dpr: number): void;
  draw(scene: Scene, stale: Stale, now_ms: number): void;
  destroy(): void;
}

/**
 * Makes a renderer whose pictures stand in a box of the page. It calls `restored` when the browser
 * had taken a picture away (its graphics process ended) and all has to be drawn anew.
 */
export type MakeRenderer = (box: HTMLElement, restored: () => void) => Renderer;
