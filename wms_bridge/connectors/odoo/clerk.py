"""People at an Odoo; see :class:`wms_bridge.connectors.port.Clerk`. Needs a user who may enter
articles and locations."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import httpx

from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder
from planner.warehouse.receipts import Receipt
from wms_bridge.connectors.odoo.address import OdooAddress, read_address
from wms_bridge.connectors.odoo.booking import (
    MOVE,
    PICKING,
    Pieces,
    only_one,
    read_transfers,
    validate,
)
from wms_bridge.connectors.odoo.documents import Transfer, lot_of, whole
from wms_bridge.connectors.odoo.masters import Article, Masters, number_of
from wms_bridge.connectors.odoo.orders import named
from wms_bridge.connectors.odoo.tail import as_text
from wms_bridge.connectors.port import Document, StockAt
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import SkuRecord


class OdooClerk:
    """Works in Odoo as people do, only faster."""

    def __init__(self, address: OdooAddress, transport: httpx.AsyncBaseTransport | None = None):
        self._wire = address.wire(transport)
        self._masters = Masters(self._wire, address)

    async def set_up(self, locations: Sequence[str], items: Sequence[SkuRecord]) -> None:
        """Many to a call."""
        stock = (await self._masters.warehouse()).stock
        places = {
            code: {"name": code, "usage": "internal", "location_id": stock} for code in locations
        }
        await self._make("stock.location", "name", places, await self._masters.inside())
        articles = {item.sku: _template(item) for item in items}
        await self._make("product.product", "default_code", articles, [])

    async def _make(
        self, model: str, key: str, records: dict[Any, dict[str, Any]], domain: list[Any]
    ) -> None:
        found = await self._wire.find(model, [[key, "in", list(records)], *domain], [key])
        there = {row[key] for row in found}
        missing = [record for code, record in records.items() if code not in there]
        if missing:
            await self._wire.do(model, "create", missing)

    async def book_stock(self, stock: Sequence[StockAt]) -> None:
        """A reception straight to where it lies."""
        if not stock:
            return
        warehouse = await self._masters.warehouse()
        places = await self._masters.locations({one.location for one in stock})
        await self._track({one.sku for one in stock if one.lot})
        articles = await self._masters.articles({one.sku for one in stock})
        pieces = []
        for one in stock:
            lot = await self._masters.lot(articles[one.sku], one.lot)
            ends = (warehouse.suppliers, places[one.location])
            pieces.append(Pieces(articles[one.sku], one.quantity, *ends, lot=lot))
        await self._bring_in("", pieces)

    async def receive(self, receipt: Receipt) -> None:
        """A reception to the dock."""
        warehouse = await self._masters.warehouse()
        if receipt.lot:
            await self._track({receipt.sku})
        article = await self._masters.article(receipt.sku)
        lot = await self._masters.lot(article, receipt.lot)
        ends = (warehouse.suppliers, warehouse.stock)
        await self._bring_in(receipt.receipt, [Pieces(article, receipt.quantity, *ends, lot=lot)])

    async def _bring_in(self, origin: str, pieces: Sequence[Pieces]) -> None:
        warehouse = await self._masters.warehouse()
        record = {
            "picking_type_id": warehouse.incoming,
            "origin": origin or False,
            "location_id": warehouse.suppliers,
            "location_dest_id": warehouse.stock,
            "immediate_transfer": True,
            "move_line_ids": [[0, 0, one.record()] for one in pieces],
        }
        number = await self._wire.do(PICKING, "create", record)
        (made,) = await read_transfers(self._wire, [["id", "=", number]])
        await validate(self._wire, made)

    async def _track(self, skus: set[Sku]) -> None:
        """Have Odoo keep lots of these."""
        domain = [["default_code", "in", sorted(skus)], ["tracking", "=", "none"]]
        found = await self._wire.find("product.product", domain, ["id"]) if skus else []
        if found:
            numbers = [row["id"] for row in found]
            await self._wire.do("product.product", "write", numbers, {"tracking": "lot"})
            self._masters.forget(skus)

    async def place(self, order: PickOrder) -> None:
        """A delivery, entered and released."""
        warehouse = await self._masters.warehouse()
        record = {
            "picking_type_id": warehouse.outgoing,
            "origin": order.order,
            "location_id": warehouse.stock,
            "location_dest_id": warehouse.customers,
            "priority": str(min(order.priority, 1)),
            "move_lines": [[0, 0, one] for one in await self._moves(order)],
        }
        number = await self._wire.do(PICKING, "create", record)
        await self._wire.do(PICKING, "action_confirm", [number])

    async def change(self, order: PickOrder) -> None:
        """Other lines in place of those there are, released again."""
        delivery = await self._delivery(order.order)
        if delivery.state in ("done", "cancel"):
            raise DeliveryFailed(f"order {order.order} is {delivery.state}", refused=True)
        await self._wire.do(PICKING, "do_unreserve", [delivery.number])
        old = [move["id"] for move in delivery.moves]
        await self._wire.do(MOVE, "write", old, {"state": "draft"})
        changes = {
            "move_lines": [
                *([2, number, 0] for number in old),
                *([0, 0, one] for one in await self._moves(order)),
            ]
        }
        await self._wire.do(PICKING, "write", [delivery.number], changes)
        await self._wire.do(PICKING, "action_confirm", [delivery.number])

    async def cancel(self, order: OrderId) -> None:
        """The button, while nothing is shipped."""
        delivery = await self._delivery(order)
        if delivery.state == "done":
            raise DeliveryFailed(f"order {order} is done", refused=True)
        await self._wire.do(PICKING, "action_cancel", [delivery.number])

    async def documents(self, reference: str) -> tuple[Document, ...]:
        """Transfers of all three kinds."""
        found = []
        for one in await read_transfers(self._wire, named(reference)):
            (head,) = await self._wire.find(
                PICKING, [["id", "=", one.number]], ["picking_type_code"]
            )
            kind = head["picking_type_code"]
            done = await self._done(one, outgoing=kind == "outgoing")
            found.append(Document(f"{PICKING} {kind}", reference, one.state, done))
        return tuple(found)

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def _done(self, transfer: Transfer, *, outgoing: bool) -> tuple[StockAt, ...]:
        """What was booked from pods of a delivery; to pods of others (less than nothing: from
        there)."""
        inside = await self._wire.find("stock.location", await self._masters.inside(), ["name"])
        pods = {row["id"]: row["name"] for row in inside}
        found = []
        for line in transfer.lines:
            pieces = whole(line["qty_done"])
            for end, sign in (("location_id", -1), ("location_dest_id", 1)):
                place = number_of(line[end])
                if line["state"] == "done" and place in pods:
                    signed = pieces if outgoing else sign * pieces
                    found.append(StockAt(pods[place], transfer.sku(line), signed, lot_of(line)))
        return tuple(found)

    async def _delivery(self, order: OrderId) -> Transfer:
        kind = (await self._masters.warehouse()).outgoing
        domain = [["picking_type_id", "=", kind], *named(order)]
        delivery = only_one(await read_transfers(self._wire, domain), f"for order {order}")
        if delivery is None:
            raise DeliveryFailed(f"Odoo has no order {order}", refused=True)
        return delivery

    async def _moves(self, order: PickOrder) -> list[dict[str, Any]]:
        articles = await self._masters.articles({line.sku for line in order.lines})
        due = False if order.due_ms is None else as_text(_utc(order.due_ms))
        return [await self._move(line, articles[line.sku], due) for line in order.lines]

    async def _move(self, line: OrderLine, article: Article, due: str | bool) -> dict[str, Any]:
        if line.lot:
            raise DeliveryFailed("Odoo takes no lot with an order line", refused=True)
        warehouse = await self._masters.warehouse()
        return {
            "name": line.sku,
            "product_id": article.number,
            "product_uom": article.unit,
            "product_uom_qty": float(line.quantity),
            "location_id": warehouse.stock,
            "location_dest_id": warehouse.customers,
            "date_deadline": due,
            # Odoo makes one move of lines of one article unless they differ.
            "description_picking": f"{line.sku} {line.line}",
        }


def _utc(at_ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC)


def _template(item: SkuRecord) -> dict[str, Any]:
    return {
        "name": item.description or item.sku,
        "default_code": item.sku,
        "type": "product",
        "list_price": item.piece_value or 0.0,
    }


def connect(url: str, transport: httpx.AsyncBaseTransport | None = None) -> OdooClerk:
    """The clerk at an address; :class:`InvalidMessage` on one that cannot be used."""
    return OdooClerk(read_address(url), transport)
