"""What alarms need of a store; part of :mod:`wms_bridge.ports`."""

from collections.abc import Collection, Sequence
from typing import Protocol

from planner.warehouse.commands import AlarmKind
from wms_bridge.records.alarms import (
    AlarmChange,
    AlarmCount,
    AlarmQuery,
    AlarmRecord,
    ChangeQuery,
)


class AlarmsReading(Protocol):
    """Questions to the store. Records that are not there are ``None``."""

    def alarm(self, number: int) -> AlarmRecord | None:
        """One alarm."""

    def alarms_about(self, kind: AlarmKind, subjects: Collection[str]) -> tuple[AlarmRecord, ...]:
        """The alarms of a kind about some subjects, by number."""

    def numbered_alarms(self, numbers: Collection[int]) -> tuple[AlarmRecord, ...]:
        """Those of these numbers that there are, by number."""

    def alarms(self, query: AlarmQuery) -> tuple[AlarmRecord, ...]:
        """Alarms as asked for."""

    def count_alarms(self, query: AlarmQuery) -> int:
        """How many alarms are as asked for, whatever ``after`` and ``limit`` are."""

    def alarm_counts(self) -> tuple[AlarmCount, ...]:
        """How many alarms are not normal, or shelved, by severity (the worst first), state and
        whether they are shelved; zeros left out."""

    def shelves_over(self, now_ms: int, limit: int) -> tuple[AlarmRecord, ...]:
        """Alarms shelved until ``now_ms`` or before, in the order in which that ended."""

    def last_alarm(self) -> int:
        """Number of the latest alarm; 0 if there is none."""

    def last_alarm_change(self) -> int:
        """Number of the latest change of an alarm; 0 if there is none."""

    def alarm_changes(self, query: ChangeQuery) -> tuple[AlarmChange, ...]:
        """Changes as asked for."""


class AlarmsWriting(AlarmsReading, Protocol):
    """Changes to the store."""

    def add_alarms(self, alarms: Sequence[AlarmRecord]) -> None:
        """Keep new alarms."""

    def put_alarms(self, alarms: Sequence[AlarmRecord]) -> None:
        """Replace the alarms of these numbers."""

    def add_alarm_changes(self, changes: Sequence[AlarmChange]) -> None:
        """Keep what happened to alarms."""
