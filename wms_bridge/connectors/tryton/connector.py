"""Our side of a Tryton; see :class:`wms_bridge.connectors.port.Connector`."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import httpx

from wms_bridge.connectors.handling import Handling
from wms_bridge.connectors.port import (
    OrderDocument,
    Page,
    ReceiptDocument,
    StockMove,
    StockSnapshot,
)
from wms_bridge.connectors.tryton.address import TrytonAddress, read_address
from wms_bridge.connectors.tryton.booking import InternalShipments, Transfer
from wms_bridge.connectors.tryton.documents import (
    SHIPMENT_FIELDS,
    Row,
    order_document,
    receipt_documents,
    sku_record,
)
from wms_bridge.connectors.tryton.masters import Masters
from wms_bridge.connectors.tryton.orders import OUT, Orders
from wms_bridge.connectors.tryton.receiving import IN, Receipts
from wms_bridge.connectors.tryton.stock import Books, latest_changes
from wms_bridge.connectors.tryton.tail import Stamped, read_tail
from wms_bridge.messages import StockAdjusted, WmsMessage
from wms_bridge.records.work import SkuRecord

PRODUCT, TEMPLATE = "product.product", "product.template"
ITEMS_AT_ONCE = 500


class TrytonConnector:
    """Talks to one database of a Tryton server."""

    def __init__(self, address: TrytonAddress, transport: httpx.AsyncBaseTransport | None = None):
        self._address = address
        self._wire = address.wire(transport)
        self._overlap = dt.timedelta(seconds=address.overlap_s)
        self._masters = Masters(self._wire, address)
        self._orders = Orders(self._wire, self._masters)
        self._receipts = Receipts(self._wire, self._masters)
        self._internal = InternalShipments(self._wire)
        self._books = Books(self._wire, self._masters, self._overlap)
        self._handling = Handling(
            self._orders, self._receipts, adjust=self._adjust, is_booked=self._internal.done
        )

    @property
    def name(self) -> str:
        """The address without user and password."""
        return self._address.shown

    @property
    def fence_ms(self) -> int:
        """As the address says (``fence_s``)."""
        return self._address.fence_ms

    async def check(self) -> str:
        """The server's series, once it has let us in."""
        version = await self._wire.version()
        await self._masters.warehouse()
        return f"Tryton {version}"

    async def orders(self, cursor: str) -> Page[OrderDocument]:
        """Customer shipments that are released, picked, done or cancelled."""
        tail = read_tail(cursor)
        released = [["state", "!=", "draft"]]
        found, more = await latest_changes(self._wire, OUT, released, tail, self._overlap)
        output = (await self._masters.warehouse()).output
        rows = await self._rows(OUT, found, released)
        documents = [order_document(rows[one], output) for one, _ in found if one in rows]
        return Page(tuple(documents), tail.after(found, self._overlap).to_cursor(), more)

    async def receipts(self, cursor: str) -> Page[ReceiptDocument]:
        """Lines of supplier shipments that are received and not put away."""
        tail = read_tail(cursor)
        received = [["state", "=", "received"]]
        found, more = await latest_changes(self._wire, IN, received, tail, self._overlap)
        place = (await self._masters.warehouse()).input
        rows = await self._rows(IN, found, received)
        lines = [
            line for one, _ in found if one in rows for line in receipt_documents(rows[one], place)
        ]
        return Page(tuple(lines), tail.after(found, self._overlap).to_cursor(), more)

    async def items(self, cursor: str) -> Page[SkuRecord]:
        """Articles with a code; changed themselves, or in what they share with their variants."""
        own, _, shared = cursor.partition("\n")
        coded = [["code", "!=", None], ["code", "!=", ""]]
        tails, wanted, more = [], list[list[Any]](), False
        for model, field, of in ((PRODUCT, "id", own), (TEMPLATE, "template", shared)):
            tail, domain = read_tail(of), coded if model == PRODUCT else []
            found, further = await latest_changes(
                self._wire, model, domain, tail, self._overlap, ITEMS_AT_ONCE
            )
            tails.append(tail.after(found, self._overlap).to_cursor())
            if found:
                wanted.append([field, "in", [number for number, _ in found]])
            more = more or further
        domain = [*coded, ["OR", *([one] for one in wanted)]]
        fields = ["code", "name", "list_price_used"]
        rows = await self._wire.find(PRODUCT, domain, fields) if wanted else []
        return Page(tuple(sku_record(row) for row in rows), "\n".join(tails), more)

    async def stock(self) -> StockSnapshot:
        """What lies in storage locations."""
        return await self._books.snapshot()

    async def moves(self, cursor: str) -> Page[StockMove]:
        """Moves that are done, and done ones that were cancelled."""
        return await self._books.moves(cursor)

    async def find(self, message: WmsMessage) -> bool:
        """By reference."""
        return await self._handling.find(message)

    async def carry_out(self, message: WmsMessage) -> str:
        """By the state of the documents."""
        return await self._handling.carry_out(message)

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def _rows(
        self, model: str, changed: Sequence[Stamped], wanted: list[Any]
    ) -> dict[int, Row]:
        """Shipments that have changed, by number; mostly none has."""
        if not changed:
            return {}
        domain = [["id", "in", [number for number, _ in changed]], *wanted]
        return {row["id"]: row for row in await self._wire.find(model, domain, SHIPMENT_FIELDS)}

    async def _adjust(self, message: StockAdjusted) -> str:
        """The difference goes to lost and found or comes from there: an amount, not a level, so
        that what is booked meanwhile stays as it is."""
        warehouse = await self._masters.warehouse()
        article = (await self._masters.articles([message.sku]))[message.sku]
        place = await self._masters.location(message.slot)
        ends = (warehouse.lost_found, place)
        if message.difference < 0:
            ends = (place, warehouse.lost_found)
        shares = [
            (await self._masters.lot(article.number, one.lot), abs(one.difference))
            for one in message.told_lots()
        ]
        rest = message.difference - sum(one.difference for one in message.told_lots())
        if rest:
            named = {lot for lot, _ in shares}
            lots = await self._books.lots_at(place, article.number)
            shares += spread(rest, [held for held in lots if held[0] not in named])
        transfers = [
            Transfer(article.number, article.unit, pieces, *ends, lot=lot) for lot, pieces in shares
        ]
        await self._internal.carry_out(message.message, ends, transfers)
        return "booked"


def spread(difference: int, lots: Sequence[tuple[int, int]]) -> list[tuple[int | None, int]]:
    """Pieces to be booked of each lot (``None``: of none) for a difference counted over all: what
    is too little is missing of the oldest lots, what is too much is of the largest."""
    if difference > 0:
        largest = max(lots, key=lambda lot: lot[1], default=(None, 0))
        return [(largest[0], difference)]
    missing, found = -difference, list[tuple[int | None, int]]()
    for lot, there in lots:
        if taken := min(missing, there):
            found.append((lot, taken))
            missing -= taken
    return [*found, (None, missing)] if missing else found


def connect(url: str, transport: httpx.AsyncBaseTransport | None = None) -> TrytonConnector:
    """The connector of an address; :class:`InvalidMessage` on one that cannot be used."""
    return TrytonConnector(read_address(url), transport)
