"""The books: pieces are neither made nor lost, and a changed row is found."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidStock
from planner.warehouse.ids import LineId, OrderId, PickId, PodId, Sku, SlotId, StationId, VisitId
from planner.warehouse.picks import PickTask
from planner.warehouse.stock import Balance
from wms_bridge.balances import posted
from wms_bridge.ledger import (
    DISPUTED,
    OPENING,
    Account,
    Entry,
    Movement,
    MovementReason,
    entry_after,
    holds_pieces,
    movements_of_pick,
    opening_movement,
    slot_account,
    tote_account,
    verify,
)

SKUS = ("RED", "BLUE")
SLOTS = ("P001/A/1/1", "P001/A/1/2", "P002/A/1/1")
Books = dict[tuple[Account, Sku], int]


def task(pick: str, slot: str, sku: str, quantity: int, order: str = "A") -> PickTask:
    return PickTask(
        PickId(pick),
        VisitId("v"),
        StationId("S1"),
        PodId(slot[:4]),
        SlotId(slot),
        OrderId(order),
        LineId(f"{order}#1"),
        Sku(sku),
        quantity,
    )


def booked(movements: list[Movement]) -> list[Entry]:
    entries: list[Entry] = []
    for movement in movements:
        entries.append(entry_after(entries[-1] if entries else None, movement))
    return entries


def sample() -> list[Entry]:
    stock = opening_movement(Balance(SlotId(SLOTS[0]), Sku("RED"), 10), "k", 0)
    full = movements_of_pick(task("p1", SLOTS[0], "RED", 4), 4, 10, 1)
    short = movements_of_pick(task("p2", SLOTS[0], "RED", 5), 2, 6, 2)
    return booked([stock, *full, *short])


def test_short_pick_empties_the_slot_into_disputed() -> None:
    moves = movements_of_pick(task("p", SLOTS[0], "RED", 5), 2, books=6, at_ms=9)
    slot, tote = slot_account(SlotId(SLOTS[0])), tote_account(OrderId("A"))
    assert [(m.from_account, m.to_account, m.quantity) for m in moves] == [
        (slot, tote, 2),
        (slot, DISPUTED, 4),
    ]


def test_pieces_the_books_did_not_have_come_from_disputed() -> None:
    moves = movements_of_pick(task("p", SLOTS[0], "RED", 5), 5, books=3, at_ms=9)
    assert [(m.from_account, m.quantity) for m in moves] == [
        (DISPUTED, 2),
        (slot_account(SlotId(SLOTS[0])), 5),
    ]


def test_nothing_taken_from_a_slot_the_books_have_empty_moves_nothing() -> None:
    assert movements_of_pick(task("p", SLOTS[0], "RED", 5), 0, books=0, at_ms=9) == ()


@pytest.mark.parametrize("quantity", [0, -1])
def test_movement_without_pieces_is_refused(quantity: int) -> None:
    with pytest.raises(InvalidStock, match="positive"):
        Movement("k", OPENING, DISPUTED, Sku("RED"), quantity, MovementReason.PICK, 0)


def test_movement_to_the_same_account_is_refused() -> None:
    with pytest.raises(InvalidStock, match="two different accounts"):
        Movement("k", OPENING, OPENING, Sku("RED"), 1, MovementReason.PICK, 0)


def test_posting_more_than_a_slot_holds_is_refused() -> None:
    move = movements_of_pick(task("p", SLOTS[0], "RED", 5), 5, books=5, at_ms=0)
    with pytest.raises(InvalidStock, match="less than nothing"):
        posted({(slot_account(SlotId(SLOTS[0])), Sku("RED")): 4}, move)


def test_sound_books_are_found_sound() -> None:
    report = verify(sample())
    assert report.sound
    assert (report.pieces_opened, report.pieces_picked, report.pieces_disputed) == (10, 6, 4)


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": 3},
        {"sku": Sku("BLUE")},
        {"to_account": tote_account(OrderId("B"))},
        {"from_account": DISPUTED},
        {"at_ms": 99},
        {"reason": MovementReason.SLOT_OVER},
        {"key": "pick/other"},
    ],
)
def test_a_changed_entry_is_found(change: dict[str, object]) -> None:
    entries = sample()
    tampered = replace(entries[1].movement, **change)  # type: ignore[arg-type]
    entries[1] = replace(entries[1], movement=tampered)
    assert verify(entries).broken == (2,)


def test_an_entry_taken_out_is_found() -> None:
    entries = sample()
    del entries[1]
    assert not verify(entries).sound


def test_last_entry_taken_out_is_found_by_the_stored_balances() -> None:
    entries = sample()
    stored = posted({}, [entry.movement for entry in entries])
    del entries[-1]
    assert verify(entries).sound
    assert len(verify(entries, stored).stale) == 2


def test_a_movement_posted_twice_is_found() -> None:
    movements = [entry.movement for entry in sample()]
    assert verify(booked([*movements, movements[1]])).duplicate_keys == ("pick/p1",)


def test_a_slot_that_held_less_than_nothing_for_a_while_is_found() -> None:
    opening, pick, *_ = (entry.movement for entry in sample())
    report = verify(booked([pick, opening]))
    assert [(number, holding.quantity) for number, holding in report.negative] == [(1, -4)]


stock_events = st.tuples(
    st.just("stock"), st.sampled_from(SLOTS), st.sampled_from(SKUS), st.integers(1, 20)
)
pick_events = st.tuples(
    st.just("pick"), st.sampled_from(SLOTS), st.sampled_from(SKUS), st.integers(1, 20)
)


@given(st.lists(st.tuples(stock_events | pick_events, st.integers(0, 20)), max_size=40))
def test_no_piece_is_made_or_lost_whatever_happens(
    events: list[tuple[tuple[str, str, str, int], int]],
) -> None:
    books: Books = {}
    movements: list[Movement] = []
    for number, ((kind, slot, sku, quantity), taken) in enumerate(events):
        place = (slot_account(SlotId(slot)), Sku(sku))
        if kind == "stock":
            balance = Balance(SlotId(slot), Sku(sku), quantity)
            new: tuple[Movement, ...] = (opening_movement(balance, str(number), number),)
        else:
            asked = task(f"p{number}", slot, sku, quantity, order=f"O{number % 3}")
            new = movements_of_pick(asked, min(taken, quantity), books.get(place, 0), number)
        books.update(posted(books, new))
        movements.extend(new)
    for sku in SKUS:
        assert sum(pieces for (_, held), pieces in books.items() if held == sku) == 0
    assert all(pieces >= 0 for (account, _), pieces in books.items() if holds_pieces(account))
    assert verify(booked(movements), books).sound
