"""The question: what is refused, and how costs are counted."""

from collections.abc import Sequence

import numpy as np
import pytest

from planner.oneshot.problem import FAR, Int32Array, Solution, pose
from planner.warehouse.errors import InvalidInstance
from tests.planner.oneshot.floors import asked


def line(nodes: int) -> list[list[int]]:
    """A corridor from west to east."""
    last = nodes - 1
    return [[i + 1 if i < last else -1, -1, i - 1, -1] for i in range(nodes)]


def posed(neighbours: list[list[int]], starts: Sequence[int], goals: Sequence[int]) -> None:
    def array(numbers: object) -> Int32Array:
        return np.array(numbers, dtype=np.int32)

    pose(array(neighbours), array(starts), array(goals))


@pytest.mark.parametrize(
    ("neighbours", "starts", "goals", "field", "value"),
    [
        ([[1, -1], [-1, 0]], [0], [1], "neighbours", (2, 2)),
        ([*line(2), [7, -1, -1, -1]], [0], [1], "neighbours[2][0]", 7),
        ([[1, -1, -1, -1], [-1, -1, -1, -1]], [0], [1], "neighbours[0][0]", 1),
        (line(3), [0, 1], [2], "goals", 1),
        (line(3), [0, 3], [1, 2], "starts[1]", 3),
        (line(3), [0, 1], [-1, 2], "goals[0]", -1),
        (line(3), [0, 1, 1], [0, 1, 2], "starts[2]", 1),
        (line(3), [0, 1], [2, 2], "goals[1]", 2),
    ],
)
def test_what_is_malformed_is_refused_with_field_and_value(
    neighbours: list[list[int]], starts: list[int], goals: list[int], field: str, value: object
) -> None:
    with pytest.raises(InvalidInstance) as caught:
        posed(neighbours, starts, goals)
    assert caught.value.field == field
    assert caught.value.value == value
    assert caught.value.remedy


def test_distances_are_steps_to_the_agents_goal() -> None:
    ways = asked("...@. .@..@", "a..@. .@..@", "...@. .@.a@")
    assert ways.distance[0].tolist() == [4, 3, 2, FAR, 5, 1, 0]
    assert ways.lower_bounds.tolist() == [4]


def test_a_cost_counts_until_the_agent_rests_for_good() -> None:
    paths = np.array(
        [[0, 1, 1, 1, 1], [2, 2, 2, 2, 2], [4, 3, 4, 4, 4], [5, 6, 5, 6, 7]], dtype=np.int32
    )
    solution = Solution(paths)
    assert solution.costs.tolist() == [1, 0, 2, 4]
    assert solution.sum_of_costs == 7
    assert solution.makespan == 4
