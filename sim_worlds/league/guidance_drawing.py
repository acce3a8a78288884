"""Guidance as a picture: where driving one way is cheaper than the other, an arrow points along."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from planner.mapf.guidance import Guidance
from planner.roadmap.access import Int32Array
from planner.warehouse.errors import InvalidGuidance
from sim_worlds.league.atomic import replacing
from sim_worlds.league.mapfile import GridMap

FORMATS = (".png", ".svg", ".pdf")

_FLOOR, _WALL = "#fbfaf7", "#39424e"
_COLOURS = ("#2f6fb3", "#e4572e", "#3a9a5b", "#b0529c")
_NAMES = ("east", "south", "west", "north")
_STEPS = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)])
_FAINT = 0.05
"""Preferences below this share of the costs are left out."""
_INCHES = 14.0
_DOTS_PER_INCH = 150


def save_guidance_drawing(guidance: Guidance, floor: GridMap, path: Path) -> int:
    """Draw the floor and its lanes; returns the number of arrows.

    Raises :class:`InvalidGuidance` on an unknown suffix or if the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InvalidGuidance(
            "cannot draw this kind of file",
            field="output",
            value=path.name,
            remedy=f"End its name with {', '.join(FORMATS[:-1])} or {FORMATS[-1]}.",
        )
    figure = Figure(figsize=(_INCHES, _INCHES * floor.height / floor.width + 0.4))
    arrows = _draw(figure, guidance, floor)
    try:
        with replacing(path) as draft:
            figure.savefig(draft, dpi=_DOTS_PER_INCH, format=suffix[1:])
    except OSError as error:
        raise InvalidGuidance(
            f"cannot be written: {error.strerror}", field="output", value=str(path)
        ) from error
    return arrows


def preferences(
    guidance: Guidance, neighbours: Int32Array
) -> Iterator[tuple[int, Int32Array, npt.NDArray[np.float64]]]:
    """By heading, the cells from which driving on is cheaper than coming back over the same edge,
    and by how much: the difference as a share of the sum, up to 1."""
    for heading in range(4):
        (cell,) = np.nonzero(neighbours[:, heading] >= 0)
        there = guidance.drive[cell, heading]
        back = guidance.drive[neighbours[cell, heading], (heading + 2) % 4]
        share = (back - there) / (back + there)
        clear = share > _FAINT
        yield heading, cell[clear].astype(np.int32), share[clear]


def _draw(figure: Figure, guidance: Guidance, floor: GridMap) -> int:
    axes = figure.add_axes((0.0, 0.05, 1.0, 0.95))
    axes.imshow(floor.blocked, cmap=ListedColormap([_FLOOR, _WALL]), vmin=0, vmax=1)
    axes.set_axis_off()
    arrows = 0
    for heading, cell, share in preferences(guidance, floor.neighbours()):
        if len(cell) == 0:
            continue
        row, column = np.divmod(cell, floor.width)
        dx, dy = _STEPS[heading]
        axes.quiver(
            column + 0.1 * dx, row + 0.1 * dy, np.full(len(cell), 0.8 * dx),
            np.full(len(cell), 0.8 * dy), angles="xy", scale_units="xy", scale=1.0, units="xy",
            width=0.16, color=_COLOURS[heading], alpha=np.clip(0.15 + 1.5 * share, 0.0, 1.0),
        )  # fmt: skip
        arrows += len(cell)
    shown = [
        Line2D([], [], color=colour, lw=3, label=f"{name} is cheaper")
        for colour, name in zip(_COLOURS, _NAMES, strict=True)
    ]
    figure.legend(handles=shown, loc="lower left", ncols=4, frameon=False)
    return arrows
