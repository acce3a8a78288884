"""The flow estimate, and what is learned on top of it."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.ids import Sku
from tests.wms_bridge.foresight.situations import MINUTE_MS, S1, S2, S3, order, situation, stations
from wms_bridge.foresight.flow import bases, served
from wms_bridge.foresight.learning import ENOUGH, Learner, isotonic
from wms_bridge.foresight.situation import missing_stock, stage_of
from wms_bridge.records.foresight import Stage

STAGES = st.sampled_from(Stage)
TIMES = st.integers(0, 10**8)


def test_begun_orders_then_rush_then_due_then_old_ones_are_served() -> None:
    old, rush, soon = order(1), order(2, priority=1), order(3, due_min=5)
    begun = order(4, station=S1, picked=1)
    no_due = order(5, due_min=None)
    assert served([no_due, old, rush, soon, begun]) == [begun, rush, soon, old, no_due]


def test_an_order_waits_for_the_lines_before_it() -> None:
    orders = [order(number, lines=30) for number in (1, 2, 3)]
    found = bases(situation(*orders), served(orders))
    assert [found[one.order].lines_ahead for one in orders] == [0, 30, 60]
    # 30 lines at 3 x 100 lines an hour
    assert found[orders[1].order].wait_ms == 6 * MINUTE_MS
    assert found[orders[2].order].base_ms > found[orders[1].order].base_ms


def test_closed_stations_make_everybody_wait() -> None:
    orders = [order(number, lines=30) for number in (1, 2)]
    all_open = bases(situation(*orders), served(orders))
    one_open = bases(situation(*orders, at=stations((S2, S3))), served(orders))
    none_open = bases(situation(*orders, at=stations((S1, S2, S3))), served(orders))
    last = orders[1].order
    assert one_open[last].wait_ms == 3 * all_open[last].wait_ms
    assert none_open[last].wait_ms > 10 * one_open[last].wait_ms


def test_an_order_on_a_wall_shares_its_station() -> None:
    alone = order(1, lines=5, station=S1)
    crowd = [order(number, lines=5, station=S1) for number in range(1, 9)]
    by_itself = bases(situation(alone), [alone])[alone.order]
    shared = bases(situation(*crowd), served(crowd))[alone.order]
    assert by_itself.wait_ms == shared.wait_ms == 0
    assert shared.work_ms > by_itself.work_ms


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 2)), min_size=1, max_size=30))
def test_lines_ahead_are_all_lines_that_go_first(drawn: list[tuple[int, int]]) -> None:
    orders = [
        order(number, lines=lines, priority=priority)
        for number, (lines, priority) in enumerate(drawn, start=1)
    ]
    ordered = served(orders)
    found = bases(situation(*orders), ordered)
    ahead = 0
    for one in ordered:
        assert found[one.order].lines_ahead == ahead
        assert found[one.order].base_ms > 0
        ahead += len(one.lines)


def test_stock_goes_to_those_served_first() -> None:
    first, second = order(1, lines=1), order(2, lines=1)
    missing = missing_stock([first, second], {Sku("A1"): 1})
    assert missing == {second.order: {Sku("A1"): 1}}


def test_how_far_an_order_is() -> None:
    nothing: frozenset[Sku] = frozenset()
    assert stage_of(order(1), nothing) is Stage.NOT_STARTED
    assert stage_of(order(1), {Sku("A2")}) is Stage.POD_UNDER_WAY
    assert stage_of(order(1, station=S1), nothing) is Stage.AT_STATION
    assert stage_of(order(1, station=S1, picked=1), nothing) is Stage.PARTLY_PICKED


def test_before_anything_is_learned_the_estimate_stands() -> None:
    learner = Learner()
    median = learner.quantile_ms(Stage.NOT_STARTED, 10 * MINUTE_MS, 0.5)
    assert median == pytest.approx(10 * MINUTE_MS, rel=0.1)
    assert learner.risk(Stage.NOT_STARTED, 10 * MINUTE_MS, 100 * MINUTE_MS) < 0.05
    assert learner.risk(Stage.NOT_STARTED, 10 * MINUTE_MS, MINUTE_MS) > 0.9
    assert learner.risk(Stage.NOT_STARTED, 10 * MINUTE_MS, -1) == 1.0


def test_a_site_that_takes_twice_as_long_is_learned() -> None:
    learner = Learner()
    draw = random.Random(1)
    for _ in range(200):
        base = draw.randint(5, 15) * MINUTE_MS
        learner.observe(Stage.NOT_STARTED, base, 2 * base)
    told = learner.quantile_ms(Stage.NOT_STARTED, 10 * MINUTE_MS, 0.5)
    assert told == pytest.approx(20 * MINUTE_MS, rel=0.1)
    # Another stage has seen nothing of its own: it is told what all have in common.
    assert learner.quantile_ms(Stage.AT_STATION, 10 * MINUTE_MS, 0.5) == pytest.approx(
        20 * MINUTE_MS, rel=0.1
    )


def test_quantiles_hold_what_they_promise() -> None:
    """Split conformal prediction: of exchangeable residuals p90 covers 90 %."""
    draw, learner = random.Random(7), Learner()
    within = [0, 0, 0]
    for step in range(1200):
        base = draw.randint(1, 30) * MINUTE_MS
        actual = round(base * math.exp(draw.gauss(0.4, 0.5)))
        if step >= 400:
            for place, share in enumerate((0.1, 0.5, 0.9)):
                within[place] += actual <= learner.quantile_ms(Stage.NOT_STARTED, base, share)
        learner.observe(Stage.NOT_STARTED, base, actual)
    assert [count / 800 for count in within] == pytest.approx([0.1, 0.5, 0.9], abs=0.04)


@given(STAGES, TIMES, st.lists(st.tuples(STAGES, TIMES, TIMES), max_size=3 * ENOUGH))
def test_quantiles_rise_and_risk_falls(
    stage: Stage, base: int, seen: list[tuple[Stage, int, int]]
) -> None:
    learner = Learner()
    for one in seen:
        learner.observe(*one)
    told = [learner.quantile_ms(stage, base, share) for share in (0.1, 0.5, 0.9)]
    assert told == sorted(told)
    assert told[0] >= 0
    risks = [learner.risk(stage, base, left) for left in (0, MINUTE_MS, 10**7, 10**9)]
    assert risks == sorted(risks, reverse=True)
    assert all(0 <= risk <= 1 for risk in risks)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=300))
def test_calibration_never_turns_the_order_of_risks(outcomes: list[tuple[float, bool]]) -> None:
    curve = isotonic(outcomes)
    late = sum(was for _, was in outcomes)
    assert (curve is None) == (late < 20 or len(outcomes) - late < 20)
    if curve is not None:
        told = [curve.at(step / 50) for step in range(51)]
        assert told == sorted(told)
        assert told[0] > 0
        assert told[-1] < 1


def test_calibration_mends_risks_that_are_too_high() -> None:
    learner, draw = Learner(), random.Random(5)
    for _ in range(1000):
        raw = draw.random()
        learner.judge(raw, draw.random() < raw / 2)
    assert learner.calibrated(0.8) == pytest.approx(0.4, abs=0.08)
    assert learner.calibrated(1.0) == 1.0


def test_the_same_observations_give_the_same_forecasts() -> None:
    one, other = Learner(), Learner()
    for learner in (one, other):
        draw = random.Random(3)
        for _ in range(500):
            learner.observe(Stage.AT_STATION, draw.randint(0, 10**7), draw.randint(0, 10**7))
            learner.judge(draw.random(), draw.random() < 0.4)
    assert one.quantile_ms(Stage.AT_STATION, 10**6, 0.9) == other.quantile_ms(
        Stage.AT_STATION, 10**6, 0.9
    )
    assert one.calibrated(0.3) == other.calibrated(0.3)
