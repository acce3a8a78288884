"""The first pass: everybody in order of priority takes the best it can get."""

import numpy as np
from fakes.crowded_floors import Bench, Crowd, crowd_on, crowds, floors, neighbours_of
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.mapf.epibt import epibt
from planner.mapf.inheritance import choose_anew
from planner.roadmap.access import Int32Array


def first_pass(bench: Bench, order: list[int], budget: int = 100) -> None:
    epibt(
        np.array(order, dtype=np.int32), budget, bench.lattice, bench.agents, bench.menu,
        bench.reservations, bench.ranks, bench.chain, bench.seed,
    )  # fmt: skip


@settings(max_examples=120)
@given(crowds(), st.booleans(), st.integers(2, 4))
def test_no_conflict_on_any_floor(crowd: Crowd, rings: bool, depth: int) -> None:
    bench = Bench(crowd, depth, rings=rings)
    first_pass(bench, crowd.order.tolist())
    assert bench.conflicts() == []
    assert np.array_equal(bench.reservations.holder, bench.holder_by_paths())


@settings(max_examples=60)
@given(crowds(), st.booleans())
def test_nobody_loses_to_a_lower_rank(crowd: Crowd, rings: bool) -> None:
    """What the first ones have when their turn is over they keep, whoever comes after."""
    bench, stepwise = Bench(crowd, 3, rings=rings), Bench(crowd, 3, rings=rings)
    order = crowd.order.tolist()
    first_pass(bench, order)
    stepwise.ranks.weight[:] = 0.0
    stepwise.ranks.rank[order] = np.arange(len(order))
    for agent in order:
        worth = stepwise.value_of(agent)
        choose_anew(
            agent, 0.0, 100, 0, stepwise.seed, stepwise.lattice, stepwise.agents, stepwise.menu,
            stepwise.reservations, stepwise.ranks, stepwise.chain,
        )  # fmt: skip
        assert stepwise.value_of(agent) <= worth
        assert bench.reservations.chosen[agent] == stepwise.reservations.chosen[agent]


@settings(max_examples=60)
@given(crowds())
def test_the_ranks_follow_the_order(crowd: Crowd) -> None:
    bench = Bench(crowd, 2)
    bench.ranks.rank[:] = 77
    first_pass(bench, crowd.order.tolist())
    assert bench.ranks.rank[crowd.order].tolist() == list(range(len(crowd.order)))
    assert not bench.ranks.weight.any()


@settings(max_examples=30)
@given(floors(), st.integers(0, 2**32 - 1))
def test_alone_it_takes_its_best(neighbours: Int32Array, seed: int) -> None:
    bench = Bench(crowd_on(neighbours, 1, seed), 3)
    first_pass(bench, [0])
    assert bench.reservations.chosen[0] == bench.menu.number[0, 0]


def test_of_two_who_want_one_cell_the_first_in_order_gets_it() -> None:
    """Two on both sides of a cell, both facing it and bound for it."""
    for order in ([0, 1], [1, 0]):
        crowd = crowd_on(neighbours_of(["..."]), 2, 1)
        crowd.agents.node[:], crowd.agents.heading[:] = (0, 2), (0, 2)
        crowd.agents.goal[:] = crowd.agents.goal_after[:] = 1
        crowd.agents.row[:], crowd.agents.row_after[:] = 0, -1
        crowd.pool[0] = np.repeat(np.array([8, 0, 8], dtype=np.uint16), 4)
        bench = Bench(crowd, 3)
        first_pass(bench, order)
        first, second = order
        assert bench.paths[first] == [crowd.agents.node[first], 1, 1, 1]
        assert bench.paths[second] == [crowd.agents.node[second]] * 4


def test_without_budget_nobody_is_displaced() -> None:
    """An agent without a goal in the way: it moves on only where it may be displaced."""
    for budget, reached in ((0, 0), (1, 1)):
        crowd = crowd_on(neighbours_of(["..."]), 2, 1)
        crowd.agents.node[:], crowd.agents.heading[:] = (0, 1), 0
        crowd.agents.goal[:], crowd.agents.goal_after[:] = (1, -1), (1, -1)
        crowd.agents.row[:], crowd.agents.row_after[:] = (0, -1), -1
        crowd.pool[0] = np.repeat(np.array([8, 0, 8], dtype=np.uint16), 4)
        bench = Bench(crowd, 3)
        first_pass(bench, [0, 1], budget)
        assert bench.paths[0][-1] == reached
