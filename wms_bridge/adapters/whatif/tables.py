"""``futures.csv`` as figures with their confidence."""

import csv
from collections.abc import Mapping, Sequence
from math import sqrt
from pathlib import Path
from statistics import fmean, stdev

from wms_bridge.records.whatif import Estimate, WhatIfResult

_T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)
"""Student's t, two-sided 95 %, for 1 to 9 degrees of freedom."""
_NO_FIGURES = ("seed", "error")


def result_of(name: str, table: Path, varied: Sequence[str]) -> WhatIfResult:
    """What the table of an alternative says; ``varied`` are columns that are no figures.
    ``OSError`` if there is none."""
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    good = [row for row in rows if not row["error"]]
    wrong = next((row["error"] for row in rows if row["error"]), "")
    left_out = {*_NO_FIGURES, *varied}
    names = [name for name in (rows[0] if rows else {}) if name not in left_out]
    return WhatIfResult(
        name, len(good), len(rows) - len(good), _estimates(names, good) if good else {}, wrong
    )


def _estimates(names: Sequence[str], rows: Sequence[Mapping[str, str]]) -> dict[str, Estimate]:
    return {name: estimate([float(row[name]) for row in rows]) for name in names}


def estimate(values: Sequence[float]) -> Estimate:
    """Mean and half the width of its 95 % confidence interval; at most ten values."""
    if len(values) < 2:
        return Estimate(fmean(values))
    t = _T95[min(len(values) - 2, len(_T95) - 1)]
    return Estimate(fmean(values), t * stdev(values) / sqrt(len(values)))
