"""What alarm policies need of a store; part of :mod:`wms_bridge.ports.store`."""

from collections.abc import Collection, Set
from typing import Protocol

from wms_bridge.records.policies import AlarmPolicy, ExecutionQuery, PolicyExecution
from wms_bridge.records.tower import Span


class PoliciesReading(Protocol):
    """Questions to the store. Records that are not there are ``None``."""

    def alarm_policies(self) -> tuple[AlarmPolicy, ...]:
        """All alarm policies, by name."""

    def alarm_policy(self, name: str) -> AlarmPolicy | None:
        """One alarm policy."""

    def policy_execution(self, number: int) -> PolicyExecution | None:
        """One execution."""

    def policy_executions(self, query: ExecutionQuery) -> tuple[PolicyExecution, ...]:
        """Executions as asked for."""

    def executions_between(self, span: Span) -> tuple[PolicyExecution, ...]:
        """Executions by number."""

    def executed(self, keys: Collection[str]) -> Set[str]:
        """Those of ``keys`` for which there is an execution."""


class PoliciesWriting(PoliciesReading, Protocol):
    """Changes to the store."""

    def put_alarm_policy(self, policy: AlarmPolicy) -> None:
        """Add a policy, or replace the one of its name."""

    def remove_alarm_policy(self, name: str) -> None:
        """Forget a policy."""

    def add_execution(self, execution: PolicyExecution) -> PolicyExecution:
        """Keep a new execution, whose key must be new; its ``number`` is ignored and the next one
        given."""

    def put_execution(self, execution: PolicyExecution) -> None:
        """Replace an execution."""
