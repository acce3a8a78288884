"""A segment: one file of a recording.

Eight bytes that say what it is, then chunks. A chunk has a head of 45 bytes with its length, its
times and check sums, and a piece of a zlib stream. A new stream, a block, begins where the chunk is
marked so; its first entry is a snapshot, so that reading may begin there. What a crash has cut off,
and whatever has been damaged, ends a segment for readers; all before it is good.

A segment that is complete has its times in its name:
``<serial>_<first_ms>_<last_ms>_<first_site_ms>_<last_site_ms>.podrec``.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from mmap import mmap
from typing import Final

from wms_bridge.recording.entries import Entry, decode_entries, encode_entries

MAGIC: Final = b"PODREC1\n"
SEALED, OPEN, NOTES = ".podrec", ".open", ".notes"
_HEAD = struct.Struct("<IIBqqqqI")
_BLOCK = 1
_LEVEL = 6
Buffer = bytes | mmap


@dataclass(frozen=True, slots=True)
class Times:
    """From the first to the last entry of the floor: by the bridge's clock (ms since 1970 UTC) and
    by that of the site (ms)."""

    first_ms: int
    last_ms: int
    first_site_ms: int
    last_site_ms: int

    def on_to(self, later: "Times") -> "Times":
        """From the beginning of this to the end of ``later``."""
        return Times(self.first_ms, later.last_ms, self.first_site_ms, later.last_site_ms)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Where the payload of a chunk lies in its file (bytes), and what its head says."""

    begin: int
    end: int
    check: int
    block: bool
    times: Times


@dataclass(frozen=True, slots=True)
class Span:
    """A segment by its name; ``serial`` numbers of later ones are higher. ``sealed`` segments are
    complete."""

    serial: int
    times: Times
    sealed: bool = True

    @property
    def name(self) -> str:
        """The name of its file."""
        if not self.sealed:
            return open_name(self.serial)
        one = self.times
        numbers = (one.first_ms, one.last_ms, one.first_site_ms, one.last_site_ms)
        return f"{self.serial:08d}_{'_'.join(map(str, numbers))}{SEALED}"

    @property
    def notes(self) -> str:
        """The name of the file with what operators did meanwhile."""
        return notes_name(self.serial)


def open_name(serial: int) -> str:
    """The name of a segment that is being written."""
    return f"{serial:08d}{OPEN}"


def notes_name(serial: int) -> str:
    """The name of the notes beside a segment."""
    return f"{serial:08d}{NOTES}"


def span_of(name: str) -> Span | None:
    """The segment of which a file has the name, if it is complete."""
    if not name.endswith(SEALED):
        return None
    try:
        serial, *times = (int(part) for part in name.removesuffix(SEALED).split("_"))
        return Span(serial, Times(*times))
    except (ValueError, TypeError):
        return None


class Packer:
    """Makes the bytes of chunks; a block's entries are compressed together."""

    def __init__(self) -> None:
        self._stream = zlib.compressobj(_LEVEL)

    def chunk(self, entries: Sequence[Entry], times: Times, *, block: bool) -> bytes:
        """The bytes of a chunk; ``block`` begins a new one."""
        if block:
            self._stream = zlib.compressobj(_LEVEL)
        payload = self._stream.compress(encode_entries(entries))
        payload += self._stream.flush(zlib.Z_SYNC_FLUSH)
        told = (
            len(payload),
            zlib.crc32(payload),
            _BLOCK if block else 0,
            times.first_ms,
            times.last_ms,
            times.first_site_ms,
            times.last_site_ms,
        )
        bare = _HEAD.pack(*told, 0)
        return _HEAD.pack(*told, zlib.crc32(bare)) + payload


def chunks(data: Buffer) -> Iterator[Chunk]:
    """The chunks of a segment by their heads, up to where it is cut or damaged."""
    if data[: len(MAGIC)] != MAGIC:
        return
    at = len(MAGIC)
    while at + _HEAD.size <= len(data):
        length, check, flags, *times, told = _HEAD.unpack_from(data, at)
        bare = _HEAD.pack(length, check, flags, *times, 0)
        begin = at + _HEAD.size
        if told != zlib.crc32(bare) or begin + length > len(data):
            return
        yield Chunk(begin, begin + length, check, bool(flags & _BLOCK), Times(*times))
        at = begin + length


def entries_of(data: Buffer, some: Iterable[Chunk]) -> Iterator[Entry]:
    """The entries of chunks that follow one another, the first of which begins a block; up to one
    that is damaged."""
    stream = zlib.decompressobj()
    for chunk in some:
        payload = data[chunk.begin : chunk.end]
        if zlib.crc32(payload) != chunk.check:
            return
        if chunk.block:
            stream = zlib.decompressobj()
        yield from decode_entries(stream.decompress(payload))


def sound(data: Buffer) -> tuple[int, Times | None]:
    """How many bytes of a segment are good, and the times they hold (``None``: nothing is)."""
    end, times = len(MAGIC), None
    for chunk in chunks(data):
        if zlib.crc32(data[chunk.begin : chunk.end]) != chunk.check:
            break
        times = times.on_to(chunk.times) if times else chunk.times
        end = chunk.end
    return end, times
