"""Who is on which node when: sorted visits per node, and with them its safe intervals, in Numba.

A visit is an agent's unbroken stay on a node. Between visits lie gaps, the safe intervals of
M. Phillips and M. Likhachev, SIPP: Safe Interval Path Planning for Dynamic Environments, ICRA
2011: gap k of a node ends before visit k and begins after visit k - 1.
"""

from typing import NamedTuple

import numba as nb
import numpy as np

from planner.oneshot.problem import Int32Array, Solution, Ways

NOBODY = -1
FOREVER = 1 << 29
SPARE_VISITS = 8


class Visits(NamedTuple):
    """``number`` (nodes,); ``begin``, ``end`` (last step of the stay), ``who`` (nodes, capacity),
    filled up to ``number`` and sorted by time."""

    number: Int32Array
    begin: Int32Array
    end: Int32Array
    who: Int32Array


class Plan(NamedTuple):
    """A solution that can be changed agent by agent.

    ``paths`` (agents, steps): a little longer than the makespan; ``costs`` (agents,): from then on
    the agent rests.
    """

    paths: Int32Array
    costs: Int32Array
    visits: Visits


def plan_of(ways: Ways, solution: Solution) -> Plan:
    """``solution`` with its table of visits, in O(sum of costs).

    There is room for some more visits per node than now; the room is bounded, so that the
    kernels need not allocate.
    """
    paths, costs = solution.paths, solution.costs
    before, after = paths[:, :-1], paths[:, 1:]
    arrivals = np.bincount(after[before != after], minlength=len(ways.neighbours))
    capacity = 1 + int(arrivals.max(initial=0)) + SPARE_VISITS
    steps = 8 + solution.makespan + solution.makespan // 8
    plan = blank_plan(ways, steps, capacity)
    plan.costs[:] = costs
    plan.paths[:, : paths.shape[1]] = paths
    plan.paths[:, paths.shape[1] :] = paths[:, -1:]
    for agent in range(ways.agents):
        enter(plan, agent)
    return plan


def blank_plan(ways: Ways, steps: int, capacity: int) -> Plan:
    """A plan without visits: nobody has a path yet."""
    table = [np.zeros((len(ways.neighbours), capacity), dtype=np.int32) for _ in range(3)]
    visits = Visits(np.zeros(len(ways.neighbours), dtype=np.int32), *table)
    paths = np.zeros((ways.agents, steps + 1), dtype=np.int32)
    return Plan(paths, np.zeros(ways.agents, dtype=np.int32), visits)


@nb.njit(cache=True, nogil=True)
def visit_after(visits, node, step):  # type: ignore[no-untyped-def]
    """Index of the first visit that has not ended before ``step``."""
    low, high = 0, visits.number[node]
    while low < high:
        middle = (low + high) // 2
        if visits.end[node, middle] < step:
            low = middle + 1
        else:
            high = middle
    return low


@nb.njit(cache=True, nogil=True)
def occupant(visits, node, step):  # type: ignore[no-untyped-def]
    """Who is on ``node`` at ``step``, or nobody."""
    k = visit_after(visits, node, step)
    if k < visits.number[node] and visits.begin[node, k] <= step:
        return visits.who[node, k]
    return NOBODY


@nb.njit(cache=True, nogil=True)
def enter(plan, agent):  # type: ignore[no-untyped-def]
    """Enter the visits of the agent's path; False, and nothing entered, if a node is full."""
    visits, path, cost = plan.visits, plan.paths[agent], plan.costs[agent]
    begin = 0
    while begin <= cost:
        end = _stay(path, begin, cost)
        node = path[begin]
        if visits.number[node] == visits.begin.shape[1]:
            withdraw(plan, agent, begin)
            return False
        k = visit_after(visits, node, begin)
        for later in range(visits.number[node], k, -1):
            visits.begin[node, later] = visits.begin[node, later - 1]
            visits.end[node, later] = visits.end[node, later - 1]
            visits.who[node, later] = visits.who[node, later - 1]
        visits.begin[node, k] = begin
        visits.end[node, k] = FOREVER if end == cost else end
        visits.who[node, k] = agent
        visits.number[node] += 1
        begin = end + 1
    return True


@nb.njit(cache=True, nogil=True)
def withdraw(plan, agent, until):  # type: ignore[no-untyped-def]
    """Remove the visits of the agent's path that begin before ``until``."""
    visits, path, cost = plan.visits, plan.paths[agent], plan.costs[agent]
    begin = 0
    while begin <= cost and begin < until:
        node = path[begin]
        visits.number[node] -= 1
        for k in range(visit_after(visits, node, begin), visits.number[node]):
            visits.begin[node, k] = visits.begin[node, k + 1]
            visits.end[node, k] = visits.end[node, k + 1]
            visits.who[node, k] = visits.who[node, k + 1]
        begin = _stay(path, begin, cost) + 1


@nb.njit(cache=True, nogil=True)
def _stay(path, begin, cost):  # type: ignore[no-untyped-def]
    """Last step of the stay that begins at ``begin``."""
    end = begin
    while end < cost and path[end + 1] == path[begin]:
        end += 1
    return end
