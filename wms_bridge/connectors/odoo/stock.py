"""Stock as Odoo has it (``stock.quant``), and what was booked since (``stock.move.line``)."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from planner.warehouse.ids import Sku
from wms_bridge.connectors.odoo.booking import LINE, PICKING, codes_of
from wms_bridge.connectors.odoo.documents import LINE_FIELDS, lot_of, whole
from wms_bridge.connectors.odoo.masters import Masters, number_of, place_of
from wms_bridge.connectors.odoo.tail import Tail, at_ms, latest_changes, read_tail, when
from wms_bridge.connectors.odoo.wire import OdooWire, Row
from wms_bridge.connectors.port import Page, StockAt, StockMove, StockSnapshot
from wms_bridge.ports.store import DeliveryFailed

TRIES = 10
PAUSE_S = 0.2
OUR_KINDS = ("stock-adjusted/", "receipt-put-away/", "order-cancelled/", "order-confirmed/")
"""How source documents of transfers begin that tell what the bridge told."""
FIELDS = [*LINE_FIELDS, "date", "write_uid"]
_DONE: list[Any] = [["state", "=", "done"], ["qty_done", "!=", 0]]


class Books:
    """Reads stock and moves."""

    def __init__(self, wire: OdooWire, masters: Masters, overlap: dt.timedelta):
        self._wire = wire
        self._masters = masters
        self._overlap = overlap
        self._units: dict[int, float] = {}

    async def snapshot(self) -> StockSnapshot:
        """All stock below the stock location, and a cursor of :meth:`moves` to go on from. What was
        booked is read before and after: only if that is the same, the stock goes with it.
        :class:`DeliveryFailed` if Odoo books without a pause."""
        places = await self._places(await self._masters.inside())
        before = await self._booked()
        for _ in range(TRIES):
            quants = await self._quants(sorted(places))
            after = await self._booked()
            if after == before:
                return StockSnapshot(await self._stock(quants, places), after.to_cursor())
            before = after
            await asyncio.sleep(PAUSE_S)
        raise DeliveryFailed("Odoo books without a pause: no snapshot", refused=False)

    async def moves(self, cursor: str) -> Page[StockMove]:
        """What was booked since."""
        tail = read_tail(cursor)
        rows, more = await latest_changes(self._wire, LINE, _DONE, FIELDS, tail, self._overlap)
        floor = tail.floor(self._overlap)
        news = [row for row in rows if row["id"] not in tail.seen and when(row["date"]) >= floor]
        items = await self._stock_moves(news)
        return Page(tuple(items), tail.after(rows, self._overlap).to_cursor(), more)

    async def _booked(self) -> Tail:
        """What is booked up to now."""
        newest = await self._wire.find(LINE, _DONE, ["write_date"], "write_date desc", 1)
        if not newest:
            return Tail()
        tail = Tail(when(newest[0]["write_date"]))
        since = str(tail.floor(self._overlap))
        rows = await self._wire.find(LINE, [*_DONE, ["write_date", ">=", since]], FIELDS)
        return Tail().after(rows, self._overlap)

    async def _quants(self, places: Sequence[int]) -> list[Row]:
        fields = ["location_id", "product_id", "lot_id", "quantity"]
        domain = [["location_id", "in", list(places)], ["quantity", "!=", 0]]
        return await self._wire.find("stock.quant", domain, fields)

    async def _stock(self, quants: Sequence[Row], places: Mapping[int, str]) -> tuple[StockAt, ...]:
        codes = await codes_of(self._wire, quants)
        sums: Counter[tuple[str, str, str]] = Counter()
        for quant in quants:
            code = codes.get(number_of(quant["product_id"]))
            if code:
                place = places[number_of(quant["location_id"])]
                sums[place, code, lot_of(quant)] += whole(quant["quantity"])
        return tuple(
            StockAt(place, Sku(code), pieces, lot)
            for (place, code, lot), pieces in sorted(sums.items())
            if pieces
        )

    async def _stock_moves(self, rows: Sequence[Row]) -> list[StockMove]:
        ends = {number_of(row[end]) for row in rows for end in ("location_id", "location_dest_id")}
        places = await self._places([["id", "in", sorted(ends)]]) if ends else {}
        codes = await codes_of(self._wire, rows)
        ours = await self._ours(rows)
        units = await self._factors(rows)
        found = []
        for row in rows:
            code = codes.get(number_of(row["product_id"]))
            if not code:
                continue
            found.append(
                StockMove(
                    str(row["id"]),
                    places[number_of(row["location_id"])],
                    places[number_of(row["location_dest_id"])],
                    Sku(code),
                    whole(row["qty_done"] * units[row["id"]]),
                    at_ms(row["date"]),
                    lot_of(row),
                    row["id"] in ours,
                )
            )
        return found

    async def _places(self, domain: list[Any]) -> dict[int, str]:
        archived_too = ["active", "in", [True, False]]
        fields = ["name", "barcode"]
        found = await self._wire.find("stock.location", [*domain, archived_too], fields)
        return {row["id"]: place_of(row) for row in found}

    async def _ours(self, rows: Sequence[Row]) -> Collection[int]:
        """Those booked by us, by user and by what they belong to."""
        mine = [row for row in rows if number_of(row["write_uid"]) == self._wire.user_number]
        of = {row["id"]: number_of(row["picking_id"]) for row in mine if row["picking_id"]}
        domain = [["id", "in", sorted(set(of.values()))]]
        fields = ["origin", "picking_type_code"]
        found = await self._wire.find(PICKING, domain, fields) if of else []
        told = {
            row["id"]
            for row in found
            if row["picking_type_code"] == "outgoing"
            or str(row["origin"] or "").startswith(OUR_KINDS)
        }
        return {line for line, picking in of.items() if picking in told}

    async def _factors(self, rows: Sequence[Row]) -> dict[int, float]:
        """Pieces in the article's own unit for one in the unit of each line."""
        if not rows:
            return {}
        if not self._units:
            found = await self._wire.find("uom.uom", [], ["factor"])
            self._units = {row["id"]: row["factor"] for row in found}
        numbers = sorted({number_of(row["product_id"]) for row in rows})
        domain = [["id", "in", numbers], ["active", "in", [True, False]]]
        found = await self._wire.find("product.product", domain, ["uom_id"])
        own = {row["id"]: self._units[number_of(row["uom_id"])] for row in found}
        return {
            row["id"]: own[number_of(row["product_id"])]
            / self._units[number_of(row["product_uom_id"])]
            for row in rows
        }
