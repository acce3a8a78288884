"""Reading on: nothing is missed, however pages and stamps fall."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wms_bridge.connectors.rest.expressions import Expression, iso_time, time_ms
from wms_bridge.connectors.rest.mapfile import Paging
from wms_bridge.connectors.rest.paging import asked, read_on

SIZE = 3


def served(rows: list[dict[str, Any]], told: dict[str, Any], stamped: bool) -> list[dict[str, Any]]:
    """What a WMS answers: changed at ``since`` or later, in order of the change, one page."""
    since = time_ms(told["since"], "since") if stamped else 0
    found = [row for row in rows if not stamped or time_ms(row["at"], "at") >= since]
    found.sort(key=lambda row: (row["at"], row["id"]))
    return found[told["offset"] : told["offset"] + told["size"]]


def all_read(paging: Paging, rows: list[dict[str, Any]], cursor: str) -> tuple[set[int], str]:
    """The ids of one look, and the cursor after it."""
    seen: set[int] = set()
    for _ in range(1_000):
        page = served(rows, asked(paging, cursor), paging.style == "since")
        seen |= {row["id"] for row in page}
        cursor, more = read_on(paging, cursor, {"rows": page}, page)
        if not more:
            return seen, cursor
    raise AssertionError("there is no end")


@given(st.lists(st.integers(1, 20), max_size=25), st.lists(st.integers(1, 20), max_size=25))
def test_by_stamps_nothing_is_missed_and_old_things_come_no_more(
    before: list[int], after: list[int]
) -> None:
    paging = Paging(
        style="since", size=SIZE, stamp=Expression("at"), overlap_s=5, start=iso_time(0)
    )
    rows = [{"id": n, "at": iso_time(at * 1000)} for n, at in enumerate(before)]
    seen, cursor = all_read(paging, rows, "")
    assert seen == {row["id"] for row in rows}
    newest = max(before, default=0)
    # What is stamped within the overlap of the newest is found although it came late.
    late = [max(1, newest - 5) + at for at in after]
    rows += [{"id": 100 + n, "at": iso_time(at * 1000)} for n, at in enumerate(late)]
    again, _ = all_read(paging, rows, cursor)
    assert again >= {100 + n for n in range(len(late))}
    assert not any(
        time_ms(row["at"], "at") < (newest - 5) * 1000 for row in rows if row["id"] in again
    )


@given(st.integers(0, 20))
def test_by_pages_everything_is_read_from_the_start_each_time(count: int) -> None:
    paging = Paging(style="pages", size=SIZE)
    rows = [{"id": n, "at": 0} for n in range(count)]
    for cursor in ("", all_read(paging, rows, "")[1]):
        assert all_read(paging, rows, cursor)[0] == set(range(count))


def test_by_cursor_the_answer_tells_where_to_go_on() -> None:
    paging = Paging(style="cursor", next=Expression("next"), more=Expression("more"), start="0")
    assert asked(paging, "")["cursor"] == "0"
    assert read_on(paging, "", {"next": 7, "more": True}, [1]) == ("7", True)
    assert read_on(paging, "7", {"next": None, "more": False}, []) == ("7", False)


def test_numbers_serve_as_stamps() -> None:
    paging = Paging(style="since", size=9, stamp=Expression("at"), overlap_s=1, start="0")
    cursor, more = read_on(paging, "", {}, [{"at": 5_000}, {"at": 9_000}, {"at": 7_000}])
    assert (asked(paging, cursor)["since"], more) == (8_000, False)


def test_a_page_that_comes_twice_is_not_taken_for_the_next_one() -> None:
    paging = Paging(style="pages", size=2)
    page = [{"id": 1}, {"id": 2}]
    cursor, _ = read_on(paging, "", {}, page)
    with pytest.raises(ValueError, match="twice"):
        read_on(paging, cursor, {}, page)


def test_an_item_without_a_stamp_is_told() -> None:
    paging = Paging(style="since", size=2, stamp=Expression("at"))
    with pytest.raises(ValueError, match="no stamp at at"):
        read_on(paging, "", {}, [{"id": 1}])
