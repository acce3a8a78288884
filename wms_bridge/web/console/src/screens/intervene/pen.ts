/** Draws an area and marks over a stage of the floor, and lets a pointer draw or point there. */
import type { Point } from "../../live/floorstate";
import type { Stage } from "../floor/stage";
import { rectangle } from "./area";

export type Tool = "rectangle" | "corners" | "move";
const CLICK_PX = 5;
const DOT_PX = 9;

interface Ends {
  area: (corners: readonly Point[]) => void;
  place: (at: Point) => void;
}

interface Held {
  from: Point;
  last: { x: number; y: number };
  travelled: number;
}

export class Pen {
  private tool: Tool = "move";
  private area: readonly Point[] | null = null;
  private marks: readonly Point[] = [];
  private corners: Point[] = [];
  private held: Held | null = null;
  private frame = 0;
  private drawn = "";
  private readonly hand = new AbortController();

  constructor(
    private readonly box: HTMLElement,
    private readonly stage: Stage,
    private readonly shape: SVGPathElement,
    private readonly ends: Ends,
  ) {
    const { signal } = this.hand;
    box.addEventListener("pointerdown", (event) => this.down(event), { signal });
    box.addEventListener("pointermove", (event) => this.move(event), { signal });
    box.addEventListener("pointerup", (event) => this.up(event), { signal });
    box.addEventListener("pointercancel", () => (this.held = null), { signal });
    box.addEventListener("wheel", (event) => this.wheel(event), { signal, passive: false });
    const loop = () => {
      this.draw();
      this.frame = requestAnimationFrame(loop);
    };
    loop();
  }

  stop(): void {
    this.hand.abort();
    cancelAnimationFrame(this.frame);
  }

  take(tool: Tool): void {
    this.tool = tool;
    this.corners = [];
  }

  show(area: readonly Point[] | null, marks: readonly Point[]): void {
    if (this.corners.length > 0 && area === null) this.corners = [];
    this.area = area;
    this.marks = marks;
  }

  zoom(factor: number, x?: number, y?: number): void {
    this.stage.scene.camera.zoomAt(factor, x, y);
    this.stage.redraw();
  }

  fit(): void {
    this.stage.scene.camera.fit();
    this.stage.redraw();
  }

  private at(event: PointerEvent): Point {
    const { x_m, y_m } = this.stage.scene.camera.toFloor(event.offsetX, event.offsetY);
    return [x_m, y_m];
  }

  private down(event: PointerEvent): void {
    this.box.setPointerCapture(event.pointerId);
    const last = { x: event.offsetX, y: event.offsetY };
    this.held = { from: this.at(event), last, travelled: 0 };
  }

  private move(event: PointerEvent): void {
    const { held } = this;
    if (!held) return;
    const [dx, dy] = [event.offsetX - held.last.x, event.offsetY - held.last.y];
    held.last = { x: event.offsetX, y: event.offsetY };
    held.travelled += Math.hypot(dx, dy);
    if (held.travelled < CLICK_PX) return;
    if (this.tool === "rectangle") this.ends.area(rectangle(held.from, this.at(event)));
    else {
      this.stage.scene.camera.panBy(dx, dy);
      this.stage.redraw();
    }
  }

  private up(event: PointerEvent): void {
    const { held } = this;
    this.held = null;
    if (!held || held.travelled >= CLICK_PX) return;
    const at = this.at(event);
    if (this.tool === "corners") {
      this.corners = [...this.corners, at];
      if (this.corners.length >= 3) this.ends.area(this.corners);
    } else this.ends.place(at);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY * 0.0016), event.offsetX, event.offsetY);
  }

  private draw(): void {
    const { camera } = this.stage.scene;
    const on = ([x, y]: Point) => camera.toScreen(x, y);
    const begun = this.corners.length > 0 && this.corners.length < 3;
    const around = begun ? [] : (this.area ?? []).map(on);
    const dots = (begun ? this.corners : this.marks).map(on);
    const drawn = [
      ...around.map(({ x, y }, i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`),
      ...(around.length > 0 ? ["Z"] : []),
      ...dots.map(({ x, y }) => circle(x, y)),
    ].join("");
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.shape.setAttribute("d", drawn);
  }
}

function circle(x: number, y: number): string {
  const half = (sweep: number) => `a${DOT_PX} ${DOT_PX} 0 1 0 ${sweep * 2 * DOT_PX} 0`;
  return `M${(x - DOT_PX).toFixed(1)} ${y.toFixed(1)}${half(1)}${half(-1)}Z`;
}

/** The robot at a place, if there is one. */
export function nearestRobot(
  robots: readonly { id: string; at: { x_m: number; y_m: number } | null }[],
  [x, y]: Point,
  reach_m: number,
): string | null {
  let best: string | null = null;
  let least = reach_m;
  for (const { id, at } of robots) {
    const off = at ? Math.hypot(at.x_m - x, at.y_m - y) : Infinity;
    if (off >= least) continue;
    least = off;
    best = id;
  }
  return best;
}
