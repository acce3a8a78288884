"""The part of the store in memory for interventions; see :mod:`wms_bridge.ports.interventions`."""

from collections.abc import Collection, Sequence
from itertools import islice

from planner.warehouse.ids import InterventionId
from wms_bridge.adapters.memory.changing import Changing
from wms_bridge.adapters.memory.tables import OverTables
from wms_bridge.records.interventions import InterventionQuery, InterventionRecord, subjects_of


class MemoryInterventionsReading(OverTables):
    """Questions to the tables."""

    def intervention(self, number: int) -> InterventionRecord | None:
        return self._interventions.records.get(number)

    def intervention_named(self, intervention: InterventionId) -> InterventionRecord | None:
        number = self._interventions.numbers.get(intervention)
        return None if number is None else self._interventions.records[number]

    def interventions(self, query: InterventionQuery) -> tuple[InterventionRecord, ...]:
        records = self._interventions.records
        below = len(records) + 1 if query.before is None else query.before
        found = (records[number] for number in reversed(records) if number < below)
        return tuple(islice((one for one in found if _wanted(query, one)), query.limit))

    def last_intervention(self) -> int:
        return len(self._interventions.records)

    def last_intervention_about(self, subjects: Collection[str]) -> int:
        return max(self._about(subjects), default=0)

    def interventions_in_force(self, subjects: Collection[str]) -> tuple[InterventionRecord, ...]:
        found = (self._interventions.records[number] for number in sorted(self._about(subjects)))
        return tuple(record for record in found if record.in_force)

    def last_intervention_change(self) -> int:
        return max((one.change for one in self._interventions.records.values()), default=0)

    def interventions_changed(self, after: int, limit: int) -> tuple[InterventionRecord, ...]:
        found = (one for one in self._interventions.records.values() if one.change > after)
        return tuple(sorted(found, key=lambda one: one.change)[:limit])

    def _about(self, subjects: Collection[str]) -> set[int]:
        about = self._interventions.about
        return {number for subject in subjects for number in about.get(subject, ())}


class MemoryInterventionsWriting(MemoryInterventionsReading, Changing):
    """Changes to the tables."""

    def add_intervention(self, record: InterventionRecord, subjects: Sequence[str]) -> None:
        tables = self._interventions
        self._set(tables.records, record.number, record)
        self._set(tables.numbers, record.intervention.intervention, record.number)
        for subject in subjects:
            before = tables.about.get(subject, ())
            self._set(tables.about, subject, (*before, record.number))

    def put_intervention(self, record: InterventionRecord) -> None:
        self._set(self._interventions.records, record.number, record)


def _wanted(query: InterventionQuery, record: InterventionRecord) -> bool:
    return (
        (not query.kinds or record.intervention.kind in query.kinds)
        and (not query.states or record.state in query.states)
        and query.by in (None, record.by)
        and (query.subject is None or query.subject in subjects_of(record.intervention))
        and query.in_force in (None, record.in_force)
    )
