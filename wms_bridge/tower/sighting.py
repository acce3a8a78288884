"""What waits for somebody at the moment, as its sources have it."""

from collections.abc import Iterable, Sequence, Set

from wms_bridge.alarms.catalogue import entry_of
from wms_bridge.ports.store import Reading
from wms_bridge.records.alarms import AlarmQuery, AlarmState, Severity
from wms_bridge.records.interventions import (
    ANSWER_WITHIN_MS,
    InterventionQuery,
    InterventionState,
)
from wms_bridge.records.links import InboxQuery, InboxState
from wms_bridge.records.policies import ExecutionQuery, PolicyOutcome
from wms_bridge.records.tower import ExceptionCause, Sighting

MOST = 500
"""Of each cause; of more than that none is said to be over."""
FAILURES_MS = 24 * 3_600_000
_WANTING = tuple(state for state in AlarmState if state.wanting)


def sightings(tx: Reading, now_ms: int) -> tuple[tuple[Sighting, ...], Set[ExceptionCause]]:
    """All that waits, and the causes of which it is all."""
    found = {
        ExceptionCause.ALARM: list(_alarms(tx)),
        ExceptionCause.DISCREPANCY: list(_discrepancies(tx)),
        ExceptionCause.DEAD_MESSAGE: list(_dead(tx)),
        ExceptionCause.REJECTED_DOCUMENT: list(_rejected(tx)),
        ExceptionCause.FAILED_PICK: list(_picks(tx)),
        ExceptionCause.NO_ANSWER: list(_unanswered(tx, now_ms)),
        ExceptionCause.POLICY_HELD: list(_held(tx)),
        ExceptionCause.POLICY_FAILED: list(_failed(tx, now_ms)),
    }
    # What happened once is never over by itself.
    once = {ExceptionCause.DISCREPANCY, ExceptionCause.POLICY_FAILED}
    complete = {cause for cause, some in found.items() if len(some) < MOST and cause not in once}
    return _flat(found.values()), complete


def _flat(lists: Iterable[Sequence[Sighting]]) -> tuple[Sighting, ...]:
    return tuple(one for some in lists for one in some)


def _alarms(tx: Reading) -> Iterable[Sighting]:
    for one in tx.alarms(AlarmQuery(states=_WANTING, shelved=False, limit=MOST)):
        yield Sighting(
            f"alarm/{one.number}",
            ExceptionCause.ALARM,
            one.subject,
            f"{entry_of(one.kind).title}: {one.text}",
            one.raised_ms,
            str(one.occurrences),
            one.severity,
        )


def _discrepancies(tx: Reading) -> Iterable[Sighting]:
    for one in tx.discrepancies(MOST):
        yield Sighting(
            f"discrepancy/{one.number}",
            ExceptionCause.DISCREPANCY,
            one.slot,
            f"{one.sku}: {one.books} -> {one.found} ({one.pick})",
            one.at_ms,
        )


def _dead(tx: Reading) -> Iterable[Sighting]:
    for one in tx.dead(MOST):
        yield Sighting(
            f"message/{one.number}",
            ExceptionCause.DEAD_MESSAGE,
            one.order or one.receipt or one.slot or one.message,
            one.error,
            one.dead_ms or one.created_ms,
            str(one.dead_ms),
            Severity.HIGH,
        )


def _rejected(tx: Reading) -> Iterable[Sighting]:
    for one in tx.inbox(InboxQuery(state=InboxState.REJECTED, limit=MOST)):
        yield Sighting(
            f"document/{one.number}",
            ExceptionCause.REJECTED_DOCUMENT,
            one.key,
            one.error,
            one.received_ms,
            severity=Severity.HIGH,
        )


def _picks(tx: Reading) -> Iterable[Sighting]:
    for one in tx.failed_picks()[:MOST]:
        task = one.task
        yield Sighting(
            f"pick/{task.pick}",
            ExceptionCause.FAILED_PICK,
            task.pick,
            f"{task.station}: {task.quantity} x {task.sku}, {task.slot}",
            one.failed_ms or one.shown_ms,
        )


def _unanswered(tx: Reading, now_ms: int) -> Iterable[Sighting]:
    query = InterventionQuery(states=(InterventionState.ASKED,), limit=MOST)
    for one in tx.interventions(query):
        if now_ms - one.asked_ms >= ANSWER_WITHIN_MS:
            wanted = one.intervention
            yield Sighting(
                f"intervention/{one.number}",
                ExceptionCause.NO_ANSWER,
                wanted.name or ", ".join(wanted.robots) or str(one.number),
                f"{wanted.kind} ({one.by})",
                one.asked_ms,
                severity=Severity.HIGH,
            )


def _held(tx: Reading) -> Iterable[Sighting]:
    for one in tx.alarm_policies():
        if one.held_ms is not None:
            yield Sighting(
                f"policy/{one.name}",
                ExceptionCause.POLICY_HELD,
                one.name,
                one.held_because,
                one.held_ms,
                str(one.held_ms),
                Severity.HIGH,
            )


def _failed(tx: Reading, now_ms: int) -> Iterable[Sighting]:
    query = ExecutionQuery(since_ms=max(0, now_ms - FAILURES_MS), limit=MOST)
    for one in tx.policy_executions(query):
        if one.outcome is PolicyOutcome.FAILED:
            yield Sighting(
                f"execution/{one.number}",
                ExceptionCause.POLICY_FAILED,
                one.policy,
                one.text,
                one.at_ms,
            )
