"""Writing a recording: segments in a folder, each of some minutes, the oldest of which are dropped.

Not for several threads. :class:`OSError` where the disk refuses.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import BinaryIO

from wms_bridge.recording.entries import Entry, EntryKind
from wms_bridge.recording.segments import (
    MAGIC,
    NOTES,
    OPEN,
    Packer,
    Span,
    Times,
    notes_name,
    open_name,
    sound,
    span_of,
)

SEGMENT_MS = 600_000
GAP_MS = 10_000
"""After so long without a view nothing is known of the time between."""
KEPT_DAYS = 7
KEPT_BYTES = 2_000_000_000
_DAY_MS = 24 * 3600 * 1000
_SYNC_MS = 30_000


@dataclass(frozen=True, slots=True)
class Retention:
    """What is kept: segments that ended within ``days`` days, and of those the newest that have no
    more than ``most_bytes`` together."""

    days: float = KEPT_DAYS
    most_bytes: int = KEPT_BYTES


@dataclass(slots=True)
class _Writing:
    """The segment that is being written."""

    serial: int
    file: BinaryIO
    packer: Packer
    times: Times
    synced_ms: int
    begun: bool = False


class Journal:
    """Appends to a recording. ``begin`` is asked, at the start of each segment, for entries that
    stand behind its first snapshot."""

    def __init__(
        self,
        folder: Path,
        retention: Retention,
        begin: Callable[[int], Sequence[Entry]],
        segment_ms: int = SEGMENT_MS,
    ):
        self.folder = folder
        self._retention = retention
        self._begin = begin
        self._segment_ms = segment_ms
        self._now: _Writing | None = None

    def write(self, entries: Sequence[tuple[Entry, int]], notes: Sequence[bytes] = ()) -> None:
        """Append entries, each with the time of the site (ms) at which it was told; ``notes`` are
        lines of JSON about what operators did. Entries before the first snapshot are left out: it
        begins with what they changed."""
        for run in _runs(entries):
            first, site_ms = run[0]
            snapshot = first.kind is EntryKind.SNAPSHOT
            if snapshot and self._is_over(first.at_ms, site_ms):
                self._seal()
                self._start(first.at_ms, site_ms)
            if self._now is not None:
                self._append(self._now, run, block=snapshot)
        if notes and self._now is not None:
            with (self.folder / notes_name(self._now.serial)).open("ab") as file:
                file.write(b"".join(line + b"\n" for line in notes))

    @property
    def writing(self) -> bool:
        """Whether there is a segment that entries are appended to."""
        return self._now is not None

    def close(self) -> None:
        """Complete what is being written."""
        self._seal()

    def drop(self) -> None:
        """Let go of what is being written as it is, whatever the disk says."""
        if self._now is not None:
            with suppress(OSError):
                self._now.file.close()
            self._now = None

    def _is_over(self, at_ms: int, site_ms: int) -> bool:
        if self._now is None:
            return True
        times = self._now.times
        on_ms = at_ms - times.last_ms
        back = on_ms < 0 or site_ms < times.last_site_ms
        return back or on_ms > GAP_MS or at_ms - times.first_ms >= self._segment_ms

    def _start(self, at_ms: int, site_ms: int) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        seal_leftovers(self.folder)
        self._forget(at_ms)
        serial = 1 + max((span.serial for span in sealed(self.folder)), default=0)
        file = (self.folder / open_name(serial)).open("xb")
        file.write(MAGIC)
        times = Times(at_ms, at_ms, site_ms, site_ms)
        self._now = _Writing(serial, file, Packer(), times, at_ms)

    def _append(self, now: _Writing, run: Sequence[tuple[Entry, int]], *, block: bool) -> None:
        found = [entry for entry, _ in run]
        told = [(entry.at_ms, site_ms) for entry, site_ms in run if entry.kind.of_floor]
        last = now.times
        first_ms, first_site_ms = told[0] if told else (last.last_ms, last.last_site_ms)
        last_ms, last_site_ms = told[-1] if told else (first_ms, first_site_ms)
        times = Times(first_ms, last_ms, first_site_ms, last_site_ms)
        if not now.begun:
            found[1:1] = self._begin(first_ms)
            now.begun = True
        now.file.write(now.packer.chunk(found, times, block=block))
        now.file.flush()
        now.times = now.times.on_to(times)
        if last_ms - now.synced_ms >= _SYNC_MS:
            os.fsync(now.file.fileno())
            now.synced_ms = last_ms

    def _seal(self) -> None:
        if self._now is None:
            return
        now, self._now = self._now, None
        with now.file as file:
            file.flush()
            os.fsync(file.fileno())
        span = Span(now.serial, now.times)
        (self.folder / open_name(now.serial)).rename(self.folder / span.name)

    def _forget(self, now_ms: int) -> None:
        oldest_ms = now_ms - self._retention.days * _DAY_MS
        left = self._retention.most_bytes
        for span in reversed(sealed(self.folder)):
            left -= (self.folder / span.name).stat().st_size
            if left < 0 or span.times.last_ms < oldest_ms:
                (self.folder / span.name).unlink(missing_ok=True)
                (self.folder / span.notes).unlink(missing_ok=True)


def sealed(folder: Path) -> list[Span]:
    """Complete segments by serial number."""
    found = (span_of(path.name) for path in folder.glob("*.podrec"))
    return sorted((span for span in found if span), key=lambda span: span.serial)


def seal_leftovers(folder: Path) -> None:
    """Complete the segments that a bridge which was killed has left, without what was torn."""
    for path in sorted(folder.glob(f"*{OPEN}")):
        size = path.stat().st_size
        times = None
        if size:
            with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
                end, times = sound(data)
        if times is None:
            path.unlink()
            path.with_suffix(NOTES).unlink(missing_ok=True)
            continue
        os.truncate(path, end)
        path.rename(folder / Span(int(path.stem), times).name)


def _runs(entries: Sequence[tuple[Entry, int]]) -> Iterator[Sequence[tuple[Entry, int]]]:
    """Entries in pieces, each of which begins with a snapshot but perhaps the first."""
    begins = [i for i, (one, _) in enumerate(entries) if one.kind is EntryKind.SNAPSHOT]
    edges = sorted({0, *begins, len(entries)})
    for start, end in pairwise(edges):
        yield entries[start:end]
