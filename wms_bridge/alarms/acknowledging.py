"""Saying that one knows of alarms, without saying so of what came since one looked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from planner.warehouse.errors import InvalidAlarm, NotFound, TooLate
from wms_bridge.alarms.changing import Chronicle, Deed, changed, known_alarm
from wms_bridge.alarms.shelving import AlarmHandled, check_remark, check_seen, end_if_over
from wms_bridge.names import check_name
from wms_bridge.ports.store import Writing
from wms_bridge.records.alarms import AlarmEvent, AlarmQuery, AlarmRecord, AlarmState

MOST_AT_ONCE = 10_000
"""So many alarms are acknowledged together at most."""
_WANTING = tuple(state for state in AlarmState if state.wanting)


@dataclass(frozen=True, slots=True)
class AlarmSeen:
    """An alarm as somebody saw it: its number, and that of its latest change then."""

    number: int
    change: int


@dataclass(frozen=True, slots=True)
class AlarmsAcknowledged:
    """How many alarms were ``acknowledged``, and how many wanted no acknowledgement any more
    (``repeated``). ``left`` are those like them that came since, or that were too many at once."""

    acknowledged: int
    repeated: int = 0
    left: int = 0


def acknowledge(tx: Writing, seen: AlarmSeen, by: str, reason: str, now_ms: int) -> AlarmHandled:
    """Keep that somebody knows of an alarm; if they or others have said so before nothing is done.

    :class:`NotFound` if there is none; :class:`InvalidAlarm` without a name, or on a reason that
    cannot be kept; :class:`TooLate` if it came again since it was seen.
    """
    _check_who(by, reason)
    check_seen(tx, seen.change)
    chronicle = Chronicle(tx)
    record = end_if_over(chronicle, known_alarm(tx, seen.number), now_ms)
    repeated = not record.state.wanting
    if not repeated:
        _check_fresh(record, seen, "change")
        deed = Deed(AlarmEvent.ACKNOWLEDGED, now_ms, by, reason)
        record = _acknowledge(chronicle, record, deed)
    chronicle.write()
    return AlarmHandled(record, repeated)


def acknowledge_listed(
    tx: Writing, seen: Sequence[AlarmSeen], by: str, reason: str, now_ms: int
) -> AlarmsAcknowledged:
    """Acknowledge all of a list or none. Errors as :func:`acknowledge`, naming the place in the
    list."""
    _check_who(by, reason)
    check_seen(tx, max((one.change for one in seen), default=0))
    found = {record.number: record for record in tx.numbered_alarms([one.number for one in seen])}
    for index, one in enumerate(seen):
        if one.number not in found:
            raise NotFound("no such alarm", field=f"alarms[{index}].number", value=one.number)
    chronicle = Chronicle(tx)
    records = {n: end_if_over(chronicle, one, now_ms) for n, one in sorted(found.items())}
    for index, one in enumerate(seen):
        if records[one.number].state.wanting:
            _check_fresh(records[one.number], one, f"alarms[{index}].change")
    wanting = [record for record in records.values() if record.state.wanting]
    for record in wanting:
        _acknowledge(chronicle, record, Deed(AlarmEvent.ACKNOWLEDGED, now_ms, by, reason))
    chronicle.write()
    return AlarmsAcknowledged(len(wanting), len(records) - len(wanting))


def acknowledge_alike(
    tx: Writing, alike: AlarmQuery, seen: int, by: str, reason: str, now_ms: int
) -> AlarmsAcknowledged:
    """Acknowledge what ``alike`` finds (its states, shelves and limit aside) and was there when the
    latest change of any alarm was ``seen``. What came since, and what is shelved, stays as it is.
    Errors as :func:`acknowledge`."""
    _check_who(by, reason)
    check_seen(tx, seen)
    states = wanting_states(alike)
    if not states:
        raise InvalidAlarm(
            "alarms in this state want no acknowledgement",
            field="state",
            value=", ".join(alike.states),
            remedy=f"Name {' or '.join(_WANTING)}, or leave it out.",
        )
    wanted = replace(alike, states=states, shelved=False, after=None, limit=10 * MOST_AT_ONCE)
    found = tx.alarms(wanted)
    known = [record for record in found if record.wanted_change <= seen][:MOST_AT_ONCE]
    chronicle = Chronicle(tx)
    for record in known:
        _acknowledge(chronicle, record, Deed(AlarmEvent.ACKNOWLEDGED, now_ms, by, reason))
    chronicle.write()
    return AlarmsAcknowledged(len(known), left=len(found) - len(known))


def wanting_states(query: AlarmQuery) -> tuple[AlarmState, ...]:
    """Those of the states asked for in which alarms want to be acknowledged."""
    return tuple(state for state in query.states or _WANTING if state.wanting)


def _acknowledge(chronicle: Chronicle, record: AlarmRecord, deed: Deed) -> AlarmRecord:
    known = changed(record, deed.event)
    known = replace(known, acknowledged_by=deed.by, acknowledged_ms=deed.at_ms)
    return chronicle.keep(known, deed)


def _check_who(by: str, reason: str) -> None:
    check_name(by, "by", InvalidAlarm)
    check_remark(reason)


def _check_fresh(record: AlarmRecord, seen: AlarmSeen, field: str) -> None:
    if record.wanted_change > seen.change:
        raise TooLate(
            f"the {record.kind} alarm about {record.subject!r} came again, in change "
            f"{record.wanted_change}: nobody can have known of it in change {seen.change}",
            field=field,
            value=seen.change,
            remedy="Read GET /v1/alarms again, and acknowledge what it says now.",
        )
