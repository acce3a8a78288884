"""Small floors for trials: two halls with narrow aisles between them, and a room to oneself."""

import numpy as np
from fakes.league_floors import map_text

from planner.lifelong.trial import Start
from planner.mapf.guidance import COST_MAX, Guidance
from sim_worlds.league.mapfile import parse_map

HALLS = [
    "......................",
    "......................",
    "...@@@@@@@@@@@@@@@@...",
    "......................",
    "...@@@@@@@@@@@@@@@@...",
    "......................",
    "......................",
]
"""Two halls with a narrow aisle between them and more way round it."""


def start_on(rows: list[str], cells: list[int], tasks: list[tuple[int, ...]]) -> Start:
    floor = parse_map(map_text(rows), "drawn.map")
    height, width = floor.blocked.shape
    xy = np.stack([np.tile(np.arange(width), height), np.repeat(np.arange(height), width)], axis=1)
    at = np.array(cells, dtype=np.int32)
    return Start(floor.neighbours(), at, np.zeros(len(cells), np.int32), tasks, xy.astype(np.int32))


def busy_halls() -> Start:
    """20 agents carry from either hall to the other."""
    left = [row * 22 + column for row in range(7) for column in (0, 1)]
    right = [row * 22 + column for row in range(7) for column in (20, 21)]
    tasks = list(zip(left, right, strict=True)) + list(zip(right, left, strict=True))
    return start_on(HALLS, left[:10] + right[:10], tasks)


def quiet_room() -> Start:
    """Two agents with much room: nothing costs time but detours."""
    corners = [0, 11, 132, 143]
    tasks = [(one, other) for one in corners for other in corners if one != other]
    return start_on(["............"] * 12, [65, 78], tasks)


def mazy(start: Start) -> Guidance:
    """Costs by chance, so that the cheapest ways are long detours."""
    drive = np.random.default_rng(1).choice([1, COST_MAX], start.neighbours.shape)
    return Guidance(drive.astype(np.int32))
