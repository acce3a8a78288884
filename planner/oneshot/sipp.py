"""Safe interval path planning for one agent among the paths of all others, in Numba.

M. Phillips and M. Likhachev, SIPP: Safe Interval Path Planning for Dynamic Environments, ICRA
2011, doi 10.1109/ICRA.2011.5980306: A* over (node, safe interval), of which only the earliest
arrival matters. Costs are whole steps, so the open list is an array of stacks, one per f; last in,
first out within one f runs straight for the goal.
"""

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

from planner.oneshot.problem import FAR, Int32Array
from planner.oneshot.visits import FOREVER, NOBODY, Plan, visit_after

NO_PATH = -1
ENTRIES_PER_STATE = 2
ROUND, EXPANDED, USED = 0, 1, 2
"""Places in :attr:`Search.tally`."""


class Search(NamedTuple):
    """Work space. A state is ``node * (capacity + 1) + gap``.

    ``tally``: searches begun, states expanded in all of them, entries in use.
    ``seen`` (states,): the search that reached the state last; ``arrival``, ``before``: when and
    from which state. ``top`` (steps,): newest entry per f; ``state``, ``step``, ``below`` per
    entry.
    """

    tally: npt.NDArray[np.int64]
    seen: npt.NDArray[np.int64]
    arrival: Int32Array
    before: Int32Array
    top: Int32Array
    state: Int32Array
    step: Int32Array
    below: Int32Array


def blank_search(plan: Plan) -> Search:
    """Room for searches among the visits of ``plan``, as deep as its paths are long."""
    nodes, capacity = plan.visits.begin.shape
    states = nodes * (capacity + 1)
    arrival, before = (np.zeros(states, dtype=np.int32) for _ in range(2))
    top = np.full(plan.paths.shape[1], NOBODY, dtype=np.int32)
    room = ENTRIES_PER_STATE * states + 4 * (capacity + 1)
    state, step, below = (np.zeros(room, dtype=np.int32) for _ in range(3))
    tally, seen = np.zeros(3, dtype=np.int64), np.zeros(states, dtype=np.int64)
    return Search(tally, seen, arrival, before, top, state, step, below)


@nb.njit(cache=True, nogil=True)
def find_path(ways, plan, search, agent, bound, rng):  # type: ignore[no-untyped-def]
    """The agent's cheapest path into ``plan.paths`` if its cost is at most ``bound``.

    The agent's visits must have been withdrawn. Returns the cost, or :data:`NO_PATH`, also in the
    rare case that the work space does not suffice. Ties are broken at random.
    """
    visits = plan.visits
    goal, start = ways.goals[agent], ways.starts[agent]
    last = visits.number[goal]
    # Nobody may pass over the goal once the agent rests on it.
    earliest = 0 if last == 0 else visits.end[goal, last - 1] + 1
    search.tally[ROUND] += 1
    search.tally[USED] = 0
    bound = min(bound, len(search.top) - 1)
    f = max(earliest, ways.distance[agent, start])
    search.top[f : bound + 1] = NOBODY
    gaps = visits.begin.shape[1] + 1
    _push(search, start * gaps, 0, NOBODY, f)
    while f <= bound:
        entry = search.top[f]
        if entry == NOBODY:
            f += 1
            continue
        search.top[f] = search.below[entry]
        state, now = search.state[entry], search.step[entry]
        if search.arrival[state] != now:
            continue
        if state == goal * gaps + last:
            _trace(search, state, now, gaps, plan.paths[agent])
            return now
        if search.tally[USED] + gaps * 4 > len(search.state):
            return NO_PATH
        search.tally[EXPANDED] += 1
        _expand(ways, plan, search, agent, state, now, earliest, bound, rng)
    return NO_PATH


@nb.njit(cache=True, nogil=True)
def _expand(  # type: ignore[no-untyped-def]
    ways, plan, search, agent, state, now, earliest, bound, rng,
):  # fmt: skip
    """Reach the gaps beside that open before this one closes."""
    visits = plan.visits
    gaps = visits.begin.shape[1] + 1
    here, gap = state // gaps, state % gaps
    leave = FOREVER if gap == visits.number[here] else visits.begin[here, gap]
    turn = int(rng.random() * 8)
    for towards in range(4):
        side = turn + towards if turn < 4 else turn - towards
        there = ways.neighbours[here, side & 3]
        if there < 0:
            continue
        rest = ways.distance[agent, there]
        if rest == FAR:
            continue
        for k in range(visit_after(visits, there, now + 1), visits.number[there] + 1):
            opens = 0 if k == 0 else visits.end[there, k - 1] + 1
            closes = FOREVER if k == visits.number[there] else visits.begin[there, k] - 1
            then = max(now + 1, opens)
            if then > leave or then + rest > bound:
                break
            if then > closes:
                continue
            if then == opens and k > 0 and plan.paths[visits.who[there, k - 1], then] == here:
                continue  # they would swap
            reached = there * gaps + k
            if search.seen[reached] != search.tally[ROUND] or search.arrival[reached] > then:
                _push(search, reached, then, state, max(then + rest, earliest))


@nb.njit(cache=True, nogil=True)
def _push(search, state, step, before, f):  # type: ignore[no-untyped-def]
    entry = search.tally[USED]
    search.tally[USED] += 1
    search.seen[state] = search.tally[ROUND]
    search.arrival[state] = step
    search.before[state] = before
    search.state[entry] = state
    search.step[entry] = step
    search.below[entry] = search.top[f]
    search.top[f] = entry


@nb.njit(cache=True, nogil=True)
def _trace(search, state, cost, gaps, path):  # type: ignore[no-untyped-def]
    """Write the path backwards; from its cost on the agent rests."""
    path[cost:] = state // gaps
    step = cost - 1
    state = search.before[state]
    while state != NOBODY:
        # It waits before it moves on.
        while step >= search.arrival[state]:
            path[step] = state // gaps
            step -= 1
        state = search.before[state]
