"""What one robot tells: its state to the fleet; pose, frames, battery, health to whoever listens.

What nobody listens to is not even made: rates are of site time, which may run a hundred times as
fast as the clock on the wall.
"""

from collections.abc import Mapping
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseWithCovarianceStamped
from nav_msgs.msg import Odometry as OdometryMessage
from podherd_msgs import msg
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.publisher import Publisher
from sensor_msgs.msg import BatteryState
from tf2_msgs.msg import TFMessage

from planner.warehouse.ids import RobotId
from planner.warehouse.robot import RobotState
from podherd_robot.convert import (
    Covariance,
    battery_of,
    diagnostics_of,
    odometry_of,
    pose_of,
    transforms_of,
)
from podherd_ros.base import Odometry
from podherd_ros.convert import state_to_message
from podherd_ros.convert_presence import connection_to_message
from podherd_ros.presence import INTERFACE_VERSION, Connection
from podherd_ros.quality import no_events, profile
from podherd_ros.topics import (
    BATTERY,
    CONNECTION,
    DIAGNOSTICS,
    ODOMETRY,
    POSE,
    STATE,
    TRANSFORMS,
    Topic,
)

_BATTERY_MS = 10_000
_DIAGNOSTICS_MS = 1_000
_NO_COVARIANCE: Covariance = ((0.0,) * 3,) * 3
_LEAVE_S = 0.5
"""The fleet is given so long, wall time, to hear that a robot leaves."""


class Telling:
    """The voice of one robot. ``instance`` names its process; ``pose_ms`` lies between two poses.

    A robot whose base has no odometry of its own (``makes_odometry``) tells that, too; one whose
    base tells its battery as a BatteryState does not repeat it (``tells_battery``)."""

    def __init__(
        self,
        node: Node,
        robot: RobotId,
        instance: str,
        robot_type: str,
        pose_ms: int,
        *,
        makes_odometry: bool,
        tells_battery: bool = True,
    ):
        self._node, self._robot, self._instance = node, robot, instance
        self._robot_type = robot_type
        self._pose_ms = pose_ms
        self._due_ms: dict[str, int] = {}
        self._publishers: dict[str, Publisher[Any]] = {}
        self._states = self._speak(msg.RobotState, STATE)
        self._connections = self._speak(msg.Connection, CONNECTION)
        self._speak(PoseWithCovarianceStamped, POSE)
        self._speak(TFMessage, TRANSFORMS)
        self._speak(DiagnosticArray, DIAGNOSTICS)
        if makes_odometry:
            self._speak(OdometryMessage, ODOMETRY)
        if tells_battery:
            self._speak(BatteryState, BATTERY)

    def connect(self, *, online: bool) -> None:
        """The robot has come, or leaves in good order: then it waits until that is heard."""
        connection = Connection(
            self._robot, self._instance, INTERFACE_VERSION, self._robot_type, online
        )
        self._connections.publish(connection_to_message(connection))
        if not online:
            self._connections.wait_for_all_acked(Duration(seconds=_LEAVE_S))

    def state(self, state: RobotState) -> None:
        """The full report."""
        self._states.publish(state_to_message(state, self._instance))

    def place(
        self,
        state: RobotState,
        odometry: Odometry | None = None,
        covariance: Covariance = _NO_COVARIANCE,
    ) -> None:
        """Pose, frames and battery, if it is time and somebody listens."""
        at_ms = state.at_ms
        if self._is_due(POSE, at_ms, self._pose_ms):
            self._publishers[POSE.name].publish(pose_of(state, covariance))
        if self._is_due(TRANSFORMS, at_ms, self._pose_ms):
            message = TFMessage(transforms=transforms_of(state, odometry))
            self._publishers[TRANSFORMS.name].publish(message)
        if self._is_due(ODOMETRY, at_ms, self._pose_ms):
            self._publishers[ODOMETRY.name].publish(odometry_of(state))
        if self._is_due(BATTERY, at_ms, _BATTERY_MS):
            self._publishers[BATTERY.name].publish(battery_of(state))

    def wants_diagnostics(self, at_ms: int) -> bool:
        """It is time to tell one's health, and somebody listens."""
        return self._is_due(DIAGNOSTICS, at_ms, _DIAGNOSTICS_MS)

    def diagnostics(
        self, at_ms: int, problems: tuple[str, ...], figures: Mapping[str, str]
    ) -> None:
        """Health in words and figures."""
        message = diagnostics_of(self._robot, at_ms, problems, figures)
        self._publishers[DIAGNOSTICS.name].publish(message)

    def close(self) -> None:
        """Say no more."""
        for publisher in self._publishers.values():
            self._node.destroy_publisher(publisher)

    def _speak(self, kind: type[Any], topic: Topic) -> "Publisher[Any]":
        publisher = self._node.create_publisher(
            kind, topic.of(self._robot), profile(topic), event_callbacks=no_events()
        )
        self._publishers[topic.name] = publisher
        return publisher

    def _is_due(self, topic: Topic, at_ms: int, every_ms: int) -> bool:
        """The span counts anew where time was set back."""
        due_ms = self._due_ms.get(topic.name, at_ms)
        if at_ms < due_ms <= at_ms + every_ms:
            return False
        self._due_ms[topic.name] = at_ms + every_ms
        publisher = self._publishers.get(topic.name)
        return publisher is not None and publisher.get_subscription_count() > 0
