"""An independent judge of what really happened on the floor.

After every physics step it looks at the oriented footprints of all bodies, whatever anybody
planned, and notes who touches whom. Robots without a pod may stand beneath stored pods.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from planner.warehouse.ids import PodId, RobotId
from planner.warehouse.robot import Pose
from planner.warehouse.site import Point, Site, ZoneKind
from sim_worlds import touching

FloatArray = npt.NDArray[np.float64]


class ViolationKind(StrEnum):
    """Who touched whom, or was where it must not be."""

    ROBOTS = "robots"
    """Two robots."""
    CARRIED_PODS = "carried_pods"
    """Two pods being carried."""
    CARRIED_POD_AND_ROBOT = "carried_pod_and_robot"
    """A pod being carried and another robot."""
    CARRIED_AND_STORED_POD = "carried_and_stored_pod"
    """A pod being carried and one that stands on the floor."""
    OFF_FLOOR = "off_floor"
    """A robot or its pod across the border of the floor."""
    IN_NO_GO_ZONE = "in_no_go_zone"
    """A robot or its pod in a zone where nothing may be."""
    POD_ABSENT = "pod_absent"
    """Something was picked from a pod that was not at the station (seen by the world itself)."""
    CONTACT = "contact"
    """Two bodies in Gazebo, named by their collisions; what they are is in the names."""


_KINDS = {
    touching.ROBOTS: ViolationKind.ROBOTS,
    touching.CARRIED_PODS: ViolationKind.CARRIED_PODS,
    touching.CARRIED_POD_AND_ROBOT: ViolationKind.CARRIED_POD_AND_ROBOT,
    touching.CARRIED_AND_STORED_POD: ViolationKind.CARRIED_AND_STORED_POD,
    touching.OFF_FLOOR: ViolationKind.OFF_FLOOR,
    touching.IN_NO_GO_ZONE: ViolationKind.IN_NO_GO_ZONE,
}


@dataclass(frozen=True, slots=True)
class Violation:
    """``a`` met ``b`` (a robot, pod or zone; empty off the floor) at ``at_ms``; the place is the
    middle of ``a``, in metres. Noted once, when it begins."""

    at_ms: int
    kind: ViolationKind
    a: str
    b: str
    x_m: float
    y_m: float


class Referee:
    """Looks at one scene after the other. Bodies count as touching when they overlap by more than
    ``tolerance_m``, so that rounding is no collision."""

    def __init__(self, site: Site, tolerance_m: float = 1e-3):
        self.violations: list[Violation] = []
        self.counts: Counter[ViolationKind] = Counter()
        self._robots: tuple[RobotId, ...] = tuple(robot.id for robot in site.robots)
        kinds = [site.type_of(robot) for robot in site.robots]
        halves = [(kind.length_m / 2, kind.width_m / 2) for kind in kinds]
        self._robots_m = np.array(halves).reshape(-1, 2) - tolerance_m / 2
        self._pod_m = site.pod_model.size_m / 2 - tolerance_m / 2
        reach = max([float(np.hypot(*half)) for half in halves] + [self._pod_m * 2**0.5])
        self._cell_m = 2 * reach
        corners = np.array(site.floor_m)
        self._origin: FloatArray = corners.min(axis=0)
        size = np.ceil((corners.max(axis=0) - self._origin) / self._cell_m).astype(int) + 1
        self._first = np.full((size[0], size[1]), -1, dtype=np.int32)
        zones = [zone for zone in site.zones if zone.kind is ZoneKind.NO_GO]
        self._zones = tuple(zone.id for zone in zones)
        self._polygons = _edges([site.floor_m, *(zone.polygon_m for zone in zones)])
        self._hits = np.zeros((256, 3), dtype=np.int32)
        self._now: set[tuple[ViolationKind, str, str]] = set()
        self._version: int | None = None
        self._pods: tuple[PodId, ...] = ()
        self._stored = np.zeros((0, 3))
        self._linked = np.zeros(0, dtype=np.int32)
        self._loads: tuple[PodId | None, ...] = ()
        self._loaded = np.zeros(0, dtype=np.bool_)

    def look(
        self,
        at_ms: int,
        poses: FloatArray,
        loads: Sequence[PodId | None],
        stored: Mapping[PodId, Pose],
        version: int,
    ) -> None:
        """Judge one scene: ``poses`` (n, 3) and ``loads`` of the robots in the site's order, and
        the pods that stand. The last two are read again only when ``version`` is a new one."""
        if version != self._version:
            self._take_inventory(loads, stored)
            self._version = version
        count = touching.find(
            poses,
            self._loaded,
            self._robots_m,
            self._pod_m,
            self._first,
            self._linked,
            self._stored,
            self._origin,
            self._cell_m,
            self._polygons,
            self._hits,
        )
        if count or self._now:
            self._note(at_ms, poses, self._hits[:count])

    def _take_inventory(self, loads: Sequence[PodId | None], stored: Mapping[PodId, Pose]) -> None:
        self._loads = tuple(loads)
        self._loaded = np.array([load is not None for load in loads], dtype=np.bool_)
        self._pods = tuple(stored)
        places = [(pose.x_m, pose.y_m, pose.theta_rad) for pose in stored.values()]
        self._stored = np.array(places).reshape(-1, 3)
        self._linked = np.empty(len(places), dtype=np.int32)
        touching.sort_into_cells(
            self._stored, self._origin, self._cell_m, self._first, self._linked
        )

    def _note(self, at_ms: int, poses: FloatArray, hits: npt.NDArray[np.int32]) -> None:
        now: set[tuple[ViolationKind, str, str]] = set()
        for code, a, b in hits.tolist():
            kind = _KINDS[code]
            meeting = (kind, self._robots[a], self._other(kind, b))
            if meeting not in self._now and meeting not in now:
                x_m, y_m = poses[a, :2].tolist()
                self.add(Violation(at_ms, *meeting, x_m, y_m))
            now.add(meeting)
        self._now = now

    def add(self, violation: Violation) -> None:
        """Note what somebody else has seen."""
        self.violations.append(violation)
        self.counts[violation.kind] += 1

    def _other(self, kind: ViolationKind, index: int) -> str:
        if kind is ViolationKind.OFF_FLOOR:
            return ""
        if kind is ViolationKind.IN_NO_GO_ZONE:
            return self._zones[index]
        if kind is ViolationKind.CARRIED_AND_STORED_POD:
            return self._pods[index]
        return self._robots[index]


def _edges(polygons: Sequence[Sequence[Point]]) -> FloatArray:
    """Every edge as (number of its polygon, x1, y1, x2, y2)."""
    rows = [
        (float(number), *start, *end)
        for number, polygon in enumerate(polygons)
        for start, end in pairwise([*polygon, polygon[0]])
    ]
    return np.array(rows)
