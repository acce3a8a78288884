"""The lattice everything drives on: cell ``(column, row)`` has its centre at
``(column * pitch_m, row * pitch_m)`` in the site's frame."""

from collections.abc import Iterator
from dataclasses import dataclass

from planner.warehouse.errors import InvalidSite
from planner.warehouse.ids import NodeId
from planner.warehouse.site import Point

Cell = tuple[int, int]
"""Column and row, both from 0."""

STEPS: tuple[Cell, ...] = ((1, 0), (0, 1), (-1, 0), (0, -1))
"""One cell in each heading: 0 = east, 1 = north, 2 = west, 3 = south."""

TOLERANCE_M = 0.001
"""A point this close to a cell's centre stands on it: site files are written in millimetres."""


def step(cell: Cell, heading: int) -> Cell:
    """The neighbouring cell in a heading."""
    east, north = STEPS[heading]
    return cell[0] + east, cell[1] + north


def heading_between(start: Cell, end: Cell) -> int | None:
    """Heading of the straight way from one cell to another; ``None`` if skew or no way at all."""
    east, north = end[0] - start[0], end[1] - start[1]
    if (east == 0) == (north == 0):
        return None
    if north == 0:
        return 0 if east > 0 else 2
    return 1 if north > 0 else 3


def cells_between(start: Cell, end: Cell) -> Iterator[Cell]:
    """Every cell of a straight way, both ends included; only ``start`` if the way is skew."""
    cell = start
    yield cell
    heading = heading_between(start, end)
    while heading is not None and cell != end:
        cell = step(cell, heading)
        yield cell


def node_id(cell: Cell) -> NodeId:
    """``c012r007``: the name of a cell, the same in every roadmap of the site."""
    return NodeId(f"c{cell[0]:03d}r{cell[1]:03d}")


@dataclass(frozen=True, slots=True)
class Lattice:
    """Points of the site to cells and back."""

    pitch_m: float

    def nearest(self, point: Point) -> Cell:
        """The cell whose centre is nearest to a point, wherever it lies."""
        return round(point[0] / self.pitch_m), round(point[1] / self.pitch_m)

    def centre_m(self, cell: Cell) -> Point:
        """Centre of a cell, to the tenth of a millimetre (no 3.5999999999999996)."""
        return round(cell[0] * self.pitch_m, 4), round(cell[1] * self.pitch_m, 4)

    def cell(self, point: Point, field: str) -> Cell:
        """The cell a point stands on. :class:`InvalidSite` names ``field`` and the nearest
        centre if the point lies off the lattice or west or south of it."""
        cell = self.nearest(point)
        legal = max(cell[0], 0), max(cell[1], 0)
        x_m, y_m = self.centre_m(legal)
        if max(abs(point[0] - x_m), abs(point[1] - y_m)) > TOLERANCE_M:
            raise InvalidSite(
                f"off the lattice of {self.pitch_m:g} m",
                field=field,
                value=list(point),
                remedy=f"The nearest cell is at [{x_m:g}, {y_m:g}].",
            )
        return cell
