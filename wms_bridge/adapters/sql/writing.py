"""Changes to the database; see :class:`wms_bridge.ports.store.Writing`."""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import Table, delete

from planner.warehouse.errors import InvalidStock
from planner.warehouse.events import Event
from planner.warehouse.ids import RuleId, Sku
from wms_bridge.adapters.sql.access import SqlAccessWriting
from wms_bridge.adapters.sql.alarms import SqlAlarmsWriting
from wms_bridge.adapters.sql.counts import SqlCountWriting
from wms_bridge.adapters.sql.foresight import SqlForesightWriting
from wms_bridge.adapters.sql.interventions import SqlInterventionsWriting
from wms_bridge.adapters.sql.kpis import SqlKpisWriting
from wms_bridge.adapters.sql.links import SqlLinksWriting
from wms_bridge.adapters.sql.lots import SqlLotsWriting
from wms_bridge.adapters.sql.promises import SqlPromisesWriting
from wms_bridge.adapters.sql.reading import SqlReading, chunks
from wms_bridge.adapters.sql.rows import (
    SKU_COLUMNS,
    Row,
    entry_of,
    row_of,
    row_of_entry,
    row_of_event,
    row_of_policy,
    row_of_rule,
    row_of_sku,
    row_of_task,
)
from wms_bridge.adapters.sql.siting import SqlSitingWriting
from wms_bridge.adapters.sql.statements import (
    BALANCES,
    COUNT,
    KNOWN_MOVEMENTS,
    LAST_ENTRY,
    changes,
    insert_into,
    keys,
    select_by,
    update_by,
    upsert,
    upsert_many,
)
from wms_bridge.adapters.sql.tables import (
    BALANCE,
    DISCREPANCY,
    FEED,
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
from wms_bridge.adapters.sql.tower import SqlTowerWriting
from wms_bridge.adapters.sql.tracing import SqlTracingWriting
from wms_bridge.adapters.sql.walls import SqlWallsWriting
from wms_bridge.balances import posted
from wms_bridge.ledger import Account, Entry, Movement, entry_after
from wms_bridge.records.work import (
    Discrepancy,
    LineRecord,
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


class SqlWriting(
    SqlCountWriting,
    SqlLotsWriting,
    SqlTracingWriting,
    SqlLinksWriting,
    SqlKpisWriting,
    SqlAccessWriting,
    SqlPromisesWriting,
    SqlAlarmsWriting,
    SqlForesightWriting,
    SqlWallsWriting,
    SqlInterventionsWriting,
    SqlSitingWriting,
    SqlTowerWriting,
    SqlReading,
):
    """Changes over one connection inside one transaction."""

    def put_skus(self, skus: Sequence[SkuRecord]) -> None:
        rows = list({record.sku: row_of_sku(record) for record in skus}.values())
        if not rows:
            return
        if self._connection.dialect.name == "sqlite":
            self._connection.execute(upsert(SKU, "sku"), rows)
            return
        lists = {name: [row[name] for row in rows] for name in SKU_COLUMNS}
        self._connection.execute(upsert_many(SKU, SKU_COLUMNS, "sku"), lists)

    def put_rule(self, rule: RuleRecord) -> None:
        self._put(RULE, row_of_rule(rule), "rule")

    def remove_rule(self, rule: RuleId) -> None:
        self._connection.execute(delete(RULE).where(RULE.c.rule == rule))

    def put_policy(self, policy: PolicyRecord) -> None:
        self._put(POLICY, row_of_policy(policy), "version")

    def remember(self, request: Remembered) -> None:
        self._connection.execute(insert_into(REQUEST), row_of(request))

    def add_order(self, order: OrderRecord, lines: Sequence[LineRecord]) -> None:
        self._connection.execute(insert_into(ORDER), row_of(order, numbered=True))
        self._connection.execute(insert_into(LINE), [row_of(line) for line in lines])

    def put_order(self, order: OrderRecord) -> None:
        self._put(ORDER, row_of(order), "number")

    def add_lines(self, lines: Sequence[LineRecord]) -> None:
        self._connection.execute(insert_into(LINE), [row_of(line) for line in lines])

    def put_line(self, line: LineRecord) -> None:
        self._put(LINE, row_of(line), "line")

    def post(self, movements: Sequence[Movement]) -> None:
        if not movements:
            return
        self._check_new(movements)
        previous = self._last_entry()
        entries = []
        for movement in movements:
            previous = entry_after(previous, movement)
            entries.append(row_of_entry(previous))
        self._connection.execute(insert_into(MOVEMENT), entries)
        self._put_balances(movements)

    def add_pick(self, pick: PickRecord) -> None:
        self._connection.execute(insert_into(PICK), row_of_task(pick))

    def put_pick(self, pick: PickRecord) -> None:
        self._put(PICK, row_of_task(pick), "pick")

    def add_receipt(self, receipt: ReceiptRecord) -> None:
        self._connection.execute(insert_into(RECEIPT), row_of(receipt, numbered=True))

    def put_receipt(self, receipt: ReceiptRecord) -> None:
        self._put(RECEIPT, row_of(receipt), "number")

    def add_put(self, put: PutRecord) -> None:
        self._connection.execute(insert_into(PUT), row_of_task(put))

    def put_put(self, put: PutRecord) -> None:
        self._put(PUT, row_of_task(put), "put")

    def put_station(self, station: StationRecord) -> None:
        self._put(STATION, row_of(station), "station")

    def append_event(self, event: Event, at_ms: int) -> None:
        self._connection.execute(insert_into(FEED), row_of_event(event, at_ms))

    def add_message(self, message: OutboxMessage) -> None:
        self._connection.execute(insert_into(OUTBOX), row_of(message, numbered=True))

    def put_message(self, message: OutboxMessage) -> None:
        self._put(OUTBOX, row_of(message), "number")

    def add_discrepancy(self, discrepancy: Discrepancy) -> None:
        self._connection.execute(insert_into(DISCREPANCY), row_of(discrepancy, numbered=True))

    def tally(self, counted: Mapping[Tally, int]) -> None:
        counts = [{"by_name": name.value, "more": more} for name, more in counted.items()]
        if counts:
            self._connection.execute(COUNT, counts)

    def begin_tallies(self) -> None:
        """Have a row for everything that is counted."""
        known = {row["name"] for row in self._connection.execute(select_by(TALLY)).mappings()}
        new: list[Row] = [{"name": n.value, "count": 0} for n in Tally if n.value not in known]
        if new:
            self._connection.execute(insert_into(TALLY), new)

    def _last_entry(self) -> Entry | None:
        row = self._connection.execute(LAST_ENTRY).mappings().first()
        return entry_of(row) if row else None

    def _check_new(self, movements: Sequence[Movement]) -> None:
        keys = [movement.key for movement in movements]
        seen = [key for key, times in Counter(keys).items() if times > 1]
        for chunk in chunks(keys):
            seen.extend(self._connection.execute(KNOWN_MOVEMENTS, {"names": chunk}).scalars())
        if seen:
            raise InvalidStock("movement posted before", field="key", value=seen[0])

    def _put_balances(self, movements: Sequence[Movement]) -> None:
        accounts = {m.from_account: None for m in movements} | {
            m.to_account: None for m in movements
        }
        known = self._balances(list(accounts))
        held = posted(known, movements)
        self._post_lots(known, movements)
        changed = [
            {**keys(account=account, sku=sku), "quantity": pieces}
            for (account, sku), pieces in held.items()
            if (account, sku) in known
        ]
        new = [
            {"account": account, "sku": sku, "quantity": pieces}
            for (account, sku), pieces in held.items()
            if (account, sku) not in known
        ]
        if changed:
            self._connection.execute(update_by(BALANCE, "account", "sku"), changed)
        if new:
            self._connection.execute(insert_into(BALANCE), new)

    def _balances(self, accounts: Sequence[Account]) -> dict[tuple[Account, Sku], int]:
        known: dict[tuple[Account, Sku], int] = {}
        for chunk in chunks(accounts):
            for row in self._connection.execute(BALANCES, {"names": chunk}).mappings():
                known[(row["account"], row["sku"])] = row["quantity"]
        return known

    def _put(self, table: Table, row: Row, *key: str) -> None:
        done = self._connection.execute(update_by(table, *key), changes(row, *key))
        if done.rowcount == 0:
            self._connection.execute(insert_into(table), row)
