"""Questions to the database; see :class:`wms_bridge.ports.store.Reading`."""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, Table, func, select, tuple_

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
from wms_bridge.adapters.sql.access import SqlAccessReading
from wms_bridge.adapters.sql.alarms import SqlAlarmsReading
from wms_bridge.adapters.sql.counts import SqlCountReading
from wms_bridge.adapters.sql.foresight import SqlForesightReading
from wms_bridge.adapters.sql.interventions import SqlInterventionsReading
from wms_bridge.adapters.sql.kpis import SqlKpisReading
from wms_bridge.adapters.sql.links import SqlLinksReading
from wms_bridge.adapters.sql.lots import SqlLotsReading
from wms_bridge.adapters.sql.promises import SqlPromisesReading
from wms_bridge.adapters.sql.rows import (
    entry_of,
    event_of,
    pick_of,
    policy_of,
    put_of,
    record_of,
    rule_of,
    sku_of,
)
from wms_bridge.adapters.sql.siting import SqlSitingReading
from wms_bridge.adapters.sql.statements import (
    CATALOGUE,
    DEAD,
    EVENTS,
    KNOWN_SKUS,
    LAST_EVENT,
    MOVEMENTS_OF,
    ONE_SKU,
    OPEN_PICK,
    OPEN_PICKS,
    OPEN_PUTS,
    PENDING,
    PICKS_OF_SLOT,
    PUTS_OF_SLOT,
    SKUS,
    keys,
    select_by,
)
from wms_bridge.adapters.sql.tables import (
    BALANCE,
    DISCREPANCY,
    LINE,
    MOVEMENT,
    ORDER,
    OUTBOX,
    PICK,
    POLICY,
    PUT,
    RECEIPT,
    REQUEST,
    RULE,
    SKU,
    STATION,
    TALLY,
)
from wms_bridge.adapters.sql.tower import SqlTowerReading
from wms_bridge.adapters.sql.tracing import SqlTracingReading
from wms_bridge.adapters.sql.walls import SqlWallsReading
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

Record = TypeVar("Record")
Value = TypeVar("Value")
_CHUNK = 500
"""How many values fit safely into one SQL ``IN``."""


class SqlReading(
    SqlCountReading,
    SqlLotsReading,
    SqlTracingReading,
    SqlLinksReading,
    SqlKpisReading,
    SqlAccessReading,
    SqlPromisesReading,
    SqlAlarmsReading,
    SqlForesightReading,
    SqlWallsReading,
    SqlInterventionsReading,
    SqlSitingReading,
    SqlTowerReading,
):
    """Questions over one connection inside one transaction."""

    def known_skus(self, skus: Collection[Sku]) -> Set[Sku]:
        known: set[Sku] = set()
        for chunk in chunks(list(skus)):
            known.update(self._connection.execute(KNOWN_SKUS, {"names": chunk}).scalars())
        return known

    def catalogue(
        self, after: Sku | None = None, limit: int | None = None
    ) -> tuple[SkuRecord, ...]:
        query = CATALOGUE.limit(limit)
        if after is not None:
            query = query.where(SKU.c.sku > after)
        return tuple(sku_of(row) for row in self._connection.execute(query))

    def sku(self, sku: Sku) -> SkuRecord | None:
        row = self._connection.execute(ONE_SKU, {"name": sku}).first()
        return sku_of(row) if row else None

    def sku_records(self, skus: Collection[Sku]) -> tuple[SkuRecord, ...]:
        found: list[SkuRecord] = []
        for chunk in chunks(sorted(skus)):
            rows = self._connection.execute(SKUS, {"names": chunk})
            found.extend(sku_of(row) for row in rows)
        return tuple(found)

    def rules(self) -> tuple[RuleRecord, ...]:
        rows = self._connection.execute(select(RULE).order_by(RULE.c.number)).mappings()
        return tuple(rule_of(row) for row in rows)

    def policy(self) -> PolicyRecord | None:
        query = select(POLICY).order_by(POLICY.c.version.desc()).limit(1)
        row = self._connection.execute(query).mappings().first()
        return policy_of(row) if row else None

    def remembered(self, key: str) -> Remembered | None:
        return self._one(REQUEST, Remembered, key=key)

    def order(self, order: OrderId) -> OrderRecord | None:
        return self._one(ORDER, OrderRecord, order=order)

    def orders(self, query: OrderQuery) -> tuple[OrderRecord, ...]:
        number = ORDER.c.number
        found = select(ORDER).where(number > query.after).limit(query.limit)
        found = found.order_by(number.asc() if query.sort is Sort.OLDEST else number.desc())
        if query.status is not None:
            found = found.where(ORDER.c.status == query.status.value)
        if query.before is not None:
            found = found.where(number < query.before)
        if query.search:
            named = ORDER.c.order.icontains(query.search, autoescape=True)
            asking = select(LINE.c.order).where(LINE.c.sku == query.search)
            found = found.where(named | ORDER.c.order.in_(asking))
        return self._all(found, OrderRecord)

    def line(self, line: LineId) -> LineRecord | None:
        return self._one(LINE, LineRecord, line=line)

    def lines(self, order: OrderId) -> tuple[LineRecord, ...]:
        query = select(LINE).where(LINE.c.order == order).order_by(LINE.c.position)
        return self._all(query, LineRecord)

    def balance(self, account: Account, sku: Sku) -> int:
        held = self._one(BALANCE, Holding, account=account, sku=sku)
        return held.quantity if held else 0

    def holdings(
        self,
        account: Account | None = None,
        sku: Sku | None = None,
        pod: PodId | None = None,
        after: tuple[Account, Sku] | None = None,
        limit: int | None = None,
    ) -> tuple[Holding, ...]:
        query = select(BALANCE).order_by(BALANCE.c.account, BALANCE.c.sku)
        if account is not None:
            query = query.where(BALANCE.c.account == account)
        if sku is not None:
            query = query.where(BALANCE.c.sku == sku)
        if pod is not None:
            query = query.where(_in_pod(pod))
        if after is not None:
            query = query.where(tuple_(BALANCE.c.account, BALANCE.c.sku) > tuple_(*after))
        return self._all(query.limit(limit), Holding)

    def entries(self) -> Iterator[Entry]:
        query = select(MOVEMENT).order_by(MOVEMENT.c.number).execution_options(yield_per=1000)
        with self._connection.execute(query) as rows:
            for row in rows.mappings():
                yield entry_of(row)

    def last_entry(self) -> int:
        return self._last(MOVEMENT)

    def movements_of(self, account: Account, since_ms: int) -> tuple[Entry, ...]:
        found = self._connection.execute(MOVEMENTS_OF, {"account": account, "since": since_ms})
        return tuple(entry_of(row) for row in found.mappings())

    def pick(self, pick: PickId) -> PickRecord | None:
        query = select_by(PICK, "pick")
        row = self._connection.execute(query, keys(pick=pick)).mappings().first()
        return pick_of(row) if row else None

    def open_picks(self, station: StationId, after: int) -> tuple[PickRecord, ...]:
        found = self._connection.execute(OPEN_PICKS, {"station": station, "after": after})
        return tuple(pick_of(row) for row in found.mappings())

    def receipt(self, receipt: ReceiptId) -> ReceiptRecord | None:
        return self._one(RECEIPT, ReceiptRecord, receipt=receipt)

    def receipts(self, query: ReceiptQuery) -> tuple[ReceiptRecord, ...]:
        number = RECEIPT.c.number
        found = select(RECEIPT).where(number > query.after).order_by(number).limit(query.limit)
        if query.open_only:
            found = found.where(RECEIPT.c.completed_ms.is_(None))
        return self._all(found, ReceiptRecord)

    def put(self, put: PutId) -> PutRecord | None:
        row = self._connection.execute(select_by(PUT, "put"), keys(put=put)).mappings().first()
        return put_of(row) if row else None

    def puts_of(self, receipt: ReceiptId) -> tuple[PutRecord, ...]:
        query = select(PUT).where(PUT.c.receipt == receipt).order_by(PUT.c.number)
        return tuple(put_of(row) for row in self._connection.execute(query).mappings())

    def puts_of_slot(self, slot: SlotId, since_ms: int) -> tuple[PutRecord, ...]:
        found = self._connection.execute(PUTS_OF_SLOT, {"slot": slot, "since": since_ms})
        return tuple(put_of(row) for row in found.mappings())

    def open_puts(self, station: StationId, after: int) -> tuple[PutRecord, ...]:
        found = self._connection.execute(OPEN_PUTS, {"station": station, "after": after})
        return tuple(put_of(row) for row in found.mappings())

    def order_picks(self, order: OrderId) -> tuple[PickRecord, ...]:
        return self._picks(PICK.c.order == order)

    def confirmed_picks(self, order: OrderId) -> tuple[PickRecord, ...]:
        query = select(PICK).where(PICK.c.order == order, PICK.c.confirmed_ms.is_not(None))
        rows = self._connection.execute(query.order_by(PICK.c.number)).mappings()
        return tuple(pick_of(row) for row in rows)

    def picks_of_slot(self, slot: SlotId, since_ms: int) -> tuple[PickRecord, ...]:
        found = self._connection.execute(PICKS_OF_SLOT, {"slot": slot, "since": since_ms})
        return tuple(pick_of(row) for row in found.mappings())

    def failed_picks(self) -> tuple[PickRecord, ...]:
        return self._picks(PICK.c.failed_ms.is_not(None))

    def stations(self) -> tuple[StationRecord, ...]:
        return self._all(select(STATION).order_by(STATION.c.station), StationRecord)

    def events(self, after: int, limit: int) -> tuple[NumberedEvent, ...]:
        found = self._connection.execute(EVENTS, {"after": after, "most": limit})
        return tuple(event_of(row) for row in found.mappings())

    def last_event(self) -> int:
        return self._connection.execute(LAST_EVENT).scalar() or 0

    def message(self, number: int) -> OutboxMessage | None:
        return self._one(OUTBOX, OutboxMessage, number=number)

    def pending(self, now_ms: int, limit: int) -> tuple[OutboxMessage, ...]:
        heads = select(func.min(OUTBOX.c.number)).where(PENDING)
        heads = heads.group_by(OUTBOX.c.order, OUTBOX.c.receipt, OUTBOX.c.slot)
        query = (
            select(OUTBOX)
            .where(OUTBOX.c.number.in_(heads), OUTBOX.c.next_ms <= now_ms)
            .order_by(OUTBOX.c.number)
            .limit(limit)
        )
        return self._all(query, OutboxMessage)

    def next_pending_ms(self) -> int | None:
        query = select(func.min(OUTBOX.c.next_ms)).where(PENDING)
        return self._connection.execute(query).scalar()

    def backlog(self) -> int:
        return self._connection.execute(select(func.count()).where(PENDING)).scalar() or 0

    def dead(self, limit: int) -> tuple[OutboxMessage, ...]:
        latest = (OUTBOX.c.dead_ms.desc(), OUTBOX.c.number.desc())
        query = select(OUTBOX).where(DEAD).order_by(*latest).limit(limit)
        return self._all(query, OutboxMessage)

    def dead_count(self) -> int:
        return self._connection.execute(select(func.count()).where(DEAD)).scalar() or 0

    def discrepancies(self, limit: int) -> tuple[Discrepancy, ...]:
        query = select(DISCREPANCY).order_by(DISCREPANCY.c.number.desc()).limit(limit)
        return self._all(query, Discrepancy)

    def tallies(self) -> Mapping[Tally, int]:
        rows = self._connection.execute(select(TALLY.c.name, TALLY.c.count)).mappings()
        counted = {row["name"]: row["count"] for row in rows}
        return {name: counted.get(name.value, 0) for name in Tally}

    def _picks(self, wanted: ColumnElement[bool]) -> tuple[PickRecord, ...]:
        query = select(PICK).where(OPEN_PICK, wanted).order_by(PICK.c.number)
        return tuple(pick_of(row) for row in self._connection.execute(query).mappings())

    def _one(self, table: Table, kind: type[Record], **key: str | int) -> Record | None:
        row = self._connection.execute(select_by(table, *key), keys(**key)).mappings().first()
        return record_of(row, kind) if row else None

    def _all(self, query: Select[tuple[object, ...]], kind: type[Record]) -> tuple[Record, ...]:
        rows = self._connection.execute(query).mappings()
        return tuple(record_of(row, kind) for row in rows)


def chunks(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Pieces that fit into one SQL ``IN``."""
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def _in_pod(pod: PodId) -> ColumnElement[bool]:
    # '0' is the character after '/': all names that start with "slot:<pod>/", by the index.
    return BALANCE.c.account.between(f"slot:{pod}/", f"slot:{pod}0")
