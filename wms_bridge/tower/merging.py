"""Many sources, each in order by its own numbers, as one stream by time.

A place in the stream is how far each source has been read (a :data:`Cursor`): what comes later
stands behind it whatever its time is, so that nothing is lost or comes twice, whichever way the
pages go. The order is by time, at the same time by kind; where the times of a source go back (its
clock was set), an item stands behind the one before it of its source all the same.
"""

import heapq
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from wms_bridge.records.tower import Span, StreamItem, StreamKind
from wms_bridge.tower.errors import InvalidStream

Cursor = Mapping[StreamKind, int]
"""For each kind the number of the last item before the place."""
CHUNK = 100
MOST_LOOKED_AT = 5000
"""Items looked at for one page: a filter that fits little gives short pages."""
_LETTERS = {
    StreamKind.EVENT: "e",
    StreamKind.ALARM: "a",
    StreamKind.COUNT: "c",
    StreamKind.WMS_IN: "i",
    StreamKind.WMS_OUT: "o",
    StreamKind.POLICY: "p",
    StreamKind.ACT: "u",
}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}
_PART = re.compile(r"([eacopiu])([0-9]{1,15})")


class Source(Protocol):
    """Where items of one kind come from."""

    @property
    def kind(self) -> StreamKind:
        """Of all its items."""

    def read(self, span: Span) -> Sequence[StreamItem]:
        """Items by number."""


@dataclass(frozen=True, slots=True)
class StreamPage:
    """Some items, the oldest first; ``first`` is the place before and ``last`` the place behind all
    that was looked at. ``more`` tells whether there is more in the direction read."""

    items: tuple[StreamItem, ...]
    first: Cursor
    last: Cursor
    more: bool


def written(cursor: Cursor) -> str:
    """A place as text, such as ``e17.a3.o5``."""
    return ".".join(f"{_LETTERS[kind]}{cursor[kind]}" for kind in StreamKind if kind in cursor)


def read_cursor(text: str, kinds: Sequence[StreamKind], field: str) -> Cursor:
    """A place as it was written; :class:`InvalidStream` if it is none, or of other kinds."""
    found = [_PART.fullmatch(part) for part in text.split(".")]
    cursor = {_KINDS[one[1]]: int(one[2]) for one in found if one}
    if not all(found) or set(cursor) != set(kinds):
        raise InvalidStream(
            "not a place in the stream of these kinds",
            field=field,
            value=text[:200],
            remedy="Send first or last of a page that was asked for with the same kinds.",
        )
    return cursor


def page_after(
    sources: Sequence[Source], start: Cursor, keep: Callable[[StreamItem], bool], limit: int
) -> StreamPage:
    """The first items behind a place."""
    kept, place, more = _gather(sources, start, keep, limit, newest_first=False)
    return StreamPage(tuple(kept), start, place, more)


def page_before(
    sources: Sequence[Source], end: Cursor, keep: Callable[[StreamItem], bool], limit: int
) -> StreamPage:
    """The last items before a place."""
    kept, place, more = _gather(sources, end, keep, limit, newest_first=True)
    return StreamPage(tuple(reversed(kept)), place, end, more)


def newest(sources: Sequence[Source]) -> Cursor:
    """The place behind all there is."""
    return {source.kind: _last(source) for source in sources}


def since(sources: Sequence[Source], at_ms: int) -> Cursor:
    """The place before all that happened at a time or later."""
    return {source.kind: _before(source, at_ms) for source in sources}


def _gather(
    sources: Sequence[Source],
    place: Cursor,
    keep: Callable[[StreamItem], bool],
    limit: int,
    *,
    newest_first: bool,
) -> tuple[list[StreamItem], Cursor, bool]:
    reached = dict(place)
    kept: list[StreamItem] = []
    for looked_at, item in enumerate(_merged(sources, place, newest_first), start=1):
        if len(kept) >= limit or looked_at > MOST_LOOKED_AT:
            return kept, reached, True
        reached[item.kind] = item.number - newest_first
        if keep(item):
            kept.append(item)
    return kept, reached, False


def _merged(sources: Sequence[Source], place: Cursor, newest_first: bool) -> Iterator[StreamItem]:
    sign = -1 if newest_first else 1
    runs = [_items(source, place[source.kind], newest_first) for source in sources]
    return heapq.merge(*runs, key=lambda item: (sign * item.at_ms, sign * item.kind.rank))


def _items(source: Source, place: int, newest_first: bool) -> Iterator[StreamItem]:
    size = CHUNK
    while True:
        span = Span(0, place + 1, True, size) if newest_first else Span(place, limit=size)
        found = source.read(span)
        yield from found
        if len(found) < size:
            return
        place = found[-1].number - newest_first


def _last(source: Source) -> int:
    found = source.read(Span(newest_first=True, limit=1))
    return found[0].number if found else 0


def _before(source: Source, at_ms: int) -> int:
    """Number of the last item of a source before a time, by halving."""
    low, high = 0, _last(source)
    while low < high:
        middle = (low + high) // 2
        (item,) = source.read(Span(middle, limit=1))
        if item.at_ms >= at_ms:
            high = middle
        else:
            low = item.number
    return low
