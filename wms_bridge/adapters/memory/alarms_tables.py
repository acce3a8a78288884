"""What a store in memory holds of alarms."""

from dataclasses import dataclass, field

from planner.warehouse.commands import AlarmKind
from wms_bridge.records.alarms import AlarmChange, AlarmRecord


@dataclass(slots=True)
class AlarmsTables:
    """Alarms by their numbers; ``numbers`` by what they are about."""

    alarms: dict[int, AlarmRecord] = field(default_factory=dict)
    numbers: dict[tuple[AlarmKind, str], int] = field(default_factory=dict)
    changes: list[AlarmChange] = field(default_factory=list)
