"""The books of a slot as of an observation, and whether pieces moved while it was made.

A piece is taken before the pick is confirmed, so nobody knows whether somebody who looks at a slot
with a pick or put open sees it before or after. Such a look is worth nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from planner.warehouse.counts import SlotCount
from planner.warehouse.ids import Sku, SlotId
from wms_bridge.ledger import Entry, slot_account
from wms_bridge.ports.store import Reading
from wms_bridge.reconciling import SlotBooks
from wms_bridge.records.counts import CountCase, CountParams
from wms_bridge.records.work import PickRecord, PutRecord


@dataclass(frozen=True, slots=True)
class Observed:
    """``books`` of the SKU counted; ``others`` are SKUs of which the slot should have pieces as
    well."""

    books: SlotBooks
    others: tuple[Sku, ...]


def books_of(tx: Reading, count: SlotCount, params: CountParams) -> Observed:
    """The books as of a count from sensors."""
    account = slot_account(count.slot)
    begin_ms, end_ms = count.from_ms - params.skew_ms, count.until_ms + params.skew_ms
    entries = tx.movements_of(account, begin_ms)
    held = Counter({place.sku: place.quantity for place in tx.holdings(account=account)})
    for entry in entries:
        if entry.movement.at_ms > count.from_ms:
            held[entry.movement.sku] -= _change(entry, count.slot)
    corrected = any(entry.movement.reason.corrects for entry in entries)
    moved = corrected or _moved(entries, begin_ms, end_ms) or count.books != held[count.sku]
    tasks = _tasks(tx, count.slot, begin_ms)
    books = SlotBooks(
        held[count.sku],
        moved or any(task.shown_ms <= end_ms for task in tasks),
        sum(task.closed_ms is None for task in tasks),
        piece_value(tx, count.sku),
    )
    return Observed(books, _others(held, count.sku))


def books_now(tx: Reading, slot: SlotId, sku: Sku, since_ms: int, now_ms: int) -> Observed:
    """The books as of a person's count that was made some time from ``since_ms`` to now."""
    account = slot_account(slot)
    held = Counter({place.sku: place.quantity for place in tx.holdings(account=account)})
    moved = _moved(tx.movements_of(account, since_ms), since_ms, now_ms)
    busy = bool(_tasks(tx, slot, since_ms))
    books = SlotBooks(held[sku], moved or busy, piece_value=piece_value(tx, sku))
    return Observed(books, _others(held, sku))


def corrected_since(tx: Reading, case: CountCase, params: CountParams) -> bool:
    """Whether the books of the slot were corrected after the case last changed: what was seen
    before may be why."""
    entries = tx.movements_of(slot_account(case.slot), case.opened_ms - params.skew_ms)
    return any(e.number > case.entry and e.movement.reason.corrects for e in entries)


def piece_value(tx: Reading, sku: Sku) -> float:
    """What a piece is worth; 0 if the catalogue does not say."""
    return next((record.piece_value or 0.0 for record in tx.sku_records([sku])), 0.0)


def _change(entry: Entry, slot: SlotId) -> int:
    into = entry.movement.to_account == slot_account(slot)
    return entry.movement.quantity if into else -entry.movement.quantity


def _moved(entries: Sequence[Entry], begin_ms: int, end_ms: int) -> bool:
    return any(begin_ms <= entry.movement.at_ms <= end_ms for entry in entries)


def _tasks(tx: Reading, slot: SlotId, since_ms: int) -> list[PickRecord | PutRecord]:
    return [*tx.picks_of_slot(slot, since_ms), *tx.puts_of_slot(slot, since_ms)]


def _others(held: Counter[Sku], sku: Sku) -> tuple[Sku, ...]:
    return tuple(sorted(other for other, pieces in held.items() if pieces > 0 and other != sku))
