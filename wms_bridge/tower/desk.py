"""The control tower as the web offers it: the stream, and the exceptions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from wms_bridge.ports.store import Store
from wms_bridge.records.tower import (
    ExceptionCount,
    ExceptionQuery,
    ExceptionRecord,
    StreamItem,
    StreamKind,
)
from wms_bridge.tower.errors import InvalidStream
from wms_bridge.tower.handling import Handling, handle
from wms_bridge.tower.merging import (
    StreamPage,
    newest,
    page_after,
    page_before,
    read_cursor,
    since,
)
from wms_bridge.tower.noticing import noticed
from wms_bridge.tower.sighting import sightings
from wms_bridge.tower.sources import sources_of


@dataclass(frozen=True, slots=True)
class StreamQuery:
    """Which items: of ``kinds``, about a ``subject`` that holds these words; behind the place
    ``after``, or before the place ``before``, or from ``since_ms`` on; without any of the three the
    newest. At most ``limit``."""

    kinds: tuple[StreamKind, ...]
    subject: str = ""
    after: str | None = None
    before: str | None = None
    since_ms: int | None = None
    limit: int = 100

    def wants(self, item: StreamItem) -> bool:
        """Whether an item is one of those asked for."""
        return not self.subject or self.subject.casefold() in item.subject.casefold()


@dataclass(frozen=True, slots=True)
class ExceptionPage:
    """Exceptions as asked for, whether there are more behind, and how many there are of all."""

    exceptions: tuple[ExceptionRecord, ...]
    more: bool
    counts: tuple[ExceptionCount, ...]


class TowerDesk:
    """Reads and notices in ``store``; what people do is kept in ``audited``. ``changed`` is called
    after every change. Safe to call from several threads. Times are milliseconds of the bridge's
    clock."""

    def __init__(self, store: Store, audited: Store, changed: Callable[[], None]):
        self._store = store
        self._audited = audited
        self._changed = changed

    def stream(self, query: StreamQuery) -> StreamPage:
        """Items as asked for; :class:`InvalidStream` on a place that is none."""
        if sum(one is not None for one in (query.after, query.before, query.since_ms)) > 1:
            raise InvalidStream(
                "only one of after, before and since_ms", field="after", remedy="Send one."
            )
        with self._store.reading() as tx:
            sources = sources_of(tx, query.kinds)
            if query.after is not None:
                start = read_cursor(query.after, query.kinds, "after")
                return page_after(sources, start, query.wants, query.limit)
            if query.since_ms is not None:
                start = since(sources, query.since_ms)
                return page_after(sources, start, query.wants, query.limit)
            named = query.before
            end = newest(sources) if named is None else read_cursor(named, query.kinds, "before")
            return page_before(sources, end, query.wants, query.limit)

    def exceptions(self, query: ExceptionQuery) -> ExceptionPage:
        """Exceptions as asked for."""
        with self._store.reading() as tx:
            found = tx.exception_items(replace(query, limit=query.limit + 1))
            counts = tx.exception_counts()
        return ExceptionPage(found[: query.limit], len(found) > query.limit, counts)

    def handle(self, number: int, wanted: Handling, now_ms: int) -> ExceptionRecord:
        """See :func:`wms_bridge.tower.handling.handle`."""
        with self._audited.writing() as tx:
            after = handle(tx, number, wanted, now_ms)
        self._changed()
        return after

    def notice(self, now_ms: int) -> int:
        """Keep what waits for somebody; how many exceptions are new or changed. To be called every
        few seconds."""
        with self._store.reading() as tx:
            found, complete = sightings(tx, now_ms)
            keys = {one.key for one in found}
            records: Sequence[ExceptionRecord] = (
                *tx.exceptions_going(),
                *tx.exceptions_named(keys),
            )
        known = {one.key: one for one in records}
        changed = noticed(known, found, complete, now_ms)
        if not changed:
            return 0
        with self._store.writing() as tx:
            for one in changed:
                if one.number == 0:
                    tx.add_exception(one)
                elif tx.exception_item(one.number) == known[one.key]:
                    # Of what somebody dealt with meanwhile the next look finds the rest.
                    tx.put_exception(one)
        self._changed()
        return len(changed)
