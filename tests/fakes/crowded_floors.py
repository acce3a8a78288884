"""Random floors full of agents, and the planner's kernels laid open on them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from planner.mapf.inheritance import Chain, Ranks
from planner.mapf.menu import Menu, Strings, fill
from planner.mapf.operations import Operations, operations
from planner.mapf.problem import Agents, Lattice
from planner.mapf.reservations import Reservations, reserve_all
from planner.mapf.validate import Conflict, ConflictKind, conflicts
from planner.roadmap.access import Int32Array
from planner.roadmap.costtogo import CostToGo

STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))
STEP_COST = 8


def neighbours_of(rows: Sequence[str]) -> Int32Array:
    """The floor drawn: ``.`` is a cell, anything else a wall; nodes are numbered row by row."""
    cells = [(x, y) for y, row in enumerate(rows) for x, letter in enumerate(row) if letter == "."]
    index = {cell: node for node, cell in enumerate(cells)}
    table = [[index.get((x + dx, y + dy), -1) for dx, dy in STEPS] for x, y in cells]
    return np.array(table, dtype=np.int32).reshape(len(cells), 4)


@st.composite
def floors(draw: st.DrawFn, most: int = 6) -> Int32Array:
    """Up to ``most`` by ``most`` cells, with walls and, on some, edges that lead one way only."""
    width, height = draw(st.integers(1, most)), draw(st.integers(1, most))
    letter = st.sampled_from("......@")
    rows = [draw(st.lists(letter, min_size=width, max_size=width)) for _ in range(height)]
    rows[draw(st.integers(0, height - 1))][draw(st.integers(0, width - 1))] = "."
    neighbours = neighbours_of(["".join(row) for row in rows])
    if draw(st.integers(0, 3)) == 0:
        cut = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).random(neighbours.shape)
        neighbours[cut < 0.15] = -1
    return neighbours


@dataclass
class Crowd:
    """Agents on a floor with goals, in reach or not, and what they are planned by."""

    lattice: Lattice
    agents: Agents
    pool: npt.NDArray[np.uint16]
    order: Int32Array
    weight: npt.NDArray[np.float64]

    @property
    def edges(self) -> dict[int, frozenset[int]]:
        """For the validator."""
        return edges_of(self.lattice.neighbours)


def edges_of(neighbours: Int32Array) -> dict[int, frozenset[int]]:
    """Where each node leads to."""
    return {
        node: frozenset(there for there in row if there >= 0)
        for node, row in enumerate(neighbours.tolist())
    }


def crowd_on(neighbours: Int32Array, count: int, seed: int) -> Crowd:
    """``count`` agents, as far as there is room, on random nodes with random goals."""
    rng = np.random.default_rng(seed)
    n = len(neighbours)
    node = rng.permutation(n)[:count].astype(np.int32)
    m = len(node)
    agents = Agents.at(node, rng.integers(0, 4, m).astype(np.int32))
    costs = CostToGo(neighbours, np.full((n, 4), STEP_COST, np.int32), STEP_COST, n)
    agents.goal[:] = np.where(rng.random(m) < 0.9, rng.integers(0, n, m), -1)
    agents.goal_after[:] = np.where(rng.random(m) < 0.4, rng.integers(0, n, m), -1)
    agents.goal_after[agents.goal < 0] = -1
    for goal, row in ((agents.goal, agents.row), (agents.goal_after, agents.row_after)):
        there = np.flatnonzero(goal >= 0)
        row[there] = costs.rows(goal[there], 4 * node[there], 1000)
    return Crowd(
        Lattice.open(neighbours),
        agents,
        costs.pool,
        rng.permutation(m).astype(np.int32),
        rng.integers(1, 5, m) / 2.0,
    )


@st.composite
def crowds(draw: st.DrawFn, most: int = 6) -> Crowd:
    """From one agent to a floor with an agent on every cell."""
    neighbours = draw(floors(most))
    count = draw(st.one_of(st.integers(1, len(neighbours)), st.just(len(neighbours))))
    return crowd_on(neighbours, count, draw(st.integers(0, 2**32 - 1)))


class Bench:
    """The kernels' tables for a crowd; everybody stays where it is to begin with."""

    def __init__(self, crowd: Crowd, depth: int = 4, *, rings: bool = True):
        self.crowd = crowd
        self.lattice, self.agents = crowd.lattice, crowd.agents
        self.operations: Operations = operations(depth)
        ops = self.operations
        m = len(crowd.agents.node)
        self.menu = Menu.of(m, ops)
        strings = Strings(ops.actions, ops.shared, ops.first, ops.stay)
        fill(self.menu, crowd.lattice, crowd.agents, crowd.pool, strings, STEP_COST)
        self.reservations = Reservations.of(len(crowd.lattice.neighbours), m, depth)
        self.reservations.chosen[:] = ops.stay[0]
        reserve_all(self.reservations, self.menu, crowd.agents.node)
        self.ranks = Ranks(
            np.ones(m, dtype=np.int32), crowd.weight.copy(), np.zeros(m, dtype=np.float64), rings
        )
        for agent in range(m):
            self.ranks.worth[agent] = self.value_of(agent)
        self.chain = Chain.of(m)
        self.seed = np.array([0x9E3779B97F4A7C15], dtype=np.uint64)

    def value_of(self, agent: int) -> int:
        """Value of the operation an agent has."""
        size = int(self.menu.size[agent])
        place = self.menu.number[agent, :size].tolist().index(self.reservations.chosen[agent])
        return int(self.menu.value[agent, place])

    def path(self, agent: int, operation: int) -> list[int]:
        """Nodes of an agent that takes an operation, now first."""
        return [int(self.agents.node[agent]), *self.menu.cells[agent, operation].tolist()]

    @property
    def paths(self) -> list[list[int]]:
        """Nodes of everybody, by the operations chosen."""
        chosen = self.reservations.chosen.tolist()
        return [self.path(agent, operation) for agent, operation in enumerate(chosen)]

    def conflicts(self) -> list[Conflict]:
        """What the independent validator finds; rings count where they may not rotate."""
        found = conflicts(self.paths, self.crowd.edges)
        return without_rings(found) if self.ranks.rings else found

    def holder_by_paths(self) -> Int32Array:
        """``holder`` as the chosen operations say it should be."""
        layers = self.operations.depth + 1
        holder = np.full(len(self.lattice.neighbours) * layers, -1, dtype=np.int32)
        for agent, path in enumerate(self.paths):
            for step, node in enumerate(path):
                holder[node * layers + step] = agent
        return holder


def without_rings(found: Sequence[Conflict]) -> list[Conflict]:
    """What is left where rings may rotate."""
    return [conflict for conflict in found if conflict.kind != ConflictKind.CYCLE]
