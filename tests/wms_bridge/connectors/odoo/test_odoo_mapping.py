"""Odoo's rows as our documents, cursors, addresses: no server needed."""

import dataclasses
import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import LineId, OrderId, Sku
from planner.warehouse.orders import OrderLine, line_id
from planner.warehouse.receipts import Receipt
from wms_bridge.connectors.database_address import Locations
from wms_bridge.connectors.odoo.address import Backorders, read_address
from wms_bridge.connectors.odoo.booking import Pieces, as_wanted, only_one, replacing
from wms_bridge.connectors.odoo.connector import check_series, connect
from wms_bridge.connectors.odoo.documents import (
    Transfer,
    order_document,
    receipt_documents,
    receipt_name,
    reference_of,
    sku_record,
    whole,
)
from wms_bridge.connectors.odoo.lots import spread
from wms_bridge.connectors.odoo.masters import Article
from wms_bridge.connectors.odoo.orders import line_number
from wms_bridge.connectors.odoo.tail import Tail, as_text, at_ms, read_tail, when
from wms_bridge.connectors.port import OrderState
from wms_bridge.ports.store import DeliveryFailed

STAMP = "2026-11-30 11:19:41"
ARTICLE = Article(5, 1, has_lots=False)
HEAD: dict[str, Any] = {
    "id": 9,
    "name": "WH/OUT/00009",
    "origin": "S1",
    "state": "confirmed",
    "backorder_id": False,
    "date_deadline": False,
    "priority": "0",
    "location_id": [8, "WH/Stock"],
    "location_dest_id": [5, "Partners/Customers"],
    "write_date": STAMP,
}


def move(number: int, product: int, pieces: float, **more: Any) -> dict[str, Any]:
    row = {
        "id": number,
        "picking_id": [9, "WH/OUT/00009"],
        "product_id": [product, "[A] Article"],
        "product_qty": pieces,
        "state": "confirmed",
        "write_date": STAMP,
    }
    return {**row, **more}


def line(number: int, pieces: float, place: int = 20, **more: Any) -> dict[str, Any]:
    row = {
        "id": number,
        "picking_id": [9, "WH/OUT/00009"],
        "move_id": [1, "A"],
        "product_id": [5, "[A] Article"],
        "product_uom_id": [1, "Units"],
        "qty_done": pieces,
        "lot_id": False,
        "location_id": [place, "WH/Stock/P001"],
        "location_dest_id": [5, "Partners/Customers"],
        "state": "assigned",
        "write_date": STAMP,
    }
    return {**row, **more}


def transfer(*moves: dict[str, Any], **head: Any) -> Transfer:
    return Transfer({**HEAD, **head}, moves, (), {5: "A", 6: "B", 7: ""})


def test_a_delivery_is_an_order() -> None:
    head = {"date_deadline": STAMP, "priority": "1"}
    document = order_document(transfer(move(1, 5, 2.0), move(2, 6, 3.0), **head))
    assert (document.reference, document.state) == ("S1", OrderState.OPEN)
    assert document.order is not None
    assert document.order.lines == (
        OrderLine(line_id(OrderId("S1"), 1), Sku("A"), 2),
        OrderLine(line_id(OrderId("S1"), 2), Sku("B"), 3),
    )
    assert (document.order.due_ms, document.order.priority) == (at_ms(STAMP), 1)


def test_lines_keep_their_numbers_when_others_are_cancelled() -> None:
    document = order_document(transfer(move(1, 5, 2.0, state="cancel"), move(2, 6, 3.0)))
    assert document.order is not None
    assert [one.line for one in document.order.lines] == ["S1#2"]


@pytest.mark.parametrize("broken", [move(1, 5, 2.5), move(1, 7, 2.0), move(1, 5, 0.0)])
def test_an_order_that_cannot_be_taken_comes_without_contents(broken: dict[str, Any]) -> None:
    document = order_document(transfer(broken))
    assert (document.state, document.order) == (OrderState.OPEN, None)


@pytest.mark.parametrize("change", [{"product_qty": 4.0}, {"state": "assigned"}])
def test_a_change_within_a_second_is_another_version(change: dict[str, Any]) -> None:
    before = order_document(transfer(move(1, 5, 2.0)))
    after = order_document(transfer({**move(1, 5, 2.0), **change}))
    assert before.version != after.version


def test_what_another_left_over_goes_by_its_own_number() -> None:
    assert reference_of(HEAD) == "S1"
    assert reference_of({**HEAD, "origin": False}) == "WH/OUT/00009"
    assert reference_of({**HEAD, "backorder_id": [3, "WH/OUT/00003"]}) == "WH/OUT/00009"


def test_lines_at_the_dock_are_receipts() -> None:
    at_dock: dict[str, Any] = {"location_dest_id": [8, "WH/Stock"], "lot_id": [4, "L1"]}
    lines = (line(1, 7.0, **at_dock), line(2, 1.0, location_dest_id=[30, "WH/Stock/P002"]))
    reception = dataclasses.replace(transfer(), lines=lines)
    found = receipt_documents(reception, 8)
    assert [one.receipt for one in found] == [Receipt(receipt_name(HEAD, 1, 1), Sku("A"), 7, "L1")]
    assert receipt_name(HEAD, 2, 3) == "S1#2"


def test_an_article() -> None:
    row = {"default_code": "A", "name": "A red one", "lst_price": 2.5}
    record = sku_record(row)
    assert (record.sku, record.description, record.piece_value) == ("A", "A red one", 2.5)


def test_what_is_reserved_is_not_entered() -> None:
    wanted = [Pieces(ARTICLE, 3, 20, 5)]
    assert not as_wanted([line(1, 0.0)], wanted)
    assert as_wanted([line(1, 0.0, place=21), line(2, 1.0), line(3, 2.0)], wanted)
    assert not as_wanted([line(1, 3.0, lot_id=[4, "L1"])], wanted)
    assert as_wanted([line(1, 0.0)], [])


def test_lines_that_are_done_stay() -> None:
    commands = replacing([line(1, 0.0), line(2, 1.0, state="done")], [Pieces(ARTICLE, 3, 20, 5)])
    assert [command[:2] for command in commands] == [[2, 1], [0, 0]]


def test_two_open_documents_are_refused_and_closed_ones_are_not() -> None:
    with pytest.raises(DeliveryFailed, match="2 open documents"):
        only_one([transfer(), transfer()], "of S1")
    done, cancelled = transfer(state="done"), transfer(state="cancel")
    assert only_one([cancelled, done], "of S1") is done
    assert only_one([cancelled], "of S1") is cancelled
    assert only_one([], "of S1") is None


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.integers(1, 60))
def test_pieces_are_spread_over_lots_and_none_is_lost(held: list[int], missing: int) -> None:
    lots = list(enumerate(held, start=1))
    found = spread(missing, lots)
    assert sum(pieces for _, pieces in found) == missing
    assert all(pieces > 0 for _, pieces in found)
    assert all(pieces <= held[lot - 1] or lot == len(held) for lot, pieces in found)


def test_where_no_lot_lies_none_can_be_told() -> None:
    with pytest.raises(DeliveryFailed) as failure:
        spread(1, [])
    assert failure.value.refused


def test_parts_of_pieces_are_refused() -> None:
    assert whole(3.0000000001) == 3
    with pytest.raises(DeliveryFailed):
        whole(0.5)


@pytest.mark.parametrize(("text", "number"), [("S1#2", 2), ("S1", 0), ("S#x", 0)])
def test_number_of_a_line(text: str, number: int) -> None:
    assert line_number(LineId(text)) == number


OVERLAP = dt.timedelta(seconds=60)


def row(number: int, second: int, value: int) -> dict[str, Any]:
    stamp = when(STAMP) + dt.timedelta(seconds=second)
    return {"id": number, "value": value, "write_date": as_text(stamp)}


@given(
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 200)), max_size=20).map(
        lambda changes: sorted(changes, key=lambda change: change[1])
    )
)
def test_every_last_change_is_taken_even_two_in_a_second(changes: list[tuple[int, int]]) -> None:
    table: dict[int, dict[str, Any]] = {}
    taken: dict[int, dict[str, Any]] = {}
    tail = Tail()
    for value, (number, second) in enumerate(changes):
        table[number] = row(number, second, value)
        floor = tail.floor(OVERLAP)
        found = [one for one in table.values() if when(one["write_date"]) >= floor]
        fresh = tail.fresh(sorted(found, key=lambda one: (one["write_date"], one["id"])))
        assert fresh == [table[number]]
        taken.update((one["id"], one) for one in fresh)
        tail = read_tail(tail.after(fresh, OVERLAP).to_cursor())
    assert taken == table


@pytest.mark.parametrize("cursor", ["x", "{}", '{"at": 1, "seen": {}}'])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidMessage):
        read_tail(cursor)


def test_an_address() -> None:
    url = "odoo+https://u%40x:p%2F1@erp.example/db?locations=slot&backorders=create&fence_s=5"
    address = read_address(url)
    assert address.endpoint == "https://erp.example:443/jsonrpc"
    assert (address.user, address.password, address.database) == ("u@x", "p/1", "db")
    assert (address.locations, address.backorders) == (Locations.SLOT, Backorders.CREATE)
    assert address.fence_ms == 5000
    assert connect(url).name == "odoo+https://erp.example:443/db"


@pytest.mark.parametrize(
    "url",
    [
        "tryton://u:p@host/db",
        "odoo://u:p@host",
        "odoo://u:p@host/db/more",
        "odoo://host/db",
        "odoo://u:p@host/db?colour=red",
        "odoo://u:p@host/db?backorders=maybe",
        "odoo://u:p@host/db?fence_s=0",
        "odoo://u:p@host/db?fence_s=soon",
    ],
)
def test_an_address_that_cannot_be_used(url: str) -> None:
    with pytest.raises(InvalidMessage) as error:
        read_address(url)
    assert ":p@" not in str(error.value)


def test_a_password_may_be_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PODHERD_WMS_PASSWORD", raising=False)
    with pytest.raises(InvalidMessage, match="no password"):
        read_address("odoo://u@host/db")
    monkeypatch.setenv("PODHERD_WMS_PASSWORD", "secret")
    assert read_address("odoo://u@host/db").password == "secret"


@pytest.mark.parametrize("version", ["14.0", "15.0+e", "14.0-20231205"])
def test_series_that_are_known(version: str) -> None:
    assert check_series(version) in (14, 15)


@pytest.mark.parametrize("version", ["13.0", "16.0", "saas~17.2", "x"])
def test_series_that_are_not(version: str) -> None:
    with pytest.raises(DeliveryFailed) as failure:
        check_series(version)
    assert failure.value.refused
