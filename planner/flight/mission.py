"""One drone as the fleet knows it: a state machine without clock or wires.

At its pad it charges; it takes off, flies one outing after the other as they are released, and
comes home when nothing is left to look at or its battery says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from planner.flight.airspace import AirCell, Airspace, Pad
from planner.flight.drone import DroneType
from planner.flight.order import (
    FlightNode,
    FlightOrder,
    FlightReport,
    FlightTrouble,
    order_number,
)
from planner.flight.views import View
from planner.flight.ways import Leg
from planner.warehouse.ids import RobotId, TransportOrderId


class FlightPhase(StrEnum):
    """What a drone is doing."""

    UNKNOWN = "unknown"
    """It has not reported yet."""
    AT_PAD = "atPad"
    """It stands on its pad and charges."""
    FLYING = "flying"
    """It has base ahead of it: it takes off, flies or looks."""
    HOLDING = "holding"
    """It hovers at the end of its base."""
    RETURNING = "returning"
    """It flies home and takes no orders."""
    EMERGENCY = "emergency"
    """It cannot come home: it waits for the air beneath to be free, and lands."""
    LANDED_OUT = "landedOut"
    """It stands somewhere else than on its pad, and stays there until people fetch it."""


@dataclass(frozen=True, slots=True)
class Mission:
    """``nodes`` is what the drone is known to have, from the node it reached last on; its base ends
    with number ``base_end``. ``pending`` was sent and has not been confirmed. ``runs`` are looks
    still to be released and ``released`` those that were, since the last start."""

    drone: RobotId
    kind: DroneType
    pad: Pad
    layer: int
    report: FlightReport | None = None
    orders: int = 0
    update: int = 0
    nodes: tuple[FlightNode, ...] = ()
    base_end: int = 0
    pending: FlightOrder | None = None
    runs: tuple[tuple[View, ...], ...] = ()
    released: tuple[View, ...] = ()
    landing: bool = False

    @property
    def phase(self) -> FlightPhase:
        """What it is doing, by its last report."""
        report = self.report
        if report is None:
            return FlightPhase.UNKNOWN
        if report.trouble is FlightTrouble.CANNOT_RETURN:
            return FlightPhase.LANDED_OUT if report.on_ground else FlightPhase.EMERGENCY
        if report.on_ground:
            return FlightPhase.AT_PAD
        if report.homing:
            return FlightPhase.RETURNING
        at_end = report.last_sequence >= self.base_end
        return FlightPhase.HOLDING if at_end else FlightPhase.FLYING

    @property
    def is_stray(self) -> bool:
        """It flies an order that the fleet does not know, as after a restart of the fleet that lost
        its state: nobody knows which air it has."""
        in_air = self.phase in (FlightPhase.FLYING, FlightPhase.HOLDING, FlightPhase.RETURNING)
        return in_air and not self.nodes and self.pending is None

    @property
    def views(self) -> tuple[View, ...]:
        """All looks of this flight: nobody else needs to take them."""
        return (*self.released, *(view for run in self.runs for view in run))

    @property
    def wants_more(self) -> bool:
        """Everything sent has been confirmed, and the drone is on the last leg of its base."""
        report = self.report
        if report is None or self.pending is not None:
            return False
        flying = self.phase in (FlightPhase.FLYING, FlightPhase.HOLDING)
        return flying and report.last_sequence >= self.base_end - 1


def absorb(mission: Mission, report: FlightReport) -> Mission:
    """What the drone says. Reports that are older than the last one change nothing."""
    if mission.report is not None and report.at_ms < mission.report.at_ms:
        return mission
    first = order_number(report.order) if mission.report is None else 0
    mission = replace(mission, report=report, orders=max(mission.orders, first))
    pending = mission.pending
    if pending is not None:
        if (report.order, report.update) == (pending.order, pending.update):
            mission = _confirmed(mission, pending)
        elif pending.update > 0 and (report.homing or report.on_ground):
            # It will not take the update any more: orders end on the pad.
            mission = replace(mission, pending=None)
    if report.on_ground and (mission.pending is None) and _is_current(mission, report):
        return replace(mission, nodes=(), runs=(), released=(), landing=False)
    return _passed(mission, report)


def _is_current(mission: Mission, report: FlightReport) -> bool:
    return order_number(report.order) == mission.orders


def _confirmed(mission: Mission, order: FlightOrder) -> Mission:
    base: tuple[FlightNode, ...]
    if order.update > 0:
        kept = tuple(n for n in mission.nodes if n.sequence < order.base[0].sequence)
        last = next(n for n in mission.nodes if n.sequence == order.base[0].sequence)
        base = (*kept, last, *order.base[1:])
    else:
        base = order.base
    return replace(
        mission,
        nodes=base + order.way_home,
        base_end=order.base[-1].sequence,
        update=order.update,
        pending=None,
    )


def _passed(mission: Mission, report: FlightReport) -> Mission:
    """Let go of what lies behind the node reached last."""
    if not _is_current(mission, report) or report.update != mission.update:
        return mission
    nodes = mission.nodes
    behind = sum(node.sequence < report.last_sequence for node in nodes)
    return replace(mission, nodes=nodes[min(behind, max(0, len(nodes) - 1)) :])


def held(space: Airspace, mission: Mission) -> frozenset[AirCell]:
    """The air that the drone has, or may have."""
    places = [node.place for node in mission.nodes]
    cells = space.way_cells(places) if places else frozenset[AirCell]()
    report = mission.report
    if report is not None and report.trouble is FlightTrouble.CANNOT_RETURN:
        beneath = report.place._replace(z_m=0.0) if mission.landing else report.place
        return cells | space.corridor(report.place, beneath)
    if mission.pending is not None:
        base, home = mission.pending.base, mission.pending.way_home
        cells |= space.way_cells([node.place for node in base])
        cells |= space.way_cells([base[-1].place, *(node.place for node in home)])
    return cells | {space.pad_cell(mission.pad)}


def with_order(mission: Mission, leg: Leg, looks: Sequence[View] = ()) -> Mission:
    """A new order, from the pad, if the drone stands there, else an update; it is to be sent until
    it is confirmed."""
    starts = mission.phase is FlightPhase.AT_PAD
    orders = mission.orders + starts
    update = 0 if starts else mission.update + 1
    name = TransportOrderId(f"{mission.drone}/{orders}")
    order = FlightOrder(name, update, mission.drone, leg.base, leg.way_home)
    released = (*mission.released, *looks)
    return replace(mission, orders=orders, pending=order, released=released)


def base_end(mission: Mission) -> FlightNode:
    """The last node of the base that the drone is known to have."""
    return next(node for node in mission.nodes if node.sequence == mission.base_end)
