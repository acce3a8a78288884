"""What a store in memory holds of interventions."""

from dataclasses import dataclass, field

from planner.warehouse.ids import InterventionId
from wms_bridge.records.interventions import InterventionRecord


@dataclass(slots=True)
class InterventionsTables:
    """Interventions by number; their numbers by id and by what they are about."""

    records: dict[int, InterventionRecord] = field(default_factory=dict)
    numbers: dict[InterventionId, int] = field(default_factory=dict)
    about: dict[str, tuple[int, ...]] = field(default_factory=dict)
