"""Supplier shipments (``stock.shipment.in``) as our receipts, and goods put away."""

from collections.abc import Sequence

from planner.warehouse.ids import ReceiptId
from wms_bridge.connectors.tryton.booking import (
    InternalShipments,
    Transfer,
    as_wanted,
    only_one,
    replacing,
)
from wms_bridge.connectors.tryton.documents import SHIPMENT_FIELDS, Row, moves_from, moves_to
from wms_bridge.connectors.tryton.masters import Masters, Warehouse
from wms_bridge.connectors.tryton.wire import ChangedMeanwhile, TrytonWire
from wms_bridge.messages import ReceiptPutAway

IN = "stock.shipment.in"
_STEPS = 8


class Receipts:
    """Works on the shipments of our receipts; one that Tryton does not know is moved from the input
    zone by an internal shipment."""

    def __init__(self, wire: TrytonWire, masters: Masters):
        self._wire = wire
        self._masters = masters
        self._internal = InternalShipments(wire)

    async def put_away(self, message: ReceiptPutAway) -> str:
        """Book the goods from the input zone to where they were put."""
        warehouse = await self._masters.warehouse()
        for _ in range(_STEPS):
            shipment, line = await self._shipment(message.receipt)
            incoming = [] if shipment is None else moves_to(shipment, warehouse.input)
            if shipment is None or not 0 < line <= len(incoming):
                ends = (warehouse.input, warehouse.storage)
                wanted = await self._transfers(message, None, warehouse)
                await self._internal.carry_out(message.message, ends, wanted)
                return "put away by an internal shipment"
            if shipment["state"] in ("done", "cancelled"):
                return f"its supplier shipment is {shipment['state']}"
            wanted = await self._transfers(message, incoming[line - 1], warehouse)
            if await self._step(shipment, incoming[line - 1], wanted, warehouse):
                return "put away"
        reason = f"{message.receipt}: somebody works on it at the WMS"
        raise ChangedMeanwhile(reason, refused=False)

    async def is_put_away(self, message: ReceiptPutAway) -> bool:
        """Whether that is done."""
        shipment, line = await self._shipment(message.receipt)
        if shipment is None:
            return await self._internal.done(message.message)
        if shipment["state"] in ("done", "cancelled"):
            return True
        warehouse = await self._masters.warehouse()
        incoming = moves_to(shipment, warehouse.input)
        if not 0 < line <= len(incoming):
            return await self._internal.done(message.message)
        return _is_done(_put_away_moves(shipment, incoming[line - 1], warehouse))

    async def _shipment(self, receipt: ReceiptId) -> tuple[Row | None, int]:
        """The shipment of a receipt and which of its lines it is, from 1."""
        whole, _, tail = receipt.rpartition("#")
        names = [(str(receipt), 1)]
        if whole and tail.isdecimal():
            names.append((whole, int(tail)))
        for name, line in names:
            by_number = [["reference", "in", [None, ""]], ["number", "=", name]]
            domain = ["OR", ["reference", "=", name], by_number]
            received = [["state", "!=", "draft"], domain]
            found = await self._wire.find(IN, received, SHIPMENT_FIELDS)
            if shipment := only_one(found, f"for receipt {receipt}"):
                return shipment, line
        return None, 0

    async def _step(
        self, shipment: Row, asked: Row, wanted: Sequence[Transfer], warehouse: Warehouse
    ) -> bool:
        """One call on the way; whether there is nothing more to do."""
        number = shipment["id"]
        moves = _put_away_moves(shipment, asked, warehouse)
        others = [move for move in moves_from(shipment, warehouse.input) if move not in moves]
        rest_done = all(move["state"] in ("done", "cancelled") for move in others)
        if not _is_done(moves) and not as_wanted(moves, wanted):
            changes = {"inventory_moves": replacing(moves, wanted)}
            await self._wire.do(f"{IN}.write", [number], changes)
            return False
        if rest_done:
            unchanged = {f"{IN},{number}": shipment["_timestamp"]}
            await self._wire.do(f"{IN}.do", [number], _timestamp=unchanged)
            return False
        if not _is_done(moves):
            await self._wire.do("stock.move.do", [move["id"] for move in moves])
        return True

    async def _transfers(
        self, message: ReceiptPutAway, asked: Row | None, warehouse: Warehouse
    ) -> list[Transfer]:
        article = (await self._masters.articles([message.sku]))[message.sku]
        pieces: dict[tuple[int, int | None], int] = {}
        for slot in message.slots:
            lot = await self._masters.lot(article.number, slot.lot)
            if lot is None and asked is not None:
                lot = asked["lot"]
            key = (await self._masters.location(slot.slot), lot)
            pieces[key] = pieces.get(key, 0) + slot.quantity
        origin = None if asked is None else asked["id"]
        return [
            Transfer(article.number, article.unit, quantity, warehouse.input, place, lot, origin)
            for (place, lot), quantity in pieces.items()
        ]


def _put_away_moves(shipment: Row, asked: Row, warehouse: Warehouse) -> list[Row]:
    origin = f"stock.move,{asked['id']}"
    return [move for move in moves_from(shipment, warehouse.input) if move["origin"] == origin]


def _is_done(moves: Sequence[Row]) -> bool:
    return bool(moves) and all(move["state"] == "done" for move in moves)
