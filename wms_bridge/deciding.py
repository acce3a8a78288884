"""What supervisors decide of slots in quarantine."""

from dataclasses import dataclass, replace

from planner.warehouse.errors import InvalidCount, NotFound, TooLate
from wms_bridge.count_books import corrected_since
from wms_bridge.count_steps import adjust, ask_person, close, fits, forget
from wms_bridge.names import check_name
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.counts import (
    CaseAction,
    CaseStatus,
    CountCase,
    CountParams,
    DecisionRecord,
)
from wms_bridge.shelves import Shelves

MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decides of a case as it was in ``version``; ``reason`` must say why."""

    action: CaseAction
    reason: str
    by: str
    version: int


@dataclass(frozen=True, slots=True)
class CaseDecided:
    """The case after a decision. ``repeated`` tells the caller that the same person decided the
    same before."""

    case: CountCase
    repeated: bool


def decide_count(
    tx: Writing,
    shelves: Shelves,
    case: str,
    decision: Decision,
    params: CountParams,
    now_ms: int,
) -> CaseDecided:
    """Do what a supervisor decides, once, and keep who decided what, why and when.

    :class:`NotFound` if there is no such case; :class:`InvalidCount` without a name or a reason,
    and if the books cannot be set to what was found any more; :class:`TooLate` if somebody has
    decided before (it says who and what), or the case has changed.
    """
    known = tx.case(case)
    if known is None:
        raise NotFound(
            "no such case",
            field="case",
            value=case,
            remedy="Ask for cases listed by GET /v1/counts.",
        )
    check_name(decision.by, "by", InvalidCount)
    check_name(decision.reason, "reason", InvalidCount, MAX_REASON)
    record = DecisionRecord(
        case, decision.version, decision.action, decision.by, decision.reason, now_ms
    )
    if any(replace(old, at_ms=now_ms) == record for old in tx.decisions(case)):
        return CaseDecided(known, True)
    _check_open(tx, known, decision)
    if decision.action is CaseAction.APPROVE:
        _check_possible(tx, shelves, known, params)
    tx.add_decision(record)
    decided = replace(known, decided_by=decision.by, note=decision.reason)
    return CaseDecided(_do(tx, decided, decision.action, params, now_ms), False)


def _do(
    tx: Writing, case: CountCase, action: CaseAction, params: CountParams, now_ms: int
) -> CountCase:
    match action:
        case CaseAction.APPROVE:
            adjust(tx, case, now_ms)
            return close(tx, case, CaseStatus.APPROVED, params.epcis, now_ms)
        case CaseAction.RECOUNT:
            return ask_person(tx, forget(case), CaseStatus.COUNT, now_ms)
        case CaseAction.REJECT:
            return close(tx, case, CaseStatus.REJECTED, params.epcis, now_ms)


def _check_open(tx: Reading, case: CountCase, decision: Decision) -> None:
    if case.status is not CaseStatus.APPROVE:
        made = tx.decisions(case.case)
        told = f"{made[-1].by} decided {made[-1].action}: {made[-1].reason}" if made else ""
        raise TooLate(
            told or f"nothing is to be decided: the case is in {case.status}",
            field="case",
            value=case.case,
            remedy="See GET /v1/counts/{case} for what became of it.",
        )
    if case.version != decision.version:
        raise TooLate(
            f"the case has changed: this is version {case.version} of it",
            field="version",
            value=decision.version,
            remedy="Read it again by GET /v1/counts/{case}, and decide on what it says now.",
        )


def _check_possible(tx: Reading, shelves: Shelves, case: CountCase, params: CountParams) -> None:
    if corrected_since(tx, case, params):
        problem = "the books of the slot have been corrected since it was counted"
    elif not fits(tx, shelves, case):
        problem = "by what moved since the slot cannot hold what was found"
    else:
        return
    raise InvalidCount(
        problem, field="action", value=CaseAction.APPROVE.value, remedy="Decide recount."
    )
