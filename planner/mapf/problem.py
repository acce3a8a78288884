"""The floor and the agents as the kernels of :mod:`planner.mapf` see them."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from planner.roadmap.access import Int8Array, Int32Array

BoolArray = npt.NDArray[np.bool_]
NOBODY = -1
"""No agent, no node, no table."""


class Lattice(NamedTuple):
    """``n`` nodes that lead to at most four neighbours, one per heading 0 to 3."""

    neighbours: Int32Array
    """Node one further in each heading, -1 where no edge leads, shape (n, 4)."""
    kind: Int8Array
    """:class:`planner.roadmap.roadmap.NodeKind`, shape (n,)."""
    station_of: Int32Array
    """Station whose lane the node belongs to, else -1, shape (n,)."""
    blocked: Int8Array
    """0 where nothing is in the way, shape (n,); nobody may enter a node where it is higher than on
    the one it leaves (:meth:`planner.roadmap.obstacles.Obstacles.levels`)."""

    @staticmethod
    def open(neighbours: Int32Array) -> "Lattice":
        """A floor without pods, stations and closures."""
        n = len(neighbours)
        return Lattice(
            np.ascontiguousarray(neighbours, dtype=np.int32),
            np.zeros(n, dtype=np.int8),
            np.full(n, NOBODY, dtype=np.int32),
            np.zeros(n, dtype=np.int8),
        )


class Agents(NamedTuple):
    """``m`` agents, one array entry each, shape (m,).

    ``row`` names the row of the cost pool with the cost to ``goal``; a goal of -1 is none. Where
    ``goal_after`` is known the way there is planned through the goal; ``between`` is the cost from
    the one to the other. An agent whose ``goal_after`` is its goal stays there. ``loaded`` carries
    a pod; ``pinned`` cannot move now; every step waited costs ``wait_cost`` more; ``profile``
    chooses the operations (:mod:`planner.mapf.operations`).
    """

    node: Int32Array
    heading: Int32Array
    goal: Int32Array
    row: Int32Array
    goal_after: Int32Array
    row_after: Int32Array
    between: Int32Array
    loaded: BoolArray
    pinned: BoolArray
    wait_cost: Int32Array
    profile: Int32Array

    @staticmethod
    def at(node: Int32Array, heading: Int32Array) -> "Agents":
        """Agents without goals."""
        m = len(node)
        none = np.full(m, NOBODY, dtype=np.int32)
        return Agents(
            node=np.array(node, dtype=np.int32),
            heading=np.array(heading, dtype=np.int32),
            goal=none.copy(),
            row=none.copy(),
            goal_after=none.copy(),
            row_after=none.copy(),
            between=np.zeros(m, dtype=np.int32),
            loaded=np.zeros(m, dtype=np.bool_),
            pinned=np.zeros(m, dtype=np.bool_),
            wait_cost=np.zeros(m, dtype=np.int32),
            profile=np.zeros(m, dtype=np.int32),
        )
