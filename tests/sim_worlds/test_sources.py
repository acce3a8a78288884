"""Orders at their times, and as many as keep the backlog."""

import pytest

from planner.warehouse.errors import InvalidOrder
from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from sim_worlds.demand import TimedOrder
from sim_worlds.sources import Arrivals, Backlog, Refill


def order(number: int, due_ms: int | None = None) -> PickOrder:
    name = OrderId(f"O{number}")
    return PickOrder(name, (OrderLine(line_id(name, 1), Sku("A"), 1),), due_ms)


def test_orders_arrive_at_their_times_however_they_are_given() -> None:
    source = Arrivals([TimedOrder(2_000, order(2)), TimedOrder(1_000, order(1))])
    assert source.take(500, 0) == []
    assert source.take(1_000, 99) == [order(1)]
    assert not source.empty
    assert source.take(9_000, 99) == [order(2)]
    assert source.empty


def test_the_backlog_is_filled_up_to_its_size() -> None:
    source = Refill(Backlog(3, tuple(order(number) for number in range(5))))
    assert source.take(0, 0) == [order(0), order(1), order(2)]
    assert source.take(500, 3) == []
    assert source.take(1_000, 2) == [order(3)]
    assert not source.empty
    assert source.take(1_500, 0) == [order(4)]
    assert source.empty


def test_due_times_count_from_the_receipt() -> None:
    source = Refill(Backlog(1, (order(1, due_ms=60_000), order(2))))
    assert source.take(5_000, 0)[0].due_ms == 65_000
    assert source.take(6_000, 0)[0].due_ms is None


def test_in_the_peak_more_orders_wait() -> None:
    backlog = Backlog(
        4, tuple(order(n) for n in range(20)), peak=2.0, peak_from_ms=1_000, peak_to_ms=2_000
    )
    source = Refill(backlog)
    assert len(source.take(0, 0)) == 4
    assert len(source.take(1_000, 4)) == 4
    # Afterwards nothing comes until what is too much has been released.
    assert source.take(2_000, 8) == []
    assert len(source.take(2_500, 3)) == 1


@pytest.mark.parametrize(("size", "orders", "peak"), [(0, 1, 1.0), (1, 0, 1.0), (1, 1, 0.0)])
def test_a_backlog_of_nothing_is_refused(size: int, orders: int, peak: float) -> None:
    with pytest.raises(InvalidOrder, match="backlog"):
        Backlog(size, tuple(order(n) for n in range(orders)), peak)
