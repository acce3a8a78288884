"""What the bridge answers about counts over HTTP, and :class:`wms_bridge.count_client.CountClient`
reads. Times are milliseconds of its clock (since 1970 UTC)."""

from dataclasses import dataclass

from planner.codec.messages import from_json, to_json
from planner.warehouse.counts import EvidenceKind, SlotCount
from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import CountId, Sku, SlotId
from wms_bridge.counts import CaseDetails
from wms_bridge.problem_codes import code_of
from wms_bridge.reconciling import CountReason, NextStep
from wms_bridge.records.counts import (
    CaseStatus,
    CountCase,
    CountTaken,
    DecisionRecord,
    PersonCount,
    SeenCount,
)


@dataclass(frozen=True, slots=True)
class CountResult:
    """What became of one count; see :class:`wms_bridge.records.counts.CountTaken`. One that is not
    ``accepted`` left no trace, for the reason given."""

    accepted: bool
    slot: SlotId | None = None
    case: str = ""
    step: NextStep | None = None
    reason: CountReason | None = None
    difference: int = 0
    late: bool = False
    repeated: bool = False
    code: str = ""
    field: str = ""
    problem: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """A case; see :class:`wms_bridge.records.counts.CountCase`. ``found`` pieces are likeliest,
    with this ``probability``; the books had ``booked``."""

    number: int
    case: str
    slot: SlotId
    sku: Sku
    status: CaseStatus
    reason: CountReason
    booked: int
    found: int
    probability: float
    difference: int
    sound: bool
    piece_value: float
    kinds: tuple[EvidenceKind, ...]
    evidence: tuple[str, ...]
    from_ms: int
    until_ms: int
    rescans: int
    people: tuple[PersonCount, ...]
    task: CountId | None
    quarantined: bool
    opened_ms: int
    changed_ms: int
    settled_ms: int | None
    version: int
    decided_by: str | None
    note: str


@dataclass(frozen=True, slots=True)
class CountSummary:
    """A count from sensors as it came, and the step it led to."""

    taken_ms: int
    sku: Sku
    booked: int
    found: int
    probability: float
    kinds: tuple[EvidenceKind, ...]
    evidence: tuple[str, ...]
    from_ms: int
    until_ms: int
    step: NextStep | None
    late: bool


@dataclass(frozen=True, slots=True)
class CaseWithHistory(CaseSummary):
    """A case, how probable each number of pieces is, what was decided and what was seen."""

    probabilities: tuple[float, ...]
    decisions: tuple[DecisionRecord, ...]
    counts: tuple[CountSummary, ...]


@dataclass(frozen=True, slots=True)
class EvidenceKept:
    """Evidence that the bridge has."""

    sha256: str
    media_type: str
    bytes: int
    at_ms: int


def result_of(answer: CountTaken | PodherdError) -> CountResult:
    """The answer to one count."""
    if isinstance(answer, PodherdError):
        told = (code_of(answer), answer.field, answer.problem, answer.remedy)
        return CountResult(False, code=told[0], field=told[1], problem=told[2], remedy=told[3])
    return CountResult(
        True,
        answer.slot,
        answer.case,
        answer.step,
        answer.reason,
        answer.difference,
        answer.late,
        answer.repeated,
    )


def summary_of(case: CountCase) -> CaseSummary:
    """A case as it is listed."""
    return from_json(_fields(case), CaseSummary)


def history_of(details: CaseDetails) -> CaseWithHistory:
    """A case with all that belongs to it."""
    more = {
        "probabilities": details.case.count.probabilities,
        "decisions": details.decisions,
        "counts": [_seen(seen) for seen in details.counts],
    }
    return from_json({**_fields(details.case), **to_json(more)}, CaseWithHistory)


def _fields(case: CountCase) -> dict[str, object]:
    return {**to_json(case), **_found(case.count)}


def _found(count: SlotCount) -> dict[str, object]:
    return {
        "booked": count.books,
        "found": count.likeliest,
        "probability": count.probability(count.likeliest),
        "kinds": sorted(count.kinds),
        "evidence": list(count.evidence),
        "from_ms": count.from_ms,
        "until_ms": count.until_ms,
    }


def _seen(seen: SeenCount) -> dict[str, object]:
    answer = seen.answer
    told = {"taken_ms": seen.taken_ms, "step": answer.step, "late": answer.late}
    return {**told, "sku": seen.count.sku, **_found(seen.count)}
