"""Order files: what can be read is read, and what cannot is told by row."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidOrder
from wms_bridge.orderfile import (
    FileOrder,
    RejectedRow,
    read_orders,
    text_of_bytes,
    text_of_file,
)

HEADER = "order_id,ts,sku,qty\n"
T = "2011-12-08 09:30:00"


def read(text: str | bytes) -> tuple[list[FileOrder], list[RejectedRow]]:
    raw = text.encode() if isinstance(text, str) else text
    found = list(read_orders(text_of_bytes(raw)))
    orders = [item for item in found if isinstance(item, FileOrder)]
    return orders, [item for item in found if isinstance(item, RejectedRow)]


def lines_of(order: FileOrder) -> list[tuple[str, str, int]]:
    return [(line.line, line.sku, line.quantity) for line in order.order.lines]


def test_rows_of_an_order_become_its_lines() -> None:
    [a, b], rejected = read(HEADER + f"A,{T},RED,3\nA,{T},BLUE,1\nB,2011-12-08T09:31:00,RED,2\n")
    assert lines_of(a) == [("A#1", "RED", 3), ("A#2", "BLUE", 1)]
    assert (a.rows, b.rows) == ((2, 3), (4,))
    assert b.at_ms - a.at_ms == 60_000
    assert rejected == []


def test_the_same_sku_twice_stays_two_lines() -> None:
    [a], _ = read(HEADER + f"A,{T},RED,3\nA,{T},RED,4\n")
    assert lines_of(a) == [("A#1", "RED", 3), ("A#2", "RED", 4)]


def test_rows_of_an_order_need_not_stand_together() -> None:
    orders, _ = read(HEADER + f"A,{T},RED,1\nB,{T},RED,2\nA,{T},BLUE,3\n")
    assert [order.order.order for order in orders] == ["B", "A"]
    assert lines_of(orders[1]) == [("A#1", "RED", 1), ("A#2", "BLUE", 3)]


@pytest.mark.parametrize(
    "text",
    [
        f"qty,extra,sku,ts,order_id\n3,x,RED,{T},A\n",
        f"\ufefforder_id,ts,sku,qty\nA,{T},RED,3\n",
        f"order_id,ts,sku,qty\r\nA,{T},RED,3\r\n",
        f' Order_ID ,TS,"sku",qty\n"A",{T},"RED", 3 \n',
        f"order_id,ts,sku,qty\n\nA,{T},RED,3\n   \n",
        f"order_id,ts,sku,qty\nA,{T},RED,3",
        "order_id,ts,sku,qty\nA,2011-12-08T10:30:00+01:00,RED,3\n",
    ],
    ids=["other order", "BOM", "CRLF", "quotes, spaces", "blank rows", "no last newline", "zone"],
)
def test_layouts_that_are_read_the_same(text: str) -> None:
    [order], rejected = read(text)
    assert lines_of(order) == [("A#1", "RED", 3)]
    assert order.at_ms == 1_323_336_600_000
    assert rejected == []


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        (f"B,{T},RED,0", "qty", "0"),
        (f"B,{T},RED,-3", "qty", "-3"),
        (f"B,{T},RED,2.5", "qty", "2.5"),
        (f"B,{T},RED,many", "qty", "many"),
        (f"B,{T},RED,", "qty", ""),
        (f"B,{T},RED,1e3", "qty", "1e3"),
        (f"B,{T},RED,٣", "qty", "٣"),
        (f"B,{T},RED,99999999999999999999", "qty", "99999999999999999999"),
        (f"B,{T},,1", "sku", ""),
        (f"B,{T},{'x' * 101},1", "sku", "x" * 100),
        (f"B,{T},R\x00D,1", "sku", "R\x00D"),
        ("B,yesterday,RED,1", "ts", "yesterday"),
        ("B,,RED,1", "ts", ""),
        (f"B,{T}", "row", f"B,{T}"),
        (f'B,{T},"RED,1', "row", f'B,{T},"RED,1'),
        (f'B,{T},"RE"D,1', "row", f'B,{T},"RE"D,1'),
    ],
)
def test_bad_row_rejects_its_order_and_nothing_else(row: str, column: str, value: str) -> None:
    text = HEADER + f"A,{T},RED,1\nB,{T},RED,1\n{row}\nB,{T},BLUE,1\nC,{T},RED,1\n"
    orders, [rejected] = read(text)
    assert [order.order.order for order in orders] == ["A", "C"]
    assert (rejected.row, rejected.order) == (4, "B")
    assert (rejected.column, rejected.value) == (column, value)
    assert rejected.problem
    assert rejected.remedy


def test_row_without_an_order_rejects_only_itself() -> None:
    orders, [rejected] = read(HEADER + f"A,{T},RED,1\n,{T},RED,1\nC,{T},RED,1\n")
    assert [order.order.order for order in orders] == ["A", "C"]
    assert (rejected.row, rejected.order, rejected.column) == (3, "", "order_id")


def test_bytes_that_are_no_text_reject_their_order() -> None:
    raw = HEADER.encode() + b"A,2011-12-08,R\xff\xfeD,1\nB,2011-12-08,RED,1\n"
    [order], [rejected] = read(raw)
    assert order.order.order == "B"
    assert rejected.order == "A"
    assert rejected.value.encode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "a,b,c\n",
        "order_id;ts;sku;qty\n",
        "order_id,ts,sku\n",
        "order_id,ts,sku,qty,qty\n",
    ],
    ids=["empty", "blank", "other columns", "semicolons", "one missing", "one twice"],
)
def test_file_without_a_usable_header_is_refused(text: str) -> None:
    with pytest.raises(InvalidOrder, match="row 1") as error:
        read(text)
    assert "order_id, ts, sku, qty" in error.value.remedy


def test_zipped_file_reads_the_same(tmp_path: Path) -> None:
    text = HEADER + f"A,{T},RED,3\n"
    plain, zipped = tmp_path / "o.csv", tmp_path / "o.csv.gz"
    plain.write_text(text)
    zipped.write_bytes(gzip.compress(text.encode()))
    assert list(read_orders(text_of_file(plain))) == list(read_orders(text_of_file(zipped)))


def test_zipped_file_cut_off_is_refused_and_no_order_comes_of_it(tmp_path: Path) -> None:
    rows = "".join(f"A{number},{T},RED,3\n" for number in range(5000))
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress((HEADER + rows).encode())[:-2000])
    with pytest.raises(InvalidOrder, match="damaged after row"):
        list(read_orders(text_of_file(cut)))


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidOrder, match=r"nowhere\.csv"):
        text_of_file(tmp_path / "nowhere.csv")


rows = st.tuples(st.sampled_from("ABC"), st.sampled_from(["RED", "BLUE"]), st.integers(1, 9))


@given(st.lists(rows, max_size=30))
def test_every_good_row_is_a_line_of_its_order(wanted: list[tuple[str, str, int]]) -> None:
    text = HEADER + "".join(f"{order},{T},{sku},{qty}\n" for order, sku, qty in wanted)
    orders, rejected = read(text)
    assert rejected == []
    assert sum(len(order.rows) for order in orders) == len(wanted)
    for order in orders:
        mine = [(sku, qty) for name, sku, qty in wanted if name == order.order.order]
        assert [(line.sku, line.quantity) for line in order.order.lines] == mine


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(raw: bytes) -> None:
    for item in read_orders(text_of_bytes(HEADER.encode() + raw)):
        assert isinstance(item, FileOrder | RejectedRow)


@pytest.mark.shared
def test_all_rows_of_the_real_file_are_read(shared_data: Path) -> None:
    file = shared_data / "orders" / "uci_online_retail_lines.csv.gz"
    orders = lines = 0
    for item in read_orders(text_of_file(file)):
        assert isinstance(item, FileOrder)
        orders, lines = orders + 1, lines + len(item.rows)
    assert (orders, lines) == (20_538, 518_383)
