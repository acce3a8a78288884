"""A run replayed from its plan, by the rules of the League of Robot Runners (start kit 2.1, 2024).

The referee's own reading of the rules: it shares no code with the world or with any planner, only
the reader of instances.
"""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from sim_worlds.league.instance import Instance
from sim_worlds.league.violations import NOWHERE, Violation, ViolationKind

IntArray = npt.NDArray[np.int64]

_ROWS = np.array([0, 1, 0, -1])
_COLUMNS = np.array([1, 0, -1, 0])
"""What a step forward adds, facing east, south, west and north."""
_QUARTERS = {"R": 1, "C": -1}
_NONE = -1


class Replay:
    """The run as it follows from a plan. ``violations`` grows; ``waited`` and ``refused`` are the
    steps whose joint action or schedule broke a rule, ``time_outs`` those without an answer;
    ``in_force`` are the changes of each agent's task, by step; ``events`` are (step, agent, task,
    errands done); ``revealed`` is the step at which each task became known.

    Without ``wrap`` the tasks of the file come once.
    """

    def __init__(self, instance: Instance, *, wrap: bool):
        self.instance = instance
        self._task_ids = math.inf if wrap else instance.tasks
        self.agents = len(instance.starts)
        self.violations: list[Violation] = []
        self.finished = 0
        self._row, self._column = np.divmod(instance.starts.astype(np.int64), instance.map.width)
        self._heading = np.zeros(self.agents, dtype=np.int64)
        self._proposed = [_NONE] * self.agents
        self._assigned = [_NONE] * self.agents
        self._visited = [0] * self.agents
        self._pool: dict[int, tuple[int, ...]] = {}
        self.revealed: list[int] = []
        self.waited: set[int] = set()
        self.time_outs: set[int] = set()
        self.refused: set[int] = set()
        self.in_force: list[dict[int, int]] = [{} for _ in range(self.agents)]
        self.events: list[tuple[int, int, int, int]] = []
        self._reveal(0)

    def _note(
        self,
        kind: ViolationKind,
        step: int = 0,
        agents: tuple[int, ...] = (),
        cell: int = NOWHERE,
        detail: str = "",
    ) -> None:
        self.violations.append(Violation(kind, step, agents, cell, detail))

    def play(
        self, step: int, letters: npt.NDArray[np.uint8], changes: Sequence[tuple[int, int]]
    ) -> None:
        """One step: move, schedule, errands, new tasks."""
        self._move(step, letters)
        if (letters == ord("T")).all():
            self.time_outs.add(step)
        if step not in self.time_outs or changes:
            self._schedule(step, changes)
        self._visit(step)
        self._reveal(step)

    def _move(self, step: int, letters: npt.NDArray[np.uint8]) -> None:
        before = len(self.violations)
        ahead = letters == ord("F")
        row = self._row + np.where(ahead, _ROWS[self._heading], 0)
        column = self._column + np.where(ahead, _COLUMNS[self._heading], 0)
        self._check_floor(step, row, column)
        self._check_conflicts(step, row, column)
        if len(self.violations) > before:
            self.waited.add(step)
            return
        self._row, self._column = row, column
        for letter, quarters in _QUARTERS.items():
            self._heading[letters == ord(letter)] += quarters
        self._heading %= 4

    def _check_floor(self, step: int, row: IntArray, column: IntArray) -> None:
        floor = self.instance.map
        off = (row < 0) | (row >= floor.height) | (column < 0) | (column >= floor.width)
        for agent in np.flatnonzero(off).tolist():
            self._note(ViolationKind.OFF_MAP, step, (agent,), self._cell(agent))
        walled = floor.blocked[row.clip(0, floor.height - 1), column.clip(0, floor.width - 1)]
        for agent in np.flatnonzero(walled & ~off).tolist():
            cell = int(row[agent] * floor.width + column[agent])
            self._note(ViolationKind.INTO_WALL, step, (agent,), cell)

    def _check_conflicts(self, step: int, row: IntArray, column: IntArray) -> None:
        width = self.instance.map.width
        # Borders apart, so that a move off the map is on nobody's cell.
        was = (self._row + 1) * (width + 2) + self._column + 1
        now = (row + 1) * (width + 2) + column + 1
        for first, second in _doubles(now):
            cell = int(row[first] * width + column[first])
            self._note(ViolationKind.VERTEX_CONFLICT, step, (first, second), cell)
        order = np.argsort(was)
        at = np.searchsorted(was[order], now).clip(max=self.agents - 1)
        met = order[at]
        swap = (was[met] == now) & (now[met] == was) & (met > np.arange(self.agents))
        for agent in np.flatnonzero(swap).tolist():
            pair = (agent, int(met[agent]))
            self._note(ViolationKind.EDGE_CONFLICT, step, pair, self._cell(agent))

    def _cell(self, agent: int) -> int:
        return int(self._row[agent] * self.instance.map.width + self._column[agent])

    def _schedule(self, step: int, changes: Sequence[tuple[int, int]]) -> None:
        """What was proposed last goes on being proposed until it changes."""
        for agent, task in changes:
            self._proposed[agent] = task
        faults = list(self._schedule_faults())
        for kind, agents, task in faults:
            self._note(kind, step, agents, self._cell(agents[0]), f"task {task}")
        if faults:
            self.refused.add(step)
            return
        for agent, task in enumerate(self._proposed):
            changes_of = self.in_force[agent]
            if not changes_of or task != next(reversed(changes_of.values())):
                changes_of[step] = task
        self._assigned = self._proposed.copy()

    def _schedule_faults(self) -> Iterator[tuple[ViolationKind, tuple[int, ...], int]]:
        holder: dict[int, int] = {}
        for agent, task in enumerate(self._proposed):
            if self._visited[agent] and task != self._assigned[agent]:
                yield ViolationKind.OPENED_TASK_DROPPED, (agent,), self._assigned[agent]
            if task == _NONE:
                continue
            if task not in self._pool:
                yield ViolationKind.TASK_NOT_IN_POOL, (agent,), task
            elif task in holder:
                yield ViolationKind.TASK_TAKEN_TWICE, (holder[task], agent), task
            holder[task] = agent

    def _visit(self, step: int) -> None:
        cells = (self._row * self.instance.map.width + self._column).tolist()
        for agent, task in enumerate(self._assigned):
            if task == _NONE or self._pool[task][self._visited[agent]] != cells[agent]:
                continue
            self._visited[agent] += 1
            self.events.append((step, agent, task, self._visited[agent]))
            if self._visited[agent] == len(self._pool[task]):
                del self._pool[task]
                self.finished += 1
                self._assigned[agent] = _NONE
                self._visited[agent] = 0

    def _reveal(self, step: int) -> None:
        size = self.instance.pool_size
        while len(self._pool) < size and len(self.revealed) < self._task_ids:
            self._pool[len(self.revealed)] = self.instance.errands_of(len(self.revealed))
            self.revealed.append(step)


def _doubles(cells: IntArray) -> Iterator[tuple[int, int]]:
    """Pairs of agents with the same entry."""
    order = np.argsort(cells, kind="stable")
    same = np.flatnonzero(cells[order[1:]] == cells[order[:-1]])
    yield from zip(order[same].tolist(), order[same + 1].tolist(), strict=True)
