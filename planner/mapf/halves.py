"""The floor in two halves, so that two cores can improve a plan without ever meeting."""

from collections import deque

import numpy as np
import numpy.typing as npt

from planner.mapf.problem import NOBODY, Lattice
from planner.roadmap.access import Int32Array

FAR_APART = np.int32(2**30)
"""Level of what is not joined to the rest."""


def levels(lattice: Lattice) -> Int32Array:
    """Steps of every node (n,) from one at the rim: neighbours differ by one at most, so whoever is
    more than ``depth`` levels from a cut cannot cross it within ``depth`` steps."""
    neighbours = lattice.neighbours
    joined = np.flatnonzero((neighbours >= 0).any(axis=1))
    if len(joined) == 0:
        return np.zeros(len(neighbours), dtype=np.int32)
    both_ways = _both_ways(neighbours)
    rim = int(np.argmax(_steps_from(both_ways, int(joined[0]))))
    level = _steps_from(both_ways, rim)
    return np.where(level < 0, FAR_APART, level).astype(np.int32)


def apart(level: Int32Array, node: Int32Array, depth: int, share: float) -> list[Int32Array]:
    """The agents on ``node`` (m,) that stay on the near and on the far side of a cut for ``depth``
    steps, whatever they do. ``share`` of all agents are on the near side; who is too close to the
    cut is in neither half."""
    of_agents = level[node]
    cut = int(np.quantile(of_agents, share))
    near: npt.NDArray[np.bool_] = of_agents + depth < cut
    far: npt.NDArray[np.bool_] = of_agents - depth >= cut
    return [np.flatnonzero(half).astype(np.int32) for half in (near, far)]


def _both_ways(neighbours: Int32Array) -> list[list[int]]:
    joined: list[list[int]] = [[] for _ in range(len(neighbours))]
    for node, heading in np.argwhere(neighbours != NOBODY).tolist():
        there = int(neighbours[node, heading])
        joined[node].append(there)
        joined[there].append(node)
    return joined


def _steps_from(joined: list[list[int]], start: int) -> Int32Array:
    steps = np.full(len(joined), NOBODY, dtype=np.int32)
    steps[start] = 0
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there in joined[here]:
            if steps[there] < 0:
                steps[there] = steps[here] + 1
                queue.append(there)
    return steps
