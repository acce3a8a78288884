"""LaCAM: sound, complete, and quick on floors that defeat plain priority inheritance."""

import numpy as np
import pytest
from hypothesis import given

from planner.oneshot.lacam import solve
from planner.oneshot.problem import OutOfBudget, Solution, Unsolvable, Ways
from tests.planner.oneshot.floors import SEEDS, asked, faults, random_ways, solvable

ENOUGH = 100_000


def first_solution(ways: Ways, seed: int = 1, budget: int = ENOUGH) -> Solution:
    found = solve(ways, budget, np.random.default_rng(seed))
    assert isinstance(found, Solution)
    return found


@given(SEEDS)
def test_it_finds_a_solution_if_and_only_if_there_is_one(seed: int) -> None:
    ways = random_ways(seed, longest=4, most_agents=3)
    found = solve(ways, ENOUGH, np.random.default_rng(seed))
    if solvable(ways):
        assert isinstance(found, Solution)
        assert faults(ways, found) == []
    else:
        assert found == Unsolvable()


@given(SEEDS)
def test_every_solution_is_free_of_conflicts(seed: int) -> None:
    ways = random_ways(seed, longest=9, most_agents=20)
    found = solve(ways, 2_000, np.random.default_rng(seed))
    if isinstance(found, Solution):
        assert faults(ways, found) == []
        assert (found.costs >= ways.lower_bounds).all()


def test_two_agents_change_places_by_way_of_the_only_fork() -> None:
    ways = asked(
        "..... @@.@@",
        "a...b @@.@@",
        "b...a @@.@@",
    )
    found = first_solution(ways)
    assert faults(ways, found) == []
    assert found.makespan >= 6


def test_agents_change_order_in_an_aisle_without_long_search() -> None:
    """Plain priority inheritance pushes back and forth here for ever; swaps need no search."""
    walls = ".@@@@@@@."
    ways = asked(
        f"......... {walls} ......... {walls} .........",
        f"......... {walls} a.......b {walls} .........",
        f"......... {walls} ...b.a... {walls} .........",
    )
    assert faults(ways, first_solution(ways, budget=60)) == []


def test_a_full_ring_rotates() -> None:
    """Nobody has room; a rotation is the only move there is."""
    ways = asked(".. ..", "ab dc", "da cb")
    found = first_solution(ways)
    assert faults(ways, found) == []
    assert found.sum_of_costs == 4


def test_nobody_can_pass_in_a_corridor() -> None:
    ways = asked(".....", "a...b", "b...a")
    assert solve(ways, ENOUGH, np.random.default_rng(1)) == Unsolvable()


def test_a_goal_out_of_reach_needs_no_search() -> None:
    ways = asked("..@..", "a.@..", "..@.a")
    assert solve(ways, 0, np.random.default_rng(1)) == Unsolvable()


def test_the_budget_is_kept() -> None:
    ways = asked("..... @@.@@", "a...b @@.@@", "b...a @@.@@")
    assert solve(ways, 3, np.random.default_rng(1)) == OutOfBudget()


@pytest.mark.parametrize("seed", range(3))
def test_the_same_seed_gives_the_same_solution(seed: int) -> None:
    ways = random_ways(seed, longest=9, most_agents=12, walls=0.0)
    assert np.array_equal(first_solution(ways, seed).paths, first_solution(ways, seed).paths)
