"""The plot of the benchmark of a counted site: whether probabilities are what they say (SVG)."""

from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.report import ROOT, Row

_IMAGE = ROOT / "docs" / "images" / "counting-reliability.svg"
_INK, _GRID, _BLUE = "#2b333d", "#d9dde2", "#2f6fb3"


def save_calibration(bins: Sequence[Row]) -> None:
    """Write ``docs/images/counting-reliability.svg``: how often a number of pieces was the true one
    against the probability it was given; areas are numbers of cases."""
    figure = Figure(figsize=(5.2, 4.8), layout="constrained")
    axes = figure.subplots()
    told = [float(row["told, mean"]) for row in bins]
    true = [float(row["true"]) for row in bins]
    sizes = [8 + 2 * float(row["numbers"]) ** 0.5 for row in bins]
    axes.plot([0, 1], [0, 1], color=_GRID, linewidth=1.5, zorder=0)
    axes.scatter(told, true, s=sizes, color=_BLUE, edgecolor=_INK, linewidth=0.6)
    axes.set_xlabel("probability told for a number of pieces")
    axes.set_ylabel("share of cases in which it was true")
    axes.set_aspect("equal")
    axes.grid(color=_GRID, linewidth=0.5)
    with mpl.rc_context({"svg.hashsalt": "podherd"}):
        figure.savefig(_IMAGE, metadata={"Date": None})
