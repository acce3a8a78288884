"""Picks: each moves stock once, and the order is confirmed when nothing is left to pick."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.codec.messages import decode, from_json
from planner.warehouse.commands import (
    AlarmKind,
    RaiseAlarm,
    SendTransportOrder,
    ShortenLine,
    ShowPicks,
)
from planner.warehouse.errors import (
    IdempotencyConflict,
    InvalidMessage,
    InvalidOrder,
    InvalidStock,
    NotFound,
)
from planner.warehouse.events import PickConfirmed, StockStated
from planner.warehouse.ids import (
    LineId,
    OrderId,
    PickId,
    RobotId,
    Sku,
    SlotId,
    StationId,
    TransportOrderId,
)
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.stock import Balance
from planner.warehouse.transport import TransportOrder
from wms_bridge.messages import LineConfirmed, LinePicked, OrderConfirmed
from wms_bridge.ports.store import Store
from wms_bridge.records.alarms import AlarmQuery
from wms_bridge.records.work import OrderStatus, Tally
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
S1 = StationId("S1")
SHORT = ShortReason.SLOT_SHORT


def picked(pick: str, quantity: int, at_ms: int, slot: str = "P001/A/1/1") -> LinePicked:
    """What the WMS is told of a pick at S1."""
    return LinePicked(PickId(pick), StationId("S1"), SlotId(slot), quantity, at_ms)


def confirmations(store: Store) -> list[OrderConfirmed]:
    with store.reading() as tx:
        told = (m for m in tx.messages_after(0, 100) if m.order is not None)
        return [from_json(decode(m.body), OrderConfirmed) for m in told]


def shorten(line: str, quantity: int, total: int) -> ShortenLine:
    order = OrderId(line.rpartition("#")[0])
    return ShortenLine(order, LineId(line), quantity, total, ShortReason.INSUFFICIENT_STOCK)


def test_pick_moves_stock_and_tells_the_fleet(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3, BLUE=1), 1)
    bridge.apply([show("p1", "A#1", "RED", 3)], 2)
    seen = len(bridge.feed(0))
    taken = bridge.confirm_pick(PickId("p1"), 3, 5)
    assert (taken.quantity, taken.reason, taken.confirmed_ms) == (3, None, 5)
    assert [numbered.event for numbered in bridge.feed(seen)] == [
        StockStated((Balance(SlotId("P001/A/1/1"), Sku("RED"), 7),)),
        PickConfirmed(PickId("p1"), 3),
    ]
    details = bridge.order(OrderId("A"))
    assert details is not None
    assert (details.order.lines_closed, details.order.picked) == (1, 3)
    assert details.order.status is OrderStatus.OPEN


def test_order_is_confirmed_when_its_last_line_is_picked(
    bridge: Bridge, store: Store, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3, BLUE=1), 1)
    bridge.apply([show("p1", "A#1", "RED", 3), show("p2", "A#2", "BLUE", 1, slot="P001/A/1/2")], 2)
    bridge.confirm_pick(PickId("p1"), 3, 5)
    assert confirmations(store) == []
    bridge.confirm_pick(PickId("p2"), 1, 6)
    lines = (
        LineConfirmed(LineId("A#1"), Sku("RED"), 3, 3, 0, None, picks=(picked("p1", 3, 5),)),
        LineConfirmed(
            LineId("A#2"), Sku("BLUE"), 1, 1, 0, None, picks=(picked("p2", 1, 6, "P001/A/1/2"),)
        ),
    )
    message = "order-confirmed/A"
    assert confirmations(store) == [
        OrderConfirmed(message, OrderId("A"), OrderStatus.COMPLETE, 1, 6, lines)
    ]
    assert bridge.tallies()[Tally.ORDERS_COMPLETED] == 1


def test_short_pick_empties_the_slot_and_is_a_discrepancy(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=8), 1)
    bridge.apply([show("p1", "A#1", "RED", 8)], 2)
    bridge.confirm_pick(PickId("p1"), 5, 3, SHORT)
    assert bridge.feed(0)[-2].event == StockStated((Balance(SlotId("P001/A/1/1"), Sku("RED"), 0),))
    [found] = bridge.discrepancies()
    assert (found.slot, found.books, found.found) == ("P001/A/1/1", 10, 5)
    report = bridge.verify()
    assert report.sound
    assert (report.pieces_picked, report.pieces_disputed) == (5, 5)
    details = bridge.order(OrderId("A"))
    assert details is not None
    assert details.order.status is OrderStatus.OPEN


def test_rest_of_a_short_line_is_picked_elsewhere(
    bridge: Bridge, store: Store, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=8), 1)
    bridge.apply([show("p1", "A#1", "RED", 8)], 2)
    bridge.confirm_pick(PickId("p1"), 5, 3, SHORT)
    assert bridge.apply([show("p2", "A#1", "RED", 3, slot="P002/A/1/1")], 4) == (None,)
    bridge.confirm_pick(PickId("p2"), 3, 5)
    assert [c.status for c in confirmations(store)] == [OrderStatus.COMPLETE]


def test_rest_of_a_short_line_is_given_up(
    bridge: Bridge, store: Store, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=8), 1)
    bridge.apply([show("p1", "A#1", "RED", 8)], 2)
    bridge.confirm_pick(PickId("p1"), 5, 3, SHORT)
    assert bridge.apply([shorten("A#1", 3, 3)], 4) == (None,)
    [confirmed] = confirmations(store)
    assert confirmed.status is OrderStatus.COMPLETE_SHORT
    reason = ShortReason.INSUFFICIENT_STOCK
    picks = (picked("p1", 5, 3),)
    assert confirmed.lines == (
        LineConfirmed(LineId("A#1"), Sku("RED"), 8, 5, 3, reason, picks=picks),
    )
    tallies = bridge.tallies()
    assert tallies[Tally.ORDERS_COMPLETED_SHORT] == tallies[Tally.LINES_SHORT] == 1
    assert tallies[Tally.PIECES_SHORT] == 3


def test_the_same_shortening_twice_counts_once(bridge: Bridge, order: OrderMaker) -> None:
    bridge.receive_order(order("A", RARE=8), 1)
    assert bridge.apply([shorten("A#1", 3, 3), shorten("A#1", 3, 3)], 4) == (None, None)
    details = bridge.order(OrderId("A"))
    assert details is not None
    assert details.lines[0].short == 3
    bridge.apply([shorten("A#1", 5, 8), shorten("A#1", 3, 3)], 5)
    details = bridge.order(OrderId("A"))
    assert details is not None
    assert details.order.status is OrderStatus.COMPLETE_SHORT


def test_a_line_cannot_be_shortened_by_what_is_being_picked(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=8), 1)
    bridge.apply([show("p1", "A#1", "RED", 8)], 2)
    [error] = bridge.apply([shorten("A#1", 1, 1)], 3)
    assert isinstance(error, InvalidOrder)
    assert error.field == "total_short"


def test_shortening_an_unknown_line_is_refused(bridge: Bridge) -> None:
    [error] = bridge.apply([shorten("Z#1", 1, 1)], 3)
    assert isinstance(error, InvalidOrder)


def test_confirming_again_has_the_same_answer_and_moves_nothing(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3), 1)
    bridge.apply([show("p1", "A#1", "RED", 3)], 2)
    first = bridge.confirm_pick(PickId("p1"), 3, 5, key="k")
    events = bridge.feed(0)
    assert bridge.confirm_pick(PickId("p1"), 3, 6, key="k") == replace(first, repeated=True)
    assert bridge.confirm_pick(PickId("p1"), 3, 7, key="other") == replace(first, repeated=True)
    assert bridge.feed(0) == events
    assert bridge.stock(slot=SlotId("P001/A/1/1"))[0].quantity == 7


def test_confirming_otherwise_is_a_conflict(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3), 1)
    bridge.apply([show("p1", "A#1", "RED", 3)], 2)
    bridge.confirm_pick(PickId("p1"), 3, 5, key="k1")
    with pytest.raises(IdempotencyConflict):
        bridge.confirm_pick(PickId("p1"), 2, 6, SHORT, key="k2")
    with pytest.raises(IdempotencyConflict):
        bridge.confirm_pick(PickId("p1"), 2, 6, SHORT, key="k1")


@pytest.mark.parametrize(
    ("quantity", "reason", "field"),
    [
        (4, None, "quantity"),
        (-1, SHORT, "quantity"),
        (2, None, "reason"),
        (3, SHORT, "reason"),
        (2, ShortReason.INSUFFICIENT_STOCK, "reason"),
    ],
    ids=[
        "more than asked",
        "negative",
        "fewer, no reason",
        "full, reason",
        "not a picker's reason",
    ],
)
def test_impossible_confirmation_changes_nothing(
    bridge: Bridge,
    order: OrderMaker,
    show: ShowMaker,
    quantity: int,
    reason: ShortReason | None,
    field: str,
) -> None:
    bridge.receive_order(order("A", RED=3), 1)
    bridge.apply([show("p1", "A#1", "RED", 3)], 2)
    with pytest.raises(InvalidStock) as error:
        bridge.confirm_pick(PickId("p1"), quantity, 5, reason, "k")
    assert error.value.field == field
    assert error.value.remedy
    assert bridge.confirm_pick(PickId("p1"), 3, 6, key="k").quantity == 3


@pytest.mark.parametrize("pick", ["nobody asked", "\ud800", ""])
def test_unknown_pick_is_refused(bridge: Bridge, pick: str) -> None:
    with pytest.raises(NotFound) as error:
        bridge.confirm_pick(PickId(pick), 1, 5, key="k")
    assert error.value.field == "pick"


def test_picks_shown_twice_are_shown_once(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3), 1)
    command = show("p1", "A#1", "RED", 3)
    assert bridge.apply([command, command], 2) == (None, None)
    assert [record.task.pick for record in bridge.open_picks(S1)] == ["p1"]
    bridge.confirm_pick(PickId("p1"), 3, 5)
    assert bridge.apply([command], 6) == (None,)
    assert bridge.open_picks(S1) == ()


def test_pick_shown_with_other_contents_is_a_conflict(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3), 1)
    results = bridge.apply([show("p1", "A#1", "RED", 3), show("p1", "A#1", "RED", 2)], 2)
    assert results[0] is None
    assert isinstance(results[1], IdempotencyConflict)


def test_a_line_is_never_picked_beyond_what_was_ordered(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3), 1)
    bridge.apply([show("p1", "A#1", "RED", 2)], 2)
    [error] = bridge.apply([show("p2", "A#1", "RED", 2)], 3)
    assert isinstance(error, InvalidMessage)
    assert error.field == "quantity"
    assert [record.task.pick for record in bridge.open_picks(S1)] == ["p1"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"line": "A#9"}, "line"),
        ({"sku": "BLUE"}, "line"),
        ({"slot": "P009/A/1/1"}, "slot"),
        ({"station": "S9"}, "station"),
        ({"quantity": 0}, "quantity"),
        ({"pick": ""}, "picks.pick"),
    ],
    ids=["unknown line", "other SKU", "unknown slot", "unknown station", "no pieces", "no name"],
)
def test_pick_that_fits_nothing_is_refused(
    bridge: Bridge, order: OrderMaker, show: ShowMaker, changes: dict[str, str | int], field: str
) -> None:
    bridge.receive_order(order("A", RED=3), 1)
    good: dict[str, str | int] = {"pick": "p1", "line": "A#1", "sku": "RED", "quantity": 3}
    [error] = bridge.apply([show(**{**good, **changes})], 2)
    assert isinstance(error, InvalidMessage)
    assert error.field == field
    assert bridge.open_picks(S1) == ()


def test_one_refused_command_does_not_hold_up_the_others(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3), 1)
    results = bridge.apply([shorten("Z#1", 1, 1), show("p1", "A#1", "RED", 3)], 2)
    assert [result is None for result in results] == [False, True]
    assert len(bridge.open_picks(S1)) == 1


def test_transport_order_is_not_for_the_bridge(bridge: Bridge) -> None:
    transport = TransportOrder(TransportOrderId("T"), 0, RobotId("R1"), (), ())
    [error] = bridge.apply([SendTransportOrder(transport)], 2)
    assert isinstance(error, InvalidMessage)


def test_open_picks_are_listed_per_station_and_after_a_number(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=3, BLUE=2), 1)
    bridge.apply([show("p1", "A#1", "RED", 1), show("p2", "A#1", "RED", 2)], 2)
    bridge.apply([show("p3", "A#2", "BLUE", 2, slot="P001/A/1/2", station="S2")], 3)
    first, second = bridge.open_picks(S1)
    assert (first.task.pick, second.task.pick) == ("p1", "p2")
    assert bridge.open_picks(S1, after=first.number) == (second,)
    with pytest.raises(NotFound, match="S1, S2"):
        bridge.open_picks(StationId("S9"))


def show_two_and_find_one_piece(bridge: Bridge, order: OrderMaker, show: ShowMaker) -> None:
    """Two orders want 4 pieces each from a slot of 10; the first picker finds 1 and no more."""
    bridge.receive_orders([order("A", RED=4), order("B", RED=4)], 1)
    bridge.apply([show("p1", "A#1", "RED", 4), show("p2", "B#1", "RED", 4)], 2)
    bridge.confirm_pick(PickId("p1"), 1, 3, SHORT)


def test_second_pick_from_a_slot_found_empty(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    show_two_and_find_one_piece(bridge, order, show)
    bridge.confirm_pick(PickId("p2"), 0, 4, SHORT)
    assert len(bridge.discrepancies()) == 1
    assert bridge.verify().sound


def test_pieces_found_that_the_books_had_given_up(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    show_two_and_find_one_piece(bridge, order, show)
    bridge.confirm_pick(PickId("p2"), 4, 4)
    newest = bridge.discrepancies()[0]
    assert (newest.books, newest.found) == (0, 4)
    report = bridge.verify()
    assert report.sound
    assert (report.pieces_picked, report.pieces_disputed) == (5, 5)


def test_alarm_keeps_the_time_since_when(bridge: Bridge) -> None:
    silent = RaiseAlarm(AlarmKind.ROBOT_SILENT, "R1", "no report for 10 s")
    bridge.apply([silent], 5)
    bridge.apply([replace(silent, text="no report for 20 s")], 15)
    [alarm] = bridge.alarms.alarms(AlarmQuery())
    assert (alarm.text, alarm.active, alarm.changed_ms) == ("no report for 20 s", True, 5)
    bridge.apply([replace(silent, active=False)], 30)
    [alarm] = bridge.alarms.alarms(AlarmQuery())
    assert (alarm.active, alarm.changed_ms) == (False, 30)


def test_subscribers_are_told_after_the_change_is_kept(bridge: Bridge, order: OrderMaker) -> None:
    seen: list[int] = []
    bridge.subscribe(lambda topic: seen.append(len(bridge.feed(0))))
    before = len(bridge.feed(0))
    bridge.receive_order(order("A", RED=1), 1)
    assert seen == [before + 1]
