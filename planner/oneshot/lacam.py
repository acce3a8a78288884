"""LaCAM: complete search over configurations, lazily adding constraints.

K. Okumura: LaCAM: Search-Based Algorithm for Quick Multi-Agent Pathfinding, AAAI 2023,
doi 10.1609/aaai.v37i10.26377. High level: depth first over configurations (all agents' places at
a step). Low level: a tree of constraints per configuration, breadth first, each "agent i goes to
v next"; PIBT fills in the rest. A configuration is done when its tree is exhausted, so all its
successors have been made; when all are done there is no solution.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from planner.oneshot.configuration import Step, blank_step, next_configuration
from planner.oneshot.problem import FAR, Int32Array, OutOfBudget, Solution, Unsolvable, Ways

Bound = tuple[tuple[int, int], ...]
"""Agents and the nodes they are bound to; the k-th is the k-th in the configuration's order."""


@dataclass(slots=True)
class _Configuration:
    at: Int32Array
    before: "_Configuration | None"
    priority: npt.NDArray[np.float64]
    order: Int32Array
    constraints: deque[Bound] = field(default_factory=lambda: deque([()]))


class Lacam:
    """A search that can be interrupted: each run goes on where the last one ended.

    Time per configuration grows with the agents, memory with agents times configurations.
    """

    def __init__(self, ways: Ways, rng: np.random.Generator) -> None:
        self._ways = ways
        self._rng = rng
        self._step = blank_step(ways)
        root = _root(ways)
        self._explored = {root.at.tobytes(): root}
        self._open = [root]

    def run(self, budget: int) -> Solution | Unsolvable | OutOfBudget:
        """The first solution found, trying at most ``budget`` more constraints.

        Not optimised: see :mod:`planner.oneshot.refine`.
        """
        if (self._ways.lower_bounds >= FAR).any():
            return Unsolvable()
        goal = self._ways.goals.tobytes()
        for _ in range(budget):
            if not self._open:
                return Unsolvable()
            here = self._open[-1]
            if here.at.tobytes() == goal:
                return Solution(np.stack(list(_back(here))[::-1], axis=1))
            if here.constraints:
                self._take_up(here)
            else:
                self._open.pop()
        return OutOfBudget()

    def _take_up(self, here: _Configuration) -> None:
        """The next constraint of ``here``, and the configuration it leads to, on top of OPEN."""
        after = _successor(self._ways, self._step, here, self._rng)
        if after is None:
            return
        key = after.tobytes()
        if key not in self._explored:
            self._explored[key] = _configuration(self._ways, after.copy(), here)
        self._open.append(self._explored[key])


def solve(ways: Ways, budget: int, rng: np.random.Generator) -> Solution | Unsolvable | OutOfBudget:
    """One run of :class:`Lacam`."""
    return Lacam(ways, rng).run(budget)


def _successor(
    ways: Ways, step: Step, here: _Configuration, rng: np.random.Generator
) -> Int32Array | None:
    """Take up the next constraint of ``here``, growing its tree; where PIBT then leads."""
    bound = here.constraints.popleft()
    if len(bound) < ways.agents:
        agent = int(here.order[len(bound)])
        at = int(here.at[agent])
        choices = [at, *(int(node) for node in ways.neighbours[at] if node >= 0)]
        rng.shuffle(choices)
        here.constraints.extend((*bound, (agent, node)) for node in choices)
    pairs = np.array(bound, dtype=np.int32).reshape(-1, 2)
    who, where = np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1])
    found = next_configuration(ways, step, here.at, here.order, who, where, rng)
    return step.chosen if found else None


def _root(ways: Ways) -> _Configuration:
    priority = ways.lower_bounds / (1.0 + ways.lower_bounds.max(initial=0))
    order = np.argsort(-priority, kind="stable").astype(np.int32)
    return _Configuration(ways.starts, None, priority, order)


def _configuration(ways: Ways, at: Int32Array, before: _Configuration) -> _Configuration:
    """An agent away from its goal gains priority, one at its goal falls back."""
    priority = np.where(at == ways.goals, before.priority % 1.0, before.priority + 1.0)
    order = np.argsort(-priority, kind="stable").astype(np.int32)
    return _Configuration(at, before, priority, order)


def _back(last: _Configuration) -> Iterator[Int32Array]:
    node: _Configuration | None = last
    while node is not None:
        yield node.at
        node = node.before
