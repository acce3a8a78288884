"""The part of the database for the control tower, alarm policies and what-if questions; see
:mod:`wms_bridge.ports.tower`, :mod:`wms_bridge.ports.policies`, :mod:`wms_bridge.ports.whatif`."""

from collections.abc import Collection, Iterable, Sequence, Set
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, RowMapping, Select, Table, delete, func, select

from planner.codec.messages import decode, encode, from_json
from wms_bridge.adapters.sql.access_tables import AUDIT
from wms_bridge.adapters.sql.count_tables import COUNT_DECISION
from wms_bridge.adapters.sql.links_tables import INBOX
from wms_bridge.adapters.sql.rows import Row, record_of
from wms_bridge.adapters.sql.statements import changes, insert_into, keys, select_by, update_by
from wms_bridge.adapters.sql.tables import OUTBOX
from wms_bridge.adapters.sql.tower_tables import (
    ALARM_POLICY,
    EXCEPTION_ITEM,
    POLICY_EXECUTION,
    WHATIF_RUN,
)
from wms_bridge.records.access import AuditEntry
from wms_bridge.records.counts import DecisionRecord
from wms_bridge.records.links import InboxEntry
from wms_bridge.records.policies import AlarmPolicy, ExecutionQuery, PolicyExecution
from wms_bridge.records.tower import (
    ExceptionCause,
    ExceptionCount,
    ExceptionQuery,
    ExceptionRecord,
    ExceptionState,
    NumberedDecision,
    Span,
)
from wms_bridge.records.whatif import WhatIfRun, WhatIfState
from wms_bridge.records.work import OutboxMessage

Record = TypeVar("Record")
_CHUNK = 500
"""How many values fit safely into one SQL ``IN``."""
_OPEN = [state.value for state in WhatIfState if not state.final]


class SqlTowerReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection

    # --- alarm policies ---

    def alarm_policies(self) -> tuple[AlarmPolicy, ...]:
        return self._tower_records(select(ALARM_POLICY).order_by(ALARM_POLICY.c.name), AlarmPolicy)

    def alarm_policy(self, name: str) -> AlarmPolicy | None:
        return self._tower_one(ALARM_POLICY, AlarmPolicy, name=name)

    def policy_execution(self, number: int) -> PolicyExecution | None:
        return self._tower_one(POLICY_EXECUTION, PolicyExecution, number=number)

    def policy_executions(self, query: ExecutionQuery) -> tuple[PolicyExecution, ...]:
        of = POLICY_EXECUTION.c
        found = select(POLICY_EXECUTION).where(of.at_ms >= query.since_ms)
        if query.policy is not None:
            found = found.where(of.policy == query.policy)
        if query.before is not None:
            found = found.where(of.number < query.before)
        return self._tower_records(
            found.order_by(of.number.desc()).limit(query.limit), PolicyExecution
        )

    def executions_between(self, span: Span) -> tuple[PolicyExecution, ...]:
        return self._tower_records(_spanned(POLICY_EXECUTION, span), PolicyExecution)

    def executed(self, keys: Collection[str]) -> Set[str]:
        key = POLICY_EXECUTION.c.key
        some = (select(key).where(key.in_(chunk)) for chunk in _chunks(keys))
        return {row[0] for query in some for row in self._connection.execute(query)}

    # --- what-if questions ---

    def whatif(self, number: int) -> WhatIfRun | None:
        return self._tower_one(WHATIF_RUN, WhatIfRun, number=number)

    def whatifs(self, limit: int) -> tuple[WhatIfRun, ...]:
        found = select(WHATIF_RUN).order_by(WHATIF_RUN.c.number.desc()).limit(limit)
        return self._tower_records(found, WhatIfRun)

    def open_whatifs(self) -> tuple[WhatIfRun, ...]:
        found = select(WHATIF_RUN).where(WHATIF_RUN.c.state.in_(_OPEN))
        return self._tower_records(found.order_by(WHATIF_RUN.c.number), WhatIfRun)

    # --- the control tower ---

    def exception_item(self, number: int) -> ExceptionRecord | None:
        return self._tower_one(EXCEPTION_ITEM, ExceptionRecord, number=number)

    def exceptions_named(self, keys: Collection[str]) -> tuple[ExceptionRecord, ...]:
        of = EXCEPTION_ITEM.c
        found: list[ExceptionRecord] = []
        for chunk in _chunks(keys):
            found += self._tower_records(
                select(EXCEPTION_ITEM).where(of.key.in_(chunk)), ExceptionRecord
            )
        return tuple(sorted(found, key=lambda record: record.number))

    def exceptions_going(self) -> tuple[ExceptionRecord, ...]:
        of = EXCEPTION_ITEM.c
        found = select(EXCEPTION_ITEM).where(of.state != ExceptionState.VERIFIED.value)
        return self._tower_records(
            found.where(of.over.is_(False)).order_by(of.number), ExceptionRecord
        )

    def exception_items(self, query: ExceptionQuery) -> tuple[ExceptionRecord, ...]:
        of = EXCEPTION_ITEM.c
        found = select(EXCEPTION_ITEM).order_by(of.number.desc()).limit(query.limit)
        for column, wanted in ((of.state, query.states), (of.cause, query.causes)):
            if wanted:
                found = found.where(column.in_([one.value for one in wanted]))
        if query.owner is not None:
            found = found.where(of.owner == query.owner)
        if query.before is not None:
            found = found.where(of.number < query.before)
        return self._tower_records(found, ExceptionRecord)

    def exception_counts(self) -> tuple[ExceptionCount, ...]:
        of = EXCEPTION_ITEM.c
        found = select(of.cause, of.state, func.count()).group_by(of.cause, of.state)
        counted = [
            ExceptionCount(ExceptionCause(cause), ExceptionState(state), count)
            for cause, state, count in self._connection.execute(found)
        ]
        return tuple(sorted(counted, key=lambda one: (one.cause, one.state)))

    def messages_between(self, span: Span) -> tuple[OutboxMessage, ...]:
        return tuple(
            record_of(row, OutboxMessage) for row in self._tower_rows(_spanned(OUTBOX, span))
        )

    def documents_between(self, span: Span) -> tuple[InboxEntry, ...]:
        return tuple(record_of(row, InboxEntry) for row in self._tower_rows(_spanned(INBOX, span)))

    def decisions_between(self, span: Span) -> tuple[NumberedDecision, ...]:
        rows = self._tower_rows(_spanned(COUNT_DECISION, span))
        return tuple(
            NumberedDecision(row["number"], record_of(row, DecisionRecord)) for row in rows
        )

    def audit_between(self, span: Span) -> tuple[AuditEntry, ...]:
        return tuple(record_of(row, AuditEntry) for row in self._tower_rows(_spanned(AUDIT, span)))

    def _tower_one(self, table: Table, kind: type[Record], **by: object) -> Record | None:
        rows = self._connection.execute(select_by(table, *by), keys(**by)).mappings()
        return next((_record(row, kind) for row in rows), None)

    def _tower_records(self, query: Select[Any], kind: type[Record]) -> tuple[Record, ...]:
        return tuple(_record(row, kind) for row in self._tower_rows(query))

    def _tower_rows(self, query: Select[Any]) -> Iterable[RowMapping]:
        return self._connection.execute(query).mappings()


class SqlTowerWriting(SqlTowerReading):
    """Changes over one connection inside one transaction."""

    def put_alarm_policy(self, policy: AlarmPolicy) -> None:
        self._tower_put(ALARM_POLICY, {"name": policy.name, "body": _body(policy)}, "name")

    def remove_alarm_policy(self, name: str) -> None:
        self._connection.execute(delete(ALARM_POLICY).where(ALARM_POLICY.c.name == name))

    def add_execution(self, execution: PolicyExecution) -> PolicyExecution:
        kept = replace(execution, number=self._next_number(POLICY_EXECUTION.c.number))
        self._connection.execute(insert_into(POLICY_EXECUTION), _execution_row(kept))
        return kept

    def put_execution(self, execution: PolicyExecution) -> None:
        self._tower_put(POLICY_EXECUTION, _execution_row(execution), "number")

    def add_whatif(self, run: WhatIfRun) -> WhatIfRun:
        kept = replace(run, number=self._next_number(WHATIF_RUN.c.number))
        self._connection.execute(insert_into(WHATIF_RUN), _whatif_row(kept))
        return kept

    def put_whatif(self, run: WhatIfRun) -> None:
        self._tower_put(WHATIF_RUN, _whatif_row(run), "number")

    def add_exception(self, exception: ExceptionRecord) -> ExceptionRecord:
        kept = replace(exception, number=self._next_number(EXCEPTION_ITEM.c.number))
        self._connection.execute(insert_into(EXCEPTION_ITEM), _exception_row(kept))
        return kept

    def put_exception(self, exception: ExceptionRecord) -> None:
        self._tower_put(EXCEPTION_ITEM, _exception_row(exception), "number")

    def _next_number(self, number: Column[int]) -> int:
        return (self._connection.execute(select(func.max(number))).scalar() or 0) + 1

    def _tower_put(self, table: Table, row: Row, *names: str) -> None:
        done = self._connection.execute(update_by(table, *names), changes(row, *names))
        if done.rowcount == 0:
            self._connection.execute(insert_into(table), row)


def _record(row: RowMapping, kind: type[Record]) -> Record:
    return from_json(decode(row["body"]), kind)


def _body(record: object) -> str:
    return encode(record).decode()


def _execution_row(one: PolicyExecution) -> Row:
    return {
        "number": one.number,
        "key": one.key,
        "policy": one.policy,
        "at_ms": one.at_ms,
        "body": _body(one),
    }


def _whatif_row(run: WhatIfRun) -> Row:
    return {"number": run.number, "state": run.state.value, "body": _body(run)}


def _exception_row(one: ExceptionRecord) -> Row:
    return {
        "number": one.number,
        "key": one.key,
        "cause": one.cause.value,
        "state": one.state.value,
        "owner": one.owner,
        "over": one.over_ms is not None,
        "body": _body(one),
    }


def _spanned(table: Table, span: Span) -> Select[Any]:
    number = table.c.number
    found = select(table).where(number > span.after).limit(span.limit)
    if span.before is not None:
        found = found.where(number < span.before)
    return found.order_by(number.desc() if span.newest_first else number)


def _chunks(values: Collection[str]) -> Iterable[Sequence[str]]:
    ordered = sorted(values)
    return (ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK))
