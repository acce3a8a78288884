"""Neighbourhoods: which agents to plan anew together, in Numba.

Agent-based and map-based after J. Li, Z. Chen, D. Harabor, P. J. Stuckey, S. Koenig: Anytime
Multi-Agent Path Finding via Large Neighborhood Search, IJCAI 2021, doi 10.24963/ijcai.2021/568.
"""

from typing import NamedTuple

import numba as nb
import numpy as np

from planner.oneshot.problem import Int32Array, Ways
from planner.oneshot.visits import NOBODY, occupant

# What the agents of a neighbourhood have in common.
BLOCKERS = 0
"""They stand in the way of a late agent's straight run."""
WALK = 1
"""A random walk of a late agent, still in time to be cheaper, meets them."""
CROSSING = 2
"""They come by one crossing about the same time."""
GOAL = 3
"""They pass over a late agent's goal after it could be there."""
RANDOM = 4
"""Nothing: late agents at random."""
KINDS = 5

ATTEMPTS = 20
"""Random walks until a neighbourhood counts as complete though it is small."""
STROLL = 300
"""Steps to look for crossings."""


class Group(NamedTuple):
    """``agent`` (agents,): members first; ``inside`` (agents,): 1 for members; ``size`` (1,)."""

    agent: Int32Array
    inside: Int32Array
    size: Int32Array


def blank_group(ways: Ways) -> Group:
    return Group(*(np.zeros(size, dtype=np.int32) for size in (ways.agents, ways.agents, 1)))


@nb.njit(cache=True, nogil=True)
def gather(ways, plan, kind, wanted, group, rng):  # type: ignore[no-untyped-def]
    """Fill ``group`` with up to ``wanted`` agents, a late one first; False if none is late."""
    for k in range(group.size[0]):
        group.inside[group.agent[k]] = 0
    group.size[0] = 0
    first = _late(ways, plan, rng)
    if first == NOBODY:
        return False
    _join(group, first)
    if kind == BLOCKERS:
        _walk(ways, plan, first, 0, True, wanted, group, rng)
    elif kind == CROSSING:
        _crossing(ways, plan, first, wanted, group, rng)
    elif kind == GOAL:
        _over_goal(ways, plan, first, wanted, group)
    for _ in range(ATTEMPTS):
        if group.size[0] >= wanted:
            break
        if kind == RANDOM:
            _join(group, _late(ways, plan, rng))
        else:
            member = group.agent[int(rng.random() * group.size[0])]
            begin = int(rng.random() * (plan.costs[member] + 1))
            _walk(ways, plan, member, begin, False, wanted, group, rng)
    return True


@nb.njit(cache=True, nogil=True)
def _join(group, agent):  # type: ignore[no-untyped-def]
    if agent != NOBODY and group.inside[agent] == 0:
        group.inside[agent] = 1
        group.agent[group.size[0]] = agent
        group.size[0] += 1


@nb.njit(cache=True, nogil=True)
def _late(ways, plan, rng):  # type: ignore[no-untyped-def]
    """A random agent, likelier the more it loses on its way."""
    total = 0
    for agent in range(len(plan.costs)):
        total += plan.costs[agent] - ways.distance[agent, ways.starts[agent]]
    draw = int(rng.random() * total)
    for agent in range(len(plan.costs)):
        draw -= plan.costs[agent] - ways.distance[agent, ways.starts[agent]]
        if draw < 0:
            return agent
    return NOBODY


@nb.njit(cache=True, nogil=True)
def _walk(ways, plan, agent, begin, straight, wanted, group, rng):  # type: ignore[no-untyped-def]
    """Walk as if alone, at random, so that the goal is still reached sooner than by the path, or
    ``straight``, without detour. Whom the walk meets joins."""
    here = plan.paths[agent, begin]
    for step in range(begin + 1, plan.costs[agent] + 1):
        there = NOBODY
        count = 0
        for towards in range(5):
            option = here if towards == 4 else ways.neighbours[here, towards]
            if option < 0:
                continue
            rest = ways.distance[agent, option]
            best = rest < ways.distance[agent, here]
            if best if straight else step + rest < plan.costs[agent]:
                count += 1
                there = option if rng.random() * count < 1 else there
        if there == NOBODY or group.size[0] >= wanted:
            break
        _join(group, occupant(plan.visits, there, step))
        ahead = occupant(plan.visits, there, step - 1)
        if ahead != NOBODY and plan.paths[ahead, step] == here:
            _join(group, ahead)
        here = there


@nb.njit(cache=True, nogil=True)
def _crossing(ways, plan, agent, wanted, group, rng):  # type: ignore[no-untyped-def]
    """From a random place on the path stroll to a crossing; those who visit it from some time on
    join, then those of places nearby."""
    visits = plan.visits
    node = plan.paths[agent, int(rng.random() * plan.costs[agent])]
    crossings = 0
    for _ in range(STROLL):
        degree = 0
        for towards in range(4):
            degree += 1 if ways.neighbours[node, towards] >= 0 else 0
        if degree > 2:
            for k in range(int(rng.random() * visits.number[node]), visits.number[node]):
                if group.size[0] >= wanted:
                    return
                _join(group, visits.who[node, k])
            crossings += 1
            if crossings == 3:
                return
        there = ways.neighbours[node, int(rng.random() * 4)]
        node = there if there >= 0 else node


@nb.njit(cache=True, nogil=True)
def _over_goal(ways, plan, agent, wanted, group):  # type: ignore[no-untyped-def]
    """Those who keep the agent from resting: they pass over its goal after it could be there."""
    goal = ways.goals[agent]
    soonest = ways.distance[agent, ways.starts[agent]]
    for k in range(plan.visits.number[goal]):
        if group.size[0] >= wanted:
            return
        if plan.visits.end[goal, k] >= soonest:
            _join(group, plan.visits.who[goal, k])
