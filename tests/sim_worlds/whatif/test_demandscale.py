"""Order books of another size."""

from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from sim_worlds.demand import TimedOrder
from sim_worlds.whatif.demandscale import sped_up, with_promise, with_volume


def book(*times_ms: int) -> tuple[TimedOrder, ...]:
    return tuple(
        TimedOrder(at_ms, PickOrder(name, (OrderLine(line_id(name, 1), Sku("A"), 1),)))
        for number, at_ms in enumerate(times_ms)
        for name in (OrderId(f"O{number}"),)
    )


ORDERS = book(0, 1000, 5000, 9000)


def test_the_volume_is_what_was_asked_for() -> None:
    for volume, count in ((0.5, 2), (1, 4), (1.5, 6), (3, 12)):
        orders = with_volume(ORDERS, volume, seed=1)
        assert len(orders) == count
        assert len({timed.order.order for timed in orders}) == count
        assert len({line.line for timed in orders for line in timed.order.lines}) == count
        assert {timed.at_ms for timed in orders} <= {0, 1000, 5000, 9000}
        assert [t.at_ms for t in orders] == sorted(t.at_ms for t in orders)
    assert with_volume(ORDERS, 1, seed=1) == ORDERS
    assert with_volume(ORDERS, 1.5, seed=1) == with_volume(ORDERS, 1.5, seed=1)


def test_faster_arrivals_keep_the_time_until_due() -> None:
    promised = with_promise(ORDERS, 60_000)
    assert [timed.order.due_ms for timed in promised] == [60_000, 61_000, 65_000, 69_000]
    faster = sped_up(promised, 2)
    assert [timed.at_ms for timed in faster] == [0, 500, 2500, 4500]
    assert [timed.order.due_ms for timed in faster] == [60_000, 60_500, 62_500, 64_500]
    assert with_promise(promised, 1) == promised
    assert [timed.at_ms for timed in sped_up(ORDERS[2:], 2, from_ms=1000)] == [3000, 5000]
