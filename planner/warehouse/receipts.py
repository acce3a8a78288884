"""Goods that come in, and what the person who puts them away is told to do."""

from dataclasses import dataclass

from planner.warehouse.errors import InvalidReceipt
from planner.warehouse.ids import PodId, PutId, ReceiptId, Sku, SlotId, StationId, VisitId


@dataclass(frozen=True, slots=True)
class Receipt:
    """``quantity`` pieces (positive) of one SKU that have come in at the dock and are to be put
    into pods. ``lot`` is the maker's code (GS1 AI 10) and ``expires_ms`` when they expire (AI 17),
    ms since 1970 UTC; ``owner`` is empty for the site's own goods."""

    receipt: ReceiptId
    sku: Sku
    quantity: int
    lot: str = ""
    expires_ms: int | None = None
    owner: str = ""

    def __post_init__(self) -> None:
        if self.quantity <= 0:
            raise InvalidReceipt(
                "quantity must be positive",
                field=f"{self.receipt}.quantity",
                value=self.quantity,
                remedy="Send 1 or more pieces.",
            )


@dataclass(frozen=True, slots=True)
class PutTask:
    """Put ``quantity`` pieces of ``sku`` out of one receipt into ``slot``."""

    put: PutId
    visit: VisitId
    station: StationId
    pod: PodId
    slot: SlotId
    receipt: ReceiptId
    sku: Sku
    quantity: int
