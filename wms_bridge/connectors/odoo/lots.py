"""Pieces without a lot, of an article of which Odoo wants one: the lots that lie there."""

from collections.abc import Sequence
from dataclasses import replace

from wms_bridge.connectors.odoo.booking import Pieces
from wms_bridge.connectors.odoo.documents import whole
from wms_bridge.connectors.odoo.masters import number_of
from wms_bridge.connectors.odoo.wire import OdooWire
from wms_bridge.ports.store import DeliveryFailed

Held = tuple[int, int]
"""A lot and its pieces."""


async def lots_at(wire: OdooWire, article: int, location: int) -> list[Held]:
    """Lots of an article that lie there, by number, and how much of each."""
    domain = [
        ["product_id", "=", article],
        ["location_id", "=", location],
        ["lot_id", "!=", False],
        ["quantity", ">", 0],
    ]
    found = await wire.find("stock.quant", domain, ["lot_id", "quantity"])
    return sorted((number_of(row["lot_id"]), whole(row["quantity"])) for row in found)


def spread(missing: int, lots: Sequence[Held]) -> list[Held]:
    """Pieces to be taken of each lot, the oldest first; what the lots do not have is of the
    newest. :class:`DeliveryFailed` (refused) if there is no lot."""
    if not lots:
        raise DeliveryFailed("Odoo wants a lot, and none lies there", refused=True)
    found: dict[int, int] = {}
    for lot, there in lots:
        if taken := min(missing, there):
            found[lot] = taken
            missing -= taken
    if missing:
        found[lots[-1][0]] = found.get(lots[-1][0], 0) + missing
    return list(found.items())


async def with_lots(wire: OdooWire, wanted: Sequence[Pieces]) -> list[Pieces]:
    """The same pieces, each with a lot where Odoo wants one."""
    found: list[Pieces] = []
    left: dict[tuple[int, int], list[Held]] = {}
    for one in wanted:
        if not one.article.has_lots or one.lot is not None:
            found.append(one)
            continue
        place = (one.article.number, one.from_location)
        if place not in left:
            left[place] = await lots_at(wire, *place)
        taken = spread(one.quantity, left[place])
        found += [replace(one, lot=lot, quantity=pieces) for lot, pieces in taken]
        gone = dict(taken)
        left[place] = [(lot, there - gone.get(lot, 0)) for lot, there in left[place]]
    return found
