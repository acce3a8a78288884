"""The stream: in order, nothing lost and nothing twice, whichever way the pages go."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wms_bridge.records.tower import Span, StreamItem, StreamKind
from wms_bridge.tower.errors import InvalidStream
from wms_bridge.tower.merging import (
    Cursor,
    newest,
    page_after,
    page_before,
    read_cursor,
    since,
    written,
)

KINDS = (StreamKind.EVENT, StreamKind.ALARM, StreamKind.ACT)


@dataclass
class Listed:
    """A source over a list; numbers may have gaps."""

    kind: StreamKind
    items: list[StreamItem] = field(default_factory=list)

    def read(self, span: Span) -> Sequence[StreamItem]:
        found = [
            item
            for item in self.items
            if item.number > span.after and (span.before is None or item.number < span.before)
        ]
        return (found[::-1] if span.newest_first else found)[: span.limit]


def item(kind: StreamKind, number: int, at_ms: int) -> StreamItem:
    return StreamItem(kind, number, at_ms, "", f"s{number % 3}", "", "", {})


@st.composite
def sources(draw: st.DrawFn, *, in_order: bool = True) -> list[Listed]:
    made = []
    for kind in KINDS:
        times = draw(st.lists(st.integers(0, 30), max_size=25))
        steps = draw(st.lists(st.integers(1, 3), min_size=len(times), max_size=len(times)))
        numbers = [sum(steps[: place + 1]) for place in range(len(steps))]
        times = sorted(times) if in_order else times
        made.append(Listed(kind, [item(kind, n, t) for n, t in zip(numbers, times, strict=True)]))
    return made


def all_of(listed: list[Listed]) -> list[StreamItem]:
    return sorted(
        (one for source in listed for one in source.items),
        key=lambda one: (one.at_ms, one.kind.rank, one.number),
    )


def forwards(listed: list[Listed], start: Cursor, limits: list[int]) -> list[StreamItem]:
    found: list[StreamItem] = []
    place, more, turn = start, True, 0
    while more:
        page = page_after(listed, place, lambda _: True, limits[turn % len(limits)])
        found += page.items
        place, more, turn = read_cursor(written(page.last), KINDS, "after"), page.more, turn + 1
    return found


def backwards(listed: list[Listed], end: Cursor, limits: list[int]) -> list[StreamItem]:
    found: list[StreamItem] = []
    place, more, turn = end, True, 0
    while more:
        page = page_before(listed, place, lambda _: True, limits[turn % len(limits)])
        found = [*page.items, *found]
        place, more, turn = page.first, page.more, turn + 1
    return found


LIMITS = st.lists(st.integers(1, 9), min_size=1, max_size=4)
BEGIN: Cursor = dict.fromkeys(KINDS, 0)


@given(listed=sources(), limits=LIMITS, other=LIMITS)
def test_any_pages_both_ways_give_all_in_order(
    listed: list[Listed], limits: list[int], other: list[int]
) -> None:
    assert forwards(listed, BEGIN, limits) == all_of(listed)
    assert backwards(listed, newest(listed), other) == all_of(listed)


@given(listed=sources(in_order=False), limits=LIMITS)
def test_a_clock_that_was_set_back_loses_nothing(listed: list[Listed], limits: list[int]) -> None:
    for found in (
        forwards(listed, BEGIN, limits),
        backwards(listed, newest(listed), limits),
    ):
        assert len(found) == len(all_of(listed))
        for source in listed:
            assert [one for one in found if one.kind is source.kind] == source.items


@given(listed=sources(), later=sources(), limits=LIMITS)
def test_what_comes_later_stands_behind(
    listed: list[Listed], later: list[Listed], limits: list[int]
) -> None:
    seen = forwards(listed, BEGIN, limits)
    place = newest(listed)
    for source, more in zip(listed, later, strict=True):
        last = source.items[-1].number if source.items else 0
        source.items += [item(one.kind, last + one.number, one.at_ms) for one in more.items]
    found = seen + forwards(listed, place, limits)
    assert len(found) == len({(one.kind, one.number) for one in found}) == len(all_of(listed))


@given(listed=sources(), at_ms=st.integers(0, 31))
def test_since_a_time_is_all_from_then_on(listed: list[Listed], at_ms: int) -> None:
    found = forwards(listed, since(listed, at_ms), [5])
    assert found == [one for one in all_of(listed) if one.at_ms >= at_ms]


def test_a_filter_gives_what_fits_and_goes_on() -> None:
    listed = [Listed(kind, [item(kind, n, n) for n in range(1, 40)]) for kind in KINDS]
    page = page_after(listed, BEGIN, lambda one: one.subject == "s0", 5)
    assert [one.subject for one in page.items] == ["s0"] * 5
    rest = page_after(listed, page.last, lambda one: one.subject == "s0", 1000)
    assert len(page.items) + len(rest.items) == 39
    assert not rest.more


@pytest.mark.parametrize("wrong", ["", "e1", "e1.a2.u-1", "e1.a2.x3", "e1.a2.u3.o1", "E1.a2.u3"])
def test_a_place_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidStream) as error:
        read_cursor(wrong, KINDS, "after")
    assert error.value.field == "after"
