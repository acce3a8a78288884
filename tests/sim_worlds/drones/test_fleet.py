"""Drones beside the fast world: looks come in, nobody touches anybody, nobody runs out of power."""

from dataclasses import replace
from math import hypot

import pytest
from fakes.flown_site import QUICK_CHARGE, SMALL, STORED, flown_site, fly, no_air_is_shared
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.flight import control
from planner.flight.airspace import NoFlyBox, Pad, Position
from planner.flight.drone import DroneType
from planner.flight.enclosure import spread_pads
from planner.flight.mission import FlightPhase
from planner.flight.order import FlightTrouble
from planner.warehouse.commands import SendTransportOrder
from planner.warehouse.errors import InvalidSite
from planner.warehouse.ids import ActionId, NodeId, PodId, RobotId, TransportOrderId
from planner.warehouse.transport import Action, ActionKind, OrderNode, TransportOrder
from sim_worlds.discrete import FastWorld
from sim_worlds.drones.fleet import DroneFleet, SiteDrone
from sim_worlds.drones.params import CellFailure, DroneFaults, DroneWorldParams, LostLink

D1, D2, D3 = RobotId("D1"), RobotId("D2"), RobotId("D3")
PODS = tuple(STORED)


def test_every_face_is_looked_at_in_several_flights() -> None:
    fleet = flown_site(kind=replace(QUICK_CHARGE, battery_wh=20.0))
    fleet.want(dict.fromkeys(PODS, 1.0))
    news = fly(fleet, 900)
    looks = [look for one in news for look in one.looks]
    assert sorted(look.pod for look in looks) == sorted(PODS)
    assert fleet.wanted == ()
    assert fleet.sky.missions[D1].orders >= 2
    assert fleet.sky.missions[D1].phase is FlightPhase.AT_PAD
    assert fleet.referee.incidents == []
    for look in looks:
        assert look.until_ms - look.from_ms == 3_000
        pod = STORED[look.pod]
        # Beside the pod, in the air, and turned to it.
        assert hypot(look.x_m - pod.x_m, look.y_m - pod.y_m) < 2 * 1.2 + 0.2
        assert look.z_m > 2.4


def test_the_same_seed_flies_the_same_way_and_another_does_not() -> None:
    flights = []
    for seed in (1, 1, 2):
        fleet = flown_site(2, seed=seed)
        fleet.want(dict.fromkeys(PODS[::3], 1.0))
        looks = [look for one in fly(fleet, 60) for look in one.looks]
        flights.append((looks, [body.place for body in fleet.bodies.values()]))
    assert flights[0][0]
    assert flights[0] == flights[1]
    assert flights[0] != flights[2]


@settings(max_examples=8)
@given(
    drones=st.integers(2, 4),
    seed=st.integers(0, 1000),
    latency_ms=st.integers(0, 2_000),
    loss=st.floats(0, 0.5),
    silences=st.lists(
        st.tuples(st.integers(1, 4), st.integers(0, 120), st.integers(5, 60)), max_size=3
    ),
    pods=st.lists(st.sampled_from(PODS), min_size=8, max_size=40, unique=True),
)
def test_no_delay_makes_drones_meet_or_wait_for_ever(
    drones: int,
    seed: int,
    latency_ms: int,
    loss: float,
    silences: list[tuple[int, int, int]],
    pods: list[PodId],
) -> None:
    links = tuple(
        LostLink(RobotId(f"D{min(drone, drones)}"), start * 1000, (start + length) * 1000)
        for drone, start, length in silences
    )
    params = DroneWorldParams(latency_ms=latency_ms, loss=loss, gusts=1.0)
    fleet = flown_site(drones, QUICK_CHARGE, params, DroneFaults(links), seed, crowded=True)
    fleet.want(dict.fromkeys(pods, 1.0))
    for _ in range(20):
        fly(fleet, 60)
        landed = all(body.pilot.on_ground for body in fleet.bodies.values())
        if not fleet.wanted and landed:
            break
    assert fleet.wanted == ()
    assert all(body.pilot.on_ground for body in fleet.bodies.values())
    assert fleet.referee.incidents == []


@settings(max_examples=6)
@given(
    seed=st.integers(0, 1000),
    battery_wh=st.floats(12, 60),
    slowest_pace=st.floats(0.5, 1),
    gust_w=st.floats(0, 150),
)
def test_every_flight_ends_on_the_pad_with_the_reserve_left(
    seed: int, battery_wh: float, slowest_pace: float, gust_w: float
) -> None:
    kind = replace(QUICK_CHARGE, battery_wh=battery_wh, slowest_pace=slowest_pace, gust_w=gust_w)
    fleet = flown_site(2, kind, DroneWorldParams(gusts=1.0), seed=seed)
    fleet.want(dict.fromkeys(PODS[::2], 1.0))
    least_wh = battery_wh
    for _ in range(8):
        fly(fleet, 30)
        least_wh = min(least_wh, *(body.battery_wh for body in fleet.bodies.values()))
    assert fleet.referee.incidents == []
    # It may have to come home through a gust at once: what that takes is not in the reserve.
    assert least_wh >= 0.2 * battery_wh - 0.05


def test_a_pod_that_was_taken_away_is_skipped() -> None:
    fleet = flown_site()
    fleet.want(dict.fromkeys(PODS[:8], 1.0))
    fly(fleet, 10)
    view = fleet.sky.missions[D1].views[-1]
    left = {pod: pose for pod, pose in STORED.items() if pod != view.pod}
    news = fly(fleet, 200, left)
    looked = {look.pod for one in news for look in one.looks}
    assert looked == set(PODS[:8]) - {view.pod}
    assert fleet.wanted == (view.pod,)


def test_a_pod_taken_away_at_the_last_moment_is_missed() -> None:
    fleet = flown_site()
    fleet.want({PODS[0]: 1.0})
    while fleet.bodies[D1].looking is None:
        fleet.advance(fleet.now_ms + 500, STORED)
    without = {pod: pose for pod, pose in STORED.items() if pod != PODS[0]}
    news = fleet.advance(fleet.now_ms + 500, without)
    assert (news.missed, news.looks) == ((PODS[0],), ())


def test_a_pod_carried_past_hides_the_face_for_a_while() -> None:
    fleet = flown_site()
    fleet.want({PODS[0]: 1.0})
    while (view := fleet.bodies[D1].looking) is None:
        fleet.advance(fleet.now_ms + 500, STORED)
    place = fleet.sky.space.centre(view.cell)
    between = ((place.x_m + view.pod_m[0]) / 2, (place.y_m + view.pod_m[1]) / 2)
    for _ in range(8):
        assert fleet.advance(fleet.now_ms + 500, STORED, [between]).looks == ()
    looks = [look for one in fly(fleet, 5) for look in one.looks]
    assert [look.pod for look in looks] == [PODS[0]]
    assert looks[0].until_ms - looks[0].from_ms == 3_000

    fleet.want({PODS[0]: 1.0})
    while fleet.bodies[D1].looking is None:
        fleet.advance(fleet.now_ms + 500, STORED)
    news = [fleet.advance(fleet.now_ms + 500, STORED, [between]) for _ in range(24)]
    assert [pod for one in news for pod in one.missed] == [PODS[0]]


def test_a_lost_link_holds_flies_home_and_says_so_when_it_is_back() -> None:
    faults = DroneFaults((LostLink(D1, 30_000, 150_000),))
    fleet = flown_site(2, faults=faults)
    fleet.want(dict.fromkeys(PODS, 1.0))
    fly(fleet, 149)
    assert fleet.bodies[D1].pilot.on_ground
    assert fleet.bodies[D1].place == fleet.bodies[D1].pad.place
    alarms = [alarm for one in fly(fleet, 5) for alarm in one.alarms]
    assert [(alarm.drone, alarm.trouble) for alarm in alarms] == [(D1, FlightTrouble.LOST_CONTACT)]
    assert fleet.referee.incidents == []


def test_a_weak_battery_breaks_off_and_the_rest_is_looked_at_later() -> None:
    faults = DroneFaults(cells=(CellFailure(D1, 60_000, 0.25),))
    fleet = flown_site(faults=faults)
    fleet.want(dict.fromkeys(PODS[:20], 1.0))
    news = fly(fleet, 90)
    alarms = [(alarm.drone, alarm.trouble) for one in news for alarm in one.alarms]
    assert alarms == [(D1, FlightTrouble.LOW_BATTERY)]
    fly(fleet, 400)
    assert fleet.wanted == ()
    assert fleet.referee.incidents == []


def test_who_cannot_come_home_lands_where_nobody_is_and_stays_there() -> None:
    faults = DroneFaults(cells=(CellFailure(D3, 40_000, 0.02),))
    fleet = flown_site(3, faults=faults)
    fleet.want(dict.fromkeys(PODS, 1.0))
    alarms = [alarm for one in fly(fleet, 120) for alarm in one.alarms]
    assert [(alarm.drone, alarm.trouble) for alarm in alarms] == [(D3, FlightTrouble.CANNOT_RETURN)]
    body = fleet.bodies[D3]
    assert body.battery_wh > 0
    assert (body.place.z_m, body.pilot.on_ground) == (0.0, True)
    assert fleet.sky.missions[D3].phase is FlightPhase.LANDED_OUT
    fly(fleet, 700)
    assert fleet.wanted == ()
    assert fleet.referee.incidents == []


def test_pods_out_of_reach_are_told_and_not_tried_for_ever() -> None:
    # The south-east corner is walled off up to the roof.
    corner = NoFlyBox("wall", ((20.0, 0.0), (20.2, 0.0), (20.2, 14.0), (20.0, 14.0)))
    pad = Pad("PAD", Position(1.2, 3.6, 0.1))
    fleet = DroneFleet(SMALL, [SiteDrone(D1, pad, QUICK_CHARGE)], [corner])
    fleet.want(dict.fromkeys(PODS, 1.0))
    looked = {look.pod for one in fly(fleet, 900) for look in one.looks}
    beyond = set(fleet.out_of_reach)
    assert beyond == set(fleet.wanted) == set(PODS) - looked
    assert beyond
    assert all(STORED[pod].x_m > 16 for pod in beyond)
    assert fleet.bodies[D1].pilot.on_ground


def test_drones_that_do_not_fit_the_site() -> None:
    pads = spread_pads(SMALL, 4)
    with pytest.raises(InvalidSite, match="a layer of its own") as caught:
        DroneFleet(SMALL, [SiteDrone(RobotId(f"D{i}"), pad) for i, pad in enumerate(pads)])
    assert "highest_m" in caught.value.remedy
    with pytest.raises(InvalidSite, match="taken already"):
        DroneFleet(SMALL, [SiteDrone(D1, pads[0]), SiteDrone(D1, pads[1])])
    with pytest.raises(InvalidSite, match="stands there already"):
        DroneFleet(SMALL, [SiteDrone(D1, pads[0]), SiteDrone(D2, pads[0])])
    with pytest.raises(InvalidSite, match="takes up too much air"):
        DroneFleet(SMALL, [SiteDrone(D1, pads[0], DroneType(radius_m=0.5))])
    with pytest.raises(InvalidSite, match="faults"):
        DroneFleet(SMALL, [SiteDrone(D1, pads[0])], faults=DroneFaults((LostLink(D2),)))


def crowd(seed: int) -> DroneFleet:
    """Four drones from one wall that all want all pods, with bad links and small batteries."""
    kind = replace(QUICK_CHARGE, battery_wh=14.0)
    params = DroneWorldParams(latency_ms=3_000, loss=0.3, gusts=1.0)
    fleet = flown_site(4, kind, params, seed=seed, crowded=True)
    fleet.want(dict.fromkeys(PODS, 1.0))
    return fleet


@pytest.mark.parametrize("seed", [0, 1])
def test_a_crowd_gets_its_work_done(seed: int) -> None:
    fleet = crowd(seed)
    fly(fleet, 400)
    assert fleet.wanted == ()
    assert fleet.referee.incidents == []
    assert fleet.referee.nearest_m > 0


def test_the_same_crowd_shares_air_if_nobody_asks_who_holds_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(control, "held_by_others", lambda holdings, drone: frozenset())
    fleet = crowd(0)
    shared = 0
    for _ in range(200):
        fleet.advance(fleet.now_ms + 500, STORED)
        shared += not no_air_is_shared(fleet)
    assert shared > 0


def test_beside_the_fast_world_a_pod_that_a_robot_lifts_is_left_out() -> None:
    pods = {pod: (pose.x_m, pose.y_m) for pod, pose in STORED.items()}
    world = FastWorld(SMALL, pods, {})
    fleet = flown_site()
    fleet.want(dict.fromkeys(PODS[:12], 1.0))
    robot = world.floor.robots[0]
    pose = world.floor.pose(robot)
    lift = Action(ActionId("lift"), ActionKind.PICK)
    node = OrderNode(0, NodeId("c003r005"), pose.x_m, pose.y_m, True, (lift,))
    world.command(SendTransportOrder(TransportOrder(TransportOrderId("T1"), 0, robot, (node,), ())))
    looked = set()
    for at_ms in range(500, 200_001, 500):
        world.advance(at_ms)
        looked |= {look.pod for look in fleet.advance_beside(world.floor).looks}
    lifted = world.floor.load(robot)
    assert lifted in PODS[:12]
    assert looked == set(PODS[:12]) - {lifted}
    assert fleet.now_ms == world.now_ms
    assert world.violations == ()
    assert fleet.referee.incidents == []
