"""Alarms about what the dispatcher does not see: who reports, stops, people on the floor."""

from collections.abc import Mapping
from dataclasses import replace

from planner.warehouse.commands import AlarmKind, RaiseAlarm

Wrongs = Mapping[tuple[AlarmKind, str], str]
"""What is wrong now: kind and subject, and the words for people."""


class AlarmBoard:
    """Says once what is wrong, and once that it is right again. ``raised`` is what an earlier
    process had said."""

    def __init__(self, raised: tuple[RaiseAlarm, ...] = ()):
        self._raised = {(alarm.kind, alarm.subject): alarm for alarm in raised}

    @property
    def active(self) -> tuple[RaiseAlarm, ...]:
        """What is wrong now."""
        return tuple(self._raised.values())

    def update(self, wrongs: Wrongs) -> tuple[RaiseAlarm, ...]:
        """What there is to say if all this is wrong now, and nothing else."""
        new = {key: RaiseAlarm(*key, text) for key, text in wrongs.items()}
        over = [replace(self._raised[key], active=False) for key in self._raised.keys() - new]
        said = [alarm for key, alarm in new.items() if self._raised.get(key) != alarm]
        self._raised = new
        return (*sorted(over, key=lambda alarm: (alarm.kind, alarm.subject)), *said)
