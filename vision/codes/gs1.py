"""GS1 data in codes: which thing, which unit, which lot, until when.

A code says by its AIM symbology identifier (ISO/IEC 15424) whether it holds GS1 data: element
strings behind FNC1 (``]C1`` GS1-128, ``]d2`` GS1 DataMatrix, ``]Q3`` GS1 QR Code, ``]e0``), or a
bare GTIN (``]E0``, ``]E4`` EAN/UPC; ``]I1`` ITF-14). Other codes are never looked at as GS1 data,
even where their digits would do. Element strings are those of the GS1 General Specifications,
chapter 3; biip knows the application identifiers.
"""

import calendar
from dataclasses import dataclass
from datetime import date

from biip import ParseError
from biip.gs1_element_strings import GS1ElementString

from planner.warehouse.errors import InvalidCode
from vision.codes.symbologies import FNC1

ELEMENT_STRINGS = frozenset(("]C1", "]d2", "]Q3", "]e0"))
RETAIL_ITEM = frozenset(("]E0", "]E1", "]E2", "]E3", "]E4"))
ITF_WITH_CHECK_DIGIT = "]I1"
_GTIN_LENGTHS = (8, 12, 13, 14)


@dataclass(frozen=True, slots=True)
class Element:
    """One element string: application identifier, data title of the standard, value."""

    ai: str
    title: str
    value: str


@dataclass(frozen=True, slots=True)
class Gs1Data:
    """What a code says in GS1's terms; ``None`` where it says nothing of it. ``raw`` is the text as
    read, ``gtin`` and ``content_gtin`` have 14 digits."""

    raw: str
    elements: tuple[Element, ...] = ()
    gtin: str | None = None
    """AI 01: the trade item itself."""
    sscc: str | None = None
    """AI 00: the logistic unit (a pallet, a carton)."""
    lot: str | None = None
    """AI 10."""
    serial: str | None = None
    """AI 21."""
    gln: str | None = None
    """AI 414: a physical location."""
    content_gtin: str | None = None
    """AI 02: the trade items within a logistic unit."""
    count: int | None = None
    """AI 37: how many of them."""
    expiry_yymmdd: str | None = None
    """AI 17, as printed; day 00 is the last of the month."""
    best_before_yymmdd: str | None = None
    """AI 15, as printed."""

    def expiry(self, this_year: int) -> date | None:
        """AI 17 as a date, for who reads it in ``this_year``."""
        return _dated(self.expiry_yymmdd, this_year, self.raw)

    def best_before(self, this_year: int) -> date | None:
        """AI 15 as a date, for who reads it in ``this_year``."""
        return _dated(self.best_before_yymmdd, this_year, self.raw)


def gs1_data(text: str, aim_id: str) -> Gs1Data | None:
    """What a code with this text and AIM symbology identifier says; ``None`` if it holds no GS1
    data.

    Raises ``InvalidCode`` for a check digit that is wrong, an application identifier that is not
    in the standard, or a value that is not as it says there.
    """
    if aim_id in ELEMENT_STRINGS:
        return _with_elements(text, _elements(text))
    if aim_id in RETAIL_ITEM or (aim_id == ITF_WITH_CHECK_DIGIT and len(text) == 14):
        return Gs1Data(text, gtin=_gtin_14(text))
    return None


def check_digit(digits: str) -> int:
    """The check digit behind these digits (GS1 General Specifications 7.9)."""
    weighted = (int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return -sum(weighted) % 10


def _gtin_14(text: str) -> str:
    if len(text) not in _GTIN_LENGTHS or not (text.isascii() and text.isdigit()):
        raise InvalidCode(
            "a GTIN has 8, 12, 13 or 14 digits", field="GTIN", value=text, remedy="Read it again."
        )
    if check_digit(text[:-1]) != int(text[-1]):
        raise InvalidCode(
            f"the check digit should be {check_digit(text[:-1])}",
            field="GTIN",
            value=text,
            remedy="Read it again; if it stays so, the label is printed wrongly.",
        )
    return text.zfill(14)


def _elements(text: str) -> tuple[GS1ElementString, ...]:
    """All element strings of a text, checked."""
    rest = text.lstrip(FNC1)
    if not rest or not rest.isascii():
        raise InvalidCode(
            "no element strings, though the code is marked as GS1",
            field="text",
            value=text,
            remedy="Print element strings, or a code without FNC1 at its beginning.",
        )
    found: list[GS1ElementString] = []
    while rest:
        element = _first(rest, text)
        found.append(element)
        rest = rest[len(element) :]
        if rest and element.ai.separator_required and not rest.startswith(FNC1):
            raise InvalidCode(
                "the value is too long, or has a character that is not allowed",
                field=f"AI {element.ai.ai}",
                value=text,
                remedy="End it with FNC1 where more follows.",
            )
        rest = rest.lstrip(FNC1)
    return tuple(found)


def _first(rest: str, text: str) -> GS1ElementString:
    """The first element string."""
    try:
        element = GS1ElementString.extract(rest)
    except ParseError as error:
        known = "pattern" in str(error) or "date" in str(error)
        raise InvalidCode(
            "the value is not as its application identifier asks for"
            if known
            else "an application identifier that is not in the standard",
            field=f"text at {len(text) - len(rest)}: {rest[:12]!r}",
            value=text,
            remedy="Print it as the GS1 General Specifications, chapter 3, say.",
        ) from error
    wrong = element.gtin_error or element.sscc_error or element.gln_error
    if wrong:
        raise InvalidCode(
            wrong.rstrip("."),
            field=f"AI {element.ai.ai}",
            value=text,
            remedy="Read it again; if it stays so, the label is printed wrongly.",
        )
    return element


def _with_elements(text: str, parsed: tuple[GS1ElementString, ...]) -> Gs1Data:
    values: dict[str, str] = {}
    for element in parsed:
        ai = element.ai.ai
        if values.setdefault(ai, element.value) != element.value:
            raise InvalidCode(
                "two values for one application identifier",
                field=f"AI {ai}",
                value=text,
                remedy="Print it once.",
            )
    return Gs1Data(
        text,
        tuple(Element(one.ai.ai, one.ai.data_title, one.value) for one in parsed),
        gtin=values.get("01"),
        sscc=values.get("00"),
        lot=values.get("10"),
        serial=values.get("21"),
        gln=values.get("414"),
        content_gtin=values.get("02"),
        count=int(values["37"]) if "37" in values else None,
        expiry_yymmdd=values.get("17"),
        best_before_yymmdd=values.get("15"),
    )


def _dated(yymmdd: str | None, this_year: int, text: str) -> date | None:
    """The century is the one that puts the year at most 49 back and 50 ahead (7.12)."""
    if yymmdd is None:
        return None
    short, month, day = (int(yymmdd[place : place + 2]) for place in (0, 2, 4))
    year = this_year - this_year % 100 + short
    if short - this_year % 100 >= 51:
        year -= 100
    elif short - this_year % 100 <= -50:
        year += 100
    try:
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except (ValueError, calendar.IllegalMonthError) as error:
        raise InvalidCode(
            "no day of any calendar", field="date", value=text, remedy="Print it as YYMMDD."
        ) from error
