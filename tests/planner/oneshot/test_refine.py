"""Refinement: valid after every run, never worse, never below the optimum, near it when small."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.oneshot.exact import Objective, optimum
from planner.oneshot.lacam import solve
from planner.oneshot.problem import Solution
from planner.oneshot.refine import Refiner
from tests.planner.oneshot.floors import SEEDS, asked, faults, random_ways

MEDIAN_GAP = 1.0
LARGE_GAP = 1.05


@settings(max_examples=40)
@given(SEEDS, st.lists(st.sampled_from([500, 3_000, 20_000]), min_size=1, max_size=3))
def test_every_run_leaves_a_valid_solution_no_worse_than_before(
    seed: int, works: list[int]
) -> None:
    ways = random_ways(seed, longest=10, most_agents=25, walls=0.15)
    rng = np.random.default_rng(seed)
    found = solve(ways, 2_000, rng)
    if not isinstance(found, Solution):
        return
    refiner = Refiner(ways, found, rng)
    for work in works:
        before = refiner.solution
        after = refiner.run(work)
        assert faults(ways, after) == []
        assert after.sum_of_costs <= before.sum_of_costs
        assert (after.costs >= ways.lower_bounds).all()


def test_against_the_optimum_on_small_floors() -> None:
    """Floors of up to 8 x 8, up to 8 agents; below the optimum would be a bug. The few large gaps
    are floors so full that agents cannot be planned one after another."""
    gaps = []
    for seed in range(24):
        ways = random_ways(seed, longest=8, most_agents=8)
        rng = np.random.default_rng(seed)
        found = solve(ways, 5_000, rng)
        if not isinstance(found, Solution):
            continue
        refined = Refiner(ways, found, rng).run(100_000)
        best = optimum(ways, found, Objective.SUM_OF_COSTS)
        assert best.proved, seed
        assert faults(ways, best.solution) == []
        assert best.solution.sum_of_costs == best.bound
        assert refined.sum_of_costs >= best.bound
        gaps.append(refined.sum_of_costs / max(best.bound, 1))
    assert len(gaps) >= 12
    assert float(np.median(gaps)) <= MEDIAN_GAP
    assert float(np.mean(np.array(gaps) <= LARGE_GAP)) >= 0.9


def test_a_detour_made_by_the_first_solution_is_taken_out() -> None:
    ways = asked("....", "a...", "...a")
    wandering = Solution(np.array([[0, 1, 0, 1, 2, 2, 3]], dtype=np.int32))
    assert Refiner(ways, wandering, np.random.default_rng(1)).run(1_000).paths.tolist() == [
        [0, 1, 2, 3]
    ]


def test_at_the_lower_bound_it_stops_though_work_is_left() -> None:
    ways = asked("....", "a...", "...a")
    straight = Solution(np.array([[0, 1, 2, 3]], dtype=np.int32))
    refined = Refiner(ways, straight, np.random.default_rng(1)).run(10**15)
    assert refined.paths.tolist() == straight.paths.tolist()


def test_a_longer_makespan_is_taken_for_a_lower_sum_of_costs() -> None:
    ways = random_ways(8, longest=6, most_agents=5)
    found = solve(ways, 5_000, np.random.default_rng(8))
    assert isinstance(found, Solution)
    soonest = optimum(ways, found, Objective.MAKESPAN)
    cheapest = optimum(ways, found, Objective.SUM_OF_COSTS)
    assert soonest.proved
    assert cheapest.bound < soonest.solution.sum_of_costs
    refined = Refiner(ways, soonest.solution, np.random.default_rng(8)).run(20_000)
    assert refined.sum_of_costs == cheapest.bound
    assert refined.makespan > soonest.bound


@pytest.mark.parametrize("seed", range(3))
def test_the_same_seed_and_works_give_the_same_solution(seed: int) -> None:
    ways = random_ways(seed, longest=9, most_agents=12, walls=0.0)

    def refined() -> Solution:
        rng = np.random.default_rng(seed)
        found = solve(ways, 2_000, rng)
        assert isinstance(found, Solution)
        refiner = Refiner(ways, found, rng)
        refiner.run(2_000)
        return refiner.run(5_000)

    assert np.array_equal(refined().paths, refined().paths)
