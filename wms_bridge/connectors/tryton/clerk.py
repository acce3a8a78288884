"""People at a Tryton; see :class:`wms_bridge.connectors.port.Clerk`. Needs a user who may enter
articles and locations."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import httpx

from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder
from planner.warehouse.receipts import Receipt
from wms_bridge.connectors.port import Document, StockAt
from wms_bridge.connectors.tryton.address import TrytonAddress, read_address
from wms_bridge.connectors.tryton.booking import INTERNAL, only_one
from wms_bridge.connectors.tryton.documents import (
    MOVE_FIELDS,
    SHIPMENT_FIELDS,
    Row,
    day_of,
    lot_and_sku,
    place_of,
)
from wms_bridge.connectors.tryton.masters import Article, Masters
from wms_bridge.connectors.tryton.orders import OUT
from wms_bridge.connectors.tryton.receiving import IN
from wms_bridge.connectors.tryton.values import whole
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import SkuRecord

CUSTOMER, SUPPLIER = "Customers", "Suppliers"
PRICE = Decimal(1)
BATCH = 50
"""Articles made in one call: SQLite's parser cannot stand Tryton's checks of many more."""


class TrytonClerk:
    """Works in Tryton as people do, only faster."""

    def __init__(self, address: TrytonAddress, transport: httpx.AsyncBaseTransport | None = None):
        self._wire = address.wire(transport)
        self._masters = Masters(self._wire, address)
        self._parties: dict[str, Row] = {}

    async def set_up(self, locations: Sequence[str], items: Sequence[SkuRecord]) -> None:
        """Many to a call."""
        warehouse = await self._masters.warehouse()
        await self._make(
            "stock.location",
            {
                code: {"name": code, "code": code, "type": "storage", "parent": warehouse.storage}
                for code in locations
            },
        )
        (unit,) = await self._wire.find("product.uom", [["symbol", "=", "u"]], ["id"], limit=1)
        articles = {item.sku: _template(item, unit["id"]) for item in items}
        await self._make("product.template", articles, "product.product")

    async def _make(
        self, model: str, records: dict[Any, dict[str, Any]], searched: str = ""
    ) -> None:
        domain = [["code", "in", list(records)]]
        found = await self._wire.find(searched or model, domain, ["code"])
        there = {row["code"] for row in found}
        missing = [record for code, record in records.items() if code not in there]
        for start in range(0, len(missing), BATCH):
            await self._wire.do(f"{model}.create", missing[start : start + BATCH])

    async def book_stock(self, stock: Sequence[StockAt]) -> None:
        """Moves from the supplier, done."""
        if not stock:
            return
        places = await self._masters.locations({one.location for one in stock})
        articles = await self._masters.articles({one.sku for one in stock})
        supplier = await self._party(SUPPLIER)
        records = []
        for one in stock:
            article = articles[one.sku]
            lot = await self._masters.lot(article.number, one.lot)
            ends = (supplier["supplier_location"], places[one.location])
            records.append(self._move(article, one.quantity, ends, lot))
        moves = await self._wire.do("stock.move.create", records)
        await self._wire.do("stock.move.do", moves)

    async def place(self, order: PickOrder) -> None:
        """A customer shipment, entered and released."""
        customer, warehouse = await self._party(CUSTOMER), await self._masters.warehouse()
        record = {
            "customer": customer["id"],
            "delivery_address": customer["addresses"][0],
            "warehouse": warehouse.number,
            "warehouse_storage": warehouse.storage,
            "warehouse_output": warehouse.output,
            "reference": order.order,
            "planned_date": day_of(order.due_ms),
            "outgoing_moves": [["create", await self._outgoing(order.lines)]],
        }
        numbers = await self._wire.do(f"{OUT}.create", [record])
        await self._wire.do(f"{OUT}.wait", numbers)

    async def change(self, order: PickOrder) -> None:
        """Back to draft, other lines, released again."""
        shipment = await self._shipment(order.order)
        number = [shipment["id"]]
        if shipment["state"] == "assigned":
            await self._wire.do(f"{OUT}.wait", number)
        await self._wire.do(f"{OUT}.draft", number)
        warehouse = await self._masters.warehouse()
        old = [one["id"] for one in shipment["moves."] if one["from_location"] == warehouse.output]
        lines = [["delete", old], ["create", await self._outgoing(order.lines)]]
        values = {"planned_date": day_of(order.due_ms), "outgoing_moves": lines}
        await self._wire.do(f"{OUT}.write", number, values)
        await self._wire.do(f"{OUT}.wait", number)

    async def cancel(self, order: OrderId) -> None:
        """The button, while nothing is shipped: undoing what is done takes a right of its own."""
        shipment = await self._shipment(order)
        if shipment["state"] == "done":
            raise DeliveryFailed(f"order {order} is done", refused=True)
        await self._wire.do(f"{OUT}.cancel", [shipment["id"]])

    async def receive(self, receipt: Receipt) -> None:
        """A supplier shipment of one line, received."""
        supplier, warehouse = await self._party(SUPPLIER), await self._masters.warehouse()
        article = (await self._masters.articles([receipt.sku]))[receipt.sku]
        ends = (supplier["supplier_location"], warehouse.input)
        lot = await self._masters.lot(article.number, receipt.lot)
        record = {
            "supplier": supplier["id"],
            "warehouse": warehouse.number,
            "warehouse_input": warehouse.input,
            "warehouse_storage": warehouse.storage,
            "reference": receipt.receipt,
            "planned_date": dt.datetime.now(dt.UTC).date(),
            "incoming_moves": [["create", [self._move(article, receipt.quantity, ends, lot)]]],
        }
        numbers = await self._wire.do(f"{IN}.create", [record])
        await self._wire.do(f"{IN}.receive", numbers)

    async def documents(self, reference: str) -> tuple[Document, ...]:
        """Shipments of all three kinds."""
        found = []
        for model in (OUT, IN, INTERNAL):
            domain = [["reference", "=", reference]]
            for row in await self._wire.find(model, domain, ["state", "moves"]):
                done = await self._done(model, row["moves"])
                found.append(Document(model, reference, row["state"], done))
        return tuple(found)

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def _done(self, model: str, numbers: Sequence[int]) -> tuple[StockAt, ...]:
        """What was booked from pods of a customer shipment; to pods of others (less than nothing:
        from there)."""
        warehouse = await self._masters.warehouse()
        domain = [["id", "in", list(numbers)], ["state", "=", "done"]]
        own = (warehouse.input, warehouse.output)
        found = []
        for move in await self._wire.find("stock.move", domain, MOVE_FIELDS):
            lot, sku = lot_and_sku(move)
            pieces = whole(move["internal_quantity"])
            for end, sign in (("from_location", -1), ("to_location", 1)):
                if move[f"{end}."]["type"] == "storage" and move[end] not in own:
                    signed = pieces if model == OUT else sign * pieces
                    found.append(StockAt(place_of(move, end), sku, signed, lot))
        return tuple(found)

    async def _shipment(self, order: OrderId) -> Row:
        found = await self._wire.find(OUT, [["reference", "=", order]], SHIPMENT_FIELDS)
        shipment = only_one(found, f"for order {order}")
        if shipment is None:
            raise DeliveryFailed(f"Tryton has no order {order}", refused=True)
        return shipment

    async def _outgoing(self, lines: Sequence[OrderLine]) -> list[dict[str, Any]]:
        customer, warehouse = await self._party(CUSTOMER), await self._masters.warehouse()
        articles = await self._masters.articles({Sku(line.sku) for line in lines})
        ends = (warehouse.output, customer["customer_location"])
        moves = []
        for line in lines:
            lot = await self._masters.lot(articles[line.sku].number, line.lot)
            moves.append(self._move(articles[line.sku], line.quantity, ends, lot))
        return moves

    def _move(
        self, article: Article, pieces: int, ends: tuple[int, int], lot: int | None
    ) -> dict[str, Any]:
        """As it crosses the door: with a price."""
        return {
            "product": article.number,
            "unit": article.unit,
            "quantity": float(pieces),
            "from_location": ends[0],
            "to_location": ends[1],
            "lot": lot,
            "unit_price": PRICE,
            "currency": self._parties[""]["currency"],
        }

    async def _party(self, name: str) -> Row:
        if "" not in self._parties:
            await self._masters.warehouse()  # which logs in: the preferences are known then
            company = ["id", "=", self._wire.preferences.get("company")]
            found = await self._wire.find("company.company", [company], ["currency"])
            if not found:
                raise DeliveryFailed("the user has no company", refused=True)
            self._parties[""] = found[0]
        if name not in self._parties:
            fields = ["addresses", "customer_location", "supplier_location"]
            found = await self._wire.find("party.party", [["name", "=", name]], fields, limit=1)
            if not found:
                record = {"name": name, "addresses": [["create", [{"city": name}]]]}
                made = await self._wire.do("party.party.create", [record])
                found = await self._wire.find("party.party", [["id", "in", made]], fields)
            self._parties[name] = found[0]
        return self._parties[name]


def _template(item: SkuRecord, unit: int) -> dict[str, Any]:
    price = None if item.piece_value is None else Decimal(str(item.piece_value))
    return {
        "name": item.description or item.sku,
        "code": item.sku,
        "default_uom": unit,
        "type": "goods",
        "list_price": price,
        "products": [["create", [{}]]],
    }


def connect(url: str, transport: httpx.AsyncBaseTransport | None = None) -> TrytonClerk:
    """The clerk at an address; :class:`InvalidMessage` on one that cannot be used."""
    return TrytonClerk(read_address(url), transport)
