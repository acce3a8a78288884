"""Where pods are put back: by hand, and that every pod gets a place of its own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.assign.spots import (
    NOWHERE,
    UNREACHABLE_MS,
    SpotParams,
    SpotProblem,
    choose_spots,
    classes_of,
    next_station,
    spot_costs,
)

PARAMS = SpotParams(prime_ms=15_000)
FAR = UNREACHABLE_MS


def problem(
    way_ms: list[list[int]],
    *,
    ahead_ms: list[int] | None = None,
    pod_class: list[int] | None = None,
    spot_class: list[int] | None = None,
    spot: list[int] | None = None,
) -> SpotProblem:
    pods, spots = len(way_ms), len(way_ms[0])
    return SpotProblem(
        np.array(way_ms, dtype=np.int64),
        np.array(ahead_ms or [0] * spots, dtype=np.int64),
        np.array(pod_class or [0] * pods, dtype=np.int64),
        np.array(spot_class or [0] * spots, dtype=np.int64),
        np.array(spot or [NOWHERE] * pods, dtype=np.int64),
    )


def solve(found: SpotProblem, params: SpotParams = PARAMS) -> list[int]:
    plan = choose_spots(found, params)
    assert not plan.greedy
    chosen: list[int] = plan.spot.tolist()
    return chosen


def test_a_pod_goes_to_the_nearest_spot() -> None:
    assert solve(problem([[9_000, 4_000, 7_000]])) == [1]


def test_two_pods_share_the_spots_for_the_least_total() -> None:
    assert solve(problem([[1_000, 2_000], [2_000, 9_000]])) == [1, 0]


def test_the_way_to_the_next_station_counts_too() -> None:
    assert solve(problem([[4_000, 6_000]], ahead_ms=[9_000, 2_000])) == [1]


def test_slow_pods_leave_the_best_spots_to_fast_ones() -> None:
    near_and_far = problem([[4_000, 12_000]], spot_class=[0, 2], pod_class=[2])
    assert solve(near_and_far) == [1]
    assert solve(problem([[4_000, 12_000]], spot_class=[0, 2], pod_class=[0])) == [0]
    further = problem([[4_000, 4_000 + 2 * PARAMS.prime_ms + 1]], spot_class=[0, 2], pod_class=[2])
    assert solve(further) == [0]


def test_a_pod_with_a_spot_changes_only_if_that_gains_enough() -> None:
    gain = PARAMS.switch_gain_ms
    assert solve(problem([[10_000, 10_000 - gain + 1]], spot=[0])) == [0]
    assert solve(problem([[10_000, 10_000 - gain - 1]], spot=[0])) == [1]


def test_what_cannot_be_reached_is_no_spot() -> None:
    assert solve(problem([[FAR, 90_000]])) == [1]
    assert solve(problem([[FAR, FAR]])) == [NOWHERE]
    assert solve(problem([[FAR, 1_000], [FAR, 2_000]])) == [0 + 1, NOWHERE]


def test_classes_are_shares_by_rank() -> None:
    ranks = np.arange(20)
    found = classes_of(ranks, 20, (0.10, 0.20)).tolist()
    assert found == [0] * 2 + [1] * 4 + [2] * 14


@st.composite
def problems(draw: st.DrawFn) -> SpotProblem:
    pods, spots = draw(st.integers(1, 6)), draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    way = rng.integers(0, 60_000, (pods, spots))
    way[rng.random((pods, spots)) < draw(st.sampled_from([0.0, 0.3]))] = FAR
    spot = np.full(pods, NOWHERE)
    has = min(pods, spots, draw(st.integers(0, 3)))
    spot[rng.permutation(pods)[:has]] = rng.permutation(spots)[:has]
    return SpotProblem(
        way.astype(np.int64),
        rng.integers(0, 60_000, spots).astype(np.int64),
        rng.integers(0, 3, pods).astype(np.int64),
        rng.integers(0, 3, spots).astype(np.int64),
        spot.astype(np.int64),
    )


@given(problems(), st.integers(1, 12))
def test_every_pod_gets_a_spot_of_its_own_and_greedy_is_never_better(
    found: SpotProblem, nearest: int
) -> None:
    params = SpotParams(nearest=nearest)
    cost = spot_costs(found, params)
    plans = [choose_spots(found, params), choose_spots(found, params, greedy=True)]
    worth = []
    for plan in plans:
        has = np.flatnonzero(plan.spot != NOWHERE)
        assert len(set(plan.spot[has].tolist())) == len(has)
        assert (found.way_ms[has, plan.spot[has]] < FAR).all()
        worth.append((-len(has), int(cost[has, plan.spot[has]].sum())))
    assert worth[0] <= worth[1]


@given(problems())
def test_nobody_goes_without_while_there_is_room(found: SpotProblem) -> None:
    if (found.way_ms < FAR).all() and len(found.ahead_ms) >= len(found.pod_class):
        assert NOWHERE not in solve(found, SpotParams(nearest=1))


def test_straight_on_to_where_most_lines_wait() -> None:
    params = SpotParams(straight_lines=2, straight_share=0.5)
    assert next_station([3, 5, 5], [1_000, 9_000, 8_000], usual=4.0, params=params) == 2
    assert next_station([1, 0, 0], [1_000, 1_000, 1_000], usual=1.0, params=params) is None
    assert next_station([3], [1_000], usual=6.2, params=params) is None
    assert next_station([9], [FAR], usual=1.0, params=params) is None
    never = SpotParams(straight_share=float("inf"))
    assert next_station([9], [1_000], usual=1.0, params=never) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"shares": (0.6, 0.6)},
        {"shares": (-0.1, 0.2)},
        {"nearest": 0},
        {"prime_ms": -1},
        {"straight_lines": 0},
        {"straight_share": float("nan")},
    ],
)
def test_params_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="found"):
        SpotParams(**wrong)  # type: ignore[arg-type]
