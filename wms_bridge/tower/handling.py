"""Dealing with exceptions: taken by somebody, resolved, verified by another.

==========  ========  =========  ==========  =========
state       claim     release    resolve     verify
==========  ========  =========  ==========  =========
open        claimed
claimed               open       resolved
resolved                                     verified
==========  ========  =========  ==========  =========

What is resolved or verified may be reopened.
"""

from dataclasses import dataclass, replace

from planner.warehouse.errors import NotFound, TooLate
from wms_bridge.access.errors import NotAllowed
from wms_bridge.names import check_name
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.tower import ExceptionDeed, ExceptionRecord, ExceptionState
from wms_bridge.tower.errors import InvalidException

MAX_REASON = 500
_FROM = {
    ExceptionDeed.CLAIM: (ExceptionState.OPEN,),
    ExceptionDeed.RELEASE: (ExceptionState.CLAIMED,),
    ExceptionDeed.RESOLVE: (ExceptionState.CLAIMED,),
    ExceptionDeed.VERIFY: (ExceptionState.RESOLVED,),
    ExceptionDeed.REOPEN: (ExceptionState.RESOLVED, ExceptionState.VERIFIED),
}
_TO = {
    ExceptionDeed.CLAIM: ExceptionState.CLAIMED,
    ExceptionDeed.RELEASE: ExceptionState.OPEN,
    ExceptionDeed.RESOLVE: ExceptionState.RESOLVED,
    ExceptionDeed.VERIFY: ExceptionState.VERIFIED,
    ExceptionDeed.REOPEN: ExceptionState.OPEN,
}
_WITH_REASON = (ExceptionDeed.RESOLVE, ExceptionDeed.REOPEN)


@dataclass(frozen=True, slots=True)
class Handling:
    """What somebody does to an exception as it was in ``version``, and why."""

    deed: ExceptionDeed
    version: int
    by: str
    reason: str = ""
    decides: bool = False


def handle(tx: Writing, number: int, wanted: Handling, now_ms: int) -> ExceptionRecord:
    """Do it. :class:`NotFound` if there is no such exception; :class:`InvalidException` without a
    name, or a reason where one is needed; :class:`TooLate` if it has changed or is not in a state
    for this; :class:`NotAllowed` if another person owns it, or has to verify it."""
    check_name(wanted.by, "by", InvalidException)
    if wanted.reason or wanted.deed in _WITH_REASON:
        check_name(wanted.reason, "reason", InvalidException, MAX_REASON)
    record = known_exception(tx, number)
    _check_fresh(record, wanted)
    _check_who(record, wanted)
    after = _after(record, wanted, now_ms)
    tx.put_exception(after)
    return after


def known_exception(tx: Reading, number: int) -> ExceptionRecord:
    """:class:`NotFound` if there is no such exception."""
    record = tx.exception_item(number)
    if record is None:
        raise NotFound(
            "no such exception",
            field="number",
            value=number,
            remedy="Name one listed by GET /v1/tower/exceptions by its number.",
        )
    return record


def _check_fresh(record: ExceptionRecord, wanted: Handling) -> None:
    whose = f" by {record.owner}" if record.state is ExceptionState.CLAIMED else ""
    remedy = "Read GET /v1/tower/exceptions again, and decide on what it says now."
    if record.version != wanted.version:
        raise TooLate(
            f"it has changed: it is {record.state}{whose}, this is version {record.version}",
            field="version",
            value=wanted.version,
            remedy=remedy,
        )
    if record.state not in _FROM[wanted.deed]:
        raise TooLate(
            f"it is {record.state}{whose}",
            field="state",
            value=record.state.value,
            remedy=remedy,
        )


def _check_who(record: ExceptionRecord, wanted: Handling) -> None:
    if wanted.decides:
        return
    others = record.owner != wanted.by
    if wanted.deed in (ExceptionDeed.RELEASE, ExceptionDeed.RESOLVE) and others:
        raise NotAllowed(
            f"{record.owner} has taken it", remedy="Ask them, or a supervisor, to let it go."
        )
    if wanted.deed is ExceptionDeed.VERIFY and record.resolved_by == wanted.by:
        raise NotAllowed(
            "another person than who resolved it verifies it", remedy="Ask a colleague to look."
        )


def _after(record: ExceptionRecord, wanted: Handling, now_ms: int) -> ExceptionRecord:
    deed = wanted.deed
    after = replace(
        record,
        state=_TO[deed],
        version=record.version + 1,
        changed_ms=now_ms,
        reason=wanted.reason or record.reason,
    )
    match deed:
        case ExceptionDeed.CLAIM:
            return replace(after, owner=wanted.by)
        case ExceptionDeed.RESOLVE:
            return replace(after, resolved_by=wanted.by)
        case ExceptionDeed.VERIFY:
            return replace(after, verified_by=wanted.by)
        case ExceptionDeed.RELEASE | ExceptionDeed.REOPEN:
            return replace(after, owner="", resolved_by="", verified_by="")
