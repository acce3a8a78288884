"""Planned against driven: the ways on the floor, and how far off them robots were."""

from pathlib import Path

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from sim_worlds.film.recording import Recording

_PLANNED, _WALL = "#9aa5b1", "#39424e"
_MOST_M = 0.05
"""The goal, and the end of the colour scale."""


def draw_paths(recording: Recording) -> Figure:
    """Left the floor with released ways (grey) and driven ways, coloured by their distance to the
    released ones; right the distribution of that distance over all robots."""
    corners = np.array([*recording.site.floor_m, recording.site.floor_m[0]])
    width_m, height_m = np.ptp(corners, axis=0)
    figure = Figure(
        figsize=(12, max(3.5, min(9.0, 8.0 * height_m / width_m))), layout="constrained"
    )
    floor, spread = figure.subplots(1, 2, width_ratios=(3, 1))
    floor.plot(*corners.T, color=_WALL, linewidth=1)
    for ways in recording.released.values():
        floor.add_collection(LineCollection(list(ways[:, 1:].reshape(-1, 2, 2)), colors=_PLANNED))
    errors = {robot: recording.path_errors_m(robot) for robot in recording.robots}
    shown = None
    for robot, rows in recording.driven.items():
        x_m, y_m, off_mm = rows[:, 1], rows[:, 2], errors[robot] * 1000
        shown = floor.scatter(x_m, y_m, 3, off_mm, vmin=0, vmax=_MOST_M * 1000, zorder=3)
    if shown is not None:
        figure.colorbar(shown, ax=floor, label="off the released way, mm", extend="max")
    floor.set_aspect("equal")
    floor.set_xlabel("x, m")
    floor.set_ylabel("y, m")
    found = np.concatenate([*errors.values(), np.zeros(0)]) * 1000
    found = found[~np.isnan(found)]
    if len(found):
        p50, p99 = np.percentile(found, (50, 99))
        spread.hist(found, bins=50, range=(0, max(2 * _MOST_M * 1000, p99)), color="#2f6fb3")
        spread.axvline(p99, color="#e4572e")
        spread.set_title(f"p50 {p50:.0f} mm, p99 {p99:.0f} mm")
    spread.set_xlabel("off the released way, mm")
    spread.set_ylabel("places")
    return figure


def save_paths(recording: Recording, path: Path) -> None:
    """Draw and write as SVG, PNG or PDF, by the name."""
    draw_paths(recording).savefig(path, dpi=110)
