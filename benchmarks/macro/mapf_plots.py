"""The plots of ``docs/benchmarks.md`` from the rows of a run (SVG)."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.macro.mapf_rows import CELLS, ROBOTS, TABLE
from benchmarks.report import Cell, Row

_INK, _GRID = "#2b333d", "#d9dde2"
_FAST, _ANYTIME, _GOAL, _PEER = "#2f6fb3", "#e4572e", "#2b333d", "#9aa5b1"


def save_plots(rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write ``mapf-growth.svg`` and ``mapf-tasks.svg``."""
    plots = {"mapf-growth.svg": growth_plot(rows), "mapf-tasks.svg": tasks_plot(rows)}
    # The same figures give the same file.
    with mpl.rc_context({"svg.hashsalt": "podherd"}):
        for name, figure in plots.items():
            figure.savefig(folder / name, metadata={"Date": None})
    return [folder / name for name in plots]


def growth_plot(rows: Sequence[Row]) -> Figure:
    """CPU time per step and peak memory against robots and against cells, log-log."""
    figure = Figure(figsize=(9, 6.4), layout="constrained")
    axes = figure.subplots(2, 2, sharey="row")
    for column, (part, size) in enumerate(((ROBOTS, "robots"), (CELLS, "cells"))):
        chosen = [row for row in rows if row["part"] == part and row["tasks"] != ""]
        sizes = [_number(row[size]) for row in chosen]
        for row_of_axes, (figures, unit) in enumerate(
            (("median ms", "CPU ms per step, median"), ("peak MB", "peak memory, MB"))
        ):
            panel = axes[row_of_axes, column]
            _log_log(panel, sizes, [_number(row[figures]) for row in chosen])
            panel.set_xlabel(size)
            if column == 0:
                panel.set_ylabel(unit)
    axes[0, 0].set_title("one floor, more robots", color=_INK)
    axes[0, 1].set_title("more floor, one robot per 20 cells", color=_INK)
    return figure


def _log_log(panel: Axes, sizes: Sequence[float], values: Sequence[float]) -> None:
    """Points, and the power law that fits them best."""
    panel.loglog(sizes, values, "o", color=_FAST)
    panel.grid(True, which="major", color=_GRID)
    if len(sizes) > 1:
        power, factor = np.polyfit(np.log(sizes), np.log(values), 1)
        fitted = np.exp(factor) * np.array(sizes) ** power
        panel.loglog(sizes, fitted, "-", color=_ANYTIME, label=f"~ size^{power:.2f}")
        panel.legend(frameon=False)


def tasks_plot(rows: Sequence[Row]) -> Figure:
    """Tasks finished as a share of free flow: both modes, the goal and the best peer."""
    table = [row for row in rows if row["part"] == TABLE and row["goal"] != ""]
    names = list(dict.fromkeys(str(row["workload"]) for row in table))
    at = np.arange(len(names))
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    panel = figure.subplots()
    for shift, mode, colour in ((-0.2, "fast", _FAST), (0.2, "anytime", _ANYTIME)):
        of_mode = [row for row in table if row["mode"] == mode]
        panel.bar(at + shift, _shares(of_mode, "tasks"), 0.38, color=colour, label=mode)
    fast = [row for row in table if row["mode"] == "fast"]
    panel.hlines(_shares(fast, "goal"), at - 0.45, at + 0.45, color=_GOAL, label="goal")
    panel.hlines(
        _shares(fast, "peer"), at - 0.45, at + 0.45, color=_PEER, linestyle="--", label="best peer"
    )
    panel.set_xticks(at, names, rotation=20)
    panel.set_ylabel("tasks finished / free flow")
    panel.legend(frameon=False, ncols=4, loc="upper center", bbox_to_anchor=(0.5, 1.12))
    return figure


def _shares(rows: Sequence[Row], column: str) -> list[float]:
    return [_number(row[column]) / max(1.0, _number(row["free flow"])) for row in rows]


def _number(cell: Cell) -> float:
    return 0.0 if isinstance(cell, str) else float(cell)
