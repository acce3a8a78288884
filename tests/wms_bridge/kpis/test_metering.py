"""From views to what was measured: nothing lost or twice, over restarts, gaps and late views."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wms_bridge.kpis.floors import (
    NOTHING_YET,
    S1,
    S2,
    STATIONS,
    Fleet,
    closed,
    picking,
    starved,
)
from wms_bridge.kpis.measuring import NOTHING, plus, total
from wms_bridge.kpis.metering import (
    GAP_MS,
    HOLD_MS,
    SETBACK_MS,
    reading_of,
    watch,
)
from wms_bridge.records.kpis import MINUTE_MS, FloorReading, KpiMeter, Measured

BEGIN = 1_750_000_020_000
"""At the beginning of a minute."""


def measured(readings: Iterable[FloorReading]) -> tuple[KpiMeter, dict[int, Measured]]:
    """The meter after all, and what was measured in which minute."""
    meter, parts = KpiMeter(), defaultdict(lambda: NOTHING)
    for reading in readings:
        meter, more = watch(meter, reading)
        for start, part in more.items():
            parts[start] = plus(parts[start], part)
    return meter, dict(parts)


def test_counts_fall_into_the_minutes_in_which_they_grew() -> None:
    fleet = Fleet(BEGIN)
    first, second = fleet.works(3, 1, 12.0), fleet.works(10, 2, 40.0)
    readings = [
        fleet.reading(BEGIN),
        first.reading(BEGIN + 59_000),
        second.reading(BEGIN + 61_000),
        second.reading(BEGIN + 120_000),
    ]
    _, parts = measured(readings)
    assert sorted(parts) == [BEGIN, BEGIN + MINUTE_MS]
    before, after = (parts[start].totals for start in sorted(parts))
    assert (before.watched_ms, after.watched_ms) == (60_000, 60_000)
    assert before.lines_picked + after.lines_picked == 10
    assert 3 <= before.lines_picked < 10
    assert before.metres + after.metres == pytest.approx(40.0)
    assert before.robot_busy_ms == pytest.approx(30_000)
    assert after.station_picking_ms == pytest.approx(15_000)


def test_where_counting_begins_nothing_is_counted() -> None:
    long_since = Fleet(BEGIN - 10 * MINUTE_MS).works(500, 20, 900.0)
    meter, parts = measured([long_since.reading(BEGIN)])
    assert parts == {}
    assert meter.floor is not None
    _, parts = measured([long_since.reading(BEGIN), long_since.works(1).reading(BEGIN + 1_000)])
    assert total(parts.values()).totals.lines_picked == 1


def test_a_fleet_that_has_just_begun_is_counted_from_its_beginning() -> None:
    _, parts = measured([Fleet(BEGIN).works(4).reading(BEGIN + 2_000)])
    assert parts[BEGIN].totals.lines_picked == 4
    assert parts[BEGIN].totals.watched_ms == 2_000
    _, parts = measured([Fleet(BEGIN).works(4).reading(BEGIN)])
    assert parts[BEGIN].totals.orders_received == 4


def test_a_fleet_that_begins_anew_loses_nothing_of_before() -> None:
    old = Fleet(BEGIN)
    again = Fleet(BEGIN + 300_000)
    readings = [
        old.reading(BEGIN),
        old.works(20, 5, 100.0).reading(BEGIN + 60_000),
        again.works(7, 2, 30.0).reading(BEGIN + 330_000),
        again.works(9, 3, 35.0).reading(BEGIN + 331_000),
    ]
    meter, parts = measured(readings)
    whole = total(parts.values()).totals
    assert (whole.lines_picked, whole.pod_visits) == (29, 8)
    assert whole.metres == pytest.approx(135.0)
    # Of the time in which it was away nothing is known.
    assert whole.watched_ms == 60_000 + 30_000 + 1_000
    assert meter.floor == readings[-1]


def test_a_clock_that_is_set_back_is_a_new_run_and_not_a_late_view() -> None:
    old, again = Fleet(BEGIN), Fleet(0)
    readings = [
        old.reading(BEGIN, seen_ms=0),
        old.works(20).reading(BEGIN + 60_000, seen_ms=60_000),
        again.works(1).reading(1_000, seen_ms=61_000),
        again.works(2).reading(2_000, seen_ms=60_000 + SETBACK_MS - 1),
        again.works(3).reading(3_000, seen_ms=60_000 + SETBACK_MS),
        again.works(5).reading(4_000, seen_ms=61_000 + SETBACK_MS),
    ]
    meter, parts = measured(readings)
    assert meter.floor == readings[-1]
    assert parts[0].totals.lines_picked == 5
    assert parts[0].totals.watched_ms == 4_000
    assert total(parts.values()).totals.lines_picked == 25


def test_time_that_stands_still_counts_when_it_goes_on() -> None:
    fleet = Fleet(BEGIN)
    readings = [
        fleet.reading(BEGIN, seen_ms=0),
        fleet.works(5).reading(BEGIN, seen_ms=3_600_000),
        fleet.works(6).reading(BEGIN + 1_000, seen_ms=3_601_000),
    ]
    _, parts = measured(readings)
    assert parts[BEGIN].totals.lines_picked == 6
    assert parts[BEGIN].totals.watched_ms == 1_000


def test_a_gap_is_filled_evenly_and_a_long_one_at_its_end() -> None:
    fleet = Fleet(BEGIN)
    _, parts = measured([fleet.reading(BEGIN), fleet.works(60).reading(BEGIN + 10 * MINUTE_MS)])
    assert {part.totals.lines_picked for part in parts.values()} == {6.0}
    assert len(parts) == 10
    late = BEGIN + 50 * GAP_MS
    _, parts = measured([fleet.reading(BEGIN), fleet.works(60).reading(late)])
    assert min(at for at, part in parts.items() if part.totals.watched_ms) == late - GAP_MS
    assert total(parts.values()).totals.lines_picked == 60
    assert total(parts.values()).totals.watched_ms == GAP_MS


def test_stations_are_as_they_were_seen_until_the_next_view() -> None:
    fleet = Fleet(BEGIN)
    readings = [
        fleet.reading(BEGIN, picking(S1), starved(S2)),
        fleet.works(2).reading(BEGIN + 10_000, starved(S1), closed(S2)),
        fleet.works(2).reading(BEGIN + 25_000, picking(S1), closed(S2)),
    ]
    _, parts = measured(readings)
    one, two = (parts[BEGIN].stations[name] for name in (S1, S2))
    assert (one.watched_ms, one.open_ms, one.picking_ms, one.starved_ms) == (
        25_000,
        25_000,
        10_000,
        15_000,
    )
    assert (two.watched_ms, two.open_ms, two.picking_ms, two.starved_ms) == (
        25_000,
        10_000,
        0,
        10_000,
    )
    assert (one.lines_picked, two.lines_picked) == (2, 0)


def test_how_a_station_was_is_not_believed_for_long() -> None:
    fleet = Fleet(BEGIN)
    _, parts = measured(
        [fleet.reading(BEGIN, picking(S1)), fleet.reading(BEGIN + 10 * MINUTE_MS, picking(S1))]
    )
    assert total(parts.values()).stations[S1].picking_ms == HOLD_MS


def test_stations_that_the_site_has_not_are_left_out() -> None:
    view = Fleet(BEGIN).view(BEGIN, picking(S1), picking(S2))
    read = reading_of(view, BEGIN, [S2])
    assert read is not None
    assert set(read.stations) == {S2}


@pytest.mark.parametrize(
    "wrong",
    [
        {"elapsed_s": math.inf},
        {"elapsed_s": math.nan},
        {"lines_picked": -1},
        {"metres_per_line": 1e300},
        {"robot_utilisation": 1.5},
        {"station_lines_per_h": ((S1, math.nan),)},
    ],
    ids=str,
)
def test_figures_that_cannot_be_are_no_reading(wrong: dict[str, float]) -> None:
    view = replace(Fleet().view(0), kpis=replace(NOTHING_YET, **wrong))
    assert reading_of(view, 0, STATIONS) is None
    assert reading_of(replace(view, kpis=NOTHING_YET), 0, STATIONS) is not None
    assert reading_of(replace(view, kpis=NOTHING_YET, at_ms=-1), 0, STATIONS) is None


STEP = st.tuples(
    st.integers(1, 200_000), st.integers(0, 50), st.integers(0, 9), st.booleans(), st.booleans()
)


def story(steps: list[tuple[int, int, int, bool, bool]]) -> list[FloorReading]:
    """Readings of fleets that work and now and then begin anew."""
    at_ms, fleet = BEGIN, Fleet(BEGIN)
    readings = [fleet.reading(at_ms, picking(S1), starved(S2))]
    for passed_ms, lines, visits, anew, starving in steps:
        at_ms += passed_ms
        fresh = anew and fleet.lines > 0
        fleet = Fleet(at_ms) if fresh else fleet.works(lines, visits, lines * 1.5)
        state = (starved if starving else picking)(S1)
        readings.append(fleet.reading(at_ms, state, closed(S2)))
    return readings


@given(st.lists(STEP, max_size=30))
def test_the_minutes_together_are_all_that_the_fleets_counted(
    steps: list[tuple[int, int, int, bool, bool]],
) -> None:
    readings = story(steps)
    meter, parts = measured(readings)
    whole = total(parts.values())
    counted = counted_by_hand(steps)
    assert (whole.totals.lines_picked, whole.totals.pod_visits) == counted
    assert whole.totals.metres == pytest.approx(counted[0] * 1.5)
    assert meter.floor == readings[-1]
    for station in whole.stations.values():
        assert station.picking_ms + station.starved_ms <= station.open_ms <= station.watched_ms
    assert all(start % MINUTE_MS == 0 for start in parts)
    for part in parts.values():
        assert part.totals.watched_ms <= MINUTE_MS
        assert part.totals.robot_busy_ms <= part.totals.watched_ms + 1e-6


def counted_by_hand(steps: list[tuple[int, int, int, bool, bool]]) -> tuple[int, int]:
    """Lines and visits of all fleets."""
    lines = visits = of_this = 0
    for _, more, visited, anew, _ in steps:
        if anew and of_this:
            of_this = 0
        else:
            lines, visits, of_this = lines + more, visits + visited, of_this + more
    return lines, visits


@given(st.lists(STEP, min_size=1, max_size=20), st.data())
def test_views_that_come_late_or_again_change_nothing(
    steps: list[tuple[int, int, int, bool, bool]], data: st.DataObject
) -> None:
    readings = story(steps)
    told: list[FloorReading] = []
    for number, reading in enumerate(readings):
        told.append(reading)
        again = data.draw(st.lists(st.integers(0, number), max_size=3))
        # What is repeated comes right after, by the bridge's clock.
        told.extend(replace(readings[old], seen_ms=reading.seen_ms + 10) for old in again)
    assert measured(told) == measured(readings)
