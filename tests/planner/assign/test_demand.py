"""Lines per SKU that fade, and what they mean for pods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.assign.demand import (
    HOUR_MS,
    DemandParams,
    LineRate,
    counted,
    lines_per_h,
    pod_heat,
)
from planner.warehouse.ids import PodId, Sku

PARAMS = DemandParams(half_life_ms=HOUR_MS)


def test_a_line_counts_half_after_the_half_life() -> None:
    once = counted(None, 1, 0, PARAMS)
    assert once == LineRate(1.0, 0)
    assert counted(once, 0, HOUR_MS, PARAMS) == LineRate(0.5, HOUR_MS)
    assert counted(once, 2, 2 * HOUR_MS, PARAMS).lines == 2.25


def test_a_steady_rate_is_found_again() -> None:
    """One line every 3 min, for ten half-lives."""
    rate = None
    for at_ms in range(0, 10 * HOUR_MS, 180_000):
        rate = counted(rate, 1, at_ms, PARAMS)
    assert lines_per_h(rate, 10 * HOUR_MS, PARAMS) == pytest.approx(20, rel=0.05)
    assert lines_per_h(None, 5, PARAMS) == 0.0


def test_time_that_runs_backwards_adds_nothing() -> None:
    late = counted(None, 1, 5_000, PARAMS)
    assert counted(late, 1, 1_000, PARAMS).lines == 2.0


@given(st.lists(st.integers(0, HOUR_MS), min_size=1, max_size=10))
def test_the_order_of_looking_changes_nothing(times: list[int]) -> None:
    """Bringing a count up to date in between leaves the same count at the end."""
    times = sorted(times)
    end = HOUR_MS * 2
    looked = direct = counted(None, 5, 0, PARAMS)
    for at_ms in times:
        looked = counted(looked, 0, at_ms, PARAMS)
    assert counted(looked, 0, end, PARAMS).lines == pytest.approx(
        counted(direct, 0, end, PARAMS).lines
    )


def test_pods_share_what_is_wanted() -> None:
    p1, p2, p3 = PodId("P1"), PodId("P2"), PodId("P3")
    wanted = {Sku("a"): 6.0, Sku("b"): 1.0, Sku("gone"): 9.0}
    holders = {Sku("a"): [p1, p2, p2], Sku("b"): [p2], Sku("c"): [p3]}
    heat = pod_heat(wanted, holders, 70)
    assert heat.of == {p1: 3.0, p2: 4.0}
    assert heat.at_ms == 70


@pytest.mark.parametrize("wrong", [{"half_life_ms": 0}, {"refresh_ms": 0}, {"open_weight": -1.0}])
def test_params_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="found"):
        DemandParams(**wrong)  # type: ignore[arg-type]
