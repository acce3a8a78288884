"""What counting needs of a store; part of :mod:`wms_bridge.ports`."""

from collections.abc import Sequence
from typing import Protocol

from planner.warehouse.ids import CountId, SlotId, StationId
from wms_bridge.records.counts import (
    CaseQuery,
    CountCase,
    CountTaskRecord,
    DecisionRecord,
    EpcisRecord,
    EvidenceRecord,
    SeenCount,
)


class CountReading(Protocol):
    """Questions to the store. Records that are not there are ``None``."""

    def case(self, case: str) -> CountCase | None:
        """One case."""

    def slot_case(self, slot: SlotId) -> CountCase | None:
        """The latest case of a slot."""

    def cases(self, query: CaseQuery) -> tuple[CountCase, ...]:
        """Cases as asked for, the latest first."""

    def settled_cases(self, since_ms: int) -> tuple[CountCase, ...]:
        """Cases settled at ``since_ms`` or later, by number."""

    def last_case(self) -> int:
        """Number of the latest case; 0 if there is none."""

    def seen_count(self, digest: str) -> SeenCount | None:
        """The count that came with this evidence."""

    def seen_counts(self, case: str) -> tuple[SeenCount, ...]:
        """Counts that came for a case, in the order taken."""

    def count_task(self, count: CountId) -> CountTaskRecord | None:
        """A person's count as last shown."""

    def open_counts(self, station: StationId, after: int) -> tuple[CountTaskRecord, ...]:
        """Counts to be made at a station, in the order shown, with a number above ``after``."""

    def decisions(self, case: str) -> tuple[DecisionRecord, ...]:
        """What was decided of a case, in order."""

    def evidence(self, sha256: str) -> EvidenceRecord | None:
        """A photo or reads."""

    def epcis(self, after: int, limit: int) -> tuple[EpcisRecord, ...]:
        """EPCIS events with a number above ``after``."""


class CountWriting(Protocol):
    """Changes to the store: all of a transaction or none."""

    def put_case(self, case: CountCase) -> None:
        """Keep a new case, or replace it."""

    def add_seen_count(self, seen: SeenCount) -> None:
        """Keep a count; its digest must be new."""

    def add_count_task(self, task: CountTaskRecord) -> None:
        """Keep a count as shown; its ``number`` is ignored and the next one given."""

    def put_count_task(self, task: CountTaskRecord) -> None:
        """Replace a count as shown."""

    def add_decision(self, decision: DecisionRecord) -> None:
        """Keep what was decided."""

    def add_evidence(self, evidence: EvidenceRecord) -> None:
        """Keep a photo or reads; nothing is done to what is there already."""

    def add_epcis(self, events: Sequence[EpcisRecord]) -> None:
        """Keep EPCIS events; those whose hash is there already are left out. ``number`` is ignored
        and the next one given."""
