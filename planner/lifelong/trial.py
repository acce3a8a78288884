"""Trial shifts: which guidance lets the most work be done, tried out before it is used.

Lanes that do not fit the layout cost more than lanes that fit gain; so whoever would use guidance
lets it prove itself first, on the agents and tasks at hand. All candidates meet the same tasks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from planner.lifelong.tasks import NOBODY, Action, Decision, Observation, Task
from planner.lifelong.team import Team, TeamParams
from planner.mapf.guidance import Guidance
from planner.roadmap.access import Int32Array


@dataclass(frozen=True, slots=True)
class Start:
    """A floor ``neighbours`` (n, 4), its agents on ``cells`` (m,) facing ``headings`` (m,), and
    the errands of the tasks known. ``xy`` (n, 2) are the cells' columns and rows."""

    neighbours: Int32Array
    cells: Int32Array
    headings: Int32Array
    tasks: Sequence[tuple[int, ...]]
    xy: Int32Array


@dataclass(frozen=True, slots=True)
class TrialParams:
    """A trial lasts ``steps``. Guidance is used only if it lets more than ``1 + margin`` times the
    work be done that is done without: a trial is short, and a wrong choice lasts."""

    steps: int
    margin: float = 0.01


@dataclass(frozen=True, slots=True)
class Choice:
    """``index`` of the guidance to use; ``work`` is what was done under each, in tasks, those
    under way counted in parts."""

    index: int
    work: tuple[float, ...]


def choose(
    candidates: Sequence[Guidance],
    start: Start,
    team: TeamParams,
    params: TrialParams,
    seed: int = 1,
    on_step: Callable[[int, int], None] = lambda index, step: None,
) -> Choice:
    """The best of the candidates, of which the first is the one to keep unless another is better
    by the margin; ``on_step`` is told the candidate and the step after every step.

    Time grows with candidates, steps and agents, and with the tables of cost that a team needs.
    """
    work = [
        trial_work(guidance, start, team, params.steps, seed, partial(on_step, index))
        for index, guidance in enumerate(candidates)
    ]
    best = max(range(len(work)), key=work.__getitem__)
    return Choice(best if work[best] > (1.0 + params.margin) * work[0] else 0, tuple(work))


def trial_work(
    guidance: Guidance,
    start: Start,
    team_params: TeamParams,
    steps: int,
    seed: int,
    on_step: Callable[[int], None] = lambda step: None,
) -> float:
    """Tasks done by a team under a guidance, those under way counted in parts."""
    team = Team(
        start.neighbours,
        len(start.cells),
        team_params,
        guidance.drive,
        guidance.turn,
        seed,
        start.xy,
    )
    shift = TrialShift(start, seed)
    while shift.step < steps:
        team.observe(shift.observe())
        shift.apply(team.decision())
        on_step(shift.step)
    return shift.work()


class TrialShift:
    """The floor in a trial: agents do as they decide, finished tasks are replaced by others drawn
    from those known."""

    def __init__(self, start: Start, seed: int):
        self._start = start
        self._rng = np.random.default_rng(seed)
        self._tasks: dict[int, Task] = {}
        self._ids = 0
        m = len(start.cells)
        self._cell, self._heading = start.cells.copy(), start.headings.copy()
        self._task: Int32Array = np.full(m, NOBODY, dtype=np.int32)
        self._done: Int32Array = np.zeros(m, dtype=np.int32)
        self.step = 0
        self.tasks_finished = 0
        self._finished: list[int] = []
        self._revealed = [self._reveal(errands) for errands in start.tasks]

    def observe(self) -> Observation:
        """The team now."""
        return Observation(
            self.step, self._cell, self._heading, self._task, self._done,
            tuple(self._revealed), tuple(self._finished),
        )  # fmt: skip

    def apply(self, decision: Decision) -> None:
        """One step on. The decision is taken to be free of conflicts: a team's always is."""
        action, heading = decision.action, self._heading
        ahead = self._start.neighbours[self._cell, heading]
        self._cell = np.where(action == Action.FORWARD, ahead, self._cell).astype(np.int32)
        turned = (action == Action.TURN_UP) * 1 + (action == Action.TURN_DOWN) * 3
        self._heading = ((heading + turned) % 4).astype(np.int32)
        self._task = decision.task.copy()
        self._done = self._done.copy()
        self.step += 1
        self._visit()

    def work(self) -> float:
        """Tasks finished, and those begun by the part of their way that is done, as far as nothing
        stands between."""
        begun = np.flatnonzero(self._done > 0).tolist()
        return self.tasks_finished + sum(self._part_done(agent) for agent in begun)

    def _part_done(self, agent: int) -> float:
        errands = self._tasks[int(self._task[agent])].errands
        left = self._length((int(self._cell[agent]), *errands[self._done[agent] :]))
        return max(0.0, 1.0 - left / max(1, self._length(errands)))

    def _length(self, cells: tuple[int, ...]) -> int:
        """Steps along the cells, as if nothing stood between."""
        return int(np.abs(np.diff(self._start.xy[list(cells)], axis=0)).sum())

    def _visit(self) -> None:
        self._finished, self._revealed = [], []
        for agent in np.flatnonzero(self._task >= 0).tolist():
            id = int(self._task[agent])
            errands = self._tasks[id].errands
            if self._cell[agent] != errands[self._done[agent]]:
                continue
            self._done[agent] += 1
            if self._done[agent] == len(errands):
                del self._tasks[id]
                self._finished.append(id)
                self._task[agent], self._done[agent] = NOBODY, 0
                known = self._start.tasks
                self._revealed.append(self._reveal(known[int(self._rng.integers(len(known)))]))
        self.tasks_finished += len(self._finished)

    def _reveal(self, errands: tuple[int, ...]) -> Task:
        task = Task(self._ids, self.step, errands)
        self._tasks[task.id] = task
        self._ids += 1
        return task
