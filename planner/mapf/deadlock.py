"""Deadlock while it happens: rings of agents of which each is in the way of the one before.

The wait-for graph of operating systems (R. Holt, Some Deadlock Properties of Computer Systems, ACM
Computing Surveys 4, 1972): whoever has moved lately is not dead, a ring that stands is.
"""

import numpy as np
import numpy.typing as npt

from planner.mapf.problem import NOBODY
from planner.roadmap.access import Int32Array


def waiting_rings(
    in_the_way: Int32Array, still_ms: npt.NDArray[np.int64], after_ms: int
) -> list[tuple[int, ...]]:
    """Rings of agents that wait for each other and have all stood still for ``after_ms``.

    ``in_the_way`` (m,) names the agent on the node that each wants next, or -1. Every ring begins
    with its lowest number and goes on with whom that one waits for. Time grows with ``m``.
    """
    follows = np.where(still_ms >= after_ms, in_the_way, NOBODY).tolist()
    seen = [NOBODY] * len(follows)
    rings = []
    for first in range(len(follows)):
        agent = first
        while agent != NOBODY and seen[agent] == NOBODY:
            seen[agent] = first
            agent = follows[agent]
        if agent != NOBODY and seen[agent] == first:
            rings.append(_ring(follows, agent))
    return rings


def _ring(follows: list[int], start: int) -> tuple[int, ...]:
    ring = [start]
    while follows[ring[-1]] != start:
        ring.append(follows[ring[-1]])
    lowest = ring.index(min(ring))
    return tuple(ring[lowest:] + ring[:lowest])
