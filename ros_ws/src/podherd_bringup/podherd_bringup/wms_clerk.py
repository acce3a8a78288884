"""People who enter orders and goods in a Tryton, and look before they enter something again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import httpx

from planner.warehouse.errors import PodherdError
from planner.warehouse.orders import PickOrder
from planner.warehouse.receipts import Receipt
from planner.warehouse.stock import Balance, pod_of
from wms_bridge.connectors.port import StockAt
from wms_bridge.connectors.tryton.address import read_address
from wms_bridge.connectors.tryton.clerk import TrytonClerk
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import SkuRecord

AT_ONCE = 4
"""People at work."""
BATCH = 200
"""Balances booked in one call."""
TRIES = 60
PAUSE_S = 1.0
_RELEASE = {"stock.shipment.out": "wait", "stock.shipment.in": "receive"}


class WmsClerk:
    """Enters documents once each, however often the server fails meanwhile: after an answer that
    was lost the document is searched before it is entered again. :class:`PodherdError` if the
    server refuses, or stays away. ``transport`` carries what is entered."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None):
        address = read_address(url)
        self._clerk = TrytonClerk(address, transport)
        self._wire = address.wire()
        self._at_work = asyncio.Semaphore(AT_ONCE)

    async def close(self) -> None:
        """Let go of connections."""
        await self._clerk.close()
        await self._wire.close()

    async def open_books(
        self, pods: Sequence[str], skus: Sequence[SkuRecord], stock: Sequence[Balance]
    ) -> None:
        """A location for each pod, articles, and what lies in the pods; in an empty database."""
        pieces: dict[tuple[str, str], StockAt] = {}
        for balance in stock:
            place = (pod_of(balance.slot), balance.sku)
            before = pieces[place].quantity if place in pieces else 0
            pieces[place] = StockAt(place[0], balance.sku, before + balance.quantity)
        booked = [one for one in pieces.values() if one.quantity]
        await self._clerk.set_up(pods, skus)
        for start in range(0, len(booked), BATCH):
            await self._clerk.book_stock(booked[start : start + BATCH])

    async def place(self, orders: Sequence[PickOrder]) -> None:
        """Enter and release orders."""
        await asyncio.gather(
            *(
                self._enter("stock.shipment.out", order.order, self._placing(order))
                for order in orders
            )
        )

    async def receive(self, receipts: Sequence[Receipt]) -> None:
        """Book goods in at the dock."""
        await asyncio.gather(
            *(
                self._enter("stock.shipment.in", receipt.receipt, self._receiving(receipt))
                for receipt in receipts
            )
        )

    def _placing(self, order: PickOrder) -> Callable[[], Awaitable[None]]:
        return lambda: self._clerk.place(order)

    def _receiving(self, receipt: Receipt) -> Callable[[], Awaitable[None]]:
        return lambda: self._clerk.receive(receipt)

    async def _enter(
        self, model: str, reference: str, enter: Callable[[], Awaitable[None]]
    ) -> None:
        async with self._at_work:
            failure: DeliveryFailed | None = None
            for attempt in range(TRIES):
                try:
                    if not (attempt and await self._is_entered(model, reference)):
                        await enter()
                    return
                except DeliveryFailed as error:
                    failure = error
                    if error.refused:
                        break
                    await asyncio.sleep(PAUSE_S)
            reason = failure.reason if failure else "no answer"
            raise PodherdError(f"the WMS does not take it: {reason}", field=model, value=reference)

    async def _is_entered(self, model: str, reference: str) -> bool:
        """Whether the document is there; one that was left in the middle is released."""
        found = await self._wire.find(model, [["reference", "=", reference]], ["state"])
        drafts = [row["id"] for row in found if row["state"] == "draft"]
        if drafts:
            await self._wire.do(f"{model}.{_RELEASE[model]}", drafts)
        return bool(found)
