"""The way to one robot: its order action and its update service."""

import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from podherd_msgs.action import ExecuteTransportOrder
from podherd_msgs.srv import UpdateTransportOrder
from rclpy.action.client import ActionClient
from rclpy.client import Client
from rclpy.node import Node
from rclpy.task import Future

from planner.warehouse.commands import SendTransportOrder
from planner.warehouse.ids import RobotId
from podherd_ros.convert import order_to_message
from podherd_ros.pump import Pump
from podherd_ros.topics import EXECUTE, UPDATE

_ANSWER_S = 2.0
"""A robot that has not answered for so long, wall time, is not waited for any more."""

if TYPE_CHECKING:
    Orders = ActionClient[
        ExecuteTransportOrder.Goal, ExecuteTransportOrder.Result, ExecuteTransportOrder.Feedback
    ]
    Updates = Client[UpdateTransportOrder.Request, UpdateTransportOrder.Response]


class RobotLink:
    """Sends one order at a time, so that none overtakes another: actions and services are not kept
    in order among each other. What became of it the robot's reports tell, and what is lost the
    dispatcher sends again. ``answered`` is called when there is nothing left to wait for."""

    def __init__(self, node: Node, pump: Pump, robot: RobotId, answered: Callable[[], None]):
        self._node = node
        self._pump = pump
        self._answered = answered
        self._orders: Orders = ActionClient(node, ExecuteTransportOrder, EXECUTE.of(robot))
        self._updates: Updates = node.create_client(UpdateTransportOrder, UPDATE.of(robot))
        pump.expect(self._updates)
        self._waiting: deque[SendTransportOrder] = deque()
        self._asked: Future[Any] | None = None
        self._asked_s = 0.0

    @property
    def idle(self) -> bool:
        """Nothing is on its way that could still be answered."""
        return self._asked is None or time.monotonic() - self._asked_s > _ANSWER_S

    def send(self, command: SendTransportOrder) -> None:
        """Give the robot an order, or extend the one it has."""
        self._waiting.append(command)
        if self.idle:
            self._send_next()

    def close(self) -> None:
        """Wait for nothing any more and give the connections back."""
        self._waiting.clear()
        self._asked = None
        self._pump.forget([self._updates])
        self._orders.destroy()
        self._node.destroy_client(self._updates)

    def _send_next(self) -> None:
        self._asked = None
        while self._waiting and self._asked is None:
            self._asked = self._ask(self._waiting.popleft())
            if self._asked is not None:
                self._asked_s = time.monotonic()
                self._asked.add_done_callback(self._on_answer)

    def _on_answer(self, answered: Future[Any]) -> None:
        if answered is self._asked:
            self._send_next()
            if self.idle:
                self._answered()

    def _ask(self, command: SendTransportOrder) -> Future[Any] | None:
        """None if there is nobody to ask."""
        order = order_to_message(command.order)
        if command.stitch and self._updates.service_is_ready():
            return self._updates.call_async(UpdateTransportOrder.Request(order=order))
        if not command.stitch and self._orders.server_is_ready():
            return self._orders.send_goal_async(ExecuteTransportOrder.Goal(order=order))
        return None
