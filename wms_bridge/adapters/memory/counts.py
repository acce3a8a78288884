"""The part of the store in memory that counting needs; see :mod:`wms_bridge.ports.counts`."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from planner.warehouse.ids import CountId, SlotId, StationId
from wms_bridge.adapters.memory.changing import Changing
from wms_bridge.adapters.memory.tables import OverTables, Tables
from wms_bridge.records.counts import (
    CaseQuery,
    CountCase,
    CountTaskRecord,
    DecisionRecord,
    EpcisRecord,
    EvidenceRecord,
    SeenCount,
)


class MemoryCountReading(OverTables):
    """Questions to the tables."""

    def case(self, case: str) -> CountCase | None:
        return self._tables.cases.get(case)

    def slot_case(self, slot: SlotId) -> CountCase | None:
        latest = self._tables.slot_cases.get(slot)
        return None if latest is None else self._tables.cases[latest]

    def cases(self, query: CaseQuery) -> tuple[CountCase, ...]:
        wanted = (
            case
            for case in reversed(self._tables.cases.values())
            if query.open in (None, case.status.open)
            and query.slot in (None, case.slot)
            and (query.before is None or case.number < query.before)
        )
        return tuple(islice(wanted, query.limit))

    def settled_cases(self, since_ms: int) -> tuple[CountCase, ...]:
        return tuple(
            case
            for case in self._tables.cases.values()
            if case.settled_ms is not None and case.settled_ms >= since_ms
        )

    def last_case(self) -> int:
        return len(self._tables.cases)

    def seen_count(self, digest: str) -> SeenCount | None:
        return self._tables.seen_counts.get(digest)

    def seen_counts(self, case: str) -> tuple[SeenCount, ...]:
        digests = self._tables.case_counts.get(case, ())
        return tuple(self._tables.seen_counts[digest] for digest in digests)

    def count_task(self, count: CountId) -> CountTaskRecord | None:
        latest = self._tables.latest_task.get(count)
        return None if latest is None else self._tables.count_tasks[latest]

    def open_counts(self, station: StationId, after: int) -> tuple[CountTaskRecord, ...]:
        numbers = sorted(n for s, n in self._tables.open_counts if s == station and n > after)
        return tuple(self._tables.count_tasks[number] for number in numbers)

    def decisions(self, case: str) -> tuple[DecisionRecord, ...]:
        return tuple(decision for decision in self._tables.decisions if decision.case == case)

    def evidence(self, sha256: str) -> EvidenceRecord | None:
        return self._tables.evidence.get(sha256)

    def epcis(self, after: int, limit: int) -> tuple[EpcisRecord, ...]:
        return tuple(self._tables.epcis[max(0, after) : max(0, after) + limit])


class MemoryCountWriting(MemoryCountReading, Changing):
    """Changes to the tables."""

    def __init__(self, tables: Tables):
        MemoryCountReading.__init__(self, tables)
        Changing.__init__(self)

    def put_case(self, case: CountCase) -> None:
        self._set(self._tables.cases, case.case, case)
        self._set(self._tables.slot_cases, case.slot, case.case)

    def add_seen_count(self, seen: SeenCount) -> None:
        self._set(self._tables.seen_counts, seen.digest, seen)
        before = self._tables.case_counts.get(seen.answer.case, ())
        self._set(self._tables.case_counts, seen.answer.case, (*before, seen.digest))

    def add_count_task(self, task: CountTaskRecord) -> None:
        number = len(self._tables.count_tasks) + 1
        self._set(self._tables.latest_task, task.task.count, number)
        self.put_count_task(replace(task, number=number))

    def put_count_task(self, task: CountTaskRecord) -> None:
        self._set(self._tables.count_tasks, task.number, task)
        place = (task.task.station, task.number)
        if task.open:
            self._set(self._tables.open_counts, place, None)
        else:
            self._remove(self._tables.open_counts, place)

    def add_decision(self, decision: DecisionRecord) -> None:
        self._append(self._tables.decisions, decision)

    def add_evidence(self, evidence: EvidenceRecord) -> None:
        if evidence.sha256 not in self._tables.evidence:
            self._set(self._tables.evidence, evidence.sha256, evidence)

    def add_epcis(self, events: Sequence[EpcisRecord]) -> None:
        for event in events:
            if event.hash not in self._tables.epcis_hashes:
                self._set(self._tables.epcis_hashes, event.hash, None)
                number = len(self._tables.epcis) + 1
                self._append(self._tables.epcis, replace(event, number=number))
