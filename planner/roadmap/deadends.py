"""Dead ends of a floor: nodes that one gets out of only the way one came in.

What remains of an undirected graph when nodes with at most one neighbour are taken away again and
again is its 2-core (S. Seidman, Network structure and minimum degree, Social Networks 5, 1983).
The trees taken away are the dead ends: agents that meet in one get past each other only outside.
"""

from collections import deque
from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

from planner.roadmap.access import Int32Array

BoolArray = npt.NDArray[np.bool_]


class DeadEnds(NamedTuple):
    """``depth`` (n,) is how many moves lead from a node to the core, 0 on it; ``outward`` (n,) the
    first node on that way, -1 on the core."""

    depth: Int32Array
    outward: Int32Array


def dead_ends(neighbours: Int32Array, ends_only: BoolArray | None = None) -> DeadEnds:
    """Dead ends of the floor with these ``neighbours`` (n, 4), -1 where no edge leads; an edge
    counts whichever way it leads.

    Nodes ``ends_only`` (n,) can be driven to but not through, like pod spots for a robot with a
    pod. Each part of the floor without any core has one node, its innermost, in the place of one.
    Time grows with the nodes.
    """
    joined = _undirected(neighbours)
    peeled = _peel(joined, ends_only)
    depth = np.full(len(joined), -1, dtype=np.int32)
    outward = np.full(len(joined), -1, dtype=np.int32)
    through = [joined, joined]
    if ends_only is not None:
        through[0] = [set() if end else row for row, end in zip(joined, ends_only, strict=True)]
    core = [node for node in range(len(joined)) if node not in peeled]
    for ways in through:
        _spread(core, ways, depth, outward)
        for node in reversed(peeled):
            if depth[node] < 0 and ways[node]:
                _spread([node], ways, depth, outward)
        core = [node for node in np.argsort(depth, kind="stable").tolist() if depth[node] >= 0]
    return DeadEnds(np.maximum(depth, 0), outward)


def dead_end_depth(neighbours: Int32Array) -> Int32Array:
    """:attr:`DeadEnds.depth` alone, shape (n,)."""
    return dead_ends(neighbours).depth


@nb.njit(cache=True)
def leads_out(depth, outward, node, goal):  # type: ignore[no-untyped-def]
    """For agents on ``node`` (m,) whether they are in a dead end that they have to come further
    out of to reach ``goal`` (m,), -1 for none; shape (m,)."""
    out = np.zeros(node.shape[0], dtype=np.bool_)
    for agent in range(node.shape[0]):
        here, there = node[agent], goal[agent]
        if there < 0 or there == here or depth[here] == 0:
            continue
        while depth[there] > depth[here]:
            there = outward[there]
        out[agent] = there != here
    return out


def _undirected(neighbours: Int32Array) -> list[set[int]]:
    joined: list[set[int]] = [set() for _ in range(len(neighbours))]
    for node, row in enumerate(neighbours.tolist()):
        for there in row:
            if there >= 0 and there != node:
                joined[node].add(there)
                joined[there].add(node)
    return joined


def _peel(joined: list[set[int]], ends_only: BoolArray | None) -> dict[int, None]:
    """Nodes outside the core, outermost first."""
    first = [] if ends_only is None else np.flatnonzero(ends_only).tolist()
    degree = [len(row) for row in joined]
    waiting = deque(first + [node for node, count in enumerate(degree) if count <= 1])
    peeled: dict[int, None] = {}
    while waiting:
        node = waiting.popleft()
        if node in peeled:
            continue
        peeled[node] = None
        for there in joined[node]:
            degree[there] -= 1
            if degree[there] <= 1 and there not in peeled:
                waiting.append(there)
    return peeled


def _spread(
    start: list[int], joined: list[set[int]], depth: Int32Array, outward: Int32Array
) -> None:
    for node in start:
        depth[node] = max(0, depth[node])
    waiting = deque(start)
    while waiting:
        node = waiting.popleft()
        for there in sorted(joined[node]):
            if depth[there] < 0:
                depth[there], outward[there] = depth[node] + 1, node
                waiting.append(there)
