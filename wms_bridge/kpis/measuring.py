"""Sums, parts and differences of what was measured."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import TypeVar

from planner.warehouse.ids import StationId
from wms_bridge.records.kpis import Measured, StationTotals, Totals

Kind = TypeVar("Kind", Totals, StationTotals)
Name = TypeVar("Name", StationId, int)
Change = Callable[[float], float]
NOTHING = Measured()
_TOTALS = tuple(field.name for field in fields(Totals))
_STATION = tuple(field.name for field in fields(StationTotals))


def plus(one: Measured, other: Measured) -> Measured:
    """Both together."""
    if one is NOTHING:
        return other
    none = StationTotals()
    stations = dict(one.stations)
    for name, totals in other.stations.items():
        stations[name] = _plus(stations.get(name, none), totals, _STATION)
    ages = dict(one.ages)
    for bucket, count in other.ages.items():
        ages[bucket] = ages.get(bucket, 0.0) + count
    return Measured(_plus(one.totals, other.totals, _TOTALS), stations, ages)


def total(parts: Iterable[Measured]) -> Measured:
    """All together."""
    whole = NOTHING
    for part in parts:
        whole = plus(whole, part)
    return whole


def gained(before: Totals, after: Totals) -> Totals:
    """What was added; what fell counts as not changed."""
    return Totals(*(max(0.0, getattr(after, n) - getattr(before, n)) for n in _TOTALS))


def fell(before: Totals, after: Totals, names: Iterable[str]) -> bool:
    """Whether one of the counts named is lower than it was."""
    return any(getattr(after, name) < getattr(before, name) for name in names)


def scaled(measured: Measured, share: float) -> Measured:
    """A share of all, from 0 to 1."""
    return _mapped(measured, lambda value: value * share)


def spread(
    measured: Measured, from_ms: int, to_ms: int, length_ms: int
) -> Iterator[tuple[int, Measured]]:
    """What was measured from one time to another, evenly over intervals of ``length_ms``, each by
    its start. Whole counts stay whole, and the parts add up to all of it."""
    first = from_ms // length_ms * length_ms
    if to_ms <= first + length_ms:
        yield first, measured
        return
    for start in range(first, to_ms, length_ms):
        begun, done = max(from_ms, start) - from_ms, min(to_ms, start + length_ms) - from_ms
        yield start, _slice(measured, begun, done, to_ms - from_ms)


def _slice(measured: Measured, begun: int, done: int, whole: int) -> Measured:
    def part(value: float) -> float:
        if value.is_integer():
            return float(int(value) * done // whole - int(value) * begun // whole)
        return value * (done - begun) / whole

    return _mapped(measured, part)


def _plus(one: Kind, other: Kind, names: tuple[str, ...]) -> Kind:
    return type(one)(*(getattr(one, name) + getattr(other, name) for name in names))


def _mapped(measured: Measured, change: Change) -> Measured:
    return Measured(
        Totals(*(change(getattr(measured.totals, name)) for name in _TOTALS)),
        {
            station: StationTotals(*(change(getattr(totals, name)) for name in _STATION))
            for station, totals in measured.stations.items()
        },
        _some(measured.ages, change),
    )


def _some(counts: Mapping[Name, float], change: Change) -> dict[Name, float]:
    changed = {name: change(count) for name, count in counts.items()}
    return {name: count for name, count in changed.items() if count}
