"""The part of the store in memory for the control tower, alarm policies and what-if questions; see
:mod:`wms_bridge.ports.tower`, :mod:`wms_bridge.ports.policies`, :mod:`wms_bridge.ports.whatif`."""

from collections import Counter
from collections.abc import Collection, Sequence, Set
from dataclasses import replace
from typing import TypeVar

from wms_bridge.adapters.memory.changing import Changing
from wms_bridge.adapters.memory.tables import OverTables
from wms_bridge.records.access import AuditEntry
from wms_bridge.records.links import InboxEntry
from wms_bridge.records.policies import AlarmPolicy, ExecutionQuery, PolicyExecution
from wms_bridge.records.tower import (
    ExceptionCount,
    ExceptionQuery,
    ExceptionRecord,
    ExceptionState,
    NumberedDecision,
    Span,
)
from wms_bridge.records.whatif import WhatIfRun
from wms_bridge.records.work import OutboxMessage

Record = TypeVar("Record")


class MemoryTowerReading(OverTables):
    """Questions to the tables."""

    # --- alarm policies ---

    def alarm_policies(self) -> tuple[AlarmPolicy, ...]:
        kept = self._tables.tower.policies
        return tuple(kept[name] for name in sorted(kept))

    def alarm_policy(self, name: str) -> AlarmPolicy | None:
        return self._tables.tower.policies.get(name)

    def policy_execution(self, number: int) -> PolicyExecution | None:
        return self._tables.tower.executions.get(number)

    def policy_executions(self, query: ExecutionQuery) -> tuple[PolicyExecution, ...]:
        found = (
            one
            for one in reversed(self._tables.tower.executions.values())
            if query.policy in (None, one.policy)
            and one.at_ms >= query.since_ms
            and (query.before is None or one.number < query.before)
        )
        return tuple(found)[: query.limit]

    def executions_between(self, span: Span) -> tuple[PolicyExecution, ...]:
        return _spanned(tuple(self._tables.tower.executions.values()), span)

    def executed(self, keys: Collection[str]) -> Set[str]:
        return {key for key in keys if key in self._tables.tower.execution_keys}

    # --- what-if questions ---

    def whatif(self, number: int) -> WhatIfRun | None:
        return self._tables.tower.whatifs.get(number)

    def whatifs(self, limit: int) -> tuple[WhatIfRun, ...]:
        return tuple(reversed(self._tables.tower.whatifs.values()))[:limit]

    def open_whatifs(self) -> tuple[WhatIfRun, ...]:
        found = self._tables.tower.whatifs.values()
        return tuple(run for run in found if not run.state.final)

    # --- the control tower ---

    def exception_item(self, number: int) -> ExceptionRecord | None:
        return self._tables.tower.exceptions.get(number)

    def exceptions_named(self, keys: Collection[str]) -> tuple[ExceptionRecord, ...]:
        tower = self._tables.tower
        numbers = sorted(tower.exception_keys[key] for key in keys if key in tower.exception_keys)
        return tuple(tower.exceptions[number] for number in numbers)

    def exceptions_going(self) -> tuple[ExceptionRecord, ...]:
        found = self._tables.tower.exceptions.values()
        return tuple(
            one for one in found if one.state is not ExceptionState.VERIFIED and one.over_ms is None
        )

    def exception_items(self, query: ExceptionQuery) -> tuple[ExceptionRecord, ...]:
        found = (
            one
            for one in reversed(self._tables.tower.exceptions.values())
            if (not query.states or one.state in query.states)
            and (not query.causes or one.cause in query.causes)
            and query.owner in (None, one.owner)
            and (query.before is None or one.number < query.before)
        )
        return tuple(found)[: query.limit]

    def exception_counts(self) -> tuple[ExceptionCount, ...]:
        found = self._tables.tower.exceptions.values()
        counted = Counter((one.cause, one.state) for one in found)
        return tuple(ExceptionCount(*key, count) for key, count in sorted(counted.items()))

    def messages_between(self, span: Span) -> tuple[OutboxMessage, ...]:
        return _spanned(tuple(self._tables.messages.values()), span)

    def documents_between(self, span: Span) -> tuple[InboxEntry, ...]:
        return _spanned(tuple(self._links.inbox.values()), span)

    def decisions_between(self, span: Span) -> tuple[NumberedDecision, ...]:
        kept = enumerate(self._tables.decisions, start=1)
        return _spanned([NumberedDecision(number, one) for number, one in kept], span)

    def audit_between(self, span: Span) -> tuple[AuditEntry, ...]:
        return _spanned(self._access.audit, span)


class MemoryTowerWriting(MemoryTowerReading, Changing):
    """Changes to the tables."""

    def put_alarm_policy(self, policy: AlarmPolicy) -> None:
        self._set(self._tables.tower.policies, policy.name, policy)

    def remove_alarm_policy(self, name: str) -> None:
        self._remove(self._tables.tower.policies, name)

    def add_execution(self, execution: PolicyExecution) -> PolicyExecution:
        tower = self._tables.tower
        assert execution.key not in tower.execution_keys
        kept = replace(execution, number=len(tower.executions) + 1)
        self._set(tower.execution_keys, kept.key, kept.number)
        self.put_execution(kept)
        return kept

    def put_execution(self, execution: PolicyExecution) -> None:
        self._set(self._tables.tower.executions, execution.number, execution)

    def add_whatif(self, run: WhatIfRun) -> WhatIfRun:
        kept = replace(run, number=len(self._tables.tower.whatifs) + 1)
        self.put_whatif(kept)
        return kept

    def put_whatif(self, run: WhatIfRun) -> None:
        self._set(self._tables.tower.whatifs, run.number, run)

    def add_exception(self, exception: ExceptionRecord) -> ExceptionRecord:
        tower = self._tables.tower
        kept = replace(exception, number=len(tower.exceptions) + 1)
        self._set(tower.exception_keys, kept.key, kept.number)
        self.put_exception(kept)
        return kept

    def put_exception(self, exception: ExceptionRecord) -> None:
        self._set(self._tables.tower.exceptions, exception.number, exception)


def _spanned(kept: Sequence[Record], span: Span) -> tuple[Record, ...]:
    """Of records numbered from 1 without gaps."""
    end = len(kept) if span.before is None else max(0, min(len(kept), span.before - 1))
    found = kept[span.after : end]
    if span.newest_first:
        return tuple(reversed(found[-span.limit :]))
    return tuple(found[: span.limit])
