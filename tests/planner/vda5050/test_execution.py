"""The robot side of an order: every state against every message, then what it does with them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.vda5050.execution import OrderExecution
from planner.warehouse.ids import NodeId, PodId, RobotId
from planner.warehouse.robot import ErrorKind, Pose, RobotState
from planner.warehouse.transport import ActionStatus, TransportOrder
from tests.planner.vda5050.straight import LIFT, R1, straight_order, with_lift, with_node


def at(x_m: float) -> Pose:
    return Pose(x_m, 0.0, 0.0)


def report(execution: OrderExecution, x_m: float = 0.0) -> RobotState:
    return execution.report(
        1_000,
        at(x_m),
        driving=False,
        load=PodId("P001"),
        battery=0.5,
        charging=False,
        odometer_m=7.0,
    )


def sequences(execution: OrderExecution) -> list[int]:
    return [point.sequence for point in execution.waypoints()]


# Every state is built on order T1: n0, n1, n2 released with update 3; n3, n4 planned.


def no_order() -> tuple[OrderExecution, float]:
    return OrderExecution(R1, 1.0), 0.0


def accepted() -> tuple[OrderExecution, float]:
    execution = OrderExecution(R1, 1.0)
    assert execution.accept(straight_order(3, 2, update=3), at(0.0)) is None
    return execution, 0.0


def under_way() -> tuple[OrderExecution, float]:
    execution, _ = accepted()
    execution.reached(2)
    return execution, 1.4


def at_the_end_of_the_base() -> tuple[OrderExecution, float]:
    execution, _ = accepted()
    execution.reached(4)
    return execution, 2.0


def lift_to_do() -> tuple[OrderExecution, float]:
    execution = OrderExecution(R1, 1.0)
    order = with_lift(straight_order(3, 2, update=3), 2)
    assert execution.accept(order, at(0.0)) is None
    execution.reached(4)
    return execution, 2.0


def lifting() -> tuple[OrderExecution, float]:
    execution, x_m = lift_to_do()
    execution.action_changed(LIFT.action, ActionStatus.RUNNING)
    return execution, x_m


def lifted() -> tuple[OrderExecution, float]:
    execution, x_m = lifting()
    execution.action_changed(LIFT.action, ActionStatus.FINISHED)
    return execution, x_m


def lift_failed() -> tuple[OrderExecution, float]:
    execution, x_m = lifting()
    execution.action_changed(LIFT.action, ActionStatus.FAILED, "no pod here.")
    return execution, x_m


def cancelled_under_way() -> tuple[OrderExecution, float]:
    execution, x_m = under_way()
    execution.cancel()
    return execution, x_m


def cancelled_at_the_end() -> tuple[OrderExecution, float]:
    execution, x_m = at_the_end_of_the_base()
    execution.cancel()
    return execution, x_m


MESSAGES: dict[str, tuple[TransportOrder, bool]] = {
    "same update, stitched": (straight_order(1, 1, first=2, update=3), True),
    "same update, whole": (straight_order(3, 2, update=3), False),
    "older update, stitched": (straight_order(2, 1, first=2, update=2), True),
    "older update, whole": (straight_order(3, update=2), False),
    "next update from the end of the base": (straight_order(2, 1, first=2, update=4), True),
    "next update from before the end": (straight_order(3, first=1, update=4), True),
    "next update from the horizon": (straight_order(2, first=3, update=4), True),
    "next update from another node of that number": (
        with_node(straight_order(1, first=2, update=4), 0, node=NodeId("elsewhere")),
        True,
    ),
    "whole of a newer update": (straight_order(4, 1, update=9), False),
    "whole of a newer update that ends too soon": (straight_order(2, 1, update=9), False),
    "another order where it stands": (straight_order(5, name="T2"), False),
    "another order elsewhere": (straight_order(2, first=8, name="T2"), False),
    "update of another order": (straight_order(2, first=2, update=4, name="T2"), True),
    "malformed": (replace(straight_order(2, update=4), edges=()), True),
}

ANSWERS = {
    ".": None,
    "U": ErrorKind.ORDER_UPDATE_ERROR,
    "R": ErrorKind.NO_ROUTE_ERROR,
    "V": ErrorKind.VALIDATION_ERROR,
}
EXPECTED: dict[Callable[[], tuple[OrderExecution, float]], str] = {
    no_order: "U.U.UUUU...RUV",
    accepted: "..U..UUU.UUUUV",
    under_way: "..U..UUU.UUUUV",
    at_the_end_of_the_base: "..U..UUU.U.RUV",
    lift_to_do: "..U..UUU.UUUUV",
    lifting: "..U..UUU.UUUUV",
    lifted: "..U..UUU.U.RUV",
    lift_failed: "..U..UUU.U.RUV",
    cancelled_under_way: "..U.UUUUUUUUUV",
    cancelled_at_the_end: "..U.UUUUUU.RUV",
}
"""One letter for each message, in the order above."""
ROWS = [
    (state, message, ANSWERS[letter])
    for state, letters in EXPECTED.items()
    for message, letter in zip(MESSAGES, letters, strict=True)
]


@pytest.mark.parametrize(
    ("state", "message", "expected"), ROWS, ids=[f"{s.__name__}: {m}" for s, m, _ in ROWS]
)
def test_every_message_in_every_state(
    state: Callable[[], tuple[OrderExecution, float]], message: str, expected: ErrorKind | None
) -> None:
    execution, x_m = state()
    before, points = report(execution), execution.waypoints()
    order, stitch = MESSAGES[message]

    error = execution.accept(order, at(x_m), stitch=stitch)

    assert (error.kind if error else None) == expected
    after = report(execution)
    if error is not None:
        assert error.reference == f"{order.order}/{order.update}"
        assert error in after.errors
        assert replace(after, errors=before.errors) == before, "a refusal changes nothing"
        assert execution.waypoints() == points
    else:
        had = before.update if before.order == order.order else 0
        assert (after.order, after.update) == (order.order, max(order.update, had))
        assert [point for point in points if point not in execution.waypoints()] == []


def test_waypoints_are_the_base_and_no_more() -> None:
    execution, _ = accepted()
    assert sequences(execution) == [2, 4]
    execution.reached(2)
    assert sequences(execution) == [4]
    assert execution.accept(straight_order(3, 1, first=2, update=4), at(1.0), stitch=True) is None
    assert sequences(execution) == [4, 6, 8]


def test_waypoints_carry_place_and_speed() -> None:
    execution = OrderExecution(R1, 1.0)
    order = straight_order(2)
    slow = replace(order.edges[0], max_speed_mps=0.3)
    execution.accept(replace(order, edges=(slow,)), at(0.0))
    assert execution.waypoints() == ((2, 1.0, 0.0, 0.3),)


def test_the_way_stops_where_there_is_work() -> None:
    execution = OrderExecution(R1, 1.0)
    execution.accept(with_lift(straight_order(4), 2), at(0.0))
    assert sequences(execution) == [2, 4]
    assert execution.next_action() is None
    execution.reached(4)
    assert sequences(execution) == []
    assert execution.next_action() == LIFT
    execution.action_changed(LIFT.action, ActionStatus.RUNNING)
    assert execution.next_action() is None
    assert sequences(execution) == []
    execution.action_changed(LIFT.action, ActionStatus.FINISHED)
    assert sequences(execution) == [6]
    assert not execution.finished
    execution.reached(6)
    assert execution.finished


def test_work_added_to_the_end_of_the_base_is_done() -> None:
    execution, x_m = at_the_end_of_the_base()
    update = with_lift(straight_order(1, first=2, update=4), 0)
    assert execution.accept(update, at(x_m), stitch=True) is None
    assert execution.next_action() == LIFT
    assert report(execution).actions == ((LIFT.action, ActionStatus.WAITING),)


def test_work_dropped_from_the_horizon_is_forgotten() -> None:
    execution = OrderExecution(R1, 1.0)
    execution.accept(with_lift(straight_order(2, 1)), at(0.0))
    assert report(execution).actions == ((LIFT.action, ActionStatus.WAITING),)
    execution.accept(straight_order(1, 1, first=1, update=1), at(0.0), stitch=True)
    assert report(execution).actions == ()


def test_a_robot_between_two_nodes_does_not_drive_back() -> None:
    execution = OrderExecution(R1, 1.0)
    assert execution.accept(straight_order(3), at(0.7)) is None
    assert sequences(execution) == [2, 4]
    assert report(execution).last_node == NodeId("n0")


def test_a_restarted_robot_goes_on_where_it_is() -> None:
    execution = OrderExecution(R1, 1.0)
    assert execution.accept(straight_order(4, first=3, update=9), at(4.6)) is None
    assert sequences(execution) == [10, 12]
    assert (report(execution).last_node, report(execution).last_sequence) == (NodeId("n4"), 8)


def test_a_whole_order_joins_the_base_it_extends() -> None:
    execution, _ = under_way()
    assert execution.accept(straight_order(5, first=1, update=7), at(1.4)) is None
    assert sequences(execution) == [4, 6, 8, 10]
    assert report(execution).last_sequence == 2


def test_after_a_failure_the_robot_stops_and_says_why() -> None:
    execution = OrderExecution(R1, 1.0)
    execution.accept(with_lift(straight_order(4), 1), at(0.0))
    execution.reached(2)
    execution.action_changed(LIFT.action, ActionStatus.FAILED, "no pod here.")
    assert sequences(execution) == []
    assert execution.next_action() is None
    assert execution.finished
    assert [(e.kind, e.reference, e.text) for e in report(execution).errors] == [
        (ErrorKind.ACTION_ERROR, LIFT.action, "no pod here.")
    ]
    assert execution.accept(straight_order(2, first=1, name="T2"), at(1.0)) is None
    assert report(execution).errors == ()


def test_a_refusal_is_forgotten_with_the_next_order_taken() -> None:
    execution, x_m = accepted()
    execution.accept(straight_order(2, name="T2"), at(x_m))
    assert len(report(execution).errors) == 1
    execution.accept(straight_order(1, 1, first=2, update=4), at(x_m), stitch=True)
    assert report(execution).errors == ()


def test_cancel_drives_the_base_and_drops_the_rest() -> None:
    execution = OrderExecution(R1, 1.0)
    execution.accept(with_lift(straight_order(3, 1), 2), at(0.0))
    execution.cancel()
    assert sequences(execution) == [2, 4]
    assert execution.horizon == ()
    assert report(execution).actions == ((LIFT.action, ActionStatus.FAILED),)
    execution.reached(4)
    assert execution.next_action() is None
    assert execution.finished


def test_cancel_lets_running_work_end() -> None:
    execution, _ = lifting()
    execution.cancel()
    assert not execution.finished
    execution.action_changed(LIFT.action, ActionStatus.FINISHED)
    assert execution.finished


def test_late_news_of_work_changes_nothing() -> None:
    execution, _ = lifted()
    before = report(execution)
    execution.action_changed(LIFT.action, ActionStatus.RUNNING)
    execution.action_changed(LIFT.action, ActionStatus.FAILED)
    execution.action_changed(LIFT.action, ActionStatus.WAITING)
    assert report(execution) == before


def test_a_node_reached_twice_is_reached_once() -> None:
    execution, _ = under_way()
    before = report(execution)
    execution.reached(2)
    execution.reached(0)
    assert report(execution) == before


def test_a_node_that_was_never_released_cannot_be_reached() -> None:
    execution, _ = accepted()
    with pytest.raises(ValueError, match="never released"):
        execution.reached(6)


def test_before_the_first_order_the_report_is_empty() -> None:
    execution = OrderExecution(RobotId("R7"), 1.0)
    state = report(execution, 3.0)
    assert (state.robot, state.order, state.last_node) == ("R7", "", "")
    assert (state.pose, state.load, state.battery, state.odometer_m) == (at(3.0), "P001", 0.5, 7.0)
    assert execution.finished
    assert execution.waypoints() == ()
