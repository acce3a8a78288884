"""The way to one robot: its order action and its update service."""

from typing import TYPE_CHECKING

from podherd_msgs.action import ExecuteTransportOrder
from podherd_msgs.srv import UpdateTransportOrder
from podherd_ros.convert import order_to_message
from podherd_ros.topics import EXECUTE, UPDATE
from rclpy.action.client import ActionClient
from rclpy.client import Client
from rclpy.node import Node

from planner.warehouse.commands import SendTransportOrder
from planner.warehouse.ids import RobotId

if TYPE_CHECKING:
    Orders = ActionClient[
        ExecuteTransportOrder.Goal, ExecuteTransportOrder.Result, ExecuteTransportOrder.Feedback
    ]
    Updates = Client[UpdateTransportOrder.Request, UpdateTransportOrder.Response]


class RobotLink:
    """Sends and forgets: what became of it the robot's reports tell, and what is lost the
    dispatcher sends again."""

    def __init__(self, node: Node, robot: RobotId):
        self._node = node
        self._robot = robot
        self._orders: Orders = ActionClient(node, ExecuteTransportOrder, EXECUTE.of(robot))
        self._updates: Updates = node.create_client(UpdateTransportOrder, UPDATE.of(robot))

    def send(self, command: SendTransportOrder) -> None:
        """Give the robot an order, or extend the one it has."""
        order = order_to_message(command.order)
        if command.stitch:
            if self._updates.service_is_ready():
                self._updates.call_async(UpdateTransportOrder.Request(order=order))
        elif self._orders.server_is_ready():
            self._orders.send_goal_async(ExecuteTransportOrder.Goal(order=order))
