"""Fields of legacy schemes: how their text becomes bits, and back.

One pair of functions for each coding method of EPC Tag Data Standard 2.3, 14.3 and 14.4. Both
directions refuse the same texts, so that whatever decodes can be encoded again.
"""

from collections.abc import Callable
from typing import NamedTuple

from planner.warehouse.errors import InvalidTag
from vision.rfid.epc.bits import BitReader, BitWriter
from vision.rfid.epc.characters import (
    CAGE_CHARACTERS,
    SET_39,
    SET_82,
    checked_characters,
    is_digits,
)
from vision.rfid.epc.schemes import Field

_SEVEN_BITS = 7
_SIX_BITS = 6
_EIGHT_BITS = 8
_NO_DODAAC = 0b100000
"""Stands before a CAGE code, which is one character shorter than a DoDAAC."""
_CAGE_LENGTHS = (5, 6)
_SIX_BIT_CHARACTERS = {ord(char) & 0x3F: char for char in SET_39}


class _Method(NamedTuple):
    take: Callable[[Field, BitReader], str]
    put: Callable[[Field, str, BitWriter], None]


def taken_field(field: Field, bits: BitReader) -> str:
    """Read a field. ``InvalidTag`` if its bits mean nothing."""
    return _METHODS[field.kind].take(field, bits)


def put_field(field: Field, text: str, bits: BitWriter) -> None:
    """Append a field. ``InvalidTag`` if the text cannot be written there."""
    if not isinstance(text, str):
        raise InvalidTag("a text is needed", field=field.name, value=text, remedy="Give a text.")
    _METHODS[field.kind].put(field, text, bits)


def _take_digits(field: Field, bits: BitReader) -> str:
    """Zero-padded digits (14.4.3, partition table; 14.4.10, fixed width integer)."""
    number = _within(field, bits.take(_bits(field), field.name))
    return f"{number:0{field.size}d}" if field.size else ""


def _put_digits(field: Field, text: str, bits: BitWriter) -> None:
    if len(text) != field.size or (text and not is_digits(text)):
        raise InvalidTag(
            f"{field.size} digits are needed",
            field=field.name,
            value=text,
            remedy="Company prefix and reference together have a fixed number of digits.",
        )
    bits.put(int(text or "0"), _bits(field))


def _take_integer(field: Field, bits: BitReader) -> str:
    """A number without leading zeros (14.4.1, integer; 14.4.4, unpadded partition table)."""
    return str(_within(field, bits.take(_bits(field), field.name)))


def _put_integer(field: Field, text: str, bits: BitWriter) -> None:
    largest = field.maximum or 0
    if not is_digits(text) or (text[0] == "0" and text != "0") or len(text) > len(str(largest)):
        raise InvalidTag(
            f"a number up to {largest} without leading zeros is needed",
            field=field.name,
            value=text,
            remedy="Use a longer scheme for other serials.",
        )
    bits.put(_within(field, int(text)), _bits(field))


def _take_numeric(field: Field, bits: BitReader) -> str:
    """Digits with their leading zeros, kept by a 1 before them (14.4.6, numeric string)."""
    text = str(bits.take(_bits(field), field.name))
    if text[0] != "1" or not 1 < len(text) <= 1 + (field.size or 0):
        raise InvalidTag(
            "such a number begins with a 1 that is not part of it",
            field=field.name,
            value=text,
            remedy="Take the tag as none of GS1's, or write it anew.",
        )
    return text[1:]


def _put_numeric(field: Field, text: str, bits: BitWriter) -> None:
    if not is_digits(text) or len(text) > (field.size or 0):
        raise InvalidTag(
            f"1 to {field.size} digits are needed",
            field=field.name,
            value=text,
            remedy="Use digits only.",
        )
    bits.put(int("1" + text), _bits(field))


def _take_seven_bit(field: Field, bits: BitReader) -> str:
    """Seven bits a character, filled up with zeros (14.4.2, string; 14.4.5, string partition)."""
    length = _bits(field)
    number = bits.take(length, field.name)
    codes = [number >> shift & 0x7F for shift in range(length - _SEVEN_BITS, -1, -_SEVEN_BITS)]
    text = bytes(codes).rstrip(b"\0").decode("ascii")
    if number & (1 << length % _SEVEN_BITS) - 1:
        raise InvalidTag(
            "bits behind the last character must be zero",
            field=field.name,
            value=f"{number:X}",
            remedy="Take the tag as none of GS1's, or write it anew.",
        )
    return _fitting(field, text, SET_82)


def _put_seven_bit(field: Field, text: str, bits: BitWriter) -> None:
    _fitting(field, text, SET_82)
    start = bits.length
    for char in text:
        bits.put(ord(char), _SEVEN_BITS)
    bits.put(0, _bits(field) - (bits.length - start))


def _take_six_bit(field: Field, bits: BitReader) -> str:
    """Six bits a character and six zeros at the end (14.4.8, 14.4.9)."""
    text = ""
    while code := bits.take(_SIX_BITS, field.name):
        text += _six_bit_character(field, code)
        if len(text) > (field.size or 0):
            break
    return _fitting(field, text, SET_39)


def _put_six_bit(field: Field, text: str, bits: BitWriter) -> None:
    for char in _fitting(field, text, SET_39):
        bits.put(ord(char) & 0x3F, _SIX_BITS)
    bits.put(0, _SIX_BITS)


def _take_adi(field: Field, bits: BitReader) -> str:
    return _checked_adi(field, _take_six_bit(field, bits))


def _put_adi(field: Field, text: str, bits: BitWriter) -> None:
    _put_six_bit(field, _checked_adi(field, text), bits)


def _checked_adi(field: Field, text: str) -> str:
    """'#' only as the first character of a serial (14.6.14.1, notes)."""
    rest = text[1:] if field.kind == "adi_serial" else text
    if "#" in rest:
        raise InvalidTag(
            "'#' may only be the first character of a serial",
            field=field.name,
            value=text,
            remedy="Leave it out.",
        )
    return text


def _take_cage(field: Field, bits: BitReader) -> str:
    """CAGE code or DoDAAC in six times six bits (14.4.7)."""
    codes = [bits.take(_SIX_BITS, field.name) for _ in range(6)]
    if codes[0] == _NO_DODAAC:
        del codes[0]
    return _checked_cage(field, "".join(_six_bit_character(field, code) for code in codes))


def _put_cage(field: Field, text: str, bits: BitWriter) -> None:
    _checked_cage(field, text)
    if len(text) == _CAGE_LENGTHS[0]:
        bits.put(_NO_DODAAC, _SIX_BITS)
    for char in text:
        bits.put(ord(char) & 0x3F, _SIX_BITS)


def _take_eight_bit(field: Field, bits: BitReader) -> str:
    """CAGE code or DoDAAC in six bytes, a space before a CAGE code (USDOD-96)."""
    raw = bits.take(_bits(field), field.name).to_bytes(6, "big")
    return _checked_cage(field, raw.removeprefix(b" ").decode("latin-1"))


def _put_eight_bit(field: Field, text: str, bits: BitWriter) -> None:
    for char in _checked_cage(field, text).rjust(6):
        bits.put(ord(char), _EIGHT_BITS)


def _checked_cage(field: Field, text: str) -> str:
    if len(text) not in _CAGE_LENGTHS:
        raise InvalidTag(
            "a CAGE code has 5 characters, a DoDAAC 6",
            field=field.name,
            value=text,
            remedy="Give one of them.",
        )
    return checked_characters(text, CAGE_CHARACTERS, field.name)


def _six_bit_character(field: Field, code: int) -> str:
    char = _SIX_BIT_CHARACTERS.get(code)
    if char is None:
        raise InvalidTag(
            "no character has this six bit code",
            field=field.name,
            value=f"{code:06b}",
            remedy="Take the tag as none of GS1's, or write it anew.",
        )
    return char


def _fitting(field: Field, text: str, allowed: frozenset[str]) -> str:
    least = 0 if field.kind == "adi_part" else 1
    if not least <= len(text) <= (field.size or 0):
        raise InvalidTag(
            f"{least} to {field.size} characters are needed",
            field=field.name,
            value=text,
            remedy="Shorten it, or use another scheme.",
        )
    return checked_characters(text, allowed, field.name)


def _within(field: Field, number: int) -> int:
    if number > (field.maximum or 0):
        raise InvalidTag(
            f"the number is larger than {field.maximum}",
            field=field.name,
            value=number,
            remedy="Use a smaller number, or take the tag as none of GS1's.",
        )
    return number


def _bits(field: Field) -> int:
    return field.bits or 0


_METHODS = {
    "digits": _Method(_take_digits, _put_digits),
    "integer": _Method(_take_integer, _put_integer),
    "numeric": _Method(_take_numeric, _put_numeric),
    "seven_bit": _Method(_take_seven_bit, _put_seven_bit),
    "six_bit": _Method(_take_six_bit, _put_six_bit),
    "adi_part": _Method(_take_adi, _put_adi),
    "adi_serial": _Method(_take_adi, _put_adi),
    "cage": _Method(_take_cage, _put_cage),
    "eight_bit": _Method(_take_eight_bit, _put_eight_bit),
}
