"""What may be released, step by step, on plans one can check by hand."""

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.traffic.release import NOBODY, release


def released(
    paths: list[list[int]], held: dict[int, int], ahead: list[int] | None = None, ahead_max: int = 9
) -> tuple[list[int], list[int]]:
    holder = np.full(20, NOBODY, dtype=np.int32)
    for node, agent in held.items():
        holder[node] = agent
    steps = np.array(paths, dtype=np.int32)
    bases = np.array(ahead or [0] * len(paths), dtype=np.int32)
    moves, waits_for = release(steps, holder, bases, ahead_max)
    return moves.tolist(), waits_for.tolist()


def test_a_free_way_is_released_up_to_the_base_limit() -> None:
    assert released([[0, 1, 2, 3, 4]], {0: 0}, ahead_max=3) == ([3], [NOBODY])


def test_nodes_already_ahead_count_towards_the_limit() -> None:
    assert released([[2, 3, 4]], {0: 0, 1: 0, 2: 0}, ahead=[2], ahead_max=3)[0] == [1]


def test_a_follower_waits_until_the_node_is_left() -> None:
    moves, waits_for = released([[1, 2, 3], [0, 1, 2]], {1: 0, 0: 1})
    assert moves == [2, 0]
    assert waits_for[1] == 0


def test_the_planned_order_at_a_free_node_is_kept() -> None:
    # Agent 0 is to pass node 5 first but cannot start yet, as agent 2 stands on node 1.
    paths = [[0, 1, 5, 6], [4, 4, 4, 5], [1, 1, 1, 1]]
    moves, waits_for = released(paths, {0: 0, 4: 1, 1: 2})
    assert moves == [0, 0, 0]
    assert waits_for == [2, 0, NOBODY]


def test_waiting_steps_release_nothing_and_block_nothing() -> None:
    assert released([[0, 0, 1]], {0: 0})[0] == [1]


@settings(max_examples=200)
@given(st.integers(0, 2**32 - 1), st.integers(2, 8))
def test_a_node_is_never_given_to_two(seed: int, agents: int) -> None:
    rng = np.random.default_rng(seed)
    starts = rng.permutation(20)[:agents]
    paths = [[int(start), *rng.integers(0, 20, 6).tolist()] for start in starts]
    moves, _ = released(paths, {int(start): i for i, start in enumerate(starts)})
    owner = {int(start): i for i, start in enumerate(starts)}
    for agent, path in enumerate(paths):
        way = [b for a, b in pairwise(path) if a != b][: moves[agent]]
        for node in way:
            assert owner.setdefault(node, agent) == agent
