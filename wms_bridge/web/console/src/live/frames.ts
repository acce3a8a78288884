/** Pose frames from bytes; the layout stands in docs/reference/floor-stream.md. */

export const VERSION = 1;
export const ACTIVITIES = [
  "idle",
  "park",
  "fetch",
  "deliver",
  "pick",
  "return",
  "charge",
  "count",
  "silent",
] as const;
/** By their code less one; code 0 is a robot that does not wait. */
export const WAITS = [
  "robot",
  "closure",
  "person",
  "help",
  "retry",
  "others",
  "way",
  "work",
] as const;
export type Activity = (typeof ACTIVITIES)[number];
export type WaitsFor = (typeof WAITS)[number];

const HEADER = 16;
const NEAR = 1;
const WIDE = 2;
const NEAR_BYTES = 8;
const WIDE_BYTES = 12;

/** Where all robots are, in the order that the stream has told; one entry per robot in each list. */
export interface PoseFrame {
  sequence: number;
  /** Time of the site (ms). */
  at_ms: number;
  count: number;
  x_m: Float32Array;
  y_m: Float32Array;
  theta_rad: Float32Array;
  /** Charge from 0 to 1. */
  battery: Float32Array;
  activity: Uint8Array;
  waits: Uint8Array;
  loaded: Uint8Array;
}

/** Why bytes are no pose frame. */
export class NoFrame extends Error {}

/** Reads a frame; throws {@link NoFrame}. */
export function readFrame(buffer: ArrayBuffer): PoseFrame {
  const data = new DataView(buffer);
  if (data.byteLength < HEADER) throw new NoFrame("shorter than its header");
  if (data.getUint8(0) !== VERSION) throw new NoFrame("of another version");
  const kind = data.getUint8(1);
  if (kind !== NEAR && kind !== WIDE) throw new NoFrame("of an unknown kind");
  const size = kind === NEAR ? NEAR_BYTES : WIDE_BYTES;
  const count = data.getUint16(2, true);
  if (data.byteLength !== HEADER + count * size) throw new NoFrame("not as long as its robots");
  const frame = emptyFrame(count, data.getUint32(4, true), data.getFloat64(8, true));
  for (let i = 0; i < count; i += 1) readRobot(frame, i, data, HEADER + i * size, kind);
  return frame;
}

/** A frame of robots that all stand at the origin. */
export function emptyFrame(count: number, sequence: number, at_ms: number): PoseFrame {
  const floats = () => new Float32Array(count);
  const bytes = () => new Uint8Array(count);
  return {
    sequence,
    at_ms,
    count,
    x_m: floats(),
    y_m: floats(),
    theta_rad: floats(),
    battery: floats(),
    activity: bytes(),
    waits: bytes(),
    loaded: bytes(),
  };
}

function readRobot(frame: PoseFrame, i: number, data: DataView, at: number, kind: number): void {
  const near = kind === NEAR;
  frame.x_m[i] = near ? data.getInt16(at, true) / 100 : data.getFloat32(at, true);
  frame.y_m[i] = near ? data.getInt16(at + 2, true) / 100 : data.getFloat32(at + 4, true);
  const rest = near ? at + 4 : at + 8;
  frame.theta_rad[i] = (data.getUint8(rest) / 256) * 2 * Math.PI;
  frame.battery[i] = data.getUint8(rest + 1) / 255;
  const state = data.getUint8(rest + 2);
  frame.activity[i] = state & 15;
  frame.waits[i] = state >> 4;
  frame.loaded[i] = data.getUint8(rest + 3) & 1;
  if ((frame.activity[i] ?? 0) >= ACTIVITIES.length || (frame.waits[i] ?? 0) > WAITS.length) {
    throw new NoFrame("with a state that nobody knows");
  }
}
