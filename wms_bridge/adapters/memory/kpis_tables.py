"""What a store in memory holds of key figures and shifts."""

from dataclasses import dataclass, field

from wms_bridge.records.kpis import KpiMeter, KpiSample, ShiftPlan


@dataclass(slots=True)
class KpisTables:
    """Samples by length and start; of the others there is one at most, under an empty name."""

    samples: dict[tuple[int, int], KpiSample] = field(default_factory=dict)
    meter: dict[str, KpiMeter] = field(default_factory=dict)
    shifts: dict[str, ShiftPlan] = field(default_factory=dict)
