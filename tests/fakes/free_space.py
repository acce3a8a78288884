"""Free floor found with a lidar, ways through it, and a plain controller that follows them."""

import heapq
import math
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from planner.warehouse.robot import Pose
from sim_worlds.gazebo.scans import LidarScan

CELL_M = 0.1
Cell = tuple[int, int]
Point = tuple[float, float]


class FreeSpace:
    """A grid over a square of ``2 * half_m``: unknown, free or blocked."""

    def __init__(self, half_m: float):
        self._half_m = half_m
        count = round(2 * half_m / CELL_M)
        self._free: npt.NDArray[np.bool_] = np.zeros((count, count), np.bool_)
        self._blocked: npt.NDArray[np.bool_] = np.zeros((count, count), np.bool_)

    def add(self, scan: LidarScan, sensor: Pose, reach_m: float) -> None:
        """What a turn of a lidar at ``sensor`` shows: free along each ray, blocked at its end."""
        ranges = np.array(scan.ranges_m)
        angles = sensor.theta_rad + scan.first_rad + scan.step_rad * np.arange(len(ranges))
        along = np.arange(0.0, reach_m, CELL_M / 2)
        is_before = along[None, :] < np.minimum(ranges, reach_m)[:, None] - CELL_M
        x_m = sensor.x_m + np.cos(angles)[:, None] * along
        y_m = sensor.y_m + np.sin(angles)[:, None] * along
        self._mark(self._free, x_m[is_before], y_m[is_before])
        hits = np.isfinite(ranges)
        x_end, y_end = np.cos(angles) * ranges, np.sin(angles) * ranges
        self._mark(self._blocked, sensor.x_m + x_end[hits], sensor.y_m + y_end[hits])

    def with_blocked(self, at: Pose, radius_m: float) -> "FreeSpace":
        """The same floor with something on it that no scan shows."""
        other = FreeSpace(self._half_m)
        other._free, other._blocked = self._free.copy(), self._blocked.copy()
        steps = np.arange(-radius_m, radius_m + CELL_M, CELL_M)
        x_m, y_m = np.meshgrid(steps, steps)
        inside = np.hypot(x_m, y_m) <= radius_m
        other._mark(other._blocked, at.x_m + x_m[inside], at.y_m + y_m[inside])
        return other

    def drivable(self, clearance_m: float) -> npt.NDArray[np.bool_]:
        """Cells whose whole neighbourhood is known and free."""
        bad = self._blocked | ~self._free
        near = math.ceil(clearance_m / CELL_M)
        wide = bad.copy()
        for i in range(-near, near + 1):
            for j in range(-near, near + 1):
                if math.hypot(i, j) * CELL_M <= clearance_m:
                    wide |= np.roll(bad, (i, j), (0, 1))
        drivable = ~wide
        drivable[:near], drivable[-near:] = False, False
        drivable[:, :near], drivable[:, -near:] = False, False
        return drivable

    def cell(self, x_m: float, y_m: float) -> Cell:
        """The cell of a point."""
        return int((x_m + self._half_m) / CELL_M), int((y_m + self._half_m) / CELL_M)

    def point(self, cell: Cell) -> Point:
        """The middle of a cell."""
        return (cell[0] + 0.5) * CELL_M - self._half_m, (cell[1] + 0.5) * CELL_M - self._half_m

    def _mark(
        self,
        grid: npt.NDArray[np.bool_],
        x_m: npt.NDArray[np.float64],
        y_m: npt.NDArray[np.float64],
    ) -> None:
        i = ((x_m + self._half_m) / CELL_M).astype(int)
        j = ((y_m + self._half_m) / CELL_M).astype(int)
        inside = (i >= 0) & (j >= 0) & (i < grid.shape[0]) & (j < grid.shape[1])
        grid[i[inside], j[inside]] = True


def ways_from(drivable: npt.NDArray[np.bool_], start: Cell) -> dict[Cell, tuple[float, Cell]]:
    """Dijkstra: length of the way to each reachable cell, in cells, and the cell before it."""
    ways: dict[Cell, tuple[float, Cell]] = {}
    queue: list[tuple[float, Cell, Cell]] = [(0.0, start, start)]
    around = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
    while queue:
        length, cell, before = heapq.heappop(queue)
        if cell in ways:
            continue
        ways[cell] = (length, before)
        for i, j in around:
            then = (cell[0] + i, cell[1] + j)
            if drivable[then] and then not in ways:
                heapq.heappush(queue, (length + math.hypot(i, j), then, cell))
    return ways


def way_to(ways: dict[Cell, tuple[float, Cell]], goal: Cell) -> list[Cell]:
    """The cells from the start to ``goal``."""
    way = [goal]
    while ways[way[-1]][1] != way[-1]:
        way.append(ways[way[-1]][1])
    return way[::-1]


def far_apart(
    drivable: npt.NDArray[np.bool_], start: Cell, count: int, limit: float = math.inf
) -> list[Cell]:
    """``count`` reachable cells, each as far as can be from all before it."""
    chosen = [start]
    nearest = {cell: way[0] for cell, way in ways_from(drivable, start).items() if way[0] < limit}
    for _ in range(count):
        chosen.append(max(nearest, key=lambda cell: (nearest[cell], cell)))
        for cell, (length, _) in ways_from(drivable, chosen[-1]).items():
            if cell in nearest:
                nearest[cell] = min(nearest[cell], length)
    return chosen[1:]


def pursue(pose: Pose, way: list[Point], look_ahead_m: float = 0.4) -> tuple[float, float]:
    """Speeds (forward, turn) that follow a way; the points passed are dropped from it.

    Pure pursuit with turns on the spot; (0, 0) at the end.
    """
    while way and math.hypot(way[0][0] - pose.x_m, way[0][1] - pose.y_m) < look_ahead_m:
        if len(way) == 1 and math.hypot(way[0][0] - pose.x_m, way[0][1] - pose.y_m) > 0.05:
            break
        way.pop(0)
    if not way:
        return 0.0, 0.0
    x_m, y_m = way[0][0] - pose.x_m, way[0][1] - pose.y_m
    error_rad = turn_between(pose.theta_rad, math.atan2(y_m, x_m))
    if abs(error_rad) > 0.5:
        return 0.0, math.copysign(0.8, error_rad)
    return min(0.8, math.hypot(x_m, y_m) + 0.1) * math.cos(error_rad), 1.5 * error_rad


def turn_between(from_rad: float, to_rad: float) -> float:
    """The shorter turn from one heading to another."""
    return math.remainder(to_rad - from_rad, math.tau)


def lines(cells: Iterable[Cell], space: FreeSpace) -> list[Point]:
    """Points on a way, one every second cell, with its end."""
    every = list(cells)
    return [space.point(cell) for cell in (*every[:-1:2], every[-1])]
