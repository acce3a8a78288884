"""Who takes which task: kept stable from step to step, changed only where something is new.

Each pair of an agent and a task has one cost for both: ``pickup_weight`` times the cost to the
first errand, plus the length of the task. So there is one stable matching (D. Gale, L. Shapley,
1962): no agent and task that would both rather have each other. It is reached by proposals
(:mod:`planner.assign.proposals`), which cost time only for those to whom something happened.

Short and near tasks come first, so long ones would never be done while others keep coming. From an
age of ``patience_cycles`` on, counted in the mean time that an agent spends on a task, a task is
**overdue**: it goes to the agent that can reach it first, whatever else that could do, and is taken
away again only by one that is nearer. At most ``overdue_share`` of the tasks that start are such.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.assign.proposals import NEVER, NOBODY, Board, Floor, best_agent, best_task
from planner.roadmap.access import Int32Array

_OVERDUE = 2**40
"""Less than any cost by more than any cost."""


@dataclass(frozen=True, slots=True)
class AssignmentParams:
    """``margin`` is by how much, in cost, somebody must be better to take a task away. New tasks,
    and agents that look round on their way, may look at ``effort`` states each per step, all free
    agents together at ``effort_free``."""

    pickup_weight: int = 5
    margin: int = 8
    patience_cycles: float = 2.5
    overdue_share: float = 0.15
    rounds: int = 4
    effort: int = 30_000
    effort_free: int = 3_000_000


class TaskAssignment:
    """Tasks waiting for an agent or held by one that has not opened them, and who holds them.

    ``drive`` (n, 4) and ``turn`` are the costs of :class:`planner.roadmap.costtogo.CostToGo`.
    """

    def __init__(
        self,
        neighbours: Int32Array,
        drive: Int32Array,
        turn: int,
        agents: int,
        params: AssignmentParams,
    ):
        self.params = params
        self._floor = Floor.of(neighbours, drive, turn)
        self._id: list[int] = []
        self._slot_of: dict[int, int] = {}
        self._free_slots: list[int] = []
        n = len(neighbours)
        self._board = Board(
            pickup=np.empty(0, dtype=np.int32),
            next=np.empty(0, dtype=np.int32),
            at=np.full(n, NOBODY, dtype=np.int32),
            length=np.empty(0, dtype=np.int64),
            holder=np.empty(0, dtype=np.int32),
            slot=np.full(agents, NOBODY, dtype=np.int32),
            holding=np.full(agents, NEVER, dtype=np.int64),
            fixed=np.zeros(agents, dtype=np.bool_),
            on=np.full(n, NOBODY, dtype=np.int32),
        )
        self._heading: Int32Array = np.zeros(agents, dtype=np.int32)
        self._stood: Int32Array = np.empty(0, dtype=np.int32)
        self._revealed: dict[int, int] = {}
        self._new: list[int] = []
        self._turn = 0
        self._shortest = 0
        self._overdue: set[int] = set()
        self._started = 0
        self.overdue_started = 0
        """Tasks that were started because they had waited too long."""

    def reveal(self, task: int, pickup: int, length: int, step: int) -> None:
        """A task became known; ``length`` is the cost from its first errand to its last."""
        if not self._free_slots:
            self._grow()
        slot = self._free_slots.pop()
        board = self._board
        board.pickup[slot], board.length[slot], board.holder[slot] = pickup, length, NOBODY
        board.next[slot], board.at[pickup] = board.at[pickup], slot
        self._id[slot], self._slot_of[task], self._revealed[task] = task, slot, step
        self._new.append(task)

    def started(self, task: int) -> None:
        """The first errand is visited: the task is its agent's until it is done."""
        if task in self._slot_of:
            self._started += 1
            self.overdue_started += task in self._overdue
            self._remove(task)

    def busy(self, agents: npt.NDArray[np.bool_]) -> None:
        """Which agents (m,) have started a task and are not done with it."""
        self._board.fixed[:] = agents
        # Where an answer came too late, another task was started than the one given.
        for agent in np.flatnonzero(agents & (self._board.slot >= 0)).tolist():
            self._new.append(self._id[self._board.slot[agent]])
            self._let_go(agent)

    def assign(
        self, step: int, node: Int32Array, heading: Int32Array, to_pickup: Int32Array
    ) -> Int32Array:
        """Task id of every agent (m,) that has not opened one, -1 where there is none to take.

        Agents stand on ``node`` (m,) facing ``heading`` (m,); ``to_pickup`` (m,) is what it costs
        those that hold a task to reach it.
        """
        board, weight = self._board, self.params.pickup_weight
        board.on[self._stood] = NOBODY
        self._stood = node
        board.on[node] = np.arange(len(node), dtype=np.int32)
        self._heading = heading
        held = np.flatnonzero((board.slot >= 0) & ~board.fixed)
        board.holding[held] = (
            weight * to_pickup[held].astype(np.int64) + board.length[board.slot[held]]
        )
        self._start_overdue(step)
        lengths = board.length[list(self._slot_of.values())]
        self._shortest = int(lengths[lengths > -(_OVERDUE // 2)].min(initial=_OVERDUE))
        free = np.flatnonzero((board.slot < 0) & ~board.fixed)
        # Whoever is not served for lack of effort comes first in the next step.
        free = np.roll(free, -self._turn % max(1, len(free)))
        self._place(free.tolist(), self.params.rounds * len(free))
        self._place_new()
        self._reconsider(held)
        ids = np.array([*self._id, NOBODY], dtype=np.int32)
        return ids[board.slot]

    def _start_overdue(self, step: int) -> None:
        """Those that have waited longest go to whoever is nearest."""
        board = self._board
        self._new += [t for t in self._overdue if board.holder[self._slot_of[t]] < 0]
        begun = self.overdue_started + len(self._overdue)
        allowed = 1 + int(self.params.overdue_share * self._started) - begun
        cycle = len(board.slot) * step / max(1, self._started)
        for task, revealed in self._revealed.items():  # oldest first
            if allowed <= 0 or step - revealed <= self.params.patience_cycles * cycle:
                return
            if task not in self._overdue:
                allowed -= 1
                self._hurry(task)

    def _hurry(self, task: int) -> None:
        self._overdue.add(task)
        board, slot = self._board, self._slot_of[task]
        board.length[slot] -= _OVERDUE
        holder = board.holder[slot]
        if holder >= 0:
            board.holding[holder] -= _OVERDUE
        else:
            self._new.append(task)

    def _place_new(self) -> None:
        """Each new task goes to the agent that gains by it, whose old one is then new again."""
        board, params = self._board, self.params
        effort = params.effort
        while self._new and effort > 0:
            slot = self._slot_of.get(self._new.pop(0), NOBODY)
            if slot < 0 or board.holder[slot] >= 0:
                continue
            dearest = int(board.holding[~board.fixed].max(initial=-NEVER))
            agent, cost, looked_at = best_agent(
                slot,
                self._heading,
                params.pickup_weight,
                self._floor,
                board,
                params.margin,
                dearest,
            )
            effort -= looked_at
            if agent >= 0:
                old = board.slot[agent]
                self._take(agent, slot, cost)
                if old >= 0:
                    self._new.append(self._id[old])
        # The rest waits for agents that become free.
        self._new.clear()

    def _reconsider(self, held: npt.NDArray[np.int64]) -> None:
        """Some of those on their way may have come nearer to another task."""
        effort = self.params.effort
        for _ in range(len(held)):
            if effort <= 0:
                break
            self._turn += 1
            agent = int(held[self._turn % len(held)])
            if self._board.slot[agent] >= 0:
                effort -= self._place([agent], 1)
        self._place_new()

    def _place(self, agents: list[int], may_take_away: int) -> int:
        """Each agent takes the best task it can get, if that is better than its own by the margin;
        so many times that may be one from another, who is then free. Returns the states looked at.
        """
        board, params = self._board, self.params
        total = 0
        while agents and total < self.params.effort_free:
            agent = agents.pop(0)
            margin = params.margin if may_take_away > 0 else NEVER // 2
            state = int(self._stood[agent]) * 4 + int(self._heading[agent])
            slot, cost, looked_at = best_task(
                agent, state, params.pickup_weight, self._floor, board, margin, self._shortest
            )
            total += looked_at
            if slot < 0:
                continue
            old, loser = int(board.slot[agent]), int(board.holder[slot])
            self._take(agent, slot, cost)
            if old >= 0:
                self._new.append(self._id[old])
            if loser >= 0:
                may_take_away -= 1
                agents.append(loser)
        return total

    def _take(self, agent: int, slot: int, cost: int) -> None:
        board = self._board
        self._let_go(agent)
        if board.holder[slot] >= 0:
            self._let_go(int(board.holder[slot]))
        board.slot[agent], board.holding[agent], board.holder[slot] = slot, cost, agent

    def _let_go(self, agent: int) -> None:
        board = self._board
        if board.slot[agent] >= 0:
            board.holder[board.slot[agent]] = NOBODY
        board.slot[agent], board.holding[agent] = NOBODY, NEVER

    def _remove(self, task: int) -> None:
        board, slot = self._board, self._slot_of.pop(task)
        del self._revealed[task]
        self._overdue.discard(task)
        if board.holder[slot] >= 0:
            self._let_go(int(board.holder[slot]))
        pickup = board.pickup[slot]
        if board.at[pickup] == slot:
            board.at[pickup] = board.next[slot]
        else:
            before = board.at[pickup]
            while board.next[before] != slot:
                before = board.next[before]
            board.next[before] = board.next[slot]
        self._free_slots.append(slot)

    def _grow(self) -> None:
        old, board = len(self._id), self._board
        more = max(64, old)
        self._board = board._replace(
            pickup=np.append(board.pickup, np.empty(more, dtype=np.int32)),
            next=np.append(board.next, np.empty(more, dtype=np.int32)),
            length=np.append(board.length, np.empty(more, dtype=np.int64)),
            holder=np.append(board.holder, np.full(more, NOBODY, dtype=np.int32)),
        )
        self._id += [NOBODY] * more
        self._free_slots += range(old + more - 1, old - 1, -1)
