"""Variable-length strings of '+' schemes (EPC Tag Data Standard 2.3, 14.5.6, tables B and E).

Three bits say how the characters are written, then comes the length. The writer takes what needs
fewest bits; the reader takes all.
"""

import re

from planner.warehouse.errors import InvalidTag
from vision.rfid.epc.bits import BitReader, BitWriter
from vision.rfid.epc.characters import CAPITALS, DIGITS

_CODE_40 = "\0" + CAPITALS + "-.:" + DIGITS
"""Table 14-8; index 0 fills up the last three characters."""
_BASE_64 = CAPITALS + CAPITALS.lower() + DIGITS + "-_"
_UPPER_HEX = DIGITS + "ABCDEF"
_LOWER_HEX = DIGITS + "abcdef"
_ASCII = "".join(map(chr, range(128)))
_TRIPLE = 3
_TRIPLE_BITS = 16
_INTEGER, _CODE_40_INDICATOR = 0, 5
_ALPHABETS = {1: (_UPPER_HEX, 4), 2: (_LOWER_HEX, 4), 3: (_BASE_64, 6), 4: (_ASCII, 7)}
"""Alphabet and bits a character, by encoding indicator."""
_ENCODABLE = (
    (_INTEGER, re.compile(r"[0-9]+")),
    (1, re.compile(r"[0-9A-F]+")),
    (2, re.compile(r"[0-9a-f]+")),
    (3, re.compile(r"[0-9A-Za-z_-]+")),
    (_CODE_40_INDICATOR, re.compile(r"[0-9A-Z.:-]+")),
    (4, re.compile(r"[\x21-\x7A]+")),
)
"""Encoding indicators, and the texts for each."""


def integer_bits(digits: int) -> int:
    """Bits for a number of so many digits (table B)."""
    return int(10**digits - 1).bit_length()


def code_40_bits(characters: int) -> int:
    """Bits for so many characters in URN Code 40 (table B)."""
    return -(-characters // _TRIPLE) * _TRIPLE_BITS


def take_text(length_bits: int, longest: int, bits: BitReader, field: str) -> str:
    """Read a string with its encoding indicator. ``InvalidTag`` for what is none."""
    indicator = bits.take(3, field)
    length = checked_length(bits.take(length_bits, field), longest, field)
    if indicator == _INTEGER:
        return take_number(length, bits, field)
    if indicator == _CODE_40_INDICATOR:
        return take_code_40(length, bits, field)
    if indicator not in _ALPHABETS:
        raise InvalidTag(
            "this encoding indicator is reserved",
            field=field,
            value=indicator,
            remedy="Take the tag as none of GS1's, or write it anew.",
        )
    alphabet, width = _ALPHABETS[indicator]
    return "".join(alphabet[bits.take(width, field)] for _ in range(length))


def put_text(text: str, length_bits: int, bits: BitWriter) -> None:
    """Append a string in the encoding that needs fewest bits. Its characters must be checked."""
    fitting = [indicator for indicator, pattern in _ENCODABLE if pattern.fullmatch(text)]
    indicator = min(fitting, key=lambda one: _bits_of(one, len(text)))
    bits.put(indicator, 3)
    bits.put(len(text), length_bits)
    if indicator == _INTEGER:
        bits.put(int(text), integer_bits(len(text)))
    elif indicator == _CODE_40_INDICATOR:
        put_code_40(text, bits)
    else:
        alphabet, width = _ALPHABETS[indicator]
        for char in text:
            bits.put(alphabet.index(char), width)


def take_number(length: int, bits: BitReader, field: str) -> str:
    """Read a number of so many digits, leading zeros kept (14.5.6.1, 14.5.13)."""
    number = bits.take(integer_bits(length), field)
    if number >= 10**length:
        raise InvalidTag(
            f"the number has more than {length} digits",
            field=field,
            value=number,
            remedy="Take the tag as none of GS1's, or write it anew.",
        )
    return f"{number:0{length}d}"


def checked_length(length: int, longest: int, field: str) -> int:
    """A length that was read; ``InvalidTag`` if it is none."""
    if not 1 <= length <= longest:
        raise InvalidTag(
            f"the length must be 1 to {longest}",
            field=field,
            value=length,
            remedy="Take the tag as none of GS1's, or write it anew.",
        )
    return length


def take_code_40(length: int, bits: BitReader, field: str) -> str:
    """Read characters in URN Code 40, three in 16 bits (14.5.6.5)."""
    text = ""
    for _ in range(-(-length // _TRIPLE)):
        triple = bits.take(_TRIPLE_BITS, field) - 1
        if not 0 <= triple < len(_CODE_40) ** _TRIPLE:
            raise _no_code_40(field, triple + 1)
        first, rest = divmod(triple, 1600)
        text += _CODE_40[first] + _CODE_40[rest // 40] + _CODE_40[rest % 40]
    if "\0" in text[:length] or text[length:].strip("\0"):
        raise _no_code_40(field, text)
    return text[:length]


def put_code_40(text: str, bits: BitWriter) -> None:
    """Append characters in URN Code 40."""
    for start in range(0, len(text), _TRIPLE):
        first, second, third = (
            _CODE_40.index(char) for char in text[start : start + _TRIPLE].ljust(_TRIPLE, "\0")
        )
        bits.put(1600 * first + 40 * second + third + 1, _TRIPLE_BITS)


def _no_code_40(field: str, value: object) -> InvalidTag:
    return InvalidTag(
        "these bits are no characters of URN Code 40 of the length given",
        field=field,
        value=value,
        remedy="Take the tag as none of GS1's, or write it anew.",
    )


def _bits_of(indicator: int, length: int) -> int:
    if indicator == _INTEGER:
        return integer_bits(length)
    if indicator == _CODE_40_INDICATOR:
        return code_40_bits(length)
    return length * _ALPHABETS[indicator][1]
