"""What makes a robot stand though it has an order: pauses and stops, until all are lifted."""

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.ids import RobotId
from planner.warehouse.robot import Pose
from podherd_robot.zones import Polygon, swept, touches
from podherd_ros.presence import Stop, StopScope

PAUSE = "startPause"
INACTIVE = "inactive"


class Holds:
    """The reasons why one robot stands. ``length_m`` x ``width_m`` is its footprint and ``pod_m``
    the side of a pod; in ``braking_m`` it comes to a stand from its top speed.

    A zone holds a robot whose footprint lies in it, and one that its way would lead into it
    within ``braking_m``: a robot outside stops outside.
    """

    def __init__(
        self, robot: RobotId, length_m: float, width_m: float, pod_m: float, braking_m: float
    ):
        self._robot = robot
        self._size_m = (length_m, width_m)
        self._pod_m = pod_m
        self._braking_m = braking_m
        self._own: frozenset[str] = frozenset()
        self._zones: tuple[Stop, ...] = ()
        self._stops: frozenset[str] = frozenset()

    def hold(self, reason: str) -> None:
        """Stand for a reason of the robot's own; again is nothing."""
        self._own |= {reason}

    def release(self, reason: str) -> None:
        """That reason is gone."""
        self._own -= {reason}

    def obey(self, stops: tuple[Stop, ...]) -> None:
        """All stops in force, instead of those before."""
        self._zones = tuple(stop for stop in stops if stop.scope is StopScope.ZONE)
        self._stops = frozenset(stop.stop for stop in stops if self._is_named(stop))

    def reasons(self, pose: Pose, way: tuple[Waypoint, ...], *, loaded: bool) -> frozenset[str]:
        """Why the robot has to stand at ``pose`` with ``way`` before it; empty if it has not."""
        found = self._own | self._stops
        if not self._zones:
            return found
        covered = self._covered(pose, way, loaded=loaded)
        return found | {
            stop.stop for stop in self._zones if any(touches(part, stop.area_m) for part in covered)
        }

    def _is_named(self, stop: Stop) -> bool:
        if stop.scope is StopScope.SITE:
            return True
        return stop.scope is StopScope.ROBOT and self._robot in stop.robots

    def _covered(self, pose: Pose, way: tuple[Waypoint, ...], *, loaded: bool) -> list[Polygon]:
        length_m, width_m = self._size_m
        if loaded:
            length_m, width_m = max(length_m, self._pod_m), max(width_m, self._pod_m)
        return swept(pose, length_m / 2, width_m / 2, way, self._braking_m)
