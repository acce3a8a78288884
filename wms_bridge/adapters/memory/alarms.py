"""The part of the store in memory for alarms; see :mod:`wms_bridge.ports.alarms`."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import islice

from planner.warehouse.commands import AlarmKind
from wms_bridge.adapters.memory.changing import Changing
from wms_bridge.adapters.memory.tables import OverTables
from wms_bridge.records.alarms import (
    AlarmChange,
    AlarmCount,
    AlarmPlace,
    AlarmQuery,
    AlarmRecord,
    AlarmSort,
    AlarmState,
    ChangeQuery,
)


class MemoryAlarmsReading(OverTables):
    """Questions to the tables."""

    def alarm(self, number: int) -> AlarmRecord | None:
        return self._alarms.alarms.get(number)

    def alarms_about(self, kind: AlarmKind, subjects: Collection[str]) -> tuple[AlarmRecord, ...]:
        known = self._alarms.numbers
        return self.numbered_alarms(
            [known[kind, subject] for subject in subjects if (kind, subject) in known]
        )

    def numbered_alarms(self, numbers: Collection[int]) -> tuple[AlarmRecord, ...]:
        known = self._alarms.alarms
        return tuple(known[number] for number in sorted(set(numbers)) if number in known)

    def alarms(self, query: AlarmQuery) -> tuple[AlarmRecord, ...]:
        start = None if query.after is None else _order(query.sort, query.after)
        found = [
            (_order(query.sort, record.place), record)
            for record in self._alarms.alarms.values()
            if _wanted(query, record)
        ]
        behind = [one for one in found if start is None or one[0] > start]
        behind.sort(key=lambda one: one[0])
        return tuple(record for _, record in behind[: query.limit])

    def count_alarms(self, query: AlarmQuery) -> int:
        return sum(_wanted(query, record) for record in self._alarms.alarms.values())

    def alarm_counts(self) -> tuple[AlarmCount, ...]:
        counted = Counter(
            (record.severity, record.state, record.shelved)
            for record in self._alarms.alarms.values()
            if record.shelved or record.state is not AlarmState.NORMAL
        )
        ordered = sorted(counted, key=lambda key: (key[0].rank, key[1], key[2]))
        return tuple(AlarmCount(*key, counted[key]) for key in ordered)

    def shelves_over(self, now_ms: int, limit: int) -> tuple[AlarmRecord, ...]:
        over = [
            (record.shelved_until_ms, record.number)
            for record in self._alarms.alarms.values()
            if record.shelved_until_ms is not None and record.shelved_until_ms <= now_ms
        ]
        return tuple(self._alarms.alarms[number] for _, number in sorted(over)[:limit])

    def last_alarm(self) -> int:
        return len(self._alarms.alarms)

    def last_alarm_change(self) -> int:
        return len(self._alarms.changes)

    def alarm_changes(self, query: ChangeQuery) -> tuple[AlarmChange, ...]:
        changes = self._alarms.changes
        last = len(changes) if query.before is None else min(len(changes), query.before - 1)
        numbers = range(query.after + 1, last + 1)
        ordered: Iterable[int] = numbers if query.oldest_first else reversed(numbers)
        found = (changes[number - 1] for number in ordered)
        return tuple(islice((one for one in found if _asked(query, one)), query.limit))


class MemoryAlarmsWriting(MemoryAlarmsReading, Changing):
    """Changes to the tables."""

    def add_alarms(self, alarms: Sequence[AlarmRecord]) -> None:
        for alarm in alarms:
            self._set(self._alarms.alarms, alarm.number, alarm)
            self._set(self._alarms.numbers, (alarm.kind, alarm.subject), alarm.number)

    def put_alarms(self, alarms: Sequence[AlarmRecord]) -> None:
        for alarm in alarms:
            self._set(self._alarms.alarms, alarm.number, alarm)

    def add_alarm_changes(self, changes: Sequence[AlarmChange]) -> None:
        for change in changes:
            self._append(self._alarms.changes, change)


def _order(sort: AlarmSort, place: AlarmPlace) -> tuple[int, int, int]:
    rank = place.severity.rank if sort is AlarmSort.SEVERITY else 0
    return rank, -place.changed_ms, -place.number


def _wanted(query: AlarmQuery, record: AlarmRecord) -> bool:
    return (
        (not query.states or record.state in query.states)
        and (not query.severities or record.severity in query.severities)
        and (not query.kinds or record.kind in query.kinds)
        and query.subject in (None, record.subject)
        and query.shelved in (None, record.shelved)
        and query.search.lower() in record.subject.lower()
    )


def _asked(query: ChangeQuery, change: AlarmChange) -> bool:
    return (
        query.alarm in (None, change.alarm)
        and (not query.kinds or change.kind in query.kinds)
        and (not query.severities or change.severity in query.severities)
        and query.subject in (None, change.subject)
        and (query.since_ms is None or change.at_ms >= query.since_ms)
        and (query.until_ms is None or change.at_ms < query.until_ms)
    )
