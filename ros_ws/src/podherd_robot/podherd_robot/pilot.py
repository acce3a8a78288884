"""The robot's brain: carries out transport orders with its body; no ROS, no clock, no I/O."""

from enum import StrEnum

from planner.vda5050.execution import OrderExecution
from planner.vda5050.waypoint import Waypoint
from planner.warehouse.ids import RobotId, TransportOrderId
from planner.warehouse.robot import RobotError, RobotState
from planner.warehouse.transport import Action, ActionKind, ActionStatus, TransportOrder
from podherd_robot.loading import loading_problem
from podherd_ros.drive import Drive, DriveReport

_RETRY_MS = 2_000
"""An order to the body that shows no effect for so long is given again."""


class Outcome(StrEnum):
    """How an order ended."""

    FINISHED = "FINISHED"
    """Everything it told to do is done."""
    CANCELED = "CANCELED"
    """It was cancelled; the robot stands at the end of its base."""
    FAILED = "FAILED"
    """An action failed; the robot stands where that happened."""
    REPLACED = "REPLACED"
    """Another order took over."""


class Pilot:
    """Between fleet and body. ``pitch_m`` is the lattice pitch of the site.

    After a start (and so after every crash) it brings the body to a stand and then reports that it
    has no order. Orders are refused until the body has been heard of.
    """

    def __init__(self, robot: RobotId, pitch_m: float, drive: Drive):
        self._execution = OrderExecution(robot, pitch_m)
        self._drive = drive
        self._body: DriveReport | None = None
        self._awake = False
        self._cancelled: TransportOrderId | None = None
        self._sent_end = (TransportOrderId(""), -1)
        self._sent_ms = 0
        self._action: Action | None = None
        """Asked of the body and not ended yet."""
        self._failed = False
        self._paused = False
        self._stopped_ms = 0
        """When the body was last told to stand."""

    @property
    def order(self) -> TransportOrderId:
        """The order under way or finished last; empty before the first."""
        return self._execution.order

    @property
    def awake(self) -> bool:
        """The body has been heard of and stands, or follows an order of ours."""
        return self._awake

    @property
    def way(self) -> tuple[Waypoint, ...]:
        """The released way still to drive, up to the next node with something to do."""
        return self._execution.waypoints()

    def pause(self, paused: bool) -> None:
        """Stand at once and begin nothing, or go on. The order stays as it is; an action that has
        begun is finished."""
        if paused == self._paused:
            return
        self._paused = paused
        body = self._body
        if body is None or not self._awake:
            return
        if paused:
            self._stand(body)
        else:
            self._sent_end = (TransportOrderId(""), -1)
            if self._action is not None:
                self._drive.act(self._action)  # a body that was told to stand waits with it
            self._act()

    def take(self, order: TransportOrder, *, stitch: bool) -> RobotError | None:
        """A new order or an update; the answer is why it is refused, or ``None``.

        Raises ``RuntimeError`` while not :attr:`awake`.
        """
        if not self._awake or self._body is None:
            raise RuntimeError("the robot has not yet heard of its own body")
        before = self._execution.order
        if order.order != before and (problem := loading_problem(order, self._body.load)):
            return self._execution.refuse(order, problem)
        error = self._execution.accept(order, self._body.pose, stitch=stitch)
        if self._execution.order != before:
            self._cancelled = self._action = None
            self._failed = False
        self._act()
        return error

    def cancel(self, order: TransportOrderId) -> None:
        """Stop at the end of the base; nothing if the robot has another order."""
        if order == self._execution.order:
            self._execution.cancel()
            self._cancelled = order

    def outcome(self, order: TransportOrderId) -> Outcome | None:
        """How an order ended; ``None`` while there is something left to do.

        An update may still continue an order that is finished.
        """
        execution = self._execution
        if order != execution.order:
            return Outcome.REPLACED
        if not execution.finished:
            return None
        if self._cancelled == order:
            return Outcome.CANCELED
        if self._failed:
            return Outcome.FAILED
        return None if execution.horizon else Outcome.FINISHED

    def feel(self, body: DriveReport) -> None:
        """The body reported: note progress and go on."""
        self._body = body
        if not self._awake:
            self._wake(body)
            return
        if body.route == self._execution.order:
            self._execution.reached(body.reached)
        self._note_action(body)
        self._act()

    def state(self) -> RobotState | None:
        """The full report; ``None`` while not :attr:`awake`."""
        body = self._body
        if body is None or not self._awake:
            return None
        return self._execution.report(
            body.at_ms,
            body.pose,
            driving=body.driving,
            load=body.load,
            battery=body.battery,
            charging=body.charging,
            odometer_m=body.odometer_m,
            paused=self._paused,
            errors=body.errors,
        )

    def _wake(self, body: DriveReport) -> None:
        """A body that still follows the orders of a brain before us must stand first, so that the
        next order can start where it stands."""
        if body.driving:
            self._drive.stop()
        elif body.action_status is not ActionStatus.RUNNING:
            self._awake = True

    def _act(self) -> None:
        """Give the body what is to do now, if it does not know yet."""
        body = self._body
        assert body is not None
        if self._paused:
            if body.driving and body.at_ms - self._stopped_ms > _RETRY_MS:
                self._stand(body)
            return
        action = self._execution.next_action()
        while action is not None and _is_done(action, body):
            self._execution.action_changed(action.action, ActionStatus.FINISHED)
            action = self._execution.next_action()
        if action is not None:
            self._action, self._sent_ms = action, body.at_ms
            self._drive.act(action)
            self._execution.action_changed(action.action, ActionStatus.RUNNING)
        elif self._action is not None:
            self._insist(self._action, body)
        self._steer(body)

    def _stand(self, body: DriveReport) -> None:
        self._stopped_ms = body.at_ms
        self._drive.stop()

    def _note_action(self, body: DriveReport) -> None:
        if self._action is None or body.action != self._action.action:
            return
        self._execution.action_changed(body.action, body.action_status, body.action_text)
        if body.action_status is not ActionStatus.RUNNING:
            self._action = None
            self._failed |= body.action_status is ActionStatus.FAILED

    def _insist(self, action: Action, body: DriveReport) -> None:
        if body.action != action.action and body.at_ms - self._sent_ms > _RETRY_MS:
            self._sent_ms = body.at_ms
            self._drive.act(action)

    def _steer(self, body: DriveReport) -> None:
        waypoints = self._execution.waypoints()
        if not waypoints:
            return
        route = self._execution.order
        end = (route, waypoints[-1].sequence)
        ignored = not body.driving and body.at_ms - self._sent_ms > _RETRY_MS
        if end != self._sent_end or ignored:
            self._sent_end, self._sent_ms = end, body.at_ms
            self._drive.go(route, waypoints)


def _is_done(action: Action, body: DriveReport) -> bool:
    """An order that comes again after a crash may ask for what is done already."""
    match action.kind:
        case ActionKind.PICK:
            return body.load is not None and action.pod in (None, body.load)
        case ActionKind.DROP:
            return body.load is None
        case ActionKind.START_CHARGING:
            return body.charging
        case ActionKind.DETECT_OBJECT:
            return False
