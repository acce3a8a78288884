"""Changes to the database; see :class:`wms_bridge.ports.Writing`."""

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update

from planner.warehouse.errors import InvalidStock
from planner.warehouse.events import Event
from planner.warehouse.ids import Sku
from wms_bridge.adapters.sql.reading import SqlReading, chunks
from wms_bridge.adapters.sql.rows import (
    Row,
    entry_of,
    row_of,
    row_of_entry,
    row_of_event,
    row_of_pick,
)
from wms_bridge.adapters.sql.tables import (
    ALARM,
    BALANCE,
    DISCREPANCY,
    FEED,
    LINE,
    MOVEMENT,
    ORDER,
    OUTBOX,
    PICK,
    REQUEST,
    SKU,
    TALLY,
)
from wms_bridge.ledger import Account, Entry, Movement, entry_after, posted
from wms_bridge.records import (
    AlarmRecord,
    Discrepancy,
    LineRecord,
    OrderRecord,
    OutboxMessage,
    PickRecord,
    Remembered,
    SkuRecord,
    Tally,
)

_CHANGE_BALANCE = (
    update(BALANCE)
    .where(BALANCE.c.account == bindparam("a"), BALANCE.c.sku == bindparam("s"))
    .values(quantity=bindparam("q"))
)


class SqlWriting(SqlReading):
    """Changes over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        super().__init__(connection)

    def put_skus(self, skus: Sequence[SkuRecord]) -> None:
        latest = {record.sku: record for record in skus}
        known = self.known_skus(latest)
        for sku in known:
            self._put(SKU, row_of(latest[sku]), "sku")
        new = [row_of(record) for sku, record in latest.items() if sku not in known]
        if new:
            self._connection.execute(insert(SKU), new)

    def remember(self, request: Remembered) -> None:
        self._connection.execute(insert(REQUEST), row_of(request))

    def add_order(self, order: OrderRecord, lines: Sequence[LineRecord]) -> None:
        self._connection.execute(insert(ORDER), row_of(order, numbered=True))
        self._connection.execute(insert(LINE), [row_of(line) for line in lines])

    def put_order(self, order: OrderRecord) -> None:
        self._put(ORDER, row_of(order), "number")

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
        self._connection.execute(insert(MOVEMENT), entries)
        self._put_balances(movements)

    def add_pick(self, pick: PickRecord) -> None:
        self._connection.execute(insert(PICK), row_of_pick(pick))

    def put_pick(self, pick: PickRecord) -> None:
        self._put(PICK, row_of_pick(pick), "pick")

    def append_event(self, event: Event, at_ms: int) -> None:
        self._connection.execute(insert(FEED), row_of_event(event, at_ms))

    def add_message(self, message: OutboxMessage) -> None:
        self._connection.execute(insert(OUTBOX), row_of(message, numbered=True))

    def put_message(self, message: OutboxMessage) -> None:
        self._put(OUTBOX, row_of(message), "number")

    def add_discrepancy(self, discrepancy: Discrepancy) -> None:
        self._connection.execute(insert(DISCREPANCY), row_of(discrepancy, numbered=True))

    def put_alarm(self, alarm: AlarmRecord) -> None:
        self._put(ALARM, row_of(alarm), "kind", "subject")

    def tally(self, counted: Mapping[Tally, int]) -> None:
        for name, more in counted.items():
            change = update(TALLY).where(TALLY.c.name == name.value)
            done = self._connection.execute(change.values(count=TALLY.c.count + more))
            if done.rowcount == 0:
                self._connection.execute(insert(TALLY), {"name": name.value, "count": more})

    def _last_entry(self) -> Entry | None:
        latest = select(func.max(MOVEMENT.c.number)).scalar_subquery()
        query = select(MOVEMENT).where(MOVEMENT.c.number == latest)
        row = self._connection.execute(query).mappings().first()
        return entry_of(row) if row else None

    def _check_new(self, movements: Sequence[Movement]) -> None:
        keys = [movement.key for movement in movements]
        seen = [key for key, times in Counter(keys).items() if times > 1]
        for chunk in chunks(keys):
            query = select(MOVEMENT.c.key).where(MOVEMENT.c.key.in_(chunk))
            seen.extend(self._connection.execute(query).scalars())
        if seen:
            raise InvalidStock("movement posted before", field="key", value=seen[0])

    def _put_balances(self, movements: Sequence[Movement]) -> None:
        accounts = {m.from_account: None for m in movements} | {
            m.to_account: None for m in movements
        }
        known = self._balances(list(accounts))
        held = posted(known, movements)
        changed = [
            {"a": account, "s": sku, "q": pieces}
            for (account, sku), pieces in held.items()
            if (account, sku) in known
        ]
        new = [
            {"account": account, "sku": sku, "quantity": pieces}
            for (account, sku), pieces in held.items()
            if (account, sku) not in known
        ]
        if changed:
            self._connection.execute(_CHANGE_BALANCE, changed)
        if new:
            self._connection.execute(insert(BALANCE), new)

    def _balances(self, accounts: Sequence[Account]) -> dict[tuple[Account, Sku], int]:
        known: dict[tuple[Account, Sku], int] = {}
        for chunk in chunks(accounts):
            query = select(BALANCE).where(BALANCE.c.account.in_(chunk))
            for row in self._connection.execute(query).mappings():
                known[(row["account"], row["sku"])] = row["quantity"]
        return known

    def _put(self, table: Table, row: Row, *key: str) -> None:
        change = update(table).values({name: row[name] for name in row if name not in key})
        for name in key:
            change = change.where(table.c[name] == row[name])
        if self._connection.execute(change).rowcount == 0:
            self._connection.execute(insert(table), row)
