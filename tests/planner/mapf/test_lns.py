"""Neighbourhood search: what it says it gained it has gained, and it never loses."""

import numpy as np
import pytest
from fakes.crowded_floors import Bench, Crowd, crowd_on, crowds, neighbours_of
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.mapf.epibt import epibt
from planner.mapf.lns import improve, value_now


def first_pass(bench: Bench) -> None:
    epibt(
        bench.crowd.order, 50, bench.lattice, bench.agents, bench.menu, bench.reservations,
        bench.ranks, bench.chain, bench.seed,
    )  # fmt: skip
    bench.ranks.weight[:] = bench.crowd.weight


def loss_of(bench: Bench) -> float:
    """Summed up once more, from what everybody has."""
    values = [bench.value_of(agent) for agent in range(len(bench.agents.node))]
    best = bench.menu.value[:, 0]
    return float((bench.ranks.weight * (np.array(values) - best)).sum())


def improved(bench: Bench, trials: int, members: list[int] | None = None) -> float:
    everyone = list(range(len(bench.agents.node)))
    of = np.array(everyone if members is None else members, dtype=np.int32)
    return float(
        improve(
            trials,
            of,
            50,
            bench.seed,
            bench.lattice,
            bench.agents,
            bench.menu,
            bench.reservations,
            bench.ranks,
            bench.chain,
        )
    )


@settings(max_examples=100)
@given(crowds(), st.booleans())
def test_the_loss_only_falls_and_by_as_much_as_said(crowd: Crowd, rings: bool) -> None:
    bench = Bench(crowd, 3, rings=rings)
    first_pass(bench)
    loss = float(value_now(bench.menu, bench.reservations, bench.ranks))
    assert loss == pytest.approx(loss_of(bench))
    for trials in (1, 10, 100):
        gained = improved(bench, trials)
        assert gained >= 0.0
        loss -= gained
        assert loss == pytest.approx(loss_of(bench), abs=1e-6)
        assert bench.conflicts() == []
        assert np.array_equal(bench.reservations.holder, bench.holder_by_paths())
        assert (bench.ranks.rank == 1).all()
    assert loss >= -1e-6


def test_it_does_gain() -> None:
    """On crowded floors the first pass leaves much to be gained."""
    gains = []
    for seed in range(10):
        bench = Bench(crowd_on(neighbours_of(["......"] * 5), 20, seed), 4)
        first_pass(bench)
        loss = float(value_now(bench.menu, bench.reservations, bench.ranks))
        gains.append(improved(bench, 500) / loss)
    assert np.mean(gains) > 0.1, gains


@settings(max_examples=50)
@given(crowds(), st.integers(0, 2**32 - 1))
def test_who_is_not_of_rank_1_stays_as_it_is(crowd: Crowd, seed: int) -> None:
    bench = Bench(crowd, 3)
    first_pass(bench)
    value_now(bench.menu, bench.reservations, bench.ranks)
    out = np.random.default_rng(seed).random(len(crowd.order)) < 0.5
    members = np.flatnonzero(~out).tolist()
    if not members:
        return
    bench.ranks.rank[out] = -1
    before = bench.reservations.chosen.copy()
    improved(bench, 100, members)
    assert np.array_equal(before[out], bench.reservations.chosen[out])
    assert bench.conflicts() == []


def test_trials_begin_with_members_only() -> None:
    """Two far apart who both stand still though they could drive: one of them is a member."""
    crowd = crowd_on(neighbours_of(["..............."]), 2, 1)
    crowd.agents.node[:], crowd.agents.heading[:] = (0, 8), 0
    crowd.agents.goal[:], crowd.agents.goal_after[:] = 14, -1
    crowd.agents.row[:], crowd.agents.row_after[:] = 0, -1
    crowd.pool[0] = np.repeat(8 * np.arange(14, -1, -1).astype(np.uint16), 4)
    bench = Bench(crowd, 4)
    value_now(bench.menu, bench.reservations, bench.ranks)
    improved(bench, 50, [1])
    assert bench.paths == [[0] * 5, [8, 9, 10, 11, 12]]


def test_the_heavier_goes_first() -> None:
    """Two who want the same cell: whoever counts more gets it, whoever has it now."""
    for weight in ([1.0, 5.0], [5.0, 1.0]):
        crowd = crowd_on(neighbours_of(["..."]), 2, 1)
        crowd.agents.node[:], crowd.agents.heading[:] = (0, 2), (0, 2)
        crowd.agents.goal[:] = crowd.agents.goal_after[:] = 1
        crowd.agents.row[:], crowd.agents.row_after[:] = 0, -1
        crowd.pool[0] = np.repeat(np.array([8, 0, 8], dtype=np.uint16), 4)
        crowd.weight[:] = weight
        bench = Bench(crowd, 3)
        first_pass(bench)
        value_now(bench.menu, bench.reservations, bench.ranks)
        improved(bench, 200)
        assert bench.paths[int(np.argmax(weight))][-1] == 1


@settings(max_examples=30)
@given(crowds())
def test_the_same_seed_gives_the_same_plan(crowd: Crowd) -> None:
    benches = [Bench(crowd, 3) for _ in range(2)]
    for bench in benches:
        first_pass(bench)
        value_now(bench.menu, bench.reservations, bench.ranks)
        improved(bench, 200)
    assert benches[0].paths == benches[1].paths
    assert np.array_equal(benches[0].reservations.chosen, benches[1].reservations.chosen)
