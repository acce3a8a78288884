"""From the bridge's own books to what was measured: by the site's clock, whatever it shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wms_bridge.kpis.floors import Fleet
from wms_bridge.kpis.booking import LEVEL_MS, SETTLES_MS, Done, look, site_now, span_to_count
from wms_bridge.kpis.figures import figures_of
from wms_bridge.kpis.measuring import total
from wms_bridge.kpis.metering import watch
from wms_bridge.kpis.site_clock import MOST_CORNERS, seen_together, site_time
from wms_bridge.records.kpis import MINUTE_MS, BooksReading, KpiMeter, SiteClock, Totals

NOW = 1_750_000_020_000


def books(seen_ms: int, picks: int = 0, backlog: int = 0, at_ms: int | None = None) -> BooksReading:
    """A look at the books; the site's clock goes by the bridge's unless told."""
    at_ms = seen_ms if at_ms is None else at_ms
    counts = Totals(picks_booked=picks, picks_short=picks // 2)
    return BooksReading(at_ms, seen_ms, seen_ms - SETTLES_MS, counts, backlog, 0)


def test_levels_are_weighted_by_time() -> None:
    meter = KpiMeter()
    parts = []
    for reading in (books(NOW), books(NOW + 30_000, backlog=10), books(NOW + 40_000, backlog=99)):
        meter, more = look(meter, reading, Done())
        parts.extend(more.values())
    told = figures_of(total(parts), MINUTE_MS)
    assert told.outbox_backlog == (0 * 30 + 10 * 10) / 40


def test_a_level_is_not_believed_for_long_while_nobody_looks() -> None:
    meter, _ = look(KpiMeter(), books(NOW, backlog=7), Done())
    _, parts = look(meter, books(NOW + 10 * LEVEL_MS), Done())
    assert total(parts.values()).totals.books_ms == LEVEL_MS


def test_counts_of_the_bridge_are_the_difference_and_begin_at_the_first_look() -> None:
    meter, parts = look(KpiMeter(), books(NOW, picks=1_000), Done())
    assert parts == {}
    meter, parts = look(meter, books(NOW + 5_000, picks=1_040), Done())
    assert figures_of(total(parts.values()), MINUTE_MS).pick_accuracy == 0.5
    assert total(parts.values()).totals.picks_booked == 40
    # A database that was set back to an older one takes nothing away.
    _, parts = look(meter, books(NOW + 10_000, picks=3), Done())
    assert total(parts.values()).totals.picks_booked == 0


def test_orders_count_when_they_were_completed() -> None:
    done = Done([(NOW - 600_000, NOW + 61_000), (NOW, NOW + 1_000)], [(NOW + 2_000, True)])
    _, parts = look(KpiMeter(), books(NOW + 70_000), done)
    first, second = (parts[NOW + minute * MINUTE_MS] for minute in (0, 1))
    assert figures_of(second, MINUTE_MS).order_age_p50_s == pytest.approx(661, rel=0.011)
    assert figures_of(first, MINUTE_MS).order_age_p50_s == pytest.approx(1, rel=0.011)
    assert figures_of(first, MINUTE_MS).inventory_accuracy == 1
    assert figures_of(second, MINUTE_MS).inventory_accuracy is None


def test_ages_go_by_the_sites_clock_which_may_run_faster() -> None:
    """Twenty times as fast, from 1970 on: ten seconds of the bridge are two hundred there."""
    meter = KpiMeter()
    for second in range(0, 61, 5):
        seen_ms = NOW + second * 1_000
        meter, _ = watch(meter, Fleet().reading(second * 20_000, seen_ms=seen_ms))
        meter, _ = look(meter, books(seen_ms, at_ms=second * 20_000), Done())
    done = Done([(NOW + 20_000, NOW + 30_000)])
    _, parts = look(meter, books(NOW + 61_000, at_ms=61 * 20_000), done)
    told = total(parts.values())
    assert figures_of(told, MINUTE_MS).order_age_p50_s == pytest.approx(200, rel=0.02)
    assert {start for start, part in parts.items() if part.ages} == {600_000}


def test_the_sites_clock_goes_on_between_views_and_without_any_it_is_the_bridges() -> None:
    assert site_now(KpiMeter(), NOW) == NOW
    meter, _ = watch(KpiMeter(), Fleet().reading(5_000, seen_ms=NOW))
    assert site_now(meter, NOW + 700) == 5_700
    assert site_now(meter, NOW - 700) == 5_000


def test_spans_join_and_leave_out_what_may_still_be_under_way() -> None:
    assert span_to_count(KpiMeter(), NOW) == (NOW - SETTLES_MS, NOW - SETTLES_MS)
    meter, _ = look(KpiMeter(), books(NOW), Done())
    assert span_to_count(meter, NOW + 5_000) == (NOW - SETTLES_MS, NOW + 5_000 - SETTLES_MS)


def test_a_straight_clock_has_two_corners() -> None:
    clock = SiteClock()
    for second in range(1_000):
        clock = seen_together(clock, NOW + second * 1_000, second * 7_000)
    assert clock.corners == ((NOW, 0), (NOW + 999_000, 999 * 7_000))
    assert site_time(clock, NOW + 500_000) == 3_500_000
    assert site_time(clock, NOW - 4_000) == -4_000
    assert site_time(clock, NOW + 1_000_000) == 999 * 7_000 + 1_000


PAIRS = st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**8)), min_size=1, max_size=60)


@given(PAIRS)
def test_a_clock_shows_what_was_seen(steps: list[tuple[int, int]]) -> None:
    clock, bridge_ms, seen = SiteClock(), NOW, []
    for passed_ms, site_ms in steps:
        bridge_ms += passed_ms
        clock = seen_together(clock, bridge_ms, site_ms)
        seen.append((bridge_ms, site_ms))
        assert site_time(clock, bridge_ms) == site_ms
    assert len(clock.corners) <= MOST_CORNERS
    assert seen_together(clock, bridge_ms, 0) == clock


def test_a_crooked_clock_does_not_grow_without_end() -> None:
    clock = SiteClock()
    for number in range(5 * MOST_CORNERS):
        clock = seen_together(clock, NOW + number * 1_000, number % 2 * 10**9)
    assert len(clock.corners) <= MOST_CORNERS
    assert site_time(clock, NOW + (5 * MOST_CORNERS - 1) * 1_000) == 10**9
