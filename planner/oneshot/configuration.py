"""PIBT as the configuration generator of LaCAM, with swaps, in Numba.

K. Okumura: Improving LaCAM for Scalable Eventually Optimal Multi-Agent Pathfinding, IJCAI 2023,
doi 10.24963/ijcai.2023/28, section 5 and appendix (swap technique). PIBT as in
:mod:`planner.mapf.pibt`, but on the classic model, where rings may rotate.
"""

from typing import NamedTuple

import numba as nb
import numpy as np

from planner.oneshot.problem import Int32Array, Ways

NOBODY = -1


class Step(NamedTuple):
    """One configuration turning into the next: ``now`` and ``then`` (nodes,) say who is on a
    node, ``at`` and ``chosen`` (agents,) where an agent is and will be; -1 for nobody, open."""

    now: Int32Array
    then: Int32Array
    at: Int32Array
    chosen: Int32Array


def blank_step(ways: Ways) -> Step:
    """Work space for :func:`next_configuration`, to be used again and again."""
    nodes, agents = len(ways.neighbours), ways.agents
    return Step(*(np.full(size, NOBODY, dtype=np.int32) for size in (nodes, nodes, agents, agents)))


@nb.njit(cache=True, nogil=True)
def next_configuration(ways, step, at, order, who, where, rng):  # type: ignore[no-untyped-def]
    """Where all agents are next: True, and ``step.chosen`` filled; False if PIBT finds nothing.

    ``order`` lists agents from highest to lowest priority; agents ``who`` are bound to ``where``
    (the constraints of LaCAM's low level).
    """
    step.now[:] = NOBODY
    step.then[:] = NOBODY
    step.chosen[:] = NOBODY
    step.at[:] = at
    for agent in range(len(at)):
        step.now[at[agent]] = agent
    for k in range(len(who)):
        agent, there = who[k], where[k]
        if step.then[there] != NOBODY:
            return False
        if _swaps(step, agent, there):
            return False
        step.chosen[agent] = there
        step.then[there] = agent
    for agent in order:
        if step.chosen[agent] == NOBODY and not _ask(ways, step, agent, rng):
            return False
    return True


@nb.njit(cache=True, nogil=True)
def _swaps(step, agent, there):  # type: ignore[no-untyped-def]
    other = step.now[there]
    return other != NOBODY and other != agent and step.chosen[other] == step.at[agent]


@nb.njit(cache=True, nogil=True)
def _ask(ways, step, agent, rng):  # type: ignore[no-untyped-def]
    """funcPIBT: reserve the best node that can be had; False if the agent has to stay."""
    here = step.at[agent]
    there, count = _ranked(ways, agent, here, rng)
    partner = _swap_partner(ways, step, agent, there[0])
    for k in range(count):
        # To swap, the pulling agent backs off: its worst neighbour is now the best.
        target = there[count - 1 - k] if partner != NOBODY else there[k]
        if step.then[target] != NOBODY or _swaps(step, agent, target):
            continue
        step.chosen[agent] = target
        step.then[target] = agent
        other = step.now[target]
        pushed = other != NOBODY and step.chosen[other] == NOBODY
        if pushed and not _ask(ways, step, other, rng):
            continue
        free = step.then[here] == NOBODY
        if k == 0 and partner != NOBODY and step.chosen[partner] == NOBODY and free:
            step.chosen[partner] = here
            step.then[here] = partner
        return True
    step.chosen[agent] = here
    step.then[here] = agent
    return False


@nb.njit(cache=True, nogil=True)
def _ranked(ways, agent, here, rng):  # type: ignore[no-untyped-def]
    """Neighbours and here, nearest to the goal first, ties in random order."""
    there = np.empty(5, dtype=np.int32)
    value = np.empty(5, dtype=np.float64)
    count = 0
    for towards in range(5):
        target = here if towards == 4 else ways.neighbours[here, towards]
        if target < 0:
            continue
        worth = ways.distance[agent, target] + rng.random()
        k = count
        while k > 0 and value[k - 1] > worth:
            value[k] = value[k - 1]
            there[k] = there[k - 1]
            k -= 1
        value[k] = worth
        there[k] = target
        count += 1
    return there, count


@nb.njit(cache=True, nogil=True)
def _swap_partner(ways, step, agent, best):  # type: ignore[no-untyped-def]
    """With whom ``agent`` must and can change places, or nobody."""
    here = step.at[agent]
    if best == here:
        return NOBODY
    other = step.now[best]
    if (
        other != NOBODY
        and step.chosen[other] == NOBODY
        and _swap_needed(ways, step, agent, other, here, best)
        and _swap_possible(ways, step, best, here)
    ):
        return other
    for towards in range(4):
        beside = ways.neighbours[here, towards]
        if beside < 0 or beside == best:
            continue
        other = step.now[beside]
        # "Clear": make room for one beside that has to get past (it may have asked already).
        if (
            other != NOBODY
            and _swap_needed(ways, step, other, agent, here, best)
            and _swap_possible(ways, step, best, here)
        ):
            return other
    return NOBODY


@nb.njit(cache=True, nogil=True)
def _onward(ways, step, pusher_at, puller_at):  # type: ignore[no-untyped-def]
    """Ways out of ``puller_at`` other than back: how many, and one of them.

    A dead end whose agent is at its goal is no way out.
    """
    count, out = 0, NOBODY
    for towards in range(4):
        there = ways.neighbours[puller_at, towards]
        if there < 0 or there == pusher_at:
            continue
        sits = step.now[there]
        degree = 0
        for side in range(4):
            degree += 1 if ways.neighbours[there, side] >= 0 else 0
        if degree == 1 and sits != NOBODY and ways.goals[sits] == there:
            continue
        count += 1
        out = there
    return count, out


@nb.njit(cache=True, nogil=True)
def _swap_needed(ways, step, pusher, puller, pusher_at, puller_at):  # type: ignore[no-untyped-def]
    """Push the puller down the corridor in thought: do they still stand in each other's way?"""
    to_push, to_pull = ways.distance[pusher], ways.distance[puller]
    while to_push[puller_at] < to_push[pusher_at]:
        count, out = _onward(ways, step, pusher_at, puller_at)
        if count >= 2:
            return False
        if count == 0:
            break
        pusher_at, puller_at = puller_at, out
    wants_past = to_pull[pusher_at] < to_pull[puller_at]
    return wants_past and (to_push[pusher_at] == 0 or to_push[puller_at] < to_push[pusher_at])


@nb.njit(cache=True, nogil=True)
def _swap_possible(ways, step, pusher_at, puller_at):  # type: ignore[no-untyped-def]
    """Pull back in thought: is there a fork at which the two can change places?"""
    origin = pusher_at
    while puller_at != origin:
        count, out = _onward(ways, step, pusher_at, puller_at)
        if count >= 2:
            return True
        if count == 0:
            return False
        pusher_at, puller_at = puller_at, out
    return False
