"""What a picker is told to do, and why it may come out short."""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.ids import LineId, OrderId, PickId, PodId, Sku, SlotId, StationId, VisitId


class ShortReason(StrEnum):
    """Why other pieces were delivered than asked for; all but ``OVER_FOUND`` are fewer."""

    SLOT_SHORT = "slot_short"
    """The slot held less than the books said."""
    INSUFFICIENT_STOCK = "insufficient_stock"
    """The books of the whole site hold too little."""
    PICK_FAILED = "pick_failed"
    """Robot arms failed at it, and no person came in time."""
    CANCELLED = "cancelled"
    """The order was cancelled before they were picked."""
    DAMAGED = "damaged"
    """Those missing were unfit and set aside; the slot may hold more."""
    WRONG_ITEM = "wrong_item"
    """The slot held something else, and nothing more of what was asked for."""
    OVER_FOUND = "over_found"
    """More was taken than asked for, as far as the line still needed it."""


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
