"""EPIBT: every agent, in order of priority, takes the best operation it can get.

E. Yukhnevich, A. Andreychuk: Enhancing PIBT via Multi-Action Operations, 2025, arXiv 2511.09193.
Differences: ranks decide alone who may be displaced; the operations of the step before are the
starting point and are always valid, so the pass may stop at any time.
"""

import numba as nb

from planner.mapf.inheritance import choose_anew


@nb.njit(cache=True, nogil=True)
def epibt(  # type: ignore[no-untyped-def]
    order, budget, lattice, agents, menu, reservations, ranks, chain, seed
):
    """Improve the operations of all agents in ``order`` (m,), highest priority first; each may
    displace others ``budget`` times. ``ranks`` is overwritten."""
    for place in range(order.shape[0]):
        ranks.rank[order[place]] = place
        ranks.weight[order[place]] = 0.0
    for agent in order:
        choose_anew(
            agent, 0.0, budget, 0, seed, lattice, agents, menu, reservations, ranks, chain
        )  # fmt: skip
