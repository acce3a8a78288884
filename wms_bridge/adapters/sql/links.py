"""The part of the database for links to a WMS; see :mod:`wms_bridge.ports.links`."""

from typing import TypeVar

from sqlalchemy import Connection, Select, func, select

from planner.codec.messages import decode, encode, from_json
from wms_bridge.adapters.sql.links_tables import FOREIGN_MOVE, INBOX, STOCK_CHECK, WMS_CURSOR
from wms_bridge.adapters.sql.rows import record_of, row_of
from wms_bridge.adapters.sql.statements import (
    PENDING,
    changes,
    insert_into,
    keys,
    select_by,
    update_by,
)
from wms_bridge.adapters.sql.tables import OUTBOX
from wms_bridge.records.links import (
    CursorRecord,
    DocumentKind,
    Feed,
    ForeignMove,
    InboxEntry,
    InboxQuery,
    InboxState,
    StockCheck,
)
from wms_bridge.records.work import OutboxMessage

Record = TypeVar("Record")


class SqlLinksReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection

    def inbox_entry(self, number: int) -> InboxEntry | None:
        return self._record(select_by(INBOX, "number"), InboxEntry, keys(number=number))

    def inbox_repeat(
        self, source: str, kind: DocumentKind, key: str, version: str, body_hash: str
    ) -> InboxEntry | None:
        query = select_by(INBOX, "source", "kind", "key", "version", "body_hash")
        wanted = keys(source=source, kind=kind.value, key=key, version=version, body_hash=body_hash)
        return self._record(query, InboxEntry, wanted)

    def inbox_latest(self, source: str, kind: DocumentKind, key: str) -> InboxEntry | None:
        query = select_by(INBOX, "source", "kind", "key").order_by(INBOX.c.number.desc()).limit(1)
        return self._record(query, InboxEntry, keys(source=source, kind=kind.value, key=key))

    def inbox(self, query: InboxQuery) -> tuple[InboxEntry, ...]:
        number = INBOX.c.number
        found = select(INBOX).order_by(number.desc()).limit(query.limit)
        if query.state is not None:
            found = found.where(INBOX.c.state == query.state.value)
        if query.before is not None:
            found = found.where(number < query.before)
        return self._records(found, InboxEntry)

    def inbox_count(self, state: InboxState) -> int:
        query = select(func.count()).where(INBOX.c.state == state.value)
        return self._connection.execute(query).scalar() or 0

    def cursor(self, source: str, feed: Feed) -> CursorRecord | None:
        query = select_by(WMS_CURSOR, "source", "feed")
        return self._record(query, CursorRecord, keys(source=source, feed=feed.value))

    def cursors(self) -> tuple[CursorRecord, ...]:
        query = select(WMS_CURSOR).order_by(WMS_CURSOR.c.source, WMS_CURSOR.c.feed)
        return self._records(query, CursorRecord)

    def foreign_moves(self, before: int | None, limit: int) -> tuple[ForeignMove, ...]:
        number = FOREIGN_MOVE.c.number
        query = select(FOREIGN_MOVE).order_by(number.desc()).limit(limit)
        return self._records(query if before is None else query.where(number < before), ForeignMove)

    def foreign_move_count(self) -> int:
        query = select(func.count()).select_from(FOREIGN_MOVE)
        return self._connection.execute(query).scalar() or 0

    def last_stock_check(self) -> StockCheck | None:
        query = select(STOCK_CHECK.c.body).order_by(STOCK_CHECK.c.number.desc()).limit(1)
        body = self._connection.execute(query).scalar()
        return None if body is None else from_json(decode(body), StockCheck)

    def next_head_ms(self) -> int | None:
        heads = select(func.min(OUTBOX.c.number)).where(PENDING)
        heads = heads.group_by(OUTBOX.c.order, OUTBOX.c.receipt, OUTBOX.c.slot)
        query = select(func.min(OUTBOX.c.next_ms)).where(OUTBOX.c.number.in_(heads))
        return self._connection.execute(query).scalar()

    def untold(self) -> tuple[OutboxMessage, ...]:
        query = select(OUTBOX).where(OUTBOX.c.delivered_ms.is_(None)).order_by(OUTBOX.c.number)
        return self._records(query, OutboxMessage)

    def _records(self, query: Select[tuple[object, ...]], kind: type[Record]) -> tuple[Record, ...]:
        rows = self._connection.execute(query).mappings()
        return tuple(record_of(row, kind) for row in rows)

    def _record(
        self, query: Select[tuple[object, ...]], kind: type[Record], wanted: dict[str, object]
    ) -> Record | None:
        row = self._connection.execute(query, wanted).mappings().first()
        return None if row is None else record_of(row, kind)


class SqlLinksWriting(SqlLinksReading):
    """Changes over one connection inside one transaction."""

    def add_inbox(self, entry: InboxEntry) -> None:
        self._connection.execute(insert_into(INBOX), row_of(entry, numbered=True))

    def put_inbox(self, entry: InboxEntry) -> None:
        self._connection.execute(update_by(INBOX, "number"), changes(row_of(entry), "number"))

    def put_cursor(self, record: CursorRecord) -> None:
        row = row_of(record)
        done = self._connection.execute(
            update_by(WMS_CURSOR, "source", "feed"), changes(row, "source", "feed")
        )
        if done.rowcount == 0:
            self._connection.execute(insert_into(WMS_CURSOR), row)

    def add_foreign_move(self, move: ForeignMove) -> bool:
        known = select_by(FOREIGN_MOVE, "source", "move")
        if self._record(known, ForeignMove, keys(source=move.source, move=move.move)) is not None:
            return False
        self._connection.execute(insert_into(FOREIGN_MOVE), row_of(move, numbered=True))
        return True

    def add_stock_check(self, check: StockCheck) -> None:
        body = encode(check).decode()
        row = {"source": check.source, "at_ms": check.at_ms, "body": body}
        self._connection.execute(insert_into(STOCK_CHECK), row)
