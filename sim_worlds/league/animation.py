"""A run as a small moving picture: animated GIF, or SVG that moves smoothly (SMIL)."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.animation import PillowWriter
from matplotlib.collections import PolyCollection
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from planner.warehouse.errors import InvalidPlan
from sim_worlds.league.atomic import replacing
from sim_worlds.league.film import Film, TaskState
from sim_worlds.league.mapfile import GridMap

FORMATS = (".gif", ".svg")

_FLOOR, _WALL, _EMITTER, _SERVICE, _INK = "#fbfaf7", "#39424e", "#d3e3f5", "#f4ecdf", "#2b333d"
_COLOURS = {
    TaskState.FREE: "#9aa5b1",
    TaskState.ASSIGNED: "#2f6fb3",
    TaskState.OPENED: "#e4572e",
}
_LEGEND = {
    TaskState.FREE: "no task",
    TaskState.ASSIGNED: "to its first errand",
    TaskState.OPENED: "task opened",
}
_BODY = np.array([(0.45, 0.0), (0.1, 0.36), (-0.4, 0.36), (-0.4, -0.36), (0.1, -0.36)])
"""An agent that faces east, in cells: the tip is its front."""
_TURNS = np.array([[(1, 0), (0, 1)], [(0, 1), (-1, 0)], [(-1, 0), (0, -1)], [(0, -1), (1, 0)]])
"""Rows: where its x and y axes point after so many quarters clockwise (y down)."""
_INCHES = 7.0
_DOTS_PER_INCH = 100
_ENDLESS = "repeatCount='indefinite'"


def save_animation(
    film: Film, path: Path, fps: int, on_frame: Callable[[int], object] = lambda _: None
) -> None:
    """Write the film, whole or not at all; ``fps`` are steps a second. ``on_frame`` is told how
    many frames are done.

    Raises :class:`InvalidPlan` on an unknown suffix or if the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InvalidPlan(
            "cannot draw this kind of file",
            field="output",
            value=path.name,
            remedy=f"End its name with {' or '.join(FORMATS)}.",
        )
    if not 1 <= fps <= 60:
        raise InvalidPlan("should be 1 to 60", field="fps", value=fps)
    try:
        with replacing(path) as draft:
            if suffix == ".svg":
                draft.write_text("\n".join(_svg(film, fps)) + "\n")
                on_frame(len(film.place))
            else:
                _save_gif(film, draft, fps, on_frame)
    except OSError as error:
        raise InvalidPlan(
            f"cannot be written: {error.strerror}", field="output", value=str(path)
        ) from error


def _save_gif(film: Film, path: Path, fps: int, on_frame: Callable[[int], object]) -> None:
    floor = film.floor
    figure = Figure(figsize=(_INCHES, _INCHES * floor.height / floor.width + 0.45))
    axes = figure.add_axes((0.01, 0.07, 0.98, 0.92))
    axes.imshow(_picture(floor), cmap=ListedColormap([_FLOOR, _EMITTER, _SERVICE, _WALL]), vmax=3)
    axes.set_axis_off()
    patches = [Patch(color=_COLOURS[state], label=_LEGEND[state]) for state in TaskState]
    figure.legend(handles=patches, loc="lower left", ncols=3, frameon=False, fontsize=8)
    clock = figure.text(0.98, 0.02, "", ha="right", fontsize=9, color=_INK)
    colours = np.array([_COLOURS[state] for state in TaskState])
    agents = PolyCollection([], antialiaseds=True)
    axes.add_collection(agents)
    writer = PillowWriter(fps=fps)
    with writer.saving(figure, str(path), _DOTS_PER_INCH):
        for frame in range(len(film.place)):
            turned = np.einsum("pc,acd->apd", _BODY, _TURNS[film.quarters[frame] % 4])
            agents.set_verts(list(film.place[frame][:, None] + turned))
            agents.set_facecolor(colours[film.state[frame]].tolist())
            clock.set_text(f"step {film.first + frame}")
            writer.grab_frame()
            on_frame(frame + 1)


def _picture(floor: GridMap) -> npt.NDArray[np.int8]:
    """Kinds of cells: 0 floor, 1 emitter, 2 service point, 3 blocked."""
    kind = np.zeros(floor.blocked.shape, dtype=np.int8)
    kind[floor.letters == ord("E")] = 1
    kind[floor.letters == ord("S")] = 2
    kind[floor.blocked] = 3
    return kind


def _svg(film: Film, fps: int) -> Iterator[str]:
    floor = film.floor
    seconds = f"{max(len(film.place) - 1, 1) / fps:.6g}s"
    yield (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {floor.width} {floor.height + 2}' "
        f"font-family='sans-serif' font-size='1.1' fill='{_INK}'>"
    )
    yield f"<rect width='{floor.width}' height='{floor.height}' fill='{_FLOOR}'/>"
    kinds = _picture(floor)
    for kind, colour in ((1, _EMITTER), (2, _SERVICE), (3, _WALL)):
        yield f"<path fill='{colour}' d='{''.join(_runs(kinds == kind))}'/>"
    for place, state in enumerate(TaskState):
        at = 1 + 12 * place
        yield f"<circle cx='{at}' cy='{floor.height + 1}' r='.45' fill='{_COLOURS[state]}'/>"
        yield f"<text x='{at + 0.8}' y='{floor.height + 1.4}'>{_LEGEND[state]}</text>"
    body = "M" + "L".join(f"{x:g},{y:g}" for x, y in _BODY.tolist()) + "Z"
    yield f"<defs><path id='a' d='{body}'/></defs>"
    for agent in range(film.place.shape[1]):
        moves = [f"{x + 0.5:g},{y + 0.5:g}" for x, y in film.place[:, agent].tolist()]
        turns = [f"{90 * quarters}" for quarters in film.quarters[:, agent].tolist()]
        fills = [_COLOURS[TaskState(state)] for state in film.state[:, agent].tolist()]
        yield (
            f"<g transform='translate({moves[0]})'>{_animated('translate', moves, seconds)}"
            f"<use href='#a' transform='rotate({turns[0]})' fill='{fills[0]}'>"
            f"{_animated('rotate', turns, seconds)}"
            f"{_recoloured(fills, seconds)}</use></g>"
        )
    yield "</svg>"


def _runs(mask: npt.NDArray[np.bool_]) -> Iterator[str]:
    """The cells of a mask as rectangles, one per run in a row."""
    for row, cells in enumerate(mask):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], cells.astype(np.int8), [0]))))
        for start, end in edges.reshape(-1, 2).tolist():
            yield f"M{start} {row}h{end - start}v1H{start}z"


def _animated(kind: str, values: Iterable[str], seconds: str) -> str:
    return (
        f"<animateTransform attributeName='transform' type='{kind}' dur='{seconds}' {_ENDLESS} "
        f"values='{';'.join(values)}'/>"
    )


def _recoloured(fills: list[str], seconds: str) -> str:
    """Colours change at the end of a step, all at once."""
    changes = [i for i, fill in enumerate(fills) if i == 0 or fill != fills[i - 1]]
    if len(changes) == 1:
        return ""
    times = ";".join(f"{change / (len(fills) - 1):.4g}" for change in changes)
    values = ";".join(fills[change] for change in changes)
    return (
        f"<animate attributeName='fill' calcMode='discrete' dur='{seconds}' {_ENDLESS} "
        f"keyTimes='{times}' values='{values}'/>"
    )
