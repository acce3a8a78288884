"""Two halves of the floor: whatever the agents of each do, they never meet."""

from collections import deque

import numpy as np
import pytest
from fakes.crowded_floors import floors, neighbours_of
from hypothesis import given
from hypothesis import strategies as st

from planner.mapf.halves import FAR_APART, apart, levels
from planner.mapf.problem import Lattice
from planner.roadmap.access import Int32Array


def reached(neighbours: Int32Array, start: int, depth: int) -> set[int]:
    """Where an agent can be within ``depth`` steps."""
    steps = {start: 0}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for there in neighbours[here].tolist():
            if there >= 0 and there not in steps and steps[here] < depth:
                steps[there] = steps[here] + 1
                queue.append(there)
    return set(steps)


@given(floors(), st.integers(0, 2**32 - 1), st.integers(1, 4), st.floats(0.0, 1.0))
def test_the_halves_never_meet(neighbours: Int32Array, seed: int, depth: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    n = len(neighbours)
    node = rng.permutation(n)[: int(rng.integers(1, n + 1))].astype(np.int32)
    near, far = apart(levels(Lattice.open(neighbours)), node, depth, share)
    ways = [
        {there for agent in half for there in reached(neighbours, int(node[agent]), depth)}
        for half in (near, far)
    ]
    assert not ways[0] & ways[1]


@given(floors())
def test_neighbours_are_one_level_apart_at_most(neighbours: Int32Array) -> None:
    level = levels(Lattice.open(neighbours))
    for node, row in enumerate(neighbours.tolist()):
        assert all(there < 0 or abs(level[node] - level[there]) <= 1 for there in row)


def test_levels_of_a_corridor() -> None:
    level = levels(Lattice.open(neighbours_of(["@......."])))
    assert level.tolist() in ([0, 1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1, 0])


def test_what_is_not_joined_is_far_apart() -> None:
    assert levels(Lattice.open(neighbours_of(["..@.."]))).tolist()[2:] == [FAR_APART] * 2
    assert levels(Lattice.open(neighbours_of([".@."]))).tolist() == [0, 0], "nobody can move"


@pytest.mark.parametrize(("share", "sizes"), [(0.5, (47, 49)), (0.35, (32, 64)), (0.65, (62, 34))])
def test_most_are_in_one_half_or_the_other(share: float, sizes: tuple[int, int]) -> None:
    """A hundred on a hundred cells; of those close to the cut none is in either."""
    level = np.arange(100, dtype=np.int32)
    near, far = apart(level, level, 2, share)
    assert (len(near), len(far)) == sizes
    assert near.tolist() == list(range(len(near)))
    assert far.tolist() == list(range(100 - len(far), 100))
