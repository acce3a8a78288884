"""What the control tower needs of a store; part of :mod:`wms_bridge.ports.store`."""

from collections.abc import Collection
from typing import Protocol

from wms_bridge.records.access import AuditEntry
from wms_bridge.records.links import InboxEntry
from wms_bridge.records.tower import (
    ExceptionCount,
    ExceptionQuery,
    ExceptionRecord,
    NumberedDecision,
    Span,
)
from wms_bridge.records.work import OutboxMessage


class TowerReading(Protocol):
    """Questions to the store. Records that are not there are ``None``."""

    def exception_item(self, number: int) -> ExceptionRecord | None:
        """One exception."""

    def exceptions_named(self, keys: Collection[str]) -> tuple[ExceptionRecord, ...]:
        """Those of these keys that there are."""

    def exceptions_going(self) -> tuple[ExceptionRecord, ...]:
        """Those that are not verified and whose source still told of them, by number."""

    def exception_items(self, query: ExceptionQuery) -> tuple[ExceptionRecord, ...]:
        """Exceptions as asked for."""

    def exception_counts(self) -> tuple[ExceptionCount, ...]:
        """How many of each cause are in which state, zeros left out."""

    def messages_between(self, span: Span) -> tuple[OutboxMessage, ...]:
        """Messages for the WMS by number."""

    def documents_between(self, span: Span) -> tuple[InboxEntry, ...]:
        """Documents of the WMS by number."""

    def decisions_between(self, span: Span) -> tuple[NumberedDecision, ...]:
        """Decisions on counts by number."""

    def audit_between(self, span: Span) -> tuple[AuditEntry, ...]:
        """Entries of the audit log by number."""


class TowerWriting(TowerReading, Protocol):
    """Changes to the store."""

    def add_exception(self, exception: ExceptionRecord) -> ExceptionRecord:
        """Keep a new exception; its ``number`` is ignored and the next one given."""

    def put_exception(self, exception: ExceptionRecord) -> None:
        """Replace an exception."""
