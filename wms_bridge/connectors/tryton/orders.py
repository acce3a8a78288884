"""Customer shipments (``stock.shipment.out``) as our orders: reserved, picked, shipped.

Everything goes by the state that the shipment is found in, so that it can stop after any call and
go on from there. Before pieces are booked the moves are read back and the booking is tied to what
was read (``_timestamp``): a change by somebody else in between is noticed, not overwritten."""

from collections.abc import Sequence
from typing import Any

from planner.warehouse.flows import Flow
from planner.warehouse.ids import LineId, OrderId
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
from wms_bridge.messages import LineConfirmed, OrderConfirmed, ReservationWanted
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import OrderStatus

OUT = "stock.shipment.out"
_STEPS = 12
"""More than any shipment needs; people may undo some meanwhile."""
_CLOSING = ("pick", "pack", "do")
_NEXT = {"assigned": "pick", "picked": "pack", "packed": "do", "shipped": "do"}


class Orders:
    """Works on the shipments of our orders."""

    def __init__(self, wire: TrytonWire, masters: Masters):
        self._wire = wire
        self._masters = masters
        self._internal = InternalShipments(wire)

    async def shipment(self, order: OrderId) -> Row | None:
        """The shipment of an order."""
        by_number = [["reference", "in", [None, ""]], ["number", "=", order]]
        domain = ["OR", ["reference", "=", order], by_number]
        found = await self._wire.find(OUT, domain, SHIPMENT_FIELDS)
        return only_one(found, f"for order {order}")

    async def reserve(self, message: ReservationWanted) -> str:
        """Ask for a reservation; what came of it."""
        shipment = await self.shipment(message.order)
        if shipment is None:
            return "no such order"
        if shipment["state"] != "waiting":
            return f"is {shipment['state']}"
        try:
            await self._wire.do(f"{OUT}.assign_try", [shipment["id"]])
        except DeliveryFailed as failure:
            if failure.unknown:
                raise
            # The reservation is a hint: nothing waits for it.
            return f"not reserved: {failure.reason}"
        return "asked to reserve"

    async def reserved(self, message: ReservationWanted) -> bool:
        """Whether it was tried."""
        shipment = await self.shipment(message.order)
        if shipment is None or shipment["state"] != "waiting":
            return True
        return any(move["state"] == "assigned" for move in shipment["moves."])

    async def confirm(self, message: OrderConfirmed) -> str:
        """Ship what was picked and close the shipment."""
        for _ in range(_STEPS):
            shipment = await self._existing(message.order)
            if self._closed_unpicked(shipment, message):
                return await self._set_aside(shipment, message)
            if shipment["state"] == "done":
                return "shipped"
            warehouse = await self._masters.warehouse()
            wanted = await self._transfers(shipment, message.lines, warehouse)
            if not _is_shared(shipment, message):
                await self._step(shipment, wanted, warehouse)
            elif await self._leave_rest(shipment, message.lines, wanted, warehouse):
                return "entered; the WMS picks the other lines and ships all"
        raise ChangedMeanwhile(f"{message.order}: somebody works on it at the WMS", refused=False)

    async def confirmed(self, message: OrderConfirmed) -> bool:
        """Whether all of it is done."""
        shipment = await self._existing(message.order)
        if shipment["state"] == "cancelled":
            picks = any(line.picks for line in message.lines)
            return not picks or await self._internal.done(message.message)
        if _is_shared(shipment, message):
            warehouse = await self._masters.warehouse()
            wanted = await self._transfers(shipment, message.lines, warehouse)
            return as_wanted(self._our_moves(shipment, message.lines, warehouse), wanted)
        return bool(shipment["state"] == "done")

    async def _existing(self, order: OrderId) -> Row:
        shipment = await self.shipment(order)
        if shipment is None:
            raise DeliveryFailed(f"Tryton has no shipment for order {order}", refused=True)
        return shipment

    def _closed_unpicked(self, shipment: Row, message: OrderConfirmed) -> bool:
        open_there = shipment["state"] in ("draft", "waiting", "assigned")
        cancelled_here = message.status is OrderStatus.CANCELLED
        return shipment["state"] == "cancelled" or (cancelled_here and open_there)

    async def _set_aside(self, shipment: Row, message: OrderConfirmed) -> str:
        """Cancelled: what was picked before stands in its tote at the output zone."""
        if shipment["state"] != "cancelled":
            await self._wire.do(f"{OUT}.cancel", [shipment["id"]])
        warehouse = await self._masters.warehouse()
        picked = await self._transfers(None, message.lines, warehouse)
        ends = (warehouse.storage, warehouse.output)
        await self._internal.carry_out(message.message, ends, picked)
        return "cancelled; what was picked stands at the output" if picked else "cancelled"

    async def _step(self, shipment: Row, wanted: Sequence[Transfer], warehouse: Warehouse) -> None:
        number, state = shipment["id"], shipment["state"]
        moves = moves_to(shipment, warehouse.output)
        unchanged = {f"{OUT},{number}": shipment["_timestamp"]}
        fits = as_wanted(moves, wanted)
        assigned = any(move["state"] == "assigned" for move in moves)
        if state == "draft" or (not fits and (state == "assigned" or assigned)):
            await self._wire.do(f"{OUT}.wait", [number])
        elif state == "waiting":
            if not fits:
                changes = {"inventory_moves": replacing(moves, wanted)}
                await self._wire.do(f"{OUT}.write", [number], changes)
            await self._wire.do(f"{OUT}.assign_force", [number])
        else:
            calls = _CLOSING[_CLOSING.index(_NEXT[state]) :]
            for call in calls:
                # The first is tied to what was read; each refuses what the one before did not do.
                context = {"_timestamp": unchanged} if call == calls[0] else {}
                await self._wire.do(f"{OUT}.{call}", [number], **context)

    async def _leave_rest(
        self,
        shipment: Row,
        lines: Sequence[LineConfirmed],
        wanted: Sequence[Transfer],
        warehouse: Warehouse,
    ) -> bool:
        """Enter what was picked for our lines and leave the shipment to those who pick the others:
        Tryton books a shipment as a whole. Whether it is entered."""
        number = shipment["id"]
        moves = self._our_moves(shipment, lines, warehouse)
        if as_wanted(moves, wanted):
            asked = self._asked(shipment, lines, warehouse)
            pieces = {asked[line]["id"]: line.picked for line in asked if _is_ours(line)}
            await self._shrink(shipment, pieces)
            return True
        if shipment["state"] == "assigned" or any(move["state"] == "assigned" for move in moves):
            await self._wire.do(f"{OUT}.wait", [number])
        else:
            changes = {"inventory_moves": replacing(moves, wanted)}
            await self._wire.do(f"{OUT}.write", [number], changes)
        return False

    def _our_moves(
        self, shipment: Row, lines: Sequence[LineConfirmed], warehouse: Warehouse
    ) -> list[Row]:
        """The moves to the output that serve our lines."""
        asked = self._asked(shipment, lines, warehouse)
        ours = {f"stock.move,{move['id']}" for line, move in asked.items() if _is_ours(line)}
        return [move for move in moves_to(shipment, warehouse.output) if move["origin"] in ours]

    async def _shrink(self, shipment: Row, pieces: dict[int, int]) -> None:
        """Nothing more is to be picked for these lines."""
        changes: list[Any] = []
        for move in shipment["moves."]:
            if move["id"] in pieces and move["quantity"] != pieces[move["id"]]:
                changes += [[move["id"]], {"quantity": float(pieces[move["id"]])}]
        if changes:
            await self._wire.do("stock.move.write", *changes)

    async def _transfers(
        self, shipment: Row | None, lines: Sequence[LineConfirmed], warehouse: Warehouse
    ) -> list[Transfer]:
        """What was picked, as moves from pods to the output; of one line, place and lot in one."""
        asked = self._asked(shipment, lines, warehouse)
        articles = await self._masters.articles({line.sku for line in lines if line.picks})
        pieces: dict[tuple[LineConfirmed, int, int | None], int] = {}
        for line in lines:
            for pick in line.picks:
                lot = await self._masters.lot(articles[line.sku].number, pick.lot)
                key = (line, await self._masters.location(pick.slot), lot)
                pieces[key] = pieces.get(key, 0) + pick.quantity
        found = []
        for (line, place, lot), quantity in pieces.items():
            article = articles[line.sku]
            origin = asked[line]["id"] if line in asked else None
            ends = (place, warehouse.output)
            found.append(
                Transfer(article.number, article.unit, quantity, *ends, lot=lot, origin=origin)
            )
        return found

    def _asked(
        self, shipment: Row | None, lines: Sequence[LineConfirmed], warehouse: Warehouse
    ) -> dict[LineConfirmed, Row]:
        """The move of the shipment that asks for each line: that of its number, if it is of its
        article. A line that the shipment has no more stands alone."""
        if shipment is None:
            return {}
        outgoing = moves_from(shipment, warehouse.output)
        found: dict[LineConfirmed, Row] = {}
        for line in lines:
            place = number_of(line.line) - 1
            if 0 <= place < len(outgoing):
                move = outgoing[place]
                if move["product."]["code"] == line.sku:
                    found[line] = move
        return found


def _is_shared(shipment: Row, message: OrderConfirmed) -> bool:
    """Whether somebody else is still to pick lines of it."""
    others = any(not _is_ours(line) for line in message.lines)
    return others and shipment["state"] in ("waiting", "assigned")


def _is_ours(line: LineConfirmed) -> bool:
    return line.flow is Flow.GOODS_TO_PERSON


def number_of(line: LineId) -> int:
    """The number of a line in its order; 0 if its name has none."""
    text = line.rpartition("#")[2]
    return int(text) if text.isdecimal() else 0
