"""Pieces to be moved in Tryton, and internal shipments that move them once.

An internal shipment carries the name of our message as its reference and is looked for before it is
made. Making one moves nothing yet: if a late request makes a second one, only the first is ever
carried out and the rest are cancelled, so stock is never booked twice."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wms_bridge.connectors.tryton.documents import SHIPMENT_FIELDS, Row
from wms_bridge.connectors.tryton.wire import ChangedMeanwhile, TrytonWire
from wms_bridge.ports.store import DeliveryFailed

INTERNAL = "stock.shipment.internal"
FIELDS = [name for name in SHIPMENT_FIELDS if name != "moves.origin"]
_OPEN = ("request", "draft", "waiting", "assigned")
_STEPS = 8
"""More than any shipment needs; people may undo some meanwhile."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """``quantity`` pieces to go from one location to another, all by number. ``origin`` is the move
    that asked for them."""

    product: int
    unit: int
    quantity: int
    from_location: int
    to_location: int
    lot: int | None = None
    origin: int | None = None

    def record(self) -> dict[str, Any]:
        """As a new ``stock.move``."""
        values: dict[str, Any] = {
            "product": self.product,
            "unit": self.unit,
            "quantity": float(self.quantity),
            "from_location": self.from_location,
            "to_location": self.to_location,
        }
        if self.lot is not None:
            values["lot"] = self.lot
        if self.origin is not None:
            values["origin"] = f"stock.move,{self.origin}"
        return values


def as_wanted(moves: Sequence[Row], wanted: Sequence[Transfer]) -> bool:
    """Whether these moves are just the transfers wanted."""
    there = Counter(_key_of_move(move) for move in moves if move["quantity"])
    return there == Counter(_key(transfer) for transfer in wanted)


def _key(transfer: Transfer) -> tuple[object, ...]:
    origin = None if transfer.origin is None else f"stock.move,{transfer.origin}"
    ends = (transfer.from_location, transfer.to_location)
    return (transfer.product, float(transfer.quantity), *ends, transfer.lot, origin)


def _key_of_move(move: Row) -> tuple[object, ...]:
    ends = (move["from_location"], move["to_location"])
    origin = move.get("origin") or None
    return (move["product"], float(move["quantity"]), *ends, move.get("lot"), origin)


def replacing(moves: Sequence[Row], wanted: Sequence[Transfer]) -> list[Any]:
    """What makes a list of moves that are not done the ones wanted."""
    gone = [move["id"] for move in moves if move["state"] != "done"]
    return [["delete", gone], ["create", [one.record() for one in wanted]]]


class InternalShipments:
    """Internal shipments by reference."""

    def __init__(self, wire: TrytonWire):
        self._wire = wire

    async def done(self, reference: str) -> bool:
        """Whether one with this reference is carried out."""
        domain = [["reference", "=", reference], ["state", "=", "done"]]
        return bool(await self._wire.find(INTERNAL, domain, ["id"], limit=1))

    async def carry_out(
        self, reference: str, ends: tuple[int, int], wanted: Sequence[Transfer]
    ) -> None:
        """Have the pieces moved once; ``ends`` contain all places of the transfers."""
        if not wanted:
            return
        for _ in range(_STEPS):
            found = await self._found(reference)
            done = [one for one in found if one["state"] == "done"]
            rest = [one for one in found if one["state"] in _OPEN]
            if done or len(rest) > 1:
                await self._cancel(rest if done else rest[1:])
            if done:
                return
            if not rest:
                await self._make(reference, ends, wanted)
            else:
                await self._step(rest[0], wanted)
        raise ChangedMeanwhile(f"{reference}: somebody works on it at the WMS", refused=False)

    async def _found(self, reference: str) -> list[dict[str, Any]]:
        return await self._wire.find(INTERNAL, [["reference", "=", reference]], FIELDS)

    async def _cancel(self, shipments: Sequence[Row]) -> None:
        if shipments:
            numbers = [one["id"] for one in shipments]
            await self._wire.do(f"{INTERNAL}.cancel", numbers)

    async def _make(
        self, reference: str, ends: tuple[int, int], wanted: Sequence[Transfer]
    ) -> None:
        record: dict[str, Any] = {
            "reference": reference,
            "from_location": ends[0],
            "to_location": ends[1],
        }
        if all((one.from_location, one.to_location) == ends for one in wanted):
            record["moves"] = [["create", [one.record() for one in wanted]]]
        numbers = await self._wire.do(f"{INTERNAL}.create", [record])
        await self._wire.do(f"{INTERNAL}.wait", numbers)

    async def _step(self, shipment: Row, wanted: Sequence[Transfer]) -> None:
        number, state = [shipment["id"]], shipment["state"]
        fits = as_wanted(shipment["moves."], wanted)
        if state == "request":
            await self._wire.do(f"{INTERNAL}.draft", number)
        elif state == "draft" or (state == "assigned" and not fits):
            await self._wire.do(f"{INTERNAL}.wait", number)
        elif not fits:
            moves = replacing(shipment["moves."], wanted)
            await self._wire.do(f"{INTERNAL}.write", number, {"moves": moves})
        else:
            if state == "waiting":
                await self._wire.do(f"{INTERNAL}.assign_force", number)
            await self._wire.do(f"{INTERNAL}.do", number)


def only_one(found: Sequence[Row], what: str) -> Row | None:
    """The document meant: the first that is not cancelled, or the last that is. Two that are open
    are refused: people have to say which one is meant."""
    live = [one for one in found if one["state"] != "cancelled"]
    open_ones = [one for one in live if one["state"] != "done"]
    if len(open_ones) > 1:
        raise DeliveryFailed(f"Tryton has {len(open_ones)} open documents {what}", refused=True)
    if live:
        return (open_ones or live)[0]
    return found[-1] if found else None
