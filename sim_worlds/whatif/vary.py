"""Ranges as typed on the command line: ``robots=10..40:10``, ``volume=0.8,1,1.2``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import product
from math import prod

from planner.warehouse.errors import InvalidStudy

Value = int | float | str
Settings = tuple[tuple[str, Value], ...]
"""What one future has of everything varied, in the order given."""

FUTURES_MAX = 10_000
_POINTS = 4
"""Steps of a range that names none."""
_FORMS = "Write KEY=FROM..TO:STEP, such as robots=10..40:10, or KEY=A,B,C."


@dataclass(frozen=True, slots=True)
class Axis:
    """Something varied and its values, in the order given, each once."""

    key: str
    values: tuple[Value, ...]


def parse_axis(text: str) -> Axis:
    """``KEY=FROM..TO:STEP``, ``KEY=FROM..TO`` (about five values) or ``KEY=A,B,C``.

    Whole numbers stay whole. :class:`InvalidStudy` on anything else.
    """
    key, equals, values = (part.strip() for part in text.partition("="))
    if not key or not equals or not values:
        raise InvalidStudy("not something to vary", field="vary", value=text, remedy=_FORMS)
    if ".." in values:
        return Axis(key, _range(key, values))
    parts = [part.strip() for part in values.split(",")]
    if "" in parts:
        raise _wrong(key, "a value is missing", values)
    return Axis(key, tuple(dict.fromkeys(_value(key, part) for part in parts)))


def parse_axes(texts: Iterable[str]) -> tuple[Axis, ...]:
    """All of them; nothing may be varied twice."""
    axes = tuple(parse_axis(text) for text in texts)
    keys = [axis.key for axis in axes]
    for key in keys:
        if keys.count(key) > 1:
            raise _wrong(key, "is varied twice", keys.count(key), "Put all values into one range.")
    return axes


def combinations(axes: Sequence[Axis], seeds: int = 1) -> tuple[Settings, ...]:
    """Every combination of values, the last axis fastest. :class:`InvalidStudy` if these are more
    than can be run with so many seeds."""
    count = prod(len(axis.values) for axis in axes) * seeds
    if count > FUTURES_MAX:
        sizes = " x ".join(f"{len(axis.values)} {axis.key}" for axis in axes)
        raise InvalidStudy(
            f"{sizes} x {seeds} seeds are too many futures",
            field="vary",
            value=count,
            remedy=f"At most {FUTURES_MAX} can be run: take larger steps or fewer seeds.",
        )
    keys = [axis.key for axis in axes]
    return tuple(
        tuple(zip(keys, values, strict=True)) for values in product(*(a.values for a in axes))
    )


def _range(key: str, text: str) -> tuple[Value, ...]:
    limits, colon, step_text = text.partition(":")
    low, high = (_number(key, part) for part in limits.split("..", 1))
    if low > high:
        raise _wrong(key, "runs backwards", text, f"Write {key}={high}..{low}.")
    if colon:
        step = _number(key, step_text)
        if step <= 0:
            raise _wrong(key, "the step must be above 0", step_text.strip())
    else:
        step = _default_step(low, high)
    count = int((high - low) / step) + 1
    if count > FUTURES_MAX:
        raise _wrong(
            key, f"{count} values are too many", text, f"At most {FUTURES_MAX}: take larger steps."
        )
    return tuple(_plain(low + step * index) for index in range(count))


def _default_step(low: Decimal, high: Decimal) -> Decimal:
    """About five values; whole steps between whole numbers."""
    step = (high - low) / _POINTS
    if low % 1 == 0 and high % 1 == 0:
        step = max(Decimal(1), Decimal(int(step)))
    return step or Decimal(1)


def _number(key: str, text: str) -> Decimal:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise _wrong(key, "a range needs numbers", text.strip() or "nothing") from None
    if not number.is_finite():
        raise _wrong(key, "a range needs finite numbers", text.strip())
    return number


def _value(key: str, text: str) -> Value:
    """A number where it looks like one, else a word."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite():
        raise _wrong(key, "a finite number is needed", text)
    return _plain(number)


def _plain(number: Decimal) -> int | float:
    return int(number) if number == number.to_integral_value() else float(number)


def _wrong(key: str, problem: str, value: object, remedy: str = _FORMS) -> InvalidStudy:
    return InvalidStudy(problem, field=key, value=value, remedy=remedy)
