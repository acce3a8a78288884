"""Lots in the books: they balance lot by lot, and go with the pieces wherever these go."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.codec.messages import decode, from_json
from planner.warehouse.commands import ShowPicks, ShowPuts
from planner.warehouse.errors import InvalidReceipt, InvalidStock
from planner.warehouse.ids import (
    Lot,
    OrderId,
    PickId,
    PutId,
    ReceiptId,
    Sku,
    SlotId,
    StationId,
)
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.picks import ShortReason
from planner.warehouse.receipts import Receipt
from wms_bridge.balances import posted, posted_lots
from wms_bridge.ledger import (
    OPENING,
    Account,
    Entry,
    Movement,
    MovementReason,
    digest_of,
    entry_after,
    slot_account,
    tote_account,
    verify,
)
from wms_bridge.messages import OrderConfirmed, ReceiptPutAway
from wms_bridge.records.work import Tally
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
PutMaker = Callable[..., ShowPuts]
KeyOf = Callable[..., Lot]
SLOT = slot_account(SlotId("P001/A/1/1"))
SKU = Sku("RED")


def move(key: str, source: Account, target: Account, quantity: int, lot: str = "") -> Movement:
    return Movement(key, source, target, SKU, quantity, MovementReason.PICK, 5, Lot(lot))


def test_a_movement_without_a_lot_has_the_digest_it_always_had() -> None:
    """So that the books of a bridge that knew no lots stay sound."""
    parts = ["", 1, "k", "opening", SLOT, "RED", 3, "pick", 5]
    plain = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    assert digest_of("", 1, move("k", OPENING, SLOT, 3)) == plain
    assert digest_of("", 1, move("k", OPENING, SLOT, 3, "L000001")) != plain


def test_no_place_holds_less_than_nothing_of_a_lot() -> None:
    held = {(SLOT, SKU): 10}
    lots = {(SLOT, SKU, Lot("L1")): 4}
    tote = tote_account(OrderId("A"))
    with pytest.raises(InvalidStock, match="of lot L1"):
        posted_lots(held, lots, [move("k", SLOT, tote, 5, "L1")])
    with pytest.raises(InvalidStock, match="less than nothing"):
        posted_lots(held, lots, [move("k", SLOT, tote, 7)])
    after = posted_lots(held, lots, [move("k", SLOT, tote, 4, "L1"), move("l", SLOT, tote, 6)])
    assert after == {(SLOT, SKU, Lot("L1")): 0, (tote, SKU, Lot("L1")): 4}


def test_a_balance_of_a_lot_that_is_not_what_the_books_say_is_found() -> None:
    moves = [move("k", OPENING, SLOT, 5, "L1"), move("l", OPENING, SLOT, 5, "L2")]
    entries = [entry_after(None, moves[0])]
    entries.append(entry_after(entries[0], moves[1]))
    stored, lots = posted({}, moves), posted_lots({}, {}, moves)
    assert verify(entries, stored, lots).sound
    wrong = {**lots, (SLOT, SKU, Lot("L1")): 6, (SLOT, SKU, Lot("L2")): 4}
    assert {h.lot for h in verify(entries, stored, wrong).stale} == {"L1", "L2"}


def test_an_entry_moved_to_another_lot_is_found() -> None:
    entry = entry_after(None, move("k", OPENING, SLOT, 5, "L1"))
    forged = replace(entry, movement=replace(entry.movement, lot=Lot("L2")))
    assert verify([forged]).broken == (1,)


parts = st.tuples(
    st.sampled_from(["opening", "slot:a", "slot:b", "tote:o"]),
    st.sampled_from(["slot:a", "slot:b", "tote:o"]),
    st.integers(1, 9),
    st.sampled_from(["", "L1", "L2"]),
)


@given(st.lists(parts, max_size=40))
def test_balances_of_lots_are_what_movements_made_of_them(
    wanted: list[tuple[str, str, int, str]],
) -> None:
    held: dict[tuple[Account, Sku], int] = {}
    lots: dict[tuple[Account, Sku, Lot], int] = {}
    entries: list[Entry] = []
    for number, (source, target, quantity, lot) in enumerate(wanted):
        if source == target:
            continue
        new = [move(str(number), Account(source), Account(target), quantity, lot)]
        try:
            after, after_lots = posted(held, new), posted_lots(held, lots, new)
        except InvalidStock:
            continue
        held.update(after)
        lots.update(after_lots)
        entries.append(entry_after(entries[-1] if entries else None, new[0]))
    report = verify(entries, held, lots)
    assert report.sound, report
    for (account, sku), pieces in held.items():
        tracked = sum(n for (a, s, _), n in lots.items() if (a, s) == (account, sku))
        assert account == "opening" or 0 <= tracked <= pieces


def test_a_lot_goes_from_the_dock_into_the_slot_and_the_tote(
    bridge: Bridge, order: OrderMaker, show: ShowMaker, show_put: PutMaker, key_of: KeyOf
) -> None:
    goods = Receipt(ReceiptId("R1"), Sku("RED"), 6, "X1", 99, "")
    assert not bridge.receive_goods(goods, 1).repeated
    assert bridge.receive_goods(goods, 2).repeated
    lot = key_of(bridge, "X1", sku="RED")
    bridge.apply([show_put("u1", "R1", "RED", 6)], 3)
    bridge.confirm_put(PutId("u1"), 6, 4)
    bridge.receive_order(order("A", RED=4), 5)
    bridge.apply([show("p1", "A#1", "RED", 4, slot="P003/A/1/1")], 6)
    (shown,) = bridge.open_picks(shown_at(bridge))
    assert shown.lot == "X1"
    bridge.confirm_pick(PickId("p1"), 4, 7)
    held = {place.account: place.quantity for place in bridge.lots.lot(lot).held}
    assert {name: n for name, n in held.items() if n > 0} == {
        "slot:P003/A/1/1": 2,
        "tote:A": 4,
    }
    with bridge.store.reading() as tx:
        told = [m.body for m in tx.pending(10**12, 100)]
    confirmed = next(
        from_json(decode(body), OrderConfirmed) for body in told if "order-confirmed" in body
    )
    put_away = next(
        from_json(decode(body), ReceiptPutAway) for body in told if "receipt-put-away" in body
    )
    assert [(one.quantity, one.lot) for one in confirmed.lines[0].picks] == [(4, "X1")]
    assert [(one.quantity, one.lot) for one in put_away.slots] == [(6, "X1")]
    assert bridge.verify().sound


def shown_at(bridge: Bridge) -> StationId:
    return next(s.station for s in bridge.stations() if bridge.open_picks(s.station))


def test_another_date_of_a_known_lot_is_refused(bridge: Bridge) -> None:
    bridge.receive_goods(Receipt(ReceiptId("R1"), Sku("RED"), 6, "X1", 99), 1)
    with pytest.raises(InvalidReceipt, match="expires at 99"):
        bridge.receive_goods(Receipt(ReceiptId("R2"), Sku("RED"), 6, "X1", 98), 2)
    assert bridge.receipt(ReceiptId("R2")) is None


def test_a_pick_from_a_slot_with_several_lots_takes_what_expires_first(
    bridge: Bridge, order: OrderMaker, show: ShowMaker, show_put: PutMaker, key_of: KeyOf
) -> None:
    two_lots(bridge, show_put)
    bridge.receive_order(order("A", RED=5), 5)
    bridge.apply([show("p1", "A#1", "RED", 5, slot="P003/A/1/1")], 6)
    bridge.confirm_pick(PickId("p1"), 5, 7)
    assert in_tote(bridge, key_of) == {"X1": 3, "X2": 2}
    assert bridge.verify().sound


def test_the_lot_that_was_scanned_is_taken(
    bridge: Bridge, order: OrderMaker, show: ShowMaker, show_put: PutMaker, key_of: KeyOf
) -> None:
    two_lots(bridge, show_put)
    bridge.receive_order(order("A", RED=3), 5)
    bridge.apply([show("p1", "A#1", "RED", 3, slot="P003/A/1/1")], 6)
    with pytest.raises(InvalidStock, match="no such lot"):
        bridge.confirm_pick(PickId("p1"), 3, 7, lot="X9")
    bridge.confirm_pick(PickId("p1"), 3, 7, lot="X2")
    assert in_tote(bridge, key_of) == {"X1": 0, "X2": 3}
    assert bridge.verify().sound


def two_lots(bridge: Bridge, show_put: PutMaker) -> None:
    """3 pieces of X1 and 3 of X2, which expires later, in P003/A/1/1."""
    for number, (code, expires_ms) in enumerate((("X2", 200), ("X1", 100)), start=1):
        name = f"R{number}"
        bridge.receive_goods(Receipt(ReceiptId(name), Sku("RED"), 3, code, expires_ms), number)
        bridge.apply([show_put(f"u{number}", name, "RED", 3)], 3)
        bridge.confirm_put(PutId(f"u{number}"), 3, 4)


def in_tote(bridge: Bridge, key_of: KeyOf, order: str = "A") -> dict[str, int]:
    found = {}
    for code in ("X1", "X2"):
        held = bridge.lots.lot(key_of(bridge, code, sku="RED")).held
        found[code] = sum(p.quantity for p in held if p.account == f"tote:{order}")
    return found


def test_goods_of_two_owners_do_not_lie_in_one_slot(bridge: Bridge, show_put: PutMaker) -> None:
    bridge.receive_goods(Receipt(ReceiptId("R1"), Sku("RED"), 3, owner="ACME"), 1)
    bridge.receive_goods(Receipt(ReceiptId("R2"), Sku("RED"), 3, owner="BETA"), 1)
    bridge.apply([show_put("u1", "R1", "RED", 3), show_put("u2", "R2", "RED", 3)], 2)
    bridge.confirm_put(PutId("u1"), 3, 3)
    with pytest.raises(InvalidStock, match="goods of ACME"):
        bridge.confirm_put(PutId("u2"), 3, 4)
    bridge.confirm_put(PutId("u2"), 0, 4)


def test_a_line_only_gets_goods_of_its_owner(lotted: Bridge, show: ShowMaker) -> None:
    for name, owner in (("A", "ACME"), ("B", "")):
        line = OrderLine(line_id(OrderId(name), 1), Sku("MILK"), 2, owner)
        lotted.receive_order(PickOrder(OrderId(name), (line,)), 5)
    wrong = [
        show("p1", "A#1", "MILK", 2, slot="P003/A/1/1"),
        show("p2", "B#1", "MILK", 2, slot="P003/A/2/1"),
    ]
    lotted.apply(wrong, 6)
    assert not lotted.open_picks(wrong[0].station)
    right = [
        show("p3", "A#1", "MILK", 2, slot="P003/A/2/1"),
        show("p4", "B#1", "MILK", 2, slot="P003/A/1/1"),
    ]
    lotted.apply(right, 7)
    assert len(lotted.open_picks(right[0].station)) == 2


@pytest.mark.parametrize("reason", [ShortReason.DAMAGED, ShortReason.WRONG_ITEM])
def test_reasons_of_short_picks(
    bridge: Bridge, order: OrderMaker, show: ShowMaker, reason: ShortReason
) -> None:
    bridge.receive_order(order("A", RED=4), 1)
    bridge.apply([show("p1", "A#1", "RED", 4)], 2)
    bridge.confirm_pick(PickId("p1"), 1, 3, reason)
    (left,) = bridge.stock(slot=SlotId("P001/A/1/1"))
    assert left.quantity == (6 if reason is ShortReason.DAMAGED else 0)
    assert bridge.verify().sound
    assert bridge.tallies()[Tally.PICKS_SHORT] == 1


def test_more_than_asked_for_is_taken_as_far_as_the_line_needs_it(
    bridge: Bridge, order: OrderMaker, show: ShowMaker
) -> None:
    bridge.receive_order(order("A", RED=6), 1)
    bridge.apply([show("p1", "A#1", "RED", 4)], 2)
    with pytest.raises(InvalidStock, match="asks for 4"):
        bridge.confirm_pick(PickId("p1"), 7, 3, ShortReason.OVER_FOUND)
    with pytest.raises(InvalidStock):
        bridge.confirm_pick(PickId("p1"), 6, 3)
    bridge.confirm_pick(PickId("p1"), 6, 3, ShortReason.OVER_FOUND)
    details = bridge.order(OrderId("A"))
    assert details is not None
    assert details.order.picked == 6
    assert details.lines[0].closed
    assert bridge.verify().sound
