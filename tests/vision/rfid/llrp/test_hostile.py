"""Bytes that are broken, or meant to break: an InvalidFrame with an offset, and nothing else."""

import random
import struct
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidFrame
from vision.rfid.llrp.codec import MOST_DEEP, decode, decode_parameters, encode
from vision.rfid.llrp.definitions import Bits
from vision.rfid.llrp.framing import HEADER_BYTES, FrameBuffer, Header, write_header
from vision.rfid.llrp.reports import is_report, read_reports, reports_of
from vision.rfid.llrp.requests import ReaderSettings, add_rospec, set_config
from vision.rfid.llrp.tree import Message, message, parameter

SEED_FRAMES = (
    encode(add_rospec(1, ReaderSettings(antennas=(1, 2), phase=True, mode=3))),
    encode(set_config(2, ReaderSettings())),
    encode(
        message(
            "RO_ACCESS_REPORT",
            3,
            *(
                parameter(
                    "TagReportData",
                    parameter("EPC_96", EPC=bytes(11) + bytes((number,))),
                    parameter("AntennaID", AntennaID=number),
                    parameter("PeakRSSI", PeakRSSI=-50),
                )
                for number in range(4)
            ),
            parameter("TagReportData", parameter("EPCData", EPC=Bits(17, b"abc"))),
        )
    ),
    encode(
        message(
            "GET_READER_CAPABILITIES_RESPONSE",
            4,
            parameter("LLRPStatus", ErrorDescription="grüße"),
            parameter("C1G2LLRPCapabilities"),
        )
    ),
)


T = TypeVar("T")


def attempt(read: Callable[[], T], end: int) -> T | None:
    """The result, or ``None`` for an InvalidFrame, whose offset must be in front of the end."""
    try:
        return read()
    except InvalidFrame as error:
        offset = error.offset
    assert offset is not None
    assert 0 <= offset <= end
    return None


def survives(frame: bytes) -> None:
    """Reads a frame in both ways; whatever is wrong is an InvalidFrame with an offset, what is read
    is written again as it was, and reports are the same both ways."""
    found = attempt(lambda: decode(frame), len(frame))
    fast = attempt(lambda: read_reports(frame), len(frame)) if is_report(frame) else None
    if found is not None:
        assert encode(found) == frame
    if isinstance(found, Message) and is_report(frame):
        assert fast == attempt(lambda: reports_of(found), len(frame))


def framed(kind: int, body: bytes) -> bytes:
    return write_header(Header(1, kind, HEADER_BYTES + len(body), 9)) + body


@given(st.integers(0, 1023), st.binary(max_size=200))
def test_random_content_is_read_or_refused(kind: int, body: bytes) -> None:
    survives(framed(kind, body))


@given(st.binary(max_size=60))
def test_random_reports_are_read_or_refused(body: bytes) -> None:
    inner = struct.pack(">HH", 240, 4 + len(body)) + body
    survives(framed(61, inner + inner))


@given(st.sampled_from(SEED_FRAMES), st.data())
def test_flipped_bits_are_read_or_refused(frame: bytes, data: st.DataObject) -> None:
    broken = bytearray(frame)
    for _ in range(data.draw(st.integers(1, 4))):
        bit = data.draw(st.integers(8 * HEADER_BYTES, 8 * len(frame) - 1))
        broken[bit // 8] ^= 0x80 >> bit % 8
    survives(bytes(broken))


@given(st.sampled_from(SEED_FRAMES), st.data())
def test_frames_cut_short_are_read_or_refused(frame: bytes, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(frame) - 1))
    with pytest.raises(InvalidFrame):
        decode(frame[:end])
    if end >= HEADER_BYTES:
        shorter = frame[:2] + end.to_bytes(4, "big") + frame[6:end]
        survives(shorter)


@pytest.mark.shared
def test_flipped_and_cut_frames_of_others_are_read_or_refused(frames: list[bytes]) -> None:
    dice = random.Random(7)
    small = [frame for frame in frames if len(frame) < 3000]
    for frame in small:
        for _ in range(3):
            broken = bytearray(frame)
            bit = dice.randrange(8 * HEADER_BYTES, 8 * len(frame)) if len(frame) > 10 else 0
            broken[bit // 8] ^= (0x80 >> bit % 8) if bit else 0
            survives(bytes(broken))
            end = dice.randrange(HEADER_BYTES, len(frame) + 1)
            survives(frame[:2] + end.to_bytes(4, "big") + frame[6:end])


@pytest.mark.shared
def test_the_two_ways_of_reading_reports_agree_on_all_frames(frames: list[bytes]) -> None:
    reports = [frame for frame in frames if is_report(frame)]
    assert len(reports) > 100
    tags = 0
    for frame in reports:
        found = decode(frame)
        assert isinstance(found, Message)
        fast = read_reports(frame)
        assert fast == reports_of(found)
        tags += len(fast)
    assert tags > 33_000


def test_short_parameters_between_tags_hide_no_tags() -> None:
    tag = bytes.fromhex("00f0000c" + "00f1" + "0008" + "0010" + "aabb")
    between = bytes.fromhex("86ce")  # a PeakRSSI that belongs to no tag
    frame = framed(61, tag + between + tag)
    survives(frame)
    assert len(read_reports(frame)) == 2


# --- lengths -------------------------------------------------------------------------------------

REFUSED = {
    "a parameter without length": ("0000", "reserved|goes beyond"),
    "a length of zero": ("011f0000", "at least"),
    "a length below a head": ("011f0003", "at least"),
    "a length beyond the message": ("011f0009" + "0000" + "0000", "at least"),
    "a head cut short": ("011f", "head of a parameter"),
    "fields cut short": ("011f000600", "at least|beyond"),
    "a count beyond the parameter": ("011f0008" + "0000" + "0001", "items go beyond"),
    "bytes behind the fields": ("011f000d" + "0000" + "0000" + "0120000501", "beyond"),
    "bytes behind a parameter that holds none": ("00d9" + "0009" + "00000001" + "00", "too many"),
    "reserved bits of a head": ("7d1f0008" + "0000" + "0000", "reserved bits"),
    "a short parameter cut short": ("8100", "beyond"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_lengths_that_cannot_be_are_refused(case: str) -> None:
    body, problem = REFUSED[case]
    with pytest.raises(InvalidFrame, match=problem) as caught:
        decode(framed(4, bytes.fromhex(body)))
    assert caught.value.offset is not None
    assert caught.value.offset >= HEADER_BYTES


def nested(times: int) -> bytes:
    data = b""
    for _ in range(times):
        data = struct.pack(">HHHH", 289, 8 + len(data), 0, 0) + data
    return data


def test_nesting_without_end_is_refused() -> None:
    assert len(decode_parameters(nested(MOST_DEEP))) == 1
    with pytest.raises(InvalidFrame, match="inside each other"):
        decode_parameters(nested(MOST_DEEP + 1))
    with pytest.raises(InvalidFrame, match="inside each other"):
        decode_parameters(nested(8000))


REPORTS_REFUSED = {
    "no EPC": "00f0000781" + "0001",
    "a length of zero": "00f00000",
    "a parameter of length zero": "00f00008" + "00f10000",
    "a parameter beyond its report": "00f0000a" + "00f1" + "0010" + "0060",
    "more bits than bytes": "00f0000b" + "00f1" + "0007" + "0020" + "aa",
    "bytes behind the bits": "00f0000c" + "00f1" + "0008" + "0008" + "aabb",
    "a short parameter cut short": "00f00006" + "8d00",
    "a vendor's parameter cut short": "00f0000a" + "03ff" + "0006" + "0000",
    "reserved bits": "00f0000a" + "7cf1" + "0006" + "0000",
}


@pytest.mark.parametrize("case", REPORTS_REFUSED)
def test_reports_that_cannot_be_are_refused(case: str) -> None:
    body = bytes.fromhex(REPORTS_REFUSED[case])
    good = bytes.fromhex("00f0000c" + "00f1" + "0008" + "0010" + "aabb")
    assert len(read_reports(framed(61, good + good))) == 2
    for broken in (body, good + body, good + good + body):
        with pytest.raises(InvalidFrame) as caught:
            read_reports(framed(61, broken))
        assert caught.value.offset is not None
        assert caught.value.offset >= len(broken) - len(body) + HEADER_BYTES


def test_only_whole_reports_are_read_as_reports() -> None:
    frame = SEED_FRAMES[2]
    for other in (SEED_FRAMES[0], frame[:-1], frame + b"\x00", b"", frame[:5]):
        with pytest.raises(InvalidFrame, match="not one whole"):
            read_reports(other)


# --- streams -------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(SEED_FRAMES), max_size=6), st.data())
def test_a_stream_in_any_pieces_gives_its_frames(frames: list[bytes], data: st.DataObject) -> None:
    stream, buffer, found = b"".join(frames), FrameBuffer(), []
    while stream:
        size = data.draw(st.integers(1, 80))
        found += buffer.feed(stream[:size])
        stream = stream[size:]
    assert found == frames
    assert buffer.waiting == 0


@given(st.binary(max_size=400))
def test_random_streams_give_frames_or_are_refused(stream: bytes) -> None:
    buffer = FrameBuffer(most_bytes=1000)
    for frame in attempt(lambda: buffer.feed(stream), len(stream)) or []:
        survives(frame)
    assert buffer.waiting <= 1000


def test_what_is_not_complete_waits() -> None:
    buffer = FrameBuffer()
    frame = SEED_FRAMES[0]
    assert buffer.feed(frame[:3]) == []
    assert buffer.feed(frame[3:-1]) == []
    assert buffer.waiting == len(frame) - 1
    assert buffer.feed(frame[-1:]) == [frame]


HEADS = {
    "too long": ("0404001000010000000000", 2),
    "too short": ("04040000000900000000", 2),
    "nothing": ("00000000000000000000", 2),
    "reserved bits": ("e4040000000a00000000", 0),
    "no LLRP": (b"GET / HTTP/1.1\r\n".hex(), 0),
}


@pytest.mark.parametrize("case", HEADS)
def test_heads_that_cannot_be_break_the_stream(case: str) -> None:
    head, place = HEADS[case]
    buffer, good = FrameBuffer(), SEED_FRAMES[1]
    assert buffer.feed(good + bytes.fromhex(head)) == [good]
    assert buffer.broken is not None
    assert buffer.broken.offset == len(good) + place
    assert buffer.waiting == 0
    for more in (b"", good):
        with pytest.raises(InvalidFrame, match=f"byte {len(good) + place}"):
            buffer.feed(more)


def test_the_largest_message_is_taken_and_one_byte_more_is_not() -> None:
    largest = framed(999, bytes(500 - HEADER_BYTES))
    assert FrameBuffer(500).feed(largest) == [largest]
    with pytest.raises(InvalidFrame, match="10 to 499 bytes"):
        FrameBuffer(499).feed(largest)
