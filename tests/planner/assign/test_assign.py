"""The small decisions, against brute force and by hand."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.assign.matching import Arc, match
from planner.assign.orders import OrderReleaseParams, WaitingOrder, release_orders
from planner.assign.pods import PodChoiceParams, PodOffer, choose_pods
from planner.assign.robots import assign_robots

FAR = 10**6


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


def test_capacities_are_filled_but_not_overfilled() -> None:
    arcs = [Arc(order, 0, order) for order in range(5)]
    assert [arc.left for arc in match(arcs, right_capacity={0: 3})] == [0, 1, 2]


def test_nothing_to_match() -> None:
    assert match([]) == []
    assert assign_robots([], FAR) == []


def test_robots_are_shared_out_for_the_least_total_not_the_nearest_first() -> None:
    assert sorted(assign_robots([[1, 2], [2, 9]], FAR)) == [(0, 1), (1, 0)]


def test_unreachable_trips_stay_unassigned() -> None:
    assert assign_robots([[FAR, 5], [FAR, 7]], FAR) == [(0, 1)]


def test_a_pod_goes_to_one_station_only_and_every_station_gets_one() -> None:
    offers = [PodOffer(0, 7, 5, 1000), PodOffer(1, 7, 6, 1000), PodOffer(0, 8, 1, 1000)]
    assert sorted(choose_pods(offers, PodChoiceParams())) == [(0, 8), (1, 7)]


def test_more_lines_beat_a_shorter_way() -> None:
    near, rich = PodOffer(0, 1, 1, 5_000), PodOffer(0, 2, 3, 30_000)
    assert choose_pods([near, rich], PodChoiceParams()) == [(0, 2)]


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
