"""Pieces to be moved in Odoo, and internal transfers that move them once.

An internal transfer carries the name of our message as its source document and is looked for before
it is made. Making one moves nothing yet: if a late request makes a second one, only the first is
ever validated and the rest are cancelled, so stock is never booked twice."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wms_bridge.connectors.odoo.documents import LINE_FIELDS, MOVE_FIELDS, PICKING_FIELDS, Transfer
from wms_bridge.connectors.odoo.masters import Article, Masters, number_of
from wms_bridge.connectors.odoo.wire import ChangedMeanwhile, OdooWire, Row
from wms_bridge.ports.store import DeliveryFailed

PICKING, MOVE, LINE = "stock.picking", "stock.move", "stock.move.line"
OPEN = ("draft", "waiting", "confirmed", "assigned")
_STEPS = 8
"""More than any transfer needs; people may undo some meanwhile."""
_NO_QUESTIONS = {
    "skip_immediate": True,
    "skip_backorder": True,
    "skip_expired": True,
    "skip_overprocessed": True,
    "skip_sms": True,
}
"""Each answers a wizard that ``button_validate`` would open, in the call itself: what we enter is
what was done."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """``quantity`` pieces to go from one location to another, all by number. ``move`` is the one
    that asked for them."""

    article: Article
    quantity: int
    from_location: int
    to_location: int
    lot: int | None = None
    move: int | None = None

    def record(self) -> dict[str, Any]:
        """As a new ``stock.move.line``."""
        return {
            "product_id": self.article.number,
            "product_uom_id": self.article.unit,
            "qty_done": float(self.quantity),
            "location_id": self.from_location,
            "location_dest_id": self.to_location,
            "lot_id": self.lot or False,
            **({"move_id": self.move} if self.move else {}),
        }


async def read_transfers(wire: OdooWire, domain: list[Any]) -> list[Transfer]:
    """The transfers that fit, by number, with all that is in them."""
    heads = await wire.find(PICKING, domain, PICKING_FIELDS)
    if not heads:
        return []
    inside = [["picking_id", "in", [head["id"] for head in heads]]]
    moves = await wire.find(MOVE, inside, MOVE_FIELDS)
    lines = await wire.find(LINE, inside, LINE_FIELDS)
    codes = await codes_of(wire, [*moves, *lines])
    return [Transfer(head, _of(head, moves), _of(head, lines), codes) for head in heads]


async def codes_of(wire: OdooWire, rows: Sequence[Row]) -> dict[int, str]:
    """Codes of the articles of moves or lines, by number; those that are archived, too."""
    numbers = sorted({number_of(row["product_id"]) for row in rows})
    if not numbers:
        return {}
    domain = [["id", "in", numbers], ["active", "in", [True, False]]]
    found = await wire.find("product.product", domain, ["default_code"])
    return {row["id"]: row["default_code"] or "" for row in found}


def _of(head: Row, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if number_of(row["picking_id"]) == head["id"]]


def as_wanted(lines: Sequence[Row], wanted: Sequence[Pieces]) -> bool:
    """Whether what was entered is just what is wanted; what is only reserved does not count."""
    there: Counter[tuple[object, ...]] = Counter()
    for line in lines:
        there[_key_of_line(line)] += line["qty_done"]
    here: Counter[tuple[object, ...]] = Counter()
    for one in wanted:
        here[_key(one)] += one.quantity
    return +there == +here


def _key(one: Pieces) -> tuple[object, ...]:
    return (one.article.number, one.from_location, one.to_location, one.lot)


def _key_of_line(line: Row) -> tuple[object, ...]:
    lot = number_of(line["lot_id"]) if line["lot_id"] else None
    ends = (number_of(line["location_id"]), number_of(line["location_dest_id"]))
    return (number_of(line["product_id"]), *ends, lot)


def replacing(lines: Sequence[Row], wanted: Sequence[Pieces]) -> list[Any]:
    """What makes the lines of a transfer that is not done the ones wanted."""
    gone = [[2, line["id"], 0] for line in lines if line["state"] != "done"]
    return [*gone, *([0, 0, one.record()] for one in wanted)]


async def validate(wire: OdooWire, transfer: Transfer, *, leave_rest: bool = False) -> None:
    """Book what was entered; pieces that were not go to another transfer if ``leave_rest``."""
    context: dict[str, Any] = dict(_NO_QUESTIONS)
    if not leave_rest:
        context["picking_ids_not_to_backorder"] = [transfer.number]
    told = await wire.do(PICKING, "button_validate", [transfer.number], context=context)
    if isinstance(told, dict):
        question = told.get("res_model") or told.get("name") or "something"
        raise DeliveryFailed(f"Odoo asks ({question}) before it books", refused=True)


class InternalTransfers:
    """Transfers inside the warehouse, by their source document."""

    def __init__(self, wire: OdooWire, masters: Masters):
        self._wire = wire
        self._masters = masters

    async def done(self, reference: str) -> bool:
        """Whether one of this reference is booked."""
        return any(one.state == "done" for one in await self._found(reference))

    async def settled(self, reference: str) -> bool:
        """The same, before anything is done: others of this reference are cancelled."""
        live = await self._first_alone(reference)
        return live is not None and live.state == "done"

    async def carry_out(
        self, reference: str, ends: tuple[int, int], wanted: Sequence[Pieces]
    ) -> None:
        """Have these pieces moved; nothing if they are."""
        if not wanted:
            return
        for _ in range(_STEPS):
            live = await self._first_alone(reference)
            if live is None:
                await self._make(reference, ends, wanted)
            elif live.state == "done":
                return
            elif not as_wanted(live.lines, wanted):
                changes = {"move_line_ids": replacing(live.lines, wanted)}
                await self._wire.do(PICKING, "write", [live.number], changes)
            else:
                await validate(self._wire, live)
        raise ChangedMeanwhile(f"{reference}: somebody works on it at the WMS", refused=False)

    async def _first_alone(self, reference: str) -> Transfer | None:
        """The one that is booked, else the first; the rest are cancelled."""
        live = [one for one in await self._found(reference) if one.state != "cancel"]
        done = [one for one in live if one.state == "done"]
        first = next(iter(done or live), None)
        await self._cancel([one for one in live if one is not first and one not in done])
        return first

    async def _found(self, reference: str) -> list[Transfer]:
        internal = ["picking_type_code", "=", "internal"]
        return await read_transfers(self._wire, [["origin", "=", reference], internal])

    async def _cancel(self, transfers: Sequence[Transfer]) -> None:
        if transfers:
            numbers = [one.number for one in transfers]
            await self._wire.do(PICKING, "action_cancel", numbers)

    async def _make(self, reference: str, ends: tuple[int, int], wanted: Sequence[Pieces]) -> None:
        record = {
            "picking_type_id": (await self._masters.warehouse()).internal,
            "origin": reference,
            "location_id": ends[0],
            "location_dest_id": ends[1],
            "immediate_transfer": True,
            "move_line_ids": [[0, 0, one.record()] for one in wanted],
        }
        await self._wire.do(PICKING, "create", record)


def only_one(found: Sequence[Transfer], what: str) -> Transfer | None:
    """The document meant: the first that is not cancelled, or the last that is. Two that are open
    are refused: people have to say which one is meant."""
    live = [one for one in found if one.state != "cancel"]
    open_ones = [one for one in live if one.state != "done"]
    if len(open_ones) > 1:
        raise DeliveryFailed(f"Odoo has {len(open_ones)} open documents {what}", refused=True)
    if live:
        return (open_ones or live)[0]
    return found[-1] if found else None
