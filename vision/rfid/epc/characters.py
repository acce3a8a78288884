"""Characters that tags may hold, how URIs write them, and check digits.

GS1 General Specifications, figures 7.11-1 (82 characters) and 7.11-2 (39 characters) and section
7.9 (check digit); EPC Tag Data Standard 2.3, tables A-1 and G-1 (escapes in URNs).
"""

import re
from urllib.parse import quote, unquote

from planner.warehouse.errors import InvalidTag

DIGITS = "0123456789"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SET_82 = frozenset("!\"%&'()*+,-./:;<=>?_" + DIGITS + CAPITALS + CAPITALS.lower())
SET_39 = frozenset("#-/" + DIGITS + CAPITALS)
CAGE_CHARACTERS = frozenset(DIGITS + CAPITALS) - frozenset("IO")
"""Of CAGE codes and DoDAACs."""

_ESCAPED_IN_URN = '"#%&/<>?'
_URN_ESCAPES = str.maketrans({char: f"%{ord(char):02X}" for char in _ESCAPED_IN_URN})
_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
_GROUP = 10_000
_WEIGHTED = bytes(
    (3 * (n % 10) + n // 10 % 10 + 3 * (n // 100 % 10) + n // 1000) % 10 for n in range(_GROUP)
)
"""Weighted sums of four digits, modulo ten: an even number keeps the weights in step."""


def check_digit(digits: str) -> str:
    """The GS1 check digit behind ``digits``: weights 3, 1, 3 ... from the right, modulo ten."""
    number, total = int(digits), 0
    while number:
        number, group = divmod(number, _GROUP)
        total += _WEIGHTED[group]
    return str(-total % 10)


def is_digits(text: str) -> bool:
    """Whether a text is ASCII digits only (and at least one)."""
    return text.isascii() and text.isdigit()


def checked_characters(text: str, allowed: frozenset[str], field: str) -> str:
    """The text; ``InvalidTag`` if it has other characters than these."""
    wrong = sorted(set(text) - allowed)
    if wrong:
        raise InvalidTag(
            f"{wrong[0]!r} cannot be written there",
            field=field,
            value=text,
            remedy=f"Use {''.join(sorted(allowed))} only.",
        )
    return text


def urn_escaped(text: str) -> str:
    """A text as a part of an EPC URI."""
    return text.translate(_URN_ESCAPES)


def urn_unescaped(text: str, field: str) -> str:
    """A part of an EPC URI as text. ``InvalidTag`` for characters that must be escaped there."""
    for char in _ESCAPED_IN_URN:
        bare = _ESCAPE.sub("", text) if char == "%" else text
        if char in bare:
            raise InvalidTag(
                f"{char!r} must be escaped in an EPC URI",
                field=field,
                value=text,
                remedy=f"Write it as %{ord(char):02X}.",
            )
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def link_escaped(text: str) -> str:
    """A text as a part of a GS1 Digital Link URI (RFC 3986)."""
    return quote(text, safe="")


def link_unescaped(text: str, field: str) -> str:
    """A part of a GS1 Digital Link URI as text."""
    if "%" in _ESCAPE.sub("", text):
        raise InvalidTag(
            "'%' must be escaped in a URI", field=field, value=text, remedy="Write it as %25."
        )
    return unquote(text, encoding="latin-1")
