"""A team of agents with tasks without end: who takes which task, who drives where."""

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from planner.assign.tasks import AssignmentParams, TaskAssignment
from planner.lifelong.tasks import NOBODY, Decision, Observation, Task
from planner.mapf.guidance import STEP
from planner.mapf.planner import OperationPlanner, PlannerParams
from planner.mapf.problem import Agents, Lattice
from planner.roadmap.access import Int32Array
from planner.roadmap.costtogo import FAR, CostToGo
from planner.roadmap.deadends import dead_ends, leads_out
from planner.warehouse.errors import InvalidInstance

_SPARE_BYTES = 16 * 2**20
"""Of costs for goals that nobody has just now."""

_STUCK_STEPS = 10
"""Without getting nearer to its goal."""


@dataclass(frozen=True, slots=True)
class TeamParams:
    """``trials`` per agent improve every plan; an agent's weight in them falls with its rank, by
    the power ``rank_power`` (0: all count the same)."""

    planner: PlannerParams = field(default_factory=PlannerParams)
    assignment: AssignmentParams = field(default_factory=AssignmentParams)
    trials: int = 20
    rank_power: float = 0.0


class Team:
    """Plans for all agents, step by step: :meth:`observe`, then :meth:`improve` as long as there is
    time, then :meth:`decision`.

    ``neighbours`` (n, 4) is the floor, ``drive`` (n, 4) and ``turn`` are the costs to plan by
    (:class:`planner.mapf.guidance.Guidance`). Seeded: the same observations and the same number of
    trials give the same decisions. ``xy`` (n, 2) are the cells' columns and rows: where they are
    given, lengths of tasks are estimated and not looked up, which spares time and memory.
    """

    def __init__(
        self,
        neighbours: Int32Array,
        agents: int,
        params: TeamParams,
        drive: Int32Array,
        turn: int = STEP,
        seed: int = 1,
        xy: Int32Array | None = None,
    ):
        self.params = params
        cells = np.flatnonzero((neighbours >= 0).any(axis=1))
        self._node_of: Int32Array = np.full(len(neighbours) + 1, NOBODY, dtype=np.int32)
        self._node_of[cells] = np.arange(len(cells), dtype=np.int32)
        neighbours, drive = self._node_of[neighbours[cells]], drive[cells]
        self._xy = None if xy is None else xy[cells]
        self._lattice = Lattice.open(neighbours)
        self._dead_ends = dead_ends(neighbours)
        spare = max(agents // 16, _SPARE_BYTES // (8 * max(1, len(cells))))
        rows_max = min(len(cells), agents + spare)
        self.costs = CostToGo(neighbours, drive, turn, rows_max)
        self._planner = OperationPlanner(len(cells), agents, params.planner, seed)
        self._assignment = TaskAssignment(neighbours, drive, turn, agents, params.assignment)
        self._slack = 4 * (params.planner.depth + 1) * STEP
        self._tasks: dict[int, Task] = {}
        self._agents = Agents.at(np.zeros(agents, np.int32), np.zeros(agents, np.int32))
        self._task: Int32Array = np.full(agents, NOBODY, dtype=np.int32)
        self._begun: Int32Array = self._task
        self._since: Int32Array = np.zeros(agents, dtype=np.int32)
        self._progress: Int32Array = np.zeros(agents, dtype=np.int32)
        self._nearest: Int32Array = np.full(agents, FAR, dtype=np.int32)
        self._to_goal: Int32Array = np.full(agents, FAR, dtype=np.int32)

    def observe(self, seen: Observation) -> None:
        """Hand out tasks and plan the step.

        Raises :class:`InvalidInstance` if an agent or an errand is where nobody can drive.
        """
        seen = replace(seen, cell=self._nodes(seen.cell, "cell"))
        self._note(seen)
        started = seen.errands_done > 0
        self._assignment.busy(started)
        wanted = self._assignment.assign(
            seen.step, seen.cell, seen.heading, self._to_goal_now(seen)
        )
        self._task = np.where(started, seen.task, wanted).astype(np.int32)
        before, self._agents = self._agents, self._set_goals(seen)
        self._since[self._agents.goal != before.goal] = seen.step
        order = self._order(seen.step, self._agents.goal != before.goal)
        self._planner.plan(
            self._lattice,
            self._agents,
            self.costs.pool,
            order,
            self._weights(order),
            STEP,
        )
        self._planner.improve(self.params.trials * len(order))

    def improve(self, trials: int) -> float:
        """So many more trials, shared between two cores; returns by how much the weighted cost of
        the plan fell."""
        return self._planner.improve_on_two_cores(trials)

    @property
    def loss(self) -> float:
        """How far the weighted cost of the plan is from everybody having its best operation."""
        return self._planner.loss

    def decision(self) -> Decision:
        """The first actions of the plan, and who has which task."""
        actions = self._planner.actions.astype(np.int32)
        self._planner.advance()
        return Decision(actions, self._task.copy())

    def _note(self, seen: Observation) -> None:
        """What became known and what is done."""
        for task in seen.revealed:
            if task.id in self._tasks:
                continue  # told before, and the answer came too late
            errands = self._nodes(np.array(task.errands, dtype=np.int32), f"task {task.id}")
            task = replace(task, errands=tuple(errands.tolist()))
            self._tasks[task.id] = task
            self._assignment.reveal(
                task.id, task.errands[0], self._length(task), task.revealed_step
            )
        begun = (seen.errands_done > 0) & (seen.task != self._begun)
        for done in (*seen.task[begun].tolist(), *seen.finished):
            self._assignment.started(done)
        for done in seen.finished:
            self._tasks.pop(done, None)
        self._begun = np.where(seen.errands_done > 0, seen.task, NOBODY)

    def _nodes(self, cells: Int32Array, field: str) -> Int32Array:
        """Nodes of the cells: only those are numbered that lead anywhere."""
        nodes: Int32Array = self._node_of[cells]
        if (nodes < 0).any():
            wrong = int(cells[np.argmin(nodes)])
            raise InvalidInstance(
                "no way leads from or to this cell",
                field=field,
                value=wrong,
                remedy="Put it where a neighbouring cell can be reached.",
            )
        return nodes

    def _to_goal_now(self, seen: Observation) -> Int32Array:
        """Cost to the goals of the step before, from where everybody is now."""
        agents = self._agents
        now = self.costs.pool[np.maximum(agents.row, 0), seen.cell * 4 + seen.heading]
        cost: Int32Array = np.where(agents.row >= 0, now, FAR).astype(np.int32)
        return cost

    def _length(self, task: Task) -> int:
        """Cost from the first errand to the last; on large floors as if nothing stood between."""
        total = 0
        for start, end in pairwise(task.errands):
            if self._xy is not None:
                total += STEP * int(np.abs(self._xy[end] - self._xy[start]).sum())
            else:
                row = self.costs.row(end, start * 4, self._slack)
                total += int(self.costs.pool[row, start * 4 : start * 4 + 4].min())
        return total

    def _set_goals(self, seen: Observation) -> Agents:
        """Where everybody goes and what that costs; goals beyond the next only where that is near,
        so that far-off ones need no table yet."""
        agents = Agents.at(seen.cell, seen.heading)
        for agent in np.flatnonzero(self._task >= 0).tolist():
            errands = self._tasks[int(self._task[agent])].errands
            done = int(seen.errands_done[agent]) if self._task[agent] == seen.task[agent] else 0
            agents.goal[agent] = errands[done]
            if done + 1 < len(errands):
                agents.goal_after[agent] = errands[done + 1]
        state = agents.node * 4 + agents.heading
        going = np.flatnonzero(agents.goal >= 0)
        agents.row[going] = self.costs.rows(agents.goal[going], state[going], self._slack)
        self._to_goal[:] = FAR
        self._to_goal[going] = self.costs.pool[agents.row[going], state[going]]
        soon = np.flatnonzero((agents.goal_after >= 0) & (self._to_goal <= self._slack))
        room = self.costs.rows_max - len(np.unique(agents.goal[going]))
        soon = soon[np.argsort(self._to_goal[soon], kind="stable")][:room]
        there = agents.goal[soon] * 4
        rows = self.costs.rows(agents.goal_after[soon], there, self._slack)
        agents.row_after[soon] = rows
        headings = np.arange(4)
        agents.between[soon] = self.costs.pool[rows[:, None], there[:, None] + headings].min(axis=1)
        return agents

    def _order(self, step: int, new_goal: npt.NDArray[np.bool_]) -> Int32Array:
        """Agents (m,), highest priority first: who is stuck in a dead end and has to leave, then
        who goes to its goal the longest, then who is nearest to it; those without a goal last."""
        agents, ends = self._agents, self._dead_ends
        nearer = new_goal | (self._to_goal < self._nearest)
        self._nearest = np.where(nearer, self._to_goal, self._nearest)
        self._progress = np.where(nearer, step, self._progress)
        shut_in = leads_out(ends.depth, ends.outward, agents.node, agents.goal)
        stuck = shut_in & (step - self._progress >= _STUCK_STEPS)
        keys = self._to_goal, self._since, ~stuck, agents.goal < 0
        order: Int32Array = np.lexsort(keys).astype(np.int32)
        return order

    def _weights(self, order: Int32Array) -> npt.NDArray[np.float64]:
        """Of each agent in the sum that :meth:`improve` lowers; next to nothing without a goal."""
        m = len(order)
        weight = np.empty(m)
        weight[order] = (1.0 - np.arange(m) / m) ** self.params.rank_power
        weight[self._agents.goal < 0] = 0.001
        return np.maximum(weight, 0.001)
