"""A Tryton held against our books and against what really lies in the pods, after all is done.

It is asked directly, not through the link, and everything is read anew."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from planner.warehouse.ids import Sku, SlotId
from planner.warehouse.stock import Balance, pod_of
from wms_bridge.connectors.tryton.address import read_address
from wms_bridge.connectors.tryton.connector import TrytonConnector

OUT, IN, INTERNAL = "stock.shipment.out", "stock.shipment.in", "stock.shipment.internal"
_ENDED = {OUT: ("done", "cancelled"), IN: ("done",), INTERNAL: ("done", "cancelled")}
ADJUSTED = "stock-adjusted/"
PAGE = 1000
Place = tuple[str, Sku]
"""A pod and an SKU in it."""
Picked = Mapping[tuple[str, Sku], int]
"""Pieces by order and SKU."""


@dataclass(frozen=True, slots=True)
class WmsBooks:
    """What a Tryton has: states of its shipments by kind and reference, pieces by pod and SKU, and
    pieces that left the house by order and SKU."""

    documents: Mapping[str, Mapping[str, tuple[str, ...]]]
    stock: Mapping[Place, int]
    shipped: Picked


@dataclass(frozen=True, slots=True)
class WmsAudit:
    """What came of it; every list is empty if all is well. ``orders`` shipped or closed,
    ``receipts`` put away, ``adjusted`` corrections booked and ``places`` compared."""

    orders: int
    receipts: int
    adjusted: int
    places: int
    pieces: int
    lost: tuple[str, ...]
    """Documents that we have and the WMS has not, or not to the end."""
    twice: tuple[str, ...]
    """Documents that it has more than once."""
    unequal: tuple[str, ...]
    """Places where the books, or the shelves, differ."""
    wrongly_shipped: tuple[str, ...]
    """Orders of which other pieces left the house than were picked."""

    @property
    def complaints(self) -> tuple[str, ...]:
        """In words."""
        found = (
            ("documents lost at the WMS", self.lost),
            ("documents of the WMS twice", self.twice),
            ("places with unequal stock", self.unequal),
            ("orders shipped other than picked", self.wrongly_shipped),
        )
        return tuple(
            f"{len(names)} {what}: {', '.join(names[:5])}" for what, names in found if names
        )


async def read_books(url: str) -> WmsBooks:
    """All of it. :class:`DeliveryFailed` if the server is not well."""
    address = read_address(url)
    wire, connector = address.wire(), TrytonConnector(address)
    try:
        documents, owners = {}, {}
        for model in (OUT, IN, INTERNAL):
            found: dict[str, tuple[str, ...]] = {}
            for row in await _all(wire.find, model, [], ["reference", "number", "state"]):
                name = str(row["reference"] or row["number"])
                found[name] = (*found.get(name, ()), row["state"])
                owners[f"{model},{row['id']}"] = name
            documents[model] = found
        stock: Counter[Place] = Counter()
        for at in (await connector.stock()).stock:
            stock[at.location, at.sku] += at.quantity
        return WmsBooks(documents, stock, await _shipped(wire.find, owners))
    finally:
        await wire.close()
        await connector.close()


async def _shipped(find: Any, owners: Mapping[str, str]) -> Picked:
    domain = [["state", "=", "done"], ["to_location.type", "=", "customer"]]
    shipped: Counter[tuple[str, Sku]] = Counter()
    fields = ["shipment", "product.code", "internal_quantity"]
    for row in await _all(find, "stock.move", domain, fields):
        order = owners.get(str(row["shipment"]), "unknown")
        shipped[order, Sku(row["product."]["code"])] += round(row["internal_quantity"])
    return shipped


async def _all(find: Any, model: str, domain: list[Any], fields: list[str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while True:
        after = rows[-1]["id"] if rows else 0
        page = await find(model, [["id", ">", after], *domain], fields, None, PAGE)
        rows += page
        if len(page) < PAGE:
            return rows


def audit(
    books: WmsBooks,
    pods: Set[str],
    orders: Iterable[str],
    receipts: Iterable[str],
    picked: Picked,
    ledger: Sequence[Balance],
    shelves: Mapping[SlotId, int] | None,
) -> WmsAudit:
    """Hold what is in ``pods`` against our orders and receipts (ids), what was picked, our stock,
    and what really lies in the slots (``None``: not known), each of the SKU of its balance."""
    wanted = {OUT: list(orders), IN: list(receipts)}
    ours = _by_place((balance.slot, balance.sku, balance.quantity) for balance in ledger)
    known = {balance.slot: balance.sku for balance in ledger}
    real = ours
    if shelves is not None:
        real = _by_place((slot, known.get(slot, Sku("?")), left) for slot, left in shelves.items())
    theirs = {place: left for place, left in books.stock.items() if left and place[0] in pods}
    places = sorted({*ours, *theirs, *real})
    lost = {
        model: [name for name in names if not _over(model, books.documents[model].get(name, ()))]
        for model, names in wanted.items()
    }
    return WmsAudit(
        orders=len(wanted[OUT]) - len(lost[OUT]),
        receipts=len(wanted[IN]) - len(lost[IN]),
        adjusted=sum(
            name.startswith(ADJUSTED) and "done" in states
            for name, states in books.documents[INTERNAL].items()
        ),
        places=len(places),
        pieces=sum(theirs.values()),
        lost=(*lost[OUT], *lost[IN]),
        twice=tuple(_twice(books.documents)),
        unequal=tuple(_unequal(places, theirs, ours, real)),
        wrongly_shipped=tuple(_wrongly_shipped(books.shipped, picked)),
    )


def _unequal(
    places: Iterable[Place],
    theirs: Mapping[Place, int],
    ours: Mapping[Place, int],
    real: Mapping[Place, int],
) -> Iterable[str]:
    for place in places:
        told, booked, there = (held.get(place, 0) for held in (theirs, ours, real))
        if not told == booked == there:
            yield f"{' '.join(place)}: WMS {told}, ledger {booked}, shelves {there}"


def _wrongly_shipped(shipped: Picked, picked: Picked) -> Iterable[str]:
    for key in sorted({*picked, *shipped}):
        if shipped.get(key, 0) != picked.get(key, 0):
            yield f"{' '.join(key)}: shipped {shipped.get(key, 0)}, picked {picked.get(key, 0)}"


def _over(model: str, states: Sequence[str]) -> bool:
    """Whether a document is there and at its end."""
    return any(state in _ENDED[model] for state in states)


def _twice(documents: Mapping[str, Mapping[str, tuple[str, ...]]]) -> Iterable[str]:
    """Of internal shipments those that are cancelled moved nothing and do not count."""
    for model, found in documents.items():
        for name, states in found.items():
            live = [state for state in states if state != "cancelled"]
            if len(live) > 1 or (model != INTERNAL and len(states) > 1):
                yield f"{model} {name} ({', '.join(states)})"


def _by_place(slots: Iterable[tuple[SlotId, Sku, int]]) -> dict[Place, int]:
    pieces: Counter[Place] = Counter()
    for slot, sku, quantity in slots:
        pieces[pod_of(slot), sku] += quantity
    return {place: left for place, left in pieces.items() if left}
