/**
 * Draws the floor on three canvases, one above the other, each drawn anew when its part changes: what
 * stands still, the ways of the robots, the robots. The site itself is kept as a picture off the screen.
 */
import type { Pod } from "../../../live/floorstate";
import { warmth } from "../heat";
import { drawGround } from "./ground";
import { drawInForce } from "./inforce";
import type { Thing } from "../things";
import { inMetres, label, type Pen } from "./pen";
import type { Scene, Stale } from "./renderer";
import { Sprites } from "./sprites";
import { drawHalo, drawTraffic } from "./traffic";
import { drawWays } from "./ways";

/** The canvases on the screen, from the lowest to the highest. */
export const LAYERS = ["still", "ways", "traffic"] as const;
export type Sheets = Record<(typeof LAYERS)[number], HTMLCanvasElement | OffscreenCanvas>;

export class Canvas2d {
  private readonly still: Pen;
  private readonly ways: Pen;
  private readonly traffic: Pen;
  private readonly ground: Pen;
  private readonly sprites = new Sprites();
  private dpr = 1;

  /** Calls `restored` when the browser had taken a picture away. */
  constructor(sheets: Sheets, restored: () => void) {
    this.still = penOf(sheets.still);
    this.ways = penOf(sheets.ways);
    this.traffic = penOf(sheets.traffic);
    this.ground = penOf(new OffscreenCanvas(1, 1));
    for (const { canvas } of this.pens()) canvas.addEventListener("contextrestored", restored);
  }

  resize(width: number, height: number, dpr: number): void {
    this.dpr = dpr;
    for (const { canvas } of this.pens()) {
      canvas.width = Math.max(1, Math.round(width * dpr));
      canvas.height = Math.max(1, Math.round(height * dpr));
    }
  }

  draw(scene: Scene, stale: Stale, now_ms: number): void {
    if (stale.ground) {
      this.wipe(this.ground, scene);
      drawGround(this.ground, scene);
    }
    if (stale.ground || stale.still) this.drawStill(scene);
    if (stale.ground || stale.ways) {
      this.wipe(this.ways, scene);
      if (scene.layers.ways) drawWays(this.ways, scene, now_ms);
    }
    if (stale.ground || stale.traffic) {
      this.wipe(this.traffic, scene);
      this.sprites.begin(scene.camera.scale * this.dpr, scene.palette);
      drawTraffic(this.traffic, scene, this.sprites, now_ms);
    }
  }

  private pens(): readonly Pen[] {
    return [this.ground, this.still, this.ways, this.traffic];
  }

  private wipe(pen: Pen, scene: Scene): void {
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
    inMetres(pen, scene.camera, this.dpr);
  }

  private drawStill(scene: Scene): void {
    const pen = this.still;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = scene.palette.paper;
    pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height);
    pen.drawImage(this.ground.canvas, 0, 0);
    inMetres(pen, scene.camera, this.dpr);
    if (scene.layers.heat) drawHeat(pen, scene);
    drawPods(pen, scene);
    drawInForce(pen, scene);
    for (const thing of [...scene.pointed, ...(scene.chosen ? [scene.chosen] : [])]) {
      drawPlace(pen, scene, thing);
    }
  }
}

function penOf(canvas: HTMLCanvasElement | OffscreenCanvas): Pen {
  const pen = canvas.getContext("2d") as Pen | null;
  if (!pen) throw new Error("this browser has no canvas");
  return pen;
}

function drawHeat(pen: Pen, { heat, site, palette }: Scene): void {
  const half = site.pitch_m / 2;
  pen.fillStyle = palette.heat;
  for (const { column, row, waited_s } of heat.all()) {
    pen.globalAlpha = 0.85 * warmth(waited_s);
    pen.fillRect(column * site.pitch_m - half, row * site.pitch_m - half, 2 * half, 2 * half);
  }
  pen.globalAlpha = 1;
}

function drawPods(pen: Pen, { state, site, camera, palette }: Scene): void {
  const size = site.pod_model.size_m;
  const pods: readonly Pod[] = [...state.pods.values()];
  pen.beginPath();
  for (const pod of pods) pen.rect(pod.x_m - size / 2, pod.y_m - size / 2, size, size);
  pen.fillStyle = palette.pod;
  pen.fill();
  if (size * camera.scale > 7) {
    pen.strokeStyle = palette["pod-edge"];
    pen.lineWidth = 1 / camera.scale;
    pen.stroke();
  }
  if (size * camera.scale <= 34) return;
  const size_px = Math.min(13, size * camera.scale * 0.3);
  const look = { size_px, colour: palette["pod-ink"], font: palette.font };
  for (const pod of pods) label(pen, camera, pod.pod, [pod.x_m, pod.y_m], look);
}

function drawPlace(pen: Pen, { state, site, camera, palette }: Scene, chosen: Thing): void {
  if (chosen.kind === "pod") {
    const pod = state.pods.get(chosen.id);
    if (pod) drawHalo(pen, pod, site.pod_model.size_m * 0.9, camera.scale, palette);
  }
  const station = chosen.kind === "station" && site.stations.find((one) => one.id === chosen.id);
  if (!station) return;
  const [x_m = 0, y_m = 0] = station.position_m;
  drawHalo(pen, { x_m, y_m }, site.pitch_m * 0.8, camera.scale, palette);
}
