"""What stands in a mapping file in place of code: JMESPath expressions (jmespath.org) over JSON,
and texts with such expressions in braces."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import jmespath
from jmespath.exceptions import JMESPathError

_HOLE = re.compile(r"\{([^{}]+)\}")


class CannotEvaluate(ValueError):
    """An expression does not fit the data it met: ``length(lines)`` where there are no lines."""


class Expression:
    """A JMESPath expression, checked when it is made (``ValueError``)."""

    __slots__ = ("_compiled", "text")

    def __init__(self, text: str):
        self.text = text
        try:
            self._compiled = jmespath.compile(text)
        except JMESPathError as error:
            said = str(error).splitlines()[0]
            raise ValueError(f"not a JMESPath expression ({text!r}): {said}") from error

    def on(self, data: Any) -> Any:
        """Its value; ``None`` for what is not there. :class:`CannotEvaluate`."""
        try:
            return self._compiled.search(data)
        except JMESPathError as error:
            raise CannotEvaluate(f"{self.text}: {error}") from error


class Template:
    """A text with expressions in braces: ``/orders/{reference}``. ``ValueError`` on a wrong one."""

    __slots__ = ("_holes", "text")

    def __init__(self, text: str):
        self.text = text
        if set(_HOLE.sub("", text)) & set("{}"):
            raise ValueError(f"a brace without its other half ({text!r})")
        self._holes = {hole: Expression(hole) for hole in _HOLE.findall(text)}

    def fill(self, data: Any, *, quoted: bool = False) -> str:
        """The text with values, each quoted for a URL's path if ``quoted``.
        :class:`CannotEvaluate` on a value that is not there."""

        def value(match: re.Match[str]) -> str:
            found = self._holes[match[1]].on(data)
            if found is None or isinstance(found, dict | list):
                raise CannotEvaluate(f"{{{match[1]}}} is no text or number")
            text = str(found).lower() if isinstance(found, bool) else str(found)
            return quote(text, safe="") if quoted else text

        return _HOLE.sub(value, self.text)


def whole_number(value: Any, field: str) -> int:
    """A whole number, also of a text or of ``5.0``; ``ValueError`` otherwise."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{field} is no number ({value!r})") from None
    if not number.is_integer() or abs(number) >= 2**53 or isinstance(value, bool):
        raise ValueError(f"{field} is no whole number ({value!r})")
    return int(number)


def text_of(value: Any, field: str) -> str:
    """A text, also of a number; ``ValueError`` otherwise."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{field} is no text ({value!r})")
    return str(value)


def time_ms(value: Any, field: str) -> int:
    """Milliseconds since 1970 of a number of them, or of an ISO 8601 time (UTC without an offset);
    ``ValueError`` otherwise."""
    if isinstance(value, str) and not value.lstrip("-").isdigit():
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{field} is no time ({value!r})") from None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return round(moment.timestamp() * 1000)
    return whole_number(value, field)


def iso_time(at_ms: int) -> str:
    """ISO 8601 in UTC, with milliseconds."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
