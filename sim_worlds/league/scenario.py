"""One-shot instances: MovingAI scenario files.

R. Stern et al., Multi-Agent Pathfinding: Definitions, Variants, and Benchmarks, SoCS 2019. A line
is ``bucket map width height start-x start-y goal-x goal-y optimal-length``, tabs between; x is the
column, y the row. The first N lines are the agents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from planner.warehouse.errors import InvalidInstance
from sim_worlds.league.mapfile import GridMap, load_map
from sim_worlds.league.textfile import read_text

Int32Array = npt.NDArray[np.int32]

_COLUMNS = 9


@dataclass(frozen=True, slots=True, eq=False)
class OneShotInstance:
    """``starts`` and ``goals`` (agents,) are cells of ``map``; each all different, and every goal
    is joined to its start by a path."""

    name: str
    map: GridMap
    starts: Int32Array
    goals: Int32Array


def load_scenario(map_path: Path, scen_path: Path, agents: int) -> OneShotInstance:
    """The first ``agents`` agents of a scenario on a map.

    Raises :class:`InvalidInstance` with line and value: not a scenario, made for a map of another
    size, fewer lines than agents, a start or goal off the map, in a wall, taken twice or out of
    reach.
    """
    floor = load_map(map_path)
    rows = _rows(read_text(scen_path, "scenario"), scen_path.name, agents)
    for line, row in rows:
        _check_row(floor, row, f"{scen_path.name}:{line}")
    places = np.array([row for _, row in rows], dtype=np.int32)
    starts = places[:, 3] * floor.width + places[:, 2]
    goals = places[:, 5] * floor.width + places[:, 4]
    lines = [line for line, _ in rows]
    for what, cells in (("start", starts), ("goal", goals)):
        _all_different(cells, lines, scen_path.name, what)
    region = floor.regions()
    for agent in np.flatnonzero(region[starts] != region[goals]).tolist():
        raise InvalidInstance(
            "no path leads from start to goal",
            field=f"{scen_path.name}:{lines[agent]}",
            value=(int(starts[agent]), int(goals[agent])),
        )
    return OneShotInstance(scen_path.stem, floor, starts, goals)


def _rows(text: str, source: str, agents: int) -> list[tuple[int, list[int]]]:
    """Line number and [width, height, start x, start y, goal x, goal y] of each agent."""
    lines = [(i, line) for i, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines or not lines[0][1].startswith("version"):
        raise InvalidInstance("not a scenario", field=source, remedy='Begin with "version 1".')
    if not 1 <= agents <= len(lines) - 1:
        raise InvalidInstance(
            f"the scenario {source} has {len(lines) - 1} agents",
            field="agents",
            value=agents,
            remedy=f"Ask for 1 to {len(lines) - 1}.",
        )
    return [
        (number, _numbers(line, f"{source}:{number}")) for number, line in lines[1 : agents + 1]
    ]


def _numbers(line: str, place: str) -> list[int]:
    parts = line.split("\t") if "\t" in line else line.split()
    numbers = parts[2:8]
    if len(parts) != _COLUMNS or not all(part.strip().isdecimal() for part in numbers):
        raise InvalidInstance(
            f"should be {_COLUMNS} columns: bucket, map, width, height, start x, start y, "
            "goal x, goal y, optimal length",
            field=place,
            value=line[:60],
        )
    return [int(part) for part in numbers]


def _check_row(floor: GridMap, row: Sequence[int], place: str) -> None:
    width, height, start_x, start_y, goal_x, goal_y = row
    if (width, height) != (floor.width, floor.height):
        raise InvalidInstance(
            f"made for a map of {width} x {height}, this one has {floor.width} x {floor.height}",
            field=place,
            remedy="Take the map that belongs to the scenario.",
        )
    for what, x, y in (("start", start_x, start_y), ("goal", goal_x, goal_y)):
        if x >= floor.width or y >= floor.height:
            raise InvalidInstance(f"{what} off the map", field=place, value=(x, y))
        if floor.blocked[y, x]:
            raise InvalidInstance(f"{what} in a wall", field=place, value=(x, y))


def _all_different(cells: Int32Array, lines: Sequence[int], source: str, what: str) -> None:
    first: dict[int, int] = {}
    for line, cell in zip(lines, cells.tolist(), strict=True):
        if cell in first:
            raise InvalidInstance(
                f"the same {what} as in line {first[cell]}", field=f"{source}:{line}", value=cell
            )
        first[cell] = line
