"""'+' and '++' schemes between bits and the values of application identifiers (AI).

EPC Tag Data Standard 2.3, 14.5 (methods), 14.6 (coding tables), 15.3 (AIDC data, table F).
"""

import calendar

from planner.warehouse.errors import InvalidTag
from vision.rfid.epc.bits import BitReader, BitWriter
from vision.rfid.epc.characters import (
    SET_39,
    SET_82,
    check_digit,
    checked_characters,
    is_digits,
)
from vision.rfid.epc.hostnames import put_hostname, take_hostname
from vision.rfid.epc.identity import Epc
from vision.rfid.epc.legacy import checked_filter
from vision.rfid.epc.schemes import TABLE_F, Component, PlusScheme
from vision.rfid.epc.strings import (
    checked_length,
    integer_bits,
    put_text,
    take_number,
    take_text,
)

_DELIMITER, _TERMINATOR = 0xE, 0xF
_DIGIT_BITS = 4
_LEAST_DIGITS = 4
"""Digits that a GIAI or CPI begins with at least: part of any company prefix."""
_GRAI, _CPI, _ITIP = "8003", "8010", "8006"
_GTIN_DIGITS = 14
_CENTURY = 2000
_LARGEST_FILTER = 7


def take_plus(scheme: PlusScheme, bits: BitReader) -> Epc:
    """The EPC of a '+' or '++' scheme, its header already read. ``InvalidTag`` for what is none."""
    toggle = bits.take(1, "data toggle")
    filter_value = bits.take(3, "filter")
    date = _take_date(scheme, bits) if scheme.dates else None
    fields = tuple(_take_value(identifier, bits) for identifier in scheme.identifiers)
    hostname = take_hostname(bits) if scheme.has_hostname else None
    aidc = f"{bits.rest():0{bits.left}b}".rstrip("0") if toggle else None
    return Epc(scheme.name, filter_value, fields, date, hostname, aidc)


def put_plus(scheme: PlusScheme, epc: Epc, bits: BitWriter) -> None:
    """Append the EPC, header included. ``InvalidTag`` for values that cannot be written."""
    bits.put(scheme.header, 8)
    bits.put(epc.aidc_bits is not None, 1)
    bits.put(checked_filter(epc.filter, _LARGEST_FILTER), 3)
    if scheme.dates or epc.date is not None:
        _put_date(scheme, epc.date, bits)
    if len(epc.fields) != len(scheme.identifiers):
        raise InvalidTag(
            f"{scheme.name} has the AIs {', '.join(scheme.identifiers)}",
            field="fields",
            value=epc.fields,
            remedy=f"Give {len(scheme.identifiers)} values.",
        )
    for identifier, value in zip(scheme.identifiers, epc.fields, strict=True):
        _put_value(identifier, value, bits)
    if scheme.has_hostname:
        put_hostname(epc.hostname, bits)
    elif epc.hostname is not None:
        raise InvalidTag(
            f"{scheme.name} holds no host name",
            field="hostname",
            value=epc.hostname,
            remedy=f"Use {scheme.name}+.",
        )
    _put_aidc(epc.aidc_bits, bits)


def checked_value(identifier: str, value: object) -> str:
    """The value of an AI. ``InvalidTag`` for a wrong length, check digit or character."""
    if not isinstance(value, str):
        raise InvalidTag("a text is needed", field=_named(identifier), value=value)
    start = 0
    for component in TABLE_F[identifier]:
        part = value[start : start + component.size]
        _check_part(identifier, component, part)
        start += len(part)
    if start < len(value):
        raise InvalidTag(
            f"at most {start} characters fit",
            field=_named(identifier),
            value=value,
            remedy="Shorten it.",
        )
    return value


def _take_value(identifier: str, bits: BitReader) -> str:
    components = TABLE_F[identifier]
    return checked_value(
        identifier, "".join(_take_part(identifier, component, bits) for component in components)
    )


def _take_part(identifier: str, component: Component, bits: BitReader) -> str:
    field = _named(identifier)
    if component.kind == "fixed":
        return _take_decimals(component.size, bits, field)
    if component.kind == "text":
        return take_text(component.length_bits, component.size, bits, field)
    if component.kind == "number":
        length = checked_length(bits.take(component.length_bits, field), component.size, field)
        return take_number(length, bits, field)
    return _take_delimited(component, bits, field)


def _take_decimals(count: int, bits: BitReader, field: str) -> str:
    """Four bits a digit (14.5.4)."""
    text = f"{bits.take(_DIGIT_BITS * count, field):0{count}X}"
    if not is_digits(text):
        raise _digit_too_large(field, text)
    return text


def _take_delimited(component: Component, bits: BitReader, field: str) -> str:
    """Digits, then the end, or other characters behind a delimiter (14.5.5)."""
    text = ""
    while (digit := bits.take(_DIGIT_BITS, field)) < _DELIMITER and len(text) <= component.size:
        text += f"{digit:X}"
    if text and not is_digits(text):
        raise _digit_too_large(field, text)
    if digit == _DELIMITER:
        text += take_text(component.length_bits, component.size, bits, field)
    return text


def _digit_too_large(field: str, text: str) -> InvalidTag:
    return InvalidTag(
        "a digit is larger than 9",
        field=field,
        value=text,
        remedy="Take the tag as none of GS1's, or write it anew.",
    )


def _put_value(identifier: str, value: object, bits: BitWriter) -> None:
    text = checked_value(identifier, value)
    for component in TABLE_F[identifier]:
        part, text = text[: component.size], text[component.size :]
        if component.kind == "fixed":
            bits.put(int(part, 16), _DIGIT_BITS * component.size)
        elif component.kind == "text":
            put_text(part, component.length_bits, bits)
        elif component.kind == "number":
            bits.put(len(part), component.length_bits)
            bits.put(int(part), integer_bits(len(part)))
        else:
            _put_delimited(component, part, bits)


def _put_delimited(component: Component, text: str, bits: BitWriter) -> None:
    digits = len(text) - len(text.lstrip("0123456789"))
    bits.put(int(text[:digits], 16), _DIGIT_BITS * digits)
    if digits == len(text):
        bits.put(_TERMINATOR, _DIGIT_BITS)
        return
    bits.put(_DELIMITER, _DIGIT_BITS)
    put_text(text[digits:], component.length_bits, bits)


def _check_part(identifier: str, component: Component, part: str) -> None:
    field = _named(identifier)
    if component.kind == "fixed":
        _check_key(identifier, component.size, part)
    elif not part:
        raise InvalidTag(
            "a serial number is needed", field=field, value=part, remedy="A class is no EPC."
        )
    elif component.kind == "number":
        checked_characters(part, frozenset("0123456789"), field)
    else:
        checked_characters(part, SET_39 if identifier == _CPI else SET_82, field)
        if component.kind == "delimited" and not _begins_right(part):
            raise InvalidTag(
                "it must begin with digits of a company prefix",
                field=field,
                value=part,
                remedy="Give the whole key.",
            )


def _begins_right(text: str) -> bool:
    return len(text) > _LEAST_DIGITS and is_digits(text[:_LEAST_DIGITS])


def _check_key(identifier: str, size: int, part: str) -> None:
    """Length, digits and check digit of a key; an ITIP has piece and total behind its GTIN."""
    if len(part) != size or not is_digits(part):
        raise InvalidTag(
            f"{size} digits are needed",
            field=_named(identifier),
            value=part,
            remedy="Fill up with zeros on the left.",
        )
    key = part[:_GTIN_DIGITS] if identifier == _ITIP else part
    if key[-1] != check_digit(key[:-1]):
        raise InvalidTag(
            f"the check digit must be {check_digit(key[:-1])}",
            field=_named(identifier),
            value=part,
            remedy="Read the key again.",
        )
    if identifier == _GRAI and part[0] != "0":
        raise InvalidTag(
            "a GRAI begins with a zero", field=_named(identifier), value=part, remedy="Add it."
        )


def _take_date(scheme: PlusScheme, bits: BitReader) -> tuple[str, str]:
    """A prioritised date (14.5.3)."""
    kind = bits.take(4, "date type")
    year, month, day = bits.take(7, "date"), bits.take(4, "date"), bits.take(5, "date")
    if kind >= len(scheme.dates):
        raise InvalidTag(
            "this date type is reserved",
            field="date type",
            value=kind,
            remedy="Take the tag as none of GS1's, or write it anew.",
        )
    identifier = scheme.dates[kind]
    return identifier, _checked_date(identifier, f"{year:02d}{month:02d}{day:02d}")


def _put_date(scheme: PlusScheme, date: tuple[str, str] | None, bits: BitWriter) -> None:
    if date is None or not scheme.dates or date[0] not in scheme.dates:
        raise InvalidTag(
            f"{scheme.name} holds a date of the AIs {', '.join(scheme.dates) or 'none'}",
            field="date",
            value=date,
            remedy="Give one of them, or use another scheme.",
        )
    text = _checked_date(*date)
    bits.put(scheme.dates.index(date[0]), 4)
    for start, width in ((0, 7), (2, 4), (4, 5)):
        bits.put(int(text[start : start + 2]), width)


def _checked_date(identifier: str, text: str) -> str:
    """YYMMDD; day 00 stands for the whole month."""
    if len(text) == 6 and is_digits(text) and 1 <= int(text[2:4]) <= 12:
        year = _CENTURY + int(text[:2])
        if int(text[4:]) <= calendar.monthrange(year, int(text[2:4]))[1]:
            return text
    raise InvalidTag(
        "there is no such date", field=_named(identifier), value=text, remedy="Write it as YYMMDD."
    )


def _put_aidc(aidc_bits: object, bits: BitWriter) -> None:
    if aidc_bits is None:
        return
    if not isinstance(aidc_bits, str) or set(aidc_bits) - {"0", "1"}:
        raise InvalidTag(
            "data behind the EPC is given as bits",
            field="aidc_bits",
            value=aidc_bits,
            remedy="Give a text of 0 and 1.",
        )
    bits.put(int(aidc_bits or "0", 2), len(aidc_bits))


def _named(identifier: str) -> str:
    return f"({identifier})"
