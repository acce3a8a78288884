"""Cost-to-go tables: what it costs from every cell and heading to a goal, turns included.

A goal gets its table when it is first asked for, and only as far around the goal as the askers
are away; who comes from further off has it widened. So a floor of tens of thousands of cells needs
no all-pairs table. The search is Dial's (R. Dial, Algorithm 360, CACM 12, 1969): small whole-number
costs, so that a ring of buckets replaces the heap.
"""

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
    1 to 255. ``settled`` (rows,) says up to which cost a row is right; beyond it reads too
    much, at the most ``FAR``.
    Rows asked for together are good until the next call; beyond ``rows_max`` the rows longest not
    asked for make place. Time grows with the states within reach of the askers, memory with
    ``8 * n`` bytes per row.
    """

    def __init__(self, neighbours: Int32Array, drive: Int32Array, turn: int, rows_max: int):
        n = len(neighbours)
        self.rows_max = rows_max
        self.drive, self.turn = drive, turn
        self.searches = 0
        # Only what is written to takes memory.
        self.pool: UInt16Array = np.empty((rows_max, 4 * n), dtype=np.uint16)
        self.settled: Int32Array = np.zeros(rows_max, dtype=np.int32)
        self._into = reverse_neighbours(neighbours)
        self._row_of: Int32Array = np.full(n, -1, dtype=np.int32)
        self._goal_of: Int32Array = np.full(rows_max, -1, dtype=np.int32)
        self._asked: npt.NDArray[np.int64] = np.zeros(rows_max, dtype=np.int64)
        self._calls = 0
        self._used = 0

    def rows(self, goal: Int32Array, near: Int32Array, slack: int) -> Int32Array:
        """Rows for the goals (k,), each right at least ``slack`` beyond the cost from the asker's
        state ``near`` (k,) (``node * 4 + heading``), as far as there is a way at all."""
        self._calls += 1
        row = self._row_of[goal]
        self._asked[row[row >= 0]] = self._calls
        for asker in np.flatnonzero(row < 0).tolist():
            row[asker] = self._new_row(int(goal[asker]), int(near[asker]), slack)
        known = self.pool[row, near].astype(np.int32)
        settled = self.settled[row]
        for asker in np.flatnonzero((known + slack > settled) & (settled < FAR)).tolist():
            self._widen(int(row[asker]), int(near[asker]), slack)
        return row

    def row(self, goal: int, near: int, slack: int) -> int:
        """:meth:`rows` for one asker."""
        one = np.array([goal], dtype=np.int32), np.array([near], dtype=np.int32)
        return int(self.rows(*one, slack)[0])

    def known(self, goal: int) -> int:
        """Row of a goal that has been asked for, or -1."""
        return int(self._row_of[goal])

    def redirect(self, drive: Int32Array) -> None:
        """New driving costs, for tables made from now on; those there are, are forgotten."""
        self.drive = drive
        self._row_of[:] = -1
        self._goal_of[:] = -1
        self._used = 0

    def _new_row(self, goal: int, near: int, slack: int) -> int:
        row = int(self._row_of[goal])
        if row < 0:
            row = self._free_row()
            self._row_of[goal], self._goal_of[row] = row, goal
            self._search(row, near, slack)
        self._asked[row] = self._calls
        return row

    def _widen(self, row: int, near: int, slack: int) -> None:
        if self.settled[row] < FAR and int(self.pool[row, near]) + slack > self.settled[row]:
            self._search(row, near, max(slack, int(self.settled[row]) // 2))

    def _search(self, row: int, near: int, slack: int) -> None:
        self.searches += 1
        self.settled[row] = _dial(
            self._into, self.drive, self.turn, int(self._goal_of[row]), near, slack, self.pool[row]
        )

    def _free_row(self) -> int:
        if self._used < self.rows_max:
            self._used += 1
            return self._used - 1
        row = int(np.argmin(self._asked))
        if self._asked[row] == self._calls:
            raise MemoryError(
                f"more goals at once than rows of costs (found {self.rows_max}). "
                "Allow more rows, or ask for fewer goals."
            )
        self._row_of[self._goal_of[row]] = -1
        return row


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
