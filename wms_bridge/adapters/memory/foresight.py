"""The part of the store in memory for forecasts of orders; see
:mod:`wms_bridge.ports.foresight`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from planner.warehouse.ids import OrderId, PodId, Sku, StationId
from planner.warehouse.stock import pod_of
from wms_bridge.adapters.memory.changing import Changing
from wms_bridge.adapters.memory.tables import OverTables
from wms_bridge.ledger import is_slot, slot_of
from wms_bridge.records.foresight import OrderOutcome, Prediction
from wms_bridge.records.work import (
    LineRecord,
    OrderRecord,
    OrderStatus,
    OutboxMessage,
    PickRecord,
)


class MemoryForesightReading(OverTables):
    """Questions to the tables."""

    def open_orders(self) -> tuple[OrderRecord, ...]:
        found = (self._tables.orders[name] for name in self._tables.order_list)
        return tuple(one for one in found if one.status is OrderStatus.OPEN)

    def lines_of(self, orders: Collection[OrderId]) -> Mapping[OrderId, tuple[LineRecord, ...]]:
        known = self._tables.order_lines
        return {
            name: tuple(self._tables.lines[line] for line in known[name])
            for name in orders
            if known.get(name)
        }

    def all_open_picks(self) -> tuple[PickRecord, ...]:
        found = (self._tables.picks[pick] for _, pick in self._tables.open_picks)
        return tuple(sorted(found, key=lambda one: one.number))

    def picks_of_order(self, order: OrderId) -> tuple[PickRecord, ...]:
        found = (one for one in self._tables.picks.values() if one.task.order == order)
        return tuple(sorted(found, key=lambda one: one.number))

    def pick_stations(self, orders: Collection[OrderId]) -> Mapping[OrderId, StationId]:
        wanted = set(orders)
        picks = sorted(self._tables.picks.values(), key=lambda one: one.number)
        return {one.task.order: one.task.station for one in picks if one.task.order in wanted}

    def slot_stock(self) -> Mapping[Sku, int]:
        found: defaultdict[Sku, int] = defaultdict(int)
        for (account, sku), quantity in self._tables.balances.items():
            if quantity > 0 and is_slot(account):
                found[sku] += quantity
        return dict(found)

    def sku_pods(self, skus: Collection[Sku]) -> Mapping[Sku, frozenset[PodId]]:
        wanted, found = set(skus), defaultdict[Sku, set[PodId]](set)
        for (account, sku), quantity in self._tables.balances.items():
            if quantity > 0 and sku in wanted and is_slot(account):
                found[sku].add(pod_of(slot_of(account)))
        return {sku: frozenset(pods) for sku, pods in found.items()}

    def orders_with_sku(self, sku: Sku) -> frozenset[OrderId]:
        open_now = {one.order for one in self.open_orders()}
        lines = self._tables.lines.values()
        return frozenset(one.order for one in lines if one.sku == sku and one.order in open_now)

    def messages_of_order(self, order: OrderId) -> tuple[OutboxMessage, ...]:
        found = (one for one in self._tables.messages.values() if one.order == order)
        return tuple(sorted(found, key=lambda one: one.number))

    def open_predictions(self) -> tuple[Prediction, ...]:
        kept = self._tables.foresight.predictions
        return tuple(kept[key] for key in sorted(kept) if kept[key].finished_ms is None)

    def scored_predictions(self, from_ms: int, to_ms: int, limit: int) -> tuple[Prediction, ...]:
        found = [
            (one.finished_ms, one.order, one.at_ms, one)
            for one in self._tables.foresight.predictions.values()
            if one.finished_ms is not None and from_ms <= one.finished_ms < to_ms
        ]
        found.sort(key=lambda item: item[:3])
        return tuple(one for *_, one in found[-limit:])

    def outcomes(self, from_ms: int, to_ms: int, limit: int) -> tuple[OrderOutcome, ...]:
        kept = self._tables.foresight.outcomes.values()
        found = [one for one in kept if from_ms <= one.finished_ms < to_ms]
        found.sort(key=lambda one: (one.finished_ms, one.order))
        return tuple(found[-limit:])


class MemoryForesightWriting(MemoryForesightReading, Changing):
    """Changes to the tables."""

    def put_predictions(self, predictions: Sequence[Prediction]) -> None:
        for one in predictions:
            self._set(self._tables.foresight.predictions, (one.order, one.at_ms), one)

    def remove_predictions(self, order: OrderId) -> None:
        kept = self._tables.foresight.predictions
        for key in [k for k, one in kept.items() if k[0] == order and one.finished_ms is None]:
            self._remove(kept, key)

    def put_outcomes(self, outcomes: Sequence[OrderOutcome]) -> None:
        for one in outcomes:
            self._set(self._tables.foresight.outcomes, one.order, one)

    def forget_foresight(self, before_ms: int) -> None:
        kept = self._tables.foresight
        done = {k: one.finished_ms for k, one in kept.predictions.items()}
        for key in [k for k, at_ms in done.items() if at_ms is not None and at_ms < before_ms]:
            self._remove(kept.predictions, key)
        for name in [n for n, one in kept.outcomes.items() if one.finished_ms < before_ms]:
            self._remove(kept.outcomes, name)
