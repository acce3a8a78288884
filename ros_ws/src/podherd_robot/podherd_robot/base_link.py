"""A base that takes speeds, over the topics that any ROS 2 base has: ``cmd_vel`` and ``odom``.

The names are those of :mod:`podherd_ros.topics`; another base's are mapped by remapping
(``-r /robots/R01/odom:=/my_base/odom``). One speed answers each odometry and carries its stamp.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from geometry_msgs.msg import Twist, TwistStamped
from nav_msgs.msg import Odometry as OdometryMessage
from podherd_msgs import msg
from rclpy.node import Node
from rclpy.subscription import Subscription
from sensor_msgs.msg import BatteryState, LaserScan

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import RobotId
from planner.warehouse.robot import ErrorKind, RobotError
from planner.warehouse.transport import Action
from podherd_robot.base_drive import BaseDrive
from podherd_robot.convert import equipment_of_battery
from podherd_robot.memory_file import MemoryFile
from podherd_robot.readings import Reading, Readings
from podherd_robot.settings import Settings
from podherd_ros.base import Equipment, Odometry, Velocity
from podherd_ros.cdr import odometry_from_bytes
from podherd_ros.convert import drive_action_to_message, time_to_message
from podherd_ros.convert_base import (
    equipment_from_message,
    scan_from_message,
    sighting_from_message,
)
from podherd_ros.drive import DriveReport
from podherd_ros.pump import Pump, taken
from podherd_ros.quality import no_events, no_events_heard, profile
from podherd_ros.topics import (
    BATTERY,
    COMMAND_VELOCITY,
    DRIVE_ACTION,
    EQUIPMENT,
    LIDAR,
    MARKERS,
    ODOMETRY,
    Topic,
)

Heard = TypeVar("Heard")
_BROKEN_MS = 2_000
"""A reading that made no sense is told for so long."""


class TopicBase:
    """A :class:`podherd_ros.base.Base`."""

    def __init__(self, node: Node, robot: RobotId, *, stamped: bool):
        self._stamped = TwistStamped()
        self._stamped.header.frame_id = f"{robot}/base_link"
        self._twist: Twist = self._stamped.twist
        kind = TwistStamped if stamped else Twist
        self._message: Any = self._stamped if stamped else self._twist
        topic = COMMAND_VELOCITY
        self._speeds = node.create_publisher(
            kind, topic.of(robot), profile(topic), event_callbacks=no_events()
        )
        topic = DRIVE_ACTION
        self._actions = node.create_publisher(
            msg.DriveAction, topic.of(robot), profile(topic), event_callbacks=no_events()
        )
        self.publishers = (self._speeds, self._actions)

    def move(self, at_ms: int, velocity: Velocity) -> None:
        """See :meth:`podherd_ros.base.Base.move`."""
        self._stamped.header.stamp = time_to_message(at_ms)
        twist = self._twist
        twist.linear.x, twist.linear.y = velocity.forward_mps, velocity.left_mps
        twist.angular.z = velocity.turn_radps
        self._speeds.publish(self._message)

    def act(self, action: Action) -> None:
        """See :meth:`podherd_ros.base.Base.act`."""
        self._actions.publish(drive_action_to_message(action))


class BaseLink:
    """Hears one base and drives it. ``felt`` is called after each odometry with the report, from
    when the robot knows where it is and what it carries. ``ear`` is a node that nobody spins."""

    def __init__(
        self,
        node: Node,
        ear: Node,
        pump: Pump,
        robot: RobotId,
        settings: Settings,
        felt: Callable[[DriveReport], None],
    ):
        self.odometry: Odometry | None = None
        self.broken = 0
        """Messages that made no sense."""
        self._problem = ""
        self._broken_ms = 0
        self._now_ms = 0
        self._node, self._ear, self._pump, self._robot = node, ear, pump, robot
        self._felt = felt
        self._settings = settings
        kind = settings.kinds[robot]
        self._scan_x_m = kind.length_m / 2 + settings.lidar_ahead_m
        self._base = TopicBase(node, robot, stamped=settings.stamped)
        self.drive = BaseDrive(robot, kind, self._base, settings.marks, settings.params)
        self._memory = _recalled(self.drive, settings.memory, robot)
        self._readings = Readings()
        self._equipment: Equipment | None = None
        self._awake = False
        self._sources = tuple(self._sensors())
        self._wheels = self._hear(OdometryMessage, ODOMETRY, raw=True)
        pump.watch(self._wheels, self._on_odometry)

    @property
    def knows(self) -> bool:
        """It has found out where it is and what it carries, at least once."""
        return self._awake

    def close(self) -> None:
        """Hear and drive no more."""
        self._pump.forget([self._wheels])
        for subscription in (self._wheels, *(source for source, _ in self._sources)):
            self._ear.destroy_subscription(subscription)
        for publisher in self._base.publishers:
            self._node.destroy_publisher(publisher)
        if self._memory is not None:
            self._memory.close()

    # --- what comes ------------------------------------------------------------------------

    def _on_odometry(self, message: bytes) -> None:
        odometry = self._understood(odometry_from_bytes, message)
        if odometry is None:
            return
        self.odometry, self._now_ms = odometry, odometry.at_ms
        for source, understand in self._sources:
            for heard in taken(source):
                reading = self._understood(understand, heard)
                if reading is not None:
                    self._readings.add(reading)
        self._readings.hand_on(self.drive, odometry.at_ms)
        report = self.drive.feel_odometry(odometry)
        if self._memory is not None and (known := self.drive.memory) is not None:
            self._memory.write(known)
        if self._found_out():
            self._felt(self._with_problem(report))

    def _sensors(self) -> list[tuple["Subscription[Any]", Callable[[Any], Reading]]]:
        settings = self._settings
        found: list[tuple[Subscription[Any], Callable[[Any], Reading]]] = []
        if settings.equipment:
            found.append((self._hear(msg.EquipmentState, EQUIPMENT), self._equipment_of))
        if settings.battery_state:
            found.append((self._hear(BatteryState, BATTERY), self._battery_of))
        if settings.marks:
            found.append((self._hear(msg.MarkerSighting, MARKERS), sighting_from_message))
        if settings.params.lidar:
            found.append((self._hear(LaserScan, LIDAR), self._scan_of))
        return found

    def _hear(self, kind: type[Any], topic: Topic, *, raw: bool = False) -> "Subscription[Any]":
        return self._ear.create_subscription(
            kind,
            topic.of(self._robot),
            _nobody,
            profile(topic),
            event_callbacks=no_events_heard(),
            raw=raw,
        )

    def _scan_of(self, message: LaserScan) -> Reading:
        return scan_from_message(message, self._scan_x_m)

    def _equipment_of(self, message: msg.EquipmentState) -> Reading:
        told = equipment_from_message(message)
        if self._settings.battery_state and self._equipment is not None:
            known = self._equipment
            told = replace(told, battery=known.battery, charging=known.charging)
        self._equipment = told
        return told

    def _battery_of(self, message: BatteryState) -> Reading:
        self._equipment = equipment_of_battery(message, self._equipment, self._now_ms)
        return self._equipment

    # --- what makes no sense ---------------------------------------------------------------

    def _understood(self, understand: Callable[[Any], Heard], message: Any) -> Heard | None:
        """The message's meaning; one that has none is counted and told, and changes nothing."""
        try:
            return understand(message)
        except InvalidMessage as error:
            self.broken += 1
            self._problem, self._broken_ms = str(error), self._now_ms
            return None

    def _with_problem(self, report: DriveReport) -> DriveReport:
        if not self._problem or report.at_ms - self._broken_ms > _BROKEN_MS:
            self._problem = ""
            return report
        error = RobotError(ErrorKind.SENSOR_ERROR, report.route, self._problem)
        return replace(report, errors=(*report.errors, error))

    def _found_out(self) -> bool:
        """Before its first fix a robot does not know where it is, and before its equipment has
        spoken not what it carries: what it said then would be taken for true."""
        if not self._awake:
            told = not (self._settings.equipment or self._settings.battery_state)
            self._awake = (told or self._equipment is not None) and not self.drive.estimate.lost
        return self._awake


def _recalled(drive: BaseDrive, folder: Path | None, robot: RobotId) -> MemoryFile | None:
    """The robot's memory in ``folder``, if there is one, with what it holds given to ``drive``."""
    if folder is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    file = MemoryFile(folder / robot)
    if (known := file.read()) is not None:
        drive.recall(known)
    return file


def _nobody(message: object) -> None:
    """The ear is not spun."""
