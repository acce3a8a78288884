"""How much is needed: the cheapest combination that meets the targets, and by how much."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from statistics import fmean

from planner.warehouse.errors import InvalidStudy
from sim_worlds.whatif.figures import Figures
from sim_worlds.whatif.futures import Row
from sim_worlds.whatif.vary import Settings

METRICS = tuple(spec.name for spec in fields(Figures))
_ALIASES = {"done_by": "done_h"}
_UNITS = {"": 1.0, "%": 0.01, "h": 1.0, "min": 1 / 60}
_FORM = re.compile(r"^\s*([a-z_0-9]+)\s*(<=|>=|=)\s*([0-9.]+(?:e-?[0-9]+)?)\s*(%|h|min)?\s*$")
BUSY = 0.85
"""Stations or robots in use for this share of the time are what holds things up: our guess."""


@dataclass(frozen=True, slots=True)
class Target:
    """``metric`` (a field of :class:`Figures`) is to be at most, or at least, ``limit``."""

    metric: str
    at_most: bool
    limit: float

    def met(self, value: float) -> bool:
        """Is a figure good enough?"""
        return value <= self.limit if self.at_most else value >= self.limit

    def worst(self, values: Iterable[float]) -> float:
        """The value that is furthest from the target."""
        return max(values) if self.at_most else min(values)

    def __str__(self) -> str:
        return f"{self.metric}{'<=' if self.at_most else '>='}{self.limit:g}"


DEFAULT_TARGETS = (Target("done", False, 1.0), Target("late", True, 0.01))
"""All orders are completed, and at most one in a hundred late."""


def parse_target(text: str) -> Target:
    """``late<=0.01``, ``station_use>=90%``, ``done_by=8h``. :class:`InvalidStudy` on anything
    else, with the figures that look like the one named."""
    found = _FORM.match(text)
    if found is None:
        raise InvalidStudy(
            "not a target",
            field="target",
            value=text,
            remedy="Write FIGURE<=NUMBER or FIGURE>=NUMBER, such as late<=0.01 or done_by=8h.",
        )
    name, sign, number, unit = found.groups(default="")
    metric = _ALIASES.get(name, name)
    if metric not in METRICS:
        near = get_close_matches(name, (*METRICS, *_ALIASES), n=2, cutoff=0.5)
        meant = f"Did you mean {' or '.join(near)}? " if near else ""
        known = ", ".join((*METRICS, *_ALIASES))
        raise InvalidStudy(
            "no such figure", field="target", value=name, remedy=f"{meant}Known: {known}."
        )
    if sign == "=" and name not in _ALIASES:
        remedy = f"Write {name}<={number}{unit} or {name}>={number}{unit}."
        raise InvalidStudy("at most or at least?", field="target", value=text, remedy=remedy)
    try:
        limit = float(number) * _UNITS[unit]
    except ValueError:
        raise InvalidStudy("a number is needed", field="target", value=number) from None
    return Target(metric, sign != ">=", limit)


@dataclass(frozen=True, slots=True)
class Combination:
    """One choice of everything varied, with the rows of all its seeds; ``failed`` counts those
    that ended in an error."""

    settings: Settings
    figures: tuple[Figures, ...]
    failed: int = 0

    def mean(self, metric: str) -> float:
        """Over the seeds."""
        return fmean(self.values(metric))

    def values(self, metric: str) -> list[float]:
        """One per seed."""
        return [float(getattr(figures, metric)) for figures in self.figures]

    def meets(self, targets: Iterable[Target]) -> bool:
        """Under every seed, with none that failed."""
        return not self.failed and bool(self.figures) and not self.misses(targets)

    def misses(self, targets: Iterable[Target]) -> tuple[Target, ...]:
        """The targets that it misses under some seed."""
        return tuple(t for t in targets if not t.met(t.worst(self.values(t.metric))))


def combined(rows: Iterable[Row]) -> tuple[Combination, ...]:
    """Rows by combination, in the order in which these first appear."""
    groups: dict[Settings, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.settings, []).append(row)
    return tuple(
        Combination(
            settings,
            tuple(row.figures for row in group if row.figures is not None),
            sum(row.figures is None for row in group),
        )
        for settings, group in groups.items()
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """``best`` meets all targets at the least cost; None if nothing does, and then ``nearest``
    misses them least and ``limits`` says what holds it up."""

    best: Combination | None
    nearest: Combination | None
    limits: str = ""


def answer(combinations: Sequence[Combination], targets: Sequence[Target]) -> Answer:
    """The cheapest combination per line that meets all targets under every seed; of several as
    cheap, the one of smaller numbers."""
    usable = [c for c in combinations if c.figures]
    good = [c for c in usable if c.meets(targets)]
    if good:
        best = min(good, key=lambda c: (c.mean("cost_per_line"), _numbers(c.settings)))
        return Answer(best, best)
    if not usable:
        return Answer(None, None, "No future came to its end.")
    nearest = min(usable, key=lambda c: (c.failed, _distance(c, targets)))
    return Answer(None, nearest, _limits(nearest, targets))


def _numbers(settings: Settings) -> tuple[float, ...]:
    return tuple(float(value) for _, value in settings if not isinstance(value, str))


def _distance(combination: Combination, targets: Sequence[Target]) -> float:
    """Sum of what is missing, each as a share of its limit (of 1 where that is 0)."""
    missing = 0.0
    for target in combination.misses(targets):
        worst = target.worst(combination.values(target.metric))
        missing += abs(worst - target.limit) / (abs(target.limit) or 1.0)
    return missing


def _limits(nearest: Combination, targets: Sequence[Target]) -> str:
    """What to have more of, seen from how busy stations and robots are."""
    if nearest.failed:
        return f"{nearest.failed} of its futures failed."
    stations, robots = nearest.mean("station_use"), nearest.mean("robot_use")
    for target in targets:
        last_h = nearest.mean("last_order_h")
        if target.metric == "done_h" and target.at_most and last_h > target.limit:
            return f"The last order only comes in after {last_h:.1f} h."
    busy = f"stations are in use {stations:.0%} of the time, robots {robots:.0%}"
    if stations >= BUSY and stations >= robots:
        return f"Stations are the limit: {busy}. Open more of them, or pick faster."
    if robots >= BUSY:
        return f"Robots are the limit: {busy}. Try more of them."
    return f"Neither stations nor robots are the limit: {busy}. Look at traffic and arrivals."


def margin(target: Target, combination: Combination) -> str:
    """How far the worst seed is from the limit."""
    worst = target.worst(combination.values(target.metric))
    return f"{target}: {worst:.3g} under the worst seed, margin {abs(target.limit - worst):.3g}"
