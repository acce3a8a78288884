"""What the fleet answers to interventions."""

from dataclasses import replace

from planner.warehouse.commands import AnswerIntervention
from planner.warehouse.errors import NotFound
from planner.warehouse.interventions import Intervention, InterventionKind, InterventionOutcome
from wms_bridge.ports.store import Writing
from wms_bridge.records.interventions import (
    InterventionRecord,
    InterventionState,
    subjects_of,
)

MAX_TEXT = 1000
_UNDONE_BY = {
    InterventionKind.STOP: (InterventionKind.STOP,),
    InterventionKind.LIFT_STOP: (InterventionKind.STOP,),
    InterventionKind.LEAVE: (InterventionKind.REQUEST_ENTRY, InterventionKind.ENTER),
    InterventionKind.SEND: (InterventionKind.SEND,),
    InterventionKind.FREE: (InterventionKind.SEND,),
    InterventionKind.TAKE_IN: (InterventionKind.TAKE_OUT,),
}
"""What each kind puts an end to, about the same stop, entry or robots."""
_BY_BEGINNING = frozenset({InterventionKind.STOP, InterventionKind.SEND})
"""These take the place of what was before as soon as they begin."""


def take_answer(tx: Writing, answer: AnswerIntervention, now_ms: int) -> None:
    """Keep how far the fleet is. The same again, and anything after the fleet's last word, changes
    nothing. :class:`NotFound` on an intervention that nobody has asked for here."""
    record = tx.intervention_named(answer.intervention)
    if record is None:
        raise NotFound("no such intervention", field="intervention", value=answer.intervention)
    state, text = InterventionState(answer.outcome.value), answer.text[:MAX_TEXT]
    if record.state.final or (record.state, record.text) == (state, text):
        return
    record = _changed(tx, replace(record, state=state, text=text), now_ms)
    done = answer.outcome is InterventionOutcome.DONE
    begun = answer.outcome is InterventionOutcome.UNDER_WAY
    if done or (begun and record.intervention.kind in _BY_BEGINNING):
        _undo(tx, record, now_ms)


def _undo(tx: Writing, by: InterventionRecord, now_ms: int) -> None:
    kinds = _UNDONE_BY.get(by.intervention.kind, ())
    for record in tx.interventions_in_force(_subjects(by.intervention)) if kinds else ():
        if record.intervention.kind in kinds and record.number < by.number:
            undone = _let_go(record, by)
            if undone != record:
                _changed(tx, undone, now_ms)


def _subjects(wanted: Intervention) -> tuple[str, ...]:
    """Stops and entries end by name, all else by robot."""
    return subjects_of(replace(wanted, robots=()) if wanted.name else wanted)


def _let_go(record: InterventionRecord, by: InterventionRecord) -> InterventionRecord:
    """The record, undone if nothing of it is left."""
    if record.intervention.name:
        return replace(record, undone_by=by.number)
    robots = record.intervention.robots
    gone = {*record.let_go, *by.intervention.robots}
    let_go = tuple(robot for robot in robots if robot in gone)
    over = len(let_go) == len(robots)
    return replace(record, let_go=let_go, undone_by=by.number if over else None)


def _changed(tx: Writing, record: InterventionRecord, now_ms: int) -> InterventionRecord:
    change = tx.last_intervention_change() + 1
    after = replace(record, change=change, changed_ms=max(now_ms, record.changed_ms))
    tx.put_intervention(after)
    return after
