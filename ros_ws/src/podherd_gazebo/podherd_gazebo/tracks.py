"""How well robots keep to their lines, from where they truly are.

Every released line runs along the lattice, so a robot's **path error** is how far it is from the
lattice line it drives along (its heading says which), or from the node it turns on. Its **docking
error** is how far it stands from the middle of the node when it lifts, lowers or charges, and with
its pod at a station. Truth against plan: the robots' own opinion does not enter.
"""

from collections import Counter
from dataclasses import dataclass
from math import cos, hypot, sin

from planner.warehouse.ids import RobotId
from planner.warehouse.robot import Pose
from sim_worlds.gazebo.sensors import wrapped

BIN_M = 0.0005
_STILL_M = 0.0005
_STILL_RAD = 0.002
_ALONG = 0.9
"""Cosine between heading and axis from which a robot drives along it."""


@dataclass(frozen=True, slots=True)
class Spread:
    """A distribution of errors in metres; ``bins[k]`` counts those from ``k`` to ``k+1`` times
    :data:`BIN_M`."""

    bins: dict[int, int]

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(self.bins.values())

    def quantile(self, share: float) -> float:
        """The error (m) that ``share`` (0 to 1) of all stay below, upper edge of its bin; 0.0 if
        there are none."""
        left = share * self.count
        for index in sorted(self.bins):
            left -= self.bins[index]
            if left <= 1e-9:
                return (index + 1) * BIN_M
        return 0.0

    @property
    def largest(self) -> float:
        """The largest error (m)."""
        return (max(self.bins) + 1) * BIN_M if self.bins else 0.0


@dataclass(frozen=True, slots=True)
class Motion:
    """One control tick of a robot: ``way_m`` along its heading, and the angle it turned."""

    way_m: float
    turned_rad: float

    @property
    def standing(self) -> bool:
        """Neither drives nor turns."""
        return abs(self.way_m) < _STILL_M and abs(self.turned_rad) < _STILL_RAD


NOT_AT_ALL = Motion(0.0, 0.0)
"""A robot that stands."""


class Tracks:
    """Follows all robots; ``pitch_m`` is the lattice pitch."""

    def __init__(self, pitch_m: float):
        self._pitch_m = pitch_m
        self._before: dict[RobotId, Pose] = {}
        self.path: Counter[int] = Counter()
        self.docking: Counter[int] = Counter()
        self.way_m = 0.0
        """Metres driven by all robots together."""

    def look(self, robot: RobotId, pose: Pose) -> Motion:
        """The robot is at ``pose`` one control tick later."""
        before = self._before.get(robot)
        self._before[robot] = pose
        if before is None:
            return NOT_AT_ALL
        turned = wrapped(pose.theta_rad - before.theta_rad)
        dx, dy = pose.x_m - before.x_m, pose.y_m - before.y_m
        motion = Motion(dx * cos(pose.theta_rad) + dy * sin(pose.theta_rad), turned)
        if not motion.standing:
            self.way_m += abs(motion.way_m)
            self.path[int(self._off_line(pose) / BIN_M)] += 1
        return motion

    def dock(self, pose: Pose) -> float:
        """A robot works where it stands; its docking error (m)."""
        off_m = self.off_node_m(pose)
        self.docking[int(off_m / BIN_M)] += 1
        return off_m

    def off_node_m(self, pose: Pose) -> float:
        """How far something stands from the middle of the nearest node."""
        return hypot(self._off(pose.x_m), self._off(pose.y_m))

    def _off_line(self, pose: Pose) -> float:
        if abs(cos(pose.theta_rad)) > _ALONG:
            return abs(self._off(pose.y_m))
        if abs(sin(pose.theta_rad)) > _ALONG:
            return abs(self._off(pose.x_m))
        return self.off_node_m(pose)

    def _off(self, along_m: float) -> float:
        """From the nearest line of the lattice; lines are at multiples of the pitch."""
        return along_m - round(along_m / self._pitch_m) * self._pitch_m
