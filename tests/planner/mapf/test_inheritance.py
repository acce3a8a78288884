"""One agent that chooses anew: all or nothing, within its rights and its limit."""

import numpy as np
import pytest
from fakes.crowded_floors import Bench, Crowd, crowd_on, crowds, neighbours_of, without_rings
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.mapf.inheritance import choose_anew, draw
from planner.mapf.problem import Agents, Lattice
from planner.mapf.validate import conflicts

NO_LIMIT = 1e18


def chooses(
    bench: Bench, root: int, limit: float = 0.0, budget: int = 20, skip: int = 0
) -> tuple[bool, float]:
    done, change = choose_anew(
        root, limit, budget, skip, bench.seed, bench.lattice, bench.agents, bench.menu,
        bench.reservations, bench.ranks, bench.chain,
    )  # fmt: skip
    return bool(done), float(change)


def check_one_choice(bench: Bench, root: int, limit: float, budget: int, skip: int) -> bool:
    """Everything promised of one call."""
    ranks = bench.ranks
    before = bench.reservations.chosen.copy()
    worth, rank = ranks.worth.copy(), ranks.rank.copy()
    holder = bench.reservations.holder.copy()
    done, change = chooses(bench, root, limit, budget, skip)
    after = bench.reservations.chosen
    changed = set(np.flatnonzero(after != before).tolist())
    assert not bench.chain.busy.any()
    assert np.array_equal(rank, ranks.rank)
    assert bench.conflicts() == []
    assert np.array_equal(bench.reservations.holder, bench.holder_by_paths())
    if not done:
        assert change == 0.0
        assert changed == set()
        assert np.array_equal(holder, bench.reservations.holder)
        assert np.array_equal(worth, ranks.worth)
        return False
    assert all(rank[other] > rank[root] for other in changed - {root})
    assert len(changed - {root}) <= budget
    assert ranks.worth.tolist() == [bench.value_of(agent) for agent in range(len(after))]
    assert change <= limit
    assert change == pytest.approx(float((ranks.weight * (ranks.worth - worth)).sum()))
    return True


@settings(max_examples=120)
@given(crowds(), st.booleans(), st.integers(0, 2**32 - 1))
def test_all_or_nothing(crowd: Crowd, rings: bool, seed: int) -> None:
    bench = Bench(crowd, 3, rings=rings)
    rng = np.random.default_rng(seed)
    m = len(crowd.order)
    for _ in range(25):
        bench.ranks.rank[:] = rng.integers(0, 4, m)
        limit = float(rng.choice([NO_LIMIT, 0.0, -1.0, -100.0, 30.0]))
        budget = int(rng.choice([0, 1, 2, 100]))
        check_one_choice(bench, int(rng.integers(m)), limit, budget, int(rng.choice([0, 40])))


def test_choices_fail_and_succeed_and_displace() -> None:
    """What the property above is about does happen."""
    seen = {"failed": 0, "alone": 0, "displaced": 0, "chain of three": 0}
    for seed in range(40):
        bench = Bench(crowd_on(neighbours_of(["...", "...", ".@."]), 7, seed), 3, rings=False)
        rng = np.random.default_rng(seed)
        for _ in range(20):
            bench.ranks.rank[:] = rng.integers(0, 3, 7)
            before = bench.reservations.chosen.copy()
            limit = float(rng.choice([0.0, -20.0]))
            done = check_one_choice(bench, int(rng.integers(7)), limit, 100, 10)
            changed = int((before != bench.reservations.chosen).sum())
            seen["failed"] += not done
            seen["alone"] += done and changed == 1
            seen["displaced"] += done and changed == 2
            seen["chain of three"] += done and changed >= 3
    assert min(seen.values()) > 15, seen


@settings(max_examples=60)
@given(crowds(4))
def test_with_nobody_to_displace_the_first_that_is_free_is_taken(crowd: Crowd) -> None:
    bench = Bench(crowd, 3)
    for root in crowd.order.tolist():
        bench.ranks.rank[:], bench.ranks.rank[root] = 0, 1
        others = [path for agent, path in enumerate(bench.paths) if agent != root]
        wanted = next(
            number
            for number in bench.menu.number[root, : bench.menu.size[root]].tolist()
            if not without_rings(conflicts([*others, bench.path(root, number)], crowd.edges))
        )
        assert chooses(bench, root, NO_LIMIT)[0]
        assert bench.reservations.chosen[root] == wanted


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(2, 3), st.integers(2, 3))
def test_of_two_the_first_gets_the_best_that_leaves_the_other_a_way(
    seed: int, width: int, height: int
) -> None:
    """Against trying all pairs."""
    crowd = crowd_on(neighbours_of(["." * width] * height), 2, seed)
    bench = Bench(crowd, 3)
    bench.ranks.rank[:] = 0, 1
    menus = [bench.menu.number[agent, : bench.menu.size[agent]].tolist() for agent in range(2)]
    stay = int(bench.reservations.chosen[1])

    def free(first: int, second: int) -> bool:
        return not conflicts([bench.path(0, first), bench.path(1, second)], crowd.edges)

    wanted = next(
        (first, second)
        for first in menus[0]
        for second in ([stay] if free(first, stay) else menus[1])
        if free(first, second)
    )
    assert chooses(bench, 0, NO_LIMIT)[0]
    assert tuple(bench.reservations.chosen.tolist()) == wanted


def corridor(count: int, cells: int) -> Bench:
    """Agents one behind the other, all facing the open end; only the first has a goal there."""
    neighbours = neighbours_of(["." * cells])
    node = np.arange(count, dtype=np.int32)
    agents = Agents.at(node, np.zeros(count, dtype=np.int32))
    agents.goal[0], agents.row[0] = cells - 1, 0
    away = 8 * np.repeat(cells - 1 - np.arange(cells), 4)[None, :]
    crowd = Crowd(Lattice.open(neighbours), agents, away.astype(np.uint16), node, np.ones(count))
    return Bench(crowd, 3)


def test_a_chain_as_long_as_there_are_agents() -> None:
    bench = corridor(300, 303)
    bench.ranks.rank[0] = 0
    assert chooses(bench, 0, NO_LIMIT, budget=299)[0]
    assert bench.paths == [[node, node + 1, node + 1, node + 1] for node in range(300)]


def test_a_chain_is_no_longer_than_the_budget() -> None:
    bench = corridor(10, 13)
    bench.ranks.rank[0] = 0
    assert chooses(bench, 0, NO_LIMIT, budget=8)[0], "it can still stay"
    assert bench.paths == [[node] * 4 for node in range(10)]
    assert chooses(bench, 0, NO_LIMIT, budget=9)[0]
    assert bench.paths == [[node] + [node + 1] * 3 for node in range(10)]


@pytest.mark.parametrize(
    ("weight", "way", "change"), [(9.0, [0, 1, 2, 2], -8.0), (10.0, [0, 1, 1, 1], 0.0)]
)
def test_a_gain_must_be_worth_what_it_costs_others(
    weight: float, way: list[int], change: float
) -> None:
    """Two cells gain 152 and cost the other 16; one cell gains 80 and costs it 8."""
    bench = corridor(2, 4)
    bench.ranks.rank[0], bench.ranks.weight[1] = 0, weight
    assert chooses(bench, 0) == (True, change)
    assert bench.paths[0] == way


def test_where_no_gain_is_worth_it_all_stays_as_it_is() -> None:
    bench = corridor(2, 4)
    bench.ranks.rank[0], bench.ranks.weight[1] = 0, 11.0
    assert chooses(bench, 0, limit=-0.5) == (False, 0.0)
    assert chooses(bench, 0) == (True, 0.0)
    assert bench.paths == [[0] * 4, [1] * 4]


def test_only_greater_ranks_make_way() -> None:
    for rank, makes_way in ((0, False), (1, False), (2, True)):
        bench = corridor(2, 5)
        bench.ranks.rank[:] = 1, rank
        assert chooses(bench, 0, NO_LIMIT)[0]
        assert (bench.paths[0][-1] > 0) == makes_way


def test_the_stream_is_the_published_one() -> None:
    """xorshift64* of state 1: the first outputs by the reference, their upper 31 bits."""
    state, mask = 1, 2**64 - 1
    seed = np.array([1], dtype=np.uint64)
    for _ in range(100):
        state ^= state >> 12
        state ^= (state << 25) & mask
        state ^= state >> 27
        assert draw(seed) == ((state * 0x2545F4914F6CDD1D) & mask) >> 33


def test_the_same_state_draws_the_same() -> None:
    bench = Bench(crowd_on(neighbours_of(["..."] * 3), 6, 3), 4)
    again = Bench(crowd_on(neighbours_of(["..."] * 3), 6, 3), 4)
    for one in (bench, again):
        for root in (0, 3, 5, 0):
            one.ranks.rank[:] = 1
            one.ranks.rank[root] = 0
            chooses(one, root, 0.0, skip=60)
    assert np.array_equal(bench.reservations.chosen, again.reservations.chosen)
    assert bench.seed == again.seed
