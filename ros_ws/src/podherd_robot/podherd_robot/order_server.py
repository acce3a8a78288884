"""The action and the service through which a robot gets transport orders."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from podherd_msgs import msg
from podherd_msgs.action import ExecuteTransportOrder
from podherd_msgs.srv import UpdateTransportOrder
from rclpy.action.server import ActionServer, CancelResponse, GoalResponse, ServerGoalHandle
from rclpy.node import Node
from rclpy.task import Future

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import RobotId, TransportOrderId
from planner.warehouse.robot import ErrorKind, RobotError, RobotState
from podherd_robot.pilot import Outcome, Pilot
from podherd_ros.convert import error_to_message, order_from_message, state_to_message
from podherd_ros.topics import EXECUTE, UPDATE

if TYPE_CHECKING:
    Handle = ServerGoalHandle[
        ExecuteTransportOrder.Goal, ExecuteTransportOrder.Result, ExecuteTransportOrder.Feedback
    ]


class OrderServer:
    """Hands orders to the pilot and tells their senders what becomes of them. ``changed`` is called
    after every order, taken or refused."""

    def __init__(self, node: Node, robot: RobotId, pilot: Pilot, changed: Callable[[], None]):
        self._pilot = pilot
        self._changed = changed
        self._open: list[tuple[Handle, Future[Outcome]]] = []
        self._last_sequence = -1
        node.create_service(UpdateTransportOrder, UPDATE.of(robot), self._on_update)
        self._server = ActionServer(
            node,
            ExecuteTransportOrder,
            EXECUTE.of(robot),
            execute_callback=self._execute,
            goal_callback=self._on_goal,
            cancel_callback=self._on_cancel,
        )

    def progress(self, state: RobotState) -> None:
        """The robot got somewhere: feedback after each node, and results of orders that ended."""
        passed, self._last_sequence = (
            state.last_sequence != self._last_sequence,
            state.last_sequence,
        )
        for handle, ended in list(self._open):
            outcome = self._pilot.outcome(_order_of(handle))
            if outcome is not None:
                self._open.remove((handle, ended))
                ended.set_result(outcome)
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
        self._pilot.cancel(_order_of(handle))
        self._changed()
        return CancelResponse.ACCEPT

    def _take(self, message: msg.TransportOrder, *, stitch: bool) -> RobotError | None:
        reference = f"{message.order_id}/{message.update_id}"
        if not self._pilot.awake:
            text = "the robot has not yet heard of its own body; send it again."
            return RobotError(ErrorKind.NO_ROUTE_ERROR, reference, text)
        try:
            order = order_from_message(message)
        except InvalidMessage as error:
            return RobotError(ErrorKind.VALIDATION_ERROR, reference, str(error))
        refused = self._pilot.take(order, stitch=stitch)
        self._changed()
        return refused

    async def _execute(self, handle: "Handle") -> ExecuteTransportOrder.Result:
        ended: Future[Outcome] = Future()
        self._open.append((handle, ended))
        self._changed()
        outcome = await ended or Outcome.FAILED
        _close(handle, outcome)
        state = self._pilot.state()
        errors = [error_to_message(error) for error in state.errors] if state else []
        return ExecuteTransportOrder.Result(status=outcome.value, errors=errors)


def _order_of(handle: "Handle") -> TransportOrderId:
    return TransportOrderId(handle.request.order.order_id)


def _close(handle: "Handle", outcome: Outcome) -> None:
    if handle.is_cancel_requested:
        handle.canceled()
    elif outcome is Outcome.FINISHED:
        handle.succeed()
    else:
        handle.abort()
