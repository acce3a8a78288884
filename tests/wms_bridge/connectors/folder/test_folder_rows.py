"""What files say, however they are written: pure, row by row."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidMessage
from wms_bridge.connectors.folder.mapping import (
    LAYOUTS,
    Found,
    InKind,
    read_rows,
    split_orders,
)
from wms_bridge.connectors.folder.rows import MAX_ROW, BadRow, rows_of
from wms_bridge.connectors.port import OrderDocument, ReceiptDocument, StockAt
from wms_bridge.records.work import SkuRecord


def read(
    kind: InKind, raw: bytes, suffix: str = ".csv", encoding: str = "utf-8"
) -> list[Found | BadRow]:
    layout = LAYOUTS[kind]
    spoiled = split_orders(kind, rows_of(io.BytesIO(raw), suffix, encoding, layout))
    rows = rows_of(io.BytesIO(raw), suffix, encoding, layout)
    return list(read_rows(kind, rows, "v", spoiled))


def wanted(found: list[Found | BadRow]) -> dict[str, list[tuple[str, int]]]:
    told = [one.told for one in found if isinstance(one, Found)]
    return {
        one.reference: [(line.sku, line.quantity) for line in one.order.lines]
        for one in told
        if isinstance(one, OrderDocument) and one.order is not None
    }


TEXT = 'order;sku;qty\nA;"RÖT;1";3\nA;BLUE;2,00\nB;"a ""quote""";1\n'
MEANT = {"A": [("RÖT;1", 3), ("BLUE", 2)], "B": [('a "quote"', 1)]}


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings_marks_and_line_ends_make_no_difference(encoding: str, ends: str) -> None:
    raw = TEXT.replace("\n", ends).encode(encoding)
    told = encoding if encoding == "cp1252" else "utf-8"
    assert wanted(read(InKind.ORDERS, raw, encoding=told)) == MEANT


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_told_from_the_header(delimiter: str) -> None:
    raw = delimiter.join(["sku", "order", "quantity"]) + "\n" + delimiter.join(["RED", "A", "3"])
    assert wanted(read(InKind.ORDERS, raw.encode())) == {"A": [("RED", 3)]}


def test_a_bad_row_spoils_its_order_and_nothing_else() -> None:
    raw = b"order,sku,quantity\nA,RED,1\nB,RED,2\nB,BLUE,x\nB,RARE,1\nC,RED,1\n"
    found = read(InKind.ORDERS, raw)
    assert wanted(found) == {"A": [("RED", 1)], "C": [("RED", 1)]}
    [bad] = [one for one in found if isinstance(one, BadRow)]
    assert (bad.key, bad.field, bad.value) == ("B", "quantity", "x")


def test_a_row_of_no_known_order_spoils_those_beside_it() -> None:
    raw = b'order,sku,quantity\nA,RED,1\n"\nB,BLUE,1\nB,RED,1\nC,RED,1\n'
    found = read(InKind.ORDERS, raw)
    assert wanted(found) == {"C": [("RED", 1)]}
    assert {one.row for one in found if isinstance(one, BadRow)} == {2, 3, 4, 5}


def test_an_order_whose_rows_stand_apart_is_left_out_whole() -> None:
    raw = b"order,sku,quantity\nA,RED,1\nB,RED,2\nA,BLUE,1\n"
    found = read(InKind.ORDERS, raw)
    assert wanted(found) == {"B": [("RED", 2)]}
    assert {one.key for one in found if isinstance(one, BadRow)} == {"A"}


@pytest.mark.parametrize("text", ["1.000", "1,000", "-1", "3.5", "٣", "", "1e3", "0", "1000001"])
def test_quantities_that_may_mean_something_else_are_refused(text: str) -> None:
    raw = f'receipt,sku,quantity\nR,RED,"{text}"\n'.encode()
    [bad] = read(InKind.RECEIPTS, raw)
    assert isinstance(bad, BadRow)
    assert bad.row == 2
    assert bad.field == "quantity"


def test_receipts_items_and_stock() -> None:
    raw = b"receipt,sku,quantity,lot,expires\nR,RED,7,L1,2027-01-31T00:00:00+00:00\n"
    [found] = read(InKind.RECEIPTS, raw)
    assert isinstance(found, Found)
    assert isinstance(found.told, ReceiptDocument)
    receipt = found.told.receipt
    assert (receipt.quantity, receipt.lot, receipt.expires_ms) == (7, "L1", 1_801_353_600_000)
    [item] = read(InKind.ITEMS, b'sku;piece_value\nRED;"1,5"\n')
    assert isinstance(item, Found)
    assert isinstance(item.told, SkuRecord)
    assert item.told.piece_value == 1.5
    [stock] = read(InKind.STOCK, b"location,sku,quantity\nP001,RED,0\n")
    assert isinstance(stock, Found)
    assert stock.told == StockAt("P001", "RED", 0)


def test_json_orders_with_lines_and_json_lines() -> None:
    order = b'{"order":"A","priority":1,"lines":[{"sku":"RED","quantity":2},{"sku":"B","qty":1}]}'
    meant = {"A": [("RED", 2), ("B", 1)]}
    assert wanted(read(InKind.ORDERS, b'{"orders":[' + order + b"]}", ".json")) == meant
    assert wanted(read(InKind.ORDERS, b"[" + order + b"]", ".json")) == meant
    broken = order + b"\nnonsense\n" + order.replace(b'"A"', b'"C"')
    found = read(InKind.ORDERS, broken, ".jsonl")
    assert [one.row for one in found if isinstance(one, BadRow)] == [2]


@pytest.mark.parametrize(
    "raw", [b"", b"order,sku\n", b"order,order,sku,quantity\n", b"\xff\xfe\xfa"]
)
def test_a_file_without_a_usable_header_is_refused_whole(raw: bytes) -> None:
    with pytest.raises(InvalidMessage):
        read(InKind.ORDERS, raw)


def test_a_row_that_is_too_long_does_not_end_the_file() -> None:
    raw = b"order,sku,quantity\nA," + b"x" * (3 * MAX_ROW) + b",1\nC,RED,1\nD,RED,1\n"
    found = read(InKind.ORDERS, raw)
    assert wanted(found) == {"D": [("RED", 1)]}


@given(st.binary(max_size=300), st.sampled_from([".csv", ".json", ".jsonl"]))
def test_any_bytes_are_read_or_refused(raw: bytes, suffix: str) -> None:
    for head in (b"", b"order,sku,quantity\n"):
        try:
            found = read(InKind.ORDERS, head + raw, suffix)
        except InvalidMessage:
            continue
        assert all(isinstance(one, Found | BadRow) for one in found)


NAMES = st.sampled_from(["A", "B", "C"])


@given(st.lists(st.tuples(NAMES, st.sampled_from(["1", "2", "x"])), max_size=12))
def test_orders_are_taken_whole_or_not_at_all(rows: list[tuple[str, str]]) -> None:
    raw = "order,sku,quantity\n" + "".join(f"{name},RED,{n}\n" for name, n in rows)
    told = wanted(read(InKind.ORDERS, raw.encode()))
    for name, lines in told.items():
        assert [n for _, n in lines] == [int(n) for other, n in rows if other == name]
