"""A base that takes waypoints, over ROS 2 topics: the fast world, or a driver of real hardware."""

from collections.abc import Callable

from podherd_msgs.msg import DriveAction, DriveGoal, DriveState
from rclpy.node import Node

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.ids import RobotId, TransportOrderId
from planner.warehouse.transport import Action
from podherd_ros.base import Odometry
from podherd_ros.convert import drive_action_to_message, goal_to_message, report_from_message
from podherd_ros.drive import DriveReport
from podherd_ros.pump import Pump
from podherd_ros.quality import no_events, no_events_heard, profile
from podherd_ros.topics import DRIVE_ACTION, DRIVE_GOAL, DRIVE_STATE


class TopicDrive:
    """A :class:`podherd_ros.drive.Drive`."""

    def __init__(self, node: Node, robot: RobotId):
        self._goals = node.create_publisher(
            DriveGoal, DRIVE_GOAL.of(robot), profile(DRIVE_GOAL), event_callbacks=no_events()
        )
        self._actions = node.create_publisher(
            DriveAction, DRIVE_ACTION.of(robot), profile(DRIVE_ACTION), event_callbacks=no_events()
        )
        self.publishers = (self._goals, self._actions)

    def go(self, route: TransportOrderId, waypoints: tuple[Waypoint, ...]) -> None:
        """See :meth:`podherd_ros.drive.Drive.go`."""
        self._goals.publish(goal_to_message(route, waypoints))

    def stop(self) -> None:
        """See :meth:`podherd_ros.drive.Drive.stop`."""
        self._goals.publish(goal_to_message(TransportOrderId(""), ()))

    def act(self, action: Action) -> None:
        """See :meth:`podherd_ros.drive.Drive.act`."""
        self._actions.publish(drive_action_to_message(action))


class WaypointLink:
    """Hears one such base; ``felt`` is called with each of its reports. ``ear`` is a node that
    nobody spins."""

    odometry: Odometry | None = None
    """Such a base has none: it tells its pose in ``map``."""
    knows = True
    broken = 0

    def __init__(
        self, node: Node, ear: Node, pump: Pump, robot: RobotId, felt: Callable[[DriveReport], None]
    ):
        self.drive = TopicDrive(node, robot)
        self._node, self._ear, self._pump = node, ear, pump
        self._felt = felt
        self._states = ear.create_subscription(
            DriveState,
            DRIVE_STATE.of(robot),
            _nobody,
            profile(DRIVE_STATE),
            event_callbacks=no_events_heard(),
        )
        pump.watch(self._states, self._on_state)

    def _on_state(self, message: DriveState) -> None:
        self._felt(report_from_message(message))

    def close(self) -> None:
        """Hear and drive no more."""
        self._pump.forget([self._states])
        self._ear.destroy_subscription(self._states)
        for publisher in self.drive.publishers:
            self._node.destroy_publisher(publisher)


def _nobody(message: object) -> None:
    """The ear is not spun."""
