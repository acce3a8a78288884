"""The part of the database that counting needs; see :mod:`wms_bridge.ports.counts`."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import Connection, RowMapping, Select, Table, func, select

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.ids import CountId, SlotId, StationId
from wms_bridge.adapters.sql.count_tables import (
    COUNT_CASE,
    COUNT_DECISION,
    COUNT_TASK,
    EPCIS_EVENT,
    EVIDENCE,
    SLOT_COUNT,
)
from wms_bridge.adapters.sql.rows import Row, record_of, row_of
from wms_bridge.adapters.sql.statements import changes, insert_into, keys, select_by, update_by
from wms_bridge.records.counts import (
    CaseQuery,
    CountCase,
    CountTaskRecord,
    DecisionRecord,
    EpcisRecord,
    EvidenceRecord,
    SeenCount,
)

Record = TypeVar("Record")
Query = Select[tuple[object, ...]]


class SqlCountReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection

    def case(self, case: str) -> CountCase | None:
        return self._body(select_by(COUNT_CASE, "case"), CountCase, **keys(case=case))

    def slot_case(self, slot: SlotId) -> CountCase | None:
        number = COUNT_CASE.c.number
        query = select(COUNT_CASE).where(COUNT_CASE.c.slot == slot)
        return self._body(query.order_by(number.desc()).limit(1), CountCase)

    def cases(self, query: CaseQuery) -> tuple[CountCase, ...]:
        number = COUNT_CASE.c.number
        found = select(COUNT_CASE).order_by(number.desc()).limit(query.limit)
        if query.open is not None:
            found = found.where(COUNT_CASE.c.open if query.open else ~COUNT_CASE.c.open)
        if query.slot is not None:
            found = found.where(COUNT_CASE.c.slot == query.slot)
        if query.before is not None:
            found = found.where(number < query.before)
        return self._bodies(found, CountCase)

    def settled_cases(self, since_ms: int) -> tuple[CountCase, ...]:
        query = select(COUNT_CASE).where(COUNT_CASE.c.settled_ms >= since_ms)
        return self._bodies(query.order_by(COUNT_CASE.c.number), CountCase)

    def last_case(self) -> int:
        return self._last(COUNT_CASE)

    def seen_count(self, digest: str) -> SeenCount | None:
        return self._body(select_by(SLOT_COUNT, "digest"), SeenCount, **keys(digest=digest))

    def seen_counts(self, case: str) -> tuple[SeenCount, ...]:
        query = select(SLOT_COUNT).where(SLOT_COUNT.c.case == case)
        return self._bodies(query.order_by(SLOT_COUNT.c.number), SeenCount)

    def count_task(self, count: CountId) -> CountTaskRecord | None:
        query = select(COUNT_TASK).where(COUNT_TASK.c.count == count)
        rows = self._rows(query.order_by(COUNT_TASK.c.number.desc()).limit(1))
        return next((_task_of(row) for row in rows), None)

    def open_counts(self, station: StationId, after: int) -> tuple[CountTaskRecord, ...]:
        number = COUNT_TASK.c.number
        query = select(COUNT_TASK).where(COUNT_TASK.c.open, COUNT_TASK.c.station == station)
        rows = self._rows(query.where(number > after).order_by(number))
        return tuple(_task_of(row) for row in rows)

    def decisions(self, case: str) -> tuple[DecisionRecord, ...]:
        query = select(COUNT_DECISION).where(COUNT_DECISION.c.case == case)
        rows = self._rows(query.order_by(COUNT_DECISION.c.number))
        return tuple(record_of(row, DecisionRecord) for row in rows)

    def evidence(self, sha256: str) -> EvidenceRecord | None:
        rows = self._rows(select(EVIDENCE).where(EVIDENCE.c.sha256 == sha256))
        found = next(iter(rows), None)
        return (
            None
            if found is None
            else EvidenceRecord(**{str(name): cell for name, cell in found.items()})
        )

    def epcis(self, after: int, limit: int) -> tuple[EpcisRecord, ...]:
        number = EPCIS_EVENT.c.number
        rows = self._rows(select(EPCIS_EVENT).where(number > after).order_by(number).limit(limit))
        return tuple(record_of(row, EpcisRecord) for row in rows)

    def _last(self, table: Table) -> int:
        return self._connection.execute(select(func.max(table.c.number))).scalar() or 0

    def _rows(self, query: Query, **values: object) -> Iterable[RowMapping]:
        return self._connection.execute(query, values).mappings()

    def _body(self, query: Query, kind: type[Record], **values: object) -> Record | None:
        rows = self._rows(query, **values)
        return next((from_json(decode(row["body"]), kind) for row in rows), None)

    def _bodies(self, query: Query, kind: type[Record]) -> tuple[Record, ...]:
        return tuple(from_json(decode(row["body"]), kind) for row in self._rows(query))


class SqlCountWriting(SqlCountReading):
    """Changes over one connection inside one transaction."""

    def put_case(self, case: CountCase) -> None:
        row: Row = {
            "number": case.number,
            "case": case.case,
            "slot": case.slot,
            "open": case.status.open,
            "settled_ms": case.settled_ms,
            "body": encode(case).decode(),
        }
        done = self._connection.execute(update_by(COUNT_CASE, "number"), changes(row, "number"))
        if done.rowcount == 0:
            self._connection.execute(insert_into(COUNT_CASE), row)

    def add_seen_count(self, seen: SeenCount) -> None:
        row = {"digest": seen.digest, "case": seen.answer.case, "body": encode(seen).decode()}
        self._connection.execute(insert_into(SLOT_COUNT), row)

    def add_count_task(self, task: CountTaskRecord) -> None:
        self._connection.execute(insert_into(COUNT_TASK), _row_of_task(task))

    def put_count_task(self, task: CountTaskRecord) -> None:
        row: Row = {"number": task.number, **_row_of_task(task)}
        self._connection.execute(update_by(COUNT_TASK, "number"), changes(row, "number"))

    def add_decision(self, decision: DecisionRecord) -> None:
        self._connection.execute(insert_into(COUNT_DECISION), row_of(decision))

    def add_evidence(self, evidence: EvidenceRecord) -> None:
        if self.evidence(evidence.sha256) is not None:
            return
        row = {
            "sha256": evidence.sha256,
            "media_type": evidence.media_type,
            "body": evidence.body,
            "at_ms": evidence.at_ms,
        }
        self._connection.execute(insert_into(EVIDENCE), row)

    def add_epcis(self, events: Sequence[EpcisRecord]) -> None:
        for event in events:
            known = self._rows(select_by(EPCIS_EVENT, "hash"), **keys(hash=event.hash))
            if next(iter(known), None) is None:
                self._connection.execute(insert_into(EPCIS_EVENT), row_of(event, numbered=True))


def _row_of_task(task: CountTaskRecord) -> Row:
    return {
        "count": task.task.count,
        "station": task.task.station,
        "open": task.open,
        "body": encode(task).decode(),
    }


def _task_of(row: RowMapping) -> CountTaskRecord:
    return replace(from_json(decode(row["body"]), CountTaskRecord), number=row["number"])
