/** The drawing worker: draws on the canvases that it was given, as it is told. */
import type { Site } from "../site";
import { Canvas2d, type Sheets } from "./canvas2d";
import { type Parcel, Unpacker } from "./parcel";

export type Order =
  | { kind: "open"; sheets: Sheets; site: Site }
  | { kind: "size"; width: number; height: number; dpr: number }
  | { kind: "draw"; parcel: Parcel };
export type Answer = { kind: "drawn"; at_ms: number } | { kind: "restored" };

const answer = (told: Answer) => self.postMessage(told);
let canvas: Canvas2d | null = null;
let scene: Unpacker | null = null;

self.addEventListener("message", ({ data }: MessageEvent<Order>) => {
  if (data.kind === "open") {
    canvas = new Canvas2d(data.sheets, () => answer({ kind: "restored" }));
    scene = new Unpacker(data.site);
  } else if (data.kind === "size") canvas?.resize(data.width, data.height, data.dpr);
  else if (canvas && scene) {
    const { parcel } = data;
    const drawn = scene.unpack(parcel);
    canvas.draw(drawn, parcel.stale, parcel.now_ms);
    const { at_ms } = drawn.state;
    // Only then the picture is on the screen.
    requestAnimationFrame(() => answer({ kind: "drawn", at_ms }));
  }
});
