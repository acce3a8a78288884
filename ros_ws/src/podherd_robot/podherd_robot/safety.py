"""What makes the robot slow down and stop: obstacles, silence, readings that cannot be.

**This is not a safety function in the sense of ISO 3691-4.** It spares robots, pods and goods.
People are protected by the certified scanners and brakes of the robot, which act whatever is
decided here.

An obstacle is a point of the lidar in the corridor that the robot will sweep on its released way,
up to its next stop and no further: beyond the end of its base others may stand. While it turns on
the spot the corridor is the circle around its corners. The speed is one from which it still stops
``stop_m`` before the obstacle. Posts of the pod it carries, or that it turns beneath, are known.
"""

from math import atan2, cos, degrees, hypot, inf, isinf, sin
from typing import NamedTuple

from planner.warehouse.robot import ErrorKind, Pose, RobotError
from planner.warehouse.site import RobotType
from podherd_robot.drive_params import DriveParams
from podherd_robot.footprint import Footprint, is_post
from podherd_robot.profile import stopping, wrapped
from podherd_robot.way import Line
from podherd_ros.base import Odometry, Scan

_CREEP_MPS = 0.05
"""A speed below this is none."""
_FREE_MPS = 0.25
"""An obstacle that allows this speed is no reason to go on standing."""
_REBORN = 5
"""After so many readings in a row from before the last one, time has begun anew."""

_Nearest = tuple[float, float, float] | None
"""Free metres to the nearest obstacle, and where it is in ``base_link``."""


class Step(NamedTuple):
    """How the base moved between two odometries, in ``base_link`` of the first."""

    ahead_m: float
    left_m: float
    turn_rad: float


def step_between(before: Pose, after: Pose) -> Step:
    """The movement from one pose to another."""
    dx, dy = after.x_m - before.x_m, after.y_m - before.y_m
    c, s = cos(before.theta_rad), sin(before.theta_rad)
    turn = wrapped(after.theta_rad - before.theta_rad)
    return Step(dx * c + dy * s, dy * c - dx * s, turn)


class Felt(NamedTuple):
    """What an odometry means: seconds and movement since the one before (``step`` is ``None`` when
    that cannot be told), ``trusted`` if the base may be driven by it, ``reborn`` if time has begun
    anew with it."""

    seconds: float
    step: Step | None
    trusted: bool
    reborn: bool = False


class OdometryWatch:
    """Finds odometry that cannot be: time running backwards, gaps, jumps."""

    def __init__(self, kind: RobotType, params: DriveParams):
        self._kind = kind
        self._limits = params.safety
        self._recall_ms = params.localisation.recall_ms
        self._last: Odometry | None = None
        self._good_ms: int | None = None
        """Readings are good since then, after some that were not."""
        self._behind = 0
        self.problem = ""
        self.jumped = False
        """The last reading was somewhere the base cannot have gone."""

    def feel(self, odometry: Odometry) -> Felt:
        """Judge a reading; one with the time of the last is the last again."""
        last, self.jumped = self._last, False
        if last is None:
            self._last = odometry
            return Felt(0.0, Step(0.0, 0.0, 0.0), True)
        if odometry.at_ms <= last.at_ms:
            return self._feel_old(odometry, last)
        self._behind = 0
        self._last = odometry
        seconds = (odometry.at_ms - last.at_ms) / 1000.0
        step = step_between(last.pose, odometry.pose)
        if self._is_jump(step, seconds):
            self.jumped = True
            moved = f"{hypot(step.ahead_m, step.left_m):.2f} m in {seconds:.2f} s"
            return self._bad(f"odometry jumped: {moved}.", seconds, None)
        if odometry.at_ms - last.at_ms > self._limits.gap_ms:
            return self._bad(f"no odometry for {seconds:.1f} s.", seconds, step)
        return Felt(seconds, step, self._steady(odometry.at_ms))

    def follows(self, earlier: Odometry, later: Odometry) -> bool:
        """Can the base have driven from one reading to the other, not too long ago?"""
        elapsed_ms = later.at_ms - earlier.at_ms
        if not 0 <= elapsed_ms <= self._recall_ms:
            return False
        return not self._is_jump(step_between(earlier.pose, later.pose), elapsed_ms / 1000.0)

    def _feel_old(self, odometry: Odometry, last: Odometry) -> Felt:
        if odometry.at_ms == last.at_ms:
            return Felt(0.0, Step(0.0, 0.0, 0.0), not self.problem)
        self._behind += 1
        reborn = self._behind >= _REBORN
        if reborn:
            self._behind, self._last = 0, odometry
        felt = self._bad("time of odometry runs backwards.", 0.0, None)
        return felt._replace(reborn=reborn)

    def _is_jump(self, step: Step, seconds: float) -> bool:
        limits, kind = self._limits, self._kind
        far = hypot(step.ahead_m, step.left_m) > 1.5 * kind.speed_mps * seconds + limits.jump_m
        return far or abs(step.turn_rad) > 1.5 * kind.turn_rate_radps * seconds + limits.jump_rad

    def _bad(self, problem: str, seconds: float, step: Step | None) -> Felt:
        self.problem, self._good_ms = problem, None
        return Felt(seconds, step, False)

    def _steady(self, at_ms: int) -> bool:
        if not self.problem:
            return True
        if self._good_ms is None:
            self._good_ms = at_ms
        if at_ms - self._good_ms >= self._limits.steady_ms:
            self.problem, self._good_ms = "", None
        return not self.problem


class Sweep(NamedTuple):
    """What the robot is about to sweep: along ``line`` up to the last of ``nodes_m``, which are so
    far along it; or, ``turning``, the circle around it. ``pose`` is where it is, ``scanned`` where
    it was at the time of the scan."""

    line: Line
    nodes_m: tuple[float, ...]
    pose: Pose
    scanned: Pose
    turning: bool


class ObstacleWatch:
    """Finds obstacles in scans and decides how fast the robot may drive."""

    def __init__(self, kind: RobotType, params: DriveParams):
        self._params = params
        self._prints = {
            loaded: Footprint.of(kind, params, loaded=loaded) for loaded in (False, True)
        }
        self._braking_mps2 = kind.acceleration_mps2
        self._reach_m = (
            stop_way(kind.speed_mps, kind.acceleration_mps2, params.safety.latency_s)
            + params.safety.stop_m
            + max(footprint.corner_m for footprint in self._prints.values())
        )
        self._rays: tuple[float, float, int] = (0.0, 0.0, 0)
        self._directions: tuple[tuple[float, float], ...] = ()
        self.scan: Scan | None = None
        self._points: tuple[tuple[float, float], ...] = ()
        self._blocked = False
        self._free_ms: int | None = None
        self._slow_ms: int | None = None
        self._text = ""

    def feel(self, scan: Scan) -> None:
        """A turn of the lidar; an older one than the last is left out."""
        if self.scan is not None and scan.at_ms <= self.scan.at_ms:
            return
        self.scan = scan
        rays = (scan.first_rad, scan.step_rad, len(scan.ranges_m))
        if rays != self._rays:
            self._rays = rays
            angles = [scan.first_rad + i * scan.step_rad for i in range(len(scan.ranges_m))]
            self._directions = tuple((cos(angle), sin(angle)) for angle in angles)
        reach, x_m = self._reach_m, scan.x_m
        self._points = tuple(
            [
                (x_m + distance * c, distance * s)
                for distance, (c, s) in zip(scan.ranges_m, self._directions, strict=True)
                if distance < reach
            ]
        )

    def allowed(self, at_ms: int, sweep: Sweep | None, *, loaded: bool) -> float:
        """Top speed (m/s) by the newest scan; while turning, 0 or infinite. ``None``: the robot
        has no way to go."""
        if sweep is None:
            self._blocked, self._free_ms, self._slow_ms = False, None, None
            return 0.0
        footprint = self._prints[loaded]
        if sweep.turning:
            nearest = self._in_circle(sweep, footprint, loaded)
            speed = inf if nearest is None else 0.0
        else:
            nearest = self._in_corridor(sweep, footprint, loaded)
            free_m = inf if nearest is None else nearest[0]
            speed = self._speed(free_m)
        return self._resume(at_ms, speed, nearest)

    def error(self, at_ms: int, reference: str) -> RobotError | None:
        """Told when the robot stands for an obstacle, or has been slowed by one for a while."""
        slowed = self._slow_ms is not None and (
            at_ms - self._slow_ms > self._params.safety.slowed_ms
        )
        if not (self._blocked or slowed):
            return None
        return RobotError(ErrorKind.OBSTACLE, reference, self._text)

    def _speed(self, free_m: float) -> float:
        if isinf(free_m):
            return inf
        safety = self._params.safety
        speed = stopping(free_m - safety.stop_m, self._braking_mps2, safety.latency_s)
        return speed if speed >= _CREEP_MPS else 0.0

    def _resume(self, at_ms: int, speed: float, nearest: _Nearest) -> float:
        """Once it stands it goes on only when the way has been free for a while."""
        if nearest is not None and (speed == 0.0 or self._slow_ms is None):
            self._describe(nearest, stop=speed == 0.0)
        if speed == 0.0:
            self._blocked, self._free_ms = True, None
        elif self._blocked:
            if speed < _FREE_MPS:
                self._free_ms = None
                return 0.0
            if self._free_ms is None:
                self._free_ms = at_ms
            if at_ms - self._free_ms < self._params.safety.resume_ms:
                return 0.0
            self._blocked, self._free_ms = False, None
        if nearest is None:
            self._slow_ms = None
        elif self._slow_ms is None:
            self._slow_ms = at_ms
        return speed

    def _describe(self, nearest: tuple[float, float, float], *, stop: bool) -> None:
        """In round numbers, and once: a report is sent when its text changes."""
        if stop and self._blocked:
            return
        away, x_m, y_m = nearest
        bearing = 5 * round(degrees(atan2(y_m, x_m)) / 5)
        self._text = f"something is {max(0.0, away):.1f} m away, at {bearing} deg."

    def _in_corridor(self, sweep: Sweep, footprint: Footprint, loaded: bool) -> _Nearest:
        """Free way (m) to the nearest point on the way, and that point in ``base_link``."""
        line, was = sweep.line, sweep.scanned
        along, across = line.along_m(was), line.across_m(was)
        off = was.theta_rad - line.heading_rad
        c, s = cos(off), sin(off)
        now = line.along_m(sweep.pose)
        front, margin = footprint.half_length_m, self._params.safety.margin_m
        half = footprint.half_width_m + margin + abs(line.across_m(sweep.pose))
        last, first = sweep.nodes_m[-1] + front + margin, now + front - margin
        nearest: _Nearest = None
        for x, y in self._points:
            ahead = along + x * c - y * s
            if not first < ahead < last:
                continue
            left = across + x * s + y * c
            if abs(left) >= half or footprint.holds(x, y):
                continue
            if self._is_post_on_the_way(sweep, ahead, left, (x, y) if loaded else None):
                continue
            if nearest is None or ahead < nearest[0]:
                nearest = (ahead, x, y)
        return None if nearest is None else (nearest[0] - now - front, nearest[1], nearest[2])

    def _is_post_on_the_way(
        self, sweep: Sweep, ahead: float, left: float, carried: tuple[float, float] | None
    ) -> bool:
        """Is a point of the corridor a post of the pod it carries (the point is ``carried``, seen
        from the base), or without one of a pod that it drives beneath?"""
        if carried is not None:
            return is_post(*carried, self._params)
        return any(is_post(ahead - node_m, left, self._params) for node_m in sweep.nodes_m)

    def _in_circle(self, sweep: Sweep, footprint: Footprint, loaded: bool) -> _Nearest:
        """The nearest point that a corner could hit, if there is one."""
        radius = footprint.corner_m + self._params.safety.turn_margin_m
        back = step_between(sweep.pose, sweep.scanned)
        c, s = cos(back.turn_rad), sin(back.turn_rad)
        off = sweep.pose.theta_rad - sweep.line.heading_rad
        cl, sl = cos(off), sin(off)
        for x, y in self._points:
            px = back.ahead_m + x * c - y * s
            py = back.left_m + x * s + y * c
            if px * px + py * py >= radius * radius or footprint.holds(px, py):
                continue
            if loaded:
                own = is_post(px, py, self._params)
            else:
                own = is_post(px * cl - py * sl, px * sl + py * cl, self._params)
            if own:
                continue
            return (hypot(px, py) - footprint.corner_m, px, py)
        return None


def stop_way(speed_mps: float, braking_mps2: float, latency_s: float) -> float:
    """Metres to a stop when the brakes act ``latency_s`` late."""
    return speed_mps * speed_mps / (2.0 * braking_mps2) + speed_mps * latency_s
