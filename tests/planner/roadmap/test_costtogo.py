"""Tables of cost to go, against a plain Dijkstra."""

import numpy as np
import pytest
from fakes.crowded_floors import floors, neighbours_of
from fakes.plain_dijkstra import dijkstra
from hypothesis import given
from hypothesis import strategies as st

from planner.roadmap.access import Int32Array
from planner.roadmap.costtogo import FAR, CostToGo


def right_as_far_as_settled(costs: CostToGo, row: int, true: list[int]) -> None:
    """What reads no more than ``settled`` is right, and all that costs no more reads so."""
    settled, read = int(costs.settled[row]), costs.pool[row].tolist()
    for said, cost in zip(read, true, strict=True):
        if settled == FAR:
            assert said == min(cost, FAR)
        elif cost <= settled:
            assert said == cost
        else:
            assert said > settled


class Case:
    """A random floor with random costs."""

    def __init__(self, neighbours: Int32Array, seed: int):
        rng = np.random.default_rng(seed)
        n = len(neighbours)
        self.neighbours = neighbours
        self.dearest = int(rng.choice([3, 20, 255]))
        self.drive = rng.integers(1, self.dearest + 1, (n, 4)).astype(np.int32)
        self.turn = int(rng.integers(1, self.dearest + 1))
        self.goal = rng.integers(0, n, 40).astype(np.int32)
        self.near = rng.integers(0, 4 * n, 40).astype(np.int32)
        self.slack = rng.integers(0, 3 * self.dearest, 40)

    def costs(self, rows_max: int) -> CostToGo:
        return CostToGo(self.neighbours, self.drive, self.turn, rows_max)

    def true(self, goal: int) -> list[int]:
        return dijkstra(self.neighbours, self.drive, self.turn, goal)


cases = st.builds(Case, floors(), st.integers(0, 2**32 - 1))


@given(cases)
def test_right_as_far_as_asked_for(case: Case) -> None:
    costs = case.costs(len(case.neighbours))
    for goal, near, slack in zip(case.goal[:3], case.near[:3], case.slack[:3], strict=True):
        row = costs.row(int(goal), int(near), int(slack))
        true = case.true(int(goal))
        right_as_far_as_settled(costs, row, true)
        assert costs.settled[row] >= min(true[near] + slack, FAR)


@given(cases)
def test_together_with_few_rows(case: Case) -> None:
    """Again and again three goals, with room for four: some make place, and come back."""
    costs = case.costs(4)
    for i in range(0, 39, 3):
        goal, near, slack = case.goal[i : i + 3], case.near[i : i + 3], int(case.slack[i])
        for asked, asker, row in zip(goal, near, costs.rows(goal, near, slack), strict=True):
            true = case.true(int(asked))
            right_as_far_as_settled(costs, row, true)
            assert costs.settled[row] >= min(true[asker] + slack, FAR)
            assert costs.known(int(asked)) == row


@given(cases)
def test_redirected(case: Case) -> None:
    """The old tables are forgotten, and the new are as if made from the start."""
    costs = case.costs(len(case.neighbours))
    costs.rows(case.goal, case.near, 10_000)
    case.drive = case.drive[:, ::-1].copy()
    costs.redirect(case.drive)
    assert {costs.known(int(goal)) for goal in case.goal} == {-1}
    for goal, row in zip(case.goal, costs.rows(case.goal, case.near, 10_000), strict=True):
        right_as_far_as_settled(costs, row, case.true(int(goal)))


def corridor(cells: int, rows_max: int = 4, drive: int = 8) -> CostToGo:
    neighbours = neighbours_of(["." * cells])
    return CostToGo(neighbours, np.full((cells, 4), drive, dtype=np.int32), 8, rows_max)


def test_a_turn_costs() -> None:
    costs = corridor(3)
    row = costs.row(2, 0, 1000)
    assert costs.pool[row].tolist() == [16, 24, 32, 24, 8, 16, 24, 16, 0, 0, 0, 0]


def test_only_around_the_goal_and_wider_for_who_comes_from_further_off() -> None:
    costs = corridor(100)
    row = costs.row(50, 45 * 4, 16)
    assert costs.settled[row] == 5 * 8 + 16
    assert costs.pool[row, 30 * 4] == FAR
    assert costs.searches == 1
    assert costs.row(50, 46 * 4, 24) == row
    assert costs.searches == 1, "known as far as needed"
    assert costs.row(50, 30 * 4, 16) == row
    assert costs.searches == 2
    assert costs.pool[row, 30 * 4] == 160
    assert costs.settled[row] >= 176
    costs.row(50, 0, 10_000)
    assert costs.settled[row] == FAR
    costs.row(50, 0, 10_000)
    assert costs.searches == 3, "the whole floor is known"


def test_widened_once_for_two_who_ask_together() -> None:
    costs = corridor(100)
    costs.row(50, 50 * 4, 0)
    rows = costs.rows(np.array([50, 50], np.int32), np.array([80, 160], np.int32), 8)
    assert rows[0] == rows[1]
    assert costs.searches == 2


def test_those_longest_not_asked_for_make_place() -> None:
    costs = corridor(9, rows_max=3)
    for goal in (1, 2, 3, 1, 4):
        costs.row(goal, 0, 8)
    assert [costs.known(goal) >= 0 for goal in range(6)] == [False, True, False, True, True, False]
    searches = costs.searches
    costs.row(1, 0, 8)
    assert costs.searches == searches


def test_more_goals_together_than_rows() -> None:
    costs = corridor(9, rows_max=3)
    asked = np.arange(4, dtype=np.int32)
    with pytest.raises(MemoryError, match=r"found 3.*Allow more rows"):
        costs.rows(asked, asked * 4, 8)
    costs.rows(asked[:3], asked[:3] * 4, 8)
    twice = np.array([5, 6, 5, 6], dtype=np.int32)
    assert len(set(costs.rows(twice, twice * 4, 8).tolist())) == 2, "one row per goal is enough"


def test_further_than_can_be_counted_is_far() -> None:
    """Nothing wraps around at 65,536."""
    costs = corridor(300, drive=255)
    row = costs.row(299, 0, 8)
    assert costs.pool[row, 0] == FAR
    assert costs.pool[row, 298 * 4] == 255
    eastward = costs.pool[row, 0::4].astype(int)
    assert (np.diff(eastward[eastward < FAR]) == -255).all()


def test_no_way() -> None:
    costs = CostToGo(neighbours_of([".@."]), np.full((2, 4), 8, dtype=np.int32), 8, 2)
    row = costs.row(0, 4, 8)
    assert costs.pool[row].tolist() == [0] * 4 + [FAR] * 4
    assert costs.settled[row] == FAR
