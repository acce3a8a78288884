"""What forecasts of orders need of a store; part of :mod:`wms_bridge.ports.store`."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from planner.warehouse.ids import OrderId, PodId, Sku, StationId
from wms_bridge.records.foresight import OrderOutcome, Prediction
from wms_bridge.records.work import LineRecord, OrderRecord, OutboxMessage, PickRecord


class ForesightReading(Protocol):
    """Questions to the store."""

    def open_orders(self) -> tuple[OrderRecord, ...]:
        """All orders that are open, in the order received."""

    def lines_of(self, orders: Collection[OrderId]) -> Mapping[OrderId, tuple[LineRecord, ...]]:
        """The lines of some orders, by position; orders without lines are left out."""

    def all_open_picks(self) -> tuple[PickRecord, ...]:
        """Open picks of all stations, in the order shown."""

    def picks_of_order(self, order: OrderId) -> tuple[PickRecord, ...]:
        """All picks of an order, also those withdrawn, in the order shown."""

    def pick_stations(self, orders: Collection[OrderId]) -> Mapping[OrderId, StationId]:
        """Where the latest pick of each of some orders was shown; those without are left out."""

    def slot_stock(self) -> Mapping[Sku, int]:
        """Pieces of each SKU in slots; of those of which there are any."""

    def sku_pods(self, skus: Collection[Sku]) -> Mapping[Sku, frozenset[PodId]]:
        """Pods with pieces of some SKUs; SKUs of which there are none are left out."""

    def orders_with_sku(self, sku: Sku) -> frozenset[OrderId]:
        """Open orders with a line of exactly this SKU."""

    def messages_of_order(self, order: OrderId) -> tuple[OutboxMessage, ...]:
        """Messages to the WMS about an order, oldest first."""

    def open_predictions(self) -> tuple[Prediction, ...]:
        """Predictions whose orders are not known to be finished, by order and time."""

    def scored_predictions(self, from_ms: int, to_ms: int, limit: int) -> tuple[Prediction, ...]:
        """The latest ``limit`` predictions of orders finished from one time on and before another,
        by the time of finishing, then order and time."""

    def outcomes(self, from_ms: int, to_ms: int, limit: int) -> tuple[OrderOutcome, ...]:
        """The latest ``limit`` outcomes of orders finished from one time on and before another, by
        time, then order."""


class ForesightWriting(ForesightReading, Protocol):
    """Changes to the store."""

    def put_predictions(self, predictions: Sequence[Prediction]) -> None:
        """Keep predictions, each instead of one of the same order and time."""

    def remove_predictions(self, order: OrderId) -> None:
        """Forget what was foretold of an order and not held against what came."""

    def put_outcomes(self, outcomes: Sequence[OrderOutcome]) -> None:
        """Keep what became of orders, each instead of what was kept of the same order."""

    def forget_foresight(self, before_ms: int) -> None:
        """Forget predictions and outcomes of orders finished before a time."""
