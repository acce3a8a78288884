"""The body, reached over ROS 2 topics; the other end is the world or a driver of real hardware."""

from podherd_msgs.msg import DriveAction, DriveGoal
from rclpy.node import Node

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.ids import RobotId, TransportOrderId
from planner.warehouse.transport import Action
from podherd_ros.convert import drive_action_to_message, goal_to_message
from podherd_ros.quality import profile
from podherd_ros.topics import DRIVE_ACTION, DRIVE_GOAL


class TopicDrive:
    """A :class:`podherd_ros.drive.Drive`."""

    def __init__(self, node: Node, robot: RobotId):
        self._goals = node.create_publisher(DriveGoal, DRIVE_GOAL.of(robot), profile(DRIVE_GOAL))
        self._actions = node.create_publisher(
            DriveAction, DRIVE_ACTION.of(robot), profile(DRIVE_ACTION)
        )

    def go(self, route: TransportOrderId, waypoints: tuple[Waypoint, ...]) -> None:
        """See :meth:`podherd_ros.drive.Drive.go`."""
        self._goals.publish(goal_to_message(route, waypoints))

    def stop(self) -> None:
        """See :meth:`podherd_ros.drive.Drive.stop`."""
        self._goals.publish(goal_to_message(TransportOrderId(""), ()))

    def act(self, action: Action) -> None:
        """See :meth:`podherd_ros.drive.Drive.act`."""
        self._actions.publish(drive_action_to_message(action))
