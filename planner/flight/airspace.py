"""Where drones may be: the air above the floor, cut into cells, without the no-fly boxes.

A cell ``(column, row, layer)`` stands on the site's lattice cell of that column and row. Layer 0 is
the lowest, its bottom clear of every pod carried; all below is layer -1, where only pads are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, hypot, inf
from typing import NamedTuple

from planner.roadmap.lattice import Lattice
from planner.warehouse.site import Point

AirCell = tuple[int, int, int]
"""Column, row and layer."""
GROUND = -1
"""The layer below all others."""
LOOK_LAYER = 0
"""Where drones hover to look; nobody travels or waits there."""
_EDGE_M = 1e-6


class Position(NamedTuple):
    """A place in the site's frame, z above the floor; metres."""

    x_m: float
    y_m: float
    z_m: float

    def metres_to(self, other: "Position") -> float:
        """Straight distance."""
        return hypot(other.x_m - self.x_m, other.y_m - self.y_m, other.z_m - self.z_m)


@dataclass(frozen=True, slots=True)
class NoFlyBox:
    """Air that no drone enters: a polygon from ``lowest_m`` to ``highest_m`` above the floor. Above
    people, and around what stands or hangs there. Zones of the floor do not hold for drones."""

    id: str
    polygon_m: tuple[Point, ...]
    lowest_m: float = 0.0
    highest_m: float = inf


@dataclass(frozen=True, slots=True)
class Pad:
    """Where a drone stands, charges, starts and lands. The cells above it are its shaft, which is
    for its own drone only."""

    id: str
    place: Position


@dataclass(frozen=True, slots=True)
class AirspaceParams:
    """Drones stay between ``lowest_m`` (the height of a pod that is carried, and clearance) and
    ``highest_m``, in layers of ``layer_m``: enough that the wash of one does no harm to the one
    beneath. Around the line it was given a drone takes up ``reach_m`` sideways and
    ``reach_up_m`` up and down, drift included."""

    lowest_m: float = 2.4
    highest_m: float = 8.4
    layer_m: float = 1.5
    reach_m: float = 0.5
    reach_up_m: float = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Airspace:
    """Made by :func:`planner.flight.enclosure.airspace_of`."""

    pitch_m: float
    params: AirspaceParams
    layers: int
    open: frozenset[AirCell]
    """Cells in which a drone may be, from layer 0 up."""
    shafts: Mapping[tuple[int, int], Pad]
    """The pads, by column and row."""

    def centre(self, cell: AirCell) -> Position:
        """The middle of a cell; of a ground cell the pad that stands there."""
        column, row, layer = cell
        if layer == GROUND:
            return self.shafts[column, row].place
        z_m = self.params.lowest_m + (layer + 0.5) * self.params.layer_m
        return Position(column * self.pitch_m, row * self.pitch_m, z_m)

    def cell_at(self, place: Position) -> AirCell:
        """The cell in which a place lies."""
        column, row = Lattice(self.pitch_m).nearest((place.x_m, place.y_m))
        return column, row, self._layer(place.z_m)

    def pad_cell(self, pad: Pad) -> AirCell:
        """The ground cell on which a pad stands."""
        return (*Lattice(self.pitch_m).nearest(pad.place[:2]), GROUND)

    def corridor(self, start: Position, end: Position) -> frozenset[AirCell]:
        """All cells that a drone on the straight line from one place to the other may touch."""
        reach, reach_up = self.params.reach_m, self.params.reach_up_m
        cells: list[AirCell] = []
        for column in _covered(start.x_m, end.x_m, reach, self.pitch_m):
            across = self._part(start.x_m, end.x_m, column, reach, (0.0, 1.0))
            if across is None:
                continue
            ys = [start.y_m + share * (end.y_m - start.y_m) for share in across]
            for row in _covered(ys[0], ys[1], reach, self.pitch_m):
                part = self._part(start.y_m, end.y_m, row, reach, across)
                if part is None:
                    continue
                zs = [start.z_m + share * (end.z_m - start.z_m) for share in part]
                bottom = self._layer(min(zs) - reach_up + _EDGE_M)
                top = self._layer(max(zs) + reach_up - _EDGE_M)
                cells += [(column, row, layer) for layer in range(bottom, top + 1)]
        return frozenset(cells)

    def way_cells(self, way: Sequence[Position]) -> frozenset[AirCell]:
        """The corridors of all legs of a way; of a single place, its own."""
        if len(way) == 1:
            return self.corridor(way[0], way[0])
        return frozenset().union(*(self.corridor(start, end) for start, end in pairwise(way)))

    def _layer(self, z_m: float) -> int:
        return max(GROUND, floor((z_m - self.params.lowest_m) / self.params.layer_m))

    def _part(
        self, start: float, end: float, number: int, reach: float, within: tuple[float, float]
    ) -> tuple[float, float] | None:
        """Which part of a line (shares of it) is within reach of a column or row, if any."""
        half = self.pitch_m / 2 + reach - _EDGE_M
        low, high = number * self.pitch_m - half, number * self.pitch_m + half
        if start == end:
            return within if low < start < high else None
        shares = sorted(((low - start) / (end - start), (high - start) / (end - start)))
        first, last = max(shares[0], within[0]), min(shares[1], within[1])
        return (first, last) if first <= last else None


def _covered(start: float, end: float, reach: float, pitch_m: float) -> range:
    """Columns or rows that a line comes near to."""
    low, high = min(start, end) - reach, max(start, end) + reach
    return range(floor(low / pitch_m + 0.5), ceil(high / pitch_m - 0.5) + 1)
