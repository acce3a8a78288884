"""A robot's brain on a robot of Gazebo, without ROS: for tests of how it drives real physics."""

from collections.abc import Mapping
from itertools import pairwise
from math import hypot

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.ids import RobotId, TransportOrderId
from planner.warehouse.robot import Pose
from planner.warehouse.site import RobotType
from planner.warehouse.transport import Action
from podherd_robot.base_drive import BaseDrive
from podherd_robot.drive_params import DriveParams
from podherd_ros.base import MarkerSighting, Odometry, Scan, Velocity
from podherd_ros.drive import DriveReport
from sim_worlds.gazebo.client import GazeboClient
from sim_worlds.gazebo.sensors import MarkerReader, SensorParams, WheelOdometry

TICK_MS = 100
Chain = tuple[Pose, ...]


class GazeboBase:
    """A :class:`podherd_ros.base.Base`; wheels and marker reader err as ``SensorParams`` say, and
    what they see counts one tick later, as over ROS 2."""

    def __init__(
        self,
        client: GazeboClient,
        robot: RobotId,
        kind: RobotType,
        markers: Mapping[str, Pose],
        params: DriveParams,
        *,
        seed: int,
        lidar_x_m: float | None = None,
    ):
        self._client = client
        self._robot = robot
        self._lidar_x_m = lidar_x_m
        self._wheels = WheelOdometry(robot, SensorParams(), seed)
        self._reader = MarkerReader(robot, markers, SensorParams(), seed)
        self._sighting: MarkerSighting | None = None
        self.drive = BaseDrive(robot, kind, self, markers, params)
        self.released: Chain = ()
        self.path_errors_m: list[float] = []
        """Distance of the true pose from the released way, tick by tick."""
        self.beyond_m = 0.0
        """Furthest beyond the end of the released way."""
        self._sequence = 0

    @property
    def truth(self) -> Pose:
        """Where the robot really is."""
        return self._client.poses[self._robot]

    def move(self, at_ms: int, velocity: Velocity) -> None:
        self._client.drive(self._robot, velocity.forward_mps, velocity.turn_radps)

    def act(self, action: Action) -> None:
        raise AssertionError("this robot has no equipment")

    def go(self, chain: Chain) -> int:
        """Release a chain of nodes, from the one it stands at; the last one's sequence number."""
        points = tuple(
            Waypoint(self._sequence + 2 * i, node.x_m, node.y_m, 1.5)
            for i, node in enumerate(chain[1:], start=1)
        )
        self._sequence += 2 * len(chain)
        self.released = chain
        self.drive.go(TransportOrderId("T1"), points)
        return points[-1].sequence

    def think(self) -> DriveReport:
        """One control cycle at the time that stands; the caller steps the world."""
        now_ms, truth = self._client.now_ms, self.truth
        wheels = self._wheels.read(truth, TICK_MS / 1000)
        if self._sighting is not None:
            self.drive.feel_marker(self._sighting)
        if self._lidar_x_m is not None:
            self._scan(self._lidar_x_m)
        velocity = Velocity(wheels.forward_mps, 0.0, wheels.turn_radps)
        report = self.drive.feel_odometry(Odometry(now_ms, wheels.pose, velocity))
        seen = self._reader.read(truth, now_ms)
        self._sighting = (
            MarkerSighting(now_ms, seen.marker, seen.pose, seen.sd_m, seen.sd_rad) if seen else None
        )
        self._judge(truth)
        return report

    def _scan(self, x_m: float) -> None:
        scan = self._client.scan(self._robot)
        if scan is not None:
            ranges = tuple(scan.ranges_m)
            self.drive.feel_scan(Scan(scan.at_ms, x_m, scan.first_rad, scan.step_rad, ranges))

    def _judge(self, truth: Pose) -> None:
        if len(self.released) > 1:
            off, beyond = _off(truth, self.released)
            self.path_errors_m.append(off)
            self.beyond_m = max(self.beyond_m, beyond)


def _off(truth: Pose, chain: Chain) -> tuple[float, float]:
    """Metres to the nearest point of a chain of nodes, and how far beyond its end (else 0)."""
    end = chain[-1]
    to_end = off = hypot(truth.x_m - end.x_m, truth.y_m - end.y_m)
    beyond = 0.0
    for a, b in pairwise(chain):
        length = hypot(b.x_m - a.x_m, b.y_m - a.y_m)
        east, north = (b.x_m - a.x_m) / length, (b.y_m - a.y_m) / length
        along = (truth.x_m - a.x_m) * east + (truth.y_m - a.y_m) * north
        across = (truth.y_m - a.y_m) * east - (truth.x_m - a.x_m) * north
        off = min(off, hypot(across, max(0.0, -along, along - length)))
        beyond = max(0.0, along - length)
    return off, beyond if off >= to_end else 0.0
