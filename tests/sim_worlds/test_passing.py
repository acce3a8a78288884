"""What robots that count look at, and what they drive past, in the fast world."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from planner.warehouse.commands import SendTransportOrder
from planner.warehouse.ids import ActionId, EdgeId, NodeId, PodId, RobotId, TransportOrderId
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
from sim_worlds.params import EXACT
from sim_worlds.passing import TRACK_M
from sim_worlds.shift import COUNTER
from sim_worlds.sites.catalogue import load_site

SCOUT, LIFTER = RobotId("COUNT01"), RobotId("R01")
P1, P2 = PodId("P001"), PodId("P002")
PODS: dict[PodId, Point] = {P1: (6.0, 6.0), P2: (7.2, 6.0)}
WAY: tuple[Point, ...] = ((3.6, 6.0), (3.6, 4.8), (4.8, 4.8), (6.0, 4.8), (7.2, 4.8), (8.4, 4.8))
BESIDE_P1 = WAY[:4]
LAST_MS = 60_000


def site() -> Site:
    """A robot that counts to the west, one that lifts to the north."""
    tiny = load_site("tiny")
    scout = SiteRobot(SCOUT, COUNTER.id, WAY[0])
    lifter = SiteRobot(LIFTER, tiny.robots[0].type, (6.0, 7.2))
    return replace(tiny, robot_types=(*tiny.robot_types, COUNTER), robots=(scout, lifter))


def world() -> FastWorld:
    return FastWorld(site(), PODS, {}, EXACT)


def send(robot: RobotId, places: Sequence[Point], *actions: Action) -> SendTransportOrder:
    nodes = tuple(OrderNode(2 * i, NodeId(f"n{i}"), *place, True) for i, place in enumerate(places))
    nodes = (*nodes[:-1], replace(nodes[-1], actions=actions))
    edges = tuple(
        OrderEdge(2 * i + 1, EdgeId(f"e{i}"), NodeId(f"n{i}"), NodeId(f"n{i + 1}"), True, 9.0)
        for i in range(len(places) - 1)
    )
    order = TransportOrder(TransportOrderId(f"{robot}-T"), 0, robot, nodes, edges)
    return SendTransportOrder(order)


def look_at(pod: PodId) -> Action:
    return Action(ActionId("look"), ActionKind.DETECT_OBJECT, pod)


def status_of(news: WorldNews, robot: RobotId) -> ActionStatus:
    return [event.state for event in news.events if event.state.robot == robot][-1].actions[0][1]


def test_a_look_takes_as_long_as_the_scanner_and_is_told() -> None:
    floor = world()
    floor.command(send(SCOUT, BESIDE_P1, look_at(P1)))
    news = floor.advance(LAST_MS)
    (look,) = news.looks
    assert (look.robot, look.pod) == (SCOUT, P1)
    assert look.until_ms - look.from_ms == pytest.approx(3_000, abs=100)
    assert (look.pose.x_m, look.pose.y_m) == pytest.approx(BESIDE_P1[-1], abs=0.01)
    assert status_of(news, SCOUT) is ActionStatus.FINISHED
    assert floor.advance(2 * LAST_MS).looks == ()


def test_a_pod_that_is_not_beside_cannot_be_looked_at() -> None:
    floor = world()
    floor.command(send(SCOUT, BESIDE_P1, look_at(P2)))
    news = floor.advance(LAST_MS)
    assert news.looks == ()
    assert status_of(news, SCOUT) is ActionStatus.FAILED


def test_a_robot_without_a_scanner_cannot_look() -> None:
    floor = world()
    floor.command(send(LIFTER, ((6.0, 7.2),), look_at(P1)))
    news = floor.advance(LAST_MS)
    assert news.looks == ()
    assert status_of(news, LIFTER) is ActionStatus.FAILED


def test_what_is_driven_past_is_told_with_the_way() -> None:
    floor = world()
    floor.command(send(SCOUT, WAY))
    news = floor.advance(LAST_MS)
    assert [(one.robot, one.pod) for one in news.passes] == [(SCOUT, P1), (SCOUT, P2)]
    for one in news.passes:
        x_m, _ = PODS[one.pod]
        times = [at_ms for at_ms, _ in one.track]
        assert len(times) >= 2
        assert times == sorted(set(times))
        assert all(abs(pose.x_m - x_m) <= 0.6 + 1e-6 for _, pose in one.track)
        assert one.track[-1][1].x_m - one.track[0][1].x_m > 1.0
    assert news.looks == ()


def test_who_stands_leaves_no_trace() -> None:
    floor = world()
    floor.command(send(SCOUT, BESIDE_P1, look_at(P1)))
    floor.advance(LAST_MS)
    order = send(SCOUT, WAY[3:])
    floor.command(replace(order, order=replace(order.order, order=TransportOrderId("next"))))
    passes = [one for one in floor.advance(2 * LAST_MS).passes if one.pod == P1]
    (one,) = passes
    assert len(one.track) <= 1.2 / TRACK_M + 1


def test_pods_that_are_taken_meanwhile_and_ways_beneath_pods_are_left_out() -> None:
    floor = world()
    # Beneath the pods, not past them.
    floor.command(send(SCOUT, ((3.6, 6.0), (4.8, 6.0), (6.0, 6.0), (7.2, 6.0))))
    assert floor.advance(LAST_MS).passes == ()
    floor = world()
    floor.command(send(SCOUT, BESIDE_P1))
    floor.advance(LAST_MS)
    floor.command(
        send(LIFTER, ((6.0, 7.2), (6.0, 6.0)), Action(ActionId("up"), ActionKind.PICK, P1))
    )
    floor.advance(2 * LAST_MS)
    assert P1 not in floor.floor.stored
    order = send(SCOUT, WAY[3:5])
    floor.command(replace(order, order=replace(order.order, order=TransportOrderId("next"))))
    assert [one.pod for one in floor.advance(3 * LAST_MS).passes] == []


def test_a_site_without_scanners_tells_of_nothing() -> None:
    plain = replace(site(), robots=site().robots[1:], robot_types=site().robot_types[:1])
    floor = FastWorld(plain, PODS, {}, EXACT)
    floor.command(send(LIFTER, ((6.0, 7.2), (7.2, 7.2), (7.2, 8.4), (6.0, 8.4))))
    news = floor.advance(LAST_MS)
    assert (news.looks, news.passes, news.counts) == ((), (), ())
