"""Prioritised planning: sound where it answers, and in the order that opens aisles."""

import numpy as np
from hypothesis import given

from planner.oneshot.prioritised import prioritised
from planner.oneshot.problem import Solution
from tests.planner.oneshot.floors import SEEDS, asked, faults, random_ways

ORDERS = 3


@given(SEEDS)
def test_every_answer_is_free_of_conflicts(seed: int) -> None:
    ways = random_ways(seed, longest=9, most_agents=15)
    found = prioritised(ways, ORDERS, np.random.default_rng(seed))
    if found is not None:
        assert faults(ways, found) == []
        assert (found.costs >= ways.lower_bounds).all()


def test_the_goal_deep_in_the_aisle_goes_first() -> None:
    """One order only: were b, with the shorter way, first, it would shut the aisle."""
    ways = asked(
        ".... .@@@ .... @@@.",
        "a.b. .@@@ .... @@@.",
        ".... .@@@ ...b @@@a",
    )
    found = prioritised(ways, 1, np.random.default_rng(1))
    assert isinstance(found, Solution)
    assert faults(ways, found) == []


def test_who_found_no_path_goes_first_in_the_next_order() -> None:
    """b's goal is deep in the dead end that a has to leave."""
    ways = asked("@@@.@ ..... @@@.@", "@@@.@ a.... @@@b@", "@@@a@ .b... @@@.@")
    assert prioritised(ways, 1, np.random.default_rng(1)) is None
    found = prioritised(ways, 2, np.random.default_rng(1))
    assert isinstance(found, Solution)
    assert faults(ways, found) == []


def test_where_nobody_can_pass_there_is_no_answer() -> None:
    ways = asked(".....", "a...b", "b...a")
    assert prioritised(ways, ORDERS, np.random.default_rng(1)) is None


def test_a_goal_out_of_reach_is_no_answer() -> None:
    assert prioritised(asked("..@..", "a.@..", "..@.a"), ORDERS, np.random.default_rng(1)) is None
