"""Where documents of a WMS come in: use cases over the store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wms_bridge.inbox.taking import retry_document, take_document, take_items
from wms_bridge.ports.store import Store, Writing
from wms_bridge.records.links import (
    CursorRecord,
    DocumentKind,
    Feed,
    ForeignMove,
    InboxEntry,
    InboxQuery,
    InboxState,
    Incoming,
)
from wms_bridge.shelves import Shelves

AT_ONCE = 200
"""Documents in one transaction."""


@dataclass(frozen=True, slots=True)
class PageTaken:
    """What became of what was read: ``taken`` were done, ``late`` came too late, ``rejected`` wait
    for somebody, ``repeated`` were known."""

    taken: int = 0
    late: int = 0
    rejected: int = 0
    repeated: int = 0

    def and_then(self, other: "PageTaken") -> "PageTaken":
        """Both together."""
        return PageTaken(
            self.taken + other.taken,
            self.late + other.late,
            self.rejected + other.rejected,
            self.repeated + other.repeated,
        )


class Inbox:
    """Takes documents. ``tell`` is called after a change is kept. Safe to call from several
    threads."""

    def __init__(self, store: Store, shelves: Shelves, tell: Callable[[], None]):
        self._store = store
        self._shelves = shelves
        self._tell = tell

    def take(
        self, source: str, feed: Feed, documents: Sequence[Incoming], cursor: str, now_ms: int
    ) -> PageTaken:
        """Take what was read from a feed, and keep how far that is, the latter in the last
        transaction: what is read again after a crash is known by then."""
        result = PageTaken()
        for start in range(0, max(1, len(documents)), AT_ONCE):
            chunk = documents[start : start + AT_ONCE]
            with self._store.writing() as tx:
                result = result.and_then(self._take(tx, source, chunk, now_ms))
                if start + AT_ONCE >= len(documents):
                    _move_on(tx, CursorRecord(source, feed, cursor, now_ms))
        if documents:
            self._tell()
        return result

    def take_moves(
        self, source: str, moves: Sequence[ForeignMove], cursor: str, now_ms: int
    ) -> int:
        """Keep moves that are not ours, for people to see: our books do not change. How many are
        news."""
        with self._store.writing() as tx:
            news = sum(tx.add_foreign_move(move) for move in moves)
            _move_on(tx, CursorRecord(source, Feed.MOVES, cursor, now_ms))
        return news

    def cursor(self, source: str, feed: Feed) -> str:
        """Where to read on; empty at the start."""
        with self._store.reading() as tx:
            record = tx.cursor(source, feed)
        return record.cursor if record else ""

    def entries(self, query: InboxQuery) -> tuple[InboxEntry, ...]:
        """Documents as asked for, the latest first."""
        with self._store.reading() as tx:
            return tx.inbox(query)

    def retry(self, number: int, now_ms: int) -> InboxEntry:
        """Try a rejected document again; see :func:`wms_bridge.inbox.taking.retry_document`."""
        with self._store.writing() as tx:
            entry = retry_document(tx, self._shelves, number, now_ms)
        self._tell()
        return entry

    def _take(
        self, tx: Writing, source: str, documents: Sequence[Incoming], now_ms: int
    ) -> PageTaken:
        if documents and all(one.kind is DocumentKind.ITEM for one in documents):
            taken = take_items(tx, self._shelves, source, documents, now_ms)
            return PageTaken(taken=taken, rejected=len(documents) - taken)
        entries = [take_document(tx, self._shelves, source, one, now_ms) for one in documents]
        states = [entry.state for entry in entries if entry is not None]
        return PageTaken(
            states.count(InboxState.TAKEN),
            states.count(InboxState.LATE),
            states.count(InboxState.REJECTED),
            len(entries) - len(states),
        )


def _move_on(tx: Writing, record: CursorRecord) -> None:
    known = tx.cursor(record.source, record.feed)
    if known is None or known.cursor != record.cursor:
        tx.put_cursor(record)
