"""The plots of ``docs/benchmarks.md`` from the rows of a run (SVG)."""

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.macro.g2p_costs import Assumptions
from benchmarks.macro.g2p_goals import cost_per_line, walking_cost_per_line
from benchmarks.macro.g2p_stats import Runs, Spread
from benchmarks.macro.g2p_tables import groups
from benchmarks.macro.g2p_walking import BEST, PLAIN
from benchmarks.report import Row

_GRID = "#d9dde2"
_COLOURS = {
    "joint": "#e4572e",
    "pod_match": "#2f6fb3",
    "lines_in_common": "#5aa469",
    "first_come_pile_on": "#c9a227",
    "first_come_nearest": "#9aa5b1",
    "random": "#2b333d",
}
Figures = Callable[[Runs], Spread]


def save_plots(
    rows: Sequence[Row], walking: Sequence[Row], costs: Assumptions, folder: Path
) -> list[Path]:
    """Write ``g2p-items.svg``, ``g2p-visits.svg``, ``g2p-metres.svg``, ``g2p-age.svg`` and
    ``g2p-cost.svg``; returns where they are."""
    plots = {
        "g2p-items.svg": fleet_plot(rows, "items_per_h", "items per hour, S1"),
        "g2p-visits.svg": bar_plot(rows, "items_per_visit", "items per pod visit"),
        "g2p-metres.svg": bar_plot(rows, "metres_per_item", "metres per item"),
        "g2p-age.svg": age_plot(rows),
        "g2p-cost.svg": cost_plot(rows, walking, costs),
    }
    # The same figures give the same file.
    with mpl.rc_context({"svg.hashsalt": "podherd"}):
        for name, figure in plots.items():
            figure.savefig(folder / name, metadata={"Date": None})
    return [folder / name for name in plots]


def fleet_plot(rows: Sequence[Row], name: str, label: str) -> Figure:
    """A figure against the number of robots on S1, a line for each rule, with intervals."""
    figure, panel = _panel(label)
    for rule, colour in _COLOURS.items():
        points = [
            (robots, runs.spread(name))
            for scenario, robots in groups(rows)
            for runs in (Runs.of(rows, scenario, rule, robots),)
            if scenario == "s1" and runs
        ]
        if points:
            fleets, found = zip(*points, strict=True)
            panel.errorbar(
                fleets,
                [one.mean for one in found],
                [one.half for one in found],
                fmt="o-",
                color=colour,
                capsize=3,
                label=rule,
            )
    panel.set_xlabel("robots")
    panel.set_ylim(bottom=0)
    panel.legend(frameon=False)
    return figure


def bar_plot(rows: Sequence[Row], name: str, label: str) -> Figure:
    """A figure for every scenario, fleet and rule."""
    figure, panel = _panel(label)
    _bars(panel, rows, lambda runs: runs.spread(name))
    return figure


def age_plot(rows: Sequence[Row]) -> Figure:
    """Age of the orders: p99 as a bar, the oldest as a mark."""
    figure, panel = _panel("age of orders, minutes: p99 (bar), oldest (mark)")
    _bars(panel, rows, lambda runs: Spread(runs.spread("age_p99_s").mean / 60, 0.0, 1))
    _bars(
        panel,
        rows,
        lambda runs: Spread(runs.largest("age_max_s", "oldest_open_s") / 60, 0.0, 1),
        mark=True,
    )
    return figure


def cost_plot(rows: Sequence[Row], walking: Sequence[Row], costs: Assumptions) -> Figure:
    """Yuan per line: robots by rule, and walking, plain and at its best, for as many lines."""
    figure, panel = _panel("yuan per line")
    _bars(
        panel,
        rows,
        lambda runs: Spread.of([cost_per_line(row, costs) for row in runs.rows.values()]),
    )
    for way, style in ((PLAIN, "-"), (BEST, ":")):
        for at, (scenario, robots) in enumerate(groups(rows)):
            run = next(r for r in rows if (r["scenario"], r["robots"]) == (scenario, robots))
            theirs = [w for w in walking if (w["scenario"], w["way"]) == (scenario, way)]
            if theirs:
                yuan = walking_cost_per_line(run, theirs[0], costs)
                label = f"walking: {way}" if at == 0 else ""
                panel.hlines(yuan, at - 0.45, at + 0.45, color="#2b333d", ls=style, label=label)
    panel.legend(frameon=False)
    return figure


def _bars(panel: Axes, rows: Sequence[Row], figures: Figures, mark: bool = False) -> None:
    at, width = groups(rows), 0.9 / len(_COLOURS)
    for number_of, (rule, colour) in enumerate(_COLOURS.items()):
        found = [
            (place, figures(runs))
            for place, (scenario, robots) in enumerate(at)
            for runs in (Runs.of(rows, scenario, rule, robots),)
            if runs
        ]
        if not found:
            continue
        x = [place + (number_of - len(_COLOURS) / 2 + 0.5) * width for place, _ in found]
        y = [spread.mean for _, spread in found]
        if mark:
            panel.plot(x, y, "_", color="#2b333d", markersize=9)
        else:
            error = [spread.half for _, spread in found]
            panel.bar(x, y, width * 0.9, yerr=error, color=colour, capsize=2, label=rule)
    panel.set_xticks(np.arange(len(at)), [f"{name}, {count}" for name, count in at])
    panel.legend(frameon=False)


def _panel(label: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    panel = figure.subplots()
    panel.set_ylabel(label)
    panel.grid(True, axis="y", color=_GRID)
    panel.set_axisbelow(True)
    return figure, panel
