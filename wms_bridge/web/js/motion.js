/**
 * Smooth motion between frames. No DOM, no clock: times are handed in.
 *
 * Site time may run much faster than the wall clock, so that a robot turns several corners between
 * two frames. It is drawn along the way it had said it would go (base, then horizon), by time of
 * arrival. A move that no robot could have made since the last frame is shown at once.
 */

const FASTEST_MPS = 3;
const SLACK_M = 1.5;
const ON_WAY_M = 0.4;
const CORNER_M = 0.35;
const GAP_MS = 2000;

/** The angle from `from` to `to` the short way round, in (-pi, pi]. */
export function turn(from, to) {
  const full = 2 * Math.PI;
  const left = (((to - from) % full) + full) % full;
  return left > Math.PI ? left - full : left;
}

/** A polyline with its running lengths; points closer together than a millimetre are dropped. */
export class Way {
  constructor(points) {
    this.points = [];
    this.reach = [];
    let length = 0;
    for (const point of points) {
      const last = this.points.at(-1);
      const step = last ? Math.hypot(point[0] - last[0], point[1] - last[1]) : 0;
      if (last && step < 0.001) continue;
      length += step;
      this.points.push(point);
      this.reach.push(length);
    }
    this.length = length;
  }

  /** The point `s` metres along. */
  at(s) {
    const { points, reach } = this;
    if (s <= 0) return points[0];
    if (s >= this.length) return points.at(-1);
    let i = 1;
    while (reach[i] < s) i += 1;
    const share = (s - reach[i - 1]) / (reach[i] - reach[i - 1]);
    const [a, b] = [points[i - 1], points[i]];
    return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
  }

  /** Direction of travel at `s`, corners rounded; null where there is no way. */
  heading(s) {
    const [a, b] = [this.at(s - CORNER_M), this.at(s + CORNER_M)];
    if (Math.hypot(b[0] - a[0], b[1] - a[1]) < 0.01) return null;
    return Math.atan2(b[1] - a[1], b[0] - a[0]);
  }

  /** The points that come after `s`. */
  after(s) {
    return this.points.filter((_, i) => this.reach[i] > s);
  }

  /** Where along the way `point` lies (the first such place), or null if it lies beside it. */
  find(point) {
    let best = null;
    let least = ON_WAY_M;
    for (let i = 1; i < this.points.length; i += 1) {
      const [a, b] = [this.points[i - 1], this.points[i]];
      const span = this.reach[i] - this.reach[i - 1];
      const dot = (point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1]);
      const s = Math.min(span, Math.max(0, dot / span));
      const foot = this.at(this.reach[i - 1] + s);
      const off = Math.hypot(point[0] - foot[0], point[1] - foot[1]);
      if (off < least - 0.02) {
        least = off;
        best = this.reach[i - 1] + s;
      }
    }
    return best;
  }
}

/** One robot between the last frame and the newest. */
class Track {
  constructor(robot, way, from_rad) {
    this.robot = robot;
    this.way = way;
    this.from_rad = from_rad;
  }

  poseAt(share) {
    const s = share * this.way.length;
    const [x_m, y_m] = this.way.at(s);
    return { x_m, y_m, theta_rad: this.headingAt(s, share) };
  }

  headingAt(s, share) {
    const { from_rad, robot, way } = this;
    if (way.points.length < 3) return from_rad + share * turn(from_rad, robot.theta_rad);
    const along = way.heading(s) ?? robot.theta_rad;
    const start = Math.min(1, s / CORNER_M);
    const end = Math.min(1, (way.length - s) / CORNER_M);
    const leaving = from_rad + start * turn(from_rad, along);
    return robot.theta_rad + end * turn(robot.theta_rad, leaving);
  }
}

export class Motion {
  constructor() {
    this.tracks = new Map();
    this.arrived_ms = null;
    this.at_ms = null;
    /** Smoothed time between frames on the wall clock. */
    this.interval_ms = 100;
    this.share = 1;
  }

  /** Takes a new frame (FloorView) that arrived at `now_ms` of the wall clock. */
  accept(frame, now_ms) {
    const gap_ms = this.arrived_ms === null ? Infinity : now_ms - this.arrived_ms;
    const passed_ms = this.at_ms === null ? -1 : frame.at_ms - this.at_ms;
    const flowing = gap_ms < GAP_MS && passed_ms >= 0;
    const reach_m = flowing ? SLACK_M + (FASTEST_MPS * passed_ms) / 1000 : 0;
    if (flowing) this.interval_ms += 0.25 * (Math.min(1000, Math.max(16, gap_ms)) - this.interval_ms);
    const share = this.shareAt(now_ms);
    const tracks = new Map();
    for (const robot of frame.robots) {
      tracks.set(robot.robot, this.track(robot, this.tracks.get(robot.robot), share, reach_m));
    }
    this.tracks = tracks;
    this.arrived_ms = now_ms;
    this.at_ms = frame.at_ms;
  }

  track(robot, before, share, reach_m) {
    const goal = [robot.x_m, robot.y_m];
    if (!before) return new Track(robot, new Way([goal]), robot.theta_rad);
    const pose = before.poseAt(share);
    const here = [pose.x_m, pose.y_m];
    const told = before.way.after(share * before.way.length);
    const meant = new Way([here, ...told, ...before.robot.base, ...before.robot.horizon]);
    const s = meant.find(goal);
    if (s !== null && s <= reach_m) {
      const passed = meant.points.filter((_, i) => meant.reach[i] < s);
      return new Track(robot, new Way([here, ...passed, goal]), pose.theta_rad);
    }
    const straight = Math.hypot(goal[0] - here[0], goal[1] - here[1]);
    if (straight <= reach_m) return new Track(robot, new Way([here, goal]), pose.theta_rad);
    return new Track(robot, new Way([goal]), robot.theta_rad);
  }

  /** How far the picture has come from the last frame (0) to the newest (1). */
  shareAt(now_ms) {
    if (this.arrived_ms === null) return 1;
    return Math.min(1, Math.max(0, (now_ms - this.arrived_ms) / (this.interval_ms * 1.15)));
  }

  /** True while there is something left to draw of the way to the newest frame. */
  moving(now_ms) {
    return this.tracks.size > 0 && this.shareAt(now_ms) < 1;
  }

  /**
   * Every robot of the newest frame with its pose at `now_ms` and the points `ahead` that it has
   * still to pass before it is where the frame put it.
   */
  posesAt(now_ms) {
    const share = this.shareAt(now_ms);
    const poses = [];
    for (const track of this.tracks.values()) {
      const ahead = share < 1 ? track.way.after(share * track.way.length) : [];
      poses.push({ robot: track.robot, ...track.poseAt(share), ahead });
    }
    return poses;
  }
}
