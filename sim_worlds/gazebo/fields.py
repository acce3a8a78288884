"""Walks over the fields of a protobuf message without decoding it (wire format of protobuf 2)."""

from collections.abc import Iterator
from typing import NamedTuple

VARINT = 0
FIXED_64 = 1
LENGTH_DELIMITED = 2
FIXED_32 = 5


class Field(NamedTuple):
    """One field: its number, its wire type and where its value lies."""

    number: int
    wire_type: int
    begin: int
    end: int


def varint(data: bytes, at: int) -> tuple[int, int]:
    """The number that begins at ``at``, and where the next byte is."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def fields(data: bytes, begin: int, end: int) -> Iterator[Field]:
    """The fields of the message in ``data[begin:end]``, in the order they stand there.

    Raises ``ValueError`` at a wire type that Gazebo's messages do not have.
    """
    at = begin
    while at < end:
        key, at = varint(data, at)
        wire_type = key & 7
        if wire_type == VARINT:
            _, stop = varint(data, at)
        elif wire_type == FIXED_64:
            stop = at + 8
        elif wire_type == LENGTH_DELIMITED:
            length, at = varint(data, at)
            stop = at + length
        elif wire_type == FIXED_32:
            stop = at + 4
        else:
            raise ValueError(f"wire type {wire_type} at byte {at}: no message of Gazebo's")
        yield Field(key >> 3, wire_type, at, stop)
        at = stop
