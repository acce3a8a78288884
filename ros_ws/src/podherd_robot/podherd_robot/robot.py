"""One robot: its pilot, what makes it stand, its contact with the fleet, what it tells. No ROS."""

from collections.abc import Callable
from dataclasses import replace

from planner.warehouse.ids import RobotId, TransportOrderId
from planner.warehouse.robot import ErrorKind, Pose, RobotError, RobotState
from planner.warehouse.transport import TransportOrder
from podherd_robot.holds import INACTIVE, PAUSE, Holds
from podherd_robot.instant import InstantKind, InstantRequest, refused, request_problem
from podherd_robot.pilot import Outcome, Pilot
from podherd_robot.report_rule import ReportRule
from podherd_ros.drive import Drive, DriveReport
from podherd_ros.presence import Stop

Place = Callable[[Pose], None]


class Robot:
    """Between fleet, operators and ``drive``. It is inactive, and stands, until :meth:`activate`.

    ``place`` tells the drive where it stands; ``None``: it knows better itself. ``contact_ms``
    without a sign of the fleet is told as an error (0: never).
    """

    def __init__(
        self,
        robot: RobotId,
        pitch_m: float,
        drive: Drive,
        holds: Holds,
        rule: ReportRule,
        *,
        place: Place | None = None,
        contact_ms: int = 0,
    ):
        self.robot = robot
        self._pilot = Pilot(robot, pitch_m, drive)
        self._holds = holds
        self._rule = rule
        self._place = place
        self._contact_ms = contact_ms
        self._heard_ms: int | None = None
        self._body: DriveReport | None = None
        self._active = False
        holds.hold(INACTIVE)
        self._pilot.pause(True)

    # --- from the body ---------------------------------------------------------------------

    def feel(self, body: DriveReport) -> RobotState | None:
        """The body reported: go on. The state, once it is known."""
        self._body = body
        if self._heard_ms is None or body.at_ms < self._heard_ms - self._contact_ms:
            self._heard_ms = body.at_ms  # it has just come, or time begins anew
        if self._contact_ms and body.at_ms - self._heard_ms > self._contact_ms:
            text = f"the fleet has been silent for more than {self._contact_ms} ms."
            error = RobotError(ErrorKind.LOST_CONTACT, self._pilot.order, text)
            body = replace(body, errors=(*body.errors, error))
        self._pilot.feel(body)
        self._stand_or_go()
        return self._pilot.state()

    def is_due(self, state: RobotState) -> bool:
        """Is this state to be told, or was as much told before?"""
        return self._rule.due(state)

    # --- from the fleet --------------------------------------------------------------------

    def hear_fleet(self, at_ms: int) -> None:
        """A sign of the fleet, as of ``at_ms`` (site time)."""
        self._heard_ms = max(at_ms, self._heard_ms or 0)

    def take(self, order: TransportOrder, *, stitch: bool) -> RobotError | None:
        """A new order or an update; why it is refused, or ``None``."""
        reference = f"{order.order}/{order.update}"
        if not self._active:
            text = "the robot is not active; activate it and send the order again."
            return RobotError(ErrorKind.NO_ROUTE_ERROR, reference, text)
        if not self._pilot.awake:
            text = "the robot has not yet heard of its own body; send it again."
            return RobotError(ErrorKind.NO_ROUTE_ERROR, reference, text)
        error = self._pilot.take(order, stitch=stitch)
        self._stand_or_go()
        return error

    def cancel(self, order: TransportOrderId) -> None:
        """Stop at the end of the base; nothing if the robot has another order."""
        self._pilot.cancel(order)

    def outcome(self, order: TransportOrderId) -> Outcome | None:
        """How an order ended; ``None`` while there is something left to do."""
        return self._pilot.outcome(order)

    def obey(self, stops: tuple[Stop, ...]) -> None:
        """All stops in force."""
        self._holds.obey(stops)
        self._stand_or_go()

    # --- from operators --------------------------------------------------------------------

    def carry_out(self, request: InstantRequest) -> RobotError | None:
        """An instant action; why it is refused, or ``None``. Again it does no harm."""
        problem = request_problem(request) or self._problem_now(request)
        if problem:
            return refused(request, problem)
        match InstantKind(request.kind):
            case InstantKind.START_PAUSE:
                self._holds.hold(PAUSE)
            case InstantKind.STOP_PAUSE:
                self._holds.release(PAUSE)
            case InstantKind.CANCEL_ORDER:
                self._pilot.cancel(request.order or self._pilot.order)
            case InstantKind.INIT_POSITION:
                assert self._place is not None
                self._place(request.pose)
            case InstantKind.STATE_REQUEST:
                pass
        self._stand_or_go()
        return None

    def activate(self) -> None:
        """Take orders from now on, and drive."""
        self._active = True
        self._holds.release(INACTIVE)
        self._stand_or_go()

    def deactivate(self) -> None:
        """Stand, and refuse orders. The order under way stays as it is."""
        self._active = False
        self._holds.hold(INACTIVE)
        self._stand_or_go()

    # --- what is known ---------------------------------------------------------------------

    @property
    def active(self) -> bool:
        """It takes orders."""
        return self._active

    @property
    def reasons(self) -> frozenset[str]:
        """Why it stands though it may have work; empty if nothing holds it."""
        body = self._body
        pose = body.pose if body else Pose(0.0, 0.0, 0.0)
        loaded = body is not None and body.load is not None
        return self._holds.reasons(pose, self._pilot.way, loaded=loaded)

    def state(self) -> RobotState | None:
        """The full report; ``None`` until the body has been heard of."""
        return self._pilot.state()

    def _stand_or_go(self) -> None:
        self._pilot.pause(bool(self.reasons))

    def _problem_now(self, request: InstantRequest) -> str:
        """Why this cannot be done in the state the robot is in."""
        if request.kind == InstantKind.CANCEL_ORDER:
            has = self._pilot.order
            if not has or request.order not in ("", has):
                return f"order_id: the robot has order {has!r}; there is nothing to cancel."
        if request.kind == InstantKind.INIT_POSITION:
            if self._place is None:
                return "kind: this base tells where it is; nobody else can."
            if self._body is not None and self._body.driving:
                return "kind: the robot drives; pause it first."
        return ""
