"""One-shot multi-agent path finding: the question, and the forms an answer can take.

Classic model of R. Stern et al., Multi-Agent Pathfinding: Definitions, Variants, and Benchmarks,
SoCS 2019: in a step an agent moves to a neighbour or waits; no vertex and no edge conflicts;
following and rotating rings are allowed; agents stay at their goal. An agent's cost is the step
at which it reaches its goal for good.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

from planner.warehouse.errors import InvalidInstance

Int32Array = npt.NDArray[np.int32]
FAR = 1 << 29
"""Distance to what cannot be reached."""


class Ways(NamedTuple):
    """The question for the kernels: who goes from where to where over which floor.

    ``neighbours`` (nodes, 4) with -1 for none; ``starts`` and ``goals`` (agents,);
    ``distance`` (agents, nodes): steps to the agent's goal, :data:`FAR` if there is no way.
    """

    neighbours: Int32Array
    starts: Int32Array
    goals: Int32Array
    distance: Int32Array

    @property
    def agents(self) -> int:
        return len(self.starts)

    @property
    def lower_bounds(self) -> Int32Array:
        """Cost of every agent if it were alone, (agents,)."""
        return self.distance[np.arange(len(self.starts)), self.starts]


@dataclass(frozen=True, slots=True)
class Solution:
    """Paths free of conflicts: nodes at steps 0 to makespan, shape (agents, makespan + 1)."""

    paths: Int32Array

    @property
    def costs(self) -> Int32Array:
        """The step at which each agent reaches its goal for good, (agents,)."""
        away = self.paths != self.paths[:, -1:]
        last = away.shape[1] - np.argmax(away[:, ::-1], axis=1)
        return np.where(away.any(axis=1), last, 0).astype(np.int32)

    @property
    def sum_of_costs(self) -> int:
        return int(self.costs.sum())

    @property
    def makespan(self) -> int:
        return int(self.costs.max(initial=0))


@dataclass(frozen=True, slots=True)
class Unsolvable:
    """Proved: there is no solution."""


@dataclass(frozen=True, slots=True)
class OutOfBudget:
    """Nothing found and nothing proved within the budget."""


def pose(neighbours: Int32Array, starts: Int32Array, goals: Int32Array) -> Ways:
    """Check the question and measure all distances, in O(agents x nodes).

    Raises :class:`InvalidInstance` for anything malformed. A goal out of reach is no error: see
    :class:`Unsolvable`.
    """
    _check_floor(neighbours)
    if len(starts) != len(goals):
        raise InvalidInstance(
            "starts and goals differ in number",
            field="goals",
            value=len(goals),
            remedy=f"Give {len(starts)} goals, one per start.",
        )
    _check_places("starts", starts, len(neighbours))
    _check_places("goals", goals, len(neighbours))
    floor = np.ascontiguousarray(neighbours, dtype=np.int32)
    ends = np.ascontiguousarray(goals, dtype=np.int32)
    begins = np.ascontiguousarray(starts, dtype=np.int32)
    return Ways(floor, begins, ends, steps_to(floor, ends))


def steps_to(neighbours: Int32Array, places: Int32Array) -> Int32Array:
    """(places, nodes): steps from every node to every place, :data:`FAR` if there is no way."""
    distance = np.empty((len(places), len(neighbours)), dtype=np.int32)
    _measure(neighbours, places, distance)
    return distance


def _check_floor(neighbours: Int32Array) -> None:
    if neighbours.ndim != 2 or neighbours.shape[1] != 4:
        raise InvalidInstance(
            "must have a row per node and four columns",
            field="neighbours",
            value=neighbours.shape,
            remedy="Use -1 where there is no neighbour.",
        )
    count = len(neighbours)
    node, side = np.nonzero((neighbours < -1) | (neighbours >= count))
    if len(node):
        raise InvalidInstance(
            "is not a node",
            field=f"neighbours[{node[0]}][{side[0]}]",
            value=int(neighbours[node[0], side[0]]),
            remedy=f"Use 0 to {count - 1}, or -1 for none.",
        )
    here, side = np.nonzero(neighbours >= 0)
    there = neighbours[here, side]
    one_way = np.flatnonzero((neighbours[there] != here[:, None]).all(axis=1))
    if len(one_way):
        first = one_way[0]
        raise InvalidInstance(
            "is joined one way only",
            field=f"neighbours[{here[first]}][{side[first]}]",
            value=int(there[first]),
            remedy=f"Make {here[first]} a neighbour of {there[first]} too.",
        )


def _check_places(field: str, places: Int32Array, nodes: int) -> None:
    off = np.flatnonzero((places < 0) | (places >= nodes))
    if len(off):
        raise InvalidInstance(
            "is not a node",
            field=f"{field}[{off[0]}]",
            value=int(places[off[0]]),
            remedy=f"Use 0 to {nodes - 1}.",
        )
    _, first = np.unique(places, return_index=True)
    if len(first) < len(places):
        again = np.setdiff1d(np.arange(len(places)), first)[0]
        raise InvalidInstance(
            "is taken by an agent before",
            field=f"{field}[{again}]",
            value=int(places[again]),
            remedy="Give every agent a node of its own.",
        )


@nb.njit(cache=True, nogil=True)
def _measure(neighbours, goals, distance):  # type: ignore[no-untyped-def]
    """Breadth first from every goal."""
    queue = np.empty(neighbours.shape[0], dtype=np.int32)
    distance[:] = FAR
    for agent in range(len(goals)):
        row = distance[agent]
        row[goals[agent]] = 0
        queue[0] = goals[agent]
        head, tail = 0, 1
        while head < tail:
            here = queue[head]
            head += 1
            for towards in range(4):
                there = neighbours[here, towards]
                if there >= 0 and row[there] == FAR:
                    row[there] = row[here] + 1
                    queue[tail] = there
                    tail += 1
