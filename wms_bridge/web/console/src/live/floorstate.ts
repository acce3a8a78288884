/** The floor as the stream has told it so far. No DOM, no clock. */
import type { Schema } from "../api/client";
import type { Activity, PoseFrame, WaitsFor } from "./frames";
import { readFrame } from "./frames";

export type Point = readonly [number, number];
export type Station = Schema["StationView"];
export type Pod = Schema["PodView"];
export type Alarm = Schema["RaiseAlarm"];

/** A stop in force: of robots, of who is in an area, or with neither of the site. */
export interface Stop {
  stop: string;
  robots: readonly string[];
  area_m: readonly Point[];
}

/** A person on the floor, or on the way there. */
export interface Entry {
  entry: string;
  area_m: readonly Point[];
  state: "draining" | "frozen" | "entered";
  inside: readonly string[];
}

/** Nodes that are closed, by where they are. */
export interface Closure {
  closure: string;
  points: readonly Point[];
}

/** What keeps a robot where it is, since when (ms of site time). */
export interface Wait {
  on: WaitsFor;
  name: string;
  since_ms: number;
}

/** What changes tell of a robot; where it is and its battery are in the pose frame. */
export interface Robot {
  robot: string;
  load: string | null;
  activity: Activity;
  goal: string | null;
  base: readonly Point[];
  horizon: readonly Point[];
  wait: Wait | null;
  paused: boolean;
  /** The node where an operator keeps it. */
  sent: string | null;
  /** It gets no more work. */
  leaving: boolean;
}

/** What is told whole when anything of it has changed. */
interface InForce {
  alarms: Alarm[];
  stops: Stop[];
  entries: Entry[];
  closures: Closure[];
}

interface Snapshot extends InForce {
  type: "snapshot";
  why: "start" | "behind" | "restart";
  stream: string;
  number: number;
  sequence: number;
  age_ms: number;
  at_ms: number;
  order: string[];
  robots: Robot[];
  pods: Pod[];
  stations: Station[];
}

interface Changes extends Partial<InForce> {
  type: "changes";
  number: number;
  at_ms: number;
  order?: string[];
  robots?: (Partial<Robot> & { robot: string })[];
  pods?: { stand: Pod[]; gone: string[] };
  stations?: Station[];
}

interface Beat {
  type: "beat";
  sequence: number;
  age_ms: number | null;
  now_ms: number;
}

export type Message = Snapshot | Changes | Beat;

/** What the stream said does not fit what is known: only a new snapshot helps. */
export class OutOfStep extends Error {}

export class FloorState {
  stream: string | null = null;
  /** Number of the last changes taken; null before the first snapshot. */
  number: number | null = null;
  at_ms = 0;
  order: readonly string[] = [];
  robots = new Map<string, Robot>();
  pods = new Map<string, Pod>();
  stations = new Map<string, Station>();
  alarms: readonly Alarm[] = [];
  stops: readonly Stop[] = [];
  entries: readonly Entry[] = [];
  closures: readonly Closure[] = [];
  poses: PoseFrame | null = null;
  /** Grows when pods were put down or lifted, and when stops, entries or closures have changed. */
  lifts = 0;
  /** How often the whole floor was told because changes were missed, by reason. */
  readonly snapshots = { start: 0, behind: 0, restart: 0 };

  /** Takes a text message and gives it back. Throws {@link OutOfStep}. */
  accept(text: string): Message {
    const message = read(text);
    if (message.type === "snapshot") this.replace(message);
    else if (message.type === "changes") this.change(message);
    return message;
  }

  /** Takes a pose frame. Throws {@link OutOfStep}. */
  acceptPoses(buffer: ArrayBuffer): PoseFrame {
    const frame = readFrame(buffer);
    if (frame.count !== this.order.length) throw new OutOfStep("poses of other robots");
    this.poses = frame;
    this.at_ms = frame.at_ms;
    return frame;
  }

  /** The place of a robot in pose frames; -1 if there is no such robot. */
  indexOf(robot: string): number {
    return this.order.indexOf(robot);
  }

  private replace(told: Snapshot): void {
    this.stream = told.stream;
    this.number = told.number;
    this.at_ms = told.at_ms;
    this.order = told.order;
    this.robots = new Map(told.robots.map((one) => [one.robot, one]));
    this.pods = new Map(told.pods.map((one) => [one.pod, one]));
    this.stations = new Map(told.stations.map((one) => [one.station, one]));
    this.inForce(told);
    this.poses = null;
    this.snapshots[told.why] += 1;
    this.lifts += 1;
  }

  private change(told: Changes): void {
    if (this.number === null || told.number !== this.number + 1) {
      throw new OutOfStep(`changes ${told.number} after ${this.number}`);
    }
    this.number = told.number;
    this.at_ms = told.at_ms;
    for (const one of told.robots ?? []) {
      this.robots.set(one.robot, { ...this.robots.get(one.robot), ...one } as Robot);
    }
    if (told.order) this.reorder(told.order);
    if (told.pods) this.lifts += 1;
    for (const one of told.pods?.gone ?? []) this.pods.delete(one);
    for (const one of told.pods?.stand ?? []) this.pods.set(one.pod, one);
    for (const one of told.stations ?? []) this.stations.set(one.station, one);
    this.inForce(told);
  }

  private inForce(told: Partial<InForce>): void {
    this.alarms = told.alarms ?? this.alarms;
    this.stops = told.stops ?? this.stops;
    this.entries = told.entries ?? this.entries;
    this.closures = told.closures ?? this.closures;
    if (told.stops || told.entries || told.closures) this.lifts += 1;
  }

  private reorder(order: string[]): void {
    this.order = order;
    const here = new Set(order);
    for (const robot of this.robots.keys()) if (!here.has(robot)) this.robots.delete(robot);
    this.poses = null;
  }
}

function read(text: string): Message {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw new OutOfStep("not JSON");
  }
  const type = (message as { type?: unknown } | null)?.type;
  if (type === "snapshot" || type === "changes" || type === "beat") return message as Message;
  throw new OutOfStep("a message of an unknown type");
}
