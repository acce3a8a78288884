"""What the referee of drones sees, each once."""

from dataclasses import replace

import pytest
from fakes.flown_site import SMALL

from planner.flight.airspace import NoFlyBox, Position
from planner.warehouse.ids import RobotId
from sim_worlds.drones.referee import FlightReferee, FlightViolation, Flyer

BOX = NoFlyBox("crane", ((10.0, 5.0), (12.0, 5.0), (12.0, 7.0), (10.0, 7.0)), 4.0, 6.0)
FINE = Flyer(
    drone=RobotId("D1"),
    place=Position(6.0, 6.0, 4.0),
    radius_m=0.3,
    pad=Position(1.2, 3.6, 0.1),
    battery_wh=10.0,
    on_ground=False,
    excused=False,
)


def kinds(*flyers: Flyer) -> list[FlightViolation]:
    referee = FlightReferee(SMALL, [BOX], 2.4, 8.4)
    referee.look(100, flyers)
    referee.look(200, flyers)
    assert all(incident.at_ms == 100 for incident in referee.incidents)
    return [incident.kind for incident in referee.incidents]


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        (Position(6.0, 6.0, 2.71), None),
        (Position(6.0, 6.0, 2.69), FlightViolation.TOO_LOW),
        (Position(6.0, 6.0, 8.2), FlightViolation.TOO_HIGH),
        (Position(0.2, 6.0, 4.0), FlightViolation.OFF_FLOOR),
        (Position(-1.0, 6.0, 4.0), FlightViolation.OFF_FLOOR),
        (Position(11.0, 6.0, 5.0), FlightViolation.IN_NO_FLY_BOX),
        (Position(9.8, 6.0, 5.0), FlightViolation.IN_NO_FLY_BOX),
        (Position(11.0, 6.0, 6.2), FlightViolation.IN_NO_FLY_BOX),
        (Position(9.6, 6.0, 5.0), None),
        (Position(11.0, 6.0, 3.6), None),
        (Position(1.3, 3.5, 1.0), None),
        (Position(1.7, 3.6, 1.0), FlightViolation.TOO_LOW),
    ],
)
def test_where_a_drone_may_be(place: Position, kind: FlightViolation | None) -> None:
    assert kinds(replace(FINE, place=place)) == ([kind] if kind else [])


def test_two_drones_touch_when_their_balls_do() -> None:
    other = replace(FINE, drone=RobotId("D2"), place=Position(6.0, 6.0, 4.61))
    assert kinds(FINE, other) == []
    assert kinds(FINE, replace(other, place=Position(6.0, 6.0, 4.59))) == [FlightViolation.DRONES]


def test_an_empty_battery_counts_in_the_air_only() -> None:
    empty = replace(FINE, battery_wh=0.0)
    assert kinds(empty) == [FlightViolation.BATTERY_EMPTY]
    assert kinds(replace(empty, on_ground=True)) == []


def test_who_has_to_land_where_it_is_may_be_low_but_hit_nobody() -> None:
    low = replace(FINE, place=Position(6.0, 6.0, 1.0), excused=True)
    assert kinds(low) == []
    assert kinds(low, replace(low, drone=RobotId("D2"))) == [FlightViolation.DRONES]


def test_what_begins_again_is_noted_again() -> None:
    referee = FlightReferee(SMALL, [BOX], 2.4, 8.4)
    for at_ms, z_m in ((100, 2.0), (200, 4.0), (300, 2.0)):
        referee.look(at_ms, [replace(FINE, place=Position(6.0, 6.0, z_m))])
    assert [incident.at_ms for incident in referee.incidents] == [100, 300]
