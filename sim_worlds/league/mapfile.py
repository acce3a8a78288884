"""Maps in the MovingAI format.

N. R. Sturtevant: Benchmarks for Grid-Based Pathfinding, IEEE TCIAIG 4(2), 2012, with the letters
``E`` and ``S`` of the League of Robot Runners (emitters and service points, both passable).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numba as nb
import numpy as np
import numpy.typing as npt

from planner.warehouse.errors import InvalidInstance
from sim_worlds.league.textfile import read_text

Int32Array = npt.NDArray[np.int32]

PASSABLE = ".GES"
"""Floor, the same under another letter, emitter (delivery), service point (pick-up) or swamp."""
BLOCKED = "@OTW"
"""Out of bounds, the same under another letter, tree (wall), water."""
EAST, SOUTH, WEST, NORTH = range(4)
"""The League's headings. Rows count downwards: south is one row on."""

_HEADER = ("type", "height", "width")


@dataclass(frozen=True, slots=True, eq=False)
class GridMap:
    """A floor of square cells; cell ``row * width + column`` counts from the top left.

    ``blocked`` (height, width) says where nobody can be; ``letters`` (height, width) are the
    map's own characters as bytes.
    """

    blocked: npt.NDArray[np.bool_]
    letters: npt.NDArray[np.uint8]

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.blocked.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.blocked.shape[1])

    @property
    def free_cells(self) -> int:
        """How many cells are passable."""
        return int(self.blocked.size - self.blocked.sum())

    def neighbours(self) -> Int32Array:
        """(cells, 4): the cell one further to the east, south, west and north, or -1 where that
        is blocked or off the map. Blocked cells lead nowhere."""
        cells = np.arange(self.blocked.size, dtype=np.int32).reshape(self.blocked.shape)
        cells = np.where(self.blocked, -1, cells)
        found = np.full((*self.blocked.shape, 4), -1, dtype=np.int32)
        found[:, :-1, EAST] = cells[:, 1:]
        found[:-1, :, SOUTH] = cells[1:, :]
        found[:, 1:, WEST] = cells[:, :-1]
        found[1:, :, NORTH] = cells[:-1, :]
        found[self.blocked] = -1
        return found.reshape(-1, 4)

    def regions(self) -> Int32Array:
        """(cells,): a number for every cell, the same for cells joined by a path; -1 if blocked."""
        region = np.full(self.blocked.size, -1, dtype=np.int32)
        _flood(self.blocked.ravel(), self.neighbours(), region)
        return region


def load_map(path: Path, field: str = "map") -> GridMap:
    """Read a ``.map`` file. Raises :class:`InvalidInstance` with line, column and what is wrong;
    ``field`` is who names the file."""
    return parse_map(read_text(path, field), path.name)


def parse_map(text: str, source: str) -> GridMap:
    """The map in ``text``; ``source`` is the file's name for errors."""
    lines = text.splitlines()
    height, width = _size(lines[: len(_HEADER) + 1], source)
    first = len(_HEADER) + 1
    rows = [line.rstrip() for line in lines[first:]]
    while rows and not rows[-1]:
        rows.pop()
    if len(rows) != height:
        raise InvalidInstance(
            f"{height} rows announced, {len(rows)} found", field=source, remedy="Correct height."
        )
    for number, row in enumerate(rows):
        _check_row(row, number, width, f"{source}:{first + number + 1}")
    letters = np.frombuffer("".join(rows).encode("ascii"), dtype=np.uint8)
    letters = letters.reshape(height, width)
    blocked = np.isin(letters, np.frombuffer(BLOCKED.encode(), dtype=np.uint8))
    return GridMap(blocked, letters)


def _size(lines: Sequence[str], source: str) -> tuple[int, int]:
    """Height and width from the header ``type octile``, ``height H``, ``width W``, ``map``."""
    words = [line.split() for line in lines]
    names = tuple(word[0] if word else "" for word in words)
    if names != (*_HEADER, "map") or any(len(word) != 2 for word in words[:-1]):
        raise InvalidInstance(
            "not the header of a map",
            field=source,
            value=" / ".join(lines)[:60],
            remedy="Begin with the lines: type octile, height H, width W, map.",
        )
    if words[0][1] != "octile":
        raise InvalidInstance("unknown type", field=f"{source}:1", value=words[0][1])
    sizes = [int(word[1]) if word[1].isdecimal() else 0 for word in words[1:3]]
    for line, (name, size) in enumerate(zip(_HEADER[1:], sizes, strict=True), start=2):
        if size < 1:
            raise InvalidInstance(
                f"{name} should be a whole number from 1", field=f"{source}:{line}", value=size
            )
    return sizes[0], sizes[1]


def _check_row(row: str, number: int, width: int, place: str) -> None:
    if len(row) != width:
        raise InvalidInstance(
            f"row {number} has {len(row)} columns, the header says {width}",
            field=place,
            remedy="Correct the row or the width.",
        )
    unknown = row.strip(PASSABLE + BLOCKED)
    for letter in unknown:
        if letter not in PASSABLE + BLOCKED:
            raise InvalidInstance(
                f"unknown letter in row {number}, column {row.index(letter)}",
                field=place,
                value=letter,
                remedy=f"Passable are {PASSABLE}, blocked are {BLOCKED}.",
            )


@nb.njit(cache=True)
def _flood(blocked, neighbours, region):  # type: ignore[no-untyped-def]
    """Number the regions in ``region`` (cells,), breadth first."""
    queue = np.empty(len(blocked), dtype=np.int32)
    regions = 0
    for seed in range(len(blocked)):
        if blocked[seed] or region[seed] >= 0:
            continue
        region[seed] = regions
        queue[0] = seed
        head, tail = 0, 1
        while head < tail:
            for heading in range(4):
                after = neighbours[queue[head], heading]
                if after >= 0 and region[after] < 0:
                    region[after] = regions
                    queue[tail] = after
                    tail += 1
            head += 1
        regions += 1
