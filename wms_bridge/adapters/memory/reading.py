"""Questions to the store in memory."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Set
from itertools import islice

from planner.warehouse.ids import (
    LineId,
    OrderId,
    PickId,
    PodId,
    PutId,
    ReceiptId,
    Sku,
    SlotId,
    StationId,
)
from wms_bridge.adapters.memory.access import MemoryAccessReading
from wms_bridge.adapters.memory.alarms import MemoryAlarmsReading
from wms_bridge.adapters.memory.counts import MemoryCountReading
from wms_bridge.adapters.memory.foresight import MemoryForesightReading
from wms_bridge.adapters.memory.interventions import MemoryInterventionsReading
from wms_bridge.adapters.memory.kpis import MemoryKpisReading
from wms_bridge.adapters.memory.links import MemoryLinksReading
from wms_bridge.adapters.memory.lots import MemoryLotsReading
from wms_bridge.adapters.memory.promises import MemoryPromisesReading
from wms_bridge.adapters.memory.siting import MemorySitingReading
from wms_bridge.adapters.memory.tower import MemoryTowerReading
from wms_bridge.adapters.memory.tracing import MemoryTracingReading
from wms_bridge.adapters.memory.walls import MemoryWallsReading
from wms_bridge.ledger import Account, Entry, Holding
from wms_bridge.records.work import (
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

POLICY = "policy"


class MemoryReading(
    MemoryCountReading,
    MemoryLotsReading,
    MemoryTracingReading,
    MemoryLinksReading,
    MemoryKpisReading,
    MemoryAccessReading,
    MemoryPromisesReading,
    MemoryAlarmsReading,
    MemoryForesightReading,
    MemoryWallsReading,
    MemoryInterventionsReading,
    MemorySitingReading,
    MemoryTowerReading,
):
    """Questions to the tables; see :class:`wms_bridge.ports.store.Reading`."""

    def known_skus(self, skus: Collection[Sku]) -> Set[Sku]:
        return {sku for sku in skus if sku in self._tables.skus}

    def catalogue(
        self, after: Sku | None = None, limit: int | None = None
    ) -> tuple[SkuRecord, ...]:
        skus = sorted(self._tables.skus)
        first = 0 if after is None else bisect_right(skus, after)
        return tuple(self._tables.skus[sku] for sku in islice(skus, first, None))[:limit]

    def sku(self, sku: Sku) -> SkuRecord | None:
        return self._tables.skus.get(sku)

    def sku_records(self, skus: Collection[Sku]) -> tuple[SkuRecord, ...]:
        return tuple(self._tables.skus[sku] for sku in sorted(skus) if sku in self._tables.skus)

    def rules(self) -> tuple[RuleRecord, ...]:
        return tuple(self._tables.rules.values())

    def policy(self) -> PolicyRecord | None:
        return self._tables.policy.get(POLICY)

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
        wanted = (r for r in records if query.status in (None, r.status) and self._is(r, query))
        return tuple(islice(wanted, query.limit))

    def _is(self, order: OrderRecord, query: OrderQuery) -> bool:
        text = query.search
        if not text or text.casefold() in order.order.casefold():
            return True
        return any(line.sku == text for line in self.lines(order.order))

    def line(self, line: LineId) -> LineRecord | None:
        return self._tables.lines.get(line)

    def lines(self, order: OrderId) -> tuple[LineRecord, ...]:
        return tuple(self._tables.lines[line] for line in self._tables.order_lines.get(order, ()))

    def balance(self, account: Account, sku: Sku) -> int:
        return self._tables.balances.get((account, sku), 0)

    def holdings(
        self,
        account: Account | None = None,
        sku: Sku | None = None,
        pod: PodId | None = None,
        after: tuple[Account, Sku] | None = None,
        limit: int | None = None,
    ) -> tuple[Holding, ...]:
        accounts = self._tables.account_skus
        if account is not None:
            chosen = [account] if account in accounts else []
        else:
            chosen = sorted(a for a in accounts if pod is None or a.startswith(f"slot:{pod}/"))
        found = (
            Holding(place, held, self._tables.balances[(place, held)])
            for place in (chosen if after is None else chosen[bisect_left(chosen, after[0]) :])
            for held in sorted(accounts[place])
            if (sku is None or held == sku) and (after is None or (place, held) > after)
        )
        return tuple(islice(found, limit))

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

    def confirmed_picks(self, order: OrderId) -> tuple[PickRecord, ...]:
        names = self._tables.confirmed_picks.get(order, ())
        records = (self._tables.picks[name] for name in names)
        return tuple(sorted(records, key=lambda record: record.number))

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

    def tallies(self) -> Mapping[Tally, int]:
        return dict(self._tables.tallies)

    def _open(self, wanted: Callable[[PickRecord], bool]) -> tuple[PickRecord, ...]:
        records = (self._tables.picks[pick] for _, pick in self._tables.open_picks)
        return tuple(sorted(filter(wanted, records), key=lambda record: record.number))
