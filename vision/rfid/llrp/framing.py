"""Frames out of a stream of bytes.

Every LLRP message begins with ten bytes: reserved bits (3), version (3) and type (10), the length
of the message with this header (32) and its id (32); LLRP 1.0.1, clause 16.1.
"""

import struct
from typing import NamedTuple

from planner.warehouse.errors import InvalidFrame

HEADER_BYTES = 10
MOST_BYTES = 1 << 20
"""Largest message that is taken unless a caller says otherwise: 1 MiB."""
ANY_BYTES = (1 << 32) - 1
"""The largest length that a header can say."""

_HEADER = struct.Struct(">HII")


class Header(NamedTuple):
    """The head of a message: version (1 is LLRP 1.0.1, 2 is 1.1), type number, length of the whole
    message in bytes, message id."""

    version: int
    kind: int
    length: int
    id: int


def read_header(data: bytes | bytearray, at: int = 0, most_bytes: int = MOST_BYTES) -> Header:
    """The header that begins at a byte; ``data`` must hold all of it. Raises ``InvalidFrame`` for
    reserved bits that are set and for lengths that no message has."""
    head, length, message_id = _HEADER.unpack_from(data, at)
    if head >> 13:
        raise InvalidFrame(
            "reserved bits of a message are set",
            offset=at,
            value=f"{head:#06x}",
            remedy="The stream is out of step, or this is not LLRP.",
        )
    if not HEADER_BYTES <= length <= most_bytes:
        raise InvalidFrame(
            f"a message has {HEADER_BYTES} to {most_bytes} bytes",
            offset=at + 2,
            value=length,
            remedy="The stream is out of step, or this is not LLRP.",
        )
    return Header(head >> 10, head & 0x3FF, length, message_id)


def write_header(header: Header) -> bytes:
    """The ten bytes. Raises ``InvalidFrame`` for numbers that do not fit in."""
    version, kind, length, message_id = header
    if not (0 <= version < 8 and 0 <= kind < 1 << 10 and 0 <= message_id < 1 << 32):
        raise InvalidFrame("does not fit in a header", value=header, remedy="Ids have 32 bits.")
    if length > ANY_BYTES:
        raise InvalidFrame("message too long", value=length, remedy="Send less in one message.")
    return _HEADER.pack(version << 10 | kind, length, message_id)


class FrameBuffer:
    """Cuts a stream of bytes into messages; what is not complete waits for more.

    It never holds more than one incomplete message of ``most_bytes`` and what was fed last. After
    an ``InvalidFrame`` nothing more can be read from the stream: every call raises the same again.
    """

    def __init__(self, most_bytes: int = MOST_BYTES):
        self._most_bytes = most_bytes
        self._waiting = bytearray()
        self._before = 0
        """Bytes of the stream in front of those that wait."""
        self._broken: InvalidFrame | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """Takes bytes in and gives the messages they complete. Raises ``InvalidFrame``, with the
        offset in the stream, once nothing in front of the fault is left to give; :attr:`broken`
        says so before."""
        if self._broken is not None:
            raise self._broken
        self._waiting += data
        frames: list[bytes] = []
        at = 0
        while len(self._waiting) - at >= HEADER_BYTES:
            try:
                length = read_header(self._waiting, at, self._most_bytes).length
            except InvalidFrame as error:
                self._broken = self._in_stream(error)
                break
            if len(self._waiting) - at < length:
                break
            frames.append(bytes(self._waiting[at : at + length]))
            at += length
        del self._waiting[:at]
        self._before += at
        if self._broken is not None:
            self._waiting.clear()
            if not frames:
                raise self._broken
        return frames

    @property
    def broken(self) -> InvalidFrame | None:
        """Why nothing more can be read from the stream, if so."""
        return self._broken

    @property
    def waiting(self) -> int:
        """Bytes of a message that is not complete yet."""
        return len(self._waiting)

    def _in_stream(self, error: InvalidFrame) -> InvalidFrame:
        offset = self._before + (error.offset or 0)
        return InvalidFrame(error.problem, offset=offset, value=error.value, remedy=error.remedy)
