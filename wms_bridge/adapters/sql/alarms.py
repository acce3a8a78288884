"""The part of the database for alarms; see :mod:`wms_bridge.ports.alarms`."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    tuple_,
)

from planner.warehouse.commands import AlarmKind
from wms_bridge.adapters.sql.alarms_tables import ALARM, ALARM_CHANGE
from wms_bridge.adapters.sql.rows import record_of, row_of
from wms_bridge.adapters.sql.statements import changes, insert_into, keys, select_by, update_by
from wms_bridge.records.alarms import (
    AlarmChange,
    AlarmCount,
    AlarmPlace,
    AlarmQuery,
    AlarmRecord,
    AlarmSort,
    AlarmState,
    ChangeQuery,
    Severity,
)

Value = TypeVar("Value", str, int)
_CHUNK = 500
"""How many values fit safely into one SQL ``IN``."""
_SHELVED: ColumnElement[bool] = ALARM.c.shelved_until_ms.is_not(None)
_RANK = case({one.value: one.rank for one in Severity}, value=ALARM.c.severity, else_=len(Severity))
_STANDING = [state.value for state in AlarmState if state is not AlarmState.NORMAL]
_COUNTS = (
    select(ALARM.c.severity, ALARM.c.state, _SHELVED.label("shelved"), func.count())
    .where(or_(ALARM.c.state.in_(_STANDING), _SHELVED))
    .group_by(ALARM.c.severity, ALARM.c.state, _SHELVED)
)
_ABOUT = select(ALARM).where(
    ALARM.c.kind == bindparam("kind"),
    ALARM.c.subject.in_(bindparam("subjects", expanding=True)),
)
_LAST_ALARM = select(func.max(ALARM.c.number))
_LAST_CHANGE = select(func.max(ALARM_CHANGE.c.number))


class SqlAlarmsReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection

    def alarm(self, number: int) -> AlarmRecord | None:
        return self._alarm(select_by(ALARM, "number"), **keys(number=number))

    def alarms_about(self, kind: AlarmKind, subjects: Collection[str]) -> tuple[AlarmRecord, ...]:
        found: list[AlarmRecord] = []
        wanted = sorted(subjects)
        for start in range(0, len(wanted), _CHUNK):
            some = {"kind": kind.value, "subjects": wanted[start : start + _CHUNK]}
            rows = self._connection.execute(_ABOUT, some).mappings()
            found += [record_of(row, AlarmRecord) for row in rows]
        return tuple(sorted(found, key=lambda record: record.number))

    def numbered_alarms(self, numbers: Collection[int]) -> tuple[AlarmRecord, ...]:
        found: list[AlarmRecord] = []
        wanted = sorted(set(numbers))
        for start in range(0, len(wanted), _CHUNK):
            some = ALARM.c.number.in_(wanted[start : start + _CHUNK])
            found += self._alarms(select(ALARM).where(some).order_by(ALARM.c.number))
        return tuple(found)

    def alarms(self, query: AlarmQuery) -> tuple[AlarmRecord, ...]:
        found = select(ALARM).limit(query.limit)
        if query.sort is AlarmSort.SEVERITY:
            found = found.order_by(_RANK)
        found = found.order_by(ALARM.c.changed_ms.desc(), ALARM.c.number.desc())
        found = found.where(*_as_asked(query))
        if query.after is not None:
            found = found.where(_behind(query.sort, query.after))
        return self._alarms(found)

    def count_alarms(self, query: AlarmQuery) -> int:
        counted = select(func.count()).select_from(ALARM).where(*_as_asked(query))
        return self._connection.execute(counted).scalar_one()

    def alarm_counts(self) -> tuple[AlarmCount, ...]:
        counted = [
            AlarmCount(Severity(severity), AlarmState(state), bool(shelved), count)
            for severity, state, shelved, count in self._connection.execute(_COUNTS)
        ]
        return tuple(sorted(counted, key=lambda one: (one.severity.rank, one.state, one.shelved)))

    def shelves_over(self, now_ms: int, limit: int) -> tuple[AlarmRecord, ...]:
        until_ms = ALARM.c.shelved_until_ms
        query = select(ALARM).where(until_ms.is_not(None), until_ms <= now_ms)
        return self._alarms(query.order_by(until_ms, ALARM.c.number).limit(limit))

    def last_alarm(self) -> int:
        return self._connection.execute(_LAST_ALARM).scalar() or 0

    def last_alarm_change(self) -> int:
        return self._connection.execute(_LAST_CHANGE).scalar() or 0

    def alarm_changes(self, query: ChangeQuery) -> tuple[AlarmChange, ...]:
        number, at_ms = ALARM_CHANGE.c.number, ALARM_CHANGE.c.at_ms
        ordered = number if query.oldest_first else number.desc()
        found = select(ALARM_CHANGE).order_by(ordered).limit(query.limit)
        found = found.where(
            *([number > query.after] if query.after else []),
            *([number < query.before] if query.before is not None else []),
            *([at_ms >= query.since_ms] if query.since_ms is not None else []),
            *([at_ms < query.until_ms] if query.until_ms is not None else []),
            *_one_of(ALARM_CHANGE.c.alarm, [] if query.alarm is None else [query.alarm]),
            *_one_of(ALARM_CHANGE.c.subject, [] if query.subject is None else [query.subject]),
            *_one_of(ALARM_CHANGE.c.severity, query.severities),
            *_one_of(ALARM_CHANGE.c.kind, query.kinds),
        )
        rows = self._connection.execute(found).mappings()
        return tuple(record_of(row, AlarmChange) for row in rows)

    def _alarms(self, query: Select[tuple[object, ...]]) -> tuple[AlarmRecord, ...]:
        rows = self._connection.execute(query).mappings()
        return tuple(record_of(row, AlarmRecord) for row in rows)

    def _alarm(self, query: Select[tuple[object, ...]], **values: object) -> AlarmRecord | None:
        row = self._connection.execute(query, values).mappings().first()
        return record_of(row, AlarmRecord) if row else None


class SqlAlarmsWriting(SqlAlarmsReading):
    """Changes over one connection inside one transaction."""

    def add_alarms(self, alarms: Sequence[AlarmRecord]) -> None:
        if alarms:
            self._connection.execute(insert_into(ALARM), [row_of(alarm) for alarm in alarms])

    def put_alarms(self, alarms: Sequence[AlarmRecord]) -> None:
        if alarms:
            rows = [changes(row_of(alarm), "number") for alarm in alarms]
            self._connection.execute(update_by(ALARM, "number"), rows)

    def add_alarm_changes(self, changes: Sequence[AlarmChange]) -> None:
        if changes:
            self._connection.execute(insert_into(ALARM_CHANGE), [row_of(one) for one in changes])


def _as_asked(query: AlarmQuery) -> list[ColumnElement[bool]]:
    """What holds for the alarms that a query is about, wherever they stand in the list."""
    on_shelf = _SHELVED if query.shelved else ALARM.c.shelved_until_ms.is_(None)
    part = ALARM.c.subject.icontains(query.search, autoescape=True)
    return [
        *_one_of(ALARM.c.state, query.states),
        *_one_of(ALARM.c.severity, query.severities),
        *_one_of(ALARM.c.kind, query.kinds),
        *_one_of(ALARM.c.subject, [] if query.subject is None else [query.subject]),
        *([] if query.shelved is None else [on_shelf]),
        *([part] if query.search else []),
    ]


def _one_of(column: Column[Value], wanted: Sequence[Value]) -> list[ColumnElement[bool]]:
    """That a column holds one of the values, where any are wanted."""
    if not wanted:
        return []
    plain = [str(one) if isinstance(one, str) else one for one in wanted]
    return [column.in_(plain)]


def _behind(sort: AlarmSort, place: AlarmPlace) -> ColumnElement[bool]:
    """What stands behind a place in a list."""
    keys_of = tuple_(ALARM.c.changed_ms, ALARM.c.number)
    older = keys_of < tuple_(place.changed_ms, place.number)
    if sort is AlarmSort.NEWEST:
        return older
    rank: ColumnElement[int] = _RANK
    return or_(rank > place.severity.rank, and_(rank == place.severity.rank, older))
