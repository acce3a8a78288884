"""Sparse minimum-cost matching, the shape most assignment decisions here share.

Solved as min-cost flow by OR-Tools (`SimpleMinCostFlow`); grows about linearly with the arcs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.graph.python import min_cost_flow


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
    lefts = sorted({arc.left for arc in arcs})
    rights = sorted({arc.right for arc in arcs})
    left_node = {left: 1 + i for i, left in enumerate(lefts)}
    right_node = {right: 1 + len(lefts) + i for i, right in enumerate(rights)}
    sink = 1 + len(lefts) + len(rights)
    left_caps = [(left_capacity or {}).get(left, 1) for left in lefts]
    right_caps = [(right_capacity or {}).get(right, 1) for right in rights]
    # Staying unmatched must cost more than the dearest chain of pairs it could make room for.
    unmatched = 1 + 2 * (1 + max(abs(arc.cost) for arc in arcs)) * (len(lefts) + len(rights))

    flow = min_cost_flow.SimpleMinCostFlow()
    pairs = flow.add_arcs_with_capacity_and_unit_cost(
        np.array([left_node[arc.left] for arc in arcs]),
        np.array([right_node[arc.right] for arc in arcs]),
        np.ones(len(arcs), dtype=np.int64),
        np.array([arc.cost for arc in arcs], dtype=np.int64),
    )
    for left, capacity in zip(lefts, left_caps, strict=True):
        flow.add_arc_with_capacity_and_unit_cost(0, left_node[left], capacity, 0)
    for right, capacity in zip(rights, right_caps, strict=True):
        flow.add_arc_with_capacity_and_unit_cost(right_node[right], sink, capacity, 0)
    supply = sum(left_caps)
    flow.add_arc_with_capacity_and_unit_cost(0, sink, supply, unmatched)
    flow.set_nodes_supplies(np.array([0, sink]), np.array([supply, -supply]))
    if flow.solve() != flow.OPTIMAL:  # pragma: no cover - the network is always feasible
        return []
    used = flow.flows(pairs)
    return [arc for arc, amount in zip(arcs, used, strict=True) if amount > 0]
