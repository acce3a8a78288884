"""The small decisions, against brute force and by hand."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.assign.matching import Arc, IntArray, match, match_greedily, match_paying
from planner.assign.orders import OrderReleaseParams, WaitingOrder, release_orders


@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_matching_is_as_large_and_as_cheap_as_any(
    left: int, right: int, data: st.DataObject
) -> None:
    costs = data.draw(
        st.lists(
            st.lists(st.none() | st.integers(-50, 50), min_size=right, max_size=right),
            min_size=left,
            max_size=left,
        )
    )
    arcs = [
        Arc(i, j, cost)
        for i, row in enumerate(costs)
        for j, cost in enumerate(row)
        if cost is not None
    ]
    pairs = match(arcs)
    assert len({arc.left for arc in pairs}) == len({arc.right for arc in pairs}) == len(pairs)
    best = min(_all_matchings(costs, left, right))
    assert (-len(pairs), sum(arc.cost for arc in pairs)) == best


def _all_matchings(costs: list[list[int | None]], left: int, right: int) -> list[tuple[int, int]]:
    """Size (negative) and cost of every matching, found by trying all orders of both sides."""
    found = []
    slots = [*range(right), *([-1] * left)]
    for choice in set(permutations(slots, left)):
        pairs = [costs[i][j] for i, j in enumerate(choice) if j >= 0]
        if None not in pairs:
            known = [cost for cost in pairs if cost is not None]
            found.append((-len(known), sum(known)))
    return found


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(-50, 20)), max_size=12))
def test_only_what_pays_is_matched_and_nothing_pays_more(
    drawn: list[tuple[int, int, int]],
) -> None:
    left, right, cost = (np.array([arc[i] for arc in drawn], dtype=np.int64) for i in range(3))
    used, greedy = match_paying(left, right, cost), match_greedily(left, right, cost)
    assert used is not None
    totals = []
    for chosen in (used, greedy):
        assert len(set(left[chosen].tolist())) == len(set(right[chosen].tolist())) == len(chosen)
        assert (cost[chosen] < 0).all()
        totals.append(int(cost[chosen].sum()))
    assert totals[0] == _most_paying(left, right, cost)
    assert totals[0] <= totals[1]


def _most_paying(left: IntArray, right: IntArray, cost: IntArray) -> int:
    """By trying every set of arcs in which nobody is used twice."""
    best, sets = 0, [((), (), 0)]
    for one, other, price in zip(left.tolist(), right.tolist(), cost.tolist(), strict=True):
        more = [
            ((*lefts, one), (*rights, other), total + price)
            for lefts, rights, total in sets
            if one not in lefts and other not in rights
        ]
        sets += more  # type: ignore[arg-type]
        best = min([best, *(total for _, _, total in more)])
    return best


def test_the_solver_is_asked_only_where_best_arcs_collide() -> None:
    """Both want the first; giving it to the second and the other to the first is cheapest."""
    left, right = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    cost = np.array([-9, -7, -9, -2])
    used = match_paying(left, right, cost)
    assert used is not None
    assert used.tolist() == [1, 2]


def test_capacities_are_filled_but_not_overfilled() -> None:
    arcs = [Arc(order, 0, order) for order in range(5)]
    assert [arc.left for arc in match(arcs, right_capacity={0: 3})] == [0, 1, 2]


def test_nothing_to_match() -> None:
    assert match([]) == []


def test_oldest_orders_are_released_first_when_nothing_else_speaks() -> None:
    orders = [WaitingOrder(age, (0,)) for age in (90, 80, 70)]
    assert release_orders(orders, [2], [0], OrderReleaseParams()) == [(0, 0), (1, 0)]


def test_an_order_goes_where_pods_under_way_serve_it() -> None:
    order = WaitingOrder(10, (0, 2))
    assert release_orders([order], [1, 1], [0, 0], OrderReleaseParams()) == [(0, 1)]


def test_an_urgent_order_is_not_passed_by_a_convenient_one() -> None:
    urgent, convenient = WaitingOrder(4000, (0,)), WaitingOrder(10, (90,))
    assert release_orders([urgent, convenient], [1], [0], OrderReleaseParams()) == [(0, 0)]


def test_params_refuse_what_makes_no_sense() -> None:
    with pytest.raises(ValueError, match="window must be at least 1"):
        OrderReleaseParams(window=0)
