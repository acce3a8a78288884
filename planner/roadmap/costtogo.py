"""Cost-to-go tables: what it costs from every cell and heading to a goal, turns included.

A goal gets its table when it is first asked for, and only as far around the goal as the askers
are away; who comes from further off has it widened. So a floor of tens of thousands of cells needs
no all-pairs table. The search is Dial's (R. Dial, Algorithm 360, CACM 12, 1969): small whole-number
costs, so that a ring of buckets replaces the heap.
"""

from collections import OrderedDict
from typing import Any

import numba as nb
import numpy as np
import numpy.typing as npt

from planner.roadmap.access import Int32Array, reverse_neighbours

UInt16Array = npt.NDArray[np.uint16]

FAR = 65_535
"""No way, or further than the table reaches."""


class CostToGo:
    """Rows of ``pool`` (rows, 4 * n) uint16, indexed ``[node * 4 + heading]``, one per goal.

    ``drive`` (n, 4) is the cost of the edge in each heading, ``turn`` that of a quarter turn, both
    1 to 255. ``settled`` (rows,) says up to which cost a row is right; beyond it reads ``FAR``.
    A row stays good until ``rows_max`` other goals have been asked for after it. Time grows with
    the states within reach of the askers, memory with ``8 * n`` bytes per row.
    """

    def __init__(self, neighbours: Int32Array, drive: Int32Array, turn: int, memory_mb: int = 256):
        self.neighbours = neighbours
        self.turn = turn
        self._into = reverse_neighbours(neighbours)
        self._rows: OrderedDict[int, int] = OrderedDict()
        width = 4 * len(neighbours)
        self.rows_max = max(64, memory_mb * 2**20 // (2 * width))
        self.pool: UInt16Array = np.empty((16, width), dtype=np.uint16)
        self.settled: Int32Array = np.zeros(16, dtype=np.int32)
        self.goal: Int32Array = np.full(16, -1, dtype=np.int32)
        self.drive = drive
        self.searches = 0

    def row(self, goal: int, near: int, slack: int) -> int:
        """Row of ``pool`` for ``goal``, right at least ``slack`` beyond the cost from state
        ``near`` (``node * 4 + heading``), as far as there is a way at all."""
        row = self._rows.get(goal)
        if row is None:
            row = self._free_row()
            self._rows[goal] = row
            self.goal[row] = goal
            self._search(row, near, slack)
        else:
            self._rows.move_to_end(goal)
            known = int(self.pool[row, near])
            if known + slack > self.settled[row] and self.settled[row] < FAR:
                self._search(row, near, max(slack, int(self.settled[row]) // 2))
        return row

    def redirect(self, drive: Int32Array) -> None:
        """New driving costs, for tables made from now on; those there are, are forgotten."""
        self.drive = drive
        self._rows.clear()

    def _search(self, row: int, near: int, slack: int) -> None:
        self.searches += 1
        self.settled[row] = _dial(
            self._into, self.drive, self.turn, int(self.goal[row]), near, slack, self.pool[row]
        )

    def _free_row(self) -> int:
        if len(self._rows) >= self.rows_max:
            return self._rows.popitem(last=False)[1]
        if len(self._rows) >= len(self.pool):
            rows = min(2 * len(self.pool), self.rows_max)
            self.pool = _grown(self.pool, rows)
            self.settled = _grown(self.settled, rows)
            self.goal = _grown(self.goal, rows)
        return len(self._rows)


def _grown(array: npt.NDArray[Any], rows: int) -> npt.NDArray[Any]:
    more = np.empty((rows, *array.shape[1:]), dtype=array.dtype)
    more[: len(array)] = array
    return more


BUCKETS = 256


@nb.njit(cache=True)
def _dial(into, drive, turn, goal, near, slack, cost):  # type: ignore[no-untyped-def]
    """Fill ``cost`` backwards from the goal until ``slack`` beyond state ``near``; returns up to
    which cost it is right (``FAR`` if the whole floor is done)."""
    cost[:] = FAR
    head = np.full(BUCKETS, -1, dtype=np.int32)
    size = 4096
    state_of = np.empty(size, dtype=np.int32)
    behind = np.empty(size, dtype=np.int32)
    used = 0
    for heading in range(4):
        cost[goal * 4 + heading] = 0
        state_of[used] = goal * 4 + heading
        behind[used] = head[0]
        head[0] = used
        used += 1
    waiting = used
    limit = FAR - BUCKETS
    level = 0
    while waiting > 0 and level <= limit:
        bucket = level % BUCKETS
        while head[bucket] >= 0:
            entry = head[bucket]
            head[bucket] = behind[entry]
            waiting -= 1
            state = state_of[entry]
            if cost[state] != level:
                continue
            if state == near:
                limit = min(limit, level + slack)
            there, towards = state >> 2, state & 3
            if used + 3 >= size:
                size *= 2
                state_of = _longer(state_of, size)
                behind = _longer(behind, size)
            for way in range(3):
                if way == 0:
                    here = into[there, towards]
                    if here < 0:
                        continue
                    before = here * 4 + towards
                    total = level + drive[here, towards]
                else:
                    before = there * 4 + ((towards + way * 2 - 3) & 3)
                    total = level + turn
                if total < cost[before]:
                    cost[before] = total
                    state_of[used] = before
                    behind[used] = head[total % BUCKETS]
                    head[total % BUCKETS] = used
                    used += 1
                    waiting += 1
        level += 1
    return FAR if waiting == 0 else level - 1


@nb.njit(cache=True)
def _longer(array, size):  # type: ignore[no-untyped-def]
    longer = np.empty(size, dtype=array.dtype)
    longer[: array.shape[0]] = array
    return longer
