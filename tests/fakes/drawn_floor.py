"""Roadmaps from pictures, for floors small enough to reason about."""

import numpy as np

from planner.roadmap.access import SPOT
from planner.roadmap.roadmap import Roadmap

PITCH_M = 1.0


def drawn_floor(drawing: str) -> Roadmap:
    """A roadmap from a picture: ``.`` aisle, ``_`` spot, anything else is no floor."""
    rows = [line.strip() for line in drawing.strip().splitlines()][::-1]
    cells = [(x, y) for y, row in enumerate(rows) for x, c in enumerate(row) if c in "._"]
    index = {cell: i for i, cell in enumerate(cells)}
    steps = ((1, 0), (0, 1), (-1, 0), (0, -1))
    neighbours = [[index.get((x + dx, y + dy), -1) for dx, dy in steps] for x, y in cells]
    names = tuple(f"c{x}r{y}" for x, y in cells)
    return Roadmap(
        nodes=names,  # type: ignore[arg-type]
        index={name: i for i, name in enumerate(names)},  # type: ignore[misc]
        xy_m=np.array(cells, dtype=np.float64) * PITCH_M,
        neighbours=np.array(neighbours, dtype=np.int32),
        speed_mps=np.full((len(cells), 4), np.inf),
        kind=np.array([SPOT if rows[y][x] == "_" else 0 for x, y in cells], dtype=np.int8),
        station_of=np.full(len(cells), -1, dtype=np.int32),
        spots=(),
        station_nodes={},
        queue_nodes={},
        charger_nodes={},
        pods={},
        robots={},
    )
