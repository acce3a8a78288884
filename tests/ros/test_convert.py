"""Messages and vocabulary: there and back is where one started."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from podherd_msgs import msg

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import TransportOrderId
from planner.warehouse.robot import ErrorKind, Pose, RobotError, RobotState
from planner.warehouse.transport import (
    Action,
    ActionKind,
    ActionStatus,
    OrderEdge,
    OrderNode,
    TransportOrder,
)
from podherd_ros import convert
from podherd_ros.drive import DriveReport

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
some_names = names.filter(bool)
floats = st.floats(allow_nan=False)
counts = st.integers(0, 2**32 - 1)
times = st.integers(0, 2**53)
pods = st.none() | some_names
poses = st.builds(Pose, floats, floats, floats)
actions = st.builds(Action, some_names, st.sampled_from(ActionKind), pods)
nodes = st.builds(
    OrderNode,
    counts,
    names,
    floats,
    floats,
    st.booleans(),
    st.lists(actions, max_size=3).map(tuple),
)
edges = st.builds(OrderEdge, counts, names, names, names, st.booleans(), floats)
orders = st.builds(
    TransportOrder,
    names,
    counts,
    names,
    st.lists(nodes, max_size=4).map(tuple),
    st.lists(edges, max_size=4).map(tuple),
)
errors = st.builds(RobotError, st.sampled_from(ErrorKind), names, names)
states = st.builds(
    RobotState,
    names,
    times,
    poses,
    names,
    counts,
    names,
    counts,
    st.booleans(),
    pods,
    floats,
    st.booleans(),
    floats,
    st.lists(st.tuples(names, st.sampled_from(ActionStatus)), max_size=3).map(tuple),
    st.lists(errors, max_size=3).map(tuple),
    st.booleans(),
)
reports = st.builds(
    DriveReport,
    times,
    poses,
    st.booleans(),
    names,
    st.integers(-1, 2**31),
    pods,
    floats,
    st.booleans(),
    floats,
    st.none() | some_names,
    st.sampled_from(ActionStatus),
    names,
    st.lists(errors, max_size=2).map(tuple),
)
waypoints = st.lists(st.builds(Waypoint, counts, floats, floats, floats), max_size=5).map(tuple)


@given(orders)
def test_orders(order: TransportOrder) -> None:
    assert convert.order_from_message(convert.order_to_message(order)) == order


@given(states)
def test_robot_states(state: RobotState) -> None:
    assert convert.state_from_message(convert.state_to_message(state)) == state


@given(reports)
def test_drive_reports(report: DriveReport) -> None:
    assert convert.report_from_message(convert.report_to_message(report)) == report


@given(names.map(TransportOrderId), waypoints)
def test_drive_goals(route: TransportOrderId, points: tuple[Waypoint, ...]) -> None:
    assert convert.goal_from_message(convert.goal_to_message(route, points)) == (route, points)


@given(actions)
def test_drive_actions(action: Action) -> None:
    message = convert.drive_action_to_message(action)
    assert convert.drive_action_from_message(message) == action


@given(st.integers(0, 2**31 * 1000 - 1))
def test_times(at_ms: int) -> None:
    assert convert.time_from_message(convert.time_to_message(at_ms)) == at_ms


def test_an_alarm_keeps_its_words() -> None:
    message = convert.alarm_to_message(RaiseAlarm(AlarmKind.ROBOT_SILENT, "R01", "silent", False))
    assert (message.kind, message.subject, message.text) == ("robot_silent", "R01", "silent")
    assert message.active is False


def test_an_unknown_word_names_what_is_known() -> None:
    with pytest.raises(InvalidMessage, match="pick, drop, startCharging") as caught:
        convert.drive_action_from_message(msg.DriveAction(action_id="a", kind="dance"))
    assert (caught.value.field, caught.value.value) == ("kind", "dance")


def test_an_unknown_status_is_refused() -> None:
    state = msg.RobotState(actions=[msg.OrderActionState(action_id="a", status="DONE")])
    with pytest.raises(InvalidMessage, match="WAITING"):
        convert.state_from_message(state)
