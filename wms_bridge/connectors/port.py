"""What the bridge needs of a system of record (WMS, ERP), and what a clerk does there.

Names: an order's ``reference`` at the WMS is our order id; its lines are numbered from 1 in the
order the WMS has them, or by the WMS. A ``location`` is what the WMS calls the place of stock: a
pod (``P001``) or a slot (``P001/A/1/1``), as the connector is set up. A ``cursor`` is whatever the
connector needs to read on from where it stopped, empty at the start; nobody else looks into it.

A reservation at the WMS is a hint: our ledger decides. "Already done" counts as done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import PickOrder
from planner.warehouse.receipts import Receipt
from wms_bridge.messages import WmsMessage
from wms_bridge.records.work import SkuRecord

Item = TypeVar("Item")


class OrderState(StrEnum):
    """How an order is at the WMS."""

    OPEN = "open"
    CANCELLED = "cancelled"
    DONE = "done"
    """Shipped, or closed by somebody there."""


@dataclass(frozen=True, slots=True)
class OrderDocument:
    """An order as the WMS has it. ``version`` differs whenever its contents or state do; the same
    document may come more than once. ``order`` is ``None`` where the WMS tells no contents (of a
    cancelled order, say)."""

    reference: OrderId
    version: str
    state: OrderState
    order: PickOrder | None


@dataclass(frozen=True, slots=True)
class ReceiptDocument:
    """Goods that the WMS says have come in; one receipt for each line of a delivery."""

    version: str
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class StockAt:
    """``quantity`` pieces at a location; ``lot`` is empty where the WMS keeps none."""

    location: str
    sku: Sku
    quantity: int
    lot: str = ""


@dataclass(frozen=True, slots=True)
class StockMove:
    """``quantity`` pieces that the WMS booked from one location to another. ``ours`` is whether it
    tells what the bridge has told it: then it is no news."""

    move: str
    from_location: str
    to_location: str
    sku: Sku
    quantity: int
    at_ms: int
    lot: str = ""
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """What was found, in the order to be taken; read on from ``cursor``, at once if there is
    ``more``."""

    items: tuple[Item, ...]
    cursor: str
    more: bool = False


@dataclass(frozen=True, slots=True)
class StockSnapshot:
    """All stock as the WMS has it; moves above the ``cursor`` are not in it."""

    stock: tuple[StockAt, ...]
    cursor: str


class Connector(Protocol):
    """The bridge's side of a WMS. Every method raises
    :class:`~wms_bridge.ports.store.DeliveryFailed`: refused, not reached, or (``unknown``) without
    an answer. Methods are called from one event loop; calls for different messages may overlap,
    calls for one message never do."""

    @property
    def name(self) -> str:
        """What it is, without secrets: ``tryton://wms.example:8000/wms``."""

    @property
    def fence_ms(self) -> int:
        """How long after a request without an answer the WMS may still carry it out (ms). Nothing
        is searched or sent again before. 0: the WMS itself knows repeats by the message's name."""

    async def check(self) -> str:
        """The WMS's version, if it is there and lets us in."""

    async def orders(self, cursor: str) -> Page[OrderDocument]:
        """Orders that are new or have changed."""

    async def receipts(self, cursor: str) -> Page[ReceiptDocument]:
        """Goods that have come in."""

    async def items(self, cursor: str) -> Page[SkuRecord]:
        """Articles that are new or have changed."""

    async def stock(self) -> StockSnapshot:
        """All stock. :class:`~wms_bridge.ports.store.NoStockTold` if there is none to tell."""

    async def moves(self, cursor: str) -> Page[StockMove]:
        """What was booked since."""

    async def find(self, message: WmsMessage) -> bool:
        """Whether the WMS has all that a message tells: asked after a lost answer, once the fence
        has passed."""

    async def carry_out(self, message: WmsMessage) -> str:
        """Have the WMS do what a message tells, and return what became of it in a few words. Goes
        on where an earlier attempt stopped; what is done already is not done again."""

    async def close(self) -> None:
        """Let go of connections."""


@dataclass(frozen=True, slots=True)
class Document:
    """Something the WMS has under a reference: ``kind`` is its word for it. ``done`` has the pieces
    booked, by SKU and location."""

    kind: str
    reference: str
    state: str
    done: tuple[StockAt, ...] = ()


class Clerk(Protocol):
    """What people do at the WMS, for trials, demos and the conformance kit. Raises as
    :class:`Connector`."""

    async def set_up(self, locations: Sequence[str], items: Sequence[SkuRecord]) -> None:
        """Have these locations and articles; those that are there stay."""

    async def book_stock(self, stock: Sequence[StockAt]) -> None:
        """Bring in stock from a supplier, straight to where it lies."""

    async def place(self, order: PickOrder) -> None:
        """Enter an order and release it for picking."""

    async def change(self, order: PickOrder) -> None:
        """Give a released order new contents."""

    async def cancel(self, order: OrderId) -> None:
        """Cancel an order."""

    async def receive(self, receipt: Receipt) -> None:
        """Book goods in at the dock."""

    async def documents(self, reference: str) -> tuple[Document, ...]:
        """Everything of the WMS that carries a reference: duplicates show here."""

    async def close(self) -> None:
        """Let go of connections."""
