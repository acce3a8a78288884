"""Open orders as the bridge's books have them, kept from look to look: only what has changed is
read again, so that a look at ten thousand orders costs little."""

from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace

from planner.warehouse.ids import OrderId
from wms_bridge.foresight.situation import OpenLine, OpenOrder
from wms_bridge.ports.store import Reading
from wms_bridge.records.work import LineRecord, OrderRecord

_CHUNK = 2000
"""Orders whose lines are read at once."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """An order as it was read, the record it was made from, and how many picks it had open."""

    record: OrderRecord
    order: OpenOrder
    open_picks: int


class OrderMirror:
    """Not for several threads."""

    def __init__(self) -> None:
        self._kept: dict[OrderId, _Kept] = {}

    def renew(self, tx: Reading, site_time: Callable[[int], int]) -> tuple[OrderId, ...]:
        """Read what has changed; the orders that are not open any more. ``site_time`` turns times
        of the bridge's clock (ms) into the site's."""
        records = tx.open_orders()
        shown = Counter(pick.task.order for pick in tx.all_open_picks())
        now = {record.order for record in records}
        gone = tuple(order for order in self._kept if order not in now)
        for order in gone:
            del self._kept[order]
        stale = [one for one in records if self._is_stale(one, shown[one.order])]
        for start in range(0, len(stale), _CHUNK):
            self._read(tx, stale[start : start + _CHUNK], shown, site_time)
        return gone

    def orders(self) -> tuple[OpenOrder, ...]:
        """All open orders."""
        return tuple(kept.order for kept in self._kept.values())

    def _is_stale(self, record: OrderRecord, shown: int) -> bool:
        kept = self._kept.get(record.order)
        return kept is None or kept.record != record or kept.open_picks != shown

    def _read(
        self,
        tx: Reading,
        records: Sequence[OrderRecord],
        shown: Counter[OrderId],
        site_time: Callable[[int], int],
    ) -> None:
        lines = tx.lines_of({one.order for one in records})
        begun: Set[OrderId] = {one.order for one in records if one.picked or shown[one.order]}
        stations = tx.pick_stations(begun) if begun else {}
        for record in records:
            name = record.order
            order = open_order(record, lines.get(name, ()), site_time(record.received_ms))
            order = replace(order, shown=shown[name] > 0, station=stations.get(name))
            self._kept[name] = _Kept(record, order, shown[name])


def open_order(record: OrderRecord, lines: Sequence[LineRecord], received_ms: int) -> OpenOrder:
    """An order with the lines of which something is left; ``received_ms`` by the site's clock."""
    return OpenOrder(
        order=record.order,
        number=record.number,
        etag=record.etag,
        priority=record.priority,
        received_ms=received_ms,
        due_ms=record.due_ms,
        line_count=record.lines,
        lines_closed=record.lines_closed,
        pieces=record.pieces,
        picked=record.picked,
        short=record.short,
        lines=tuple(
            OpenLine(one.line, one.sku, one.quantity - one.picked - one.short)
            for one in lines
            if not one.closed
        ),
    )
