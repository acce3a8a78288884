"""Deliveries (``stock.picking``, outgoing) as our orders: reserved, picked, shipped.

Everything goes by the state that the delivery is found in, so that it can stop after any call and
go on from there. What was picked is entered in one call, read back, and booked by another."""

from collections.abc import Sequence
from typing import Any

from planner.warehouse.flows import Flow
from planner.warehouse.ids import LineId, OrderId
from wms_bridge.connectors.odoo.address import Backorders
from wms_bridge.connectors.odoo.booking import (
    PICKING,
    InternalTransfers,
    Pieces,
    as_wanted,
    only_one,
    read_transfers,
    replacing,
    validate,
)
from wms_bridge.connectors.odoo.documents import Transfer
from wms_bridge.connectors.odoo.lots import with_lots
from wms_bridge.connectors.odoo.masters import Masters, Warehouse, number_of
from wms_bridge.connectors.odoo.wire import ChangedMeanwhile, OdooWire, Row
from wms_bridge.messages import LineConfirmed, OrderConfirmed, ReservationWanted
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import OrderStatus

_STEPS = 8
"""More than any delivery needs; people may undo some meanwhile."""
_TO_RESERVE = ("waiting", "confirmed")


class Orders:
    """Works on the deliveries of our orders."""

    def __init__(self, wire: OdooWire, masters: Masters, backorders: Backorders):
        self._wire = wire
        self._masters = masters
        self._internal = InternalTransfers(wire, masters)
        self._leave_rest = backorders is Backorders.CREATE

    async def delivery(self, order: OrderId) -> Transfer | None:
        """The delivery of an order."""
        kind = (await self._masters.warehouse()).outgoing
        domain = [["picking_type_id", "=", kind], *named(order)]
        return only_one(await read_transfers(self._wire, domain), f"for order {order}")

    async def reserve(self, message: ReservationWanted) -> str:
        """Ask for a reservation; what came of it."""
        delivery = await self.delivery(message.order)
        if delivery is None:
            return "no such order"
        if delivery.state not in _TO_RESERVE:
            return f"is {delivery.state}"
        try:
            await self._wire.do(PICKING, "action_assign", [delivery.number])
        except DeliveryFailed as failure:
            if failure.unknown:
                raise
            # The reservation is a hint: nothing waits for it.
            return f"not reserved: {failure.reason}"
        return "asked to reserve"

    async def reserved(self, message: ReservationWanted) -> bool:
        """Whether it was tried."""
        delivery = await self.delivery(message.order)
        if delivery is None or delivery.state not in _TO_RESERVE:
            return True
        return any(move["state"] in ("assigned", "partially_available") for move in delivery.moves)

    async def confirm(self, message: OrderConfirmed) -> str:
        """Ship what was picked and close the delivery."""
        for _ in range(_STEPS):
            delivery = await self._existing(message.order)
            if _closed_unpicked(delivery, message):
                return await self._set_aside(delivery, message)
            if delivery.state == "done":
                return "shipped"
            wanted = await self._pieces(delivery, message.lines)
            shared = _is_shared(delivery, message)
            lines = _our_lines(delivery, message) if shared else list(delivery.lines)
            if not as_wanted(lines, wanted):
                changes = {"move_line_ids": replacing(lines, wanted)}
                await self._wire.do(PICKING, "write", [delivery.number], changes)
            elif shared:
                return "entered; the WMS picks the other lines and ships all"
            else:
                await self._close(delivery, wanted)
        raise ChangedMeanwhile(f"{message.order}: somebody works on it at the WMS", refused=False)

    async def _close(self, delivery: Transfer, wanted: Sequence[Pieces]) -> None:
        if delivery.state == "draft":
            await self._wire.do(PICKING, "action_confirm", [delivery.number])
        elif wanted:
            await validate(self._wire, delivery, leave_rest=self._leave_rest)
        else:
            # Odoo books no empty delivery.
            await self._wire.do(PICKING, "action_cancel", [delivery.number])

    async def confirmed(self, message: OrderConfirmed) -> bool:
        """Whether all of it is done."""
        delivery = await self._existing(message.order)
        if delivery.state == "cancel":
            picks = any(line.picks for line in message.lines)
            return not picks or await self._internal.done(message.message)
        if _is_shared(delivery, message):
            wanted = await self._pieces(delivery, message.lines)
            return as_wanted(_our_lines(delivery, message), wanted)
        return delivery.state == "done"

    async def _existing(self, order: OrderId) -> Transfer:
        delivery = await self.delivery(order)
        if delivery is None:
            raise DeliveryFailed(f"Odoo has no delivery for order {order}", refused=True)
        return delivery

    async def _set_aside(self, delivery: Transfer, message: OrderConfirmed) -> str:
        """Cancelled: what was picked before stands in its tote, in no pod."""
        if delivery.state != "cancel":
            await self._wire.do(PICKING, "action_cancel", [delivery.number])
        if await self._internal.settled(message.message):
            return "cancelled; what was picked lies in no pod"
        warehouse = await self._masters.warehouse()
        picked = await self._pieces(None, message.lines)
        ends = (warehouse.stock, warehouse.stock)
        await self._internal.carry_out(message.message, ends, picked)
        return "cancelled; what was picked lies in no pod" if picked else "cancelled"

    async def _pieces(
        self, delivery: Transfer | None, lines: Sequence[LineConfirmed]
    ) -> list[Pieces]:
        """What was picked, as move lines from pods; of one line, place and lot in one."""
        warehouse = await self._masters.warehouse()
        target = warehouse.stock if delivery is None else _target(delivery, warehouse)
        articles = await self._masters.articles({line.sku for line in lines if line.picks})
        asked = {} if delivery is None else _asked(delivery, lines)
        pieces: dict[tuple[LineConfirmed, int, int | None], int] = {}
        for line in lines:
            for pick in line.picks:
                lot = await self._masters.lot(articles[line.sku], pick.lot)
                key = (line, await self._masters.location(pick.slot), lot)
                pieces[key] = pieces.get(key, 0) + pick.quantity
        found = []
        for (line, place, lot), quantity in pieces.items():
            move = asked[line]["id"] if line in asked else None
            found.append(Pieces(articles[line.sku], quantity, place, target, lot, move))
        return await with_lots(self._wire, found)


def named(reference: str) -> list[Any]:
    """Says of a transfer that it is called so outside."""
    by_origin = ["&", ["origin", "=", reference], ["backorder_id", "=", False]]
    nameless = ["|", ["origin", "in", [False, ""]], ["backorder_id", "!=", False]]
    return ["|", *by_origin, "&", ["name", "=", reference], *nameless]


def _target(delivery: Transfer, warehouse: Warehouse) -> int:
    return number_of(delivery.head["location_dest_id"] or [warehouse.customers])


def _closed_unpicked(delivery: Transfer, message: OrderConfirmed) -> bool:
    cancelled_here = message.status is OrderStatus.CANCELLED
    return delivery.state == "cancel" or (cancelled_here and delivery.state != "done")


def _asked(delivery: Transfer, lines: Sequence[LineConfirmed]) -> dict[LineConfirmed, Row]:
    """The move that asks for each line: that of its number, if it is of its article. A line that
    the delivery has no more goes to any move of its article, as Odoo does it."""
    found: dict[LineConfirmed, Row] = {}
    for line in lines:
        place = line_number(line.line) - 1
        if 0 <= place < len(delivery.moves):
            move = delivery.moves[place]
            if delivery.sku(move) == line.sku and move["state"] not in ("done", "cancel"):
                found[line] = move
    return found


def _is_shared(delivery: Transfer, message: OrderConfirmed) -> bool:
    """Whether somebody else is still to pick lines of it."""
    others = any(not _is_ours(line) for line in message.lines)
    return others and delivery.state not in ("done", "cancel")


def _our_lines(delivery: Transfer, message: OrderConfirmed) -> list[Row]:
    """Move lines that serve lines of ours."""
    asked = _asked(delivery, message.lines)
    theirs = {move["id"] for line, move in asked.items() if not _is_ours(line)}
    return [line for line in delivery.lines if number_of(line["move_id"]) not in theirs]


def _is_ours(line: LineConfirmed) -> bool:
    return line.flow is Flow.GOODS_TO_PERSON


def line_number(line: LineId) -> int:
    """The number of a line in its order; 0 if its name has none."""
    text = line.rpartition("#")[2]
    return int(text) if text.isdecimal() else 0
