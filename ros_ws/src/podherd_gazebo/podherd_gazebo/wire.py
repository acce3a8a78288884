"""The way from Gazebo to robots and fleet over ROS 2: a :class:`podherd_gazebo.lockstep.Wire`.

Messages are taken straight from their subscriptions when they are looked for, without an executor
in between; the two of every robot in every tick are read and written as bytes (:mod:`.cdr`).
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from builtin_interfaces.msg import Time
from geometry_msgs.msg import TwistStamped
from nav_msgs.msg import Odometry as OdometryMessage
from podherd_msgs import msg
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.subscription import Subscription
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import LaserScan

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import RobotId
from planner.warehouse.transport import Action
from podherd_gazebo.cdr import OdometryBytes, velocity_from_bytes
from podherd_ros.base import Equipment, MarkerSighting, Scan, Velocity
from podherd_ros.convert import drive_action_from_message, time_from_message, time_to_message
from podherd_ros.convert_base import (
    equipment_to_message,
    scan_to_message,
    sighting_to_message,
)
from podherd_ros.quality import profile
from podherd_ros.topics import (
    CLOCK,
    COMMAND_VELOCITY,
    DRIVE_ACTION,
    EQUIPMENT,
    LIDAR,
    MARKERS,
    ODOMETRY,
    STATE,
    TICK,
    VIOLATIONS,
)
from podherd_world.convert import violation_to_message
from sim_worlds.gazebo.scans import LidarScan
from sim_worlds.gazebo.sensors import MarkerReading, WheelReading
from sim_worlds.referee import Violation

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class _Line:
    """Everything that goes to and comes from one robot."""

    odometry: "Publisher[OdometryMessage]"
    bytes: OdometryBytes
    equipment: "Publisher[msg.EquipmentState]"
    markers: "Publisher[msg.MarkerSighting]"
    speeds: "Subscription[TwistStamped]"
    actions: "Subscription[msg.DriveAction]"
    scans: "Publisher[LaserScan] | None" = None


class RosWire:
    """``planned`` is called with the time (ms) of every tick of the fleet, ``hear`` with what
    robots ask of their equipment; ``lidar_x_m`` and ``lidar_m`` say where lidars sit and how far
    they see (m)."""

    def __init__(
        self,
        node: Node,
        robots: Sequence[RobotId],
        lidars: Sequence[RobotId],
        lidar_x_m: float,
        lidar_m: float,
        hear: Callable[[RobotId, Action], None],
        planned: Callable[[int], None],
    ):
        self.broken = 0
        """Messages that could not be understood."""
        self._lidar_x_m, self._lidar_m = lidar_x_m, lidar_m
        self._node = node
        self._hear = hear
        self._planned = planned
        self._clocks = node.create_publisher(Clock, CLOCK.name, profile(CLOCK))
        self._violations = node.create_publisher(
            msg.Violation, VIOLATIONS.name, profile(VIOLATIONS)
        )
        # Taken by hand, not by the executor: a node that is never spun.
        self._ear = Node(
            "world_ear",
            enable_rosout=False,
            start_parameter_services=False,
            use_global_arguments=False,
        )
        self._lines = {robot: self._line(node, robot, robot in lidars) for robot in robots}
        self._ticks = self._ear.create_subscription(Time, TICK.name, _nothing, profile(TICK))

    def ready(self) -> bool:
        """See :meth:`podherd_gazebo.lockstep.Wire.ready`."""
        return all(
            self._node.count_publishers(COMMAND_VELOCITY.of(robot))
            and self._node.count_subscribers(STATE.of(robot))
            for robot in self._lines
        )

    # --- from robots and fleet -------------------------------------------------------------

    def speeds(self, robots: Iterable[RobotId]) -> Iterator[tuple[RobotId, int, Velocity]]:
        """See :meth:`podherd_gazebo.lockstep.Wire.speeds`."""
        for robot in robots:
            for raw in _taken(self._lines[robot].speeds, raw=True):
                try:
                    at_ms, velocity = velocity_from_bytes(raw)
                except InvalidMessage as error:
                    self.broken += 1
                    _LOG.warning("%s: %s", robot, error)
                    continue
                yield robot, at_ms, velocity

    def listen(self) -> None:
        """See :meth:`podherd_gazebo.lockstep.Wire.listen`."""
        for message in _taken(self._ticks):
            self._planned(time_from_message(message))

    def hear_actions(self) -> None:
        """See :meth:`podherd_gazebo.lockstep.Wire.hear_actions`."""
        for robot, line in self._lines.items():
            for message in _taken(line.actions):
                try:
                    self._hear(robot, drive_action_from_message(message))
                except InvalidMessage as error:
                    self.broken += 1
                    _LOG.warning("%s: %s", robot, error)

    # --- to robots and fleet ---------------------------------------------------------------

    def tell_odometry(self, at_ms: int, readings: Mapping[RobotId, WheelReading]) -> None:
        """See :meth:`podherd_gazebo.lockstep.Wire.tell_odometry`."""
        for robot, reading in readings.items():
            line = self._lines[robot]
            line.odometry.publish(line.bytes.of(at_ms, reading))

    def tell_marker(self, at_ms: int, robot: RobotId, reading: MarkerReading) -> None:
        """See :meth:`podherd_gazebo.lockstep.Wire.tell_marker`."""
        self._lines[robot].markers.publish(sighting_to_message(MarkerSighting(at_ms, *reading)))

    def tell_scan(self, robot: RobotId, scan: LidarScan) -> None:
        """See :meth:`podherd_gazebo.lockstep.Wire.tell_scan`."""
        publisher = self._lines[robot].scans
        if publisher is not None:
            turn = Scan(scan.at_ms, self._lidar_x_m, scan.first_rad, scan.step_rad, scan.ranges_m)
            publisher.publish(scan_to_message(robot, turn, self._lidar_m))

    def tell_equipment(self, robot: RobotId, equipment: Equipment) -> None:
        """See :meth:`podherd_gazebo.lockstep.Wire.tell_equipment`."""
        self._lines[robot].equipment.publish(equipment_to_message(equipment))

    def tell_time(self, at_ms: int) -> None:
        """See :meth:`podherd_gazebo.lockstep.Wire.tell_time`."""
        self._clocks.publish(Clock(clock=time_to_message(at_ms)))

    def tell_violation(self, violation: Violation) -> None:
        """See :meth:`podherd_gazebo.lockstep.Wire.tell_violation`."""
        _LOG.error("violation: %s", violation)
        self._violations.publish(violation_to_message(violation))

    def close(self) -> None:
        """End the node that listens to speeds."""
        self._ear.destroy_node()

    # --- wiring ----------------------------------------------------------------------------

    def _line(self, node: Node, robot: RobotId, lidar: bool) -> _Line:
        return _Line(
            odometry=node.create_publisher(OdometryMessage, ODOMETRY.of(robot), profile(ODOMETRY)),
            bytes=OdometryBytes(robot),
            equipment=node.create_publisher(
                msg.EquipmentState, EQUIPMENT.of(robot), profile(EQUIPMENT)
            ),
            markers=node.create_publisher(msg.MarkerSighting, MARKERS.of(robot), profile(MARKERS)),
            speeds=self._ear.create_subscription(
                TwistStamped, COMMAND_VELOCITY.of(robot), _nothing, profile(COMMAND_VELOCITY)
            ),
            actions=self._ear.create_subscription(
                msg.DriveAction, DRIVE_ACTION.of(robot), _nothing, profile(DRIVE_ACTION)
            ),
            scans=node.create_publisher(LaserScan, LIDAR.of(robot), profile(LIDAR))
            if lidar
            else None,
        )


def _nothing(message: object) -> None:
    """Messages are taken by hand."""


def _taken(subscription: "Subscription[Any]", *, raw: bool = False) -> list[Any]:
    """What has come on a subscription that no executor spins."""
    take = partial(subscription.handle.take_message, subscription.msg_type, raw)
    with subscription.handle:
        return [message for message, _ in iter(take, None)]
