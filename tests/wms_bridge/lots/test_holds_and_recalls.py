"""From the moment a lot is held nothing of it goes into the tote of an order, by no path."""

from collections.abc import Callable

import pytest

from planner.warehouse.commands import ShowPicks, ShowPuts
from planner.warehouse.errors import IdempotencyConflict, InvalidStock, NotFound, TooLate
from planner.warehouse.events import PickWithdrawn, TermsStated
from planner.warehouse.ids import Lot, OrderId, PickId, PutId, ReceiptId, Sku, SlotId
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.receipts import Receipt
from planner.warehouse.stock import SlotTerms
from wms_bridge.messages import LotStateTold, read_message
from wms_bridge.ports.store import Reading
from wms_bridge.records.lots import LotState, RecallState, Rotation, RotationRule
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
PutMaker = Callable[..., ShowPuts]
KeyOf = Callable[..., Lot]
SLOT = "P003/A/1/1"
MILK = Sku("MILK")


def open_picks(bridge: Bridge) -> list[PickId]:
    return [p.task.pick for s in bridge.stations() for p in bridge.open_picks(s.station)]


def test_a_hold_takes_back_picks_and_tells_the_fleet(
    lotted: Bridge, order: OrderMaker, show: ShowMaker, key_of: KeyOf
) -> None:
    lotted.receive_order(order("A", MILK=3), 5)
    lotted.apply([show("p1", "A#1", "MILK", 3, slot=SLOT)], 6)
    before = len(lotted.feed(0))
    held = lotted.lots.hold(key_of(lotted, "A"), "ann", "glass in it", 7)
    assert (held.lot.state, held.withdrawn, held.repeated) == (LotState.HELD, 1, False)
    assert [numbered.event for numbered in lotted.feed(before)] == [
        TermsStated((SlotTerms(SlotId(SLOT), MILK, blocked=10),)),
        PickWithdrawn(PickId("p1")),
    ]
    assert lotted.lots.hold(key_of(lotted, "A"), "ann", "glass in it", 8).repeated
    with pytest.raises(TooLate, match="withdrawn"):
        lotted.confirm_pick(PickId("p1"), 3, 9)


def test_a_pick_that_comes_after_the_hold_is_not_shown(
    lotted: Bridge, order: OrderMaker, show: ShowMaker, key_of: KeyOf
) -> None:
    lotted.receive_order(order("A", MILK=3), 5)
    lotted.lots.hold(key_of(lotted, "A"), "ann", "glass in it", 6)
    lotted.apply([show("p1", "A#1", "MILK", 3, slot=SLOT)], 7)
    assert open_picks(lotted) == []
    assert lotted.feed(0)[-1].event == PickWithdrawn(PickId("p1"))


def test_a_release_gives_the_stock_back(
    lotted: Bridge, order: OrderMaker, show: ShowMaker, key_of: KeyOf
) -> None:
    lot = key_of(lotted, "A")
    lotted.lots.hold(lot, "ann", "glass in it", 6)
    lotted.lots.release(lot, "bob", "it was ice", 7)
    assert lotted.feed(0)[-1].event == TermsStated((SlotTerms(SlotId(SLOT), MILK),))
    lotted.receive_order(order("A", MILK=3), 8)
    lotted.apply([show("p1", "A#1", "MILK", 3, slot=SLOT)], 9)
    lotted.confirm_pick(PickId("p1"), 3, 10)
    changes = lotted.lots.lot(lot).changes
    assert [(c.state, c.by, c.reason) for c in changes] == [
        (LotState.HELD, "ann", "glass in it"),
        (LotState.RELEASED, "bob", "it was ice"),
    ]


def test_the_wms_is_told_of_every_change_in_order(lotted: Bridge, key_of: KeyOf) -> None:
    lot, owned = key_of(lotted, "A"), key_of(lotted, "A", "ACME")
    lotted.lots.hold(lot, "ann", "glass in it", 6)
    lotted.lots.hold(lot, "ann", "glass in it", 7)
    lotted.lots.release(lot, "bob", "it was ice", 8)
    lotted.lots.recall([lot, owned], "it was glass", "eve", 9)
    with lotted.store.reading() as tx:
        messages = tx.messages_after(0, 100)
    first, second, *recalled = map(read_message, messages)
    name, goods = f"lot-state/{lot}", (lot, "A", MILK, "")
    held, free = LotState.HELD, LotState.RELEASED
    assert first == LotStateTold(f"{name}/1", *goods, held, "glass in it", "ann", 6)
    assert second == LotStateTold(f"{name}/2", *goods, free, "it was ice", "bob", 8)
    names = [(one.message, one.owner) for one in recalled if isinstance(one, LotStateTold)]
    assert names == [(f"{name}/3", ""), (f"lot-state/{owned}/1", "ACME")]
    assert len({(m.order, m.receipt, m.slot) for m in messages}) == 1  # one after the other


def test_in_a_slot_with_two_lots_only_the_free_one_is_taken(
    bridge: Bridge, order: OrderMaker, show: ShowMaker, show_put: PutMaker, key_of: KeyOf
) -> None:
    for number, code in enumerate(("X1", "X2"), start=1):
        name = f"R{number}"
        bridge.receive_goods(Receipt(ReceiptId(name), Sku("RED"), 3, code), number)
        bridge.apply([show_put(f"u{number}", name, "RED", 3)], 3)
        bridge.confirm_put(PutId(f"u{number}"), 3, 4)
    bridge.lots.hold(key_of(bridge, "X1", sku="RED"), "ann", "glass", 5)
    assert bridge.feed(0)[-1].event == TermsStated((SlotTerms(SlotId(SLOT), Sku("RED"), 3),))
    bridge.receive_order(order("A", RED=5), 6)
    bridge.apply([show("p1", "A#1", "RED", 5, slot=SLOT)], 7)
    with pytest.raises(InvalidStock, match="only 3 pieces"):
        bridge.confirm_pick(PickId("p1"), 5, 8)
    with pytest.raises(InvalidStock, match="may not be taken"):
        bridge.confirm_pick(PickId("p1"), 5, 8, lot="X1")
    bridge.apply([], 8)
    bridge.lots.hold(key_of(bridge, "X2", sku="RED"), "ann", "glass", 9)
    assert open_picks(bridge) == []


def test_picks_are_withdrawn_when_only_held_pieces_are_left(
    bridge: Bridge,
    order: OrderMaker,
    show: ShowMaker,
    show_put: PutMaker,
    key_of: KeyOf,
) -> None:
    for number, code in enumerate(("X1", "X2", "X1"), start=1):
        name = f"R{number}"
        bridge.receive_goods(Receipt(ReceiptId(name), Sku("RED"), 3, code), number)
    for number in (1, 2):
        bridge.apply([show_put(f"u{number}", f"R{number}", "RED", 3)], 3)
        bridge.confirm_put(PutId(f"u{number}"), 3, 4)
    bridge.lots.hold(key_of(bridge, "X1", sku="RED"), "ann", "glass", 5)
    bridge.receive_order(order("A", RED=5), 6)
    bridge.apply([show("p1", "A#1", "RED", 2, slot=SLOT)], 7)
    bridge.apply([show("p2", "A#1", "RED", 1, slot=SLOT)], 7)
    assert open_picks(bridge) == ["p1", "p2"]
    bridge.confirm_pick(PickId("p1"), 1, 8, ShortReason.SLOT_SHORT)
    assert open_picks(bridge) == []
    other = "P002/A/1/2"
    bridge.apply([show("p3", "A#1", "RED", 1, slot=other)], 62_000)
    assert open_picks(bridge) == ["p3"]
    bridge.apply([show_put("u3", "R3", "RED", 3, slot=other)], 63_000)
    bridge.confirm_put(PutId("u3"), 3, 64_000)
    assert open_picks(bridge) == []
    details = bridge.order(OrderId("A"))
    assert details is not None
    assert [(line.picked, line.shown) for line in details.lines] == [(1, 0)]


@pytest.mark.parametrize(("by", "reason"), [("", "glass"), ("ann", "")])
def test_nobody_holds_a_lot_without_a_name_and_a_reason(
    lotted: Bridge, key_of: KeyOf, by: str, reason: str
) -> None:
    with pytest.raises(InvalidStock):
        lotted.lots.hold(key_of(lotted, "A"), by, reason, 5)
    with pytest.raises(NotFound):
        lotted.lots.hold(Lot("L999999"), "ann", "glass", 5)


def test_a_recall_freezes_retrieves_and_tells_who_had_some(
    lotted: Bridge, order: OrderMaker, show: ShowMaker, key_of: KeyOf
) -> None:
    lot = key_of(lotted, "A")
    lotted.receive_order(order("A", MILK=3), 5)
    lotted.apply([show("p1", "A#1", "MILK", 3, slot=SLOT)], 6)
    lotted.confirm_pick(PickId("p1"), 3, 7)
    lotted.receive_order(order("B", MILK=2), 8)
    lotted.apply([show("p2", "B#1", "MILK", 2, slot=SLOT)], 9)
    made = lotted.lots.recall([lot], "glass in it", "ann", 10)
    assert open_picks(lotted) == []
    assert (made.progress.state, made.progress.in_slots) == (RecallState.OPEN, 7)
    (gone,) = made.progress.destinations
    assert (gone.order, gone.quantity, gone.slot, gone.pick, gone.station, gone.at_ms) == (
        OrderId("A"),
        3,
        SlotId(SLOT),
        PickId("p1"),
        "S1",
        7,
    )
    again = lotted.lots.recall([lot], "glass in it", "ann", 11)
    assert again.repeated
    assert again.progress == made.progress
    with pytest.raises(IdempotencyConflict):
        lotted.lots.recall([lot], "for fun", "ann", 12)
    (retrieval,) = made.progress.recall.retrievals
    lotted.apply([show("p3", f"{retrieval}#1", "MILK", 7, slot=SLOT)], 13)
    assert open_picks(lotted) == [PickId("p3")]
    lotted.confirm_pick(PickId("p3"), 7, 14)
    done = lotted.lots.progress(made.progress.recall.recall)
    assert (done.state, done.in_slots, done.retrieved, done.delivered) == (
        RecallState.RETRIEVED,
        0,
        7,
        3,
    )
    assert lotted.verify().sound
    with pytest.raises(TooLate, match="recalled"):
        lotted.lots.release(lot, "bob", "never mind", 15)


def test_the_wms_hears_no_confirmation_of_a_retrieval(
    lotted: Bridge, show: ShowMaker, key_of: KeyOf
) -> None:
    made = lotted.lots.recall([key_of(lotted, "A")], "glass", "ann", 10)
    (retrieval,) = made.progress.recall.retrievals
    lotted.apply([show("p3", f"{retrieval}#1", "MILK", 10, slot=SLOT)], 13)
    lotted.confirm_pick(PickId("p3"), 10, 14)

    def told(tx: Reading) -> list[str]:
        return [m.message for m in tx.pending(10**12, 100) if str(retrieval) in m.message]

    with lotted.store.reading() as tx:
        assert told(tx) == []


def test_recalled_goods_that_are_put_away_later_are_retrieved_as_well(
    bridge: Bridge, show_put: PutMaker, key_of: KeyOf
) -> None:
    bridge.receive_goods(Receipt(ReceiptId("R1"), Sku("RED"), 6, "X1"), 1)
    bridge.apply([show_put("u1", "R1", "RED", 6)], 2)
    made = bridge.lots.recall([key_of(bridge, "X1", sku="RED")], "glass", "ann", 3)
    assert (made.progress.on_dock, made.progress.recall.retrievals) == (6, ())
    bridge.confirm_put(PutId("u1"), 6, 4)
    progress = bridge.lots.progress(made.progress.recall.recall)
    assert (progress.on_dock, progress.in_slots) == (0, 6)
    (retrieval,) = progress.recall.retrievals
    details = bridge.order(retrieval)
    assert details is not None
    assert details.order.pieces == 6


def test_rotation_gives_slots_a_rank(lotted: Bridge) -> None:
    before = len(lotted.feed(0))
    lotted.lots.rotate(Rotation(MILK, RotationRule.FEFO, 5), 10)
    told = {
        terms.slot: (terms.rank_ms, terms.window_ms, terms.owner)
        for numbered in lotted.feed(before)
        if isinstance(numbered.event, TermsStated)
        for terms in numbered.event.terms
    }
    day = 86_400_000
    assert told[SlotId("P003/A/1/1")] == (10 * day, 5, "")
    assert told[SlotId("P003/A/1/2")] == (20 * day, 5, "")
    assert told[SlotId("P003/A/2/1")] == (10 * day, 5, "ACME")
    assert told[SlotId("P003/A/2/2")][0] == 2**62
    lotted.lots.rotate(Rotation(MILK, RotationRule.NONE), 11)
    last = lotted.feed(before)[-1].event
    assert isinstance(last, TermsStated)
    assert last.terms[0].rank_ms is None


def test_under_fifo_goods_without_a_lot_get_one_of_their_receipt(
    bridge: Bridge, show_put: PutMaker, key_of: KeyOf
) -> None:
    bridge.lots.rotate(Rotation(Sku(""), RotationRule.FIFO), 1)
    bridge.receive_goods(Receipt(ReceiptId("R1"), Sku("RED"), 6), 50)
    bridge.apply([show_put("u1", "R1", "RED", 6)], 51)
    bridge.confirm_put(PutId("u1"), 6, 52)
    assert key_of(bridge, "R1", sku="RED")
    stated = [n.event for n in bridge.feed(0) if isinstance(n.event, TermsStated)]
    assert stated[-1].terms[0].rank_ms == 50
