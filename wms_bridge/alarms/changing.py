"""Alarms as they change within one transaction, with an entry in their history each time."""

from dataclasses import dataclass, replace

from planner.warehouse.errors import NotFound
from wms_bridge.alarms.catalogue import entry_of
from wms_bridge.alarms.machine import Standing, standing_after
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.alarms import AlarmChange, AlarmEvent, AlarmRecord

_OF_SHELVES = (AlarmEvent.SHELVED, AlarmEvent.UNSHELVED, AlarmEvent.SHELF_OVER)
_WANTING = (AlarmEvent.RAISED, AlarmEvent.UNSHELVED, AlarmEvent.SHELF_OVER)
"""After these an alarm that wants an acknowledgement wants it anew."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody (``by``; empty: the fleet or the bridge) did to an alarm, and why."""

    event: AlarmEvent
    at_ms: int
    by: str = ""
    reason: str = ""


class Chronicle:
    """Takes down what happens to alarms in a transaction; nothing is kept before :meth:`write`,
    which keeps all of it at once."""

    def __init__(self, tx: Writing):
        self._tx = tx
        self._latest = tx.last_alarm_change()
        self._new: dict[int, AlarmRecord] = {}
        self._known: dict[int, AlarmRecord] = {}
        self._changes: list[AlarmChange] = []

    def begin(self, alarm: AlarmRecord, deed: Deed) -> AlarmRecord:
        """A new alarm, as it is after a deed; it is given its number."""
        number = next(reversed(self._new)) + 1 if self._new else self._tx.last_alarm() + 1
        self._new[number] = alarm
        return self.keep(replace(alarm, number=number), deed)

    def keep(self, alarm: AlarmRecord, deed: Deed) -> AlarmRecord:
        """An alarm as it is after a deed, which its history will tell."""
        self._latest += 1
        wants = deed.event in _WANTING and alarm.state.wanting
        after = replace(
            alarm,
            change=self._latest,
            wanted_change=self._latest if wants else alarm.wanted_change,
            shelf_change=self._latest if deed.event in _OF_SHELVES else alarm.shelf_change,
        )
        self._changes.append(_told(after, deed))
        return self.say(after)

    def say(self, alarm: AlarmRecord) -> AlarmRecord:
        """An alarm of which the history has nothing to tell."""
        among = self._new if alarm.number in self._new else self._known
        among[alarm.number] = alarm
        return alarm

    def write(self) -> None:
        """Keep it all."""
        self._tx.add_alarms(tuple(self._new.values()))
        self._tx.put_alarms(tuple(self._known.values()))
        self._tx.add_alarm_changes(self._changes)


def known_alarm(tx: Reading, number: int) -> AlarmRecord:
    """:class:`NotFound` if there is no such alarm."""
    record = tx.alarm(number)
    if record is None:
        raise NotFound(
            "no such alarm",
            field="number",
            value=number,
            remedy="Name an alarm listed by GET /v1/alarms by its number.",
        )
    return record


def changed(record: AlarmRecord, event: AlarmEvent) -> AlarmRecord:
    """The record in the state after an event; see :func:`wms_bridge.alarms.machine.standing_after`.
    All else of it is as it was."""
    momentary = entry_of(record.kind).momentary
    after = standing_after(Standing(record.state, record.shelved), event, momentary=momentary)
    return replace(record, state=after.state)


def _told(alarm: AlarmRecord, deed: Deed) -> AlarmChange:
    return AlarmChange(
        number=alarm.change,
        alarm=alarm.number,
        kind=alarm.kind,
        subject=alarm.subject,
        severity=alarm.severity,
        event=deed.event,
        state=alarm.state,
        shelved=alarm.shelved,
        at_ms=deed.at_ms,
        by=deed.by,
        reason=deed.reason,
        text=alarm.text,
    )
