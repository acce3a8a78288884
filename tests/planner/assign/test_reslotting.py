"""Moves of pods in idle time: only where they pay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.assign.reslotting import FreeSpot, Move, ReslotParams, StoredPod, propose_moves
from planner.warehouse.errors import InvalidDemand
from planner.warehouse.ids import PodId

HOT = StoredPod(PodId("HOT"), 6.0, 40_000)
COLD = StoredPod(PodId("COLD"), 0.1, 50_000)


def test_the_hot_pod_takes_the_near_spot() -> None:
    """6 visits an hour, 30 s less there and 30 s less back."""
    found = propose_moves([COLD, HOT], [FreeSpot(7, 10_000), FreeSpot(8, 35_000)], ReslotParams())
    assert found == [Move(PodId("HOT"), 7, 360_000)]


def test_a_move_must_save_something() -> None:
    assert propose_moves([HOT], [FreeSpot(7, 40_000)], ReslotParams()) == []
    assert propose_moves([COLD], [FreeSpot(7, 40_000)], ReslotParams()) == []
    assert propose_moves([COLD], [FreeSpot(7, 40_000)], ReslotParams(least_gain_ms=0)) == []
    params = ReslotParams(least_gain_ms=0, horizon_h=10)
    assert propose_moves([COLD], [FreeSpot(7, 40_000)], params) == [Move(PodId("COLD"), 7, 2_000)]


def test_bounds() -> None:
    pods = [StoredPod(PodId(f"P{i}"), 5.0, 60_000) for i in range(5)]
    spots = [FreeSpot(i, 1_000 * i) for i in range(5)]
    assert len(propose_moves(pods, spots, ReslotParams(moves_max=3))) == 3
    assert propose_moves(pods, spots, ReslotParams(moves_max=0)) == []
    assert propose_moves(pods, [], ReslotParams()) == []
    assert propose_moves([], spots, ReslotParams()) == []


@pytest.mark.parametrize("wrong", [-1.0, float("nan")])
def test_bad_rates_are_named(wrong: float) -> None:
    with pytest.raises(InvalidDemand) as caught:
        propose_moves([StoredPod(PodId("P1"), wrong, 1)], [], ReslotParams())
    assert caught.value.field == "P1"


@pytest.mark.parametrize(
    "wrong", [{"moves_max": -1}, {"every_ms": 0}, {"horizon_h": 0.0}, {"idle_share": -1.0}]
)
def test_bad_parameters_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="found"):
        ReslotParams(**wrong)  # type: ignore[arg-type]


@given(
    rates=st.lists(st.floats(0, 20), max_size=6),
    travels=st.lists(st.integers(0, 120_000), min_size=6, max_size=6),
    spots=st.lists(st.integers(0, 120_000), max_size=5),
    most=st.integers(0, 4),
)
def test_each_pod_and_spot_once_and_every_move_gains(
    rates: list[float], travels: list[int], spots: list[int], most: int
) -> None:
    pods = [
        StoredPod(PodId(f"P{i}"), r, t)
        for i, (r, t) in enumerate(zip(rates, travels, strict=False))
    ]
    params = ReslotParams(moves_max=most)
    found = propose_moves(pods, [FreeSpot(i, t) for i, t in enumerate(spots)], params)
    assert len(found) <= most
    assert len({move.pod for move in found}) == len({move.spot for move in found}) == len(found)
    before = {pod.pod: pod.travel_ms for pod in pods}
    for move in found:
        assert move.gain_ms >= params.least_gain_ms
        assert spots[move.spot] < before[move.pod]
