"""Levels of stock from demand, by hand and in general."""

from math import ceil, isinf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.assign.reorder import (
    ReorderParams,
    forecast,
    stock_levels,
    wanted_refills,
)
from planner.warehouse.errors import InvalidDemand
from planner.warehouse.ids import Sku

RED, BLUE, GREEN = Sku("RED"), Sku("BLUE"), Sku("GREEN")
amounts = st.lists(st.integers(0, 500).map(float), min_size=1, max_size=40)


def test_levels_by_hand() -> None:
    """Mean 10, deviation 2, lead time 4: 40 for the lead time and 2.05 * 2 * sqrt(4) for safety."""
    params = ReorderParams(lead_periods=4, cover_periods=3, service_level=0.98)
    levels = stock_levels(RED, [8, 12, 8, 12], params)
    assert (levels.forecast.mean, levels.forecast.deviation) == (10, 2)
    assert levels.safety_stock == ceil(2.0537 * 2 * 2)
    assert levels.reorder_point == 40 + levels.safety_stock
    assert levels.order_up_to == levels.reorder_point + 30


def test_time_between_looks_counts_as_lead_time() -> None:
    history = [8.0, 12, 8, 12]
    looked_at = stock_levels(RED, history, ReorderParams(lead_periods=3, review_periods=1))
    assert looked_at == stock_levels(RED, history, ReorderParams(lead_periods=4))


def test_intermittent_demand_by_hand() -> None:
    """6 pieces every third period: 6 / 3, a little less by the correction."""
    found = forecast([0, 0, 6, 0, 0, 6, 0, 0, 6], ReorderParams(smoothing=0.2))
    assert found.intermittent
    assert found.mean == pytest.approx(0.9 * 2)


def test_demand_in_most_periods_is_not_intermittent() -> None:
    assert not forecast([1, 0, 1, 1, 1], ReorderParams()).intermittent
    assert forecast([1, 0, 1, 1], ReorderParams()).intermittent  # 4 / 3 is just above 1.32


def test_what_was_never_asked_for_is_not_ordered() -> None:
    levels = stock_levels(RED, [0, 0, 0], ReorderParams())
    assert (levels.safety_stock, levels.reorder_point, levels.order_up_to) == (0, 0, 0)
    assert wanted_refills([levels], {RED: 0}, {}, 1.0) == []


@pytest.mark.parametrize(
    ("history", "field"),
    [([], "RED"), ([1, -1], "RED[1]"), ([float("nan")], "RED[0]"), ([float("inf")], "RED[0]")],
)
def test_bad_histories_are_named(history: list[float], field: str) -> None:
    with pytest.raises(InvalidDemand) as caught:
        stock_levels(RED, history, ReorderParams())
    assert caught.value.field == field


@pytest.mark.parametrize(
    "wrong",
    [
        {"lead_periods": -1},
        {"cover_periods": float("nan")},
        {"service_level": 1.0},
        {"service_level": 0.2},
        {"smoothing": 0.0},
    ],
)
def test_bad_parameters_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="found"):
        ReorderParams(**wrong)


def test_the_sku_that_runs_out_first_is_refilled_first() -> None:
    params = ReorderParams(lead_periods=1, cover_periods=2)
    levels = [stock_levels(sku, [10, 10], params) for sku in (RED, BLUE, GREEN)]
    # Reorder point 10, order-up-to 30; a period takes 2 h.
    found = wanted_refills(levels, {RED: 8, BLUE: -5, GREEN: 6}, {BLUE: 3, GREEN: 5}, 2.0)
    assert [(r.sku, r.quantity, r.cover_h) for r in found] == [
        (BLUE, 32, 0.0),
        (RED, 22, pytest.approx(1.6)),
    ]
    with pytest.raises(InvalidDemand):
        wanted_refills(levels, {}, {}, 0.0)


@given(history=amounts, lead=st.floats(0, 20), level=st.floats(0.5, 0.999))
def test_levels_are_in_order(history: list[float], lead: float, level: float) -> None:
    levels = stock_levels(RED, history, ReorderParams(lead_periods=lead, service_level=level))
    assert 0 <= levels.safety_stock <= levels.reorder_point <= levels.order_up_to
    assert (levels.order_up_to > levels.reorder_point) == (sum(history) > 0)
    assert levels.forecast.mean <= max(history)


@given(history=amounts, lead=st.floats(0, 10))
def test_more_service_or_lead_time_never_needs_less_stock(
    history: list[float], lead: float
) -> None:
    few = stock_levels(RED, history, ReorderParams(lead_periods=lead, service_level=0.9))
    more = stock_levels(RED, history, ReorderParams(lead_periods=lead + 1, service_level=0.99))
    assert more.reorder_point >= few.reorder_point


@given(history=amounts, held=st.integers(-50, 2000), coming=st.integers(0, 2000))
def test_a_refill_brings_the_stock_up_to_its_level(
    history: list[float], held: int, coming: int
) -> None:
    levels = stock_levels(RED, history, ReorderParams())
    found = wanted_refills([levels], {RED: held}, {RED: coming}, 1.0)
    assert bool(found) == (
        held + coming <= levels.reorder_point and held + coming < levels.order_up_to
    )
    for refill in found:
        assert held + coming + refill.quantity == levels.order_up_to
        assert refill.cover_h >= 0
        assert not isinf(refill.cover_h) or levels.forecast.mean == 0
