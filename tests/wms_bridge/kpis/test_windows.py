"""Windows of samples: parts add up to the whole, also of samples that were thinned."""

from dataclasses import fields
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.ids import StationId
from wms_bridge.kpis.figures import figures_of, station_figures_of
from wms_bridge.kpis.measuring import spread, total
from wms_bridge.kpis.thinning import merged, thinned
from wms_bridge.kpis.windows import measured_in, measured_in_each, steps
from wms_bridge.records.kpis import (
    HOUR_MS,
    MINUTE_MS,
    KpiSample,
    Measured,
    StationTotals,
    Totals,
)

BEGIN = 1_750_000_000_000 // HOUR_MS * HOUR_MS
S1 = StationId("S1")
TOTALS = st.builds(
    Totals,
    watched_ms=st.integers(0, MINUTE_MS).map(float),
    lines_picked=st.integers(0, 50).map(float),
    metres=st.floats(0, 1000),
    backlog_ms=st.integers(0, 10**6).map(float),
)
STATION = st.builds(StationTotals, lines_picked=st.integers(0, 9).map(float))
MEASURED = st.builds(
    Measured,
    TOTALS,
    st.dictionaries(st.sampled_from([S1, StationId("S2")]), STATION),
    st.dictionaries(st.integers(0, 300), st.integers(1, 5).map(float), max_size=3),
)


@st.composite
def samples(draw: st.DrawFn) -> list[KpiSample]:
    """Minutes, and some hours before them."""
    hours = draw(st.lists(st.integers(0, 5), unique=True))
    minutes = draw(st.lists(st.integers(360, 700), unique=True, max_size=20))
    starts = [(BEGIN + hour * HOUR_MS, HOUR_MS) for hour in hours]
    starts += [(BEGIN + minute * MINUTE_MS, MINUTE_MS) for minute in minutes]
    return [KpiSample(start, length, draw(MEASURED)) for start, length in sorted(starts)]


def same(one: Measured, other: Measured) -> None:
    """The same but for rounding."""
    for field in fields(Totals):
        assert getattr(one.totals, field.name) == pytest.approx(getattr(other.totals, field.name))
    assert all(
        one.stations.get(name, StationTotals()).lines_picked
        == pytest.approx(other.stations.get(name, StationTotals()).lines_picked)
        for name in {*one.stations, *other.stations}
    )
    assert dict(one.ages) == pytest.approx(dict(other.ages))


@given(samples(), st.lists(st.integers(0, 800 * MINUTE_MS), max_size=6))
def test_windows_that_join_add_up_to_the_whole(kept: list[KpiSample], cuts: list[int]) -> None:
    end = BEGIN + 1000 * MINUTE_MS
    places = sorted({BEGIN, end, *(BEGIN + cut for cut in cuts)})
    windows = list(pairwise(places))
    parts = list(measured_in_each(kept, windows))
    same(total(parts), total(sample.measured for sample in kept))
    for window, part in zip(windows, parts, strict=True):
        same(part, measured_in(kept, *window))


@given(samples(), st.integers(0, 700))
def test_thinning_keeps_all_that_was_measured(kept: list[KpiSample], minute: int) -> None:
    minutes = [one for one in kept if one.length_ms == MINUTE_MS]
    hours = [one for one in kept if one.length_ms == HOUR_MS]
    result = thinned(minutes, hours, BEGIN + minute * MINUTE_MS)
    left = [one for one in minutes if one.start_ms >= result.before_ms]
    replaced = {one.start_ms for one in result.hours}
    others = [one for one in hours if one.start_ms not in replaced]
    after = [*others, *result.hours, *left]
    same(total(one.measured for one in after), total(one.measured for one in kept))
    assert result.before_ms <= BEGIN + minute * MINUTE_MS
    assert all(one.start_ms % HOUR_MS == 0 and one.length_ms == HOUR_MS for one in result.hours)


@given(MEASURED, st.integers(0, HOUR_MS), st.integers(0, HOUR_MS))
def test_what_is_spread_stays_whole(part: Measured, start: int, length: int) -> None:
    pieces = list(spread(part, BEGIN + start, BEGIN + start + length, MINUTE_MS))
    same(total(piece for _, piece in pieces), part)
    assert all(piece.totals.lines_picked.is_integer() for _, piece in pieces)
    starts = [at for at, _ in pieces]
    assert starts == sorted(set(starts))
    assert all(at % MINUTE_MS == 0 for at in starts)


def test_samples_of_the_same_minute_are_put_together() -> None:
    one = KpiSample(BEGIN, MINUTE_MS, Measured(Totals(lines_picked=2)))
    two = KpiSample(BEGIN, MINUTE_MS, Measured(Totals(lines_picked=3)))
    [both] = merged([one], [two])
    assert both.measured.totals.lines_picked == 5
    # An hour that begins at the same time is another sample.
    hour = KpiSample(BEGIN, HOUR_MS, Measured(Totals(lines_picked=7)))
    assert merged([hour], [two]) == (two,)


def test_half_of_an_hour_is_half_of_what_was_measured_in_it() -> None:
    hour = KpiSample(BEGIN, HOUR_MS, Measured(Totals(watched_ms=HOUR_MS, lines_picked=60)))
    half = measured_in([hour], BEGIN + HOUR_MS // 2, BEGIN + HOUR_MS)
    assert half.totals.lines_picked == 30
    assert figures_of(half, HOUR_MS // 2).lines_per_h == 60


def test_the_last_step_is_cut_off() -> None:
    assert list(steps(0, 250, 100)) == [(0, 100), (100, 200), (200, 250)]
    assert list(steps(0, 200, 100)) == [(0, 100), (100, 200)]


def test_figures_of_a_window() -> None:
    totals = Totals(
        watched_ms=1_800_000,
        orders_completed=10,
        lines_picked=50,
        picks_confirmed=60,
        pod_visits=20,
        metres=400,
        robot_busy_ms=900_000,
        station_picking_ms=1_350_000,
        books_ms=600_000,
        picks_booked=50,
        picks_short=1,
        backlog_ms=1_200_000,
        cases_settled=8,
        cases_right=6,
        ages_ms=6_000_000,
    )
    place = StationTotals(
        lines_picked=25, watched_ms=1_000, open_ms=800, picking_ms=500, starved_ms=200
    )
    measured = Measured(totals, {S1: place}, {200: 20.0})
    told = figures_of(measured, HOUR_MS)
    assert told.watched_share == 0.5
    assert (told.lines_per_h, told.orders_per_h, told.picks_per_h) == (100, 20, 120)
    assert (told.pile_on, told.put_pile_on, told.metres_per_line) == (3, None, 8)
    assert (told.robot_utilisation, told.station_idle) == (0.5, 0.25)
    assert told.station_starvation == 0.25
    assert told.order_age_mean_s == 300
    assert (told.pick_accuracy, told.inventory_accuracy) == (0.98, 0.75)
    assert (told.outbox_backlog, told.count_cases_open) == (2, 0)
    alone = station_figures_of(measured, HOUR_MS)[S1]
    assert (alone.lines_per_h, alone.station_open) == (50, 0.8)
    assert (alone.station_idle, alone.station_starvation) == (0.5, 0.25)


def test_where_nothing_was_measured_nothing_is_told() -> None:
    told = figures_of(Measured(), HOUR_MS)
    assert told.watched_share == 0
    assert (told.lines_per_h, told.pile_on, told.station_idle) == (None, None, None)
    assert (told.order_age_p50_s, told.inventory_accuracy) == (None, None)
    assert told.lines_picked == 0
