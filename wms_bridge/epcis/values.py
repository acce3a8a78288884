"""Single values of EPCIS documents, read and checked. Every reader takes a JSON value and the path
where it stands, and raises :class:`InvalidMessage` with that path."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from planner.warehouse.errors import InvalidMessage

Reader = Callable[[Any, str], Any]

MAX_DEPTH = 32
"""How deep extensions may be nested."""
LATEST_MS = 253_402_214_400_000
"""Start of the last day that ISO 8601 years of four digits can name, in any time zone."""

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s\"<>\\^`{|}]+")
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)",
    re.ASCII,
)
_OFFSET = re.compile(r"[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)", re.ASCII)
_UOM = re.compile(r"[A-Z0-9]{2,3}", re.ASCII)
_HEX = re.compile(r"[A-Fa-f0-9]+")
_VERSION = re.compile(r"\d+(\.\d+)*", re.ASCII)
_CBV = re.compile(r"urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/")
_SHOWN = 100


def refused(path: str, problem: str, value: Any, remedy: str) -> InvalidMessage:
    """The error; of a value that is large only its kind is shown."""
    shown = value[:_SHOWN] if isinstance(value, str) else value
    if isinstance(value, dict | list):
        shown = "an object" if isinstance(value, dict) else "an array"
    return InvalidMessage(problem, field=path, value=shown, remedy=remedy)


def text(value: Any, path: str) -> str:
    """Any string."""
    if isinstance(value, str):
        return value
    raise refused(path, "not a text", value, "Send a JSON string.")


def uri(value: Any, path: str) -> str:
    """An absolute URI, or a compact one with its prefix."""
    if isinstance(value, str) and _URI.fullmatch(value):
        return value
    raise refused(
        path, "not a URI", value, "Send an absolute URI, such as urn:epc:id:sgtin:0614141.107346.2."
    )


def time(value: Any, path: str) -> str:
    """A date and time with an offset from UTC."""
    if isinstance(value, str) and (parts := _TIME.fullmatch(value)):
        try:
            _moment(parts)
        except (ValueError, OverflowError):
            pass
        else:
            return value
    raise refused(
        path, "not a time with an offset", value, "Send ISO 8601, as 2026-11-29T08:15:30.250+01:00."
    )


def offset(value: Any, path: str) -> str:
    """An offset from UTC, ``-13:59`` to ``+14:00``."""
    if isinstance(value, str) and _OFFSET.fullmatch(value):
        return value
    raise refused(path, "not an offset from UTC", value, "Send hours and minutes, as +01:00.")


def number(value: Any, path: str) -> float:
    """A JSON number, whole or not."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise refused(path, "not a number", value, "Send a JSON number without quotes.")


def boolean(value: Any, path: str) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    raise refused(path, "not true or false", value, "Send a JSON boolean.")


def _pattern(pattern: re.Pattern[str], what: str, remedy: str) -> Reader:
    def read(value: Any, path: str) -> str:
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        raise refused(path, f"not {what}", value, remedy)

    return read


uom = _pattern(_UOM, "a unit of measure", "Send a code of UN/ECE Recommendation 20, as KGM.")
hexadecimal = _pattern(_HEX, "hexadecimal", "Send digits 0 to 9 and A to F.")
version = _pattern(_VERSION, "a version", 'Send numbers with dots between, as "2.0".')


def one_of(words: frozenset[str]) -> Reader:
    """One of these words."""

    def read(value: Any, path: str) -> str:
        if isinstance(value, str) and value in words:
            return value
        raise refused(path, "not a word of the standard", value, f"Known: {_listed(words)}.")

    return read


def vocabulary(words: frozenset[str]) -> Reader:
    """One of the standard's words, or a URI of somebody's own."""

    def read(value: Any, path: str) -> str:
        if isinstance(value, str) and (value in words or _is_own(value)):
            return value
        raise refused(
            path,
            "not a word of the standard, nor a URI of one's own",
            value,
            f"In JSON the standard's words stand alone: {_listed(words)}.",
        )

    return read


def _is_own(value: str) -> bool:
    return _URI.fullmatch(value) is not None and _CBV.match(value) is None


def word(value: Any, path: str) -> str:
    """A vocabulary word or a URI, of a list too long to be held here."""
    if isinstance(value, str) and value and not any(map(str.isspace, value)):
        return value
    raise refused(path, "not a word or a URI", value, "Send a word of the GS1 Web Vocabulary.")


def many(read: Reader, least: int = 0) -> Reader:
    """An array of what ``read`` reads."""

    def read_all(value: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise refused(path, "not an array", value, "Send a JSON array.")
        if len(value) < least:
            raise refused(path, "empty", value, "Leave the field out, or name something.")
        return tuple(read(each, f"{path}[{at}]") for at, each in enumerate(value))

    return read_all


def unique(read: Reader, least: int = 0) -> Reader:
    """The same, with nothing in it twice."""
    read_many = many(read, least)

    def read_all(value: Any, path: str) -> tuple[Any, ...]:
        found: tuple[Any, ...] = read_many(value, path)
        seen: set[Any] = set()
        for at, each in enumerate(found):
            if each in seen:
                raise refused(f"{path}[{at}]", "the same twice", each, "Name everything once.")
            seen.add(each)
        return found

    return read_all


def one_or_many(value: Any, path: str) -> str | tuple[str, ...]:
    """A URI, or an array of them."""
    found: tuple[str, ...] = many(uri)(value, path) if isinstance(value, list) else ()
    return found if isinstance(value, list) else uri(value, path)


def mapping(value: Any, path: str) -> dict[str, Any]:
    """A JSON object."""
    if isinstance(value, dict):
        return value
    raise refused(path, "not an object", value, "Send a JSON object.")


def plain(value: Any, path: str, depth: int = 0) -> Any:
    """Any JSON value that is not nested too deep."""
    if depth > MAX_DEPTH:
        raise refused(path, "nested too deep", value, f"Nest at most {MAX_DEPTH} levels.")
    if isinstance(value, dict):
        for key, each in value.items():
            plain(each, f"{path}.{key}", depth + 1)
    elif isinstance(value, list):
        for at, each in enumerate(value):
            plain(each, f"{path}[{at}]", depth + 1)
    return value


def plain_object(value: Any, path: str) -> dict[str, Any]:
    """A JSON object that is not nested too deep."""
    return mapping(plain(value, path), path)


def time_of(at_ms: int, time_zone_offset: str = "") -> str:
    """ISO 8601 of milliseconds since 1970 UTC, in UTC (``Z``) or with an offset like ``+01:00``."""
    zone = _zone(time_zone_offset or "Z")
    moment = datetime.fromtimestamp(at_ms // 1000, zone).replace(microsecond=at_ms % 1000 * 1000)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", time_zone_offset or "Z")


def utc_of(value: str) -> str:
    """The same moment in UTC to the millisecond, half a millisecond rounded up, as the event hash
    wants it (CBV 2.0, 8.9)."""
    parts = _TIME.fullmatch(value)
    if parts is None:
        raise refused("time", "not a time with an offset", value, "Send ISO 8601 with an offset.")
    return _moment(parts).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def ms_of(value: str) -> int:
    """Milliseconds since 1970 UTC of a time with an offset, half a millisecond rounded up."""
    parts = _TIME.fullmatch(value)
    if parts is None:
        raise refused("time", "not a time with an offset", value, "Send ISO 8601 with an offset.")
    since = _moment(parts) - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(milliseconds=1)


def _moment(parts: re.Match[str]) -> datetime:
    *numbers, fraction, zone = parts.groups()
    year, month, day, hour, minute, second = map(int, numbers)
    moment = datetime(year, month, day, hour, minute, second, tzinfo=_zone(zone))
    digits = (fraction or "").ljust(4, "0")
    millis = int(digits[:3]) + (digits[3] >= "5")
    return moment.astimezone(UTC) + timedelta(milliseconds=millis)


def _zone(text: str) -> timezone:
    if text == "Z":
        return UTC
    minutes = 60 * int(text[1:3]) + int(text[4:6])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def _listed(words: frozenset[str]) -> str:
    return ", ".join(sorted(words))
