"""Sparse minimum-cost matching, the shape most assignment decisions here share.

Solved as min-cost flow by OR-Tools (`SimpleMinCostFlow`); grows about linearly with the arcs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.graph.python import min_cost_flow

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Arc:
    """Giving right-hand item ``right`` to left-hand item ``left`` costs ``cost`` (integer)."""

    left: int
    right: int
    cost: int


def match(
    arcs: Sequence[Arc],
    left_capacity: Mapping[int, int] | None = None,
    right_capacity: Mapping[int, int] | None = None,
) -> list[Arc]:
    """As many pairs as possible, and among those the cheapest; in the order of ``arcs``.

    Each item is used at most as often as its capacity says (1 where it says nothing).
    """
    if not arcs:
        return []
    lefts, left = np.unique([arc.left for arc in arcs], return_inverse=True)
    rights, right = np.unique([arc.right for arc in arcs], return_inverse=True)
    left_caps = [(left_capacity or {}).get(item, 1) for item in lefts.tolist()]
    right_caps = [(right_capacity or {}).get(item, 1) for item in rights.tolist()]
    cost = np.array([arc.cost for arc in arcs], dtype=np.int64)
    # Staying unmatched must cost more than the dearest chain of pairs it could make room for.
    unmatched = 1 + 2 * (1 + int(np.abs(cost).max())) * (len(lefts) + len(rights))
    used = _flow(left, right, cost, np.array(left_caps), np.array(right_caps), unmatched)
    return [] if used is None else [arcs[index] for index in used.tolist()]


def match_paying(left: IntArray, right: IntArray, cost: IntArray) -> IntArray | None:
    """Pairs that pay: the cheapest set of arcs in which every item is used at most once.

    ``left``, ``right`` and ``cost`` (a,) are the arcs, items numbered from 0; only a negative cost
    pays. Returns the numbers of the arcs used, ascending; ``None`` if the solver has no answer.
    Where everybody's own best arc is free of conflicts it is the answer, without a solver.
    """
    paying = np.flatnonzero(cost < 0)
    if not len(paying):
        return paying
    left, right, cost = left[paying], right[paying], cost[paying]
    found = _without_conflict(left, right, cost)
    if found is None:
        found = _without_conflict(right, left, cost)
    if found is None:
        _, lefts = np.unique(left, return_inverse=True)
        _, rights = np.unique(right, return_inverse=True)
        ones = np.ones(lefts.max() + 1, dtype=np.int64), np.ones(rights.max() + 1, dtype=np.int64)
        found = _flow(lefts, rights, cost, *ones, 0)
    return None if found is None else paying[found]


def match_greedily(left: IntArray, right: IntArray, cost: IntArray) -> IntArray:
    """The cheapest arc that pays first, then the next of what is left; as :func:`match_paying`,
    but always there and never better."""
    lefts: set[int] = set()
    rights: set[int] = set()
    found = []
    for index in np.argsort(cost, kind="stable").tolist():
        one, other = int(left[index]), int(right[index])
        if cost[index] < 0 and one not in lefts and other not in rights:
            lefts.add(one)
            rights.add(other)
            found.append(index)
    return np.array(sorted(found), dtype=np.int64)


def _without_conflict(side: IntArray, other: IntArray, cost: IntArray) -> IntArray | None:
    """The cheapest arc of every item of one side, if they lead to different items: no set of arcs
    can be cheaper, as it has at most one for each."""
    order = np.lexsort((other, cost, side))
    first = np.ones(len(order), dtype=np.bool_)
    first[1:] = side[order][1:] != side[order][:-1]
    best = order[first]
    if len(np.unique(other[best])) < len(best):
        return None
    return np.sort(best)


def _flow(
    left: IntArray,
    right: IntArray,
    cost: IntArray,
    left_caps: IntArray,
    right_caps: IntArray,
    unmatched: int,
) -> IntArray | None:
    """Arcs used by the cheapest flow; an item that stays unmatched costs ``unmatched``."""
    lefts, rights = len(left_caps), len(right_caps)
    sink = 1 + lefts + rights
    left_nodes, right_nodes = 1 + np.arange(lefts), 1 + lefts + np.arange(rights)
    supply = int(left_caps.sum())
    tails = np.concatenate([1 + left, np.zeros(lefts, dtype=np.int64), right_nodes, [0]])
    heads = np.concatenate([1 + lefts + right, left_nodes, np.full(rights, sink), [sink]])
    capacities = np.concatenate(
        [np.ones(len(left), dtype=np.int64), left_caps, right_caps, [supply]]
    )
    costs = np.concatenate([cost, np.zeros(lefts + rights, dtype=np.int64), [unmatched]])
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities, costs)
    flow.set_nodes_supplies(np.array([0, sink]), np.array([supply, -supply]))
    if flow.solve() != flow.OPTIMAL:  # pragma: no cover - the network is always feasible
        return None
    return np.flatnonzero(flow.flows(arcs)[: len(left)] > 0)
