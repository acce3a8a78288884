"""How tag reports are read in one go: records, and plans made from reports that were seen.

A reader sends reports of one build over and over. A :class:`Shape` reads a whole TagReportData of a
build, a :class:`Run` the short parameters that follow each other in it; both compare what says that
the bytes are of this build, and give the values of a :class:`TagReport`.
"""

import struct
from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from vision.rfid.llrp import impinj
from vision.rfid.llrp.codec import tlv_at
from vision.rfid.llrp.definitions import FIRST_TLV, protocol


class TagReport(NamedTuple):
    """One TagReportData. What the reader did not send is ``None``; of what it sent twice the last.

    Times are microseconds of the reader's clocks: UTC since 1970, or since it was switched on.
    ``rssi_dbm`` is PeakRSSI, whole dBm; ``rssi_cdbm`` and ``phase_steps`` are Impinj's (1/100 dBm,
    1/4096 of a turn). Results of access operations are left to the tree.
    """

    epc: bytes
    epc_bits: int
    antenna: int | None
    rssi_dbm: int | None
    channel: int | None
    first_seen_utc_us: int | None
    last_seen_utc_us: int | None
    first_seen_uptime_us: int | None
    last_seen_uptime_us: int | None
    seen_count: int | None
    rospec: int | None
    spec_index: int | None
    inventory_spec: int | None
    access_spec: int | None
    pc_bits: int | None
    crc: int | None
    phase_steps: int | None
    rssi_cdbm: int | None


SLOTS = {
    "EPC_96": "epc",
    "AntennaID": "antenna",
    "PeakRSSI": "rssi_dbm",
    "ChannelIndex": "channel",
    "FirstSeenTimestampUTC": "first_seen_utc_us",
    "LastSeenTimestampUTC": "last_seen_utc_us",
    "FirstSeenTimestampUptime": "first_seen_uptime_us",
    "LastSeenTimestampUptime": "last_seen_uptime_us",
    "TagSeenCount": "seen_count",
    "ROSpecID": "rospec",
    "SpecIndex": "spec_index",
    "InventoryParameterSpecID": "inventory_spec",
    "AccessSpecID": "access_spec",
    "C1G2_PC": "pc_bits",
    "C1G2_CRC": "crc",
}
_LETTERS = {"u16": "H", "u32": "I", "u64": "Q", "s8": "b", "u96": "12s"}
INDEX = {name: index for index, name in enumerate(TagReport._fields)}
EPC, EPC_BITS = INDEX["epc"], INDEX["epc_bits"]
_PHASE, _FINE_RSSI = INDEX["phase_steps"], INDEX["rssi_cdbm"]
EPC_96_HEAD = 0x80 | 13
UNUSED = len(INDEX)
"""Where short parameters go that no record has."""
BLANK: list[Any] = [None] * (len(INDEX) + 1)
BLANK[EPC_BITS] = 96
TAG_REPORT_DATA = 240
EPC_DATA = 241
CUSTOM = 1023
_EPC_DATA_HEAD = struct.Struct(">HHH")
CUSTOM_HEAD = struct.Struct(">HHII")


class Short(NamedTuple):
    """A TV parameter: its bytes, where it goes, and how its value is read and written."""

    size: int
    slot: int
    unpack: Callable[[bytes, int], tuple[Any, ...]]
    letters: tuple[str, ...]


def _short(number: int) -> Short:
    definition = protocol().parameter_numbers[number]
    letters = tuple(_LETTERS[field.kind] for field in definition.fields)
    format = struct.Struct(">" + "".join(letters))
    slot = SLOTS.get(definition.name)
    return Short(1 + format.size, INDEX[slot] if slot else UNUSED, format.unpack_from, letters)


SHORT = {0x80 | n: _short(n) for n in protocol().parameter_numbers if n < FIRST_TLV}
VENDOR = {
    impinj.PHASE: (_PHASE, struct.Struct(">H")),
    impinj.PEAK_RSSI: (_FINE_RSSI, struct.Struct(">h")),
}


class Run(NamedTuple):
    """TV parameters that follow each other, read in one go."""

    size: int
    unpack: Callable[[bytes, int], tuple[Any, ...]]
    heads: tuple[int, ...]
    slots: tuple[int, ...]


@lru_cache(maxsize=256)
def run_of(heads: bytes) -> Run:
    """The run of these heads, each of a parameter with one field."""
    format = struct.Struct(">" + "".join(f"B{SHORT[head].letters[0]}" for head in heads))
    slots = tuple(SHORT[head].slot for head in heads)
    return Run(format.size, format.unpack_from, tuple(heads), slots)


class Item(NamedTuple):
    """One item of a shape: how it is unpacked, what it must be to fit, and where it goes."""

    letter: str
    expected: int | None = None
    slot: int | None = None


class Shape(NamedTuple):
    """How reports of one build are read in one go."""

    size: int
    unpack: Callable[[bytes, int], tuple[Any, ...]]
    signature: Callable[[tuple[Any, ...]], Any]
    expected: tuple[int, ...]
    pick: Callable[[tuple[Any, ...]], tuple[Any, ...]]
    """The record out of what was unpacked and ``CONSTANTS``."""


CONSTANTS = (None, 96)


@lru_cache(maxsize=256)
def shape_of(items: tuple[Item, ...]) -> Shape:
    """The shape that consists of these items."""
    format = struct.Struct(">" + "".join(item.letter for item in items))
    places = [len(items)] * UNUSED
    places[EPC_BITS] = len(items) + 1
    for place, item in enumerate(items):
        if item.slot is not None and item.slot != UNUSED:
            places[item.slot] = place
    fixed = [place for place, item in enumerate(items) if item.expected is not None]
    expected = tuple(item.expected for item in items if item.expected is not None)
    return Shape(format.size, format.unpack_from, itemgetter(*fixed), expected, itemgetter(*places))


def items_of(frame: bytes, at: int, end: int) -> tuple[Item, ...] | None:
    """What a TagReportData consists of, one that was read; ``None`` if it holds what has no fixed
    place: results of access operations, content of other vendors, unknown parameters."""
    items = [Item("H", TAG_REPORT_DATA), Item("H", end - at)]
    at += 4
    while at < end:
        plan = SHORT.get(frame[at])
        if plan is not None:
            items += [Item("B", frame[at]), Item(plan.letters[0], None, plan.slot)]
            items += [Item(letter) for letter in plan.letters[1:]]
            at += plan.size
            continue
        if frame[at] & 0x80:
            return None
        kind, after = tlv_at(frame, at, end)
        longer = _epc_items(frame, at) if kind == EPC_DATA else _vendor_items(frame, at, after)
        if longer is None:
            return None
        items += longer
        at = after
    epcs = sum(item.slot == EPC for item in items)
    return tuple(items) if epcs == 1 else None


def _epc_items(frame: bytes, at: int) -> list[Item]:
    kind, length, bits = _EPC_DATA_HEAD.unpack_from(frame, at)
    return [
        Item("H", kind),
        Item("H", length),
        Item("H", bits, EPC_BITS),
        Item(f"{(bits + 7) // 8}s", None, EPC),
    ]


def _vendor_items(frame: bytes, at: int, after: int) -> list[Item] | None:
    if after - at != CUSTOM_HEAD.size + 2:
        return None
    kind, length, vendor, subtype = CUSTOM_HEAD.unpack_from(frame, at)
    if kind != CUSTOM or vendor != impinj.VENDOR or subtype not in VENDOR:
        return None
    index, format = VENDOR[subtype]
    letters, heads = "HHII", (kind, length, vendor, subtype)
    head = [Item(letter, number) for letter, number in zip(letters, heads, strict=True)]
    return [*head, Item(format.format[1:], None, index)]
