"""Serials told with what is confirmed: they go with the pieces in the same transaction, and the WMS
hears of those that were picked."""

from collections.abc import Callable

import pytest

from planner.warehouse.commands import ShowPicks, ShowPuts
from planner.warehouse.counts import SlotCount
from planner.warehouse.errors import IdempotencyConflict, InvalidMessage, InvalidStock
from planner.warehouse.ids import PickId, PodId, PutId, ReceiptId, Sku, SlotId
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.receipts import Receipt
from planner.warehouse.stock import Balance, slot_id
from tests.wms_bridge.tracing.conftest import sgtin, sscc
from wms_bridge.client import BridgeClient
from wms_bridge.lots.naming import LotName
from wms_bridge.messages import LinePicked, LotDifference, OrderConfirmed, StockAdjusted
from wms_bridge.messages import read_message as read
from wms_bridge.ports.store import Store
from wms_bridge.records.tracing import Doubt
from wms_bridge.requests import body_hash
from wms_bridge.serials.packing import Packing
from wms_bridge.service import Bridge
from wms_bridge.traces.answers import Subject
from wms_bridge.traces.service import Traces

Receive = Callable[..., list[str]]
Put = Callable[..., None]
Pick = Callable[..., None]
OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
PutMaker = Callable[..., ShowPuts]
RED, SLOT = Sku("RED"), "slot:P003/A/1/1"
P1, R1 = PickId("p1"), ReceiptId("R1")


def account(traces: Traces, code: str) -> str:
    thing = traces.where(Subject.ITEM, code).thing
    assert thing is not None
    return thing.seat.account


def picked(store: Store, order: str = "A") -> tuple[LinePicked, ...]:
    """What the WMS is told of the picks of an order with one line."""
    with store.reading() as tx:
        for message in tx.pending(10**12, 100):
            if message.message == f"order-confirmed/{order}":
                told = read(message)
                assert isinstance(told, OrderConfirmed)
                return told.lines[0].picks
    raise AssertionError("nothing was told")


def adjusted(store: Store) -> list[StockAdjusted]:
    with store.reading() as tx:
        told = [read(message) for message in tx.messages_after(0, 100)]
    return [one for one in told if isinstance(one, StockAdjusted)]


def show_one(
    bridge: Bridge, order: OrderMaker, show: ShowMaker, pieces: int, slot: str = "P003/A/1/1"
) -> None:
    bridge.receive_order(order("A", RED=pieces), 30)
    assert bridge.apply([show("p1", "A#1", "RED", pieces, slot=slot)], 30) == (None,)


def test_the_wms_hears_which_serials_were_picked(
    store: Store, receive: Receive, put: Put, pick: Pick
) -> None:
    codes = receive("R1", 4, 10)
    put("u1", "R1", codes, 20)
    pick("p1", "A", codes[1:3], 30)
    [told] = picked(store)
    assert told.serials == tuple(codes[1:3])


def test_serials_told_late_or_inferred_are_in_the_confirmation(
    bridge: Bridge,
    store: Store,
    traces: Traces,
    receive: Receive,
    put: Put,
    order: OrderMaker,
    show: ShowMaker,
) -> None:
    codes = receive("R1", 3, 10)
    put("u1", "R1", codes, 20)
    bridge.receive_order(order("A", RED=3), 30)
    for name, pieces in (("p1", 1), ("p2", 2)):
        bridge.apply([show(name, "A#1", "RED", pieces, slot="P003/A/1/1")], 30)
    bridge.confirm_pick(P1, 1, 31)
    assert [doubt.doubt for doubt in traces.doubts()] == [Doubt.UNSCANNED]
    traces.tell_serials("pick/p1", codes[:1])
    bridge.confirm_pick(PickId("p2"), 2, 33)
    assert [one.serials for one in picked(store)] == [(codes[0],), tuple(codes[1:])]


def test_goods_without_serials_stay_without(
    bridge: Bridge, store: Store, order: OrderMaker, show: ShowMaker
) -> None:
    show_one(bridge, order, show, 3, "P001/A/1/1")
    bridge.confirm_pick(P1, 3, 31)
    assert picked(store)[0].serials == ()
    assert bridge.traces.doubts() == ()


def test_a_pick_out_of_two_lots_tells_the_serials_of_each(
    bridge: Bridge, store: Store, show_put: PutMaker, order: OrderMaker, show: ShowMaker
) -> None:
    for number, lot in enumerate(("LOT-A", "LOT-B"), start=1):
        name, codes = f"R{number}", [sgtin(f"{lot}-{n}") for n in (1, 2)]
        bridge.receive_goods(Receipt(ReceiptId(name), RED, 2, lot=lot), 10, serials=codes)
        bridge.apply([show_put(f"u{number}", name, "RED", 2)], 20)
        bridge.confirm_put(PutId(f"u{number}"), 2, 20, serials=codes)
    show_one(bridge, order, show, 3)
    scanned = [sgtin(name) for name in ("LOT-B-2", "LOT-A-1", "LOT-A-2")]
    bridge.confirm_pick(P1, 3, 31, serials=scanned)
    assert [(one.lot, one.quantity, set(one.serials)) for one in picked(store)] == [
        ("LOT-A", 2, {sgtin("LOT-A-1"), sgtin("LOT-A-2")}),
        ("LOT-B", 1, {sgtin("LOT-B-2")}),
    ]
    assert bridge.confirm_pick(P1, 3, 32, key="again", serials=scanned[::-1]).repeated
    with pytest.raises(IdempotencyConflict):
        bridge.confirm_pick(P1, 3, 33, key="other", serials=scanned[:2])


@pytest.mark.parametrize(
    ("serials", "kind", "problem"),
    [
        ([sgtin("R2-1")], InvalidStock, "by the books at dock:R2"),
        ([sgtin("ghost")], InvalidStock, "never received"),
        ([sgtin("R1-1"), sgtin("R1-1")], InvalidStock, "told twice"),
        ([sgtin(f"R1-{n}") for n in (1, 2, 3)], InvalidStock, "3 pieces are named, 2 moved"),
        (["01/09506000134351/21/1"], InvalidMessage, "check digit"),
    ],
)
def test_a_confirmation_with_serials_that_do_not_fit_does_nothing(
    bridge: Bridge,
    store: Store,
    receive: Receive,
    put: Put,
    order: OrderMaker,
    show: ShowMaker,
    serials: list[str],
    kind: type[Exception],
    problem: str,
) -> None:
    codes = receive("R1", 4, 10)
    put("u1", "R1", codes, 20)
    receive("R2", 1, 21)
    show_one(bridge, order, show, 2)
    with store.reading() as tx:
        before = (tx.pick(P1), tx.holdings(), tx.last_event(), tx.last_entry(), tx.doubts())
    with pytest.raises(kind, match=problem):
        bridge.confirm_pick(P1, 2, 31, serials=serials)
    with store.reading() as tx:
        after = (tx.pick(P1), tx.holdings(), tx.last_event(), tx.last_entry(), tx.doubts())
    assert after == before
    assert not bridge.confirm_pick(P1, 2, 32, serials=codes[:2]).repeated


def test_a_repeat_moves_nothing_and_other_serials_are_refused(
    bridge: Bridge,
    store: Store,
    traces: Traces,
    receive: Receive,
    put: Put,
    pick: Pick,
    show_put: PutMaker,
) -> None:
    codes = receive("R1", 4, 10)
    put("u1", "R1", codes[:3], 20)
    pick("p1", "A", codes[:2], 30)
    with store.reading() as tx:
        before = tx.last_entry()
    goods = Receipt(R1, RED, 4)
    assert bridge.receive_goods(goods, 40, serials=codes).repeated
    assert bridge.confirm_put(PutId("u1"), 3, 40, serials=codes[:3]).repeated
    assert bridge.confirm_pick(P1, 2, 40, serials=codes[:2]).repeated
    for key in (None, "another key"):
        with pytest.raises(IdempotencyConflict):
            bridge.receive_goods(goods, 41, key, serials=codes[:2])
        with pytest.raises(IdempotencyConflict):
            bridge.confirm_put(PutId("u1"), 3, 41, key, serials=codes[1:4])
        with pytest.raises(IdempotencyConflict):
            bridge.confirm_pick(P1, 2, 41, key=key, serials=codes[1:3])
    assert bridge.confirm_put(PutId("u1"), 3, 42, "without").repeated
    assert bridge.confirm_pick(P1, 2, 42, key="without, too").repeated
    with store.reading() as tx:
        assert tx.last_entry() == before
    assert [account(traces, code) for code in codes] == ["tote:A", "tote:A", SLOT, "dock:R1"]


def test_keys_of_requests_without_serials_are_what_they_were(
    bridge: Bridge, store: Store, order: OrderMaker, show: ShowMaker, show_put: PutMaker
) -> None:
    bridge.receive_goods(Receipt(R1, RED, 2), 10)
    bridge.apply([show_put("u1", "R1", "RED", 2)], 20)
    bridge.confirm_put(PutId("u1"), 2, 21)
    show_one(bridge, order, show, 2)
    bridge.confirm_pick(P1, 2, 31)
    with store.reading() as tx:
        kept = {key: tx.remembered(key) for key in ("receipt/R1", "put/u1", "pick/p1")}
    digests = [record.body_hash for record in kept.values() if record is not None]
    assert digests == [
        body_hash("receipt", {"receipt": "R1", "sku": "RED", "quantity": 2}),
        body_hash("put", (PutId("u1"), 2)),
        body_hash("pick", (P1, 2, None)),
    ]


def test_opening_stock_has_serials(bridge: Bridge, traces: Traces) -> None:
    pod = PodId("P003")
    records = [Balance(slot_id(pod, "A", 1, column), RED, 2) for column in (1, 2)]
    codes = [sgtin("S1"), sgtin("S2")]
    with pytest.raises(InvalidStock) as caught:
        bridge.load_stock(records, "new", 5, serials={0: codes, 1: codes[:1]})
    assert caught.value.field == "records[1].serials"
    assert bridge.stock(pod=pod) == ()
    bridge.load_stock(records, "new", 5, serials={0: codes})
    bridge.load_stock(records, "new", 6, serials={0: codes})
    assert [account(traces, code) for code in codes] == [SLOT, SLOT]
    with pytest.raises(IdempotencyConflict):
        bridge.load_stock(records, "new", 7)


def test_a_pallet_brings_what_was_announced_in_it(
    bridge: Bridge, traces: Traces, packing: Callable[..., Packing]
) -> None:
    codes = [sgtin("S1"), sgtin("S2")]
    traces.pack(packing("asn", sscc(1), codes, 5, announced=True), 5)
    bridge.receive_goods(Receipt(R1, RED, 2), 10, serials=[sscc(1)])
    assert [account(traces, code) for code in codes] == ["dock:R1", "dock:R1"]


def test_serials_of_nothing_are_refused(
    bridge: Bridge,
    receive: Receive,
    show_put: PutMaker,
    order: OrderMaker,
    show: ShowMaker,
    put: Put,
) -> None:
    codes = receive("R1", 2, 10)
    bridge.apply([show_put("u0", "R1", "RED", 1)], 11)
    with pytest.raises(InvalidStock, match="nothing was put"):
        bridge.confirm_put(PutId("u0"), 0, 12, serials=codes[:1])
    bridge.confirm_put(PutId("u0"), 0, 13)
    put("u1", "R1", codes, 20)
    show_one(bridge, order, show, 2)
    with pytest.raises(InvalidStock, match="nothing was picked"):
        bridge.confirm_pick(P1, 0, 31, ShortReason.SLOT_SHORT, serials=codes[:1])


def test_it_is_a_doubt_which_of_the_serials_a_count_finds_missing(
    bridge: Bridge,
    traces: Traces,
    receive: Receive,
    put: Put,
    seen: Callable[..., SlotCount],
) -> None:
    codes = receive("R1", 2, 10)
    put("u1", "R1", codes, 20)
    bridge.counts.take([seen(1, at=60_000, books=2, slot="P003/A/1/1")], 61_000)
    assert [account(traces, code) for code in codes] == [SLOT, SLOT]
    assert [(each.doubt, each.pieces) for each in traces.doubts()] == [(Doubt.UNSCANNED, 1)]


def test_an_empty_slot_has_no_serials_left(
    bridge: Bridge,
    traces: Traces,
    receive: Receive,
    put: Put,
    seen: Callable[..., SlotCount],
) -> None:
    codes = receive("R1", 2, 10)
    put("u1", "R1", codes, 20)
    bridge.counts.take([seen(0, at=60_000, books=2, slot="P003/A/1/1")], 61_000)
    assert [account(traces, code) for code in codes] == ["disputed", "disputed"]


def test_an_adjustment_tells_the_lots(
    bridge: Bridge, store: Store, order: OrderMaker, show: ShowMaker, seen: Callable[..., SlotCount]
) -> None:
    slots = [slot_id(PodId("P003"), "A", 1, column) for column in (1, 2)]
    records = [Balance(slot, RED, 5) for slot in slots]
    lots = {0: LotName("LOT-A"), 1: LotName("LOT-B", "ACME")}
    bridge.load_stock(records, "new", 5, lots)
    bridge.counts.take([seen(3, at=60_000, books=5, slot=slots[1])], 61_000)
    show_one(bridge, order, show, 4)
    bridge.confirm_pick(P1, 1, 70_000, ShortReason.SLOT_SHORT)
    bridge.counts.take([seen(8, at=80_000, books=10, slot="P001/A/1/1")], 81_000)
    told = [(one.slot, one.difference, one.quantity, one.lots) for one in adjusted(store)]
    assert told == [
        (slots[1], -2, 3, (LotDifference("LOT-B", -2),)),
        (slots[0], -4, 0, (LotDifference("LOT-A", -4),)),
        (SlotId("P001/A/1/1"), -2, 8, ()),
    ]


def test_serials_over_http(
    client: BridgeClient,
    stocked: Bridge,
    show_put: PutMaker,
    order: OrderMaker,
    show: ShowMaker,
) -> None:
    opening = Balance(slot_id(PodId("P003"), "A", 2, 1), RED, 1)
    client.put_stock([opening], "more", {0: [sgtin("S0")]})
    codes = [sgtin("S1"), sgtin("S2")]
    assert not client.send_receipt(Receipt(R1, RED, 2), serials=codes).repeated
    assert client.send_receipt(Receipt(R1, RED, 2), serials=codes).repeated
    stocked.apply([show_put("u1", "R1", "RED", 2)], 20)
    client.confirm_put(PutId("u1"), 2, serials=codes)
    stocked.receive_order(order("A", RED=2), 30)
    stocked.apply([show("p1", "A#1", "RED", 2, slot="P003/A/1/1")], 30)
    with pytest.raises(InvalidStock) as caught:
        client.confirm_pick(P1, 2, serials=[sgtin("S0"), sgtin("S1")])
    assert (caught.value.field, caught.value.value) == ("serials", sgtin("S0"))
    client.confirm_pick(P1, 2, serials=codes)
    assert {account(stocked.traces, code) for code in codes} == {"tote:A"}
    assert account(stocked.traces, sgtin("S0")) == "slot:P003/A/2/1"
