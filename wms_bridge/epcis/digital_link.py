"""EPC URIs and GS1 Digital Link URIs in one form: the canonical Digital Link URI with nothing but
the key and its finest qualifier (CBV 2.0, 8.9; GS1 Digital Link URI Syntax 1.2, 4.11)."""

import re
from urllib.parse import quote, unquote

ID_GS1 = "https://id.gs1.org"

_PARTS = re.compile(r"urn:epc:(id|class|idpat):([a-z]+):([^\s]+)")
_PREFIX_MIN, _PREFIX_MAX = 6, 12

_SERIALISED = {"grai": ("8003", "0"), "gdti": ("253", ""), "sgcn": ("255", "")}
_GTIN_BASED = {"sgtin": "21", "upui": "235", "lgtin": "10"}
_FREE = {"giai": "8004", "ginc": "401"}
_QUALIFIERS: dict[str, tuple[str, ...]] = {
    "00": (),
    "01": ("21", "235", "10"),
    "253": (),
    "255": (),
    "401": (),
    "402": (),
    "414": ("254",),
    "417": (),
    "8003": (),
    "8004": (),
    "8006": ("21", "10"),
    "8010": ("8011",),
    "8017": (),
    "8018": (),
}
"""Keys that a Digital Link URI may hold, and the qualifiers that are kept, finest first."""

_KEY_VALUES = {
    "00": r"\d{18}",
    "01": r"\d{8}|\d{12,14}",
    "253": r"\d{13}.{0,17}",
    "255": r"\d{13}\d{0,12}",
    "401": r".{1,30}",
    "402": r"\d{17}",
    "414": r"\d{13}",
    "417": r"\d{13}",
    "8003": r"\d{14}.{0,16}",
    "8004": r".{4,30}",
    "8006": r"\d{18}",
    "8010": r".{4,30}",
    "8017": r"\d{18}",
    "8018": r"\d{18}",
}


def check_digit(digits: str) -> str:
    """The digit that makes ``digits`` a GS1 key (General Specifications, 7.9.1)."""
    total = sum(int(digit) * (3, 1)[at % 2] for at, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def canonical(uri: str) -> str:
    """The one form of a URI that holds a GS1 key; any other text as it is."""
    if uri.startswith("urn:epc:"):
        return _of_urn(uri)
    return _of_link(uri) if uri.startswith(("http://", "https://")) else uri


def link_of(*steps: str) -> str:
    """A Digital Link URI of application identifiers and values in turn."""
    return "/".join((ID_GS1, *(quote(step, safe="';=") for step in steps)))


def _of_urn(uri: str) -> str:
    parts = _PARTS.fullmatch(uri)
    if parts is None:
        return uri
    kind, scheme, rest = parts.groups()
    prefix, *fields = rest.split(".", _FIELDS.get(scheme, 2))
    whole = kind == "idpat"
    if not (_digits(prefix) and _PREFIX_MIN <= len(prefix) <= _PREFIX_MAX):
        return uri
    if not fields or (whole and fields[-1] != "*"):
        return uri
    last = () if whole else (unquote(fields[-1]),)
    steps = _steps(scheme, prefix, fields, last)
    return uri if steps is None else link_of(*steps)


def _steps(
    scheme: str, prefix: str, fields: list[str], last: tuple[str, ...]
) -> tuple[str, ...] | None:
    """Application identifiers and values; ``last`` is the serial, or nothing in a pattern."""
    reference = fields[0]
    if scheme == "cpi" and len(fields) == 2:
        return ("8010", prefix + unquote(reference), *(("8011", *last) if last else ()))
    if scheme in _FREE and last:
        return (_FREE[scheme], prefix + last[0])
    if scheme in _NUMERIC and not _fits(prefix, reference, _NUMERIC[scheme]):
        return None
    if scheme in _GTIN_BASED and len(fields) == 2:
        return ("01", _gtin(prefix, reference), *((_GTIN_BASED[scheme], *last) if last else ()))
    if scheme == "itip" and len(fields) == 4:
        pieces = _gtin(prefix, reference) + fields[1] + fields[2]
        return ("8006", pieces, *(("21", *last) if last else ()))
    if scheme in _SERIALISED and len(fields) == 2:
        identifier, lead = _SERIALISED[scheme]
        return (identifier, "".join((_checked(lead + prefix + reference), *last)))
    if scheme == "sscc":
        return ("00", _checked(reference[0] + prefix + reference[1:]))
    if scheme in _WHOLE:
        return (_WHOLE[scheme], _checked(prefix + reference))
    if scheme == "sgln" and last:
        extension = () if last == ("0",) else ("254", *last)
        return ("414", _checked(prefix + reference), *extension)
    return None


_NUMERIC = {
    "sgtin": 13,
    "upui": 13,
    "lgtin": 13,
    "itip": 13,
    "sscc": 17,
    "sgln": 12,
    "pgln": 12,
    "grai": 12,
    "gdti": 12,
    "sgcn": 12,
    "gsrn": 17,
    "gsrnp": 17,
    "gsin": 16,
}
"""Digits of company prefix and reference together."""
_WHOLE = {"pgln": "417", "gsrn": "8018", "gsrnp": "8017", "gsin": "402"}
_FIELDS = {"itip": 4, **dict.fromkeys(("sscc", "giai", "ginc", *_WHOLE), 1)}
"""Fields behind the company prefix, where they are not two; dots beyond belong to the last."""


def _fits(prefix: str, reference: str, digits: int) -> bool:
    return len(prefix) + len(reference) == digits and _digits(prefix + reference)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _gtin(prefix: str, reference: str) -> str:
    return _checked(reference[0] + prefix + reference[1:])


def _checked(digits: str) -> str:
    return digits + check_digit(digits)


def _of_link(uri: str) -> str:
    """Another domain, what leads to the key, and what is not needed of it are left out."""
    path = re.split(r"[?#]", uri, maxsplit=1)[0].rstrip("/")
    steps = [unquote(step) for step in path.split("/")[3:]]
    for at, step in enumerate(steps[:-1]):
        value = steps[at + 1]
        if step in _QUALIFIERS and re.fullmatch(_KEY_VALUES[step], value, re.ASCII):
            rest = steps[at + 2 :]
            if len(rest) % 2:
                return uri
            given = dict(zip(rest[::2], rest[1::2], strict=True))
            finest = next((each for each in _QUALIFIERS[step] if each in given), None)
            key = value.zfill(14) if step == "01" else value
            return link_of(step, key, *(() if finest is None else (finest, given[finest])))
    return uri
