"""Pods, lifts, batteries: what the floor lets happen and what it does not."""

from dataclasses import replace

import pytest

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.ids import PodId, RobotId
from planner.warehouse.site import Point, Site, SiteRobot
from planner.warehouse.transport import ActionStatus
from sim_worlds.floor import Floor, FloorChanges
from sim_worlds.params import EXACT, WorldParams
from sim_worlds.sites.catalogue import load_site

R1, R2 = RobotId("R01"), RobotId("R02")
P1, P2 = PodId("P001"), PodId("P002")
HERE, THERE = (3.6, 6.0), (6.0, 6.0)


def tiny(first: Point = HERE, battery: float = 1.0) -> Site:
    """The tiny site with one robot at ``first`` and another out of the way."""
    site = load_site("tiny")
    kind = site.robots[0].type
    robots = (SiteRobot(R1, kind, first, battery), SiteRobot(R2, kind, (8.4, 8.4)))
    return replace(site, robots=robots)


def floor_with(pods: dict[PodId, Point], site: Site | None = None) -> Floor:
    return Floor(site or tiny(), pods, EXACT)


def ended(changes: FloorChanges) -> list[tuple[str, ActionStatus]]:
    return [(work.robot, work.status) for work in changes.ended]


def drive_to(floor: Floor, x_m: float, y_m: float, route: str = "T1") -> None:
    floor.set_waypoints(R1, (Waypoint(2, x_m, y_m, 9.0),), route)
    while floor.progress(R1) != (route, 2):
        floor.advance(100)


def test_a_lift_takes_its_time() -> None:
    floor = floor_with({P1: HERE})
    floor.lift(R1, P1)
    assert floor.working(R1)
    assert ended(floor.advance(2_900)) == []
    assert (floor.load(R1), list(floor.stored)) == (None, [P1])
    assert ended(floor.advance(100)) == [(R1, ActionStatus.FINISHED)]
    assert (floor.load(R1), list(floor.stored)) == (P1, [])
    assert not floor.working(R1)
    assert floor.stored_version == 1


def test_lifting_takes_longer_with_noise_but_not_much() -> None:
    floor = Floor(tiny(), {P1: HERE}, WorldParams(lift_spread=0.5))
    floor.lift(R1, P1)
    assert ended(floor.advance(2_900)) == []
    assert ended(floor.advance(1_700)) == [(R1, ActionStatus.FINISHED)]


def test_a_lift_asked_for_twice_is_one_lift() -> None:
    floor = floor_with({P1: HERE})
    floor.lift(R1, P1)
    floor.advance(1_500)
    floor.lift(R1, P1)
    assert ended(floor.advance(1_500)) == [(R1, ActionStatus.FINISHED)]
    floor.lift(R1, P1)
    assert ended(floor.advance(100)) == [(R1, ActionStatus.FINISHED)], "carried already"
    assert floor.load(R1) == P1


def test_a_lift_takes_whatever_stands_here_if_no_pod_is_named() -> None:
    floor = floor_with({P1: THERE, P2: HERE})
    floor.lift(R1)
    floor.advance(3_000)
    assert floor.load(R1) == P2


@pytest.mark.parametrize("pods", [{}, {P1: THERE}, {P2: HERE}], ids=["none", "elsewhere", "other"])
def test_a_lift_fails_without_the_pod(pods: dict[PodId, Point]) -> None:
    floor = floor_with(pods)
    floor.lift(R1, P1)
    changes = floor.advance(100)
    assert ended(changes) == [(R1, ActionStatus.FAILED)]
    assert changes.ended[0].text == "P001 does not stand here."
    assert floor.load(R1) is None


def test_a_second_pod_cannot_be_lifted() -> None:
    floor = floor_with({P1: HERE, P2: THERE})
    floor.lift(R1, P1)
    floor.advance(3_000)
    drive_to(floor, *THERE)
    floor.lift(R1, P2)
    assert ended(floor.advance(100)) == [(R1, ActionStatus.FAILED)]
    assert floor.load(R1) == P1


def test_a_pod_goes_where_its_robot_goes() -> None:
    floor = floor_with({P1: HERE})
    floor.lift(R1, P1)
    floor.advance(3_000)
    drive_to(floor, *THERE)
    floor.lower(R1, P1)
    assert ended(floor.advance(3_000)) == [(R1, ActionStatus.FINISHED)]
    assert floor.load(R1) is None
    assert (floor.stored[P1].x_m, floor.stored[P1].y_m) == THERE
    floor.lower(R1, P1)
    assert ended(floor.advance(100)) == [(R1, ActionStatus.FINISHED)], "stands here already"


def test_a_pod_is_not_put_down_on_another() -> None:
    floor = floor_with({P1: HERE, P2: THERE})
    floor.lift(R1, P1)
    floor.advance(3_000)
    drive_to(floor, THERE[0] - 0.5, THERE[1])
    floor.lower(R1)
    changes = floor.advance(100)
    assert ended(changes) == [(R1, ActionStatus.FAILED)]
    assert changes.ended[0].text == "P002 stands here."
    assert floor.load(R1) == P1


def test_there_must_be_something_to_lower() -> None:
    floor = floor_with({P1: THERE})
    floor.lower(R1, P1)
    assert ended(floor.advance(100)) == [(R1, ActionStatus.FAILED)]


def test_a_robot_that_lifts_does_not_drive_and_one_that_drives_does_not_lift() -> None:
    floor = floor_with({P1: HERE})
    floor.lift(R1, P1)
    floor.set_waypoints(R1, (Waypoint(2, *THERE, 9.0),), "T1")
    floor.advance(2_900)
    assert (floor.pose(R1).x_m, floor.pose(R1).y_m) == HERE
    floor.advance(600)
    assert floor.speed_mps(R1) > 0
    floor.lower(R1, P1)
    assert ended(floor.advance(100)) == [(R1, ActionStatus.FAILED)]
    assert floor.load(R1) == P1


def test_work_of_two_kinds_at_once_fails() -> None:
    floor = floor_with({P1: HERE, P2: HERE})
    floor.lift(R1, P1)
    floor.lift(R1, P2)
    assert ended(floor.advance(100)) == [(R1, ActionStatus.FAILED)]
    assert ended(floor.advance(2_900)) == [(R1, ActionStatus.FINISHED)]


def test_driving_empties_the_battery_faster_than_standing() -> None:
    floor = floor_with({}, tiny())
    drive_to(floor, *THERE)
    assert floor.odometer_m(R1) == pytest.approx(2.4)
    seconds = floor.now_ms / 1000
    assert floor.battery(R1) == pytest.approx(1 - 200 * seconds / 3600 / 350, rel=1e-6)
    assert floor.battery(R2) == pytest.approx(1 - 40 * seconds / 3600 / 350, rel=1e-6)


def test_charging_at_a_charger_only_and_until_it_drives_off() -> None:
    charger = load_site("tiny").chargers[0].position_m
    floor = floor_with({}, tiny(charger, battery=0.5))
    floor.charge(R2, True)
    floor.charge(R1, True)
    assert ended(floor.advance(100)) == [(R2, ActionStatus.FAILED), (R1, ActionStatus.FINISHED)]
    floor.advance(59_900)
    assert floor.battery(R1) == pytest.approx(0.5 + 1500 / 60 / 350, rel=1e-6)
    assert floor.charging(R1)
    floor.set_waypoints(R1, (Waypoint(2, charger[0] + 1.2, charger[1], 9.0),), "T1")
    floor.advance(200)
    assert not floor.charging(R1)


def test_a_full_battery_stays_full() -> None:
    floor = floor_with({}, tiny(load_site("tiny").chargers[0].position_m))
    floor.charge(R1, True)
    floor.advance(60_000)
    assert floor.battery(R1) == 1.0


def test_a_flat_battery_stops_the_robot() -> None:
    floor = floor_with({}, tiny(battery=2e-4))
    floor.set_waypoints(R1, (Waypoint(2, *THERE, 9.0),), "T1")
    floor.advance(60_000)
    assert floor.battery(R1) == 0
    assert floor.speed_mps(R1) == 0
    assert HERE[0] < floor.pose(R1).x_m < THERE[0]


def test_a_frozen_robot_brakes_and_goes_on() -> None:
    floor = floor_with({})
    floor.set_waypoints(R1, (Waypoint(2, *THERE, 9.0),), "T1")
    floor.advance(1_000)
    floor.freeze(R1, 10.0)
    floor.advance(5_000)
    place = floor.pose(R1)
    assert floor.speed_mps(R1) == 0
    assert not floor.driving(R1)
    floor.advance(4_900)
    assert floor.pose(R1) == place
    floor.advance(5_000)
    assert floor.progress(R1) == ("T1", 2)


def test_time_goes_in_whole_steps() -> None:
    with pytest.raises(ValueError, match="multiple"):
        floor_with({}).advance(150)


@pytest.mark.parametrize(
    "wrong",
    [
        {"step_ms": 0},
        {"slowest_pace": 0.0},
        {"slowest_pace": 1.1},
        {"pause_chance": -0.1},
        {"pause_min_s": 3.0, "pause_max_s": 2.0},
        {"lift_spread": -1.0},
        {"tolerance_m": 0.0},
    ],
    ids=str,
)
def test_params_are_checked(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        WorldParams(**wrong)  # type: ignore[arg-type]
