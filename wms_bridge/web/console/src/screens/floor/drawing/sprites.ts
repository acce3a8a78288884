/**
 * Robots drawn beforehand, one small picture per look: a floor of 1,000 robots is then 1,000 stamps
 * instead of 10,000 strokes. A robot looks the same mirrored at its long axis, so that it does not
 * matter that the floor's y points up and a picture's down.
 */
import { batteryLevel, type Palette } from "./palette";
import { type Pen, tile, trace } from "./pen";

/** Pictures are kept for scales a quarter apart, and stamped a little smaller or larger. */
const STEP = 1.25;
const MOST = 2000;
const BATTERY_STEPS = 10;

export interface Look {
  colour: string;
  /** Share from 0 to 1. */
  battery: number;
  length_m: number;
  width_m: number;
  /** Side of the pod on its back; 0 without. */
  load_m: number;
}

interface Sprite {
  picture: ImageBitmap;
  size_m: number;
}

export class Sprites {
  private readonly kept = new Map<string, Sprite>();
  private scale = 0;
  private palette: Palette | null = null;

  /** To be called before stamping: `scale` is device pixels per metre, `thin_m` a thin line. */
  begin(scale: number, palette: Palette): void {
    const step = Math.ceil(Math.log(scale) / Math.log(STEP));
    const rounded = STEP ** step;
    if (rounded === this.scale && palette === this.palette) return;
    this.kept.clear();
    this.scale = rounded;
    this.palette = palette;
  }

  /** Draws a robot around the origin of `pen`, facing along x. */
  stamp(pen: Pen, look: Look): void {
    const { picture, size_m } = this.of(look);
    pen.drawImage(picture, -size_m / 2, -size_m / 2, size_m, size_m);
  }

  private of(look: Look): Sprite {
    const battery = Math.round(look.battery * BATTERY_STEPS) / BATTERY_STEPS;
    const { colour, length_m, width_m, load_m } = look;
    const key = `${colour} ${battery} ${length_m} ${width_m} ${load_m}`;
    const known = this.kept.get(key);
    if (known) return known;
    if (this.kept.size >= MOST) this.kept.clear();
    const made = this.make({ ...look, battery });
    this.kept.set(key, made);
    return made;
  }

  private make(look: Look): Sprite {
    const around = Math.max(look.length_m, look.width_m, look.load_m);
    const px = Math.ceil(around * this.scale) + 4;
    const canvas = new OffscreenCanvas(px, px);
    const pen = canvas.getContext("2d") as unknown as Pen | null;
    if (pen && this.palette) {
      pen.setTransform(this.scale, 0, 0, this.scale, px / 2, px / 2);
      drawRobotAsSeen(pen, look, this.palette, this.scale);
    }
    // A picture that can change no more is stamped without a look whether it has.
    return { picture: canvas.transferToImageBitmap(), size_m: px / this.scale };
  }
}

/** A pod if it carries one; the body in the colour of what it does, a bright wedge at the front,
 * the battery at the back. */
function drawRobotAsSeen(pen: Pen, look: Look, palette: Palette, scale: number): void {
  const { colour, battery, length_m: length, width_m: width, load_m } = look;
  pen.lineWidth = 1 / scale;
  pen.strokeStyle = palette["robot-edge"];
  if (load_m > 0) {
    pen.beginPath();
    tile(pen, 0, 0, load_m, load_m * 0.08);
    pen.fillStyle = palette["pod-carried"];
    pen.fill();
    pen.stroke();
  }
  pen.beginPath();
  pen.roundRect(-length / 2, -width / 2, length, width, width * 0.28);
  pen.fillStyle = colour;
  pen.fill();
  pen.stroke();
  trace(pen, [
    [length * 0.4, 0],
    [length * 0.04, width * 0.3],
    [length * 0.04, -width * 0.3],
  ]);
  pen.closePath();
  pen.fillStyle = palette["robot-edge"];
  pen.fill();
  if (battery >= 0.4 && length * scale < 16) return;
  const [w, h] = [length * 0.2, width * 0.6];
  pen.fillRect(-length * 0.4, -h / 2, w, h);
  pen.fillStyle = palette[batteryLevel(battery)];
  const full = h * 0.86 * Math.max(0.12, Math.min(1, battery));
  pen.fillRect(-length * 0.4 + w * 0.14, -h * 0.43, w * 0.72, full);
}
