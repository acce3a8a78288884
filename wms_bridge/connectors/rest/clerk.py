"""People at a WMS with a REST API; see :class:`wms_bridge.connectors.port.Clerk`."""

from collections.abc import Sequence
from typing import Any

import httpx

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import PickOrder
from planner.warehouse.receipts import Receipt
from wms_bridge.connectors.port import Document, StockAt
from wms_bridge.connectors.rest.address import RestAddress, read_address
from wms_bridge.connectors.rest.expressions import text_of, whole_number
from wms_bridge.connectors.rest.mapfile import Desk, Documents, Step
from wms_bridge.connectors.rest.mapping import boolean, order_view, plain
from wms_bridge.connectors.rest.steps import Steps, refusal
from wms_bridge.connectors.rest.wire import RestWire
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import SkuRecord


class RestClerk:
    """By the table ``clerk`` of the map."""

    def __init__(self, address: RestAddress, transport: httpx.AsyncBaseTransport | None = None):
        if address.map.clerk is None:
            raise InvalidMessage(
                "the map does not tell what people do there",
                field="clerk",
                remedy="Trials and conformance need the table [clerk].",
            )
        self._desk: Desk = address.map.clerk
        self._wire: RestWire = address.wire(transport)
        self._steps = Steps(self._wire)

    async def set_up(self, locations: Sequence[str], items: Sequence[SkuRecord]) -> None:
        """As the map says."""
        await self._run(self._desk.locations, {"locations": list(locations)})
        await self._run(self._desk.items, {"items": [plain(item) for item in items]})

    async def book_stock(self, stock: Sequence[StockAt]) -> None:
        """As the map says."""
        await self._run(self._desk.book_stock, {"stock": [plain(one) for one in stock]})

    async def place(self, order: PickOrder) -> None:
        """As the map says."""
        await self._run(self._desk.place, order_view(order))

    async def change(self, order: PickOrder) -> None:
        """As the map says."""
        await self._run(self._desk.change, order_view(order))

    async def cancel(self, order: OrderId) -> None:
        """As the map says."""
        await self._run(self._desk.cancel, {"order": order})

    async def receive(self, receipt: Receipt) -> None:
        """As the map says."""
        await self._run(self._desk.receive, plain(receipt))

    async def documents(self, reference: str) -> tuple[Document, ...]:
        """Of every kind the map knows."""
        found: list[Document] = []
        for kind in self._desk.documents:
            found += await self._of_kind(kind, reference)
        return tuple(found)

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def _run(self, steps: Sequence[Step], view: Any) -> None:
        await self._steps.run(steps, view, "")

    async def _of_kind(self, kind: Documents, reference: str) -> list[Document]:
        asked = {"reference": reference}
        path = kind.path.fill(asked, quoted=True)
        query = {name: value.fill(asked) for name, value in kind.query.items()}
        answer = await self._wire.read(path, query)
        if answer.status == 404:
            return []
        if answer.refused:
            raise refusal(kind.kind, answer)
        try:
            items = kind.items.on(answer.body) or []
            return [
                _document(kind, item)
                for item in items
                if kind.when is None or boolean(kind.when, {"item": item, **asked})
            ]
        except ValueError as error:
            raise DeliveryFailed(f"{kind.kind}: {error}", refused=False) from error


def _document(kind: Documents, item: Any) -> Document:
    fields = kind.fields
    done = fields["done"].on(item) if "done" in fields else None
    return Document(
        text_of(fields["kind"].on(item), "kind") if "kind" in fields else kind.kind,
        text_of(fields["reference"].on(item), "reference"),
        text_of(fields["state"].on(item), "state"),
        tuple(
            StockAt(
                text_of(one.get("location"), "location"),
                Sku(text_of(one.get("sku"), "sku")),
                whole_number(one.get("quantity"), "quantity"),
                text_of(one.get("lot") or "", "lot"),
            )
            for one in done or []
        ),
    )


def connect(url: str) -> RestClerk:
    """:class:`~planner.warehouse.errors.InvalidMessage` on an address or map that cannot be
    used."""
    return RestClerk(read_address(url))
