"""Figures of several seeds as one: mean and 95 % interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import mean, stdev

from benchmarks.report import Cell, Row

_T_95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)
"""Two-sided 95 % quantiles of Student's t for 1, 2, ... degrees of freedom."""
_NORMAL_95 = 1.96


@dataclass(frozen=True, slots=True)
class Spread:
    """``mean`` of ``count`` seeds; the true mean is within ``half`` of it with 95 % confidence,
    if seeds are normal draws. ``half`` is 0 for one seed: nothing is known."""

    mean: float
    half: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Of one value for every seed (at least one)."""
        if len(values) < 2:
            return cls(values[0], 0.0, 1)
        degrees = len(values) - 1
        t = _T_95[degrees - 1] if degrees <= len(_T_95) else _NORMAL_95
        return cls(mean(values), t * stdev(values) / sqrt(len(values)), len(values))

    def text(self, digits: int = 2) -> str:
        """``1,234 ± 5``."""
        spread = f" ± {self.half:,.{digits}f}" if self.count > 1 else ""
        return f"{self.mean:,.{digits}f}{spread}"


@dataclass(frozen=True, slots=True)
class Runs:
    """Rows of one scenario, rule and fleet, by seed."""

    rows: dict[int, Row]

    @classmethod
    def of(cls, rows: Sequence[Row], scenario: str, rule: str, robots: int) -> "Runs":
        """Those of all rows that are asked for; there may be none."""
        return cls(
            {
                int(number(row["seed"])): row
                for row in rows
                if (row["scenario"], row["rule"], row["robots"]) == (scenario, rule, robots)
            }
        )

    def __bool__(self) -> bool:
        return bool(self.rows)

    def values(self, name: str) -> list[float]:
        """One figure for every seed."""
        return [number(row[name]) for row in self.rows.values()]

    def spread(self, name: str) -> Spread:
        """Mean and interval of a figure."""
        return Spread.of(self.values(name))

    def largest(self, *names: str) -> float:
        """The largest of these figures over all seeds."""
        return max(value for name in names for value in self.values(name))

    def ratio(self, other: "Runs", name: str) -> Spread | None:
        """To another rule, seed by seed (the same orders); ``None`` without a seed in common."""
        pairs = [
            number(row[name]) / number(other.rows[seed][name])
            for seed, row in self.rows.items()
            if seed in other.rows and number(other.rows[seed][name])
        ]
        return Spread.of(pairs) if pairs else None


def number(cell: Cell) -> float:
    """A cell as a number; 0 for text."""
    return 0.0 if isinstance(cell, str) else float(cell)
