"""Serials are where the pieces are, once each: what does not fit the books is told."""

from collections.abc import Callable

import pytest

from planner.warehouse.commands import ShowPicks, ShowPuts
from planner.warehouse.errors import (
    IdempotencyConflict,
    InvalidMessage,
    InvalidStock,
    NotFound,
)
from planner.warehouse.ids import OrderId, PickId, PutId, ReceiptId, Sku, SlotId
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import PickTask
from planner.warehouse.receipts import Receipt
from tests.wms_bridge.tracing.conftest import sgtin, sscc
from wms_bridge.ledger import movements_of_pick, slot_account, tote_account
from wms_bridge.ports.store import Store
from wms_bridge.records.tracing import Doubt
from wms_bridge.serials.carrying import carry_pick, carry_serials
from wms_bridge.serials.packing import Packing
from wms_bridge.service import Bridge
from wms_bridge.traces.answers import Subject
from wms_bridge.traces.service import Traces

Receive = Callable[..., list[str]]
SLOT = "slot:P003/A/1/1"


def account(traces: Traces, code: str, at_ms: int | None = None) -> str:
    thing = traces.where(Subject.ITEM, code, at_ms).thing
    assert thing is not None
    return thing.seat.account


def test_a_serial_goes_from_dock_to_slot_to_tote(
    traces: Traces, receive: Receive, put: Callable[..., None], pick: Callable[..., None]
) -> None:
    codes = receive("R1", 4, 10)
    put("u1", "R1", codes, 20)
    pick("p1", "A", codes[:1], 30)
    assert account(traces, codes[0]) == "tote:A"
    assert account(traces, codes[1]) == SLOT
    assert [account(traces, codes[0], at_ms) for at_ms in (10, 19, 20, 29, 30)] == [
        "dock:R1",
        "dock:R1",
        SLOT,
        SLOT,
        "tote:A",
    ]
    with pytest.raises(NotFound):
        traces.where(Subject.ITEM, codes[0], 9)


def test_history_tells_receipt_station_robot_and_order(
    traces: Traces, receive: Receive, put: Callable[..., None], pick: Callable[..., None]
) -> None:
    codes = receive("R1", 4, 10)
    put("u1", "R1", codes, 20)
    pick("p1", "A", codes[:1], 30)
    came, stored, picked = traces.history(Subject.ITEM, codes[0]).path
    assert (came.cause, came.receipt) == ("receipt/R1", ReceiptId("R1"))
    assert (stored.cause, stored.station, stored.robot) == ("put/u1", "S2", "R01")
    assert stored.seat is not None
    assert stored.seat.slot == SlotId("P003/A/1/1")
    assert (picked.cause, picked.order, picked.station) == ("pick/p1", OrderId("A"), "S1")
    assert len(traces.history(Subject.ITEM, codes[0], 20).path) == 2


def test_a_serial_is_never_picked_twice(
    bridge: Bridge,
    traces: Traces,
    receive: Receive,
    put: Callable[..., None],
    pick: Callable[..., None],
) -> None:
    codes = receive("R1", 4, 10)
    put("u1", "R1", codes, 20)
    pick("p1", "A", codes[:1], 30)
    with pytest.raises(InvalidStock, match=r"by the books at tote:A, not at slot:P003/A/1/1"):
        pick("p2", "B", codes[:1], 40)
    bridge.confirm_pick(PickId("p2"), 1, 41, serials=codes[1:2])
    assert account(traces, codes[1]) == "tote:B"


@pytest.mark.parametrize(
    ("codes", "problem"),
    [
        ([sgtin("nobody-knows")], "never received"),
        ([sgtin("R1-1"), sgtin("R1-1")], "told twice"),
        (["01/09506000134352"], "a class of goods"),
        ([sgtin("R1-1"), sgtin("R1-2"), sgtin("R1-3")], "3 pieces are named, 2 moved"),
    ],
)
def test_what_a_person_scans_has_to_fit(
    bridge: Bridge,
    traces: Traces,
    receive: Receive,
    show_put: Callable[..., ShowPuts],
    codes: list[str],
    problem: str,
) -> None:
    receive("R1", 4, 10)
    bridge.apply([show_put("u1", "R1", "RED", 2)], 20)
    bridge.confirm_put(PutId("u1"), 2, 20)
    with pytest.raises(InvalidStock, match=problem):
        traces.tell_serials("put/u1", codes)
    assert account(traces, sgtin("R1-1")) == "dock:R1"
    assert traces.tell_serials("put/u1", [sgtin("R1-1")]).moved == (sgtin("R1-1"),)


def test_what_a_sensor_reads_is_a_doubt_where_it_does_not_fit(
    bridge: Bridge, traces: Traces, receive: Receive, show_put: Callable[..., ShowPuts]
) -> None:
    receive("R1", 3, 10)
    receive("R2", 1, 11)
    bridge.apply([show_put("u1", "R1", "RED", 2)], 20)
    bridge.confirm_put(PutId("u1"), 2, 20)
    read = [sgtin("R1-1"), sgtin("R2-1"), sgtin("ghost")]
    carried = traces.tell_serials("put/u1", read, sensed=True)
    assert (carried.moved, carried.doubts) == ((sgtin("R1-1"),), 2)
    assert account(traces, sgtin("R2-1")) == "dock:R2"
    found = {(doubt.name, doubt.doubt, doubt.booked) for doubt in traces.doubts()}
    assert found == {
        (sgtin("R2-1"), Doubt.ELSEWHERE, "dock:R2"),
        (sgtin("ghost"), Doubt.UNKNOWN, ""),
        ("", Doubt.UNSCANNED, "dock:R1"),
    }


def test_serials_of_a_movement_are_told_once(traces: Traces, receive: Receive) -> None:
    codes = receive("R1", 2, 10)
    again = traces.tell_serials("receipt/R1", list(reversed(codes)))
    assert again.repeated
    with pytest.raises(IdempotencyConflict):
        traces.tell_serials("receipt/R1", codes[:1])
    with pytest.raises(NotFound):
        traces.tell_serials("receipt/R9", codes)


def test_the_same_serial_is_received_once(bridge: Bridge, traces: Traces, receive: Receive) -> None:
    codes = receive("R1", 2, 10)
    bridge.receive_goods(Receipt(ReceiptId("R2"), Sku("RED"), 1), 11)
    with pytest.raises(InvalidStock, match="by the books at dock:R1"):
        traces.tell_serials("receipt/R2", codes[:1])
    bridge.receive_goods(Receipt(ReceiptId("R3"), Sku("BLUE"), 1), 12)
    with pytest.raises(InvalidStock, match="not a piece of BLUE"):
        traces.tell_serials("receipt/R3", [sgtin("new")])


def test_plain_serials_are_those_of_the_sku(
    bridge: Bridge, traces: Traces, receive: Receive, show_put: Callable[..., ShowPuts]
) -> None:
    receive("R1", 2, 10)
    bridge.apply([show_put("u1", "R1", "RED", 1)], 20)
    bridge.confirm_put(PutId("u1"), 1, 20)
    assert traces.tell_serials("put/u1", ["R1-2"]).moved == (sgtin("R1-2"),)
    bridge.receive_goods(Receipt(ReceiptId("R2"), Sku("BLUE"), 1), 21)
    assert traces.tell_serials("receipt/R2", ["R1-2"]).moved == ("sku/BLUE/21/R1-2",)
    found = traces.where(Subject.ITEM, "R1-2", sku=Sku("BLUE")).thing
    assert found is not None
    assert found.seat.receipt == ReceiptId("R2")
    with pytest.raises(InvalidMessage):
        traces.where(Subject.ITEM, "R1-2")


def test_unread_serials_follow_only_where_nothing_is_left(
    bridge: Bridge, traces: Traces, receive: Receive, show_put: Callable[..., ShowPuts]
) -> None:
    receive("R1", 3, 10)
    for name, pieces in (("u1", 1), ("u2", 2)):
        bridge.apply([show_put(name, "R1", "RED", pieces)], 20)
        bridge.confirm_put(PutId(name), pieces, 20)
    kinds = [(doubt.doubt, doubt.pieces) for doubt in traces.doubts()]
    assert kinds == [(Doubt.UNSCANNED, 2), (Doubt.UNSCANNED, 1)]
    receive("R2", 2, 30)
    bridge.apply([show_put("u3", "R2", "RED", 2)], 31)
    bridge.confirm_put(PutId("u3"), 2, 31)
    assert [account(traces, sgtin(f"R2-{number}")) for number in (1, 2)] == [SLOT, SLOT]
    assert traces.tell_serials("put/u3", [sgtin("R2-2"), sgtin("R2-1")]).repeated


def test_pick_of_more_than_the_books_had_finds_serials_again(
    bridge: Bridge,
    store: Store,
    traces: Traces,
    receive: Receive,
    put: Callable[..., None],
    order: Callable[..., PickOrder],
    show: Callable[..., ShowPicks],
) -> None:
    codes = receive("R1", 2, 10)
    put("u1", "R1", codes, 20)
    bridge.receive_order(order("A", RED=3), 30)
    shown = show("p1", "A#1", "RED", 3, slot="P003/A/1/1")
    task: PickTask = shown.picks[0]
    movements = movements_of_pick(task, 3, 2, 31)
    with store.writing() as tx:
        tx.post(movements)
        [carried] = carry_pick(tx, movements, [*codes, sgtin("found")])
    assert len(carried.moved) == 3
    assert account(traces, sgtin("found")) == tote_account(OrderId("A"))
    assert account(traces, sgtin("found"), 31) == "tote:A"


def test_short_pick_of_all_serials_sends_them_to_the_disputed(
    store: Store,
    traces: Traces,
    receive: Receive,
    put: Callable[..., None],
    show: Callable[..., ShowPicks],
) -> None:
    codes = receive("R1", 2, 10)
    put("u1", "R1", codes, 20)
    task = show("p1", "A#1", "RED", 2, slot="P003/A/1/1").picks[0]
    movements = movements_of_pick(task, 1, 2, 31)
    with store.writing() as tx:
        tx.post(movements)
        carry_pick(tx, movements, codes[:1])
    assert account(traces, codes[0]) == "tote:A"
    assert account(traces, codes[1]) == "disputed"


def test_a_whole_pack_counts_as_what_is_in_it(
    bridge: Bridge,
    traces: Traces,
    receive: Receive,
    packing: Callable[..., Packing],
    show_put: Callable[..., ShowPuts],
) -> None:
    codes = receive("R1", 4, 10)
    traces.pack(packing("k1", sscc(1), codes[:3], 11), 11)
    bridge.apply([show_put("u1", "R1", "RED", 2)], 20)
    bridge.confirm_put(PutId("u1"), 2, 20)
    with pytest.raises(InvalidStock, match="3 pieces are named, 2 moved"):
        traces.tell_serials("put/u1", [sscc(1)])
    bridge.apply([show_put("u2", "R1", "RED", 2, slot="P002/A/1/2")], 21)
    bridge.confirm_put(PutId("u2"), 2, 21)
    with pytest.raises(InvalidStock, match="named beside the pack it is in"):
        traces.tell_serials("put/u2", [sscc(1), codes[0]])
    assert traces.tell_serials("put/u2", codes[:2]).moved == tuple(codes[:2])
    found = traces.where(Subject.ITEM, codes[0]).thing
    assert found is not None
    assert (found.packs, found.seat.slot) == ((), SlotId("P002/A/1/2"))
    assert traces.tell_serials("put/u1", [sscc(1), codes[3]]).moved == (sscc(1), codes[3])
    assert account(traces, codes[2]) == SLOT


def test_serials_go_with_their_lot(
    bridge: Bridge, store: Store, traces: Traces, show: Callable[..., ShowPicks]
) -> None:
    for receipt, lot in (("R1", "LOT-A"), ("R2", "LOT-B")):
        bridge.receive_goods(Receipt(ReceiptId(receipt), Sku("RED"), 2, lot=lot), 10)
        traces.tell_serials(f"receipt/{receipt}", [sgtin(f"{lot}-{n}") for n in (1, 2)])
    found = traces.where(Subject.LOT, "LOT-B")
    assert [(s.seat.account, s.count) for s in found.serials] == [("dock:R2", 2)]
    flows = traces.history(Subject.LOT, "LOT-A").came_from
    assert [(f.cause, f.quantity, f.serials) for f in flows] == [("receipt/R1", 2, 2)]
    with store.writing() as tx:
        first = tx.things_at(slot_account(SlotId("P003/A/1/1")))
        entry = tx.movement("receipt/R1")
        assert not first
        assert entry is not None
        assert carry_serials(tx, entry.movement, [sgtin("LOT-A-1"), sgtin("LOT-A-2")]).repeated
