"""Robots sent to a node by operators: they go, stay, and work again once freed."""

from dataclasses import replace

import pytest
from fakes.played_floor import PlayedFloor
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.codec.messages import event_from_json, event_to_json
from planner.dispatch.params import DispatchParams
from planner.dispatch.state import Phase, Robot
from planner.dispatch.step import Dispatcher
from planner.warehouse.commands import AlarmKind
from planner.warehouse.events import (
    NodesClosed,
    ReservationCleared,
    RobotFreed,
    RobotLeaving,
    RobotRerouted,
    RobotSent,
)
from planner.warehouse.ids import ClosureId, NodeId, RobotId
from planner.warehouse.view import RobotActivity
from sim_worlds.sites.catalogue import load_site


@pytest.fixture(scope="module")
def dispatcher() -> Dispatcher:
    return Dispatcher(load_site("small"))


@pytest.fixture
def floor(dispatcher: Dispatcher) -> PlayedFloor:
    floor = PlayedFloor(dispatcher, seed=2)
    floor.ticks(10)
    return floor


def fetching(floor: PlayedFloor) -> Robot:
    """A robot on its way to a pod, not there yet."""
    for _ in range(200):
        for robot in floor.state.robots.values():
            visit = floor.state.visits.get(robot.visit) if robot.visit else None
            under_way = robot.leg is not None and robot.leg.end != robot.leg.goal
            if visit is not None and visit.phase is Phase.FETCH and under_way:
                return robot
        floor.ticks(1)
    raise AssertionError("nobody fetches a pod")


def carrying(floor: PlayedFloor) -> RobotId:
    for _ in range(200):
        for robot in floor.state.robots.values():
            if robot.report is not None and robot.report.load is not None:
                return robot.robot
        floor.ticks(1)
    raise AssertionError("nobody carries a pod")


def why_not(floor: PlayedFloor, event: RobotSent) -> str:
    said = floor.dispatcher.objection(floor.state, event, floor.now_ms)
    before = floor.state
    floor.ticks(1, event)
    after = floor.state.robots.get(event.robot)
    known = before.robots.get(event.robot)
    sent = known.override.sent if known else None
    if said:
        assert after is None or after.override.sent == sent, "it was sent all the same"
    return said


def test_it_drives_there_stays_and_works_again_when_freed(floor: PlayedFloor) -> None:
    robot = fetching(floor).robot
    visit = floor.state.robots[robot].visit
    node = floor.free_node()
    floor.ticks(1, RobotSent(robot, node))
    assert floor.state.robots[robot].visit is None
    assert visit in floor.state.visits, "another robot is to fetch the pod"
    there = floor.until(robot)
    assert floor.dispatcher.floor.roadmap.nodes[there.node] == node
    legs = there.legs
    floor.ticks(200, RobotSent(robot, node))
    assert floor.state.robots[robot].legs == legs
    assert floor.state.robots[robot].node == there.node
    view = {one.robot: one for one in floor.dispatcher.view(floor.state).robots}[robot]
    assert view.sent == node
    assert view.wait is None
    floor.ticks(1, RobotFreed(robot))
    floor.ticks(3)
    assert floor.state.robots[robot].takes_work
    floor.to_the_end()
    assert floor.world.collisions == []


def test_orders_are_done_around_one_that_stands_in_an_aisle(floor: PlayedFloor) -> None:
    robot = fetching(floor).robot
    floor.ticks(1, RobotSent(robot, floor.free_node(7)))
    floor.to_the_end()
    assert floor.state.robots[robot].override.sent is not None
    assert floor.world.collisions == []


def test_one_with_a_pod_is_not_sent(floor: PlayedFloor) -> None:
    said = why_not(floor, RobotSent(carrying(floor), floor.free_node()))
    assert "carries a pod" in said


def test_what_cannot_be_is_refused_and_changes_nothing(floor: PlayedFloor) -> None:
    robot, other = list(floor.state.robots)[:2]
    roadmap = floor.dispatcher.floor.roadmap
    node, lane = floor.free_node(), next(iter(roadmap.station_nodes.values()))
    assert "not of the fleet" in why_not(floor, RobotSent(RobotId("R99"), node))
    assert "no node" in why_not(floor, RobotSent(robot, NodeId("nowhere")))
    robot = fetching(floor).robot
    assert "lane of a station" in why_not(floor, RobotSent(robot, lane))
    floor.ticks(1, NodesClosed(ClosureId("spill"), (node,)))
    assert "no way" in why_not(floor, RobotSent(robot, node))
    floor.ticks(1, RobotLeaving(robot))
    assert "leaving" in why_not(floor, RobotSent(robot, floor.free_node(3)))
    rest = fetching(floor).robot
    taken = floor.free_node(5)
    floor.ticks(1, RobotSent(rest, taken))
    other = next(r for r in floor.state.robots if r not in (rest, robot))
    said = floor.dispatcher.objection(floor.state, RobotSent(other, taken), floor.now_ms)
    assert said == f"{rest} was sent to {taken}. Choose another node." or "pod" in said


def test_a_flat_one_is_only_sent_to_a_charger_and_charges_there(dispatcher: Dispatcher) -> None:
    params = DispatchParams(battery_critical=0.3)
    floor = PlayedFloor(Dispatcher(dispatcher.floor.site, params), seed=3, orders=0)
    floor.ticks(3)
    robot = next(iter(floor.world.robots))
    hopper = floor.world.robots[robot]
    charger = next(iter(dispatcher.floor.roadmap.charger_nodes.values()))
    floor.ticks(30)
    hopper.state = replace(hopper.state, battery=0.2)
    floor.ticks(1)
    objection = floor.dispatcher.objection
    if floor.state.robots[robot].leg is None:
        event = RobotSent(robot, floor.free_node())
        assert "nearly empty" in objection(floor.state, event, floor.now_ms)
    floor.ticks(1, RobotSent(robot, charger))
    floor.ticks(200)
    assert hopper.state.charging
    leg = floor.state.robots[robot].leg
    assert leg is not None
    assert leg.activity is RobotActivity.CHARGE


def test_a_pod_beneath_it_is_told_and_served_after(floor: PlayedFloor) -> None:
    robot = fetching(floor).robot
    pod, node = next(
        (pod, node)
        for pod, node in floor.state.pods.items()
        if all(visit.pod != pod for visit in floor.state.visits.values())
        and not floor.dispatcher.objection(
            floor.state,
            RobotSent(robot, floor.dispatcher.floor.roadmap.nodes[node]),
            floor.now_ms,
        )
    )
    floor.ticks(1, RobotSent(robot, floor.dispatcher.floor.roadmap.nodes[node]))
    floor.until(robot)
    floor.ticks(1)
    assert (AlarmKind.POD_BLOCKED, pod) in floor.state.alarms
    floor.ticks(2, RobotFreed(robot))
    assert (AlarmKind.POD_BLOCKED, pod) not in floor.state.alarms
    floor.to_the_end()


def test_one_that_leaves_the_fleet_is_not_sent_any_more(floor: PlayedFloor) -> None:
    robot = fetching(floor).robot
    floor.ticks(1, RobotSent(robot, floor.free_node()))
    floor.ticks(1, RobotLeaving(robot))
    assert floor.state.robots[robot].override.sent is None
    floor.until(robot)
    assert floor.state.robots[robot].leaving


@settings(max_examples=8)
@given(
    seed=st.integers(0, 10_000),
    chance=st.floats(0.3, 1.0),
    asked=st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 9), st.integers(0, 400), st.booleans()),
        max_size=12,
    ),
)
def test_whoever_is_sent_wherever_nobody_collides_and_the_work_goes_on_once_freed(
    seed: int, chance: float, asked: list[tuple[int, int, int, bool]]
) -> None:
    floor = PlayedFloor(Dispatcher(load_site("small")), seed, chance=chance)
    floor.ticks(5)
    robots, nodes = list(floor.state.robots), floor.dispatcher.floor.roadmap.nodes
    for wait, which, node, again in asked:
        robot = robots[which % len(robots)]
        event = RobotFreed(robot) if again else RobotSent(robot, nodes[node % len(nodes)])
        if isinstance(event, RobotSent):
            why_not(floor, event)
            floor.ticks(wait)
        else:
            floor.ticks(wait + 1, event)
    floor.ticks(1, *(RobotFreed(robot) for robot in robots))
    floor.to_the_end(6000)
    assert floor.world.collisions == []


@pytest.mark.parametrize(
    "event",
    [
        RobotSent(RobotId("R01"), NodeId("c001r001")),
        RobotFreed(RobotId("R01")),
        RobotRerouted(RobotId("R01")),
        ReservationCleared(RobotId("R01")),
    ],
)
def test_they_are_written_and_read(
    event: RobotSent | RobotFreed | RobotRerouted | ReservationCleared,
) -> None:
    assert event_from_json(event_to_json(event)) == event
