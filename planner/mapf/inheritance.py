"""One agent chooses anew, and whoever is in its way inherits the need to.

Priority inheritance with backtracking over operations: E. Yukhnevich, A. Andreychuk, arXiv
2511.09193, after K. Okumura et al., AIJ 310 (2022). The search is depth first on a stack of its
own: no recursion, so the chain may be as long as there are agents.
"""

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

from planner.mapf.problem import NOBODY, BoolArray
from planner.mapf.reservations import MANY, blocker, closes_ring, enter
from planner.roadmap.access import Int32Array

FloatArray = npt.NDArray[np.float64]
UInt64Array = npt.NDArray[np.uint64]


class Chain(NamedTuple):
    """The agents that choose anew, root first, ``agent[:level + 1]``; each tries the operation at
    place ``at`` of its menu, having met ``spent`` by those before it. ``busy`` (m,) are in it."""

    agent: Int32Array
    at: Int32Array
    spent: FloatArray
    busy: BoolArray

    @staticmethod
    def of(agents: int) -> "Chain":
        return Chain(
            np.empty(agents + 1, dtype=np.int32),
            np.empty(agents + 1, dtype=np.int32),
            np.empty(agents + 1, dtype=np.float64),
            np.zeros(agents, dtype=np.bool_),
        )


class Ranks(NamedTuple):
    """``rank`` (m,): only agents of greater rank than the root's may be made to choose anew.
    ``weight`` (m,) is what a unit of value counts for an agent, ``worth`` (m,) the value of the
    operation it has now. ``rings`` says whether rings may rotate."""

    rank: Int32Array
    weight: FloatArray
    worth: FloatArray
    rings: bool


@nb.njit(cache=True, nogil=True)
def choose_anew(  # type: ignore[no-untyped-def]
    root, limit, budget, skip, seed, lattice, agents, menu, reservations, ranks, chain
):
    """Let ``root`` take the first operation of its menu that can be had.

    The weighted change of value over all who choose anew must not exceed ``limit``. At most
    ``budget`` times somebody is displaced; each operation is passed over with a chance of
    ``skip`` in 128. Returns ``(done, change)``; if not done everything is as it was.
    """
    cells_of, number, value, count = menu
    holder, chosen = reservations
    rank, weight, worth, rings = ranks
    link, place, spent, busy = chain
    node = agents.node
    enter(holder, NOBODY, cells_of[root, chosen[root]])
    level = 0
    link[0], place[0], spent[0], busy[root] = root, 0, 0.0, True
    while level >= 0:
        agent = link[level]
        at = place[level]
        displaced = NOBODY
        total = spent[level]
        while at < count[agent]:
            total = spent[level] + weight[agent] * (value[agent, at] - worth[agent])
            if total > limit:
                break
            if skip > 0 and draw(seed) % 128 < skip:
                at += 1
                continue
            cells = cells_of[agent, number[agent, at]]
            other = blocker(holder, node[agent], cells)
            if other == NOBODY:
                place[level] = at
                enter(holder, agent, cells)
                if rings or not _rotates(
                    link, place, level, number, cells_of, node, holder, lattice.neighbours
                ):
                    _settle(link, place, busy, level, number, value, chosen, worth)
                    return True, total
                enter(holder, NOBODY, cells)
            elif other != MANY and not busy[other] and rank[other] > rank[root] and budget > 0:
                displaced = other
                break
            at += 1
        place[level] = at
        if displaced != NOBODY:
            budget -= 1
            enter(holder, NOBODY, cells_of[displaced, chosen[displaced]])
            enter(holder, agent, cells_of[agent, number[agent, at]])
            level += 1
            link[level], place[level], spent[level], busy[displaced] = displaced, 0, total, True
            continue
        busy[agent] = False
        level -= 1
        if level >= 0:
            before = link[level]
            enter(holder, NOBODY, cells_of[before, number[before, place[level]]])
            enter(holder, agent, cells_of[agent, chosen[agent]])
            place[level] += 1
    enter(holder, root, cells_of[root, chosen[root]])
    return False, 0.0


@nb.njit(cache=True, nogil=True)
def _rotates(  # type: ignore[no-untyped-def]
    link, place, level, number, cells_of, node, holder, neighbours
):
    """Whether anyone in the chain would be part of a rotating ring."""
    for one in range(level + 1):
        agent = link[one]
        if closes_ring(holder, neighbours, node[agent], cells_of[agent, number[agent, place[one]]]):
            return True
    return False


@nb.njit(cache=True, inline="always")
def _settle(link, place, busy, level, number, value, chosen, worth):  # type: ignore[no-untyped-def]
    """Everyone in the chain keeps what it tried."""
    for one in range(level + 1):
        agent = link[one]
        chosen[agent] = number[agent, place[one]]
        worth[agent] = value[agent, place[one]]
        busy[agent] = False


@nb.njit(cache=True, inline="always")
def draw(seed):  # type: ignore[no-untyped-def]
    """Next of a stream of random whole numbers below 2**31 (xorshift64*; ``seed`` (1,) uint64 is
    its state, not 0). S. Vigna, ACM TOMS 42(4), 2016, doi 10.1145/2845077."""
    x = seed[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    seed[0] = x
    return np.int64((x * np.uint64(2685821657736338717)) >> np.uint64(33))
