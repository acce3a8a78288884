"""What a recording is made of, and its bytes: a head of 13 bytes (kind u8, time i64, length u32,
little endian), then the body. The same bytes are in files and in answers over HTTP."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

_HEAD = struct.Struct("<BqI")


class EntryKind(IntEnum):
    """What the body of an entry is."""

    SNAPSHOT = 1
    """A ``snapshot`` of the stream of the floor (docs/reference/floor-stream.md), JSON."""
    CHANGES = 2
    """``changes`` of that stream, JSON."""
    POSES = 3
    """A pose frame of that stream, for the robots in the order told last."""
    COMMANDS = 4
    """Commands of the dispatcher that came together, JSON; with ``refused``, the code, those that
    were."""
    EVENT = 5
    """An event of the fleet feed with its number, JSON."""
    BOOKS = 6
    """Open orders, rules and closed stations as they were, JSON."""

    @property
    def of_floor(self) -> bool:
        """Whether it tells of the floor; times of such entries never go back in a segment."""
        return self <= EntryKind.POSES


@dataclass(frozen=True, slots=True)
class Entry:
    """``body`` was told at ``at_ms``, by the bridge's clock (ms since 1970 UTC)."""

    kind: EntryKind
    at_ms: int
    body: bytes


def encode_entry(entry: Entry) -> bytes:
    """The bytes of an entry."""
    return _HEAD.pack(entry.kind, entry.at_ms, len(entry.body)) + entry.body


def encode_entries(entries: Iterable[Entry]) -> bytes:
    """The bytes of entries, one behind the other."""
    return b"".join(map(encode_entry, entries))


def decode_entries(data: bytes) -> Iterator[Entry]:
    """Entries from their bytes. :class:`ValueError` on an unknown kind and where the last one is
    cut."""
    at = 0
    while at < len(data):
        if at + _HEAD.size > len(data):
            raise ValueError("an entry is cut")
        kind, at_ms, length = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        if at + length > len(data):
            raise ValueError("an entry is cut")
        yield Entry(EntryKind(kind), at_ms, data[at : at + length])
        at += length
