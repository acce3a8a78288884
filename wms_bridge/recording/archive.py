"""Reading a recording, also while it is being written and while old segments go."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby, pairwise
from mmap import ACCESS_READ, mmap
from pathlib import Path
from threading import Lock

from wms_bridge.recording.entries import Entry
from wms_bridge.recording.journal import sealed
from wms_bridge.recording.segments import OPEN, Chunk, Span, chunks, entries_of

_KEPT = 16
"""Segments whose heads of chunks are remembered."""
Begin = Callable[[Span], int]


class Archive:
    """Looks through the segments of a folder. Safe to use from several threads.

    Where a clock was set back some times were recorded twice: what was written last counts, from
    where it begins.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self._known: OrderedDict[tuple[str, int], Sequence[Chunk]] = OrderedDict()
        self._lock = Lock()

    def spans(self) -> tuple[Span, ...]:
        """All segments, in the order they were written."""
        if not self.folder.is_dir():
            return ()
        found = sealed(self.folder)
        for path in self.folder.glob(f"*{OPEN}"):
            heads = self._heads(path)
            if heads:
                times = heads[0].times.on_to(heads[-1].times)
                found.append(Span(int(path.stem), times, sealed=False))
        return tuple(sorted(found, key=lambda span: span.serial))

    def size_bytes(self) -> int:
        """How much room it takes."""
        if not self.folder.is_dir():
            return 0
        return sum(path.stat().st_size for path in list(self.folder.iterdir()) if path.exists())

    def entries(self, span: Span, from_ms: int, back: int = 0) -> Iterator[Entry]:
        """Entries of a segment from the snapshot on that was the last at ``from_ms``, or from
        ``back`` snapshots before it. Nothing of a segment that is gone."""
        for name in (span.name, Span(span.serial, span.times).name):
            with _mapped(self.folder / name) as data:
                if data is None:
                    continue
                heads = self._remembered(name, data)
                begins = [i for i, head in enumerate(heads) if head.block]
                at = bisect_right([heads[i].times.first_ms for i in begins], from_ms) - 1
                if at >= 0:
                    yield from entries_of(data, heads[begins[max(0, at - back)] :])
                return

    def heads(self, span: Span) -> Sequence[Chunk]:
        """The chunks of a segment by their heads; none if it is gone."""
        return self._heads(self.folder / span.name)

    def all_entries(self, span: Span) -> Iterator[Entry]:
        """Entries of a segment from its beginning."""
        return self.entries(span, span.times.first_ms)

    def notes(self, span: Span) -> Iterator[bytes]:
        """Lines of JSON about what operators did meanwhile; one that is cut is left out."""
        try:
            found = (self.folder / span.notes).read_bytes()
        except FileNotFoundError:
            return
        yield from found.split(b"\n")[:-1]

    def _heads(self, path: Path) -> Sequence[Chunk]:
        with _mapped(path) as data:
            return [] if data is None else self._remembered(path.name, data)

    def _remembered(self, name: str, data: mmap) -> Sequence[Chunk]:
        key = (name, len(data))
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = list(chunks(data))
        with self._lock:
            self._known[key] = found
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found


def holding(spans: Sequence[Span], at_ms: int, begin: Begin | None = None) -> Span | None:
    """The segment that counts for a moment, of ``spans`` in the order they were written; ``None``
    before the first. ``begin`` gives when one begins by the clock that is meant: without it the
    bridge's."""
    of = begin or by_bridge
    return next((span for span in reversed(spans) if of(span) <= at_ms), None)


def by_bridge(span: Span) -> int:
    """When a segment begins by the bridge's clock."""
    return span.times.first_ms


def by_site(span: Span) -> int:
    """When a segment begins by the clock of the site."""
    return span.times.first_site_ms


def pieces(spans: Sequence[Span], from_ms: int, until_ms: int) -> Iterator[tuple[Span, int, int]]:
    """Segments that count after ``from_ms`` up to ``until_ms``, in order of time: each with the
    times after which and up to which it does."""
    inner = {one.times.first_ms - 1 for one in spans if from_ms < one.times.first_ms - 1 < until_ms}
    parts = pairwise(sorted({from_ms, until_ms, *inner}))
    for span, some in groupby(parts, key=lambda part: holding(spans, part[1])):
        (start_ms, end_ms), *more = some
        if span is not None:
            yield span, start_ms, more[-1][1] if more else end_ms


@contextmanager
def _mapped(path: Path) -> Iterator[mmap | None]:
    try:
        with path.open("rb") as file:
            if not file.seek(0, 2):
                yield None
                return
            with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
                yield data
    except FileNotFoundError:
        yield None
