"""A team that cannot collide: one agent drives, round the others, and all others stand.

Slow, but every decision is valid on every floor, and tasks do get done.
"""

from collections import deque

import numpy as np

from planner.lifelong.tasks import NOBODY, Action, Decision, Int32Array, Observation, Task


class OneByOne:
    """Agents take turns; each keeps the turn for one errand, or until it finds no way."""

    def __init__(self, neighbours: Int32Array):
        self.neighbours = neighbours
        self.tasks: dict[int, Task] = {}
        self.turn = 0

    def decide(self, observation: Observation) -> Decision:
        """One :class:`Decision`; tasks are handed out in order of their ids."""
        self.tasks.update({task.id: task for task in observation.revealed})
        task = observation.task.copy()
        free = sorted(self.tasks.keys() - set(task.tolist()))
        for agent in np.flatnonzero(task == NOBODY).tolist():
            task[agent] = free.pop(0) if free else NOBODY
        action = np.full(len(task), Action.WAIT, dtype=np.int32)
        for _ in range(len(task)):
            step = self._step(observation, task, self.turn)
            if step is not None:
                action[self.turn] = step
                break
            self.turn = (self.turn + 1) % len(task)
        self._forget(observation, task, action)
        return Decision(action, task)

    def _step(self, seen: Observation, task: Int32Array, agent: int) -> Action | None:
        if task[agent] == NOBODY:
            return None
        goal = self.tasks[int(task[agent])].errands[int(seen.errands_done[agent])]
        way = self._way(int(seen.cell[agent]), goal, set(seen.cell.tolist()))
        if not way:
            return None
        wanted = self.neighbours[seen.cell[agent]].tolist().index(way[0])
        quarters = (wanted - int(seen.heading[agent])) % 4
        return (Action.FORWARD, Action.TURN_UP, Action.TURN_UP, Action.TURN_DOWN)[quarters]

    def _way(self, start: int, goal: int, taken: set[int]) -> list[int]:
        came = {start: start}
        queue = deque([start])
        while queue and goal not in came:
            cell = queue.popleft()
            for after in self.neighbours[cell].tolist():
                if after >= 0 and after not in came and after not in taken:
                    came[after] = cell
                    queue.append(after)
        way = []
        while goal in came and goal != start:
            way.append(goal)
            goal = came[goal]
        return way[::-1]

    def _forget(self, seen: Observation, task: Int32Array, action: Int32Array) -> None:
        """Tasks whose last errand is done with this step."""
        for agent, wanted in enumerate(task.tolist()):
            if wanted == NOBODY:
                continue
            cell = int(seen.cell[agent])
            if action[agent] == Action.FORWARD:
                cell = int(self.neighbours[cell, seen.heading[agent]])
            errands, done = self.tasks[wanted].errands, int(seen.errands_done[agent])
            if errands[done] == cell and done + 1 == len(errands):
                del self.tasks[wanted]
