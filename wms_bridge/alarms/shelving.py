"""Setting alarms aside for a while, in the open (ANSI/ISA-18.2, 11.4: shelving)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from planner.warehouse.errors import InvalidAlarm, TooLate
from wms_bridge.access.errors import NotAllowed
from wms_bridge.alarms.changing import Chronicle, Deed, changed, known_alarm
from wms_bridge.names import check_name
from wms_bridge.ports.store import Writing
from wms_bridge.records.alarms import AlarmEvent, AlarmRecord, Severity

MAX_REASON = 500
SHORTEST_S = 60
_HOUR_S = 3_600
LONGEST_S: Mapping[Severity, int] = {
    Severity.CRITICAL: _HOUR_S,
    Severity.HIGH: 4 * _HOUR_S,
    Severity.MEDIUM: 12 * _HOUR_S,
    Severity.LOW: 12 * _HOUR_S,
}
"""For how long an alarm may be set aside: never beyond the shift that knows why."""
BY = "podherd"
"""Who ends shelves whose time is over."""
REASON = "time is over"


@dataclass(frozen=True, slots=True)
class ShelfWanted:
    """Somebody (``by``) wants an alarm set aside for ``duration_s`` seconds, who saw it when its
    number of changes was ``change``. ``decides``: they may set aside critical ones, too."""

    change: int
    duration_s: int
    by: str
    reason: str
    decides: bool = False


@dataclass(frozen=True, slots=True)
class AlarmHandled:
    """An alarm after it was acknowledged, shelved or unshelved. ``repeated`` tells the caller that
    this had been done before, and nothing was done now."""

    alarm: AlarmRecord
    repeated: bool = False


def shelve(tx: Writing, number: int, wanted: ShelfWanted, now_ms: int) -> AlarmHandled:
    """Set an alarm aside, or for another while than before.

    :class:`NotFound` if there is none; :class:`InvalidAlarm` without a name or a reason, or on a
    duration out of bounds; :class:`NotAllowed` if it is critical and who asks may not decide;
    :class:`TooLate` if somebody has shelved or unshelved it since it was seen.
    """
    check_name(wanted.by, "by", InvalidAlarm)
    check_name(wanted.reason, "reason", InvalidAlarm, MAX_REASON)
    chronicle = Chronicle(tx)
    record = end_if_over(chronicle, known_alarm(tx, number), now_ms)
    _check_allowed(record, wanted)
    check_seen(tx, wanted.change)
    if record.shelf_change > wanted.change:
        if _same(record, wanted):
            return AlarmHandled(record, repeated=True)
        raise _shelf_changed(record, wanted)
    shelved = replace(
        changed(record, AlarmEvent.SHELVED),
        shelved_until_ms=now_ms + wanted.duration_s * 1000,
        shelved_by=wanted.by,
        shelved_reason=wanted.reason,
    )
    deed = Deed(AlarmEvent.SHELVED, now_ms, wanted.by, wanted.reason)
    handled = AlarmHandled(chronicle.keep(shelved, deed))
    chronicle.write()
    return handled


def unshelve(tx: Writing, number: int, by: str, reason: str, now_ms: int) -> AlarmHandled:
    """Have an alarm back before its time; if it is active it has to be acknowledged anew.
    :class:`NotFound` if there is none; :class:`InvalidAlarm` without a name, or on a reason that
    cannot be kept."""
    check_name(by, "by", InvalidAlarm)
    check_remark(reason)
    chronicle = Chronicle(tx)
    record = end_if_over(chronicle, known_alarm(tx, number), now_ms)
    repeated = not record.shelved
    if not repeated:
        record = _end(chronicle, record, Deed(AlarmEvent.UNSHELVED, now_ms, by, reason))
    chronicle.write()
    return AlarmHandled(record, repeated)


def end_shelves(tx: Writing, now_ms: int, most: int) -> int:
    """Have back alarms whose time is over, at most so many; how many."""
    over, chronicle = tx.shelves_over(now_ms, most), Chronicle(tx)
    for record in over:
        end_if_over(chronicle, record, now_ms)
    chronicle.write()
    return len(over)


def end_if_over(chronicle: Chronicle, record: AlarmRecord, now_ms: int) -> AlarmRecord:
    """The alarm as it is now: back, if the time for which it was shelved is over. Whatever happens
    to an alarm happens after that."""
    until_ms = record.shelved_until_ms
    if until_ms is None or until_ms > now_ms:
        return record
    return _end(chronicle, record, Deed(AlarmEvent.SHELF_OVER, now_ms, BY, REASON))


def check_seen(tx: Writing, change: int) -> None:
    """:class:`TooLate` on the number of a change that there has not been: it was seen in another
    database, or in this one before it was restored from an older backup."""
    latest = tx.last_alarm_change()
    if change > latest:
        raise TooLate(
            f"there has been no such change of an alarm: the latest is {latest}",
            field="change",
            value=change,
            remedy="Read GET /v1/alarms again, and decide on what it says now.",
        )


def check_remark(reason: str) -> None:
    """:class:`InvalidAlarm` on a remark that cannot be kept; none is fine."""
    if reason:
        check_name(reason, "reason", InvalidAlarm, MAX_REASON)


def _end(chronicle: Chronicle, record: AlarmRecord, deed: Deed) -> AlarmRecord:
    back = replace(
        changed(record, deed.event), shelved_until_ms=None, shelved_by="", shelved_reason=""
    )
    return chronicle.keep(back, deed)


def _check_allowed(record: AlarmRecord, wanted: ShelfWanted) -> None:
    longest_s = LONGEST_S[record.severity]
    if not SHORTEST_S <= wanted.duration_s <= longest_s:
        raise InvalidAlarm(
            f"an alarm that is {record.severity} cannot be shelved for so long, or so short",
            field="duration_s",
            value=wanted.duration_s,
            remedy=f"Send {SHORTEST_S} to {longest_s} seconds.",
        )
    if record.severity is Severity.CRITICAL and not wanted.decides:
        raise NotAllowed(
            "shelving a critical alarm needs the permission decide",
            remedy="Ask a supervisor to shelve it.",
        )


def _same(record: AlarmRecord, wanted: ShelfWanted) -> bool:
    return record.shelved and (record.shelved_by, record.shelved_reason) == (
        wanted.by,
        wanted.reason,
    )


def _shelf_changed(record: AlarmRecord, wanted: ShelfWanted) -> TooLate:
    told = (
        f"{record.shelved_by} has shelved it: {record.shelved_reason}"
        if record.shelved
        else "it was shelved and came back"
    )
    return TooLate(
        f"since change {wanted.change} {told}",
        field="change",
        value=wanted.change,
        remedy="Read GET /v1/alarms again, and decide on what it says now.",
    )
