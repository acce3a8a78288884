"""The fast world: commands in, reports and picks out, the same every time."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from planner.roadmap.compile import compile_roadmap
from planner.warehouse.commands import AlarmKind, Command, RaiseAlarm, SendTransportOrder, ShowPicks
from planner.warehouse.ids import (
    ActionId,
    EdgeId,
    LineId,
    NodeId,
    OrderId,
    PickId,
    PodId,
    RobotId,
    Sku,
    SlotId,
    StationId,
    TransportOrderId,
    VisitId,
)
from planner.warehouse.picks import PickTask
from planner.warehouse.robot import ErrorKind, RobotState
from planner.warehouse.site import Point, Site, SiteRobot
from planner.warehouse.transport import (
    Action,
    ActionKind,
    ActionStatus,
    OrderEdge,
    OrderNode,
    TransportOrder,
)
from sim_worlds.discrete import FastWorld, WorldNews
from sim_worlds.faults import Faults, SilentRobot, SlowRobot
from sim_worlds.params import EXACT, WorldParams
from sim_worlds.picker import PickOutcome
from sim_worlds.referee import ViolationKind
from sim_worlds.sites.catalogue import load_site
from sim_worlds.staff import DonePick

R1, R2 = RobotId("R01"), RobotId("R02")
P1 = PodId("P001")
SLOT = SlotId("P001/A/1/1")
WEST: tuple[Point, ...] = ((3.6, 6.0), (4.8, 6.0), (6.0, 6.0), (6.0, 7.2))
STATION: Point = (4.8, 1.2)


def tiny(first: Point = WEST[0], second: Point = (8.4, 8.4)) -> Site:
    site = load_site("tiny")
    kind = site.robots[0].type
    return replace(site, robots=(SiteRobot(R1, kind, first), SiteRobot(R2, kind, second)))


def world(
    faults: Faults | None = None, site: Site | None = None, seed: int = 0, noisy: bool = False
) -> FastWorld:
    params = WorldParams(pause_chance=0.1) if noisy else EXACT
    return FastWorld(site or tiny(), {P1: WEST[2]}, {SLOT: 5}, params, faults, seed)


def send(
    places: Sequence[Point],
    robot: RobotId = R1,
    first: int = 0,
    update: int = 0,
    name: str = "T1",
    action: Action | None = None,
) -> SendTransportOrder:
    """An order with every node released; the action is done at its last node."""
    numbers = range(first, first + len(places))
    nodes = tuple(
        OrderNode(2 * i, NodeId(f"n{i}"), *place, True)
        for i, place in zip(numbers, places, strict=True)
    )
    if action is not None:
        nodes = (*nodes[:-1], replace(nodes[-1], actions=(action,)))
    edges = tuple(
        OrderEdge(2 * i + 1, EdgeId(f"e{i}"), NodeId(f"n{i}"), NodeId(f"n{i + 1}"), True, 9.0)
        for i in numbers[:-1]
    )
    order = TransportOrder(TransportOrderId(name), update, robot, nodes, edges)
    return SendTransportOrder(order, stitch=update > 0)


def states(news: WorldNews, robot: RobotId = R1) -> list[RobotState]:
    return [event.state for event in news.events if event.state.robot == robot]


def lift(name: str = "lift") -> Action:
    return Action(ActionId(name), ActionKind.PICK, P1)


def test_robots_report_once_a_second_when_nothing_happens() -> None:
    news = world().advance(10_000)
    for robot in (R1, R2):
        times = [state.at_ms for state in states(news, robot)]
        assert len(times) == 10
        assert {b - a for a, b in pairwise(times)} == {1_000}
    first = states(news)[0]
    assert (first.order, first.last_node, first.driving) == ("", "", False)
    assert (first.pose.x_m, first.pose.y_m) == WEST[0]


def test_every_node_is_reported_in_turn() -> None:
    floor = world()
    floor.command(send(WEST))
    news = floor.advance(20_000)
    passed = [state.last_sequence for state in states(news)]
    assert sorted(set(passed)) == [0, 2, 4, 6]
    assert passed == sorted(passed)
    last = states(news)[-1]
    assert (last.order, last.update, last.last_node) == ("T1", 0, "n3")
    assert not last.driving
    assert (last.pose.x_m, last.pose.y_m) == WEST[3]
    arrived = next(state for state in states(news) if state.last_sequence == 6)
    assert not arrived.driving, "the report of the arrival says that it stands"
    assert last.odometer_m == pytest.approx(3.6)


def test_a_change_is_reported_at_once() -> None:
    floor = world()
    floor.advance(1_200)
    floor.command(send(WEST))
    news = floor.advance(1_300)
    assert [(state.order, state.at_ms) for state in states(news)] == [("T1", 1_300)]


def test_an_update_extends_the_way_without_a_stop() -> None:
    floor = world()
    floor.command(send(WEST[:2]))
    floor.advance(500)
    floor.command(send(WEST[1:3], first=1, update=1))
    speeds = []
    for now_ms in range(600, 3_000, 100):
        floor.advance(now_ms)
        speeds.append(floor.floor.speed_mps(R1))
    assert min(speeds[:18]) > 0


def test_a_pod_is_fetched_and_put_down() -> None:
    floor = world()
    floor.command(send(WEST[:3], action=lift()))
    news = floor.advance(20_000)
    history = [state.actions[0][1] for state in states(news) if state.actions]
    assert list(dict.fromkeys(history)) == [
        ActionStatus.WAITING,
        ActionStatus.RUNNING,
        ActionStatus.FINISHED,
    ]
    assert states(news)[-1].load == P1
    drop = Action(ActionId("drop"), ActionKind.DROP, P1)
    floor.command(send(WEST[2:], name="T2", action=drop))
    news = floor.advance(40_000)
    assert states(news)[-1].load is None
    assert states(news)[-1].actions == ((ActionId("drop"), ActionStatus.FINISHED),)
    place = floor.floor.stored[P1]
    assert (place.x_m, place.y_m) == WEST[3]
    assert floor.violations == ()


def test_a_failed_lift_is_an_error_in_the_report() -> None:
    floor = world()
    floor.command(send(WEST[:2], action=lift()))
    state = states(floor.advance(20_000))[-1]
    assert state.actions == ((ActionId("lift"), ActionStatus.FAILED),)
    assert [error.kind for error in state.errors] == [ErrorKind.ACTION_ERROR]
    assert state.load is None


def test_charging() -> None:
    charger = load_site("tiny").chargers[0].position_m
    floor = world(site=tiny(first=charger))
    action = Action(ActionId("charge"), ActionKind.START_CHARGING)
    floor.command(send([charger], action=action))
    state = states(floor.advance(2_000))[-1]
    assert state.charging
    assert state.actions == ((ActionId("charge"), ActionStatus.FINISHED),)


def test_a_refused_order_is_an_error_in_the_report() -> None:
    floor = world()
    floor.command(send(WEST[2:]))
    state = states(floor.advance(100))[-1]
    assert [error.kind for error in state.errors] == [ErrorKind.NO_ROUTE_ERROR]
    assert state.order == ""


def test_commands_that_come_twice_are_done_once() -> None:
    once, twice = world(), world()
    commands: list[Command] = [
        send(WEST[:3], action=lift()),
        RaiseAlarm(AlarmKind.LINE_SHORT, "x", "y"),
    ]
    for command in commands:
        once.command(command)
        twice.command(command)
        twice.command(command)
    assert once.advance(20_000) == twice.advance(20_000)


def pick(number: int, quantity: int = 1) -> PickTask:
    return PickTask(
        PickId(f"K{number}"),
        VisitId("V1"),
        StationId("S01"),
        P1,
        SLOT,
        OrderId("O1"),
        LineId(f"O1#{number}"),
        Sku("A"),
        quantity,
    )


def test_picks_are_taken_from_a_pod_at_the_station() -> None:
    floor = FastWorld(tiny(first=STATION), {P1: STATION}, {SLOT: 5}, EXACT)
    floor.command(send([STATION], action=lift()))
    floor.advance(4_000)
    show = ShowPicks(VisitId("V1"), StationId("S01"), P1, R1, (pick(1, 2), pick(2)))
    floor.command(show)
    floor.command(show)
    assert floor.advance(120_000).picks == (
        DonePick(pick(1, 2), PickOutcome(PickId("K1"), 2)),
        DonePick(pick(2), PickOutcome(PickId("K2"), 1)),
    )
    assert floor.violations == ()


def test_a_pick_from_a_pod_that_is_not_there_is_a_violation() -> None:
    floor = world()
    floor.command(ShowPicks(VisitId("V1"), StationId("S01"), P1, R1, (pick(1),)))
    assert len(floor.advance(60_000).picks) == 1
    assert [(v.kind, v.a, v.b) for v in floor.violations] == [
        (ViolationKind.POD_ABSENT, "P001", "S01")
    ]


def test_robots_sent_into_each_other_are_caught() -> None:
    floor = world(site=tiny(second=WEST[2]))
    floor.command(send(WEST[:3]))
    floor.advance(10_000)
    assert [(v.kind, v.a, v.b) for v in floor.violations] == [(ViolationKind.ROBOTS, "R01", "R02")]


def test_a_silent_robot_says_nothing_and_ends_its_base() -> None:
    floor = world(Faults(silent=(SilentRobot(R1, 2_000),)))
    floor.command(send(WEST[:3]))
    news = floor.advance(10_000)
    assert 0 < max(state.at_ms for state in states(news)) < 2_000
    assert floor.floor.pose(R1).x_m == WEST[2][0]
    floor.command(send(WEST[2:], first=2, update=1))
    floor.advance(20_000)
    assert (floor.floor.pose(R1).x_m, floor.floor.pose(R1).y_m) == WEST[2]
    assert len(states(news, R2)) == 10


def test_a_robot_silent_from_the_start_never_answers() -> None:
    floor = world(Faults(silent=(SilentRobot(R1),)))
    floor.command(send(WEST))
    assert states(floor.advance(10_000)) == []
    assert floor.floor.pose(R1).x_m == WEST[0][0]


def arrival_ms(faults: Faults) -> int:
    floor = world(faults)
    floor.command(send(WEST[:3]))
    news = floor.advance(120_000)
    return min(state.at_ms for state in states(news) if state.last_sequence == 4)


def test_a_slow_robot_arrives_later_and_a_frozen_one_too() -> None:
    normal = arrival_ms(Faults())
    assert arrival_ms(Faults(slow=(SlowRobot(R1, 0.25),))) > 1.5 * normal
    frozen = Faults(freezes_per_h=7_200.0, freeze_s=0.4)
    assert arrival_ms(frozen) > normal + 1_000
    assert arrival_ms(frozen) == arrival_ms(frozen)


def test_the_same_seed_gives_the_same_news_and_another_one_does_not() -> None:
    def news(seed: int) -> WorldNews:
        floor = world(Faults(freezes_per_h=60.0), seed=seed, noisy=True)
        floor.command(send(WEST[:3], action=lift()))
        return floor.advance(30_000)

    assert news(1) == news(1)
    assert news(1) != news(2)


def test_it_does_not_matter_how_often_time_is_advanced() -> None:
    one, many = world(noisy=True), world(noisy=True)
    for floor in (one, many):
        floor.command(send(WEST[:3], action=lift()))
    events = [event for now in range(100, 20_100, 100) for event in many.advance(now).events]
    assert tuple(events) == one.advance(20_000).events


def test_faults_of_robots_that_are_not_there_are_refused() -> None:
    with pytest.raises(ValueError, match="robot 'R99', which the site does not have"):
        world(Faults(slow=(SlowRobot(RobotId("R99"), 0.5),)))


def test_time_goes_in_whole_steps() -> None:
    with pytest.raises(ValueError, match="multiple"):
        world().advance(150)


def test_the_shipped_floors_stand_without_touching() -> None:
    for name in ("tiny", "small", "medium"):
        site = load_site(name)
        roadmap = compile_roadmap(site)
        pods = {
            pod: (float(roadmap.xy_m[i][0]), float(roadmap.xy_m[i][1]))
            for pod, i in ((pod, roadmap.index[node]) for pod, node in roadmap.pods.items())
        }
        floor = FastWorld(site, pods, {})
        floor.advance(1_000)
        assert floor.violations == (), name


def test_a_robot_that_was_silent_comes_back() -> None:
    floor = world(Faults(silent=(SilentRobot(R1, 2_000, 5_000),)))
    floor.command(send(WEST[:3]))
    heard = [state.at_ms for state in states(floor.advance(10_000)) if state.robot == R1]
    assert not any(2_000 <= at_ms < 5_000 for at_ms in heard)
    assert max(heard) > 9_000
    floor.command(send(WEST[2:], first=2, update=1))
    floor.advance(20_000)
    assert (floor.floor.pose(R1).x_m, floor.floor.pose(R1).y_m) == WEST[-1]
