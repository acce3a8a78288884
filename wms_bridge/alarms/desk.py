"""Alarms of a site, as the web offers them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from wms_bridge.alarms.acknowledging import (
    AlarmsAcknowledged,
    AlarmSeen,
    acknowledge,
    acknowledge_alike,
    acknowledge_listed,
    wanting_states,
)
from wms_bridge.alarms.changing import known_alarm
from wms_bridge.alarms.shelving import AlarmHandled, ShelfWanted, end_shelves, shelve, unshelve
from wms_bridge.ports.store import Reading, Store
from wms_bridge.records.alarms import (
    AlarmChange,
    AlarmCount,
    AlarmPlace,
    AlarmQuery,
    AlarmRecord,
    ChangeQuery,
)

ENDED_AT_ONCE = 500
"""Shelves ended in one transaction: others want to write, too."""


@dataclass(frozen=True, slots=True)
class AlarmPage:
    """Alarms as asked for, with the place of the last one if there are more; how many there are of
    all; the number of the latest change; and of those asked for, on all pages, how many there are
    (``total``) and how many could be acknowledged together (``wanting``). All as of one moment."""

    alarms: tuple[AlarmRecord, ...]
    next: AlarmPlace | None
    counts: tuple[AlarmCount, ...]
    change: int
    total: int
    wanting: int


@dataclass(frozen=True, slots=True)
class AlarmDetails:
    """An alarm, and what became of it, the newest change first."""

    alarm: AlarmRecord
    changes: tuple[AlarmChange, ...]


class AlarmDesk:
    """Kept in ``store``; ``changed`` is called after every change. Safe to call from several
    threads. Times are milliseconds of the bridge's clock."""

    def __init__(self, store: Store, changed: Callable[[], None]):
        self._store = store
        self._changed = changed

    def alarms(self, query: AlarmQuery) -> tuple[AlarmRecord, ...]:
        """Alarms as asked for."""
        with self._store.reading() as tx:
            return tx.alarms(query)

    def page(self, query: AlarmQuery) -> AlarmPage:
        """Alarms as asked for, with what a page needs beside them."""
        with self._store.reading() as tx:
            found = tx.alarms(replace(query, limit=query.limit + 1))
            counts, change = tx.alarm_counts(), tx.last_alarm_change()
            total, wanting = tx.count_alarms(query), _wanting(tx, query)
        shown = found[: query.limit]
        more = shown[-1].place if len(found) > query.limit else None
        return AlarmPage(shown, more, counts, change, total, wanting)

    def details(self, number: int, before: int | None = None, limit: int = 100) -> AlarmDetails:
        """One alarm and its history; :class:`NotFound` if there is none."""
        query = ChangeQuery(alarm=number, before=before, limit=limit)
        with self._store.reading() as tx:
            return AlarmDetails(known_alarm(tx, number), tx.alarm_changes(query))

    def changes(self, query: ChangeQuery) -> tuple[AlarmChange, ...]:
        """What happened to alarms, as asked for."""
        with self._store.reading() as tx:
            return tx.alarm_changes(query)

    def acknowledge(self, seen: AlarmSeen, by: str, reason: str, now_ms: int) -> AlarmHandled:
        """See :func:`wms_bridge.alarms.acknowledging.acknowledge`."""
        with self._store.writing() as tx:
            handled = acknowledge(tx, seen, by, reason, now_ms)
        self._changed()
        return handled

    def acknowledge_listed(
        self, seen: Sequence[AlarmSeen], by: str, reason: str, now_ms: int
    ) -> AlarmsAcknowledged:
        """See :func:`wms_bridge.alarms.acknowledging.acknowledge_listed`."""
        with self._store.writing() as tx:
            done = acknowledge_listed(tx, seen, by, reason, now_ms)
        self._changed()
        return done

    def acknowledge_alike(
        self, alike: AlarmQuery, seen: int, by: str, reason: str, now_ms: int
    ) -> AlarmsAcknowledged:
        """See :func:`wms_bridge.alarms.acknowledging.acknowledge_alike`."""
        with self._store.writing() as tx:
            done = acknowledge_alike(tx, alike, seen, by, reason, now_ms)
        self._changed()
        return done

    def shelve(self, number: int, wanted: ShelfWanted, now_ms: int) -> AlarmHandled:
        """See :func:`wms_bridge.alarms.shelving.shelve`."""
        with self._store.writing() as tx:
            handled = shelve(tx, number, wanted, now_ms)
        self._changed()
        return handled

    def unshelve(self, number: int, by: str, reason: str, now_ms: int) -> AlarmHandled:
        """See :func:`wms_bridge.alarms.shelving.unshelve`."""
        with self._store.writing() as tx:
            handled = unshelve(tx, number, by, reason, now_ms)
        self._changed()
        return handled

    def end_shelves(self, now_ms: int) -> int:
        """Have back what was shelved until ``now_ms`` or before; how many. To be called every
        second."""
        with self._store.reading() as tx:
            if not tx.shelves_over(now_ms, 1):
                return 0
        ended = 0
        while True:
            with self._store.writing() as tx:
                more = end_shelves(tx, now_ms, ENDED_AT_ONCE)
            if not more:
                break
            ended += more
        self._changed()
        return ended


def _wanting(tx: Reading, query: AlarmQuery) -> int:
    states = wanting_states(query)
    if not states or query.shelved:
        return 0
    return tx.count_alarms(replace(query, states=states, shelved=False))
