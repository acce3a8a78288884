"""Anytime refinement: large neighbourhood search over a solution, in Numba.

J. Li, Z. Chen, D. Harabor, P. J. Stuckey, S. Koenig: Anytime Multi-Agent Path Finding via Large
Neighborhood Search, IJCAI 2021, doi 10.24963/ijcai.2021/568: free a few agents, plan them anew one
after another, keep what is not worse, and prefer neighbourhoods that have paid. Added here: what
pays is gain per work; sizes are chosen like kinds; a repair is given up as soon as what is planned,
plus what the others need at least, exceeds what is to be matched; and every other repair asks of
the late agent, planned first, to come out strictly better.
"""

from typing import NamedTuple

import numba as nb
import numpy as np

from planner.oneshot.destroy import KINDS, Group, blank_group, gather
from planner.oneshot.problem import Int32Array, Solution, Ways
from planner.oneshot.sipp import EXPANDED, NO_PATH, Search, blank_search, find_path
from planner.oneshot.visits import enter, plan_of, withdraw

SIZES = (2, 5, 10, 25)
"""Bounds of the classes of sizes: 2 to 4, 5 to 9, 10 to 24 agents."""
REACTION = 0.01
LEAST_WEIGHT = 0.01
GATHER_WORK = 20
"""What gathering a neighbourhood costs, in states expanded."""
LEAD_FIRST = 0.5


class Repair(NamedTuple):
    """Work space: the group in hand, its former ``paths`` and ``costs`` (agents, ...)."""

    group: Group
    search: Search
    paths: Int32Array
    costs: Int32Array


class Refiner:
    """Makes a solution better as long as it is asked to; never worse.

    The same seed and the same sequence of works give the same solutions.
    """

    def __init__(self, ways: Ways, solution: Solution, rng: np.random.Generator) -> None:
        self.solution = solution
        """The best so far."""
        self._ways = ways
        self._rng = rng
        self._weights = np.ones(KINDS * (len(SIZES) - 1))

    def run(self, work: int) -> Solution:
        """Refine until about ``work`` states are expanded, or every agent is at its lower bound.

        A million states take about 0.3 s of CPU time; the table of visits is made anew in every
        run, so work below 100,000 is a waste.
        """
        plan = plan_of(self._ways, self.solution)
        repair = Repair(
            blank_group(self._ways),
            blank_search(plan),
            np.empty_like(plan.paths),
            np.empty_like(plan.costs),
        )
        _improve(self._ways, plan, repair, self._weights, work, self._rng)
        self.solution = Solution(plan.paths[:, : plan.costs.max(initial=0) + 1].copy())
        return self.solution


@nb.njit(cache=True, nogil=True)
def _improve(ways, plan, repair, weights, work, rng):  # type: ignore[no-untyped-def]
    tally = repair.search.tally
    while tally[EXPANDED] < work:
        arm = _drawn(weights, rng)
        kind, low = arm % KINDS, SIZES[arm // KINDS]
        size = low + int(rng.random() * (SIZES[arm // KINDS + 1] - low))
        before = tally[EXPANDED]
        if not gather(ways, plan, kind, min(size, len(plan.costs)), repair.group, rng):
            return
        tally[EXPANDED] += GATHER_WORK
        gain = _repair(ways, plan, repair, rng)
        pays = 1000.0 * gain / (tally[EXPANDED] - before)
        weights[arm] = max((1 - REACTION) * weights[arm] + REACTION * pays, LEAST_WEIGHT)


@nb.njit(cache=True, nogil=True)
def _drawn(weights, rng):  # type: ignore[no-untyped-def]
    draw = rng.random() * weights.sum()
    arm = 0
    while arm < len(weights) - 1 and draw >= weights[arm]:
        draw -= weights[arm]
        arm += 1
    return arm


@nb.njit(cache=True, nogil=True)
def _repair(ways, plan, repair, rng):  # type: ignore[no-untyped-def]
    """Plan the group anew; what is gained, 0 if the old paths stay."""
    members, size = repair.group.agent, repair.group.size[0]
    lead_first = rng.random() < LEAD_FIRST
    _shuffle(members, 1 if lead_first else 0, size, rng)
    slack = 0
    for k in range(size):
        agent = members[k]
        slack += plan.costs[agent] - ways.distance[agent, ways.starts[agent]]
        repair.paths[k] = plan.paths[agent]
        repair.costs[k] = plan.costs[agent]
        withdraw(plan, agent, plan.costs[agent] + 1)
    for k in range(size):
        agent = members[k]
        alone = ways.distance[agent, ways.starts[agent]]
        bound = alone + slack
        if k == 0 and lead_first:
            bound = min(bound, plan.costs[agent] - 1)
        cost = find_path(ways, plan, repair.search, agent, bound, rng)
        if cost != NO_PATH:
            plan.costs[agent] = cost
        if cost == NO_PATH or not enter(plan, agent):
            _restore(plan, repair, k)
            return 0
        slack -= cost - alone
    return slack


@nb.njit(cache=True, nogil=True)
def _shuffle(members, first, size, rng):  # type: ignore[no-untyped-def]
    for k in range(size - 1, first, -1):
        other = first + int(rng.random() * (k + 1 - first))
        members[k], members[other] = members[other], members[k]


@nb.njit(cache=True, nogil=True)
def _restore(plan, repair, planned):  # type: ignore[no-untyped-def]
    """Back to the paths before, after the first ``planned`` members have been planned."""
    members = repair.group.agent
    for k in range(planned):
        withdraw(plan, members[k], plan.costs[members[k]] + 1)
    for k in range(repair.group.size[0]):
        agent = members[k]
        plan.paths[agent] = repair.paths[k]
        plan.costs[agent] = repair.costs[k]
        enter(plan, agent)
