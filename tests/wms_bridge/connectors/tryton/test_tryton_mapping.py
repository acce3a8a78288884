"""Tryton's rows as our documents, addresses and cursors; no server."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import LineId
from wms_bridge.connectors.database_address import Locations
from wms_bridge.connectors.port import OrderState
from wms_bridge.connectors.tryton.address import read_address
from wms_bridge.connectors.tryton.connector import spread
from wms_bridge.connectors.tryton.documents import (
    day_of,
    end_of_day_ms,
    order_document,
    receipt_documents,
    stock_moves,
)
from wms_bridge.connectors.tryton.orders import number_of
from wms_bridge.connectors.tryton.tail import Stamped, Tail, read_tail

STO, OUT, CUS, IN = 3, 2, 7, 1
NOON = dt.datetime(2026, 3, 1, 12)
MINUTE = dt.timedelta(minutes=1)


def move(number: int, sku: str | None, pieces: float, ends: tuple[int, int], **more: Any) -> Any:
    row = {
        "id": number,
        "product": 10,
        "product.": {"code": sku},
        "quantity": pieces,
        "internal_quantity": pieces,
        "state": "draft",
        "origin": None,
        "lot": None,
        "from_location": ends[0],
        "to_location": ends[1],
    }
    return {**row, **more}


def shipment(*moves: Any, state: str = "waiting", **more: Any) -> Any:
    row = {
        "id": 5,
        "reference": "SO-1",
        "number": "11",
        "state": state,
        "planned_date": None,
        "last_modified_at": NOON,
        "moves.": list(moves),
    }
    return {**row, **more}


def test_lines_are_numbered_as_tryton_numbers_its_moves() -> None:
    found = shipment(
        move(9, "B", 1.0, (OUT, CUS)),
        move(8, "A", 2.0, (OUT, CUS)),
        move(10, "A", 2.0, (STO, OUT)),
        planned_date=dt.date(2026, 3, 2),
    )
    document = order_document(found, OUT)
    assert document.order is not None
    lines = [(line.line, line.sku, line.quantity) for line in document.order.lines]
    assert lines == [("SO-1#1", "A", 2), ("SO-1#2", "B", 1)]
    assert document.order.due_ms == end_of_day_ms(dt.date(2026, 3, 2))
    assert document.version == NOON.isoformat()


def test_an_order_without_reference_goes_by_its_number() -> None:
    document = order_document(shipment(move(8, "A", 2.0, (OUT, CUS)), reference=None), OUT)
    assert document.reference == "11"


@pytest.mark.parametrize(
    "bad", [move(8, "A", 2.5, (OUT, CUS)), move(8, None, 2.0, (OUT, CUS)), None]
)
def test_an_order_that_cannot_be_taken_comes_without_contents(bad: Any) -> None:
    document = order_document(shipment(*([bad] if bad else [])), OUT)
    assert (document.state, document.order) == (OrderState.OPEN, None)


@pytest.mark.parametrize(
    ("state", "ours"),
    [
        ("assigned", OrderState.OPEN),
        ("picked", OrderState.DONE),
        ("done", OrderState.DONE),
        ("cancelled", OrderState.CANCELLED),
    ],
)
def test_states(state: str, ours: OrderState) -> None:
    found = shipment(move(8, "A", 2.0, (OUT, CUS)), state=state)
    assert order_document(found, OUT).state is ours


def test_a_delivery_of_several_lines_is_a_receipt_for_each_not_put_away() -> None:
    incoming = [move(n, f"A{n}", 1.0, (6, IN), state="done") for n in (20, 21, 22)]
    put_away = move(23, "A20", 1.0, (IN, STO), state="done", origin="stock.move,20")
    planned = move(24, "A21", 1.0, (IN, STO), origin="stock.move,21")
    found = receipt_documents(shipment(*incoming, put_away, planned, state="received"), IN)
    assert [(one.receipt.receipt, one.receipt.sku) for one in found] == [
        ("SO-1#2", "A21"),
        ("SO-1#3", "A22"),
    ]


@given(st.dates(dt.date(2000, 1, 1), dt.date(2200, 1, 1)))
def test_a_day_is_due_when_it_ends(day: dt.date) -> None:
    assert day_of(end_of_day_ms(day)) == day


def test_line_numbers() -> None:
    assert [number_of(LineId(name)) for name in ("A#12", "A#B#3", "A", "A#x", "A#0")] == [
        12,
        3,
        0,
        0,
        0,
    ]


@given(
    st.integers(-50, 50).filter(bool),
    st.lists(st.integers(1, 20), max_size=5),
)
def test_a_difference_is_spread_over_lots_in_full(difference: int, there: list[int]) -> None:
    lots = [(number, pieces) for number, pieces in enumerate(there, start=1)]
    shares = spread(difference, lots)
    assert sum(pieces for _, pieces in shares) == abs(difference)
    assert all(pieces > 0 for _, pieces in shares)
    if difference < 0:
        held = dict(lots)
        assert all(lot is None or pieces <= held[lot] for lot, pieces in shares)


def booked(**more: Any) -> Any:
    place = {"code": "P001", "name": "Pod", "type": "storage"}
    found = move(
        8,
        "A",
        2.0,
        (4, OUT),
        state="done",
        shipment="stock.shipment.out,5",
        write_uid=2,
        create_date=NOON,
        effective_date=NOON.date(),
        last_modified_at=NOON,
    )
    ends = {"from_location.": place, "to_location.": {**place, "code": "OUT"}}
    return {**found, **ends, **more}


def test_a_move_is_ours_if_we_booked_a_shipment_or_said_so() -> None:
    def ours(row: Any) -> bool:
        (found,) = stock_moves(row, 2, {"stock.shipment.internal,9": "x"}, Tail(), MINUTE)
        return found.ours

    assert ours(booked())
    assert not ours(booked(write_uid=3))
    assert not ours(booked(shipment=None))
    assert not ours(booked(shipment="stock.shipment.internal,8"))
    assert ours(booked(shipment="stock.shipment.internal,9", write_uid=3))


def test_an_old_move_written_to_again_is_no_news() -> None:
    known = Tail(NOON + 100 * MINUTE)
    week_ago = {"create_date": NOON - dt.timedelta(days=7)}
    old = booked(**week_ago, effective_date=NOON.date() - dt.timedelta(days=7))
    assert stock_moves(old, 2, {}, known, MINUTE) == []
    done_now = booked(**week_ago, effective_date=NOON.date())
    assert len(stock_moves(done_now, 2, {}, known, MINUTE)) == 1


def test_an_undone_move_goes_back() -> None:
    known = Tail(NOON + 100 * MINUTE)
    (undone,) = stock_moves(booked(state="cancelled"), 2, {}, known, MINUTE)
    assert (undone.move, undone.from_location, undone.to_location) == ("8/undone", "OUT", "P001")
    both = stock_moves(booked(state="cancelled"), 2, {}, Tail(), MINUTE)
    assert [one.move for one in both] == ["8", "8/undone"]


def test_an_address() -> None:
    address = read_address(
        "tryton://pod%40herd:se%2Fcret@wms.example:8123/wms?fence_s=1.5&locations=slot"
    )
    assert address.endpoint == "http://wms.example:8123/wms/rpc/"
    assert address.shown == "tryton://wms.example:8123/wms"
    assert (address.user, address.password) == ("pod@herd", "se/cret")
    assert (address.fence_ms, address.locations) == (1_500, Locations.SLOT)


def test_an_address_with_tls_and_the_password_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PODHERD_WMS_PASSWORD", "hidden")
    address = read_address("tryton+https://podherd@wms.example/wms")
    assert address.endpoint == "https://wms.example:443/wms/rpc/"
    assert address.password == "hidden"


@pytest.mark.parametrize(
    "url",
    [
        "odoo://u:p@host/db",
        "tryton://u:p@host",
        "tryton://u:p@host/a/b",
        "tryton://host/db",
        "tryton://u@host/db",
        "tryton://u:p@host/db?fence_s=soon",
        "tryton://u:p@host/db?fence_s=0",
        "tryton://u:p@host/db?locations=shelf",
        "tryton://u:p@host/db?colour=red",
    ],
)
def test_an_address_that_cannot_be_used(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PODHERD_WMS_PASSWORD", raising=False)
    with pytest.raises(InvalidMessage) as error:
        read_address(url)
    assert "p@" not in str(error.value)


@pytest.mark.parametrize("cursor", ["x", "{}", '{"at":"soon","seen":{}}', '{"at":1,"seen":[]}'])
def test_a_cursor_that_is_not_ours(cursor: str) -> None:
    with pytest.raises(InvalidMessage):
        read_tail(cursor)


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60)), min_size=1, max_size=40),
    st.integers(1, 7),
    st.integers(5, 90),
)
def test_nothing_is_missed_or_taken_twice_while_transactions_are_shorter_than_the_overlap(
    commits: list[tuple[int, int]], limit: int, poll_every: int
) -> None:
    """``commits``: when a transaction begins and how long it takes (s); the overlap is 60 s."""
    overlap = dt.timedelta(seconds=60)
    rows = [
        (number, NOON + dt.timedelta(seconds=begin), begin + takes)
        for number, (begin, takes) in enumerate(commits)
    ]
    taken: list[Stamped] = []
    tail = Tail()
    for now in range(0, 300 + 60 + 2 * poll_every, poll_every):
        while True:
            seen = [
                (number, stamp)
                for number, stamp, shown in sorted(rows, key=lambda row: (row[1], row[0]))
                if shown <= now and stamp >= tail.floor(overlap)
            ]
            fresh = tail.fresh(seen, limit)
            taken += fresh
            tail = read_tail(tail.after(fresh, overlap).to_cursor())
            if not fresh:
                break
    assert sorted(taken) == sorted((number, stamp) for number, stamp, _ in rows)
