"""Free flow: nobody is in anybody's way, but walls are."""

import numpy as np
from fakes.league_floors import drawn
from fakes.plain_dijkstra import NO_WAY, dijkstra
from hypothesis import assume, given
from hypothesis import strategies as st

from benchmarks.macro.free_flow import free_flow

EAST = 0


def test_two_pass_through_each_other_in_a_corridor() -> None:
    """Both stand where they pick up, and are done with that after one step. One then drives five
    cells; the other has to turn round first. With a rule against it neither would arrive."""
    corridor = drawn(["......"], [0, 5], [[0, 5], [5, 0]], reveal=1.0)
    assert [free_flow(corridor, steps) for steps in (5, 6, 7, 8)] == [0, 1, 1, 2]


@given(
    st.lists(st.text("....@", min_size=5, max_size=5), min_size=1, max_size=5),
    st.data(),
)
def test_a_lone_agent_takes_as_long_as_a_cheapest_path(
    rows: list[str], data: st.DataObject
) -> None:
    free = [cell for cell, letter in enumerate("".join(rows)) if letter == "."]
    assume(free)
    start, goal = data.draw(st.sampled_from(free)), data.draw(st.sampled_from(free))
    instance = drawn(rows, [start], [[goal]], reveal=1.0)
    neighbours = instance.map.neighbours()
    assume((neighbours[start] >= 0).any())
    way = dijkstra(neighbours, np.ones_like(neighbours), 1, goal)[start * 4 + EAST]
    assume(way < NO_WAY)
    done: list[int] = []
    free_flow(instance, max(way, 1), lambda step, tasks: done.append(tasks))
    assert done == [0] * (max(way, 1) - 1) + [1]


def test_progress_is_told_step_by_step() -> None:
    told: list[tuple[int, int]] = []
    finished = free_flow(drawn(["..."], [0], [[2], [0]]), 6, lambda *now: told.append(now))
    assert [step for step, _ in told] == [1, 2, 3, 4, 5, 6]
    assert told[-1][1] == finished == 2
