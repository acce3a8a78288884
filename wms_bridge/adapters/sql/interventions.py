"""The part of the database for interventions; see :mod:`wms_bridge.ports.interventions`."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, RowMapping, Select, func, select

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.ids import InterventionId
from wms_bridge.adapters.sql.interventions_tables import INTERVENTION, INTERVENTION_SUBJECT
from wms_bridge.adapters.sql.rows import Row
from wms_bridge.adapters.sql.statements import changes, insert_into, keys, select_by, update_by
from wms_bridge.records.interventions import InterventionQuery, InterventionRecord

_CHUNK = 500
"""How many values fit safely into one SQL ``IN``."""
_NUMBER, _SUBJECT = INTERVENTION.c.number, INTERVENTION_SUBJECT.c
_LAST = select(func.max(_NUMBER))
_LAST_CHANGE = select(func.max(INTERVENTION.c.change))


class SqlInterventionsReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection

    def intervention(self, number: int) -> InterventionRecord | None:
        return self._intervention("number", number)

    def intervention_named(self, intervention: InterventionId) -> InterventionRecord | None:
        return self._intervention("intervention", intervention)

    def interventions(self, query: InterventionQuery) -> tuple[InterventionRecord, ...]:
        of = INTERVENTION.c
        found = select(INTERVENTION).order_by(_NUMBER.desc()).limit(query.limit)
        if query.kinds:
            found = found.where(of.kind.in_([kind.value for kind in query.kinds]))
        if query.states:
            found = found.where(of.state.in_([state.value for state in query.states]))
        if query.by is not None:
            found = found.where(of.by == query.by)
        if query.in_force is not None:
            found = found.where(of.in_force if query.in_force else of.in_force.is_(False))
        if query.before is not None:
            found = found.where(of.number < query.before)
        if query.subject is not None:
            about = select(_SUBJECT.number).where(_SUBJECT.subject == query.subject)
            found = found.where(_NUMBER.in_(about))
        return self._found(found)

    def last_intervention(self) -> int:
        return self._connection.execute(_LAST).scalar() or 0

    def last_intervention_about(self, subjects: Collection[str]) -> int:
        found = [0]
        for some in _chunks(subjects):
            query = select(func.max(_SUBJECT.number)).where(_SUBJECT.subject.in_(some))
            found.append(self._connection.execute(query).scalar() or 0)
        return max(found)

    def interventions_in_force(self, subjects: Collection[str]) -> tuple[InterventionRecord, ...]:
        found: dict[int, InterventionRecord] = {}
        for some in _chunks(subjects):
            about = select(_SUBJECT.number).where(_SUBJECT.subject.in_(some))
            query = select(INTERVENTION).where(INTERVENTION.c.in_force, _NUMBER.in_(about))
            found |= {record.number: record for record in self._found(query)}
        return tuple(found[number] for number in sorted(found))

    def last_intervention_change(self) -> int:
        return self._connection.execute(_LAST_CHANGE).scalar() or 0

    def interventions_changed(self, after: int, limit: int) -> tuple[InterventionRecord, ...]:
        change = INTERVENTION.c.change
        query = select(INTERVENTION).where(change > after).order_by(change).limit(limit)
        return self._found(query)

    def _intervention(self, column: str, value: object) -> InterventionRecord | None:
        query = select_by(INTERVENTION, column)
        row = self._connection.execute(query, keys(**{column: value})).mappings().first()
        return None if row is None else _record_of(row)

    def _found(self, query: Select[tuple[object, ...]]) -> tuple[InterventionRecord, ...]:
        return tuple(_record_of(row) for row in self._connection.execute(query).mappings())


class SqlInterventionsWriting(SqlInterventionsReading):
    """Changes over one connection inside one transaction."""

    def add_intervention(self, record: InterventionRecord, subjects: Sequence[str]) -> None:
        self._connection.execute(insert_into(INTERVENTION), _row_of(record))
        rows = [{"subject": subject, "number": record.number} for subject in subjects]
        if rows:
            self._connection.execute(insert_into(INTERVENTION_SUBJECT), rows)

    def put_intervention(self, record: InterventionRecord) -> None:
        row = changes(_row_of(record), "number")
        self._connection.execute(update_by(INTERVENTION, "number"), row)


def _chunks(subjects: Collection[str]) -> list[list[str]]:
    wanted = sorted(set(subjects))
    return [wanted[start : start + _CHUNK] for start in range(0, len(wanted), _CHUNK)]


def _row_of(record: InterventionRecord) -> Row:
    return {
        "number": record.number,
        "intervention": record.intervention.intervention,
        "kind": record.intervention.kind.value,
        "state": record.state.value,
        "by": record.by,
        "in_force": record.in_force,
        "change": record.change,
        "body": encode(record).decode(),
    }


def _record_of(row: RowMapping) -> InterventionRecord:
    return from_json(decode(row["body"]), InterventionRecord)
