"""Orders in: once each, whole or not at all."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.warehouse.commands import ShortenLine
from planner.warehouse.errors import IdempotencyConflict, InvalidMessage, InvalidOrder
from planner.warehouse.events import OrderReceived
from planner.warehouse.ids import LineId, OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder
from planner.warehouse.picks import ShortReason
from wms_bridge.intake import OrderAccepted
from wms_bridge.records.work import OrderQuery, OrderStatus, Sort, Tally
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]


def orders_on_feed(bridge: Bridge) -> list[str]:
    events = (numbered.event for numbered in bridge.feed(0))
    return [event.order.order for event in events if isinstance(event, OrderReceived)]


def test_order_is_taken_and_put_on_the_feed(bridge: Bridge, order: OrderMaker) -> None:
    accepted = bridge.receive_order(order("A", RED=3, BLUE=2), 7, "k")
    assert accepted == OrderAccepted(OrderId("A"), 2, 5, 7, repeated=False)
    assert orders_on_feed(bridge) == ["A"]
    details = bridge.order(OrderId("A"))
    assert details is not None
    assert details.order.status is OrderStatus.OPEN
    assert [(line.line, line.quantity) for line in details.lines] == [("A#1", 3), ("A#2", 2)]


def test_same_key_and_body_again_has_the_same_answer_and_does_nothing(
    bridge: Bridge, order: OrderMaker
) -> None:
    first = bridge.receive_order(order("A", RED=3), 7, "k")
    again = bridge.receive_order(order("A", RED=3), 8, "k")
    assert again == replace(first, repeated=True)
    assert orders_on_feed(bridge) == ["A"]
    assert bridge.tallies()[Tally.ORDERS_RECEIVED] == 1


def test_same_key_other_body_is_a_conflict(bridge: Bridge, order: OrderMaker) -> None:
    bridge.receive_order(order("A", RED=3), 7, "k")
    with pytest.raises(IdempotencyConflict) as error:
        bridge.receive_order(order("B", RED=3), 8, "k")
    assert (error.value.field, error.value.value) == ("Idempotency-Key", "k")
    assert orders_on_feed(bridge) == ["A"]


def test_same_order_under_another_key_has_the_same_answer(
    bridge: Bridge, order: OrderMaker
) -> None:
    first = bridge.receive_order(order("A", RED=3), 7, "k1")
    assert bridge.receive_order(order("A", RED=3), 8, "k2") == replace(first, repeated=True)
    with pytest.raises(IdempotencyConflict):
        bridge.receive_order(order("B", RED=3), 9, "k2")
    assert orders_on_feed(bridge) == ["A"]


def test_same_order_id_with_another_body_is_a_conflict(bridge: Bridge, order: OrderMaker) -> None:
    bridge.receive_order(order("A", RED=3), 7, "k1")
    with pytest.raises(IdempotencyConflict) as error:
        bridge.receive_order(order("A", RED=4), 8, "k2")
    assert (error.value.field, error.value.value) == ("order", "A")


def test_unknown_sku_is_named_and_nothing_is_kept(bridge: Bridge, order: OrderMaker) -> None:
    with pytest.raises(InvalidOrder) as error:
        bridge.receive_order(order("A", RED=3, GREEN=1), 7, "k")
    assert (error.value.field, error.value.value) == ("lines[1].sku", "GREEN")
    assert error.value.remedy
    assert bridge.order(OrderId("A")) is None
    bridge.receive_order(order("A", RED=3), 8, "k")
    assert orders_on_feed(bridge) == ["A"]


def test_line_that_comes_twice_is_named(bridge: Bridge) -> None:
    lines = (
        OrderLine(LineId("A#1"), Sku("RED"), 1),
        OrderLine(LineId("A#2"), Sku("RED"), 1),
        OrderLine(LineId("A#1"), Sku("BLUE"), 1),
    )
    with pytest.raises(InvalidOrder) as error:
        bridge.receive_order(PickOrder(OrderId("A"), lines), 7)
    assert (error.value.field, error.value.value) == ("lines[0].line", "A#1")


def test_the_same_sku_on_two_lines_is_two_lines(bridge: Bridge) -> None:
    lines = (OrderLine(LineId("A#1"), Sku("RED"), 1), OrderLine(LineId("A#2"), Sku("RED"), 2))
    assert bridge.receive_order(PickOrder(OrderId("A"), lines), 7).lines == 2


@pytest.mark.parametrize("quantity", [1_000_001, 2**63])
def test_quantity_beyond_reason_is_refused(
    bridge: Bridge, order: OrderMaker, quantity: int
) -> None:
    with pytest.raises(InvalidOrder, match="out of range"):
        bridge.receive_order(order("A", RED=quantity), 7)


@pytest.mark.parametrize("name", ["", " A", "A\n", "\x00", "x" * 101, "\ud800"])
def test_unusable_order_id_is_refused(bridge: Bridge, order: OrderMaker, name: str) -> None:
    with pytest.raises(InvalidOrder, match="not a usable name"):
        bridge.receive_order(order(name, RED=1), 7, "k")


@pytest.mark.parametrize("key", [" k", "x" * 201, "a\tb"])
def test_unusable_key_is_refused(bridge: Bridge, order: OrderMaker, key: str) -> None:
    with pytest.raises(InvalidMessage, match="Idempotency-Key"):
        bridge.receive_order(order("A", RED=1), 7, key)


def test_bulk_takes_the_good_and_explains_the_bad(bridge: Bridge, order: OrderMaker) -> None:
    batch = [order("A", RED=1), order("B", GREEN=1), order("C", BLUE=1), order("A", RED=2)]
    a, b, c, again = bridge.receive_orders(batch, 7)
    assert isinstance(a, OrderAccepted)
    assert isinstance(b, InvalidOrder)
    assert isinstance(c, OrderAccepted)
    assert isinstance(again, IdempotencyConflict)
    assert orders_on_feed(bridge) == ["A", "C"]


def test_bulk_over_several_transactions_keeps_the_order(bridge: Bridge, order: OrderMaker) -> None:
    names = [f"N{number:03d}" for number in range(450)]
    results = bridge.receive_orders([order(name, RED=1) for name in names], 7)
    assert all(isinstance(result, OrderAccepted) for result in results)
    assert orders_on_feed(bridge) == names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (OrderQuery(), "EDCBA"),
        (OrderQuery(limit=2), "ED"),
        (OrderQuery(before=4), "CBA"),
        (OrderQuery(before=4, limit=2), "CB"),
        (OrderQuery(before=1), ""),
        (OrderQuery(after=3), "ED"),
        (OrderQuery(sort=Sort.OLDEST), "ABCDE"),
        (OrderQuery(sort=Sort.OLDEST, limit=2), "AB"),
        (OrderQuery(sort=Sort.OLDEST, after=2, limit=2), "CD"),
        (OrderQuery(sort=Sort.OLDEST, after=1, before=4), "BC"),
        (OrderQuery(sort=Sort.OLDEST, after=99), ""),
        (OrderQuery(OrderStatus.COMPLETE), ""),
        (OrderQuery(OrderStatus.COMPLETE_SHORT), "C"),
        (OrderQuery(OrderStatus.OPEN, Sort.OLDEST, after=1, limit=2), "BD"),
    ],
    ids=str,
)
def test_orders_are_listed_as_asked_for(
    bridge: Bridge, order: OrderMaker, query: OrderQuery, names: str
) -> None:
    bridge.receive_orders([order(name, RED=1) for name in "ABCDE"], 7)
    reason = ShortReason.INSUFFICIENT_STOCK
    bridge.apply([ShortenLine(OrderId("C"), LineId("C#1"), 1, 1, reason)], 8)
    assert "".join(record.order for record in bridge.orders(query)) == names


def test_feed_goes_on_after_a_number_without_gaps(bridge: Bridge, order: OrderMaker) -> None:
    bridge.receive_orders([order(name, RED=1) for name in "ABC"], 7)
    everything = bridge.feed(0)
    assert [numbered.number for numbered in everything] == list(range(1, len(everything) + 1))
    assert bridge.feed(2) == everything[2:]
    assert bridge.feed(0, limit=2) == everything[:2]
    assert bridge.feed(len(everything)) == ()
