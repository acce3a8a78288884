/**
 * Smooth motion between pose frames. No DOM, no clock: times are handed in.
 *
 * Site time may run much faster than the wall clock, so that a robot turns several corners between
 * two frames. It is drawn along the way it had said it would go (base, then horizon), by time of
 * arrival. A move that no robot could have made since the last frame is shown at once.
 */
import type { Point, Robot } from "../../live/floorstate";
import type { PoseFrame } from "../../live/frames";
import { TURN_M, Way } from "./way";

const FASTEST_MPS = 3;
const SLACK_M = 1.5;
const GAP_MS = 2000;
const STILL_M = 0.005;

export interface Pose {
  x_m: number;
  y_m: number;
  theta_rad: number;
}

/** The angle from `from` to `to` the short way round, in (-pi, pi]. */
export function turn(from: number, to: number): number {
  const full = 2 * Math.PI;
  const left = (((to - from) % full) + full) % full;
  return left > Math.PI ? left - full : left;
}

/** One robot between the last frame and the newest. */
class Track {
  constructor(
    readonly way: Way,
    private readonly from_rad: number,
    private readonly to_rad: number,
    /** What the robot had still to drive when the newest frame came. */
    readonly told: readonly Point[],
  ) {}

  poseAt(share: number): Pose {
    const s = share * this.way.length;
    const [x_m, y_m] = this.way.at(s);
    return { x_m, y_m, theta_rad: this.headingAt(s, share) };
  }

  private headingAt(s: number, share: number): number {
    const { from_rad, to_rad, way } = this;
    if (way.points.length < 3) return from_rad + share * turn(from_rad, to_rad);
    const along = way.heading(s) ?? to_rad;
    const start = Math.min(1, s / TURN_M);
    const end = Math.min(1, (way.length - s) / TURN_M);
    const leaving = from_rad + start * turn(from_rad, along);
    return to_rad + end * turn(to_rad, leaving);
  }
}

export class Motion {
  private tracks = new Map<string, Track>();
  /** When the newest frame came. */
  arrived_ms: number | null = null;
  private at_ms: number | null = null;
  /** Smoothed time between frames on the wall clock. */
  private interval_ms = 100;

  /** Takes a frame that arrived at `now_ms` of the wall clock, with who is in it and their ways. */
  accept(
    frame: PoseFrame,
    order: readonly string[],
    robots: ReadonlyMap<string, Pick<Robot, "base" | "horizon">>,
    now_ms: number,
  ): void {
    const gap_ms = this.arrived_ms === null ? Infinity : now_ms - this.arrived_ms;
    const passed_ms = this.at_ms === null ? -1 : frame.at_ms - this.at_ms;
    const flowing = gap_ms < GAP_MS && passed_ms >= 0;
    const reach_m = flowing ? SLACK_M + (FASTEST_MPS * passed_ms) / 1000 : 0;
    const share = this.shareAt(now_ms);
    const gap = Math.min(1000, Math.max(16, gap_ms));
    if (flowing) this.interval_ms += 0.25 * (gap - this.interval_ms);
    const tracks = new Map<string, Track>();
    order.forEach((name, i) => {
      const goal: Point = [frame.x_m[i] ?? 0, frame.y_m[i] ?? 0];
      const robot = robots.get(name);
      const told = robot ? [...robot.base, ...robot.horizon] : [];
      const before = this.tracks.get(name);
      tracks.set(name, trackTo(goal, frame.theta_rad[i] ?? 0, told, before, share, reach_m));
    });
    this.tracks = tracks;
    this.arrived_ms = now_ms;
    this.at_ms = frame.at_ms;
  }

  /** How far the picture has come from the last frame (0) to the newest (1). */
  shareAt(now_ms: number): number {
    if (this.arrived_ms === null) return 1;
    return Math.min(1, Math.max(0, (now_ms - this.arrived_ms) / (this.interval_ms * 1.15)));
  }

  /** True while there is something left to draw of the way to the newest frame. */
  moving(now_ms: number): boolean {
    return this.tracks.size > 0 && this.shareAt(now_ms) < 1;
  }

  /** Where a robot is drawn at `now_ms`; null if there is no such robot. */
  poseAt(robot: string, now_ms: number): Pose | null {
    return this.tracks.get(robot)?.poseAt(this.shareAt(now_ms)) ?? null;
  }

  /** The points that a robot is drawn to pass before it is where the newest frame put it. */
  ahead(robot: string, now_ms: number): Point[] {
    const track = this.tracks.get(robot);
    const share = this.shareAt(now_ms);
    return track && share < 1 ? track.way.after(share * track.way.length) : [];
  }
}

function trackTo(
  goal: Point,
  theta_rad: number,
  told: readonly Point[],
  before: Track | undefined,
  share: number,
  reach_m: number,
): Track {
  if (!before) return new Track(new Way([goal]), theta_rad, theta_rad, told);
  const pose = before.poseAt(share);
  const here: Point = [pose.x_m, pose.y_m];
  const straight_m = Math.hypot(goal[0] - here[0], goal[1] - here[1]);
  if (straight_m < STILL_M) return new Track(new Way([goal]), pose.theta_rad, theta_rad, told);
  const meant = new Way([here, ...before.way.after(share * before.way.length), ...before.told]);
  const s = meant.find(goal);
  if (s !== null && s <= reach_m) {
    const passed = meant.points.filter((_, i) => (meant.reach[i] ?? 0) < s);
    return new Track(new Way([here, ...passed, goal]), pose.theta_rad, theta_rad, told);
  }
  if (straight_m <= reach_m) {
    return new Track(new Way([here, goal]), pose.theta_rad, theta_rad, told);
  }
  return new Track(new Way([goal]), theta_rad, theta_rad, told);
}
