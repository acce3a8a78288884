"""What a drone does with orders, and decides on its own."""

from dataclasses import replace

import pytest

from planner.flight.airspace import Position
from planner.flight.drone import DroneType
from planner.flight.onboard import Autopilot
from planner.flight.order import FlightNode, FlightOrder, FlightTrouble
from planner.warehouse.ids import RobotId, TransportOrderId

D1 = RobotId("D1")
KIND = DroneType(battery_wh=70.0, reserve=0.2)
PAD, UP, OUT = Position(0, 0, 0), Position(0, 0, 4), Position(40, 0, 4)
FIRST = FlightOrder(
    TransportOrderId("D1/1"),
    0,
    D1,
    (FlightNode(0, PAD), FlightNode(1, UP)),
    (FlightNode(2, PAD),),
)
SECOND = FlightOrder(
    TransportOrderId("D1/1"),
    1,
    D1,
    (FlightNode(1, UP), FlightNode(2, OUT)),
    (FlightNode(3, UP), FlightNode(4, PAD)),
)
ON_PAD = Autopilot(D1, KIND, silent_ms=10_000)
AT_END = replace(ON_PAD, order=FIRST, index=2, on_ground=False)


def test_an_order_takes_off_and_the_same_again_changes_nothing() -> None:
    flying = ON_PAD.accept(FIRST, 5)
    assert (flying.on_ground, flying.target, flying.heard_ms) == (False, FIRST.base[0], 5)
    assert flying.reached().accept(FIRST, 6) == replace(flying.reached(), heard_ms=6)


def test_an_update_goes_on_from_the_end_of_the_base() -> None:
    longer = AT_END.accept(SECOND, 1)
    assert [node.place for node in longer.ahead] == [UP, OUT]
    early = replace(AT_END, index=1).accept(SECOND, 1)
    assert [node.place for node in early.ahead] == [UP, OUT]
    assert longer.reached().reached().last_sequence == 2


@pytest.mark.parametrize(
    "wrong",
    [
        replace(SECOND, update=2),
        replace(SECOND, update=0),
        replace(SECOND, base=(FlightNode(3, UP), FlightNode(4, OUT))),
        replace(SECOND, order=TransportOrderId("D1/2")),
    ],
)
def test_what_does_not_go_on_from_there_is_not_taken(wrong: FlightOrder) -> None:
    assert AT_END.accept(wrong, 1) == replace(AT_END, heard_ms=1)


def test_an_order_of_a_flight_that_is_over_does_not_start_it_again() -> None:
    landed = replace(AT_END, homing=True).reached()
    assert landed.on_ground
    assert landed.accept(FIRST, 9).on_ground
    next_one = replace(FIRST, order=TransportOrderId("D1/10"))
    assert not landed.accept(next_one, 9).on_ground


def test_who_flies_home_takes_no_more_orders() -> None:
    homing = AT_END.return_home()
    assert homing.accept(SECOND, 1).order == FIRST
    assert [node.place for node in homing.ahead] == [PAD]


def test_without_contact_it_holds_and_then_flies_home() -> None:
    place, full = UP, KIND.battery_wh
    assert AT_END.watch(place, full, 0.0, 10_000).target is None
    home = AT_END.watch(place, full, 0.0, 10_001)
    assert (home.trouble, home.target) == (FlightTrouble.LOST_CONTACT, FIRST.way_home[0])
    # With base ahead it flies that first.
    busy = replace(AT_END, index=1)
    assert busy.watch(place, full, 0.0, 60_000) == busy


def test_it_breaks_off_while_the_way_home_and_the_reserve_are_left() -> None:
    out = AT_END.accept(SECOND, 0).reached().reached()
    need_wh = KIND.way_wh((OUT, UP, PAD)) + 0.2 * KIND.battery_wh
    assert out.watch(OUT, need_wh + 0.01, 0.0, 0) == out
    broken_off = out.watch(OUT, need_wh - 0.01, 0.0, 0)
    assert (broken_off.homing, broken_off.trouble) == (True, FlightTrouble.LOW_BATTERY)
    assert broken_off.target == SECOND.way_home[0]


def test_it_lands_if_it_cannot_come_home() -> None:
    out = AT_END.accept(SECOND, 0).reached().reached()
    need_wh = KIND.way_wh((OUT, UP, PAD))
    waiting = out.watch(OUT, need_wh - 0.01, 0.0, 0)
    assert (waiting.trouble, waiting.landing) == (FlightTrouble.CANNOT_RETURN, False)
    assert waiting.target is None
    assert waiting.accept(SECOND, 1).target is None
    assert waiting.land_here().landing
    # It does not wait for leave until it falls, nor for who does not hear it.
    down_wh = KIND.way_wh((OUT, Position(40, 0, 0)))
    assert waiting.watch(OUT, 2 * down_wh, 0.0, 1).landing
    assert waiting.watch(OUT, need_wh - 0.01, 0.0, 10_001).landing
    down = waiting.land_here().touched_down()
    assert (down.on_ground, down.landing) == (True, False)
    assert down.accept(replace(FIRST, order=TransportOrderId("D1/2")), 9).on_ground


def test_leave_to_land_is_for_who_asked() -> None:
    assert AT_END.land_here() == AT_END
    assert ON_PAD.return_home() == ON_PAD
