"""The part of the store in memory for links to a WMS; see :mod:`wms_bridge.ports.links`."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from wms_bridge.adapters.memory.changing import Changing
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

if TYPE_CHECKING:
    from wms_bridge.adapters.memory.tables import Tables

_Subject = tuple[str, DocumentKind, str]


@dataclass(slots=True)
class LinksTables:
    """Records by their names; ``inbox_seen`` and ``inbox_latest`` are look-ups made from them."""

    inbox: dict[int, InboxEntry] = field(default_factory=dict)
    inbox_seen: dict[tuple[_Subject, str, str], int] = field(default_factory=dict)
    inbox_latest: dict[_Subject, int] = field(default_factory=dict)
    cursors: dict[tuple[str, Feed], CursorRecord] = field(default_factory=dict)
    moves: dict[tuple[str, str], ForeignMove] = field(default_factory=dict)
    checks: list[StockCheck] = field(default_factory=list)


class MemoryLinksReading:
    """Questions to the tables."""

    _links: LinksTables
    _tables: "Tables"

    def inbox_entry(self, number: int) -> InboxEntry | None:
        return self._links.inbox.get(number)

    def inbox_repeat(
        self, source: str, kind: DocumentKind, key: str, version: str, body_hash: str
    ) -> InboxEntry | None:
        number = self._links.inbox_seen.get(((source, kind, key), version, body_hash))
        return None if number is None else self._links.inbox[number]

    def inbox_latest(self, source: str, kind: DocumentKind, key: str) -> InboxEntry | None:
        number = self._links.inbox_latest.get((source, kind, key))
        return None if number is None else self._links.inbox[number]

    def inbox(self, query: InboxQuery) -> tuple[InboxEntry, ...]:
        found = (
            entry
            for number, entry in reversed(self._links.inbox.items())
            if (query.before is None or number < query.before)
            and query.state in (None, entry.state)
        )
        return tuple(islice(found, query.limit))

    def inbox_count(self, state: InboxState) -> int:
        return sum(entry.state is state for entry in self._links.inbox.values())

    def cursor(self, source: str, feed: Feed) -> CursorRecord | None:
        return self._links.cursors.get((source, feed))

    def cursors(self) -> tuple[CursorRecord, ...]:
        return tuple(self._links.cursors[name] for name in sorted(self._links.cursors))

    def foreign_moves(self, before: int | None, limit: int) -> tuple[ForeignMove, ...]:
        latest = reversed(self._links.moves.values())
        found = (move for move in latest if before is None or move.number < before)
        return tuple(islice(found, limit))

    def foreign_move_count(self) -> int:
        return len(self._links.moves)

    def last_stock_check(self) -> StockCheck | None:
        return self._links.checks[-1] if self._links.checks else None

    def next_head_ms(self) -> int | None:
        heads: dict[tuple[str | None, ...], int] = {}
        for message in self._untold(dead=False):
            heads.setdefault((message.order, message.receipt, message.slot), message.next_ms)
        return min(heads.values(), default=None)

    def untold(self) -> tuple[OutboxMessage, ...]:
        return tuple(self._untold(dead=True))

    def _untold(self, *, dead: bool) -> Iterator[OutboxMessage]:
        tables = self._tables
        if not dead:
            yield from (tables.messages[number] for number in sorted(tables.pending))
            return
        for message in tables.messages.values():
            if message.delivered_ms is None:
                yield message


class MemoryLinksWriting(MemoryLinksReading, Changing):
    """Changes to the tables."""

    def add_inbox(self, entry: InboxEntry) -> None:
        links, number = self._links, len(self._links.inbox) + 1
        subject = (entry.source, entry.kind, entry.key)
        self._set(links.inbox, number, replace(entry, number=number))
        self._set(links.inbox_seen, (subject, entry.version, entry.body_hash), number)
        self._set(links.inbox_latest, subject, number)

    def put_inbox(self, entry: InboxEntry) -> None:
        self._set(self._links.inbox, entry.number, entry)

    def put_cursor(self, record: CursorRecord) -> None:
        self._set(self._links.cursors, (record.source, record.feed), record)

    def add_foreign_move(self, move: ForeignMove) -> bool:
        name = (move.source, move.move)
        if name in self._links.moves:
            return False
        self._set(self._links.moves, name, replace(move, number=len(self._links.moves) + 1))
        return True

    def add_stock_check(self, check: StockCheck) -> None:
        self._append(self._links.checks, check)
