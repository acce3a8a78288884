"""Reads of tags: one time for all readers, and one read of a tag in each short window.

A reader reports a tag many times a second, late, out of order, and in its own time. What follows
needs each tag once per antenna and 100 ms, in site time. Nothing here reads a clock.
"""

from collections import deque
from dataclasses import dataclass
from heapq import heappop, heappush
from math import isfinite
from typing import NamedTuple

from planner.warehouse.errors import InvalidTag
from planner.warehouse.robot import Pose
from vision.rfid.llrp.reads import TagRead

WINDOW_MS = 100
_MOST_EPC_BYTES = 62
_RSSI_DBM = (-150.0, 50.0)


@dataclass(frozen=True, slots=True)
class Read:
    """One read of a tag.

    ``epc`` is the EPC memory bank as the reader gives it; ``at_ms`` the time of the read (of the
    reader, or of the site once :class:`ReaderClock` has set it right). ``phase_rad`` and ``pose``
    (of the robot, site's frame) are None where they are not known.

    Raises ``InvalidTag`` for figures that no reader can mean.
    """

    epc: bytes
    antenna: int
    rssi_dbm: float
    at_ms: int
    reader: str
    phase_rad: float | None = None
    pose: Pose | None = None

    def __post_init__(self) -> None:
        if not 0 < len(self.epc) <= _MOST_EPC_BYTES:
            raise _refused("epc", "an EPC has 1 to 62 bytes", self.epc.hex())
        if self.antenna < 0:
            raise _refused("antenna", "antennas are counted from 0 or 1 on", self.antenna)
        if not _RSSI_DBM[0] <= self.rssi_dbm <= _RSSI_DBM[1]:
            raise _refused("rssi_dbm", "this is no received power", self.rssi_dbm)
        if self.at_ms < 0:
            raise _refused("at_ms", "a time is not negative", self.at_ms)
        if self.phase_rad is not None and not isfinite(self.phase_rad):
            raise _refused("phase_rad", "a phase is a finite number", self.phase_rad)


@dataclass(frozen=True, slots=True)
class MergedRead:
    """All reads of a tag by an antenna in one window: the strongest, and how many there were."""

    read: Read
    count: int


class ReaderClock:
    """The offset between a reader's clock and the site's.

    Every report gives a pair: when the reader says it read, and when that came in. The difference
    is the offset and the delay of the report, and delays are never negative: so the smallest
    difference of the last ``kept`` pairs is the offset, and the delay of the fastest report its
    error. Clocks that drift are followed, as old pairs are forgotten. A ``given_ms`` offset
    (site time minus reader time) is used as it is. Without a ``limit_ms`` any offset will do, as
    for readers that count from when they were switched on.
    """

    def __init__(self, limit_ms: int | None = 5_000, kept: int = 64, given_ms: int | None = None):
        """``InvalidTag`` if ``given_ms`` is beyond ``limit_ms``."""
        self._limit_ms = limit_ms
        self._given_ms = given_ms
        self._differences: deque[int] = deque(maxlen=kept)
        if given_ms is not None:
            self._check(given_ms)

    @property
    def offset_ms(self) -> int | None:
        """To be added to the reader's time; None before the first report."""
        if self._given_ms is not None:
            return self._given_ms
        return min(self._differences, default=None)

    def site_ms(self, reader_ms: int, received_ms: int) -> int:
        """The site's time of a read that the reader stamped ``reader_ms`` and that came in at
        ``received_ms``.

        Raises ``InvalidTag`` if the clocks are further apart than the limit: such a read would be
        placed where the robot never was. Nothing is learnt from it.
        """
        if self._given_ms is not None:
            return reader_ms + self._given_ms
        difference = received_ms - reader_ms
        offset = min((difference, *self._differences))
        self._check(offset)
        self._differences.append(difference)
        return reader_ms + offset

    def _check(self, offset_ms: int) -> None:
        if self._limit_ms is None or abs(offset_ms) <= self._limit_ms:
            return
        raise InvalidTag(
            f"the clocks of reader and site are more than {self._limit_ms} ms apart",
            field="clock offset",
            value=offset_ms,
            remedy="Set the reader's clock (NTP), or use the time since its start.",
        )


def read_in_site_time(
    found: TagRead, reader: str, clock: ReaderClock, pose: Pose | None = None
) -> Read:
    """A read as an LLRP reader reported it, in the site's time; ``pose`` is the robot's at that
    time. A reader that tells no time has read when its report came in.

    Raises ``InvalidTag`` for a read that does not tell its antenna or its power, and as
    :class:`ReaderClock`.
    """
    if found.antenna is None or found.rssi_dbm is None:
        raise InvalidTag(
            "a read tells its antenna and its received power",
            field="antenna" if found.antenna is None else "rssi_dbm",
            value=None,
            remedy="Have the reader report both (TagReportContentSelector).",
        )
    told = found.at_ms is not None
    at_ms = clock.site_ms(found.at_ms or 0, found.received_ms) if told else found.received_ms
    return Read(found.epc, found.antenna, found.rssi_dbm, at_ms, reader, found.phase_rad, pose)


class _Key(NamedTuple):
    window: int
    reader: str
    antenna: int
    epc: bytes


class Deduplication:
    """Merges the reads of a tag by an antenna within a window of 100 ms.

    A window is told once, when reads ``lateness_ms`` younger have come: until then late reads and
    reads out of order still count. What comes later still is dropped and counted in ``dropped``.
    At most ``most_open`` windows are open at a time; beyond that the oldest are told early. A read
    far ahead of its time would close all windows: let :class:`ReaderClock` refuse it before.
    """

    def __init__(self, lateness_ms: int = 500, most_open: int = 100_000):
        if lateness_ms < 0 or most_open < 1:
            raise ValueError(
                f"lateness_ms >= 0 and most_open >= 1 (found {lateness_ms}, {most_open})"
            )
        self._lateness_ms = lateness_ms
        self._most_open = most_open
        self._open: dict[_Key, MergedRead] = {}
        self._order: list[_Key] = []
        self._told_until = 0
        self.dropped = 0
        """Reads that came after their window had been told."""

    @property
    def open_windows(self) -> int:
        """How many windows are held."""
        return len(self._open)

    def add(self, read: Read) -> tuple[MergedRead, ...]:
        """Take a read; what it closes, in the order of windows, reader, antenna and EPC."""
        key = _Key(read.at_ms // WINDOW_MS, read.reader, read.antenna, read.epc)
        if key.window < self._told_until:
            self.dropped += 1
            return ()
        merged = self._open.get(key)
        if merged is None:
            heappush(self._order, key)
            self._open[key] = MergedRead(read, 1)
        else:
            stronger = read if read.rssi_dbm > merged.read.rssi_dbm else merged.read
            self._open[key] = MergedRead(stronger, merged.count + 1)
        return self.closed_at(read.at_ms)

    def closed_at(self, now_ms: int) -> tuple[MergedRead, ...]:
        """What is closed at a time of the site, so that a silent reader holds nothing back."""
        last = (now_ms - self._lateness_ms) // WINDOW_MS
        told: list[MergedRead] = []
        while self._order and (self._order[0].window < last or len(self._open) > self._most_open):
            self._told_until = max(self._told_until, self._order[0].window)
            told.append(self._open.pop(heappop(self._order)))
        self._told_until = max(self._told_until, last)
        return tuple(told)

    def flush(self) -> tuple[MergedRead, ...]:
        """All that is open, at the end of a pass."""
        told = tuple(self._open.pop(heappop(self._order)) for _ in range(len(self._order)))
        if told:
            self._told_until = max(self._told_until, told[-1].read.at_ms // WINDOW_MS + 1)
        return told


def _refused(field: str, problem: str, value: object) -> InvalidTag:
    return InvalidTag(problem, field=field, value=value, remedy="Give what the reader reported.")
