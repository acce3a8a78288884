"""A connector and a clerk at a real WMS, and the words that this WMS has for things."""

import asyncio
import itertools
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.receipts import Receipt
from tests.wms_bridge.connectors.contract.cuts import CuttingTransport
from wms_bridge.connectors.port import Clerk, Connector, Document, OrderDocument, StockAt
from wms_bridge.messages import WmsMessage
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import SkuRecord

Result = TypeVar("Result")
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Words:
    """What a WMS calls itself, states of documents, and places outside its storage. ``entered`` is
    a reserved order of which the picks are entered and not shipped, ``nothing_there`` one of which
    no piece was found; ``to_customers`` are the places on the way there."""

    version: str
    cancelled: str
    entered: str
    nothing_there: str
    lost: str
    to_customers: tuple[str, ...]
    suppliers: str
    fewest_changes: int
    """Calls that change something when a picked order is shipped."""


class Desk(ABC):
    """Everything is named after ``prefix``."""

    words: Words

    def __init__(self, connector: Connector, clerk: Clerk, cuts: CuttingTransport):
        self._runner = asyncio.Runner()
        self.prefix = f"{time.time_ns() // 1_000_000:x}-{next(_NUMBERS)}"
        self.connector = connector
        self.clerk = clerk
        self.cuts = cuts
        self.cursor = ""

    @abstractmethod
    async def ship_by_hand(self, reference: str) -> None:
        """A clerk picks all that is reserved and not yet picked, and ships the order."""

    @abstractmethod
    async def rename(self, sku: Sku, name: str) -> None:
        """A clerk gives an article another name."""

    @abstractmethod
    async def make_again(self, reference: str) -> None:
        """As if a request to make an internal document came late: another draft of it."""

    @abstractmethod
    def asks(self, call: Mapping[str, Any]) -> bool:
        """Whether a call changes nothing."""

    def close(self) -> None:
        self.run(self.connector.close())
        self.run(self.clerk.close())
        self._runner.close()

    def run(self, call: Coroutine[Any, Any, Result]) -> Result:
        return self._runner.run(call)

    def sku(self, name: str) -> Sku:
        return Sku(f"{self.prefix}-{name}")

    def stock_up(self, stock: Mapping[tuple[str, str], int]) -> None:
        """Pieces by pod and SKU."""
        skus = sorted({sku for _, sku in stock})
        items = [SkuRecord(self.sku(sku), f"Article {sku}") for sku in skus]
        self.run(self.clerk.set_up(sorted({pod for pod, _ in stock}), items))
        booked = [StockAt(pod, self.sku(sku), pieces) for (pod, sku), pieces in stock.items()]
        self.run(self.clerk.book_stock(booked))

    def stock_up_lots(self, lots: Mapping[str, int]) -> None:
        """Pieces of article A in pod P001, by lot."""
        self.run(self.clerk.set_up(["P001"], [SkuRecord(self.sku("A"))]))
        booked = [StockAt("P001", self.sku("A"), pieces, lot) for lot, pieces in lots.items()]
        self.run(self.clerk.book_stock(booked))

    def stock(self) -> dict[tuple[str, str], int]:
        """Pieces by pod and SKU, of this test's SKUs."""
        held: Counter[tuple[str, str]] = Counter()
        for one in self.run(self.connector.stock()).stock:
            if one.sku.startswith(f"{self.prefix}-"):
                held[one.location, one.sku.removeprefix(f"{self.prefix}-")] += one.quantity
        return dict(held)

    def stock_of(self, sku: Sku) -> list[StockAt]:
        """All of an article, as it is told."""
        return [one for one in self.run(self.connector.stock()).stock if one.sku == sku]

    def lots(self) -> dict[str, int]:
        """Pieces of article A by lot."""
        return {one.lot: one.quantity for one in self.stock_of(self.sku("A"))}

    def order(self, name: str, **wanted: int) -> PickOrder:
        order = OrderId(f"{self.prefix}-{name}")
        lines = (
            OrderLine(line_id(order, number), self.sku(sku), pieces)
            for number, (sku, pieces) in enumerate(wanted.items(), start=1)
        )
        return PickOrder(order, tuple(lines))

    def place(self, name: str, **wanted: int) -> PickOrder:
        """A clerk enters and releases an order."""
        order = self.order(name, **wanted)
        self.run(self.clerk.place(order))
        return order

    def news(self) -> list[OrderDocument]:
        """What the feed of orders has of this test since the last time."""
        found: list[OrderDocument] = []
        while True:
            page = self.run(self.connector.orders(self.cursor))
            self.cursor = page.cursor
            found += [one for one in page.items if one.reference.startswith(f"{self.prefix}-")]
            if not page.more:
                return found

    def receipts(self) -> list[Receipt]:
        """All goods that wait at the dock, of this test."""
        found: list[Receipt] = []
        cursor, more = "", True
        while more:
            page = self.run(self.connector.receipts(cursor))
            found += [one.receipt for one in page.items if one.receipt.sku.startswith(self.prefix)]
            cursor, more = page.cursor, page.more
        return found

    def tell(self, message: WmsMessage) -> str:
        return self.run(self.connector.carry_out(message))

    def knows(self, message: WmsMessage) -> bool:
        return self.run(self.connector.find(message))

    def tell_until_done(self, message: WmsMessage) -> list[DeliveryFailed]:
        """As the link does: after a lost answer it is asked first whether all is there."""
        failures: list[DeliveryFailed] = []
        while len(failures) < 5:
            try:
                asked_first = bool(failures) and failures[-1].unknown
                if not (asked_first and self.knows(message)):
                    self.tell(message)
                self.cuts.at = None
                return failures
            except DeliveryFailed as failure:
                failures.append(failure)
        raise AssertionError(failures)

    def documents(self, reference: str) -> tuple[Document, ...]:
        return self.run(self.clerk.documents(reference))
