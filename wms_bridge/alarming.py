"""The latest word on every subject that needs somebody."""

from planner.warehouse.commands import RaiseAlarm
from wms_bridge.ports.store import Writing
from wms_bridge.records.work import AlarmRecord


def keep_alarm(tx: Writing, alarm: RaiseAlarm, now_ms: int) -> None:
    """Replace the latest word on a subject; told again, it is as old as it was."""
    same = [a for a in tx.alarms() if (a.kind, a.subject) == (alarm.kind, alarm.subject)]
    changed_ms = same[0].changed_ms if same and same[0].active == alarm.active else now_ms
    tx.put_alarm(AlarmRecord(alarm.kind, alarm.subject, alarm.text, alarm.active, changed_ms))
