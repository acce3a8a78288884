/** Where the floor is drawn: in a worker, so that the page stays free; in the page where that fails. */
import type { Site } from "../site";
import { Canvas2d, LAYERS, type Sheets } from "./canvas2d";
import { Packer } from "./parcel";
import type { Answer, Order } from "./painter";
import type { MakeRenderer, Renderer, Scene, Stale, Tellings } from "./renderer";

/** Draws in a worker if the browser can, and goes on in the page if the worker does not start. */
export const makeRenderer: MakeRenderer = (box, site, tell) => new Best(box, site, tell);

class Best implements Renderer {
  private used: Renderer;
  private size: [number, number, number] = [1, 1, 1];

  constructor(
    private readonly box: HTMLElement,
    site: Site,
    private readonly tell: Tellings,
  ) {
    const able = "transferControlToOffscreen" in HTMLCanvasElement.prototype;
    this.used = able ? new InWorker(box, site, tell, () => this.failed()) : new InPage(box, tell);
  }

  get ready(): boolean {
    return this.used.ready;
  }

  resize(...size: [number, number, number]): void {
    this.size = size;
    this.used.resize(...size);
  }

  draw(scene: Scene, stale: Stale, now_ms: number): void {
    this.used.draw(scene, stale, now_ms);
  }

  destroy(): void {
    this.used.destroy();
  }

  private failed(): void {
    this.used.destroy();
    this.used = new InPage(this.box, this.tell);
    this.used.resize(...this.size);
    this.tell.restored();
  }
}

/** Canvases in a box of the page, one above the other. */
function sheetsIn(box: HTMLElement): Record<(typeof LAYERS)[number], HTMLCanvasElement> {
  const [still, ways, traffic] = LAYERS.map(() => document.createElement("canvas"));
  if (!still || !ways || !traffic) throw new Error("a layer is missing");
  box.append(still, ways, traffic);
  return { still, ways, traffic };
}

class InPage implements Renderer {
  readonly ready = true;
  private readonly sheets;
  private readonly canvas: Canvas2d;

  constructor(
    box: HTMLElement,
    private readonly tell: Tellings,
  ) {
    this.sheets = sheetsIn(box);
    this.canvas = new Canvas2d(this.sheets, () => tell.restored());
  }

  resize(width: number, height: number, dpr: number): void {
    this.canvas.resize(width, height, dpr);
  }

  draw(scene: Scene, stale: Stale, now_ms: number): void {
    this.canvas.draw(scene, stale, now_ms);
    this.tell.drawn(scene.state.at_ms);
  }

  destroy(): void {
    for (const sheet of Object.values(this.sheets)) sheet.remove();
  }
}

/** While one picture goes to the screen, the next one may be drawn. */
const MOST_UNDER_WAY = 2;

class InWorker implements Renderer {
  private underWay = 0;
  private readonly sheets;
  private readonly worker: Worker;
  private readonly packer = new Packer();

  constructor(box: HTMLElement, site: Site, tell: Tellings, failed: () => void) {
    this.sheets = sheetsIn(box);
    this.worker = new Worker(new URL("./painter.ts", import.meta.url), { type: "module" });
    this.worker.addEventListener("error", failed, { once: true });
    this.worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      if (data.kind === "restored") tell.restored();
      else {
        this.underWay -= 1;
        tell.drawn(data.at_ms);
      }
    });
    const sheets = Object.fromEntries(
      LAYERS.map((name) => [name, this.sheets[name].transferControlToOffscreen()]),
    ) as Sheets;
    this.send({ kind: "open", sheets, site }, Object.values(sheets) as OffscreenCanvas[]);
  }

  get ready(): boolean {
    return this.underWay < MOST_UNDER_WAY;
  }

  resize(width: number, height: number, dpr: number): void {
    this.send({ kind: "size", width, height, dpr });
  }

  draw(scene: Scene, stale: Stale, now_ms: number): void {
    this.underWay += 1;
    this.send({ kind: "draw", parcel: this.packer.pack(scene, stale, now_ms) });
  }

  destroy(): void {
    this.worker.terminate();
    for (const sheet of Object.values(this.sheets)) sheet.remove();
  }

  private send(order: Order, given: Transferable[] = []): void {
    this.worker.postMessage(order, given);
  }
}
