"""Large neighbourhood search over operations: agents choose anew while the sum improves.

The idea is that of the winner of the League of Robot Runners 2024 (team No Man's Sky): a random
agent takes another operation, those in its way choose anew in turn, and the change is kept if the
weighted sum of all values does not get worse. Here the sum may not even get worse on the way along
the chain: menus are sorted, so most trials end after a look or two.
"""

import numba as nb
import numpy as np

from planner.mapf.inheritance import choose_anew, draw

SKIP = 26
"""In 128: the chance that a trial passes an operation over, so that trials differ."""


@nb.njit(cache=True, nogil=True)
def value_now(menu, reservations, ranks):  # type: ignore[no-untyped-def]
    """Set the worth of everybody's operation; returns the weighted loss against every agent having
    its best."""
    loss = 0.0
    for agent in range(menu.size.shape[0]):
        for at in range(menu.size[agent]):
            if menu.number[agent, at] == reservations.chosen[agent]:
                ranks.worth[agent] = menu.value[agent, at]
        ranks.rank[agent] = 1
        loss += ranks.weight[agent] * (ranks.worth[agent] - menu.value[agent, 0])
    return loss


@nb.njit(cache=True, nogil=True)
def improve(  # type: ignore[no-untyped-def]
    trials, members, budget, seed, lattice, agents, menu, reservations, ranks, chain
):
    """Make ``trials`` trials with roots out of ``members``, after :func:`value_now`; only agents
    of rank 1 choose anew. Returns by how much the loss fell."""
    value, worth, rank = menu.value, ranks.worth, ranks.rank
    gained = 0.0
    for _ in range(trials):
        agent = members[draw(seed) % members.shape[0]]
        if worth[agent] <= value[agent, 0]:
            continue
        rank[agent] = 0
        _, change = choose_anew(
            agent, 0.0, budget, SKIP, seed, lattice, agents, menu, reservations, ranks, chain
        )  # fmt: skip
        rank[agent] = 1
        gained -= np.float64(change)
    return gained
