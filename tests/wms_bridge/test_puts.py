"""Goods received: each is booked once, each put moves stock once, and the books balance."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.codec.messages import decode, from_json
from planner.warehouse.commands import ShowPuts
from planner.warehouse.errors import (
    IdempotencyConflict,
    InvalidMessage,
    InvalidReceipt,
    InvalidStock,
    NotFound,
    PodherdError,
)
from planner.warehouse.events import GoodsReceived, PutConfirmed, StockStated
from planner.warehouse.ids import PutId, ReceiptId, Sku, SlotId, StationId
from planner.warehouse.receipts import Receipt
from planner.warehouse.site import Site, StationRole
from planner.warehouse.stock import Balance
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.client import BridgeClient
from wms_bridge.ledger import dock_account
from wms_bridge.messages import ReceiptPutAway, SlotFilled
from wms_bridge.ports.store import Store
from wms_bridge.records.work import ReceiptQuery, SkuRecord, Tally
from wms_bridge.service import Bridge

PutMaker = Callable[..., ShowPuts]
S2 = StationId("S2")


def receipt(name: str, sku: str, quantity: int) -> Receipt:
    return Receipt(ReceiptId(name), Sku(sku), quantity)


def told(store: Store) -> list[ReceiptPutAway]:
    with store.reading() as tx:
        return [from_json(decode(m.body), ReceiptPutAway) for m in tx.pending(10**12, 100)]


def test_goods_received_are_on_the_dock_and_told_to_the_fleet(bridge: Bridge, store: Store) -> None:
    seen = len(bridge.feed(0))
    taken = bridge.receive_goods(receipt("R1", "RED", 20), 5)
    assert (taken.quantity, taken.received_ms, taken.repeated) == (20, 5, False)
    [news] = bridge.feed(seen)
    assert news.event == GoodsReceived(receipt("R1", "RED", 20))
    with store.reading() as tx:
        assert tx.balance(dock_account(ReceiptId("R1")), Sku("RED")) == 20
    report = bridge.verify()
    assert (report.sound, report.pieces_received, report.pieces_on_dock) == (True, 20, 20)


def test_goods_again_are_answered_and_not_booked_again(bridge: Bridge) -> None:
    first = bridge.receive_goods(receipt("R1", "RED", 20), 5, key="k")
    seen = len(bridge.feed(0))
    again = bridge.receive_goods(receipt("R1", "RED", 20), 9, key="k")
    assert again == replace(first, repeated=True)
    assert bridge.receive_goods(receipt("R1", "RED", 20), 9).repeated
    assert len(bridge.feed(0)) == seen
    assert bridge.verify().pieces_received == 20
    with pytest.raises(IdempotencyConflict):
        bridge.receive_goods(receipt("R1", "RED", 21), 9)
    with pytest.raises(IdempotencyConflict):
        bridge.receive_goods(receipt("R2", "RED", 20), 9, key="k")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (receipt("", "RED", 1), "receipt"),
        (receipt("R1", "NEW", 1), "sku"),
        (receipt("R1", "RED", 10**9), "quantity"),
    ],
)
def test_goods_that_cannot_be_taken_are_named(bridge: Bridge, wrong: Receipt, field: str) -> None:
    with pytest.raises(InvalidReceipt) as caught:
        bridge.receive_goods(wrong, 5)
    assert caught.value.field == field
    assert bridge.receipts(ReceiptQuery()) == ()


def test_a_site_without_replenishment_station_takes_no_goods(site: Site) -> None:
    stations = tuple(replace(s, roles=(StationRole.PICK,)) for s in site.stations)
    bridge = Bridge(replace(site, stations=stations), MemoryStore())
    bridge.put_skus([SkuRecord(Sku("RED"))])
    with pytest.raises(InvalidReceipt, match="replenish"):
        bridge.receive_goods(receipt("R1", "RED", 1), 5)


def test_a_put_moves_goods_from_dock_to_slot(
    bridge: Bridge, store: Store, show_put: PutMaker
) -> None:
    bridge.receive_goods(receipt("R1", "RED", 20), 1)
    bridge.apply([show_put("u1", "R1", "RED", 15)], 2)
    [shown] = bridge.open_puts(S2)
    assert (shown.task.put, shown.task.quantity) == ("u1", 15)
    seen = len(bridge.feed(0))
    bridge.confirm_put(PutId("u1"), 12, 5)
    assert [numbered.event for numbered in bridge.feed(seen)] == [
        StockStated((Balance(SlotId("P003/A/1/1"), Sku("RED"), 12),)),
        PutConfirmed(PutId("u1"), 12),
    ]
    assert bridge.open_puts(S2) == ()
    record = bridge.receipt(ReceiptId("R1"))
    assert record is not None
    assert (record.put, record.shown, record.completed_ms) == (12, 0, None)
    assert told(store) == []
    bridge.apply([show_put("u2", "R1", "RED", 8, slot="P002/A/1/1")], 6)
    bridge.confirm_put(PutId("u2"), 8, 7)
    slots = (SlotFilled(SlotId("P003/A/1/1"), 12), SlotFilled(SlotId("P002/A/1/1"), 8))
    assert told(store) == [
        ReceiptPutAway("receipt-put-away/R1", ReceiptId("R1"), Sku("RED"), 20, 1, 7, slots)
    ]
    assert bridge.receipts(ReceiptQuery(open_only=True)) == ()
    report = bridge.verify()
    assert (report.sound, report.pieces_received, report.pieces_on_dock) == (True, 20, 0)
    counts = bridge.tallies()
    assert (counts[Tally.PUTS_CONFIRMED], counts[Tally.PIECES_PUT_AWAY]) == (2, 20)
    assert counts[Tally.RECEIPTS_PUT_AWAY] == 1


def test_messages_about_receipts_do_not_wait_for_each_other(
    bridge: Bridge, store: Store, show_put: PutMaker
) -> None:
    for at_ms, (name, sku) in enumerate((("R1", "RED"), ("R2", "BLUE"))):
        bridge.receive_goods(receipt(name, sku, 5), at_ms)
        bridge.apply([show_put(f"u{name}", name, sku, 5)], at_ms)
        bridge.confirm_put(PutId(f"u{name}"), 5, at_ms)
    with store.reading() as tx:
        messages = tx.pending(10**12, 100)
    assert [(m.order, m.receipt) for m in messages] == [(None, "R1"), (None, "R2")]
    with store.writing() as tx:
        tx.put_message(replace(messages[0], delivered_ms=9))
    with store.reading() as tx:
        assert [m.receipt for m in tx.pending(10**12, 100)] == ["R2"]


def test_nothing_put_leaves_all_on_the_dock(bridge: Bridge, show_put: PutMaker) -> None:
    bridge.receive_goods(receipt("R1", "RED", 20), 1)
    bridge.apply([show_put("u1", "R1", "RED", 20)], 2)
    entries = bridge.verify().entries
    bridge.confirm_put(PutId("u1"), 0, 5)
    assert bridge.feed(0)[-1].event == PutConfirmed(PutId("u1"), 0)
    assert bridge.verify().entries == entries
    assert bridge.apply([show_put("u2", "R1", "RED", 20)], 6) == (None,)


def test_a_confirmation_again_is_answered_and_another_one_refused(
    bridge: Bridge, show_put: PutMaker
) -> None:
    bridge.receive_goods(receipt("R1", "RED", 20), 1)
    bridge.apply([show_put("u1", "R1", "RED", 20), show_put("u1", "R1", "RED", 20)], 2)
    first = bridge.confirm_put(PutId("u1"), 20, 5)
    assert bridge.confirm_put(PutId("u1"), 20, 9) == replace(first, repeated=True)
    assert bridge.verify().pieces_on_dock == 0
    with pytest.raises(IdempotencyConflict):
        bridge.confirm_put(PutId("u1"), 19, 9)
    with pytest.raises(NotFound):
        bridge.confirm_put(PutId("u9"), 1, 9)


@pytest.mark.parametrize(
    ("task", "field"),
    [
        (("u1", "R9", "RED", 1), "receipt"),
        (("u1", "R1", "BLUE", 1), "receipt"),
        (("u1", "R1", "RED", 21), "quantity"),
        (("u1", "R1", "RED", 0), "quantity"),
        (("u1", "R1", "RED", 1, "P009/A/1/1"), "slot"),
    ],
)
def test_puts_that_fit_nothing_are_refused(
    bridge: Bridge, show_put: PutMaker, task: tuple[object, ...], field: str
) -> None:
    bridge.receive_goods(receipt("R1", "RED", 20), 1)
    [problem] = bridge.apply([show_put(*task)], 2)
    assert isinstance(problem, InvalidMessage)
    assert problem.field == field
    assert bridge.open_puts(S2) == ()


def test_a_slot_takes_one_sku_and_no_more_than_it_holds(bridge: Bridge, show_put: PutMaker) -> None:
    bridge.receive_goods(receipt("R1", "RED", 30), 1)
    shown = [
        show_put("u1", "R1", "RED", 5, slot="P001/A/1/2"),  # BLUE
        show_put("u2", "R1", "RED", 25, slot="P002/A/1/1"),  # 30 of 50
    ]
    assert bridge.apply(shown, 2) == (None, None)
    with pytest.raises(InvalidStock, match="taken by BLUE"):
        bridge.confirm_put(PutId("u1"), 5, 3)
    with pytest.raises(InvalidStock, match="room for 20"):
        bridge.confirm_put(PutId("u2"), 21, 3)
    with pytest.raises(InvalidStock):
        bridge.confirm_put(PutId("u2"), 26, 3)
    bridge.confirm_put(PutId("u1"), 0, 4)
    bridge.confirm_put(PutId("u2"), 20, 4)
    assert bridge.verify().pieces_on_dock == 10


def test_over_http(client: BridgeClient, stocked: Bridge, show_put: PutMaker) -> None:
    goods = receipt("R/1 ä", "RED", 8)
    first = client.send_receipt(goods, key="k")
    assert client.send_receipt(goods, key="k") == replace(first, repeated=True)
    assert client.receipt(ReceiptId("nothing")) is None
    assert client.send_commands([show_put("u/1", "R/1 ä", "RED", 8)])[0].accepted
    [shown] = client.puts(S2, wait_s=5)
    taken = client.confirm_put(shown.task.put, 8)
    assert client.confirm_put(shown.task.put, 8) == replace(taken, repeated=True)
    found = client.receipt(goods.receipt)
    assert found is not None
    assert (found.put, found.completed_ms) == (8, taken.confirmed_ms)
    assert client.receipts(open_only=True) == ()
    assert [known.receipt for known in client.receipts()] == [goods.receipt]
    assert client.verify().pieces_on_dock == 0
    with pytest.raises(InvalidReceipt):
        client.send_receipt(receipt("R2", "NEW", 1))
    with pytest.raises(NotFound):
        client.puts(StationId("S9"))


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(("receive", "show", "confirm")),
            st.integers(0, 3),
            st.integers(0, 60),
        ),
        max_size=30,
    )
)
def test_books_balance_whatever_comes(
    site: Site, show_put: PutMaker, steps: list[tuple[str, int, int]]
) -> None:
    """Received is on the dock or in slots, whatever was refused on the way."""
    bridge = Bridge(site, MemoryStore())
    bridge.put_skus([SkuRecord(Sku("RED"))])
    for at_ms, (what, which, quantity) in enumerate(steps):
        try:
            if what == "receive":
                bridge.receive_goods(receipt(f"R{which}", "RED", quantity), at_ms)
            elif what == "show":
                slot = f"P00{1 + quantity % 3}/A/1/1"
                name = f"u{which}.{quantity}"
                bridge.apply([show_put(name, f"R{which}", "RED", quantity, slot=slot)], at_ms)
            else:
                for record in bridge.open_puts(S2)[:which]:
                    bridge.confirm_put(record.task.put, quantity, at_ms)
        except PodherdError:
            pass
    report = bridge.verify()
    in_slots = bridge.stock()
    assert report.sound
    assert report.pieces_received == report.pieces_on_dock + sum(b.quantity for b in in_slots)
    assert all(balance.quantity <= 50 for balance in in_slots)
    records = bridge.receipts(ReceiptQuery())
    assert sum(r.quantity - r.put for r in records) == report.pieces_on_dock
    assert sum(r.shown for r in records) == sum(p.task.quantity for p in bridge.open_puts(S2))
