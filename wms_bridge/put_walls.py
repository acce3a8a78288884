"""Which place on the put wall the tote of an order has.

The dispatcher says which orders a station works on, at most as many as its put wall has places; the
bridge says which place is whose. An order keeps its place for as long as it is open.
"""

from collections.abc import Collection, Iterable, Sequence

from planner.warehouse.ids import OrderId, StationId
from planner.warehouse.picks import PickTask
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.walls import WallPlace
from wms_bridge.records.work import OrderStatus
from wms_bridge.shelves import Shelves


def place_orders(tx: Writing, shelves: Shelves, picks: Iterable[PickTask], now_ms: int) -> None:
    """Give the orders of picks that are shown a place each on the put wall of their station, unless
    they have one: the lowest that nobody needs. An order for which none is left stays without."""
    orders: dict[StationId, list[OrderId]] = {}
    for task in picks:
        orders.setdefault(task.station, []).append(task.order)
    for station, some in orders.items():
        _place(tx, shelves, station, some, now_ms)


def _place(
    tx: Writing, shelves: Shelves, station: StationId, orders: Sequence[OrderId], now_ms: int
) -> None:
    wall = tx.wall(station)
    taken = {place.order for place in wall}
    new = [order for order in dict.fromkeys(orders) if order not in taken]
    if not new:
        return
    asked = set(orders)
    needed = {one.place for one in wall if one.order in asked or _needs(tx, station, one.order)}
    for order, place in zip(new, _free(shelves.order_slots[station], needed), strict=False):
        tx.put_wall_place(WallPlace(station, place, order, now_ms))


def _free(size: int, needed: Collection[int]) -> list[int]:
    return [place for place in range(1, size + 1) if place not in needed]


def _needs(tx: Reading, station: StationId, order: OrderId) -> bool:
    """Whether the tote of an order is to stay: it is open, and something is in it or to come."""
    record = tx.order(order)
    if record is None or record.status is not OrderStatus.OPEN:
        return False
    picks = (*tx.order_picks(order), *tx.confirmed_picks(order))
    return any(pick.task.station == station for pick in picks)
