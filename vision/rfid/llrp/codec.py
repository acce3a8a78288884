"""Messages to bytes and back, driven by the protocol's definitions.

Reading is strict about lengths and lax about content: parameters are taken in any order, unknown
ones are kept as they are, and numbers outside an enumeration are numbers. So every message that can
be read is written again byte for byte. What a message should hold is :mod:`.conformance`'s part.
"""

import struct
from functools import cache

from planner.warehouse.errors import InvalidFrame
from vision.rfid.llrp.definitions import FIRST_TLV, Definition, Value, protocol
from vision.rfid.llrp.framing import ANY_BYTES, HEADER_BYTES, Header, read_header, write_header
from vision.rfid.llrp.layout import Layout, layout, read_fields, write_fields
from vision.rfid.llrp.tree import Message, Parameter, Unknown, UnknownMessage

MOST_DEEP = 32
"""Parameters inside each other at most; LLRP itself needs eight. ``ParameterError`` may hold
another one without end, which nobody needs."""

_Reader = tuple[str, Layout, bool]
"""A message or parameter by name: its fields, and whether parameters may follow them."""

_TLV = struct.Struct(">HH")
_TLV_HEADER_BYTES = 4
_MOST_TLV_BYTES = 0xFFFF


def decode(frame: bytes) -> Message | UnknownMessage:
    """One whole message. Raises ``InvalidFrame`` with the offset of what is wrong."""
    if len(frame) < HEADER_BYTES:
        raise InvalidFrame(
            "a message has at least ten bytes", offset=0, value=len(frame), remedy="Read on."
        )
    version, kind, length, message_id = read_header(frame, 0, ANY_BYTES)
    if length != len(frame):
        raise InvalidFrame(
            f"the header says {length} bytes",
            offset=2,
            value=len(frame),
            remedy="Cut the stream with FrameBuffer.",
        )
    definition = protocol().message_numbers.get(kind)
    if definition is None:
        return UnknownMessage(kind, message_id, frame[HEADER_BYTES:], version)
    fields, parameters = _content(_reader(definition), frame, HEADER_BYTES, length, 0)
    return Message(definition.name, message_id, fields, parameters, version)


def encode(message: Message | UnknownMessage) -> bytes:
    """A message as bytes. Raises ``InvalidFrame`` naming the field that cannot be written."""
    if isinstance(message, UnknownMessage):
        kind, body = message.kind, message.data
    else:
        definition = protocol().messages.get(message.name)
        if definition is None:
            raise InvalidFrame("not a message of LLRP", value=message.name, remedy="See tree.py.")
        kind = definition.number
        body = write_fields(layout(definition), message.fields, message.name)
        body += b"".join(encode_parameter(each) for each in message.parameters)
    header = Header(message.version, kind, HEADER_BYTES + len(body), message.id)
    return write_header(header) + body


def encode_parameter(parameter: Parameter | Unknown) -> bytes:
    """A parameter as bytes, as :func:`encode`."""
    if isinstance(parameter, Unknown):
        return parameter.data
    definition = protocol().parameters.get(parameter.name)
    if definition is None:
        raise InvalidFrame("not a parameter of LLRP", value=parameter.name, remedy="See tree.py.")
    body = write_fields(layout(definition), parameter.fields, parameter.name)
    body += b"".join(encode_parameter(each) for each in parameter.parameters)
    if definition.number < FIRST_TLV:
        return bytes((0x80 | definition.number,)) + body
    length = _TLV_HEADER_BYTES + len(body)
    if length > _MOST_TLV_BYTES:
        raise InvalidFrame(
            f"a parameter has {_MOST_TLV_BYTES} bytes at most",
            field=parameter.name,
            value=length,
            remedy="Make two of it.",
        )
    return _TLV.pack(definition.number, length) + body


def decode_parameters(data: bytes) -> tuple[Parameter | Unknown, ...]:
    """Parameters that follow each other, as vendors' messages hold them. Raises as
    :func:`decode`."""
    return _parameters(data, 0, len(data), 0)


def _content(
    reader: _Reader, data: bytes, at: int, end: int, depth: int
) -> tuple[dict[str, Value], tuple[Parameter | Unknown, ...]]:
    name, plan, nested = reader
    fields, at = read_fields(plan, data, at, end)
    if at == end:
        return fields, ()
    if not nested:
        raise InvalidFrame(
            f"{end - at} bytes too many",
            field=name,
            offset=at,
            remedy="Nothing may follow its fields.",
        )
    return fields, _parameters(data, at, end, depth)


def _parameters(data: bytes, at: int, end: int, depth: int) -> tuple[Parameter | Unknown, ...]:
    if depth >= MOST_DEEP:
        raise InvalidFrame(
            f"more than {MOST_DEEP} parameters inside each other", offset=at, remedy="Refuse it."
        )
    found: list[Parameter | Unknown] = []
    short, long = _readers()
    while at < end:
        head = data[at]
        if head & 0x80:
            plan = short.get(head)
            if plan is None:
                found.append(Unknown(data[at:end]))
                break
            fields, at = read_fields(plan[1], data, at + 1, end)
            found.append(Parameter(plan[0], fields))
            continue
        kind, after = tlv_at(data, at, end)
        known = long.get(kind)
        if known is None:
            found.append(Unknown(data[at:after]))
        else:
            inside = _content(known, data, at + _TLV_HEADER_BYTES, after, depth + 1)
            found.append(Parameter(known[0], *inside))
        at = after
    return tuple(found)


def tlv_at(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Number and end of the TLV parameter at a byte. Raises ``InvalidFrame`` if it cannot be."""
    if at + _TLV_HEADER_BYTES > end:
        raise InvalidFrame(
            f"the head of a parameter goes beyond the end at byte {end}",
            offset=at,
            remedy="A length is wrong.",
        )
    kind, length = _TLV.unpack_from(data, at)
    if kind >> 10:
        raise InvalidFrame(
            "reserved bits of a parameter are set",
            offset=at,
            value=f"{kind:#06x}",
            remedy="A length in front of it is wrong.",
        )
    if length < _TLV_HEADER_BYTES or at + length > end:
        raise InvalidFrame(
            f"a parameter of {end - at} bytes at most has {_TLV_HEADER_BYTES} at least",
            offset=at + 2,
            value=length,
            remedy="A length is wrong.",
        )
    return kind, at + length


def _reader(definition: Definition) -> _Reader:
    return definition.name, layout(definition), bool(definition.parts)


@cache
def _readers() -> tuple[dict[int, _Reader], dict[int, _Reader]]:
    """TV parameters by their byte of header, and TLV parameters by number."""
    numbers = protocol().parameter_numbers.items()
    short = {0x80 | n: _reader(definition) for n, definition in numbers if n < FIRST_TLV}
    return short, {n: _reader(definition) for n, definition in numbers if n >= FIRST_TLV}
