"""What others do at an EPCIS repository; see :class:`wms_bridge.connectors.port.Clerk`. There are
no orders and no stock: only goods can be received."""

from collections.abc import Sequence
from dataclasses import replace

import httpx

from planner.warehouse.ids import OrderId
from planner.warehouse.orders import PickOrder
from planner.warehouse.receipts import Receipt
from wms_bridge.connectors.epcis.address import EpcisAddress, read_address
from wms_bridge.connectors.epcis.mapping import class_of
from wms_bridge.connectors.epcis.wire import EpcisWire
from wms_bridge.connectors.port import Document, StockAt
from wms_bridge.epcis.counting import document
from wms_bridge.epcis.event import BizTransaction, ObjectEvent, Quantity
from wms_bridge.epcis.hash import event_hash
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import SkuRecord
from wms_bridge.serials.naming import uri_of

RECEIVED_MS = 1_600_000_000_000
"""When goods come in that nobody tells the time of."""


class EpcisClerk:
    """At the repository at an address."""

    def __init__(self, address: EpcisAddress, transport: httpx.AsyncBaseTransport | None = None):
        self._site = address.site
        self._wire = EpcisWire(address.base, address.auth, address.timeout_s, transport)

    async def set_up(self, locations: Sequence[str], items: Sequence[SkuRecord]) -> None:
        """Nothing: events name what they are about."""

    async def book_stock(self, stock: Sequence[StockAt]) -> None:
        """Refused."""
        raise _refused("stock")

    async def place(self, order: PickOrder) -> None:
        """Refused."""
        raise _refused("orders")

    async def change(self, order: PickOrder) -> None:
        """Refused."""
        raise _refused("orders")

    async def cancel(self, order: OrderId) -> None:
        """Refused."""
        raise _refused("orders")

    async def receive(self, receipt: Receipt) -> None:
        """An ObjectEvent of receiving."""
        goods = replace(class_of(receipt.sku), lot=receipt.lot)
        event = ObjectEvent(
            event_time=self._site.time_of(RECEIVED_MS),
            time_zone_offset=self._site.time_zone_offset,
            action="OBSERVE",
            biz_step="receiving",
            biz_transactions=(BizTransaction(f"urn:x:{receipt.receipt}", "recadv"),),
            quantities=(Quantity(uri_of(goods, self._site), receipt.quantity),),
        )
        event = replace(event, event_id=event_hash(event))
        done, said = await self._wire.capture(document([event], RECEIVED_MS))
        if not done:
            raise DeliveryFailed(f"receiving: {said}", refused=True)

    async def documents(self, reference: str) -> tuple[Document, ...]:
        """The event of this id."""
        found = await self._wire.event(reference)
        return () if found is None else (Document("event", reference, "captured"),)

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()


def _refused(what: str) -> DeliveryFailed:
    return DeliveryFailed(f"an EPCIS repository has no {what}", refused=True)


def connect(url: str) -> EpcisClerk:
    """:class:`~planner.warehouse.errors.InvalidMessage` on an address that cannot be used."""
    return EpcisClerk(read_address(url))
