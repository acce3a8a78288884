"""Reservations: what is available is promised once, and ends when the order comes."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.warehouse.commands import ShowPicks
from planner.warehouse.counts import SlotCount
from planner.warehouse.errors import IdempotencyConflict, InvalidOrder, NotFound
from planner.warehouse.ids import Lot, OrderId, PickId, PodId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.picks import ShortReason
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance, slot_id
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.lots.naming import LotName
from wms_bridge.promises.reserving import ReservationWish
from wms_bridge.records.promises import ReservationState
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
CountMaker = Callable[..., SlotCount]
RED = Sku("RED")


def wish(name: str, until_ms: int | None = None, **wanted: int) -> ReservationWish:
    lines = tuple((Sku(sku), quantity) for sku, quantity in wanted.items())
    return ReservationWish(name, lines, until_ms)


def granted(bridge: Bridge, name: str, **wanted: int) -> list[int]:
    made = bridge.promises.reserve(wish(name, **wanted), 1)
    return [line.granted for line in made.reservation.lines]


def available(bridge: Bridge, sku: Sku = RED, now_ms: int = 2) -> int:
    [found] = bridge.promises.availability([sku], now_ms)
    return found.available


def test_what_is_available_is_granted(bridge: Bridge) -> None:
    assert granted(bridge, "A", RED=30, BLUE=5) == [30, 5]
    assert granted(bridge, "B", RED=30) == [10]
    assert granted(bridge, "C", RED=1, RARE=1) == [0, 0]
    assert available(bridge) == 0


def test_open_orders_come_first(bridge: Bridge, order: OrderMaker) -> None:
    bridge.receive_order(order("A", RED=38), 1)
    assert granted(bridge, "B", RED=5) == [2]
    bridge.cancel_order(OrderId("A"), 2)
    assert available(bridge) == 38


def test_what_is_picked_is_neither_ordered_nor_there(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=8), 1)
    bridge.apply([show("p1", "A#1", "RED", 8)], 2)
    bridge.confirm_pick(PickId("p1"), 5, 3, ShortReason.SLOT_SHORT)
    [found] = bridge.promises.availability([RED], 4)
    assert (found.in_slots, found.ordered, found.available) == (30, 3, 27)


def test_its_order_consumes_a_reservation(bridge: Bridge, order: OrderMaker) -> None:
    granted(bridge, "A", RED=10)
    bridge.receive_order(order("A", RED=10), 5)
    kept = bridge.promises.reservation("A")
    assert kept is not None
    assert (kept.state, kept.closed_ms) == (ReservationState.CONSUMED, 5)
    assert available(bridge) == 30
    with pytest.raises(IdempotencyConflict, match="has come"):
        bridge.promises.release("A", 6)
    with pytest.raises(IdempotencyConflict, match="has come"):
        bridge.promises.reserve(wish("A", RED=10), 6)


def test_a_reservation_ends_in_time(bridge: Bridge) -> None:
    bridge.promises.reserve(wish("A", 100, RED=40), 1)
    assert (available(bridge, now_ms=99), available(bridge, now_ms=100)) == (0, 40)


def test_released_is_free_again(bridge: Bridge) -> None:
    granted(bridge, "A", RED=40)
    assert not bridge.promises.release("A", 2).repeated
    assert bridge.promises.release("A", 3).repeated
    assert available(bridge) == 40
    assert bridge.promises.reservations(10) == ()


def test_the_same_again_is_answered_and_not_granted_again(bridge: Bridge) -> None:
    first = bridge.promises.reserve(wish("A", RED=30), 1)
    again = bridge.promises.reserve(wish("A", RED=30), 9)
    assert (again.repeated, again.reservation) == (True, first.reservation)
    assert available(bridge) == 10
    with pytest.raises(IdempotencyConflict, match="something else"):
        bridge.promises.reserve(wish("A", RED=31), 9)


def test_a_quarantined_slot_is_not_promised(bridge: Bridge, seen: CountMaker) -> None:
    bridge.put_skus([SkuRecord(RED, piece_value=1_000.0)])
    bridge.counts.take([seen(7)], 61_000)
    [found] = bridge.promises.availability([RED], 61_000)
    assert (found.in_slots, found.quarantined, found.available) == (40, 10, 30)


def lotted(bridge: Bridge) -> tuple[Lot, Lot]:
    """5 pieces of RED of lot A and 4 of lot B in slots of their own."""
    pod = PodId("P003")
    records = [
        Balance(slot_id(pod, "A", 1, column), RED, quantity)
        for column, quantity in ((1, 5), (2, 4))
    ]
    bridge.load_stock(records, "lots", 1, {0: LotName("A"), 1: LotName("B")})
    first, second = (bridge.lots.lots_of(RED, code)[0] for code in ("A", "B"))
    return first, second


def test_what_is_on_hold_is_not_promised(bridge: Bridge) -> None:
    lot, _ = lotted(bridge)
    assert available(bridge) == 49
    bridge.lots.hold(lot, "ann", "seal broken", 2)
    [found] = bridge.promises.availability([RED], 3)
    assert (found.in_slots, found.held, found.available) == (49, 5, 44)
    assert granted(bridge, "A", RED=45) == [44]
    bridge.lots.release(lot, "ann", "it was ice", 4)
    assert available(bridge) == 5


def test_a_recall_that_takes_out_its_lot_is_not_counted_twice(
    bridge: Bridge, show: ShowMaker
) -> None:
    lot, _ = lotted(bridge)
    recall = bridge.lots.recall([lot], "glass", "ann", 2).progress.recall
    [found] = bridge.promises.availability([RED], 3)
    assert (found.in_slots, found.held, found.ordered, found.available) == (49, 5, 0, 44)
    line = f"{recall.retrievals[0]}#1"
    assert bridge.apply([show("p1", line, "RED", 5, slot="P003/A/1/1")], 4) == (None,)
    bridge.confirm_pick(PickId("p1"), 5, 5)
    [found] = bridge.promises.availability([RED], 6)
    assert (found.in_slots, found.held, found.available) == (44, 0, 44)


def test_an_order_for_a_lot_that_is_free_counts(bridge: Bridge) -> None:
    lot, _ = lotted(bridge)
    name = OrderId("A")
    bridge.receive_order(PickOrder(name, (OrderLine(line_id(name, 1), RED, 3, lot=lot),)), 2)
    [found] = bridge.promises.availability([RED], 3)
    assert (found.held, found.ordered, found.available) == (0, 3, 46)
    bridge.lots.hold(lot, "ann", "seal broken", 4)
    [found] = bridge.promises.availability([RED], 5)
    assert (found.held, found.ordered, found.available) == (5, 0, 44)


def test_a_held_lot_in_a_quarantined_slot_is_taken_off_once(
    bridge: Bridge, seen: CountMaker
) -> None:
    lots = lotted(bridge)
    bridge.put_skus([SkuRecord(RED, piece_value=1_000.0)])
    bridge.counts.take([seen(2, books=5, slot="P003/A/1/1")], 61_000)
    for lot in lots:
        bridge.lots.hold(lot, "ann", "seal broken", 62_000)
    [found] = bridge.promises.availability([RED], 63_000)
    assert (found.in_slots, found.quarantined, found.held, found.available) == (49, 5, 4, 40)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (wish(" ", RED=1), "reservation"),
        (wish("A"), "lines"),
        (wish("A", RED=0), "lines[0].quantity"),
        (wish("A", GREEN=1), "lines[0].sku"),
        (ReservationWish("A", ((RED, 1), (RED, 2))), "lines[1].sku"),
        (wish("A", 5, RED=1), "until_ms"),
        (wish("A", 10**16, RED=1), "until_ms"),
    ],
)
def test_a_wrong_wish_names_its_field_and_keeps_nothing(
    bridge: Bridge, asked: ReservationWish, field: str
) -> None:
    with pytest.raises(InvalidOrder) as caught:
        bridge.promises.reserve(asked, 5)
    assert caught.value.field == field
    assert bridge.promises.reservations(10) == ()


def test_what_is_not_known_is_named(bridge: Bridge) -> None:
    with pytest.raises(NotFound, match="no such reservation"):
        bridge.promises.release("A", 1)
    with pytest.raises(NotFound, match="GREEN"):
        bridge.promises.availability([RED, Sku("GREEN")], 1)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "release", "order", "cancel"]),
        st.integers(0, 4),
        st.integers(1, 30),
        st.none() | st.integers(5, 40),
    ),
    max_size=30,
)


@settings(deadline=None, max_examples=60)
@given(steps=STEPS)
def test_never_more_is_promised_than_there_is(
    site: Site,
    stock_up: Callable[[Bridge], None],
    order: OrderMaker,
    steps: list[tuple[str, int, int, int | None]],
) -> None:
    """Whatever comes in which order: a promise given fits into what is free at that moment."""
    bridge = Bridge(site, MemoryStore())
    stock_up(bridge)
    for now_ms, (what, which, pieces, ahead) in enumerate(steps, start=1):
        name = f"O{which}"
        before = available(bridge, now_ms=now_ms)
        try:
            if what == "reserve":
                until_ms = None if ahead is None else now_ms + ahead
                made = bridge.promises.reserve(wish(name, until_ms, RED=pieces), now_ms)
                if not made.repeated:
                    [line] = made.reservation.lines
                    assert line.granted == max(0, min(pieces, before))
                    assert available(bridge, now_ms=now_ms) == before - line.granted
            elif what == "release":
                bridge.promises.release(name, now_ms)
                assert available(bridge, now_ms=now_ms) >= before
            elif what == "order":
                bridge.receive_order(order(name, RED=pieces), now_ms)
            else:
                bridge.cancel_order(OrderId(name), now_ms)
        except (IdempotencyConflict, InvalidOrder, NotFound):
            assert available(bridge, now_ms=now_ms) == before
