"""Robots that wait for each other: seen, told, and one of them makes way."""

from dataclasses import replace

import pytest

from planner.dispatch.params import DispatchParams
from planner.dispatch.phases.deadlock import break_deadlocks
from planner.dispatch.state import Leg, Robot, State
from planner.dispatch.step import Dispatcher
from planner.dispatch.turn import Turn
from planner.warehouse.commands import AlarmKind
from planner.warehouse.ids import NodeId, RobotId, TransportOrderId
from planner.warehouse.robot import Pose, RobotState
from planner.warehouse.view import RobotActivity
from sim_worlds.sites.catalogue import load_site

R01, R02 = RobotId("R01"), RobotId("R02")


@pytest.fixture(scope="module")
def dispatcher() -> Dispatcher:
    return Dispatcher(load_site("small"))


def driving(
    dispatcher: Dispatcher, robot: RobotId, at: str, goal: str, heading: int, since_ms: int
) -> Robot:
    """A robot that has stood on a node since time 0, with somewhere to go."""
    roadmap = dispatcher.floor.roadmap
    node = roadmap.index[NodeId(at)]
    x_m, y_m = dispatcher.floor.points[node]
    report = RobotState(
        robot, 0, Pose(x_m, y_m, 0.0), NodeId(at), 0, TransportOrderId(""), 0, False, None, 1.0,
        False, 0.0,
    )  # fmt: skip
    leg = Leg(
        TransportOrderId(f"{robot}-1"), -1, RobotActivity.FETCH, roadmap.index[NodeId(goal)], None,
        (node,), 0, since_ms,
    )  # fmt: skip
    return Robot(robot, "lifter", node, heading, report, leg=leg, silent=False, seen_ms=10**9)


def face_to_face(dispatcher: Dispatcher) -> State:
    """Two robots under pods, each where the other has to go through."""
    state = dispatcher.start()
    state.robots = {
        R01: driving(dispatcher, R01, "c004r005", "c006r005", 0, since_ms=100),
        R02: driving(dispatcher, R02, "c005r005", "c003r005", 2, since_ms=200),
    }
    return state


def turn_at(dispatcher: Dispatcher, state: State, now_ms: int) -> Turn:
    return Turn(state.fork(), dispatcher.floor, DispatchParams(), now_ms)


def test_nobody_makes_way_before_its_time(dispatcher: Dispatcher) -> None:
    turn = turn_at(dispatcher, face_to_face(dispatcher), 19_999)
    break_deadlocks(turn)
    assert turn.commands == []
    assert turn.state.robots == face_to_face(dispatcher).robots


def test_the_younger_makes_way_and_it_is_said_and_counted(dispatcher: Dispatcher) -> None:
    turn = turn_at(dispatcher, face_to_face(dispatcher), 20_000)
    break_deadlocks(turn)
    turn.book_counts()
    assert turn.state.robots[R02].yields_ms == 30_000
    assert turn.state.robots[R01].yields_ms == 0
    assert turn.state.tally.deadlocks == 1
    assert "R01, R02" in turn.state.alarms[AlarmKind.DEADLOCK, R02].text
    later = turn_at(dispatcher, turn.state, 30_000)
    break_deadlocks(later)
    assert later.state.alarms == {}
    assert later.commands[0].active is False  # type: ignore[union-attr]


def test_who_waits_for_one_that_wants_nothing_is_not_in_a_ring(dispatcher: Dispatcher) -> None:
    state = face_to_face(dispatcher)
    state.robots[R02] = replace(state.robots[R02], leg=None)
    turn = turn_at(dispatcher, state, 60_000)
    break_deadlocks(turn)
    assert turn.commands == []


def test_who_makes_way_lets_the_other_through(dispatcher: Dispatcher) -> None:
    """With the second on its way out of its own accord, the first gets the node in between."""
    state = face_to_face(dispatcher)
    node, goal = state.robots[R02].node, state.robots[R01].leg.goal  # type: ignore[union-attr]
    turn = turn_at(dispatcher, state, 20_000)
    break_deadlocks(turn)
    after, commands = dispatcher.step(turn.state, [], 20_500)
    assert after.robots[R02].end not in (node, goal)
    assert any(getattr(c, "order", None) and c.order.robot == R02 for c in commands)  # type: ignore[union-attr]
