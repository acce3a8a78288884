"""Physical truth: robots, the pods that stand on the floor and those that are carried.

The floor knows metres and milliseconds, and no nodes or orders. It is told to drive, lift, lower
and charge, and answers with what happened. Both worlds, the fast one and the one behind ROS 2,
are built on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from math import atan2, cos, hypot, pi, sin
from random import Random

import numpy as np
import numpy.typing as npt

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.ids import PodId, RobotId
from planner.warehouse.robot import Pose
from planner.warehouse.site import Point, Site
from planner.warehouse.transport import ActionStatus
from sim_worlds import motion
from sim_worlds.drives import Drives
from sim_worlds.params import WorldParams

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WorkEnded:
    """A lift, lower or charge came to an end: FINISHED, or FAILED for the reason in ``text``."""

    robot: RobotId
    status: ActionStatus
    text: str = ""


@dataclass(frozen=True, slots=True)
class FloorChanges:
    """What happened up to ``at_ms``: for each robot that passed waypoints the sequence number of
    the last one, and the work that ended."""

    at_ms: int
    reached: tuple[tuple[RobotId, int], ...]
    ended: tuple[WorkEnded, ...]


class _Work(Enum):
    LIFT = "lift"
    LOWER = "lower"
    DETECT = "detect"


class Floor:
    """All robots of the site at their start places, unloaded, heading east, and ``pods`` (centre
    of each, m). The same site, params and seed give the same floor, to the last bit."""

    def __init__(
        self,
        site: Site,
        pods: Mapping[PodId, Point],
        params: WorldParams | None = None,
        seed: int = 0,
    ):
        self.site = site
        self.params = params or WorldParams()
        self.now_ms = 0
        self.robots: tuple[RobotId, ...] = tuple(robot.id for robot in site.robots)
        self.stored: dict[PodId, Pose] = {pod: Pose(*place, 0.0) for pod, place in pods.items()}
        self.stored_version = 0
        """Counts the pods lifted and lowered so far: the same number, the same ``stored`` and
        ``loads``."""
        self._rows = {robot: row for row, robot in enumerate(self.robots)}
        self._kinds = tuple(site.type_of(robot) for robot in site.robots)
        self._randoms = tuple(Random(f"{seed}/{robot}") for robot in self.robots)
        self._loads: list[PodId | None] = [None] * len(self.robots)
        self._work: dict[int, tuple[_Work, PodId, int]] = {}
        self._ended: list[WorkEnded] = []
        self._drives = Drives(
            self._kinds,
            [robot.start_m for robot in site.robots],
            [robot.battery for robot in site.robots],
            self.params,
            self._randoms,
        )

    def place(
        self, robot: RobotId, theta_rad: float, load: PodId | None, odometer_m: float = 0.0
    ) -> None:
        """Turn a robot that has not driven yet, and give it a pod that does not stand anywhere."""
        row = self._rows[robot]
        self._drives.state[row, motion.THETA] = theta_rad
        self._drives.state[row, motion.ODOMETER] = odometer_m
        self._loads[row] = load
        self._drives.set_loaded(row, load is not None)

    # --- commands --------------------------------------------------------------------------

    def set_waypoints(
        self, robot: RobotId, waypoints: tuple[Waypoint, ...], route: str = ""
    ) -> None:
        """Replace everything the robot was told to drive; it stops at the last waypoint.

        ``route`` names the list: use the id of the transport order. While the name stays the same,
        waypoints passed already are skipped by their sequence number, so that a list may come
        late. A robot that cannot go on straight to the first waypoint stops before it turns there.
        No waypoints: stop as soon as possible. While the lift works the robot waits.
        """
        self._drives.set_route(self._rows[robot], route, waypoints)

    def stop(self, robot: RobotId) -> None:
        """Brake and stand, between waypoints if need be, until the next waypoints."""
        self._drives.stop(self._rows[robot])

    def freeze(self, robot: RobotId, seconds: float) -> None:
        """Fault: brake and stand for ``seconds``, then go on."""
        self._drives.hold(self._rows[robot], seconds)

    def slow_down(self, robot: RobotId, factor: float) -> None:
        """Fault: from its next waypoints on the robot drives at ``factor`` (0 to 1) of its pace."""
        self._drives.slow_down(self._rows[robot], factor)

    def lift(self, robot: RobotId, pod: PodId | None = None) -> None:
        """Lift the pod that stands here. Ends at once if ``pod`` is carried already, fails if no
        pod (or another than ``pod``) stands here, if another is carried or if the robot drives.
        Asked again while it lifts: nothing."""
        row = self._rows[robot]
        load = self._loads[row]
        if load is not None and pod in (load, None):
            self._end(row, ActionStatus.FINISHED)
            return
        here = self._pod_here(row)
        if load is not None:
            self._end(row, ActionStatus.FAILED, f"carries {load} already.")
        elif here is None or pod not in (here, None):
            self._end(row, ActionStatus.FAILED, f"{pod or 'no pod'} does not stand here.")
        else:
            self._start(row, _Work.LIFT, here)

    def lower(self, robot: RobotId, pod: PodId | None = None) -> None:
        """Lower the pod carried. Ends at once if ``pod`` stands here already, fails if nothing or
        another pod is carried, if a pod stands here or if the robot drives."""
        row = self._rows[robot]
        load = self._loads[row]
        if load is None and pod is not None and pod == self._pod_here(row):
            self._end(row, ActionStatus.FINISHED)
            return
        if load is None or (pod is not None and pod != load):
            self._end(row, ActionStatus.FAILED, f"carries {load}, not {pod}.")
            return
        other = self._pod_in_the_way(row)
        if other is not None:
            self._end(row, ActionStatus.FAILED, f"{other} stands here.")
            return
        self._start(row, _Work.LOWER, load)

    def charge(self, robot: RobotId, on: bool) -> None:
        """Close or open the charging contacts; closing fails away from a charger or in motion.
        They open by themselves when the robot drives off."""
        row = self._rows[robot]
        place = self._drives.pose(row)
        near = self.params.tolerance_m
        at_charger = any(
            hypot(charger.position_m[0] - place.x_m, charger.position_m[1] - place.y_m) <= near
            for charger in self.site.chargers
        )
        if on and (not at_charger or self._drives.state[row, motion.SPEED] > 0):
            self._end(row, ActionStatus.FAILED, "does not stand at a charger.")
            return
        self._drives.flags[row, motion.CHARGING] = int(on)
        self._end(row, ActionStatus.FINISHED)

    def detect(self, robot: RobotId, pod: PodId) -> None:
        """Look at the pod that stands in the cell beside for as long as the robot's scanner takes;
        scanners look to the sides, so a robot with the pod before or behind it turns first. Fails
        without a scanner, if the pod does not stand there, also at the end, or if the robot
        drives."""
        row = self._rows[robot]
        if self._kinds[row].scanner is None:
            self._end(row, ActionStatus.FAILED, "it carries no scanner.")
        elif not self._stands_beside(row, pod):
            self._end(row, ActionStatus.FAILED, f"{pod or 'no pod'} does not stand beside it.")
        else:
            self._start(row, _Work.DETECT, pod)

    # --- time ------------------------------------------------------------------------------

    def advance(self, ms: int) -> FloorChanges:
        """Let ``ms`` pass, which must be a multiple of the physics step."""
        if ms % self.params.step_ms:
            raise ValueError(f"{ms} ms is not a multiple of the step, {self.params.step_ms} ms")
        reached: dict[RobotId, int] = {}
        for _ in range(ms // self.params.step_ms):
            self.now_ms += self.params.step_ms
            for row, sequence in self._drives.step():
                reached[self.robots[row]] = sequence
            if self._work:
                self._finish_work()
        ended, self._ended = tuple(self._ended), []
        return FloorChanges(self.now_ms, tuple(reached.items()), ended)

    def _finish_work(self) -> None:
        for row in [row for row, work in self._work.items() if work[2] <= self.now_ms]:
            work, pod, _ = self._work.pop(row)
            self._drives.flags[row, motion.WORKING] = 0
            if work is _Work.DETECT:
                self._drives.state[row, motion.THETA] += self._turn_aside_rad(row, pod)
                there = self._stands_beside(row, pod)
                status = ActionStatus.FINISHED if there else ActionStatus.FAILED
                self._end(row, status, "" if there else f"{pod} was taken away meanwhile.")
                continue
            if work is _Work.LIFT and pod not in self.stored:
                self._end(row, ActionStatus.FAILED, f"{pod} was taken by another robot.")
                continue
            if work is _Work.LIFT:
                del self.stored[pod]
            else:
                self.stored[pod] = self._drives.pose(row)
            self.stored_version += 1
            self._loads[row] = pod if work is _Work.LIFT else None
            self._drives.set_loaded(row, work is _Work.LIFT)
            self._end(row, ActionStatus.FINISHED)

    def _start(self, row: int, work: _Work, pod: PodId) -> None:
        if row in self._work:
            if self._work[row][:2] != (work, pod):
                self._end(row, ActionStatus.FAILED, "the lift is busy.")
            return
        if self._drives.state[row, motion.SPEED] > 0:
            self._end(row, ActionStatus.FAILED, "the robot drives.")
            return
        self._work[row] = (work, pod, self.now_ms + self._work_ms(row, work, pod))
        self._drives.flags[row, motion.WORKING] = 1

    def _work_ms(self, row: int, work: _Work, pod: PodId) -> int:
        kind = self._kinds[row]
        if work is _Work.DETECT and kind.scanner is not None:
            turn_s = self._turn_aside_rad(row, pod) / kind.turn_rate_radps
            return round((kind.scanner.dwell_s + turn_s) * 1000)
        spread = self._randoms[row].uniform(1.0, 1.0 + self.params.lift_spread)
        return round(kind.lift_s * 1000 * spread)

    def _turn_aside_rad(self, row: int, pod: PodId) -> float:
        """By how much a robot turns to have a pod at its side."""
        here, place = self._drives.pose(row), self.stored.get(pod)
        if place is None:
            return 0.0
        bearing = atan2(place.y_m - here.y_m, place.x_m - here.x_m) - here.theta_rad
        return 0.0 if abs(sin(bearing)) > abs(cos(bearing)) else pi / 2

    def _stands_beside(self, row: int, pod: PodId) -> bool:
        """Whether the pod stands in one of the four cells beside the robot's."""
        place, here = self.stored.get(pod), self._drives.pose(row)
        if place is None:
            return False
        away_m = hypot(place.x_m - here.x_m, place.y_m - here.y_m)
        return abs(away_m - self.site.pitch_m) <= self.params.tolerance_m

    def _end(self, row: int, status: ActionStatus, text: str = "") -> None:
        self._ended.append(WorkEnded(self.robots[row], status, text))

    # --- views -----------------------------------------------------------------------------

    @property
    def loads(self) -> tuple[PodId | None, ...]:
        """The pod each robot carries, in the order of ``robots``."""
        return tuple(self._loads)

    @property
    def poses(self) -> FloatArray:
        """x (m), y (m) and theta (rad) of every robot in the order of ``robots``; shape (n, 3), a
        view on the truth that must not be written to."""
        return self._drives.state[:, : motion.THETA + 1]

    def pose(self, robot: RobotId) -> Pose:
        """Where a robot is."""
        return self._drives.pose(self._rows[robot])

    def speed_mps(self, robot: RobotId) -> float:
        """How fast it drives."""
        return float(self._drives.state[self._rows[robot], motion.SPEED])

    def driving(self, robot: RobotId) -> bool:
        """Does it drive or turn, with a waypoint still to come?"""
        return self._drives.driving(self._rows[robot])

    def progress(self, robot: RobotId) -> tuple[str, int]:
        """Its route's name, and the sequence number of the last waypoint passed (-1: none yet)."""
        return self._drives.progress(self._rows[robot])

    def load(self, robot: RobotId) -> PodId | None:
        """The pod it carries: from the end of lifting to the end of lowering."""
        return self._loads[self._rows[robot]]

    def working(self, robot: RobotId) -> bool:
        """Is it lifting or lowering?"""
        return self._rows[robot] in self._work

    def battery(self, robot: RobotId) -> float:
        """State of charge, 0 to 1."""
        row = self._rows[robot]
        return float(self._drives.state[row, motion.ENERGY]) / self._kinds[row].battery_wh

    def charging(self, robot: RobotId) -> bool:
        """Are its contacts closed?"""
        return bool(self._drives.flags[self._rows[robot], motion.CHARGING])

    def odometer_m(self, robot: RobotId) -> float:
        """Metres driven since the start."""
        return float(self._drives.state[self._rows[robot], motion.ODOMETER])

    def lost_s(self, robot: RobotId) -> float:
        """Seconds lost in pauses and freezes since the start."""
        return float(self._drives.lost_s[self._rows[robot]])

    def _pod_here(self, row: int) -> PodId | None:
        x_m, y_m = self._drives.state[row, : motion.Y + 1].tolist()
        for pod, place in self.stored.items():
            if hypot(place.x_m - x_m, place.y_m - y_m) <= self.params.tolerance_m:
                return pod
        return None

    def _pod_in_the_way(self, row: int) -> PodId | None:
        """A stored pod whose square would overlap one put down here."""
        x_m, y_m = self._drives.state[row, : motion.Y + 1].tolist()
        size = self.site.pod_model.size_m
        for pod, place in self.stored.items():
            if max(abs(place.x_m - x_m), abs(place.y_m - y_m)) < size:
                return pod
        return None
