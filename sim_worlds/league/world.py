"""A floor that keeps the League's rules: decisions in, what became of them out.

Rules: start kit 2.1 of the League of Robot Runners (2024). A joint action with one bad move makes
everyone wait; a schedule with one bad entry leaves the old one in force. Reads no clock and no
file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from planner.lifelong.tasks import NOBODY, Action, Decision, Int32Array, Observation, Task
from sim_worlds.league import rules
from sim_worlds.league.instance import Instance
from sim_worlds.league.mapfile import EAST

NO_ANSWER = -1
"""In :attr:`StepReport.planned`: the planner ran out of time."""


class ActionFaultKind(IntEnum):
    """Why a joint action was refused."""

    UNALLOWED_MOVE = rules.UNALLOWED_MOVE
    VERTEX_CONFLICT = rules.VERTEX_CONFLICT
    EDGE_CONFLICT = rules.EDGE_CONFLICT


class ScheduleFaultKind(IntEnum):
    """Why a schedule was refused."""

    NOT_IN_POOL = rules.NOT_IN_POOL
    TAKEN_TWICE = rules.TAKEN_TWICE
    OPENED_DROPPED = rules.OPENED_DROPPED


@dataclass(frozen=True, slots=True)
class ActionFault:
    """``other`` is the second agent of a conflict, or -1."""

    kind: ActionFaultKind
    agent: int
    other: int


@dataclass(frozen=True, slots=True)
class ScheduleFault:
    """The first bad entry: ``agent`` was to get ``task``; ``other`` has it, or -1."""

    kind: ScheduleFaultKind
    task: int
    agent: int
    other: int


@dataclass(frozen=True, slots=True, eq=False)
class StepReport:
    """What became of one decision; arrays have one entry per agent.

    ``step`` counts from 1: it is the time after the move. ``planned`` are the actions asked for
    (:data:`NO_ANSWER` after a time-out), ``done`` those carried out. ``proposed`` is the schedule
    asked for, ``schedule`` the one in force while errands were counted. ``events`` (k, 3) are rows
    of agent, task and errands done; ``finished`` of them completed their task. ``revealed`` are
    the tasks that became known at the end.
    """

    step: int
    planned: Int32Array
    done: Int32Array
    proposed: Int32Array
    schedule: Int32Array
    action_faults: tuple[ActionFault, ...]
    schedule_fault: ScheduleFault | None
    events: Int32Array
    finished: int
    revealed: Sequence[Task]


class LeagueWorld:
    """The state of a run: agents, the pool of tasks, counters.

    With ``wrap`` the task file begins anew when all of it was revealed, under new ids; without,
    the pool runs dry.
    """

    def __init__(self, instance: Instance, *, wrap: bool = True):
        agents = instance.team_size
        self.instance = instance
        self.step = 0
        self.tasks_finished = 0
        self.time_outs = 0
        self.tasks_revealed = 0
        self._wrap = wrap
        self._neighbours = instance.map.neighbours()
        self._cell = instance.starts.copy()
        self._heading = np.full(agents, EAST, dtype=np.int32)
        self._task = np.full(agents, NOBODY, dtype=np.int32)
        self._errands_done = np.zeros(agents, dtype=np.int32)
        self._in_pool: npt.NDArray[np.bool_] = np.zeros(2 * instance.pool_size, dtype=np.bool_)
        self._taken_by = np.full(2 * instance.pool_size, NOBODY, dtype=np.int32)
        self._occupant = np.full(instance.map.blocked.size, NOBODY, dtype=np.int32)
        self._faults = np.empty((2 * agents, 3), dtype=np.int32)
        self._events = np.empty((agents, 3), dtype=np.int32)
        self._untold: list[Task] = list(self._reveal())
        self._finished: list[int] = []
        self._told = 0, 0

    def observe(self) -> Observation:
        """The team now. Tasks are told as revealed and finished until a decision follows."""
        self._told = len(self._untold), len(self._finished)
        return Observation(
            self.step,
            self._cell.copy(),
            self._heading.copy(),
            self._task.copy(),
            self._errands_done.copy(),
            tuple(self._untold),
            tuple(self._finished),
        )

    def apply(self, decision: Decision | None) -> StepReport:
        """One step on; ``None`` is a planner that ran out of time: everyone waits, tasks stay.

        Raises :class:`ValueError`, with nothing changed, if an array has not one entry per agent
        or an action is none of :class:`Action`.
        """
        planned, proposed = self._asked(decision)
        self.time_outs += decision is None
        self.step += 1
        action_faults = self._move(planned)
        done = planned if decision is not None and not action_faults else _all_wait(len(planned))
        schedule_fault = self._schedule(proposed)
        schedule = self._task.copy()
        events = self._visit()
        finished = events[self._task[events[:, 0]] == NOBODY, 1].tolist()
        self.tasks_finished += len(finished)
        del self._untold[: self._told[0]], self._finished[: self._told[1]]
        self._finished.extend(finished)
        self._told = 0, 0
        revealed = self._reveal()
        self._untold.extend(revealed)
        return StepReport(
            self.step,
            planned,
            done,
            proposed,
            schedule,
            action_faults,
            schedule_fault,
            events,
            len(finished),
            revealed,
        )

    def _asked(self, decision: Decision | None) -> tuple[Int32Array, Int32Array]:
        if decision is None:
            return np.full(len(self._cell), NO_ANSWER, dtype=np.int32), self._task.copy()
        for name, array in (("action", decision.action), ("task", decision.task)):
            if array.shape != self._cell.shape:
                wanted = len(self._cell)
                raise ValueError(f"decision.{name} has shape {array.shape}, not ({wanted},)")
        if not np.isin(decision.action, list(Action)).all():
            raise ValueError("decision.action holds a number that is no Action")
        return decision.action.astype(np.int32), decision.task.astype(np.int32)

    def _move(self, planned: Int32Array) -> tuple[ActionFault, ...]:
        """Everyone moves, or nobody does."""
        cell, heading = np.empty_like(self._cell), np.empty_like(self._heading)
        count = rules.move(
            self._cell,
            self._heading,
            planned,
            self._neighbours,
            self._occupant,
            cell,
            heading,
            self._faults,
        )
        if count == 0:
            self._cell, self._heading = cell, heading
        return tuple(
            ActionFault(ActionFaultKind(kind), agent, other)
            for kind, agent, other in self._faults[:count].tolist()
        )

    def _schedule(self, proposed: Int32Array) -> ScheduleFault | None:
        """The whole proposal comes into force, or none of it."""
        verdict, agent, other = rules.check_schedule(
            proposed, self._task, self._errands_done, self._in_pool, self._taken_by
        )
        if verdict == rules.SCHEDULE_VALID:
            self._task = proposed.copy()
            return None
        return ScheduleFault(ScheduleFaultKind(verdict), int(proposed[agent]), agent, other)

    def _visit(self) -> Int32Array:
        count = rules.visit(
            self._cell,
            self._task,
            self._errands_done,
            self.instance.errands,
            self.instance.offsets,
            self._in_pool,
            self._events,
        )
        return self._events[:count].copy()

    def _reveal(self) -> tuple[Task, ...]:
        """Fill the pool up."""
        wanted = self.instance.pool_size - (self.tasks_revealed - self.tasks_finished)
        if not self._wrap:
            wanted = min(wanted, self.instance.tasks - self.tasks_revealed)
        ids = range(self.tasks_revealed, self.tasks_revealed + wanted)
        self.tasks_revealed = ids.stop
        if ids.stop > len(self._in_pool):
            self._in_pool = np.append(self._in_pool, np.zeros(ids.stop, dtype=np.bool_))
            self._taken_by = np.full(len(self._in_pool), NOBODY, dtype=np.int32)
        self._in_pool[ids.start : ids.stop] = True
        return tuple(Task(id, self.step, self.instance.errands_of(id)) for id in ids)


def _all_wait(agents: int) -> Int32Array:
    return np.full(agents, Action.WAIT, dtype=np.int32)
