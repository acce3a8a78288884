"""Our side of an Odoo; see :class:`wms_bridge.connectors.port.Connector`."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import httpx

from planner.warehouse.errors import InvalidMessage
from wms_bridge.connectors.handling import Handling
from wms_bridge.connectors.odoo.address import OdooAddress, read_address
from wms_bridge.connectors.odoo.booking import (
    MOVE,
    PICKING,
    InternalTransfers,
    Pieces,
    read_transfers,
)
from wms_bridge.connectors.odoo.documents import order_document, sku_record
from wms_bridge.connectors.odoo.lots import lots_at, with_lots
from wms_bridge.connectors.odoo.masters import Article, Masters, number_of
from wms_bridge.connectors.odoo.orders import Orders
from wms_bridge.connectors.odoo.receiving import Receipts
from wms_bridge.connectors.odoo.stock import Books
from wms_bridge.connectors.odoo.tail import latest_changes, read_tail
from wms_bridge.connectors.odoo.wire import OdooWire, Row
from wms_bridge.connectors.port import (
    OrderDocument,
    Page,
    ReceiptDocument,
    StockMove,
    StockSnapshot,
)
from wms_bridge.messages import StockAdjusted, WmsMessage
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import SkuRecord

PRODUCT, TEMPLATE = "product.product", "product.template"
ITEMS_AT_ONCE = 500
SERIES = (14, 15)
"""15 has the fields of 14 but was not tried; from 16 on they are others."""
Source = tuple[str, str, list[Any], list[str]]
"""A model to poll, the field of it that names the record meant, which, and what to watch."""


class OdooConnector:
    """Talks to one database of an Odoo server."""

    def __init__(self, address: OdooAddress, transport: httpx.AsyncBaseTransport | None = None):
        self._address = address
        self._wire = address.wire(transport)
        self._overlap = dt.timedelta(seconds=address.overlap_s)
        self._masters = Masters(self._wire, address)
        self._orders = Orders(self._wire, self._masters, address.backorders)
        self._receipts = Receipts(self._wire, self._masters)
        self._internal = InternalTransfers(self._wire, self._masters)
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
        """The server's series, once it has let us in; one that is not known is refused."""
        version = await self._wire.version()
        check_series(version)
        await self._masters.warehouse()
        return f"Odoo {version}"

    async def orders(self, cursor: str) -> Page[OrderDocument]:
        """Deliveries that are released, done or cancelled."""
        kind = ["picking_type_id", "=", (await self._masters.warehouse()).outgoing]
        released = [kind, ["state", "!=", "draft"]]
        sources = (
            (PICKING, "id", released, ["name", "origin", "state", "date_deadline", "priority"]),
            (MOVE, "picking_id", released, ["picking_id", "product_id", "product_qty", "state"]),
        )
        numbers, after, more = await self._changed(cursor, sources, 100)
        found = await read_transfers(self._wire, [["id", "in", numbers], *released])
        return Page(tuple(order_document(one) for one in found), after, more)

    async def receipts(self, cursor: str) -> Page[ReceiptDocument]:
        """Lines of receptions that are booked and not put away."""
        source: Source = (PICKING, "id", await self._receipts.domain(), ["name", "origin"])
        numbers, after, more = await self._changed(cursor, (source,), 100)
        return Page(tuple(await self._receipts.read(numbers)), after, more)

    async def items(self, cursor: str) -> Page[SkuRecord]:
        """Articles with a code; changed themselves, or in what they share with their variants."""
        coded = [["default_code", "not in", [False, ""]]]
        sources: tuple[Source, ...] = (
            (PRODUCT, "id", coded, ["default_code"]),
            (TEMPLATE, "product_variant_ids", [], ["name", "list_price", "product_variant_ids"]),
        )
        numbers, after, more = await self._changed(cursor, sources, ITEMS_AT_ONCE)
        domain = [["id", "in", numbers], *coded]
        rows = await self._wire.find(PRODUCT, domain, ["default_code", "name", "lst_price"])
        return Page(tuple(sku_record(row) for row in rows), after, more)

    async def stock(self) -> StockSnapshot:
        """What lies below the stock location; what lies in it itself is at the dock."""
        return await self._books.snapshot()

    async def moves(self, cursor: str) -> Page[StockMove]:
        """Move lines that are done."""
        return await self._books.moves(cursor)

    async def find(self, message: WmsMessage) -> bool:
        """By source document."""
        return await self._handling.find(message)

    async def carry_out(self, message: WmsMessage) -> str:
        """By the state of the documents."""
        return await self._handling.carry_out(message)

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def _adjust(self, message: StockAdjusted) -> str:
        """The difference goes to the inventory location or comes from there: an amount, not a
        level, so that what is booked meanwhile stays as it is."""
        if await self._internal.settled(message.message):
            return "booked"
        warehouse = await self._masters.warehouse()
        article = await self._masters.article(message.sku)
        place = await self._masters.location(message.slot)
        ends = (place, warehouse.lost) if message.difference < 0 else (warehouse.lost, place)
        told = message.told_lots() if article.has_lots else ()
        pieces = [
            Pieces(
                article, abs(one.difference), *ends, lot=await self._masters.lot(article, one.lot)
            )
            for one in told
        ]
        rest = message.difference - sum(one.difference for one in told)
        if rest < 0:
            pieces += await with_lots(self._wire, [Pieces(article, -rest, *ends)])
        elif rest > 0:
            lot = await largest_lot(self._wire, article, place) if article.has_lots else None
            pieces.append(Pieces(article, rest, *ends, lot=lot))
        await self._internal.carry_out(message.message, ends, pieces)
        return "booked"

    async def _changed(
        self, cursor: str, sources: Sequence[Source], limit: int
    ) -> tuple[list[int], str, bool]:
        """Numbers of the records meant that have changed in any of the sources, the cursor to go on
        from, and whether there is more."""
        numbers: dict[int, None] = {}
        cursors, further = [], False
        told = cursor.split("\n") if cursor else [""] * len(sources)
        if len(told) != len(sources):
            raise InvalidMessage("not a cursor of Odoo", field="cursor", value=cursor)
        for (model, field, domain, fields), one in zip(sources, told, strict=True):
            tail = read_tail(one)
            rows, more = await latest_changes(
                self._wire, model, domain, fields, tail, self._overlap, limit
            )
            cursors.append(tail.after(rows, self._overlap).to_cursor())
            numbers.update((number, None) for row in rows for number in _meant(row, field))
            further = further or more
        return list(numbers), "\n".join(cursors), further


async def largest_lot(wire: OdooWire, article: Article, location: int) -> int:
    """The lot of which most lies there; :class:`DeliveryFailed` (refused) if there is none."""
    lots = await lots_at(wire, article.number, location)
    if not lots:
        raise DeliveryFailed("Odoo wants a lot, and none lies there", refused=True)
    return max(lots, key=lambda lot: lot[1])[0]


def check_series(version: str) -> int:
    """The series of a server; :class:`DeliveryFailed` (refused) on one that we do not know."""
    text = version.removeprefix("saas~").partition(".")[0]
    series = int(text) if text.isdecimal() else 0
    if series not in SERIES:
        known = " and ".join(str(one) for one in SERIES)
        raise DeliveryFailed(f"Odoo {version} is not known: {known} are", refused=True)
    return series


def _meant(row: Row, field: str) -> list[int]:
    if field == "id":
        return [row["id"]]
    value = row[field]
    if field == "product_variant_ids":
        return list(value)
    return [number_of(value)] if value else []


def connect(url: str, transport: httpx.AsyncBaseTransport | None = None) -> OdooConnector:
    """The connector of an address; :class:`InvalidMessage` on one that cannot be used."""
    return OdooConnector(read_address(url), transport)
