"""The exact reference against answers known by hand and by exhaustive search."""

from itertools import product

import numpy as np
import pytest

from planner.oneshot.exact import Objective, optimum
from planner.oneshot.lacam import solve
from planner.oneshot.problem import Solution, Ways
from tests.planner.oneshot.floors import asked, faults, random_ways


def known(ways: Ways, seed: int = 1) -> Solution:
    found = solve(ways, 20_000, np.random.default_rng(seed))
    assert isinstance(found, Solution)
    return found


def shortest_makespan(ways: Ways) -> int:
    """Breadth first over the places of all agents together."""
    choices = [[node, *(int(n) for n in row if n >= 0)] for node, row in enumerate(ways.neighbours)]
    goal, reached = tuple(ways.goals.tolist()), {tuple(ways.starts.tolist())}
    steps = 0
    while goal not in reached:
        reached |= {
            there
            for here in reached
            for there in product(*(choices[node] for node in here))
            if len(set(there)) == len(there)
            and not any(
                a != b and (b, a) in zip(here, there, strict=True)
                for a, b in zip(here, there, strict=True)
            )
        }
        steps += 1
    return steps


def test_two_agents_pass_at_the_fork() -> None:
    """One runs straight (4); the other ducks into the fork and waits there a step (4 + 3)."""
    ways = asked("..... @@.@@", "a...b @@.@@", "b...a @@.@@")
    best = optimum(ways, known(ways), Objective.SUM_OF_COSTS)
    assert best.proved
    assert best.bound == best.solution.sum_of_costs == 11
    assert faults(ways, best.solution) == []


def test_an_agent_on_its_goal_steps_aside_and_pays_until_it_is_back() -> None:
    ways = asked(".... @@.@", "a.b. @@.@", "..ba @@.@")
    best = optimum(ways, known(ways), Objective.SUM_OF_COSTS)
    assert (best.proved, best.bound) == (True, 6)
    assert sorted(best.solution.costs.tolist()) == [3, 3]


@pytest.mark.parametrize("seed", range(12))
def test_the_makespan_is_that_of_exhaustive_search(seed: int) -> None:
    ways = random_ways(seed, longest=4, most_agents=3, walls=0.1)
    found = solve(ways, 20_000, np.random.default_rng(seed))
    if not isinstance(found, Solution):
        return
    best = optimum(ways, found, Objective.MAKESPAN)
    assert best.proved
    assert best.bound == best.solution.makespan == shortest_makespan(ways)
    assert faults(ways, best.solution) == []


def test_without_effort_the_known_solution_comes_back_unproved() -> None:
    ways = asked("..... @@.@@", "a...b @@.@@", "b...a @@.@@")
    first = known(ways)
    best = optimum(ways, first, Objective.SUM_OF_COSTS, effort=0.0)
    assert not best.proved
    assert best.solution.sum_of_costs <= first.sum_of_costs
