"""The robot's brain with a body of paper."""

from dataclasses import dataclass, field, replace

import pytest

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.ids import ActionId, EdgeId, NodeId, PodId, RobotId, TransportOrderId
from planner.warehouse.robot import ErrorKind, Pose
from planner.warehouse.transport import (
    Action,
    ActionKind,
    ActionStatus,
    OrderEdge,
    OrderNode,
    TransportOrder,
)
from podherd_robot.pilot import Outcome, Pilot
from podherd_ros.drive import DriveReport

R01 = RobotId("R01")
LIFT = Action(ActionId("lift-1"), ActionKind.PICK, PodId("P001"))
STANDING = DriveReport(
    at_ms=1_000,
    pose=Pose(0.0, 0.0, 0.0),
    driving=False,
    route=TransportOrderId(""),
    reached=-1,
    load=None,
    battery=0.9,
    charging=False,
    odometer_m=0.0,
)


@dataclass
class PaperBody:
    """Writes down what it is told."""

    goals: list[tuple[str, tuple[Waypoint, ...]]] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    stops: int = 0

    def go(self, route: TransportOrderId, waypoints: tuple[Waypoint, ...]) -> None:
        self.goals.append((route, waypoints))

    def stop(self) -> None:
        self.stops += 1

    def act(self, action: Action) -> None:
        self.actions.append(action)


def along_x(
    first: int, last: int, released: int, *, update: int = 0, action: Action | None = None
) -> TransportOrder:
    """Nodes n<first>..n<last>, 1.2 m apart from the origin on; those up to ``released`` are."""
    numbers = range(first, last + 1)
    return TransportOrder(
        order=TransportOrderId("T1"),
        update=update,
        robot=R01,
        nodes=tuple(
            OrderNode(
                2 * i,
                NodeId(f"n{i}"),
                1.2 * i,
                0.0,
                i <= released,
                (action,) if action and i == last else (),
            )
            for i in numbers
        ),
        edges=tuple(
            OrderEdge(
                2 * i + 1,
                EdgeId(f"n{i}-n{i + 1}"),
                NodeId(f"n{i}"),
                NodeId(f"n{i + 1}"),
                i + 1 <= released,
                1.5,
            )
            for i in list(numbers)[:-1]
        ),
    )


@pytest.fixture
def body() -> PaperBody:
    return PaperBody()


@pytest.fixture
def pilot(body: PaperBody) -> Pilot:
    pilot = Pilot(R01, 1.2, body)
    pilot.feel(STANDING)
    return pilot


def at(x_m: float, reached: int, at_ms: int = 2_000, *, driving: bool = True) -> DriveReport:
    return replace(
        STANDING,
        at_ms=at_ms,
        pose=Pose(x_m, 0.0, 0.0),
        driving=driving,
        route=TransportOrderId("T1"),
        reached=reached,
    )


def test_the_released_way_is_driven_once(pilot: Pilot, body: PaperBody) -> None:
    assert pilot.take(along_x(0, 4, released=2), stitch=False) is None
    pilot.feel(at(0.5, reached=0))
    pilot.feel(at(1.3, reached=2))
    assert [(route, [point.sequence for point in way]) for route, way in body.goals] == [
        ("T1", [2, 4])
    ]
    state = pilot.state()
    assert state is not None
    assert (state.last_node, state.last_sequence, state.driving) == ("n1", 2, True)


def test_an_update_extends_the_way(pilot: Pilot, body: PaperBody) -> None:
    pilot.take(along_x(0, 4, released=2), stitch=False)
    pilot.feel(at(1.3, reached=2))
    assert pilot.take(along_x(2, 4, released=3, update=1), stitch=True) is None
    assert [point.sequence for point in body.goals[-1][1]] == [4, 6]


def test_an_update_that_does_not_continue_is_refused(pilot: Pilot, body: PaperBody) -> None:
    pilot.take(along_x(0, 4, released=2), stitch=False)
    error = pilot.take(along_x(3, 4, released=4, update=1), stitch=True)
    assert error is not None
    assert error.kind is ErrorKind.ORDER_UPDATE_ERROR
    state = pilot.state()
    assert state is not None
    assert (state.update, state.errors) == (0, (error,))
    assert len(body.goals) == 1


def test_a_lift_is_done_at_the_end_and_the_order_ends_with_it(
    pilot: Pilot, body: PaperBody
) -> None:
    pilot.take(along_x(0, 1, released=1, action=LIFT), stitch=False)
    assert pilot.outcome(TransportOrderId("T1")) is None
    pilot.feel(at(1.2, reached=2, driving=False))
    assert body.actions == [LIFT]
    lifting = replace(
        at(1.2, 2, 3_000, driving=False),
        action=LIFT.action,
        action_status=ActionStatus.RUNNING,
    )
    pilot.feel(lifting)
    assert pilot.outcome(TransportOrderId("T1")) is None
    pilot.feel(replace(lifting, load=LIFT.pod, action_status=ActionStatus.FINISHED))
    assert pilot.outcome(TransportOrderId("T1")) is Outcome.FINISHED
    assert body.actions == [LIFT]


def test_a_lift_that_fails_ends_the_order(pilot: Pilot) -> None:
    pilot.take(along_x(0, 0, released=0, action=LIFT), stitch=False)
    pilot.feel(
        replace(
            STANDING,
            action=LIFT.action,
            action_status=ActionStatus.FAILED,
            action_text="P001 does not stand here.",
        )
    )
    state = pilot.state()
    assert state is not None
    assert pilot.outcome(TransportOrderId("T1")) is Outcome.FAILED
    assert [(error.kind, error.text) for error in state.errors] == [
        (ErrorKind.ACTION_ERROR, "P001 does not stand here.")
    ]


def test_a_lift_done_before_a_crash_is_not_done_again(body: PaperBody) -> None:
    pilot = Pilot(R01, 1.2, body)
    pilot.feel(replace(STANDING, load=LIFT.pod))
    pilot.take(along_x(0, 0, released=0, action=LIFT), stitch=False)
    assert body.actions == []
    assert pilot.outcome(TransportOrderId("T1")) is Outcome.FINISHED


def test_a_goal_without_effect_is_given_again(pilot: Pilot, body: PaperBody) -> None:
    pilot.take(along_x(0, 2, released=2), stitch=False)
    pilot.feel(replace(STANDING, at_ms=2_000))
    assert len(body.goals) == 1
    pilot.feel(replace(STANDING, at_ms=4_000))
    assert len(body.goals) == 2


def test_an_action_without_effect_is_given_again(pilot: Pilot, body: PaperBody) -> None:
    pilot.take(along_x(0, 0, released=0, action=LIFT), stitch=False)
    pilot.feel(replace(STANDING, at_ms=4_000))
    assert body.actions == [LIFT, LIFT]


def test_after_a_crash_the_body_is_stopped_before_orders_are_taken(body: PaperBody) -> None:
    pilot = Pilot(R01, 1.2, body)
    order = along_x(0, 4, released=4)
    pilot.feel(at(0.6, reached=0))
    assert (body.stops, pilot.awake, pilot.state()) == (1, False, None)
    with pytest.raises(RuntimeError, match="not yet heard"):
        pilot.take(order, stitch=False)
    pilot.feel(at(0.9, reached=0, driving=False))
    state = pilot.state()
    assert state is not None
    assert (state.order, state.last_node) == ("", "")
    assert pilot.take(order, stitch=False) is None
    assert [point.sequence for point in body.goals[-1][1]] == [2, 4, 6, 8]


def test_a_lift_at_work_is_waited_for_after_a_crash(body: PaperBody) -> None:
    pilot = Pilot(R01, 1.2, body)
    pilot.feel(replace(STANDING, action=LIFT.action, action_status=ActionStatus.RUNNING))
    assert not pilot.awake
    pilot.feel(replace(STANDING, action=LIFT.action, load=LIFT.pod))
    assert pilot.awake


def test_cancel_stops_at_the_end_of_the_base(pilot: Pilot, body: PaperBody) -> None:
    pilot.take(along_x(0, 4, released=2), stitch=False)
    pilot.cancel(TransportOrderId("another"))
    pilot.cancel(TransportOrderId("T1"))
    assert pilot.outcome(TransportOrderId("T1")) is None
    pilot.feel(at(2.4, reached=4, driving=False))
    assert pilot.outcome(TransportOrderId("T1")) is Outcome.CANCELED
    assert body.stops == 0


def test_an_order_that_waits_for_its_horizon_has_not_ended(pilot: Pilot) -> None:
    pilot.take(along_x(0, 4, released=2), stitch=False)
    pilot.feel(at(2.4, reached=4, driving=False))
    assert pilot.outcome(TransportOrderId("T1")) is None
    assert pilot.outcome(TransportOrderId("T0")) is Outcome.REPLACED


def test_an_action_waits_with_a_pause_and_is_asked_for_again_after_it(
    pilot: Pilot, body: PaperBody
) -> None:
    """A body that corrects its place before it lifts stands during a pause."""
    pilot.take(along_x(0, 1, released=1, action=LIFT), stitch=False)
    pilot.feel(at(1.2, reached=2))
    assert body.actions == [LIFT]
    pilot.pause(True)
    assert body.stops == 1
    pilot.pause(False)
    assert body.actions == [LIFT, LIFT]
