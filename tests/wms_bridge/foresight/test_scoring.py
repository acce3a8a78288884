"""Scores of forecasts by hand, and their properties."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.ids import OrderId
from tests.wms_bridge.foresight.situations import MINUTE_MS, NOW, prediction
from wms_bridge.foresight.lateness import lateness_of
from wms_bridge.foresight.scoring import pinball_ms, scores_of
from wms_bridge.records.foresight import CauseKind, OrderOutcome


def test_scores_by_hand() -> None:
    right = prediction(0.8, True, name="A")
    wrong = prediction(0.4, True, name="B", age_rule=0.0)
    on_time = prediction(0.1, False, name="C", finished_ms=NOW + 5 * MINUTE_MS)
    scores = scores_of([right, wrong, on_time])
    assert (scores.predictions, scores.orders, scores.judged) == (3, 3, 3)
    assert scores.late == pytest.approx(2 / 3)
    assert scores.brier == pytest.approx((0.04 + 0.36 + 0.01) / 3)
    assert scores.brier_base_rate == pytest.approx(0.25)
    assert scores.brier_age_rule == pytest.approx((0 + 1 + 1) / 3)
    assert scores.brier_climatology == pytest.approx(2 / 9)
    assert scores.skill == pytest.approx(1 - (0.41 / 3) / (2 / 9))
    # p10 = 10, p50 = 20, p90 = 40 min; finished after 20, 20 and 5 min.
    assert scores.pinball_s == pytest.approx((2 * 60 * (1 + 0 + 2) + 60 * (4.5 + 7.5 + 3.5)) / 9)
    assert scores.covered == pytest.approx(2 / 3)
    assert [one.count for one in scores.bins] == [0, 1, 0, 0, 1, 0, 0, 0, 1, 0]
    assert scores.bins[4].told == 0.4
    assert scores.bins[4].late == 1.0
    assert scores.calibration_error == pytest.approx((0.1 + 0.6 + 0.2) / 3)


def test_nothing_is_told_of_nothing() -> None:
    scores = scores_of([prediction(finished_ms=None, late=None)])
    assert scores.predictions == 0
    assert scores.brier is scores.skill is scores.pinball_s is scores.covered is None
    assert len(scores.bins) == 10


def test_orders_that_are_not_due_are_scored_by_time_alone() -> None:
    scores = scores_of([prediction(None, None)])
    assert (scores.predictions, scores.judged, scores.brier) == (1, 0, None)
    assert scores.pinball_s is not None


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_bins_hold_all_and_honesty_is_best(told: list[tuple[float, bool]]) -> None:
    judged = [prediction(risk, late, name=f"O{i}") for i, (risk, late) in enumerate(told)]
    scores = scores_of(judged)
    assert sum(one.count for one in scores.bins) == scores.judged == len(told)
    assert scores.brier is not None
    assert 0 <= scores.brier <= 1
    perfect = scores_of([replace(one, risk=float(bool(one.late))) for one in judged])
    assert perfect.brier == 0 == perfect.calibration_error


@given(
    st.lists(st.integers(0, 1000), min_size=1, max_size=40),
    st.sampled_from((0.1, 0.5, 0.9)),
    st.integers(0, 1000),
)
def test_the_true_quantile_costs_least(values: list[int], share: float, other: int) -> None:
    def cost(told: int) -> float:
        return sum(pinball_ms(share, told, value) for value in values)

    ordered = sorted(values)
    best = min(cost(value) for value in ordered)
    assert best <= cost(other) + 1e-9


def outcome(
    name: str, late_min: float | None, short: bool, cause: CauseKind | None
) -> OrderOutcome:
    late = late_min is not None
    finished = NOW + round((late_min or -1) * MINUTE_MS)
    return OrderOutcome(
        OrderId(name), NOW - 1, NOW, finished, late, short, cause, "S1" if cause else ""
    )


def test_late_orders_by_cause() -> None:
    found = lateness_of(
        [
            outcome("A", None, False, None),
            outcome("B", 10, False, CauseKind.STATION_CLOSED),
            outcome("C", 20, True, CauseKind.STATION_CLOSED),
            outcome("D", None, True, CauseKind.LINE_SHORT),
        ]
    )
    assert (found.orders, found.due, found.late, found.short) == (4, 4, 2, 2)
    assert (found.on_time, found.in_full, found.otif) == (0.5, 0.5, 0.25)
    first, second = found.causes
    assert (first.cause, first.orders, first.late, first.short) == ("station_closed", 2, 2, 1)
    assert first.late_s == pytest.approx(900)
    assert first.subjects[0].subject == "S1"
    assert first.subjects[0].orders == 2
    assert (second.cause, second.late, second.late_s) == ("line_short", 0, None)
    assert sum(row.share for row in found.causes) == pytest.approx(1)
    assert lateness_of([]).otif is None
