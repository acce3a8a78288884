"""What a store in memory holds of forecasts of orders."""

from dataclasses import dataclass, field

from planner.warehouse.ids import OrderId
from wms_bridge.records.foresight import OrderOutcome, Prediction


@dataclass(slots=True)
class ForesightTables:
    """Predictions by order and time; outcomes by order."""

    predictions: dict[tuple[OrderId, int], Prediction] = field(default_factory=dict)
    outcomes: dict[OrderId, OrderOutcome] = field(default_factory=dict)
