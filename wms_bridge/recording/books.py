"""What the books say now, as an entry of a recording; and events of the feed as entries."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from planner.codec.messages import encode, event_to_json, to_json
from planner.warehouse.events import (
    InterventionAsked,
    OrderCancelled,
    OrderChanged,
    OrderPrioritised,
    OrderReceived,
    PickConfirmed,
    PickWithdrawn,
    PolicySet,
    RuleCleared,
    RuleSet,
    StationClosed,
    StationOpened,
)
from planner.warehouse.flows import Flow
from planner.warehouse.site import Site
from wms_bridge.ports.store import Reading
from wms_bridge.recording.entries import Entry, EntryKind
from wms_bridge.records.work import (
    LineRecord,
    NumberedEvent,
    OrderQuery,
    OrderRecord,
    OrderStatus,
    PickRecord,
    Sort,
)

_BY_OPERATORS = (
    InterventionAsked,
    OrderCancelled,
    OrderChanged,
    OrderPrioritised,
    PolicySet,
    RuleCleared,
    RuleSet,
    StationClosed,
    StationOpened,
)
"""Events that somebody caused who decides; they are marks on the line of time."""
_TOLD = (*_BY_OPERATORS, OrderReceived, PickConfirmed, PickWithdrawn)
_PAGE = 1000
Shown = dict[str, list[PickRecord]]


def books_entry(tx: Reading, site: Site, at_ms: int, read_ms: int) -> Entry:
    """Open orders, rules and closed stations, for a segment that begins at ``at_ms``; they were
    read at ``read_ms``."""
    shown: Shown = defaultdict(list)
    for station in site.stations:
        for pick in tx.open_picks(station.id, 0):
            shown[pick.task.line].append(pick)
    told = {
        "read_ms": read_ms,
        "number": tx.last_event(),
        "orders": [_order(tx, record, shown) for record in _open_orders(tx)],
        "rules": [to_json(one.rule) for one in tx.rules()],
        "closed": {one.station: one.at_once for one in tx.stations() if one.closed},
    }
    return Entry(EntryKind.BOOKS, at_ms, encode(told))


def events_after(tx: Reading, number: int) -> tuple[int, Sequence[Entry], Sequence[bytes]]:
    """Events of the feed behind a number: the number of the last, entries of those that are
    recorded, and notes of those that operators caused."""
    entries: list[Entry] = []
    notes: list[bytes] = []
    while found := tx.events(number, _PAGE):
        number = found[-1].number
        for one in found:
            if isinstance(one.event, _TOLD):
                body = encode(_event(tx, one))
                entries.append(Entry(EntryKind.EVENT, one.at_ms, body))
                if isinstance(one.event, _BY_OPERATORS):
                    notes.append(body)
    return number, entries, notes


def _event(tx: Reading, one: NumberedEvent) -> dict[str, Any]:
    told = {"number": one.number, "at_ms": one.at_ms, "event": event_to_json(one.event)}
    if isinstance(one.event, PickConfirmed | PickWithdrawn):
        pick = tx.pick(one.event.pick)
        if pick is not None:
            task = pick.task
            told |= {"order": task.order, "line": task.line, "station": task.station}
    return told


def _open_orders(tx: Reading) -> Iterator[OrderRecord]:
    after = 0
    while found := tx.orders(OrderQuery(OrderStatus.OPEN, Sort.OLDEST, after, limit=_PAGE)):
        yield from found
        after = found[-1].number


def _order(tx: Reading, record: OrderRecord, shown: Shown) -> dict[str, Any]:
    return {
        "order": record.order,
        "received_ms": record.received_ms,
        "due_ms": record.due_ms,
        "priority": record.priority,
        "lines": [_line(line, shown.get(line.line, [])) for line in tx.lines(record.order)],
    }


def _line(line: LineRecord, shown: Sequence[PickRecord]) -> dict[str, Any]:
    return {
        "line": line.line,
        "sku": line.sku,
        "quantity": line.quantity,
        "picked": line.picked,
        "short": line.short,
        "routed": line.flow is not Flow.GOODS_TO_PERSON,
        "shown": [
            {
                "pick": one.task.pick,
                "quantity": one.task.quantity,
                "station": one.task.station,
                "pod": one.task.pod,
                "robot": one.robot,
            }
            for one in shown
        ],
    }
