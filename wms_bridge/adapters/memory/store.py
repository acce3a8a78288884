"""A store in memory. A transaction keeps a list of what to put back if it fails."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from planner.warehouse.errors import InvalidStock
from planner.warehouse.events import Event
from planner.warehouse.ids import (
    RuleId,
    Sku,
)
from wms_bridge.adapters.memory.access import MemoryAccessWriting
from wms_bridge.adapters.memory.alarms import MemoryAlarmsWriting
from wms_bridge.adapters.memory.counts import MemoryCountWriting
from wms_bridge.adapters.memory.foresight import MemoryForesightWriting
from wms_bridge.adapters.memory.interventions import MemoryInterventionsWriting
from wms_bridge.adapters.memory.kpis import MemoryKpisWriting
from wms_bridge.adapters.memory.links import MemoryLinksWriting
from wms_bridge.adapters.memory.lots import MemoryLotsWriting
from wms_bridge.adapters.memory.promises import MemoryPromisesWriting
from wms_bridge.adapters.memory.reading import POLICY, MemoryReading
from wms_bridge.adapters.memory.siting import MemorySitingWriting
from wms_bridge.adapters.memory.tables import Tables
from wms_bridge.adapters.memory.tower import MemoryTowerWriting
from wms_bridge.adapters.memory.tracing import MemoryTracingWriting
from wms_bridge.adapters.memory.walls import MemoryWallsWriting
from wms_bridge.balances import posted
from wms_bridge.ledger import Account, Movement, entry_after
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.work import (
    Discrepancy,
    LineRecord,
    NumberedEvent,
    OrderRecord,
    OutboxMessage,
    PickRecord,
    PolicyRecord,
    PutRecord,
    ReceiptRecord,
    Remembered,
    RuleRecord,
    SkuRecord,
    StationRecord,
    Tally,
)


class MemoryWriting(
    MemoryCountWriting,
    MemoryLotsWriting,
    MemoryTracingWriting,
    MemoryLinksWriting,
    MemoryKpisWriting,
    MemoryAccessWriting,
    MemoryPromisesWriting,
    MemoryAlarmsWriting,
    MemoryForesightWriting,
    MemoryWallsWriting,
    MemoryInterventionsWriting,
    MemorySitingWriting,
    MemoryTowerWriting,
    MemoryReading,
):
    """Changes to the tables; see :class:`wms_bridge.ports.store.Writing`."""

    def put_skus(self, skus: Sequence[SkuRecord]) -> None:
        for record in skus:
            self._set(self._tables.skus, record.sku, record)

    def put_rule(self, rule: RuleRecord) -> None:
        self._set(self._tables.rules, rule.rule.rule, rule)

    def remove_rule(self, rule: RuleId) -> None:
        before, rules = dict(self._tables.rules), self._tables.rules

        def restore() -> None:
            rules.clear()
            rules.update(before)

        if rules.pop(rule, None) is not None:
            self._undo.append(restore)

    def put_policy(self, policy: PolicyRecord) -> None:
        self._set(self._tables.policy, POLICY, policy)

    def remember(self, request: Remembered) -> None:
        self._set(self._tables.remembered, request.key, request)

    def add_order(self, order: OrderRecord, lines: Sequence[LineRecord]) -> None:
        self._append(self._tables.order_list, order.order)
        numbered = replace(order, number=len(self._tables.order_list))
        self._set(self._tables.orders, order.order, numbered)
        for line in lines:
            self._set(self._tables.lines, line.line, line)
        self._set(self._tables.order_lines, order.order, tuple(line.line for line in lines))

    def put_order(self, order: OrderRecord) -> None:
        self._set(self._tables.orders, order.order, order)

    def add_lines(self, lines: Sequence[LineRecord]) -> None:
        for line in lines:
            self._set(self._tables.lines, line.line, line)
            known = self._tables.order_lines[line.order]
            self._set(self._tables.order_lines, line.order, (*known, line.line))

    def put_line(self, line: LineRecord) -> None:
        self._set(self._tables.lines, line.line, line)

    def post(self, movements: Sequence[Movement]) -> None:
        for movement in movements:
            if movement.key in self._tables.movement_keys:
                raise InvalidStock("movement posted before", field="key", value=movement.key)
            previous = self._tables.entries[-1] if self._tables.entries else None
            entry = entry_after(previous, movement)
            self._append(self._tables.entries, entry)
            for account in (movement.from_account, movement.to_account):
                self._append(self._tables.account_entries[account], entry.number)
            self._set(self._tables.movement_keys, movement.key, None)
        after, last = posted(self._tables.balances, movements), len(self._tables.entries)
        self._post_lots(
            self._tables.balances, movements, range(last - len(movements) + 1, last + 1)
        )
        for (account, sku), pieces in after.items():
            self._put_balance(account, sku, pieces)

    def add_pick(self, pick: PickRecord) -> None:
        record = replace(pick, number=len(self._tables.picks) + 1)
        self._set(self._tables.picks, pick.task.pick, record)
        self._append(self._tables.slot_picks[pick.task.slot], pick.task.pick)
        if pick.open:
            self._set(self._tables.open_picks, (pick.task.station, pick.task.pick), None)

    def put_pick(self, pick: PickRecord) -> None:
        self._set(self._tables.picks, pick.task.pick, pick)
        if not pick.open:
            self._remove(self._tables.open_picks, (pick.task.station, pick.task.pick))
        if pick.confirmed_ms is not None:
            order = pick.task.order
            before = self._tables.confirmed_picks.get(order, ())
            if pick.task.pick not in before:
                self._set(self._tables.confirmed_picks, order, (*before, pick.task.pick))

    def add_receipt(self, receipt: ReceiptRecord) -> None:
        record = replace(receipt, number=len(self._tables.receipts) + 1)
        self._set(self._tables.receipts, receipt.receipt, record)
        self._set(self._tables.open_receipts, receipt.receipt, None)

    def put_receipt(self, receipt: ReceiptRecord) -> None:
        self._set(self._tables.receipts, receipt.receipt, receipt)
        if receipt.completed_ms is not None:
            self._remove(self._tables.open_receipts, receipt.receipt)

    def add_put(self, put: PutRecord) -> None:
        task, tables = put.task, self._tables
        self._set(tables.puts, task.put, replace(put, number=len(tables.puts) + 1))
        self._append(tables.slot_puts[task.slot], task.put)
        before = tables.receipt_puts.get(task.receipt, ())
        self._set(tables.receipt_puts, task.receipt, (*before, task.put))
        self._set(tables.open_puts, (task.station, task.put), None)

    def put_put(self, put: PutRecord) -> None:
        self._set(self._tables.puts, put.task.put, put)
        if put.confirmed_ms is not None:
            self._remove(self._tables.open_puts, (put.task.station, put.task.put))

    def put_station(self, station: StationRecord) -> None:
        self._set(self._tables.stations, station.station, station)

    def append_event(self, event: Event, at_ms: int) -> None:
        number = len(self._tables.events) + 1
        self._append(self._tables.events, NumberedEvent(number, at_ms, event))

    def add_message(self, message: OutboxMessage) -> None:
        number = len(self._tables.messages) + 1
        self._set(self._tables.messages, number, replace(message, number=number))
        self._set(self._tables.pending, number, None)

    def put_message(self, message: OutboxMessage) -> None:
        self._set(self._tables.messages, message.number, message)
        if message.pending:
            self._set(self._tables.pending, message.number, None)
        else:
            self._remove(self._tables.pending, message.number)

    def add_discrepancy(self, discrepancy: Discrepancy) -> None:
        number = len(self._tables.discrepancies) + 1
        self._append(self._tables.discrepancies, replace(discrepancy, number=number))

    def tally(self, counted: Mapping[Tally, int]) -> None:
        for name, more in counted.items():
            self._set(self._tables.tallies, name, self._tables.tallies[name] + more)

    def _put_balance(self, account: Account, sku: Sku, pieces: int) -> None:
        place = (account, sku)
        if place not in self._tables.balances:
            skus = self._tables.account_skus.get(account, ())
            self._set(self._tables.account_skus, account, (*skus, sku))
        self._set(self._tables.balances, place, pieces)


class MemoryStore:
    """See :class:`wms_bridge.ports.store.Store`."""

    kind = "memory"

    def __init__(self) -> None:
        self._tables = Tables()
        self._lock = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        with self._lock:
            yield MemoryReading(self._tables)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        with self._lock:
            transaction = MemoryWriting(self._tables)
            try:
                yield transaction
            except BaseException:
                transaction.undo()
                raise

    def __getstate__(self) -> Tables:
        """Copies and pickles hold the tables; each store has a lock of its own."""
        return self._tables

    def __setstate__(self, tables: Tables) -> None:
        self._tables = tables
        self._lock = threading.Lock()

    def close(self) -> None:
        """Nothing to let go of."""
