"""Counting as the bridge does it: counts in, the ladder, people, supervisors, evidence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from planner.warehouse.counts import SlotCount
from planner.warehouse.errors import NotFound, PodherdError
from planner.warehouse.ids import CountId, StationId
from wms_bridge.count_accuracy import CountAccuracy, accuracy_of
from wms_bridge.counting import take_counts
from wms_bridge.counttasks import CountMade, confirm_count
from wms_bridge.deciding import CaseDecided, Decision, decide_count
from wms_bridge.evidence import get_evidence, put_evidence
from wms_bridge.openings import check_station
from wms_bridge.ports.store import Store
from wms_bridge.records.counts import (
    CaseQuery,
    CountCase,
    CountParams,
    CountTaken,
    CountTaskRecord,
    DecisionRecord,
    EpcisRecord,
    EvidenceRecord,
    SeenCount,
)
from wms_bridge.shelves import Shelves

COUNTS_PER_TRANSACTION = 50
"""So that a picker who confirms does not wait long."""


@dataclass(frozen=True, slots=True)
class CaseDetails:
    """A case, what was decided of it, and the counts that came for it."""

    case: CountCase
    decisions: tuple[DecisionRecord, ...]
    counts: tuple[SeenCount, ...]


class Counts:
    """Counting at a site, kept in ``store``; ``changed`` is called after every change. Safe to call
    from several threads. Times are milliseconds of the bridge's clock."""

    def __init__(
        self, store: Store, shelves: Shelves, params: CountParams, changed: Callable[[], None]
    ):
        self._store = store
        self._shelves = shelves
        self._params = params
        self._changed = changed

    def take(
        self, counts: Sequence[SlotCount], now_ms: int
    ) -> tuple[CountTaken | PodherdError, ...]:
        """Take counts from sensors; see :func:`wms_bridge.counting.take_counts`."""
        results: list[CountTaken | PodherdError] = []
        for first in range(0, len(counts), COUNTS_PER_TRANSACTION):
            chunk = counts[first : first + COUNTS_PER_TRANSACTION]
            with self._store.writing() as tx:
                taken = take_counts(tx, self._shelves, chunk, self._params, now_ms, first)
            results.extend(taken)
            self._changed()
        return tuple(results)

    def confirm(
        self, count: CountId, quantity: int, by: str, now_ms: int, key: str | None = None
    ) -> CountMade:
        """Take a person's count; see :func:`wms_bridge.counttasks.confirm_count`. Without a
        ``key`` the count id serves."""
        used = key or f"count/{count}"
        with self._store.writing() as tx:
            made = confirm_count(tx, self._shelves, count, quantity, by, used, self._params, now_ms)
        self._changed()
        return made

    def decide(self, case: str, decision: Decision, now_ms: int) -> CaseDecided:
        """Do what a supervisor decides; see :func:`wms_bridge.deciding.decide_count`."""
        with self._store.writing() as tx:
            decided = decide_count(tx, self._shelves, case, decision, self._params, now_ms)
        self._changed()
        return decided

    def open_counts(self, station: StationId, after: int = 0) -> tuple[CountTaskRecord, ...]:
        """Counts to be made at a station, in the order shown; :class:`NotFound` if there is no such
        station."""
        check_station(self._shelves, station)
        with self._store.reading() as tx:
            return tx.open_counts(station, after)

    def cases(self, query: CaseQuery) -> tuple[CountCase, ...]:
        """Cases as asked for, the latest first."""
        with self._store.reading() as tx:
            return tx.cases(query)

    def case(self, case: str) -> CaseDetails:
        """One case with all that belongs to it; :class:`NotFound` if there is none."""
        with self._store.reading() as tx:
            found = tx.case(case)
            if found is None:
                raise NotFound(
                    "no such case",
                    field="case",
                    value=case,
                    remedy="Ask for cases listed by GET /v1/counts.",
                )
            return CaseDetails(found, tx.decisions(case), tx.seen_counts(case))

    def accuracy(self, since_ms: int = 0) -> CountAccuracy:
        """How right the books were in cases settled since a time."""
        with self._store.reading() as tx:
            return accuracy_of(tx.settled_cases(since_ms))

    def put_evidence(
        self, sha256: str, media_type: str, body: bytes, now_ms: int
    ) -> EvidenceRecord:
        """Keep evidence; see :func:`wms_bridge.evidence.put_evidence`."""
        with self._store.writing() as tx:
            return put_evidence(tx, sha256, media_type, body, now_ms)

    def evidence(self, sha256: str) -> EvidenceRecord:
        """A photo or reads; :class:`NotFound` if the bridge has none under this hash."""
        with self._store.reading() as tx:
            return get_evidence(tx, sha256)

    def epcis(self, after: int = 0, limit: int = 100) -> tuple[EpcisRecord, ...]:
        """EPCIS events with a number above ``after``."""
        with self._store.reading() as tx:
            return tx.epcis(after, limit)
