"""What a robot's sensors make of its true motion: wheels that err, and a reader of floor markers.

Gazebo tells where a robot is; a robot does not know. Pure and seeded: the same motion and seed give
the same readings, and all errors are known to the tests. Rendering a downward camera for each of
25 robots would take longer than the physics; the camera path itself is proved by ``vision``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import atan2, cos, floor, hypot, pi, sin
from random import Random
from typing import NamedTuple

from planner.warehouse.ids import RobotId
from planner.warehouse.robot import Pose


@dataclass(frozen=True, slots=True)
class SensorParams:
    """Our assumptions, all standard deviations: wheels that are larger or smaller than thought
    (``scale``, a factor), a heading that creeps off with the way (``drift_rad_per_m``) and with
    turns (``turn_scale``), encoder noise on each metre (``noise_m``) and radian (``noise_rad``);
    a marker read within ``reach_m`` of the middle of the base errs by ``marker_m``, ``marker_rad``.
    """

    scale: float = 0.003
    turn_scale: float = 0.003
    drift_rad_per_m: float = 0.002
    noise_m: float = 0.001
    noise_rad: float = 0.001
    reach_m: float = 0.15
    marker_m: float = 0.002
    marker_rad: float = 0.3 * pi / 180
    again_ms: int = 500
    """A robot that stands on a marker reads it again so often."""

    def __post_init__(self) -> None:
        if self.reach_m <= 0 or self.again_ms <= 0:
            raise ValueError(f"reach_m and again_ms must be positive (found {self})")
        errors = (self.scale, self.turn_scale, self.drift_rad_per_m, self.noise_m, self.noise_rad)
        if min(*errors, self.marker_m, self.marker_rad) < 0:
            raise ValueError(f"standard deviations are 0 or more (found {self})")


PERFECT = SensorParams(
    scale=0, turn_scale=0, drift_rad_per_m=0, noise_m=0, noise_rad=0, marker_m=0, marker_rad=0
)
"""Sensors without error."""


class WheelReading(NamedTuple):
    """Pose in ``odom`` (where the robot was switched on) and mean speeds since the last reading."""

    pose: Pose
    forward_mps: float
    turn_radps: float


class WheelOdometry:
    """The wheels of one differential base. They do not feel being pushed sideways."""

    def __init__(self, robot: RobotId, params: SensorParams, seed: int):
        self._random = Random(f"{seed}/{robot}/wheels")
        self._params = params
        self._scale = 1 + self._random.gauss(0, params.scale)
        self._turn_scale = 1 + self._random.gauss(0, params.turn_scale)
        self._drift = self._random.gauss(0, params.drift_rad_per_m)
        self.pose = Pose(0.0, 0.0, 0.0)
        """In ``odom``; may be set, to go on where an earlier process ended."""
        self._before: Pose | None = None

    def read(self, truth: Pose, elapsed_s: float) -> WheelReading:
        """The wheels after a move to ``truth`` (m, rad) within ``elapsed_s``; the first call only
        says where the robot begins."""
        before, self._before = self._before, truth
        if before is None or elapsed_s <= 0:
            return WheelReading(self.pose, 0.0, 0.0)
        turned = wrapped(truth.theta_rad - before.theta_rad)
        middle = before.theta_rad + turned / 2
        way_m = (truth.x_m - before.x_m) * cos(middle) + (truth.y_m - before.y_m) * sin(middle)
        return self._roll(way_m, turned, elapsed_s)

    def start(self, truth: Pose) -> None:
        """Where the robot was when the wheels were read last, by an earlier process."""
        self._before = truth

    def _roll(self, way_m: float, turned_rad: float, elapsed_s: float) -> WheelReading:
        params, gauss = self._params, self._random.gauss
        felt_m = way_m * self._scale + gauss(0, params.noise_m) * abs(way_m) ** 0.5
        felt_rad = turned_rad * self._turn_scale + self._drift * way_m
        felt_rad += gauss(0, params.noise_rad) * abs(turned_rad) ** 0.5
        heading = self.pose.theta_rad + felt_rad / 2
        self.pose = Pose(
            self.pose.x_m + felt_m * cos(heading),
            self.pose.y_m + felt_m * sin(heading),
            wrapped(self.pose.theta_rad + felt_rad),
        )
        return WheelReading(self.pose, felt_m / elapsed_s, felt_rad / elapsed_s)


class MarkerReading(NamedTuple):
    """A marker as seen from the middle of the base, with standard deviations."""

    marker: str
    pose: Pose
    sd_m: float
    sd_rad: float


_STILL_M = 0.001
_STILL_RAD = 0.002
_FINEST_M = 1e-4
"""No reader is said to be better than this, so that nobody divides by 0."""


class MarkerReader:
    """A camera under the base that reads the floor marker beneath it. ``markers`` gives their
    poses in the site's frame."""

    def __init__(
        self, robot: RobotId, markers: Mapping[str, Pose], params: SensorParams, seed: int
    ):
        self._random = Random(f"{seed}/{robot}/markers")
        self._params = params
        self._cells = _cells(markers, params.reach_m)
        self._last: tuple[str, Pose, int] | None = None

    def read(self, truth: Pose, at_ms: int) -> MarkerReading | None:
        """The marker beneath a robot at ``truth``, if there is one that was not just read."""
        found = self._nearest(truth)
        if found is None:
            return None
        name, marker = found
        if self._is_known(name, truth, at_ms):
            return None
        self._last = (name, truth, at_ms)
        return self._see(name, marker, truth)

    def _nearest(self, truth: Pose) -> tuple[str, Pose] | None:
        reach_m = self._params.reach_m
        near = self._cells.get((floor(truth.x_m / reach_m), floor(truth.y_m / reach_m)), ())
        for name, marker in near:
            if hypot(marker.x_m - truth.x_m, marker.y_m - truth.y_m) <= reach_m:
                return name, marker
        return None

    def _is_known(self, name: str, truth: Pose, at_ms: int) -> bool:
        """Nothing new to tell: the robot stands where it read this marker a moment ago."""
        if self._last is None or self._last[0] != name:
            return False
        _, before, then_ms = self._last
        moved_m = hypot(truth.x_m - before.x_m, truth.y_m - before.y_m)
        turned_rad = abs(wrapped(truth.theta_rad - before.theta_rad))
        still = moved_m < _STILL_M and turned_rad < _STILL_RAD
        return still and at_ms - then_ms < self._params.again_ms

    def _see(self, name: str, marker: Pose, truth: Pose) -> MarkerReading:
        params, gauss = self._params, self._random.gauss
        dx, dy = marker.x_m - truth.x_m, marker.y_m - truth.y_m
        cosine, sine = cos(truth.theta_rad), sin(truth.theta_rad)
        seen = Pose(
            dx * cosine + dy * sine + gauss(0, params.marker_m),
            dy * cosine - dx * sine + gauss(0, params.marker_m),
            wrapped(marker.theta_rad - truth.theta_rad + gauss(0, params.marker_rad)),
        )
        return MarkerReading(
            name, seen, max(params.marker_m, _FINEST_M), max(params.marker_rad, _FINEST_M)
        )


def wrapped(angle_rad: float) -> float:
    """The same angle in (-pi, pi]."""
    return atan2(sin(angle_rad), cos(angle_rad))


_Cells = dict[tuple[int, int], tuple[tuple[str, Pose], ...]]


def _cells(markers: Mapping[str, Pose], reach_m: float) -> _Cells:
    """Markers by the squares of ``reach_m`` from which they may be within reach."""
    cells: dict[tuple[int, int], list[tuple[str, Pose]]] = {}
    for name, marker in markers.items():
        column, row = floor(marker.x_m / reach_m), floor(marker.y_m / reach_m)
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                cells.setdefault((column + dx, row + dy), []).append((name, marker))
    return {cell: tuple(found) for cell, found in cells.items()}
