"""The drives of all robots: what each has been told to drive, and the step that moves them."""

from collections.abc import Sequence
from math import atan2, hypot, pi
from random import Random

import numpy as np

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.robot import Pose
from planner.warehouse.site import Point, RobotType
from sim_worlds import motion
from sim_worlds.params import WorldParams

_SNAP_M = 1e-3
"""A robot that stands this close to a waypoint is at it."""
_ANGLE_RAD = 1e-6


class Drives:
    """One row of the arrays per robot; robots are named by their row here.

    A route is a numbered list of waypoints under a name. The same name again extends or repeats
    the list: waypoints passed already are skipped. Another name starts a new route.
    """

    def __init__(
        self,
        kinds: Sequence[RobotType],
        starts: Sequence[Point],
        batteries: Sequence[float],
        params: WorldParams,
        randoms: Sequence[Random],
    ):
        count = len(kinds)
        self._params = params
        self._kinds = tuple(kinds)
        self._randoms = tuple(randoms)
        self.state = np.zeros((count, motion.STATE_COLUMNS))
        self.limits = np.zeros((count, motion.LIMIT_COLUMNS))
        self.flags = np.zeros((count, motion.FLAG_COLUMNS), dtype=np.int32)
        self._route = np.zeros((count, 16, motion.ROUTE_COLUMNS))
        self._seen = np.zeros(count, dtype=np.int32)
        self._names = [""] * count
        self._passed = [-1] * count
        self._points: list[tuple[Waypoint, ...]] = [()] * count
        self._paces: list[dict[int, float]] = [{} for _ in kinds]
        self._slowness = [1.0] * count
        self.lost_s = np.zeros(count)
        self._waiting: dict[int, tuple[str, tuple[Waypoint, ...]]] = {}
        self.state[:, [motion.X, motion.Y]] = starts
        for row, (kind, battery) in enumerate(zip(kinds, batteries, strict=True)):
            self.state[row, motion.ENERGY] = battery * kind.battery_wh
            self.limits[row] = _limits(kind)

    # --- what to do ------------------------------------------------------------------------

    def set_route(self, row: int, name: str, waypoints: Sequence[Waypoint]) -> None:
        """Drive these points from now on. A robot that must stop first to do so stops first."""
        self._waiting.pop(row, None)
        self.flags[row, motion.STOPPING] = 0
        points = tuple(waypoints)
        if name == self._names[row]:
            points = tuple(point for point in points if point.sequence > self._passed[row])
        if self.state[row, motion.SPEED] == 0:
            self._install(row, name, points)
            return
        ahead = self._straight_ahead(row, name, points)
        if ahead:
            self._install(row, name, ahead)
        else:
            self._waiting[row] = (name, points)
            self.flags[row, motion.STOPPING] = 1

    def stop(self, row: int) -> None:
        """Brake and stand until the next route."""
        self._waiting.pop(row, None)
        self.flags[row, motion.STOPPING] = 1

    def hold(self, row: int, seconds: float) -> None:
        """Brake and stand for ``seconds``, then go on."""
        speed, still = self.state[row, motion.SPEED], self.state[row, motion.HOLD]
        if seconds > still:
            # Braking and speeding up again cost v / a against driving through.
            braking = speed / self.limits[row, motion.ACCELERATION] if still == 0 else 0.0
            self.lost_s[row] += seconds - still + braking
        self.state[row, motion.HOLD] = max(self.state[row, motion.HOLD], seconds)

    def slow_down(self, row: int, factor: float) -> None:
        """From the next route on, drive and turn at ``factor`` (0 to 1) of the usual speeds."""
        self._slowness[row] = factor

    def set_loaded(self, row: int, loaded: bool) -> None:
        """The top speed is another one with a pod."""
        kind = self._kinds[row]
        self.limits[row, motion.TOP_SPEED] = kind.loaded_speed_mps if loaded else kind.speed_mps

    # --- time ------------------------------------------------------------------------------

    def step(self) -> tuple[tuple[int, int], ...]:
        """One physics step; ``(row, sequence)`` of the last waypoint passed, where one was."""
        reached = motion.advance(
            self.state, self.limits, self.flags, self._route, self._params.step_ms / 1000
        )
        passed: tuple[tuple[int, int], ...] = ()
        if reached:
            rows = np.flatnonzero(self.flags[:, motion.NEXT] != self._seen).tolist()
            passed = tuple((row, self._pass(row)) for row in rows)
        if self._waiting:
            self._start_waiting()
        return passed

    def _pass(self, row: int) -> int:
        following = int(self.flags[row, motion.NEXT])
        self._seen[row] = following
        self._passed[row] = self._points[row][following - 1].sequence
        random, params = self._randoms[row], self._params
        if random.random() < params.pause_chance:
            self.hold(row, random.uniform(params.pause_min_s, params.pause_max_s))
        return self._passed[row]

    def _start_waiting(self) -> None:
        for row in [row for row in self._waiting if self.state[row, motion.SPEED] == 0]:
            name, points = self._waiting.pop(row)
            self.flags[row, motion.STOPPING] = 0
            if name == self._names[row]:
                points = tuple(point for point in points if point.sequence > self._passed[row])
            else:
                points = points[self._under_way(row, points) :]
            self._install(row, name, points)

    # --- routes ----------------------------------------------------------------------------

    def _install(self, row: int, name: str, points: tuple[Waypoint, ...]) -> None:
        """Fill the robot's row of the route array."""
        if name != self._names[row]:
            self._names[row], self._paces[row], self._passed[row] = name, {}, -1
        while len(points) > self._route.shape[1]:
            self._route = np.concatenate([self._route, np.zeros_like(self._route)], axis=1)
        x, y, direction = self.state[row, : motion.THETA + 1].tolist()
        moving = self.state[row, motion.SPEED] > 0
        lines = []
        for point in points:
            length, heading = _line(x, y, point, direction, _ANGLE_RAD if moving else _SNAP_M)
            direction = direction if abs(_wrapped(heading - direction)) < _ANGLE_RAD else heading
            pace = self._pace(row, point.sequence)
            lines.append((point.x_m, point.y_m, direction, length, point.max_speed_mps, pace))
            x, y = point.x_m, point.y_m
        if lines:
            self._route[row, : len(lines)] = lines
            self.state[row, motion.LEFT] = lines[0][motion.LENGTH]
        self._points[row] = points
        self.flags[row, motion.NEXT], self.flags[row, motion.COUNT] = 0, len(lines)
        self._seen[row] = 0

    def _pace(self, row: int, sequence: int) -> float:
        paces = self._paces[row]
        if sequence not in paces:
            drawn = self._randoms[row].uniform(self._params.slowest_pace, 1.0)
            paces[sequence] = drawn * self._slowness[row]
        return paces[sequence]

    def _straight_ahead(
        self, row: int, name: str, points: tuple[Waypoint, ...]
    ) -> tuple[Waypoint, ...]:
        """The part of a list a moving robot can go on with without a stop; empty if there is none.

        On a new route it may be past the first points already: whoever sent it knew an older pose.
        """
        if name != self._names[row]:
            points = points[self._under_way(row, points) :]
        if not points:
            return ()
        x, y, theta, speed = self.state[row, : motion.SPEED + 1].tolist()
        room_m = 0.0
        for point in points:
            length, heading = _line(x, y, point, theta, _ANGLE_RAD)
            if abs(_wrapped(heading - theta)) > _ANGLE_RAD:
                break
            room_m += length
            x, y = point.x_m, point.y_m
        braking_m = speed * speed / (2 * self.limits[row, motion.ACCELERATION])
        return points if room_m >= braking_m - _ANGLE_RAD else ()

    def _under_way(self, row: int, points: Sequence[Waypoint]) -> int:
        """Index of the first point not passed yet, for a robot part of the way along the list."""
        x, y, theta = self.state[row, : motion.THETA + 1].tolist()
        for index in range(1, len(points)):
            start, end = points[index - 1], points[index]
            length, heading = _line(start.x_m, start.y_m, end, theta, _SNAP_M)
            done, direction = _line(start.x_m, start.y_m, Waypoint(0, x, y, 0.0), heading, _SNAP_M)
            on_line = abs(_wrapped(direction - heading)) * done < _SNAP_M
            if on_line and 0 < done < length and abs(_wrapped(heading - theta)) < _ANGLE_RAD:
                return index
        return 0

    # --- views -----------------------------------------------------------------------------

    def pose(self, row: int) -> Pose:
        """Where a robot is."""
        return Pose(*self.state[row, : motion.THETA + 1].tolist())

    def progress(self, row: int) -> tuple[str, int]:
        """Name of a robot's route and sequence of the last waypoint passed (-1: none)."""
        return self._names[row], self._passed[row]

    def driving(self, row: int) -> bool:
        """Does it drive or turn, with a waypoint still to come?"""
        flags = self.flags[row]
        return bool(flags[motion.MOVING] and flags[motion.NEXT] < flags[motion.COUNT])


def _limits(kind: RobotType) -> tuple[float, ...]:
    """What a robot without a load can do: one row of ``limits``."""
    return (
        kind.speed_mps,
        kind.acceleration_mps2,
        kind.turn_rate_radps,
        kind.battery_wh,
        kind.drive_w,
        kind.idle_w,
        kind.charge_w,
    )


def _line(
    x_m: float, y_m: float, end: Waypoint, direction: float, nothing_m: float
) -> tuple[float, float]:
    """Length (m) and direction (rad) to a point; one that is here keeps ``direction``."""
    dx, dy = end.x_m - x_m, end.y_m - y_m
    length = hypot(dx, dy)
    return (length, atan2(dy, dx)) if length > nothing_m else (0.0, direction)


def _wrapped(angle: float) -> float:
    """The same angle in [-pi, pi)."""
    return (angle + pi) % (2 * pi) - pi
