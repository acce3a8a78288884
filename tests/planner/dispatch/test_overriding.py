"""Another way for one that waits; the reservation of a silent robot cleared, and taken back."""

from dataclasses import replace

import pytest
from fakes.played_floor import PlayedFloor
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.dispatch.phases.overriding import AVOID_MS
from planner.dispatch.state import Robot
from planner.dispatch.step import Dispatcher
from planner.warehouse.commands import SendTransportOrder
from planner.warehouse.events import ReservationCleared, RobotLeft, RobotRerouted
from planner.warehouse.ids import RobotId, TransportOrderId
from sim_worlds.sites.catalogue import load_site

SILENT_TICKS = 62


@pytest.fixture(scope="module")
def dispatcher() -> Dispatcher:
    return Dispatcher(load_site("small"))


def with_base(floor: PlayedFloor, least: int = 3) -> Robot:
    """A robot with nodes of its base ahead."""
    for _ in range(300):
        for robot in floor.state.robots.values():
            if len(robot.held) >= least:
                return robot
        floor.ticks(1)
    raise AssertionError("nobody has a base")


def cleared(floor: PlayedFloor) -> tuple[RobotId, tuple[int, ...]]:
    """A robot that stands silent and whose reservation was cleared, and what it lacks."""
    robot = with_base(floor).robot
    floor.silence(robot)
    floor.ticks(SILENT_TICKS)
    held = floor.state.robots[robot].held
    event = ReservationCleared(robot)
    assert floor.dispatcher.objection(floor.state, event, floor.now_ms) == ""
    floor.ticks(1, event)
    keeps = floor.state.robots[robot].held
    assert keeps
    assert set(keeps) < set(held)
    return robot, tuple(node for node in held if node not in keeps)


# --- another way ---------------------------------------------------------------------------------


def test_one_that_waits_looks_for_another_way_for_a_time(dispatcher: Dispatcher) -> None:
    floor = PlayedFloor(dispatcher, seed=1, chance=0.4)
    for _ in range(600):
        floor.ticks(1)
        for name in floor.state.robots:
            event = RobotRerouted(name)
            if not floor.dispatcher.objection(floor.state, event, floor.now_ms):
                floor.ticks(1, event)
                break
        else:
            continue
        break
    else:
        raise AssertionError("nobody ever waits")
    override = floor.state.robots[name].override
    assert override.avoids
    assert override.avoids_until_ms == floor.now_ms + AVOID_MS
    floor.to_the_end()
    assert floor.world.collisions == []


def test_its_way_then_leads_around_what_it_waited_for(dispatcher: Dispatcher) -> None:
    """One that does not answer stands in its way, before others drive around it by themselves."""
    found = 0
    for seed in range(6):
        floor = PlayedFloor(dispatcher, seed=seed, chance=0.5)
        for _ in range(150):
            floor.ticks(1)
            for name in list(floor.state.robots):
                event = RobotRerouted(name)
                if floor.dispatcher.objection(floor.state, event, floor.now_ms):
                    continue
                floor.ticks(1, event)
                robot = floor.state.robots[name]
                avoids = set(robot.override.avoids)
                moved = robot.leg is None or robot.leg.end == robot.leg.goal
                found += not moved and not avoids & set(robot.horizon)
    assert found > 0


@pytest.mark.parametrize("ticks", [1, 40])
def test_who_does_not_wait_is_not_rerouted(dispatcher: Dispatcher, ticks: int) -> None:
    floor = PlayedFloor(dispatcher, seed=1, orders=0)
    floor.ticks(ticks)
    robot = next(iter(floor.state.robots))
    said = floor.dispatcher.objection(floor.state, RobotRerouted(robot), floor.now_ms)
    assert "not on its way" in said or "does not wait" in said
    floor.ticks(1, RobotRerouted(robot), RobotRerouted(RobotId("R99")))
    assert floor.state.robots[robot].override.avoids == ()


# --- cleared reservations ------------------------------------------------------------------------


def test_one_that_is_heard_of_keeps_its_way(dispatcher: Dispatcher) -> None:
    floor = PlayedFloor(dispatcher, seed=2)
    robot = with_base(floor)
    event = ReservationCleared(robot.robot)
    assert "heard of" in floor.dispatcher.objection(floor.state, event, floor.now_ms)
    floor.silence(robot.robot)
    floor.ticks(20)
    assert "may still drive" in floor.dispatcher.objection(floor.state, event, floor.now_ms)
    before = floor.state.robots[robot.robot].held
    floor.ticks(1, event)
    assert floor.state.robots[robot.robot].held == before


def test_what_was_cleared_is_driven_by_others_and_taken_back(dispatcher: Dispatcher) -> None:
    floor = PlayedFloor(dispatcher, seed=2)
    robot, free = cleared(floor)
    driven: set[int] = set()
    for _ in range(150):
        floor.ticks(1)
        others = [one for one in floor.state.robots.values() if one.robot != robot]
        driven |= {node for one in others for node in one.held}
    assert driven & set(free), "nobody drives there"
    floor.silence(robot, silent=False)
    sent = floor.given.get(robot, 0)
    while floor.state.robots[robot].override.keeps:
        place = floor.world.robots[robot].state.pose
        floor.ticks(1)
        assert floor.now < 3000, "it does not get its way back"
        if floor.state.robots[robot].override.keeps:
            assert floor.given.get(robot, 0) == sent, "it was told to drive"
            assert floor.world.robots[robot].state.pose == place
    floor.to_the_end()
    assert floor.world.collisions == []


def test_one_that_forgot_its_order_is_told_again_only_when_it_has_its_way(
    dispatcher: Dispatcher,
) -> None:
    floor = PlayedFloor(dispatcher, seed=2)
    robot, _ = cleared(floor)
    hopper = floor.world.robots[robot]
    hopper.ahead.clear()
    hopper.state = replace(hopper.state, order=TransportOrderId(""), update=0, actions=())
    outstanding = [
        command.order.robot
        for command in floor.dispatcher.outstanding(floor.state)
        if isinstance(command, SendTransportOrder)
    ]
    assert robot not in outstanding
    floor.silence(robot, silent=False)
    floor.to_the_end()
    assert floor.world.collisions == []


def test_a_cleared_one_can_be_struck_off(dispatcher: Dispatcher) -> None:
    floor = PlayedFloor(dispatcher, seed=2)
    robot, _ = cleared(floor)
    if floor.world.robots[robot].state.load is None:
        floor.ticks(1, RobotLeft(robot))
        assert robot not in floor.state.robots
        floor.world.robots.pop(robot)
        floor.to_the_end()


@settings(max_examples=6)
@given(
    seed=st.integers(0, 10_000),
    chance=st.floats(0.3, 1.0),
    falls=st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 9), st.integers(0, 150), st.booleans()),
        min_size=1,
        max_size=3,
    ),
)
def test_no_two_ever_hold_a_node_whoever_falls_silent_is_cleared_and_comes_back(
    seed: int, chance: float, falls: list[tuple[int, int, int, bool]]
) -> None:
    """That they hold none, and do not collide, is checked in every tick."""
    floor = PlayedFloor(Dispatcher(load_site("small")), seed, chance=chance)
    floor.ticks(5)
    robots = list(floor.state.robots)
    for wait, which, after, back in falls:
        floor.ticks(wait)
        robot = robots[which % len(robots)]
        floor.silence(robot)
        floor.ticks(SILENT_TICKS + after % 7)
        floor.ticks(after, ReservationCleared(robot))
        if back:
            floor.silence(robot, silent=False)
    for robot in robots:
        floor.silence(robot, silent=False)
    floor.to_the_end(6000)
    floor.ticks(100)
    assert floor.world.collisions == []
    assert all(not robot.override.keeps for robot in floor.state.robots.values())
