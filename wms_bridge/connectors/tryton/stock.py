"""Stock as Tryton has it, and what was booked since.

Tryton has no call that tells stock by location for all articles. It is summed here from the moves:
closed periods have their sums (``stock.period.cache``), and the moves after the last one are read
page by page. Which moves are in the sum is known exactly, so the moves that come later are told
apart from them whatever was booked meanwhile."""

import datetime as dt
from collections import Counter
from collections.abc import Set
from typing import Any

from planner.warehouse.ids import Sku
from wms_bridge.connectors.port import Page, StockAt, StockMove, StockSnapshot
from wms_bridge.connectors.tryton.documents import (
    MOVE_FIELDS,
    Row,
    lot_and_sku,
    place_of,
    stock_moves,
)
from wms_bridge.connectors.tryton.masters import Masters
from wms_bridge.connectors.tryton.tail import LONG_AGO, Stamped, Tail, read_tail
from wms_bridge.connectors.tryton.values import whole
from wms_bridge.connectors.tryton.wire import TrytonWire

MOVE = "stock.move"
PAGE = 1000
OUR_KINDS = ("stock-adjusted/", "receipt-put-away/", "order-cancelled/", "order-confirmed/")
"""How references of internal shipments begin that tell what the bridge told."""
_BOOKED = [["effective_date", "!=", None], ["state", "in", ["done", "cancelled"]]]
Place = tuple[str, Sku, str]


class Books:
    """Reads stock and moves."""

    def __init__(self, wire: TrytonWire, masters: Masters, overlap: dt.timedelta):
        self._wire = wire
        self._masters = masters
        self._overlap = overlap

    async def snapshot(self) -> StockSnapshot:
        """All stock in the storage zone, and a cursor of :meth:`moves` to go on from."""
        latest = await self._latest()
        zone = [["parent", "child_of", [(await self._masters.warehouse()).storage], "parent"]]
        inside = {row["id"] for row in await self._wire.find("stock.location", zone, ["id"])}
        since, sums = await self._closed(inside)
        floor = latest if latest == LONG_AGO else latest - self._overlap
        seen: list[Stamped] = []
        number = 0
        while True:
            page = await self._page(number, since)
            for move in page:
                _add(sums, move, inside)
                if move["last_modified_at"] >= floor:
                    seen.append((move["id"], move["last_modified_at"]))
            if len(page) < PAGE:
                break
            number = page[-1]["id"]
        tail = Tail(latest, dict(seen))
        stock = tuple(
            StockAt(place, sku, quantity, lot)
            for (place, sku, lot), quantity in sorted(sums.items())
            if quantity
        )
        return StockSnapshot(stock, tail.to_cursor())

    async def moves(self, cursor: str) -> Page[StockMove]:
        """What was booked since, undone bookings too."""
        tail = read_tail(cursor)
        found, more = await latest_changes(
            self._wire, MOVE, [_BOOKED, self._goods()], tail, self._overlap
        )
        if not found:
            return Page((), tail.to_cursor(), more)
        rows = await self._wire.find(MOVE, [["id", "in", [one[0] for one in found]]], MOVE_FIELDS)
        us, ours = self._wire.user_number, await self._our_references(rows)
        by_number = {row["id"]: row for row in rows}
        items = [
            one
            for number, _ in found
            if number in by_number
            for one in stock_moves(by_number[number], us, ours, tail, self._overlap)
        ]
        return Page(tuple(items), tail.after(found, self._overlap).to_cursor(), more)

    async def lots_at(self, location: int, product: int) -> list[tuple[int, int]]:
        """Lots of an article that lie there, by number, and how much of each."""
        found = await self._wire.find(
            "stock.lot",
            [["product", "=", product], ["quantity", ">", 0]],
            ["quantity"],
            locations=[location],
        )
        return [(row["id"], whole(row["quantity"])) for row in found]

    def _goods(self) -> list[Any]:
        return [["product.code", "!=", None], ["product.code", "!=", ""]]

    async def _latest(self) -> dt.datetime:
        order = [["last_modified_at", "DESC"]]
        found = await self._wire.find(MOVE, [_BOOKED], ["last_modified_at"], order, 1)
        return found[0]["last_modified_at"] if found else LONG_AGO

    async def _page(self, after: int, since: dt.date | None) -> list[dict[str, Any]]:
        domain: list[Any] = [_BOOKED, ["state", "=", "done"], ["id", ">", after], self._goods()]
        if since is not None:
            domain.append(["effective_date", ">", since])
        return await self._wire.find(MOVE, domain, MOVE_FIELDS, limit=PAGE)

    async def _closed(self, inside: Set[int]) -> tuple[dt.date | None, Counter[Place]]:
        """Until when the last closed period goes, and its sums."""
        order = [["date", "DESC"]]
        periods = await self._wire.find(
            "stock.period", [["state", "=", "closed"]], ["date"], order, 1
        )
        sums: Counter[Place] = Counter()
        if not periods:
            return None, sums
        fields = ["location", "location.code", "location.name", "product.code", "internal_quantity"]
        domain = [["period", "=", periods[0]["id"]], ["location", "in", list(inside)]]
        for row in await self._wire.find("stock.period.cache", domain, fields):
            sums[_place(row, "")] += whole(row["internal_quantity"])
        fields = [*fields, "lot.number"]
        for row in await self._wire.find("stock.period.cache.lot", domain, fields):
            if lot := row["lot."]:
                pieces = whole(row["internal_quantity"])
                sums[_place(row, "")] -= pieces
                sums[_place(row, lot["number"])] += pieces
        until: dt.date = periods[0]["date"]
        return until, sums

    async def _our_references(self, moves: list[dict[str, Any]]) -> dict[str, str]:
        kind = "stock.shipment.internal"
        internal = {str(move["shipment"] or "").partition(",")[::2] for move in moves}
        numbers = [int(number) for name, number in internal if name == kind]
        if not numbers:
            return {}
        found = await self._wire.find(kind, [["id", "in", numbers]], ["reference"])
        return {
            f"{kind},{row['id']}": row["reference"]
            for row in found
            if str(row["reference"] or "").startswith(OUR_KINDS)
        }


async def latest_changes(
    wire: TrytonWire,
    model: str,
    domain: list[Any],
    tail: Tail,
    overlap: dt.timedelta,
    limit: int = 100,
    stamp: str = "last_modified_at",
) -> tuple[tuple[Stamped, ...], bool]:
    """Numbers and stamps of records changed since, at most so many, and whether there are more."""
    since = [stamp, ">=", tail.floor(overlap)]
    order = [[stamp, "ASC"], ["id", "ASC"]]
    asked = limit + len(tail.seen) + 1
    found = await wire.find(model, [*domain, since], [stamp], order, asked)
    stamped = [(int(row["id"]), row[stamp]) for row in found]
    fresh = tail.fresh(stamped, limit + 1)
    return fresh[:limit], len(fresh) > limit


def _add(sums: Counter[Place], move: Row, inside: Set[int]) -> None:
    pieces = whole(move["internal_quantity"])
    lot, sku = lot_and_sku(move)
    for end, sign in (("from_location", -1), ("to_location", 1)):
        if move[end] in inside:
            sums[place_of(move, end), sku, lot] += sign * pieces


def _place(row: Row, lot: str) -> Place:
    location = row["location."]
    return (str(location["code"] or location["name"]), Sku(row["product."]["code"]), lot)
