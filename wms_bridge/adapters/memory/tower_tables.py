"""What a store in memory holds of the control tower, of alarm policies and what-if questions."""

from dataclasses import dataclass, field

from wms_bridge.records.policies import AlarmPolicy, PolicyExecution
from wms_bridge.records.tower import ExceptionRecord
from wms_bridge.records.whatif import WhatIfRun


@dataclass(slots=True)
class TowerTables:
    """Records by name or number; ``execution_keys`` and ``exception_keys`` are look-ups made from
    them."""

    policies: dict[str, AlarmPolicy] = field(default_factory=dict)
    executions: dict[int, PolicyExecution] = field(default_factory=dict)
    execution_keys: dict[str, int] = field(default_factory=dict)
    exceptions: dict[int, ExceptionRecord] = field(default_factory=dict)
    exception_keys: dict[str, int] = field(default_factory=dict)
    whatifs: dict[int, WhatIfRun] = field(default_factory=dict)
