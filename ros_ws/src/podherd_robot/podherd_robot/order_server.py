"""The action and the services through which a robot gets orders and instant actions."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from podherd_msgs import msg
from podherd_msgs.action import ExecuteTransportOrder
from podherd_msgs.srv import InstantAction, UpdateTransportOrder
from rclpy.action.server import ActionServer, CancelResponse, GoalResponse, ServerGoalHandle
from rclpy.node import Node

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import TransportOrderId
from planner.warehouse.robot import ErrorKind, Pose, RobotError, RobotState
from podherd_robot.instant import InstantRequest
from podherd_robot.pilot import Outcome
from podherd_robot.robot import Robot
from podherd_ros.convert import error_to_message, order_from_message, state_to_message
from podherd_ros.pump import Pump
from podherd_ros.topics import EXECUTE, INSTANT, UPDATE

if TYPE_CHECKING:
    Handle = ServerGoalHandle[
        ExecuteTransportOrder.Goal, ExecuteTransportOrder.Result, ExecuteTransportOrder.Feedback
    ]


class OrderServer:
    """Hands orders to the robot and tells their senders what becomes of them. ``changed`` is called
    after every order, taken or refused, and after every instant action."""

    def __init__(self, node: Node, pump: Pump, robot: Robot, changed: Callable[[], None]):
        self._robot = robot
        self._changed = changed
        self._node, self._pump = node, pump
        self._open: list[Handle] = []
        self._last_sequence = -1
        name = robot.robot
        self._updates = node.create_service(UpdateTransportOrder, UPDATE.of(name), self._on_update)
        self._instants = node.create_service(InstantAction, INSTANT.of(name), self._on_instant)
        self._server = ActionServer(
            node,
            ExecuteTransportOrder,
            EXECUTE.of(name),
            execute_callback=self._end,
            goal_callback=self._on_goal,
            handle_accepted_callback=self._open.append,
            cancel_callback=self._on_cancel,
        )
        pump.serve(self._updates)

    def close(self) -> None:
        """Take no more orders; those who wait for the end of one get none."""
        self._pump.forget([self._updates])
        self._node.destroy_service(self._updates)
        self._node.destroy_service(self._instants)
        self._server.destroy()

    def progress(self, state: RobotState) -> None:
        """The robot got somewhere: feedback after each node, and results of orders that ended."""
        passed, self._last_sequence = (
            state.last_sequence != self._last_sequence,
            state.last_sequence,
        )
        for handle in list(self._open):
            if self._robot.outcome(_order_of(handle)) is not None:
                self._open.remove(handle)
                handle.execute()
                self._pump.kick()
            elif passed:
                handle.publish_feedback(
                    ExecuteTransportOrder.Feedback(state=state_to_message(state))
                )

    def _on_goal(self, goal: ExecuteTransportOrder.Goal) -> GoalResponse:
        refused = self._take(goal.order, stitch=False)
        return GoalResponse.REJECT if refused else GoalResponse.ACCEPT

    def _on_update(
        self, request: UpdateTransportOrder.Request, response: UpdateTransportOrder.Response
    ) -> UpdateTransportOrder.Response:
        error = self._take(request.order, stitch=True)
        response.accepted = error is None
        response.error = error_to_message(error) if error else msg.RobotError()
        return response

    def _on_cancel(self, handle: "Handle") -> CancelResponse:
        self._robot.cancel(_order_of(handle))
        self._changed()
        return CancelResponse.ACCEPT

    def _on_instant(
        self, request: InstantAction.Request, response: InstantAction.Response
    ) -> InstantAction.Response:
        error = self._robot.carry_out(_request_of(request))
        response.accepted = error is None
        response.error = error_to_message(error) if error else msg.RobotError()
        self._changed()
        return response

    def _take(self, message: msg.TransportOrder, *, stitch: bool) -> RobotError | None:
        try:
            order = order_from_message(message)
        except InvalidMessage as error:
            reference = f"{message.order_id}/{message.update_id}"
            return RobotError(ErrorKind.VALIDATION_ERROR, reference, str(error))
        refused = self._robot.take(order, stitch=stitch)
        self._changed()
        return refused

    def _end(self, handle: "Handle") -> ExecuteTransportOrder.Result:
        """The order of this goal has ended: its result. Until then the goal counts as accepted, so
        that no coroutine waits in the executor, which would look at it in every round."""
        outcome = self._robot.outcome(_order_of(handle)) or Outcome.FAILED
        _close(handle, outcome)
        state = self._robot.state()
        errors = [error_to_message(error) for error in state.errors] if state else []
        return ExecuteTransportOrder.Result(status=outcome.value, errors=errors)


def _order_of(handle: "Handle") -> TransportOrderId:
    return TransportOrderId(handle.request.order.order_id)


def _request_of(message: InstantAction.Request) -> InstantRequest:
    return InstantRequest(
        action=message.action_id,
        kind=message.kind,
        order=TransportOrderId(message.order_id),
        pose=Pose(message.x_m, message.y_m, message.theta_rad),
    )


def _close(handle: "Handle", outcome: Outcome) -> None:
    if handle.is_cancel_requested:
        handle.canceled()
    elif outcome is Outcome.FINISHED:
        handle.succeed()
    else:
        handle.abort()
