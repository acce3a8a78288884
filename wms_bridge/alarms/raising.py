"""What the fleet says is wrong, or right again, as it comes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from wms_bridge.alarms.catalogue import entry_of
from wms_bridge.alarms.changing import Chronicle, Deed, changed
from wms_bridge.alarms.shelving import end_if_over
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.alarms import AlarmEvent, AlarmRecord, AlarmState

_Known = dict[tuple[AlarmKind, str], AlarmRecord]


def keep_alarms(tx: Writing, alarms: Sequence[RaiseAlarm], now_ms: int) -> None:
    """Take the latest word on some subjects, in order. Said again it changes the text only; what is
    right and never was wrong is not kept. Many together cost few statements: when the power fails
    everything is wrong at once."""
    known, chronicle = _known(tx, alarms), Chronicle(tx)
    for alarm in alarms:
        about = (alarm.kind, alarm.subject)
        record = known.get(about)
        if record is not None:
            known[about] = _told(chronicle, end_if_over(chronicle, record, now_ms), alarm, now_ms)
        elif alarm.active:
            known[about] = _begin(chronicle, alarm, now_ms)
    chronicle.write()


def _known(tx: Reading, alarms: Sequence[RaiseAlarm]) -> _Known:
    subjects: defaultdict[AlarmKind, set[str]] = defaultdict(set)
    for alarm in alarms:
        subjects[alarm.kind].add(alarm.subject)
    return {
        (kind, record.subject): record
        for kind, named in subjects.items()
        for record in tx.alarms_about(kind, named)
    }


def _begin(chronicle: Chronicle, alarm: RaiseAlarm, now_ms: int) -> AlarmRecord:
    quiet = AlarmRecord(alarm.kind, alarm.subject, alarm.text, False, now_ms)
    return chronicle.begin(_raised(quiet, alarm, now_ms), Deed(AlarmEvent.RAISED, now_ms))


def _told(chronicle: Chronicle, record: AlarmRecord, alarm: RaiseAlarm, now_ms: int) -> AlarmRecord:
    if not alarm.active:
        return _clear(chronicle, record, now_ms) if record.active else record
    if _repeated(record, alarm):
        said = replace(record, text=alarm.text, severity=entry_of(alarm.kind).severity)
        return record if said == record else chronicle.say(said)
    return chronicle.keep(_raised(record, alarm, now_ms), Deed(AlarmEvent.RAISED, now_ms))


def _repeated(record: AlarmRecord, alarm: RaiseAlarm) -> bool:
    """Whether it is told of again what was told before. What has happened once, and is dealt with,
    happens anew if it is told in other words."""
    dealt_with = record.state is AlarmState.NORMAL and entry_of(record.kind).momentary
    return record.active and not (dealt_with and record.text != alarm.text)


def _raised(record: AlarmRecord, alarm: RaiseAlarm, now_ms: int) -> AlarmRecord:
    return replace(
        changed(record, AlarmEvent.RAISED),
        text=alarm.text,
        active=True,
        severity=entry_of(alarm.kind).severity,
        changed_ms=now_ms,
        raised_ms=now_ms,
        occurrences=record.occurrences + 1,
        acknowledged_by="",
        acknowledged_ms=None,
    )


def _clear(chronicle: Chronicle, record: AlarmRecord, now_ms: int) -> AlarmRecord:
    over = replace(changed(record, AlarmEvent.CLEARED), active=False, changed_ms=now_ms)
    if over.state is record.state:
        return chronicle.say(over)
    return chronicle.keep(over, Deed(AlarmEvent.CLEARED, now_ms))
