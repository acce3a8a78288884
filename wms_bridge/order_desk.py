"""Orders as the bridge takes, changes and shows them."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import OrderId, PodId
from planner.warehouse.orders import PickOrder
from wms_bridge.changing import (
    NO_PODS,
    OrderAltered,
    cancel_order,
    change_order,
    prioritise_order,
)
from wms_bridge.desk import Desk
from wms_bridge.intake import OrderAccepted, take_order
from wms_bridge.phases import OrderPhase, phase_of
from wms_bridge.ports.store import Writing
from wms_bridge.records.work import LineRecord, OrderQuery, OrderRecord
from wms_bridge.topics import Topic

ORDERS_PER_TRANSACTION = 200


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """An order with its lines."""

    order: OrderRecord
    lines: tuple[LineRecord, ...]
    phase: OrderPhase


class OrderDesk(Desk):
    """Pick orders."""

    def receive_order(self, order: PickOrder, now_ms: int, key: str | None = None) -> OrderAccepted:
        """Take an order once; see :func:`wms_bridge.intake.take_order`. Without a ``key`` the
        order id serves."""
        with self.store.writing() as tx:
            accepted = take_order(tx, order, key, now_ms)
        self.tell(Topic.FEED)
        return accepted

    def receive_orders(
        self, orders: Sequence[PickOrder], now_ms: int
    ) -> tuple[OrderAccepted | PodherdError, ...]:
        """Take many orders: for each, in the order given, the answer or what is wrong with it."""
        results: list[OrderAccepted | PodherdError] = []
        for start in range(0, len(orders), ORDERS_PER_TRANSACTION):
            with self.store.writing() as tx:
                chunk = orders[start : start + ORDERS_PER_TRANSACTION]
                results.extend([_try_order(tx, order, now_ms) for order in chunk])
            self.tell(Topic.FEED)
        return tuple(results)

    def cancel_order(
        self,
        order: OrderId,
        now_ms: int,
        key: str | None = None,
        under_way: Set[PodId] = NO_PODS,
        seen: str | None = None,
    ) -> OrderAltered:
        """Stop an order; see :func:`wms_bridge.changing.cancel_order`."""
        with self.store.writing() as tx:
            altered = cancel_order(tx, order, key, now_ms, under_way, seen)
        return self._told(altered)

    def change_order(
        self,
        order: PickOrder,
        now_ms: int,
        key: str | None = None,
        under_way: Set[PodId] = NO_PODS,
        seen: str | None = None,
    ) -> OrderAltered:
        """Give an order new contents; see :func:`wms_bridge.changing.change_order`."""
        with self.store.writing() as tx:
            altered = change_order(tx, order, key, now_ms, under_way, seen)
        return self._told(altered)

    def prioritise_order(
        self,
        order: OrderId,
        priority: int,
        now_ms: int,
        due_ms: int | None = None,
        key: str | None = None,
        under_way: Set[PodId] = NO_PODS,
        seen: str | None = None,
    ) -> OrderAltered:
        """Make an order urgent, or ordinary; see :func:`wms_bridge.changing.prioritise_order`."""
        with self.store.writing() as tx:
            altered = prioritise_order(tx, order, priority, due_ms, key, now_ms, under_way, seen)
        return self._told(altered)

    def _told(self, altered: OrderAltered) -> OrderAltered:
        self.tell(Topic.FEED, Topic.PICKS, Topic.OUTBOX)
        return altered

    def order(self, order: OrderId, under_way: Set[PodId] = NO_PODS) -> OrderDetails | None:
        """An order and its lines; ``under_way`` are pods being carried to stations."""
        with self.store.reading() as tx:
            record = tx.order(order)
            if record is None:
                return None
            lines = tx.lines(order)
            return OrderDetails(record, lines, phase_of(tx, record, lines, under_way))

    def orders(self, query: OrderQuery) -> tuple[OrderRecord, ...]:
        """Orders as asked for."""
        with self.store.reading() as tx:
            return tx.orders(query)


def _try_order(tx: Writing, order: PickOrder, now_ms: int) -> OrderAccepted | PodherdError:
    try:
        return take_order(tx, order, None, now_ms)
    except PodherdError as error:
        return error
