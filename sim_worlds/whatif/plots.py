"""Throughput, lateness and cost against what was varied: one number as lines with a band from the
least to the greatest of the seeds, two as heat maps, more as a row of heat maps for each choice of
the others."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim_worlds.whatif.answer import Combination, Target
from sim_worlds.whatif.vary import Axis, Settings, Value

SHOWN = (
    ("lines_per_h", "lines per hour", "viridis", "{:.0f}"),
    ("late", "late orders, share", "magma_r", "{:.1%}"),
    ("cost_per_line", "cost, yuan per line", "cividis_r", "{:.2f}"),
)
ROWS_MAX = 8
"""Choices of the others that are drawn."""
_TICKS_MAX = 10
_LINE, _BEST = "#2f6fb3", "#e4572e"


def draw(
    combinations: Sequence[Combination],
    axes: Sequence[Axis],
    targets: Sequence[Target],
    best: Combination | None,
) -> Figure:
    """The plot; combinations that miss a target are hatched, the answer is marked."""
    tried = [axis for axis in axes if axis.key != "seed"] or [Axis("", ("",))]
    varied = [axis for axis in tried if len(axis.values) > 1] or tried[:1]
    if len(varied) == 1:
        return _lines(combinations, varied[0], targets, best)
    others: dict[Settings, None] = {}
    for combination in combinations:
        others.setdefault(_rest(combination.settings, varied[:2]))
    shown = list(others)[:ROWS_MAX]
    figure = Figure(figsize=(12, 3.8 * len(shown)), layout="constrained")
    grid = figure.subplots(len(shown), len(SHOWN), squeeze=False)
    for row, rest in zip(grid, shown, strict=True):
        chosen = [c for c in combinations if _rest(c.settings, varied[:2]) == rest]
        for plot, (metric, title, colours, form) in zip(row, SHOWN, strict=True):
            _heat_map(plot, chosen, varied, metric, colours, form)
            _mark(plot, chosen, varied, targets, best)
            suffix = "".join(f"\n{key} = {value}" for key, value in rest)
            plot.set_title(f"{title}{suffix}")
    return figure


def save(figure: Figure, folder: Path) -> tuple[Path, ...]:
    """Write ``whatif.svg`` and ``whatif.png``."""
    paths = (folder / "whatif.svg", folder / "whatif.png")
    for path in paths:
        figure.savefig(path, dpi=110, metadata={"Date": None} if path.suffix == ".svg" else None)
    return paths


def _rest(settings: Settings, drawn: Sequence[Axis]) -> Settings:
    keys = {axis.key for axis in drawn}
    return tuple((key, value) for key, value in settings if key not in keys)


# --- one number ----------------------------------------------------------------------------


def _lines(
    combinations: Sequence[Combination],
    axis: Axis,
    targets: Sequence[Target],
    best: Combination | None,
) -> Figure:
    figure = Figure(figsize=(12, 3.8), layout="constrained")
    ticks = _ticks(axis)
    drawn = [c for c in combinations if c.figures]
    at = [ticks[dict(c.settings).get(axis.key, "")] for c in drawn]
    for plot, (metric, title, _, _) in zip(figure.subplots(1, len(SHOWN)), SHOWN, strict=True):
        values = [c.values(metric) for c in drawn]
        plot.fill_between(at, [min(v) for v in values], [max(v) for v in values], alpha=0.2)
        plot.plot(at, [c.mean(metric) for c in drawn], "o-", color=_LINE)
        for target in targets:
            if target.metric == metric:
                plot.axhline(target.limit, color=_BEST, linestyle="--", linewidth=1)
        if best is not None:
            plot.axvline(ticks[dict(best.settings).get(axis.key, "")], color=_BEST, linewidth=1)
        plot.set_title(title)
        plot.set_xlabel(axis.key)
        plot.set_ylim(0, 1.1 * max((value for v in values for value in v), default=0) or 1)
        if len(ticks) <= _TICKS_MAX or isinstance(axis.values[0], str):
            plot.set_xticks(list(ticks.values()), [str(value) for value in ticks])
    return figure


def _ticks(axis: Axis) -> dict[Value, float]:
    """Where each value is on its axis: numbers at their places, words side by side."""
    if any(isinstance(value, str) for value in axis.values):
        return {value: float(place) for place, value in enumerate(axis.values)}
    return {value: float(value) for value in axis.values}


# --- two numbers ---------------------------------------------------------------------------


def _heat_map(
    plot: Axes,
    combinations: Sequence[Combination],
    varied: Sequence[Axis],
    metric: str,
    colours: str,
    form: str,
) -> None:
    across, up = varied[:2]
    table: npt.NDArray[np.float64] = np.full((len(up.values), len(across.values)), np.nan)
    for combination in combinations:
        if combination.figures:
            table[_cell(combination, varied)] = combination.mean(metric)
    image = plot.imshow(table, origin="lower", aspect="auto", cmap=colours)
    shades = np.asarray(image.cmap(image.norm(table)))
    for (row, column), value in np.ndenumerate(table):
        text = "failed" if np.isnan(value) else form.format(value)
        shade = float(np.mean(shades[row, column, :3]))
        colour = "black" if np.isnan(value) or shade > 0.5 else "white"
        plot.text(column, row, text, ha="center", va="center", color=colour)
    plot.set_xticks(range(len(across.values)), [str(value) for value in across.values])
    plot.set_yticks(range(len(up.values)), [str(value) for value in up.values])
    plot.set_xlabel(across.key)
    plot.set_ylabel(up.key)


def _mark(
    plot: Axes,
    combinations: Sequence[Combination],
    varied: Sequence[Axis],
    targets: Sequence[Target],
    best: Combination | None,
) -> None:
    for combination in combinations:
        row, column = _cell(combination, varied)
        place = (column - 0.5, row - 0.5)
        if not combination.meets(targets):
            plot.add_patch(_box(place, hatch="//", edgecolor="#888888", linewidth=0))
        if best is not None and combination.settings == best.settings:
            plot.add_patch(_box(place, edgecolor=_BEST, linewidth=3))


def _box(place: tuple[float, float], **look: Any) -> Rectangle:
    return Rectangle(place, 1, 1, fill=False, **look)


def _cell(combination: Combination, varied: Sequence[Axis]) -> tuple[int, int]:
    values = dict(combination.settings)
    across, up = varied[:2]
    return up.values.index(values[up.key]), across.values.index(values[across.key])
