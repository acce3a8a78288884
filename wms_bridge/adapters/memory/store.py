"""A store in memory. A transaction keeps a list of what to put back if it fails."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

from planner.warehouse.errors import InvalidStock
from planner.warehouse.events import Event
from planner.warehouse.ids import (
    LineId,
    OrderId,
    PickId,
    PodId,
    PutId,
    ReceiptId,
    RuleId,
    Sku,
    SlotId,
    StationId,
)
from wms_bridge.adapters.memory.counts import MemoryCountReading, MemoryCountWriting
from wms_bridge.adapters.memory.tables import Tables
from wms_bridge.ledger import Account, Entry, Holding, Movement, entry_after, posted
from wms_bridge.ports import Reading, Writing
from wms_bridge.records import (
    AlarmRecord,
    Discrepancy,
    LineRecord,
    NumberedEvent,
    OrderQuery,
    OrderRecord,
    OutboxMessage,
    PickRecord,
    PolicyRecord,
    PutRecord,
    ReceiptQuery,
    ReceiptRecord,
    Remembered,
    RuleRecord,
    SkuRecord,
    Sort,
    StationRecord,
    Tally,
)

_POLICY = "policy"


class MemoryReading(MemoryCountReading):
    """Questions to the tables; see :class:`wms_bridge.ports.Reading`."""

    def known_skus(self, skus: Collection[Sku]) -> Set[Sku]:
        return {sku for sku in skus if sku in self._tables.skus}

    def catalogue(self) -> tuple[SkuRecord, ...]:
        return tuple(self._tables.skus[sku] for sku in sorted(self._tables.skus))

    def sku_records(self, skus: Collection[Sku]) -> tuple[SkuRecord, ...]:
        return tuple(self._tables.skus[sku] for sku in sorted(skus) if sku in self._tables.skus)

    def rules(self) -> tuple[RuleRecord, ...]:
        return tuple(self._tables.rules.values())

    def policy(self) -> PolicyRecord | None:
        return self._tables.policy.get(_POLICY)

    def remembered(self, key: str) -> Remembered | None:
        return self._tables.remembered.get(key)

    def order(self, order: OrderId) -> OrderRecord | None:
        return self._tables.orders.get(order)

    def orders(self, query: OrderQuery) -> tuple[OrderRecord, ...]:
        listed = self._tables.order_list
        first = max(0, query.after)
        last = len(listed) if query.before is None else min(len(listed), query.before - 1)
        numbers = range(first + 1, last + 1)
        ordered = numbers if query.sort is Sort.OLDEST else reversed(numbers)
        records = (self._tables.orders[listed[number - 1]] for number in ordered)
        wanted = (r for r in records if query.status in (None, r.status))
        return tuple(islice(wanted, query.limit))

    def line(self, line: LineId) -> LineRecord | None:
        return self._tables.lines.get(line)

    def lines(self, order: OrderId) -> tuple[LineRecord, ...]:
        return tuple(self._tables.lines[line] for line in self._tables.order_lines.get(order, ()))

    def balance(self, account: Account, sku: Sku) -> int:
        return self._tables.balances.get((account, sku), 0)

    def holdings(
        self, account: Account | None = None, sku: Sku | None = None, pod: PodId | None = None
    ) -> tuple[Holding, ...]:
        accounts = self._tables.account_skus
        if account is not None:
            chosen = [account] if account in accounts else []
        else:
            chosen = sorted(a for a in accounts if pod is None or a.startswith(f"slot:{pod}/"))
        return tuple(
            Holding(place, held, self._tables.balances[(place, held)])
            for place in chosen
            for held in sorted(accounts[place])
            if sku is None or held == sku
        )

    def entries(self) -> Iterator[Entry]:
        return iter(tuple(self._tables.entries))

    def last_entry(self) -> int:
        return len(self._tables.entries)

    def movements_of(self, account: Account, since_ms: int) -> tuple[Entry, ...]:
        numbers = self._tables.account_entries.get(account, ())
        found = (self._tables.entries[number - 1] for number in numbers)
        return tuple(entry for entry in found if entry.movement.at_ms >= since_ms)

    def pick(self, pick: PickId) -> PickRecord | None:
        return self._tables.picks.get(pick)

    def open_picks(self, station: StationId, after: int) -> tuple[PickRecord, ...]:
        found = (self._tables.picks[p] for s, p in self._tables.open_picks if s == station)
        newer = (record for record in found if record.number > after)
        return tuple(sorted(newer, key=lambda record: record.number))

    def receipt(self, receipt: ReceiptId) -> ReceiptRecord | None:
        return self._tables.receipts.get(receipt)

    def receipts(self, query: ReceiptQuery) -> tuple[ReceiptRecord, ...]:
        names = self._tables.open_receipts if query.open_only else self._tables.receipts
        found = sorted((self._tables.receipts[n] for n in names), key=lambda r: r.number)
        return tuple(islice((r for r in found if r.number > query.after), query.limit))

    def put(self, put: PutId) -> PutRecord | None:
        return self._tables.puts.get(put)

    def puts_of(self, receipt: ReceiptId) -> tuple[PutRecord, ...]:
        return tuple(self._tables.puts[p] for p in self._tables.receipt_puts.get(receipt, ()))

    def puts_of_slot(self, slot: SlotId, since_ms: int) -> tuple[PutRecord, ...]:
        records = (self._tables.puts[name] for name in self._tables.slot_puts.get(slot, ()))
        return tuple(r for r in records if r.closed_ms is None or r.closed_ms >= since_ms)

    def open_puts(self, station: StationId, after: int) -> tuple[PutRecord, ...]:
        found = (self._tables.puts[p] for s, p in self._tables.open_puts if s == station)
        newer = (record for record in found if record.number > after)
        return tuple(sorted(newer, key=lambda record: record.number))

    def order_picks(self, order: OrderId) -> tuple[PickRecord, ...]:
        return self._open(lambda record: record.task.order == order)

    def picks_of_slot(self, slot: SlotId, since_ms: int) -> tuple[PickRecord, ...]:
        records = (self._tables.picks[name] for name in self._tables.slot_picks.get(slot, ()))
        return tuple(r for r in records if r.closed_ms is None or r.closed_ms >= since_ms)

    def failed_picks(self) -> tuple[PickRecord, ...]:
        return self._open(lambda record: record.failed_ms is not None)

    def stations(self) -> tuple[StationRecord, ...]:
        return tuple(self._tables.stations[name] for name in sorted(self._tables.stations))

    def events(self, after: int, limit: int) -> tuple[NumberedEvent, ...]:
        return tuple(self._tables.events[max(0, after) : max(0, after) + limit])

    def last_event(self) -> int:
        return len(self._tables.events)

    def message(self, number: int) -> OutboxMessage | None:
        return self._tables.messages.get(number)

    def pending(self, now_ms: int, limit: int) -> tuple[OutboxMessage, ...]:
        heads: dict[tuple[str | None, ...], OutboxMessage] = {}
        for number in sorted(self._tables.pending):
            message = self._tables.messages[number]
            heads.setdefault((message.order, message.receipt, message.slot), message)
        return tuple(m for m in heads.values() if m.next_ms <= now_ms)[:limit]

    def next_pending_ms(self) -> int | None:
        messages = self._tables.messages
        return min((messages[number].next_ms for number in self._tables.pending), default=None)

    def backlog(self) -> int:
        return len(self._tables.pending)

    def dead(self, limit: int) -> tuple[OutboxMessage, ...]:
        found = [m for m in self._tables.messages.values() if m.dead_ms is not None]
        found.sort(key=lambda message: (-(message.dead_ms or 0), -message.number))
        return tuple(found[:limit])

    def dead_count(self) -> int:
        return sum(message.dead_ms is not None for message in self._tables.messages.values())

    def discrepancies(self, limit: int) -> tuple[Discrepancy, ...]:
        return tuple(reversed(self._tables.discrepancies[-limit:]))

    def alarms(self) -> tuple[AlarmRecord, ...]:
        return tuple(
            sorted(
                self._tables.alarms.values(),
                key=lambda alarm: (-alarm.changed_ms, alarm.kind, alarm.subject),
            )
        )

    def tallies(self) -> Mapping[Tally, int]:
        return dict(self._tables.tallies)

    def _open(self, wanted: Callable[[PickRecord], bool]) -> tuple[PickRecord, ...]:
        records = (self._tables.picks[pick] for _, pick in self._tables.open_picks)
        return tuple(sorted(filter(wanted, records), key=lambda record: record.number))


class MemoryWriting(MemoryCountWriting, MemoryReading):
    """Changes to the tables; see :class:`wms_bridge.ports.Writing`."""

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
        self._set(self._tables.policy, _POLICY, policy)

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
        for (account, sku), pieces in posted(self._tables.balances, movements).items():
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

    def put_alarm(self, alarm: AlarmRecord) -> None:
        self._set(self._tables.alarms, (alarm.kind.value, alarm.subject), alarm)

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
    """See :class:`wms_bridge.ports.Store`."""

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
