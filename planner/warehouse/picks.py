"""What a picker is told to do, and why it may come out short."""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.ids import LineId, OrderId, PickId, PodId, Sku, SlotId, StationId, VisitId


class ShortReason(StrEnum):
    """Why fewer pieces were delivered than asked for."""

    SLOT_SHORT = "slot_short"
    """The slot held less than the books said."""
    INSUFFICIENT_STOCK = "insufficient_stock"
    """The books of the whole site hold too little."""
    PICK_FAILED = "pick_failed"
    """Robot arms failed at it, and no person came in time."""
    CANCELLED = "cancelled"
    """The order was cancelled before they were picked."""


@dataclass(frozen=True, slots=True)
class PickTask:
    """Take ``quantity`` pieces of ``sku`` out of ``slot`` for one order line."""

    pick: PickId
    visit: VisitId
    station: StationId
    pod: PodId
    slot: SlotId
    order: OrderId
    line: LineId
    sku: Sku
    quantity: int
