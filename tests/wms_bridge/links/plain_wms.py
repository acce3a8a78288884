"""A WMS as most are: it knows nothing of repeats. Each ``create`` makes a document, whatever its
reference; done twice is an error. In memory, and quick."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import PickOrder
from planner.warehouse.receipts import Receipt
from wms_bridge.connectors.port import (
    OrderDocument,
    OrderState,
    Page,
    ReceiptDocument,
    StockAt,
    StockMove,
    StockSnapshot,
)
from wms_bridge.records.work import SkuRecord

Item = TypeVar("Item")
OVERLAP = 2
"""So many entries of a feed are told again."""
PAGE_SIZE = 5


class Refused(Exception):
    """The WMS is there and says no."""


@dataclass(slots=True)
class Draft:
    """A document: pieces that come and go, by location and SKU, booked once it is posted."""

    number: int
    reference: str
    lines: tuple[StockAt, ...]
    posted: bool = False


@dataclass(slots=True)
class PlainWms:
    """What the WMS has. Feeds are lists to be read on from a number."""

    orders: dict[OrderId, OrderDocument] = field(default_factory=dict)
    stock: Counter[tuple[str, Sku]] = field(default_factory=Counter)
    drafts: list[Draft] = field(default_factory=list)
    by_reference: dict[str, list[Draft]] = field(default_factory=dict)
    reserved: Counter[OrderId] = field(default_factory=Counter)
    order_feed: list[OrderId] = field(default_factory=list)
    receipt_feed: list[ReceiptDocument] = field(default_factory=list)
    item_feed: list[SkuRecord] = field(default_factory=list)
    move_feed: list[StockMove] = field(default_factory=list)

    # --- people ---

    def place(self, order: PickOrder) -> None:
        """Enter an order, or change one that is open."""
        self._put(OrderDocument(order.order, "", OrderState.OPEN, order))

    def close(self, order: OrderId, state: OrderState) -> None:
        """Cancel or finish an order; one that is closed stays as it is."""
        known = self.orders.get(order)
        if known is None:
            raise Refused(f"no order {order}")
        if known.state is OrderState.OPEN:
            self._put(replace(known, state=state))

    def receive(self, receipt: Receipt) -> None:
        """Goods at the dock."""
        self.receipt_feed.append(ReceiptDocument("1", receipt))

    def count(self, location: str, sku: Sku, difference: int, at_ms: int) -> None:
        """Somebody counts there and does not tell."""
        self._move(location, sku, difference, at_ms, ours=False)

    # --- requests ---

    def reserve(self, order: OrderId) -> str:
        """Reserve what there is; again is an error."""
        if self.reserved[order]:
            raise Refused("already assigned")
        self.reserved[order] += 1
        return "assigned"

    def search(self, reference: str) -> list[tuple[int, bool]]:
        """Documents of a reference: number, and whether posted."""
        return [(one.number, one.posted) for one in self.by_reference.get(reference, ())]

    def create(self, reference: str, lines: tuple[StockAt, ...]) -> int:
        """Make a document, one more each time."""
        draft = Draft(len(self.drafts), reference, lines)
        self.drafts.append(draft)
        self.by_reference.setdefault(reference, []).append(draft)
        return draft.number

    def post(self, number: int, at_ms: int) -> str:
        """Book a document; again is an error."""
        draft = self.drafts[number]
        if draft.posted:
            raise Refused("the document is done already")
        draft.posted = True
        for line in draft.lines:
            self._move(line.location, line.sku, line.quantity, at_ms, ours=True)
        return "done"

    def state_of(self, order: OrderId) -> OrderState | None:
        """How an order is."""
        known = self.orders.get(order)
        return None if known is None else known.state

    def read_orders(self, cursor: str) -> Page[OrderDocument]:
        """Orders as they are now, of those that have changed since."""
        names, end, more = _since(self.order_feed, cursor)
        found = dict.fromkeys(names)
        return Page(tuple(self.orders[name] for name in found), end, more)

    def read_receipts(self, cursor: str) -> Page[ReceiptDocument]:
        """Goods received since."""
        return _page(self.receipt_feed, cursor)

    def read_items(self, cursor: str) -> Page[SkuRecord]:
        """Articles since."""
        return _page(self.item_feed, cursor)

    def read_moves(self, cursor: str) -> Page[StockMove]:
        """Moves since."""
        return _page(self.move_feed, cursor)

    def snapshot(self) -> StockSnapshot:
        """All stock."""
        stock = (StockAt(place, sku, held) for (place, sku), held in self.stock.items() if held)
        return StockSnapshot(tuple(stock), str(len(self.move_feed)))

    def _put(self, document: OrderDocument) -> None:
        version = str(len(self.order_feed))
        self.orders[document.reference] = replace(document, version=version)
        self.order_feed.append(document.reference)

    def _move(self, location: str, sku: Sku, difference: int, at_ms: int, *, ours: bool) -> None:
        self.stock[(location, sku)] += difference
        ends = ("stock", "lost")
        source, target = (location, ends[1]) if difference < 0 else (ends[0], location)
        name = f"M{len(self.move_feed)}"
        self.move_feed.append(
            StockMove(name, source, target, sku, abs(difference), at_ms, ours=ours)
        )


def _since(feed: Sequence[Item], cursor: str) -> tuple[Sequence[Item], str, bool]:
    first = int(cursor or 0)
    last = min(len(feed), first + PAGE_SIZE)
    return feed[max(0, first - OVERLAP) : last], str(last), last < len(feed)


def _page(feed: Sequence[Item], cursor: str) -> Page[Item]:
    found, end, more = _since(feed, cursor)
    return Page(tuple(found), end, more)
