"""Who holds which air, seen from the fleet alone: reports go in, commands come out."""

from dataclasses import replace

from planner.flight.airspace import Pad, Position
from planner.flight.control import Sky, sky_of, step
from planner.flight.drone import DroneType
from planner.flight.enclosure import airspace_of
from planner.flight.mission import FlightPhase, held
from planner.flight.order import (
    FlightAlarm,
    FlightOrder,
    FlightReport,
    FlightTrouble,
    LandHere,
    ReturnHome,
)
from planner.flight.traffic import FreeAir, held_by_others, shared
from planner.flight.views import View
from planner.warehouse.ids import PodId, RobotId, TransportOrderId
from sim_worlds.sites.catalogue import load_site

D1, D2 = RobotId("D1"), RobotId("D2")
PADS = (Pad("PAD1", Position(1.2, 3.6, 0.1)), Pad("PAD2", Position(1.2, 6.0, 0.1)))
SPACE = airspace_of(load_site("small"), PADS)
KIND = DroneType()
FAR = View(PodId("P1"), (12.0, 7.2), (10, 8, 0), 0.0, 0.8)
ON_PAD = FlightReport(D1, 0, PADS[0].place, 70.0, TransportOrderId(""), 0, -1, False, True)


def sky() -> Sky:
    return sky_of(SPACE, [(D1, KIND, PADS[0]), (D2, KIND, PADS[1])])


def start() -> tuple[Sky, FlightOrder]:
    begun, commands = step(sky(), [ON_PAD], [FAR])
    (order,) = commands
    assert isinstance(order, FlightOrder)
    return begun, order


def in_air(order: FlightOrder, at_ms: int, reached: int) -> FlightReport:
    place = order.nodes[reached].place
    number = order.nodes[reached].sequence
    return replace(
        ON_PAD,
        at_ms=at_ms,
        place=place,
        order=order.order,
        update=order.update,
        last_sequence=number,
        on_ground=False,
    )


def test_cells_with_two_holders_are_found() -> None:
    one, both, other = (1, 1, 0), (2, 1, 0), (3, 1, 0)
    holdings = {D1: frozenset({one, both}), D2: frozenset({both, other})}
    assert shared(holdings) == ((D1, D2, both),)
    assert shared({D1: frozenset({one}), D2: frozenset({other})}) == ()
    assert held_by_others(holdings, D1) == {both, other}


def test_free_air_is_open_unheld_and_no_shaft_of_another() -> None:
    air = FreeAir(SPACE, 0, 1, (1, 3), frozenset({(5, 5, 1)}))
    assert (5, 5, 0) in air
    assert (1, 3, 1) in air
    for closed in ((5, 5, 1), (5, 5, 2), (1, 5, 1), (0, 5, 1), "cell"):
        assert closed not in air


def test_nothing_is_ordered_before_a_drone_has_reported_or_is_charged() -> None:
    assert step(sky(), [], [FAR])[1] == ()
    assert step(sky(), [replace(ON_PAD, battery_wh=60.0)], [FAR])[1] == ()
    assert step(sky(), [ON_PAD], [])[1] == ()


def test_an_order_is_sent_until_it_is_confirmed_and_held_from_the_start() -> None:
    begun, order = start()
    assert [node.place for node in order.base] == [PADS[0].place, SPACE.centre((1, 3, 1))]
    assert order.way_home[-1].place == PADS[0].place
    assert (1, 3, 1) in held(SPACE, begun.missions[D1])
    again, commands = step(begun, [], [FAR])
    assert commands == (order,)
    assert again.missions[D1].pending == order
    confirmed, commands = step(again, [in_air(order, 500, 0)], [FAR])
    (update,) = commands
    assert isinstance(update, FlightOrder)
    assert (update.update, update.base[0]) == (1, order.base[-1])
    assert [node.look for node in update.base if node.look] == [FAR]
    assert FAR.cell in held(SPACE, confirmed.missions[D1])


def test_what_was_flown_through_is_let_go_and_late_reports_bring_nothing_back() -> None:
    begun, order = start()
    flying, (update,) = step(begun, [in_air(order, 500, 0)], [FAR])
    assert isinstance(update, FlightOrder)
    looked = next(i for i, node in enumerate(update.base) if node.look)
    beyond, _ = step(flying, [in_air(update, 9_000, looked + 1)], [])
    assert FAR.cell not in held(SPACE, beyond.missions[D1])
    late, _ = step(beyond, [in_air(update, 8_000, 0)], [])
    assert held(SPACE, late.missions[D1]) == held(SPACE, beyond.missions[D1])


def test_after_a_restart_that_lost_everything_nobody_starts_until_all_are_home() -> None:
    _, order = start()
    flown = replace(order, order=TransportOrderId("D1/7"))
    other = replace(ON_PAD, drone=D2, place=PADS[1].place)
    restarted, commands = step(sky(), [in_air(flown, 500, 1), other], [FAR])
    assert commands == (ReturnHome(D1),)
    landed = replace(in_air(flown, 9_000, 2), on_ground=True)
    again, (first,) = step(restarted, [landed], [FAR])
    assert isinstance(first, FlightOrder)
    assert first.order in ("D1/8", "D2/1")
    assert shared({drone: held(SPACE, one) for drone, one in again.missions.items()}) == ()


def test_a_view_of_one_drone_is_not_given_to_another() -> None:
    other = replace(ON_PAD, drone=D2, place=PADS[1].place)
    _, commands = step(sky(), [ON_PAD, other], [FAR])
    assert len(commands) == 1


def test_leave_to_land_comes_when_nobody_holds_the_air_beneath() -> None:
    begun, order = start()
    flying, (update,) = step(begun, [in_air(order, 500, 0)], [FAR])
    assert isinstance(update, FlightOrder)
    flying, _ = step(flying, [in_air(update, 5_000, 2)], [FAR])
    # D2 cannot come home, above the cell from which D1 is about to look.
    above = replace(
        ON_PAD,
        drone=D2,
        at_ms=6_000,
        place=SPACE.centre((10, 8, 2)),
        on_ground=False,
        trouble=FlightTrouble.CANNOT_RETURN,
    )
    waiting, commands = step(flying, [above], [])
    assert FlightAlarm(D2, FlightTrouble.CANNOT_RETURN, above.place) in commands
    assert LandHere(D2) not in commands
    assert waiting.missions[D2].phase is FlightPhase.EMERGENCY
    last = len(update.base) - 1
    gone = replace(in_air(update, 7_000, last), last_sequence=update.way_home[0].sequence)
    landing, commands = step(waiting, [replace(gone, homing=True)], [])
    assert LandHere(D2) in commands
    assert (10, 8, 0) in held(SPACE, landing.missions[D2])
    assert not any(isinstance(command, FlightAlarm) for command in commands)
