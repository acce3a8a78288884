"""A connector and a clerk at an Odoo, and messages as the bridge would write them."""

import asyncio
import itertools
import json
import time
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from enum import Enum
from typing import Any, TypeVar

import httpx

from planner.warehouse.ids import OrderId, PickId, ReceiptId, Sku, SlotId, StationId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.picks import ShortReason
from planner.warehouse.receipts import Receipt
from wms_bridge.connectors.odoo.clerk import connect as clerk_at
from wms_bridge.connectors.odoo.connector import OdooConnector, connect
from wms_bridge.connectors.port import Document, OrderDocument, StockAt
from wms_bridge.messages import (
    LineConfirmed,
    LinePicked,
    LineWanted,
    OrderConfirmed,
    ReceiptPutAway,
    ReservationWanted,
    SlotFilled,
    StockAdjusted,
    WmsMessage,
)
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.reconciling import CountReason
from wms_bridge.records.work import OrderStatus, SkuRecord

Result = TypeVar("Result")
_NUMBERS = itertools.count(1)
Take = tuple[str, int]
"""A slot and pieces."""


class Cut(Enum):
    """When a connection ends."""

    BEFORE = "before the request is sent"
    AFTER = "before the answer is read"


class CuttingTransport(httpx.AsyncBaseTransport):
    """Cuts one request: the ``at``-th from 0, since it was armed."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self.at: int | None = None
        self.how = Cut.AFTER
        self.methods: list[str] = []

    def arm(self, at: int | None, how: Cut = Cut.AFTER) -> None:
        """Count from here."""
        self.at, self.how, self.methods = at, how, []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        number = len(self.methods)
        self.methods.append(_method(request))
        if number == self.at and self.how is Cut.BEFORE:
            raise httpx.ConnectError("cut", request=request)
        answer = await self._inner.handle_async_request(request)
        if number == self.at:
            await answer.aread()
            raise httpx.ReadError("cut", request=request)
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()


def _method(request: httpx.Request) -> str:
    params = json.loads(request.content)["params"]
    return str(params["args"][4] if params["service"] == "object" else params["method"])


class Desk:
    """Everything is named after ``prefix``."""

    def __init__(self, url: str, clerk_url: str):
        self._runner = asyncio.Runner()
        self.prefix = f"{time.time_ns() // 1_000_000:x}-{next(_NUMBERS)}"
        self.cuts = CuttingTransport()
        self.connector: OdooConnector = connect(url, self.cuts)
        self.clerk = clerk_at(clerk_url)
        self.cursor = ""

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

    def stock(self) -> dict[tuple[str, str], int]:
        """Pieces by pod and SKU, of this test's SKUs."""
        held: Counter[tuple[str, str]] = Counter()
        for one in self.run(self.connector.stock()).stock:
            if one.sku.startswith(f"{self.prefix}-"):
                held[one.location, one.sku.removeprefix(f"{self.prefix}-")] += one.quantity
        return dict(held)

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
        """What the feed of orders has of this test since the last time; documents that come twice
        once."""
        found: dict[tuple[str, str], OrderDocument] = {}
        while True:
            page = self.run(self.connector.orders(self.cursor))
            self.cursor = page.cursor
            ours = [one for one in page.items if one.reference.startswith(f"{self.prefix}-")]
            found.update(((one.reference, one.version), one) for one in ours)
            if not page.more:
                return list(found.values())

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


def wanted(order: PickOrder) -> ReservationWanted:
    lines = tuple(LineWanted(line.line, line.sku, line.quantity) for line in order.lines)
    return ReservationWanted(f"reserve-order/{order.order}", order.order, lines)


def confirmed(
    order: PickOrder, *taken: Sequence[Take], status: OrderStatus | None = None
) -> OrderConfirmed:
    """What was taken for each line, out of which slots; the rest is short."""
    lines = []
    for line, takes in zip(order.lines, taken, strict=True):
        picks = tuple(
            LinePicked(PickId(f"{line.line}/{number}"), StationId("S1"), SlotId(slot), pieces, 1)
            for number, (slot, pieces) in enumerate(takes, start=1)
        )
        picked = sum(pick.quantity for pick in picks)
        short = line.quantity - picked
        reason = ShortReason.SLOT_SHORT if short else None
        lines.append(
            LineConfirmed(line.line, line.sku, line.quantity, picked, short, reason, picks=picks)
        )
    short = any(line.short for line in lines)
    status = status or (OrderStatus.COMPLETE_SHORT if short else OrderStatus.COMPLETE)
    kind = "order-cancelled" if status is OrderStatus.CANCELLED else "order-confirmed"
    return OrderConfirmed(f"{kind}/{order.order}", order.order, status, 0, 1, tuple(lines))


def adjusted(name: str, slot: str, sku: Sku, difference: int) -> StockAdjusted:
    message = f"stock-adjusted/{sku}-{name}"
    reason = next(iter(CountReason))
    return StockAdjusted(message, name, SlotId(slot), sku, difference, 0, reason, None, 1)


def put_away(receipt: ReceiptId, sku: Sku, *slots: Take) -> ReceiptPutAway:
    filled = tuple(SlotFilled(SlotId(slot), pieces) for slot, pieces in slots)
    pieces = sum(one.quantity for one in filled)
    message = f"receipt-put-away/{receipt}"
    return ReceiptPutAway(message, receipt, sku, pieces, 0, 1, filled)
