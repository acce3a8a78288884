"""How far an order is when somebody asks to change it, and what that leaves people to do."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.ids import LineId, PickId, PodId, Sku, SlotId, StationId
from planner.warehouse.stock import pod_of
from wms_bridge.ledger import slot_of
from wms_bridge.ports.store import Reading
from wms_bridge.records.work import LineRecord, OrderRecord, OrderStatus, PickRecord


class OrderPhase(StrEnum):
    """How far an order is."""

    NOT_STARTED = "not_started"
    """Nothing is picked, nothing is shown to a picker, and no pod known to be coming has any of
    it."""
    POD_UNDER_WAY = "pod_under_way"
    """As not started, but by the newest view of the floor a pod that holds one of its articles is
    being carried to a station. Whether it comes for this order only the fleet knows."""
    AT_STATION = "at_station"
    """Nothing is picked, and picks are shown to a picker."""
    PARTLY_PICKED = "partly_picked"
    """Pieces are in its tote, and others are still to come."""
    PICKED = "picked"
    """Complete, or complete but short."""
    CANCELLED = "cancelled"
    """Nothing more comes."""


@dataclass(frozen=True, slots=True)
class PutBack:
    """A pick that was withdrawn. A picker who holds pieces of it in hand puts them back into the
    slot; the books have them there."""

    pick: PickId
    station: StationId
    slot: SlotId
    sku: Sku
    quantity: int


@dataclass(frozen=True, slots=True)
class InTote:
    """``quantity`` pieces of a line that are picked, and stay in the order's tote."""

    line: LineId
    sku: Sku
    quantity: int


def phase_of(
    tx: Reading, order: OrderRecord, lines: Sequence[LineRecord], under_way: Set[PodId]
) -> OrderPhase:
    """How far an order is; ``under_way`` are pods being carried to stations."""
    if order.status is OrderStatus.CANCELLED:
        return OrderPhase.CANCELLED
    if order.status is not OrderStatus.OPEN:
        return OrderPhase.PICKED
    if any(line.picked for line in lines):
        return OrderPhase.PARTLY_PICKED
    if any(line.shown for line in lines):
        return OrderPhase.AT_STATION
    wanted = {line.sku for line in lines if not line.closed}
    coming = bool(under_way) and any(_carries(tx, sku, under_way) for sku in wanted)
    return OrderPhase.POD_UNDER_WAY if coming else OrderPhase.NOT_STARTED


def put_back(picks: Sequence[PickRecord]) -> tuple[PutBack, ...]:
    """What pickers of these withdrawn picks may hold in hand."""
    tasks = (pick.task for pick in picks)
    return tuple(
        PutBack(task.pick, task.station, task.slot, task.sku, task.quantity) for task in tasks
    )


def in_tote(lines: Sequence[LineRecord]) -> tuple[InTote, ...]:
    """What is picked of these lines."""
    return tuple(InTote(line.line, line.sku, line.picked) for line in lines if line.picked)


def _carries(tx: Reading, sku: Sku, pods: Set[PodId]) -> bool:
    return any(
        held.quantity > 0 and pod_of(slot_of(held.account)) in pods for held in tx.holdings(sku=sku)
    )
