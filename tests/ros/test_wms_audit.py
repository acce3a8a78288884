"""The books of a WMS held against ours and the shelves."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from planner.warehouse.ids import Sku, SlotId
from planner.warehouse.stock import Balance
from podherd_bringup.offices import closing_counts
from podherd_bringup.tryton_server import addresses, postgres_address
from podherd_bringup.wms_audit import IN, INTERNAL, OUT, WmsAudit, WmsBooks, audit

RED = Sku("RED")
SLOT, OTHER = SlotId("P001/A/1/1"), SlotId("P001/A/1/2")
LEDGER = (Balance(SLOT, RED, 5), Balance(OTHER, RED, 2))
BOOKS = WmsBooks(
    documents={
        OUT: {"O1": ("done",)},
        IN: {"R1": ("done",)},
        INTERNAL: {"stock-adjusted/C1": ("done", "cancelled")},
    },
    stock={("P001", RED): 7, ("WH output", RED): 3},
    shipped={("O1", RED): 4},
)


def held(
    books: WmsBooks = BOOKS,
    ledger: tuple[Balance, ...] = LEDGER,
    shelves: Mapping[SlotId, int] | None = None,
) -> WmsAudit:
    real = {SLOT: 5, OTHER: 2} if shelves is None else shelves
    return audit(books, {"P001"}, ["O1"], ["R1"], {("O1", RED): 4}, ledger, real)


def test_equal_books_leave_nothing_to_complain_about() -> None:
    found = held()
    assert found.complaints == ()
    assert (found.orders, found.receipts, found.adjusted) == (1, 1, 1)
    assert (found.places, found.pieces) == (1, 7)


@pytest.mark.parametrize("states", [(), ("waiting",), ("assigned",)])
def test_an_order_that_is_not_there_to_the_end_is_lost(states: tuple[str, ...]) -> None:
    documents = {**BOOKS.documents, OUT: {"O1": states}}
    assert held(replace(BOOKS, documents=documents)).lost == ("O1",)


@pytest.mark.parametrize(
    ("model", "name", "states"),
    [
        (OUT, "O1", ("done", "done")),
        (OUT, "O1", ("done", "cancelled")),
        (IN, "R1", ("done", "received")),
        (INTERNAL, "stock-adjusted/C1", ("done", "done")),
        (INTERNAL, "stock-adjusted/C1", ("done", "waiting")),
    ],
)
def test_a_document_more_than_once_is_told(model: str, name: str, states: tuple[str, ...]) -> None:
    documents = {**BOOKS.documents, model: {**BOOKS.documents[model], name: states}}
    (told,) = held(replace(BOOKS, documents=documents)).twice
    assert name in told


def test_each_of_the_three_can_be_the_one_that_differs() -> None:
    theirs = held(replace(BOOKS, stock={("P001", RED): 8}))
    ours = held(ledger=(replace(LEDGER[0], quantity=6), LEDGER[1]))
    real = held(shelves={SLOT: 4, OTHER: 2})
    assert theirs.unequal == ("P001 RED: WMS 8, ledger 7, shelves 7",)
    assert ours.unequal == ("P001 RED: WMS 7, ledger 8, shelves 7",)
    assert real.unequal == ("P001 RED: WMS 7, ledger 7, shelves 6",)


def test_stock_that_only_the_wms_or_only_the_shelves_have_is_told() -> None:
    stock = {**BOOKS.stock, ("P001", Sku("BLUE")): 1}
    assert len(held(replace(BOOKS, stock=stock)).unequal) == 1
    assert len(held(shelves={SLOT: 5, OTHER: 2, SlotId("P001/A/1/3"): 1}).unequal) == 1


def test_other_pieces_shipped_than_picked_are_told() -> None:
    (told,) = held(replace(BOOKS, shipped={("O1", RED): 3})).wrongly_shipped
    assert told == "O1 RED: shipped 3, picked 4"
    assert held(replace(BOOKS, shipped={**BOOKS.shipped, ("O9", RED): 1})).wrongly_shipped


def test_only_slots_that_differ_are_counted() -> None:
    (count,) = closing_counts(LEDGER, {SLOT: 5}, 10, 1_000)
    assert (count.slot, count.books, count.likeliest) == (OTHER, 2, 0)
    assert len(count.probabilities) == 11


def test_addresses_are_read_once_both_are_printed() -> None:
    bridge, clerk = "tryton://a:b@127.0.0.1:1/wms", "tryton://admin:b@127.0.0.1:1/wms"
    assert addresses(f"installing\ntryton: {bridge}\n") is None
    assert addresses(f"tryton: {bridge}\ntryton: as a clerk {clerk}\n") == (bridge, clerk)
    assert postgres_address("starting\n") is None
    assert postgres_address("postgresql+psycopg://postgres@/x?host=/tmp\n") is not None
