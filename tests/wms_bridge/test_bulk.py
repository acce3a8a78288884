"""Bulks that are cut go on where they stopped; each order is taken once."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from planner.warehouse.errors import IdempotencyConflict, InvalidMessage, NotFound, TooLate
from planner.warehouse.orders import PickOrder
from wms_bridge.answers import BulkTaken, Rejection
from wms_bridge.api.bulk import items_of_csv, items_of_json_lines, reject_file
from wms_bridge.bulk import ITEMS_PER_PART, BulkItem, BulkOrder, BulkPart, Bulks, summary
from wms_bridge.records.work import Tally
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
UNREADABLE = Rejection(3, "X", "invalid_order", "qty", "none", "not a quantity", "Write digits.")


@pytest.fixture
def items(order: OrderMaker) -> Callable[[int], list[BulkItem]]:
    """``items(n)``: an unreadable row and ``n`` orders, of which every tenth names no known SKU."""

    def make(count: int) -> list[BulkItem]:
        made: list[BulkItem] = [UNREADABLE]
        for number in range(count):
            wanted = order(f"O{number}", **{"NONE" if number % 10 == 7 else "RED": 1})
            made.append(BulkOrder(wanted, (number + 4,)))
        return made

    return make


def cut_after(items: list[BulkItem], number: int) -> Iterator[BulkItem]:
    """The items, until the connection breaks."""
    yield from items[:number]
    raise ConnectionResetError


def take(bridge: Bridge, items: Iterator[BulkItem] | list[BulkItem], key: str) -> list[BulkPart]:
    return list(Bulks(bridge.store).take(items, key, 7))


def told(bridge: Bridge, key: str) -> BulkTaken:
    return summary(Bulks(bridge.store).parts(key), key)


@pytest.mark.parametrize("cut", [0, 1, ITEMS_PER_PART - 1, ITEMS_PER_PART + 1, 449])
def test_a_bulk_that_was_cut_goes_on_where_it_stopped(
    bridge: Bridge, items: Callable[[int], list[BulkItem]], cut: int
) -> None:
    everything = items(450)
    with pytest.raises(ConnectionResetError):
        take(bridge, cut_after(everything, cut), "k")
    done = bridge.tallies().get(Tally.ORDERS_RECEIVED, 0)
    assert done == 0 or not told(bridge, "k").complete
    parts = take(bridge, everything, "k")
    assert sum(part.accepted for part in parts[-1:]) == 405
    answer = told(bridge, "k")
    assert (answer.complete, answer.row) == (True, 453)
    assert (answer.accepted, answer.repeated, answer.rejected) == (405, 0, 46)
    assert bridge.tallies()[Tally.ORDERS_RECEIVED] == 405


def test_a_bulk_cut_twice_is_as_one_never_cut(
    bridge: Bridge, items: Callable[[int], list[BulkItem]]
) -> None:
    everything = items(600)
    for cut in (250, 450):
        with pytest.raises(ConnectionResetError):
            take(bridge, cut_after(everything, cut), "cut")
    take(bridge, everything, "cut")
    bulk = told(bridge, "cut")
    assert (bulk.accepted, bulk.repeated, bulk.rejected) == (540, 0, 61)


def test_a_finished_bulk_is_answered_and_not_done_again(
    bridge: Bridge, items: Callable[[int], list[BulkItem]]
) -> None:
    take(bridge, items(10), "k")
    before = told(bridge, "k")
    events = bridge.feed(0)
    assert take(bridge, items(10), "k") == []
    assert told(bridge, "k") == before
    assert bridge.feed(0) == events


@pytest.mark.parametrize("other", [9, 11])
def test_another_file_under_the_key_is_a_conflict(
    bridge: Bridge, items: Callable[[int], list[BulkItem]], other: int
) -> None:
    take(bridge, items(10), "k")
    with pytest.raises(IdempotencyConflict, match="other orders"):
        take(bridge, items(other), "k")


def test_a_changed_row_under_the_key_is_a_conflict(
    bridge: Bridge, items: Callable[[int], list[BulkItem]], order: OrderMaker
) -> None:
    take(bridge, items(10), "k")
    changed = items(10)
    changed[4] = BulkOrder(order("O3", RED=2), (7,))
    with pytest.raises(IdempotencyConflict):
        take(bridge, changed, "k")


def test_two_at_once_do_not_take_the_same_part_twice(
    bridge: Bridge, items: Callable[[int], list[BulkItem]]
) -> None:
    everything = items(ITEMS_PER_PART * 2)
    first = Bulks(bridge.store).take(everything, "k", 7)
    next(first)
    second = Bulks(bridge.store).take(everything, "k", 7)
    next(second)
    with pytest.raises(TooLate, match="another request takes this bulk"):
        next(first)
    assert list(second)[-1].complete
    assert told(bridge, "k").repeated == 0


def test_without_a_key_nothing_is_remembered(
    bridge: Bridge, items: Callable[[int], list[BulkItem]]
) -> None:
    parts = list(Bulks(bridge.store).take(items(10), None, 7))
    assert summary(parts, None).accepted == 9
    again = summary(list(Bulks(bridge.store).take(items(10), None, 8)), None)
    assert (again.accepted, again.repeated) == (9, 9)


@pytest.mark.parametrize("key", ["", " k", "a/b", "x" * 151])
def test_unusable_keys_are_refused(bridge: Bridge, key: str) -> None:
    with pytest.raises(InvalidMessage):
        take(bridge, [], key)
    with pytest.raises(InvalidMessage):
        Bulks(bridge.store).parts(key)


def test_a_key_that_never_came_is_not_found(bridge: Bridge) -> None:
    with pytest.raises(NotFound):
        Bulks(bridge.store).parts("never")


def test_an_empty_bulk_is_complete(bridge: Bridge) -> None:
    take(bridge, [], "k")
    assert told(bridge, "k").complete


def test_the_reject_file_names_every_rejection(
    bridge: Bridge, items: Callable[[int], list[BulkItem]]
) -> None:
    take(bridge, items(250), "k")
    rows = list(reject_file(Bulks(bridge.store).parts("k")))
    assert rows[0] == "row,order,code,field,value,problem,remedy\r\n"
    assert rows[1].startswith("3,X,invalid_order,qty,none,not a quantity")
    assert len(rows) == 2 + 25


def test_json_lines_are_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "orders.ndjson"
    good = {"order": "A", "lines": [{"sku": "RED", "quantity": 1}]}
    file.write_text(f"{json.dumps(good)}\n\n{{\n7\n")
    first, second, third = items_of_json_lines(file)
    assert isinstance(first, BulkOrder)
    assert (first.order.order, first.rows) == ("A", (1,))
    assert isinstance(second, Rejection)
    assert (second.row, second.code) == (3, "invalid_message")
    assert isinstance(third, Rejection)
    assert (third.row, third.code) == (4, "invalid_order")


def test_csv_rows_that_cannot_be_read_reject_their_order(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_id,ts,sku,qty\nA,2011-12-08,RED,1\nB,2011-12-08,RED,x\n")
    found = list(items_of_csv(file))
    assert [type(item) for item in found] == [Rejection, BulkOrder]
