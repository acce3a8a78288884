"""EPCs between the bits of a tag and :class:`Epc` (EPC Tag Data Standard 2.3, 14 and 15)."""

import re

from planner.warehouse.errors import InvalidTag
from vision.rfid.epc.bits import BitReader, BitWriter
from vision.rfid.epc.fast import FAST
from vision.rfid.epc.identity import Epc
from vision.rfid.epc.legacy import put_legacy, take_legacy
from vision.rfid.epc.plus import put_plus, take_plus
from vision.rfid.epc.schemes import BY_HEADER, LegacyScheme, scheme_named

WORD_BITS = 16
MOST_BITS = 31 * WORD_BITS
"""The length bits of a Gen2 tag count words from 0 to 31 (TDS 2.3, 15.1)."""
_FAST_BYTES = 12
_HEX = re.compile("[0-9A-Fa-f]{2,124}", re.ASCII)
_WHY_UNKNOWN = {
    0x00: "the tag was never written",
    0xE2: "these are bits of a TID memory bank, not of an EPC",
}


def decode(data: bytes | bytearray | memoryview | str, bit_length: int | None = None) -> Epc:
    """The EPC of a tag, given as bytes or as hexadecimal digits.

    ``bit_length`` is the exact length where the data is filled up with zeros. Without it the data
    may be longer than the EPC by less than a word of 16 bits, all zero, as readers report it.
    Raises ``InvalidTag`` for all that is no EPC of TDS 2.3.
    """
    if bit_length is None and (isinstance(data, bytes) and len(data) == _FAST_BYTES):
        quick = FAST.get(data[0])
        if quick is not None:
            epc = quick(int.from_bytes(data))
            if epc is not None:
                return epc
    return decode_generic(data, bit_length)


def decode_generic(
    data: bytes | bytearray | memoryview | str, bit_length: int | None = None
) -> Epc:
    """As :func:`decode`, always by the tables: what the fast path is held against."""
    value, length = _number(data, bit_length)
    bits = BitReader(value, length)
    header = bits.take(8, "header")
    scheme = BY_HEADER.get(header)
    if scheme is None:
        raise InvalidTag(
            _WHY_UNKNOWN.get(header, "this EPC header is not assigned"),
            field="header",
            value=f"{header:02X}",
            remedy="Take the tag as none of GS1's.",
        )
    epc = take_legacy(scheme, bits) if isinstance(scheme, LegacyScheme) else take_plus(scheme, bits)
    if epc.aidc_bits is None:
        _refuse_rest(epc, bits)
    return epc


def encode(epc: Epc) -> bytes:
    """The bytes of the EPC memory bank from bit 20h on, filled up with zeros to a word of 16 bits.

    Raises ``InvalidTag`` for an EPC that cannot be written: an unknown scheme, a wrong length,
    character or check digit, or more bits than a tag can hold.
    """
    value, length = encode_bits(epc)
    padding = -length % WORD_BITS
    return (value << padding).to_bytes((length + padding) // 8)


def encode_bits(epc: Epc) -> tuple[int, int]:
    """The EPC as an unsigned integer and its exact length in bits; errors as :func:`encode`."""
    if not isinstance(epc.scheme, str) or not isinstance(epc.fields, tuple):
        raise InvalidTag(
            "an EPC has a scheme and a tuple of fields", field="epc", value=epc, remedy="Give both."
        )
    scheme = scheme_named(epc.scheme)
    bits = BitWriter()
    if isinstance(scheme, LegacyScheme):
        put_legacy(scheme, epc, bits)
    else:
        put_plus(scheme, epc, bits)
    if bits.length > MOST_BITS:
        raise InvalidTag(
            f"a tag holds at most {MOST_BITS} bits",
            field="epc",
            value=bits.length,
            remedy="Shorten serial, host name or data, or use a scheme without host name.",
        )
    return bits.value, bits.length


def _number(data: object, bit_length: int | None) -> tuple[int, int]:
    """The data as a number and its length in bits."""
    if isinstance(data, str):
        if not _HEX.fullmatch(data):
            raise _no_data("hexadecimal digits are needed, 2 to 124", data)
        value, length = int(data, 16), 4 * len(data)
    elif isinstance(data, bytes | bytearray | memoryview):
        raw = bytes(data)
        if not 1 <= 8 * len(raw) <= MOST_BITS:
            raise _no_data("an EPC has 1 to 62 bytes", f"{len(raw)} bytes")
        value, length = int.from_bytes(raw), 8 * len(raw)
    else:
        raise _no_data("an EPC is bytes or hexadecimal digits", data)
    if bit_length is None:
        return value, length
    if type(bit_length) is not int or not 8 <= bit_length <= length:
        raise InvalidTag(
            f"the length must be 8 to {length}, as much as was given",
            field="bit_length",
            value=bit_length,
            remedy="Give all bytes of the EPC.",
        )
    if value & (1 << length - bit_length) - 1:
        raise _no_data("bits behind the length given must be zero", f"{value:X}")
    return value >> length - bit_length, bit_length


def _no_data(problem: str, value: object) -> InvalidTag:
    return InvalidTag(problem, field="data", value=value, remedy="Give what the reader reported.")


def _refuse_rest(epc: Epc, bits: BitReader) -> None:
    """Behind the EPC there may be less than a word, of zeros."""
    rest = bits.rest()
    if not rest and bits.left < WORD_BITS:
        return
    raise InvalidTag(
        f"{bits.left} bits follow where {epc.scheme} ends",
        field="length",
        value=f"{rest:X}",
        remedy="Only zeros up to the next 16 bits may follow, unless the data toggle is set.",
    )
