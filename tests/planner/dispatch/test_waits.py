"""Why a robot stands, and the chain from it to what everybody behind waits for."""

from dataclasses import replace

import pytest
from fakes.hopping_world import HoppingWorld

from planner.dispatch.state import Leg, Phase, Robot, State, Visit
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.dispatch.waits import wait_of
from planner.warehouse.events import OrderReceived
from planner.warehouse.ids import (
    ClosureId,
    NodeId,
    OrderId,
    PodId,
    RobotId,
    Sku,
    StationId,
    TransportOrderId,
    VisitId,
)
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.robot import ErrorKind, Pose, RobotError, RobotState
from planner.warehouse.stock import Balance, slot_id
from planner.warehouse.view import (
    FloorView,
    RobotActivity,
    RobotView,
    Wait,
    WaitsFor,
    chain_of_waits,
)
from sim_worlds.sites.catalogue import load_site

R01, V1 = RobotId("R01"), VisitId("V1")
REPORT = RobotState(
    R01, 0, Pose(0.0, 0.0, 0.0), NodeId("n"), 0, TransportOrderId(""), 0, False, None, 1.0,
    False, 0.0,
)  # fmt: skip
ORDER = TransportOrderId("R01-1")
DRIVING = Leg(ORDER, 0, RobotActivity.FETCH, 9, None, (1, 2, 3), 2, since_ms=100)
STANDS = Robot(R01, "lifter", 3, report=REPORT, leg=DRIVING, silent=False, moved_ms=700)
AT_STATION = Visit(V1, PodId("P"), StationId("S1"), Phase.PICK, 0, R01)


def state_with(**parts: object) -> State:
    return replace(State(now_ms=1_000), **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("robot", "on", "name"),
    [
        (replace(STANDS, silent=True, seen_ms=700), WaitsFor.HELP, ""),
        (replace(STANDS, report=replace(REPORT, paused=True)), WaitsFor.HELP, ""),
        (replace(STANDS, waits_for=RobotId("R02")), WaitsFor.ROBOT, "R02"),
        (replace(STANDS, waits_for=RobotId("R02"), yields_ms=2_000), WaitsFor.OTHERS, ""),
        (replace(STANDS, horizon=(5, 9)), WaitsFor.CLOSURE, "spill"),
        (replace(STANDS, horizon=(4, 9)), WaitsFor.WAY, ""),
        (replace(STANDS, leg=None, visit=V1), WaitsFor.PERSON, "S1"),
        (replace(STANDS, leg=None, visit=VisitId("V2"), retry_ms=2_000), WaitsFor.RETRY, ""),
        (replace(STANDS, leg=None, visit=None), WaitsFor.WORK, ""),
    ],
)
def test_what_a_robot_waits_for(robot: Robot, on: WaitsFor, name: str) -> None:
    state = state_with(visits={V1: AT_STATION}, closures={ClosureId("spill"): (5, 6)})
    assert wait_of(state, robot) == Wait(on, name, 700)


def test_an_error_of_the_robot_waits_for_help() -> None:
    error = RobotError(next(iter(ErrorKind)), "", "")
    robot = replace(STANDS, report=replace(REPORT, errors=(error,)))
    assert wait_of(state_with(), robot) == Wait(WaitsFor.HELP, "", 700)


@pytest.mark.parametrize(
    "robot",
    [
        replace(STANDS, leg=replace(DRIVING, reached=1)),
        replace(STANDS, leg=replace(DRIVING, goal=3)),
        replace(STANDS, leg=None, report=replace(REPORT, charging=True)),
    ],
    ids=["drives", "has arrived", "charges"],
)
def test_who_gets_on_waits_for_nothing(robot: Robot) -> None:
    assert wait_of(state_with(), robot) is None


def shown(name: str, wait: Wait | None) -> RobotView:
    return RobotView(
        RobotId(name), 0.0, 0.0, 0.0, None, 1.0, RobotActivity.FETCH, None, (), (), wait
    )


def behind(name: str) -> Wait:
    return Wait(WaitsFor.ROBOT, name, 1)


def test_the_chain_ends_with_the_cause() -> None:
    person = Wait(WaitsFor.PERSON, "S1", 1)
    robots = [shown("A", behind("B")), shown("B", behind("C")), shown("C", person)]
    assert chain_of_waits(robots, RobotId("A")) == (
        ("A", behind("B")),
        ("B", behind("C")),
        ("C", person),
    )
    assert chain_of_waits(robots, RobotId("C")) == (("C", person),)
    assert chain_of_waits([shown("A", None)], RobotId("A")) == ()
    assert chain_of_waits([shown("A", behind("gone"))], RobotId("A")) == (("A", behind("gone")),)


def test_a_ring_is_told_once_around() -> None:
    robots = [shown("A", behind("B")), shown("B", behind("C")), shown("C", behind("B"))]
    assert [name for name, _ in chain_of_waits(robots, RobotId("A"))] == ["A", "B", "C"]


def test_on_a_working_floor_whoever_stands_has_a_reason_that_is_there() -> None:
    dispatcher = Dispatcher(load_site("small"))
    sku = Sku("sku")
    pods = list(dispatcher.floor.roadmap.pods)[:30]
    stock = tuple(Balance(slot_id(pod, "A", 1, 1), sku, 3) for pod in pods)
    world = HoppingWorld(dispatcher, stock, 3, 0.6)
    for number in range(12):
        name = OrderId(f"O{number}")
        world.waiting.append(OrderReceived(PickOrder(name, (OrderLine(line_id(name, 1), sku, 5),))))
    state, seen = dispatcher.start(), set[WaitsFor]()
    for tick in range(1, 400):
        state, commands = dispatcher.step(state, world.tick(tick * TICK_MS), tick * TICK_MS)
        world.obey(commands)
        view: FloorView = dispatcher.view(state)
        for robot in view.robots:
            for name, wait in chain_of_waits(view.robots, robot.robot):
                seen.add(wait.on)
                assert name in state.robots
                assert wait.since_ms <= state.now_ms
                assert wait.on is not WaitsFor.ROBOT or wait.name in state.robots
                assert wait.on is not WaitsFor.PERSON or wait.name in dispatcher.floor.stations
    assert {WaitsFor.ROBOT, WaitsFor.PERSON, WaitsFor.WORK} <= seen
