"""How one drone flies: no faster than it can, and for no less than it costs."""

from dataclasses import replace
from itertools import pairwise

import pytest
from fakes.flown_site import STORED, flown_site

from planner.flight.airspace import Pad, Position
from planner.flight.drone import DroneType
from planner.flight.order import FlightNode, FlightOrder
from planner.warehouse.ids import RobotId, TransportOrderId
from sim_worlds.drones.body import DroneBody
from sim_worlds.drones.params import DroneWorldParams

PAD = Pad("PAD", Position(0.0, 0.0, 0.0))
UP, OUT = Position(0.0, 0.0, 5.0), Position(30.0, 0.0, 5.0)
KIND = DroneType(slowest_pace=1.0, drift_m=0.15)
ORDER = FlightOrder(
    TransportOrderId("D1/1"),
    0,
    RobotId("D1"),
    (FlightNode(0, PAD.place), FlightNode(1, UP), FlightNode(2, OUT)),
    (FlightNode(3, UP), FlightNode(4, PAD.place)),
)


def flown(kind: DroneType, gusts: float = 0.0) -> list[tuple[Position, float, float]]:
    """Places, speeds and charges every 0.1 s on the way out."""
    body = DroneBody(RobotId("D1"), kind, PAD, DroneWorldParams(gusts=gusts), 1)
    body.pilot = body.pilot.accept(ORDER, 0)
    found: list[tuple[Position, float, float]] = []
    while body.pilot.target is not None:
        body.pilot = body.pilot.hears(len(found) * 100)
        body.step(len(found) * 100, 100)
        found.append((body.place, body.speed_mps, body.battery_wh))
    return found


def test_it_takes_as_long_as_planned_and_keeps_its_limits() -> None:
    steps = flown(KIND)
    planned_s = KIND.leg_s(PAD.place, UP) + KIND.leg_s(UP, OUT)
    # Each stop costs a step or two.
    assert planned_s <= len(steps) / 10 <= planned_s + 0.6
    assert steps[-1][0] == OUT
    speeds = [0.0, *(speed for _, speed, _ in steps)]
    assert max(speeds) == pytest.approx(2.0)
    assert max(abs(a - b) for a, b in pairwise(speeds)) <= 0.1 + 1e-9
    assert max(speed for place, speed, _ in steps if place.z_m < 4.9) <= 1.0 + 1e-9


def test_it_spends_what_was_planned_at_most() -> None:
    spent_wh = KIND.battery_wh - flown(KIND, gusts=1.0)[-1][2]
    most_wh = KIND.way_wh((PAD.place, UP, OUT))
    assert most_wh * KIND.hover_w / (KIND.hover_w + KIND.gust_w) < spent_wh
    assert spent_wh <= most_wh + KIND.worst_wh(0.6, 0.0)


def test_gusts_push_it_off_its_line_by_its_drift_at_most() -> None:
    off = [(place.y_m**2 + min(0.0, place.x_m) ** 2) ** 0.5 for place, _, _ in flown(KIND, 1.0)]
    assert 0.02 < max(off) <= KIND.drift_m


def test_it_charges_on_its_pad_only() -> None:
    body = DroneBody(RobotId("D1"), KIND, PAD, DroneWorldParams(), 1)
    body.battery_wh = 10.0
    for at_ms in range(0, 36_000, 100):
        body.step(at_ms, 100)
    assert body.battery_wh == pytest.approx(10.0 + 1.4)
    fleet = flown_site()
    lost = fleet.bodies[RobotId("D1")]
    lost.pilot = replace(lost.pilot, on_ground=True)
    lost._line = Position(5.0, 5.0, 0.0)
    lost.battery_wh = 1.0
    fleet.advance(10_000, STORED)
    assert lost.battery_wh == 1.0
