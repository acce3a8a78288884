"""Prioritised planning: one agent after another, among the paths of those before.

M. Erdmann and T. Lozano-Pérez: On Multiple Moving Objects, Algorithmica 2 (1987), with safe
intervals. Where it works, and with the right order it often does, it starts refinement much nearer
to the optimum than LaCAM. Agents rest for ever at their goal, so goals deep in an aisle go first:
those nearer to its mouth would shut it. Incomplete.
"""

import numba as nb
import numpy as np

from planner.oneshot.problem import FAR, Int32Array, Solution, Ways
from planner.oneshot.sipp import NO_PATH, blank_search, find_path
from planner.oneshot.visits import blank_plan, enter

CROSSING_DEGREE = 3
HOPELESS = 0.02
"""Share of agents without a path from which on another order is not tried."""


def prioritised(ways: Ways, attempts: int, rng: np.random.Generator) -> Solution | None:
    """A solution, or None if ``attempts`` orders gave none.

    Agents that found no path come first in the next attempt.
    """
    if (ways.lower_bounds >= FAR).any():
        return None
    order = np.lexsort((ways.lower_bounds, -_depth(ways.neighbours)[ways.goals])).astype(np.int32)
    steps = 2 * int(ways.lower_bounds.max(initial=0)) + ways.agents
    for _ in range(attempts):
        plan = blank_plan(ways, steps, capacity=64 + ways.agents // 8)
        failed = _plan_all(ways, plan, blank_search(plan), order, rng)
        if not failed.any():
            return Solution(plan.paths[:, : plan.costs.max(initial=0) + 1].copy())
        if failed.sum() > max(1, HOPELESS * ways.agents):
            return None
        order = np.concatenate([order[failed], order[~failed]])
    return None


def _depth(neighbours: Int32Array) -> Int32Array:
    """(nodes,): steps to the nearest crossing, capped by the number of nodes."""
    depth = np.where((neighbours >= 0).sum(axis=1) >= CROSSING_DEGREE, 0, len(neighbours))
    while True:
        beside = np.where(neighbours >= 0, depth[neighbours], len(neighbours)).min(axis=1)
        nearer = np.minimum(depth, beside + 1)
        if np.array_equal(nearer, depth):
            return depth.astype(np.int32)
        depth = nearer


@nb.njit(cache=True, nogil=True)
def _plan_all(ways, plan, search, order, rng):  # type: ignore[no-untyped-def]
    """Plan in ``order``; which entries of it found no path."""
    failed = np.zeros(len(order), dtype=np.bool_)
    for k in range(len(order)):
        agent = order[k]
        cost = find_path(ways, plan, search, agent, plan.paths.shape[1] - 1, rng)
        if cost != NO_PATH:
            plan.costs[agent] = cost
        failed[k] = cost == NO_PATH or not enter(plan, agent)
    return failed
