"""Shifts over changes of the clocks: no moment twice, none lost."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wms_bridge.kpis.errors import InvalidShifts
from wms_bridge.kpis.shift_times import (
    MOST_SHIFTS,
    THREE_SHIFTS,
    check_plan,
    day_of,
    shifts_between,
    wall_clock,
)
from wms_bridge.records.kpis import HOUR_MS, Shift, ShiftPlan

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "UTC",
)


def three(zone: str) -> ShiftPlan:
    return ShiftPlan(zone, THREE_SHIFTS.shifts)


def hours(plan: ShiftPlan, day: date) -> dict[str, float]:
    """The length of each shift that starts on a day (h)."""
    return {one.name: (one.to_ms - one.from_ms) / HOUR_MS for one in shifts_between(plan, day, day)}


def ms(told: str) -> int:
    return round(datetime.fromisoformat(told).timestamp() * 1000)


def test_an_ordinary_day() -> None:
    plan = three("Europe/Berlin")
    early, late, night = shifts_between(plan, date(2026, 11, 30), date(2026, 11, 30))
    assert early.from_ms == ms("2026-11-30T06:00+01:00")
    assert (early.to_ms, late.to_ms) == (late.from_ms, night.from_ms)
    assert night.to_ms == ms("2026-12-01T06:00+01:00")
    assert {one.day for one in (early, late, night)} == {date(2026, 11, 30)}


def test_the_night_in_which_summer_time_begins_has_seven_hours() -> None:
    plan = three("Europe/Berlin")
    assert hours(plan, date(2026, 3, 28)) == {"early": 8, "late": 8, "night": 7}
    assert hours(plan, date(2026, 3, 29)) == {"early": 8, "late": 8, "night": 8}
    assert hours(three("America/New_York"), date(2026, 3, 7))["night"] == 7


def test_the_night_in_which_summer_time_ends_has_nine_hours() -> None:
    plan = three("Europe/Berlin")
    assert hours(plan, date(2026, 10, 24)) == {"early": 8, "late": 8, "night": 9}
    assert hours(three("Australia/Lord_Howe"), date(2026, 4, 4))["night"] == 8.5


def test_times_that_are_skipped_or_come_twice() -> None:
    shifts = (
        Shift("a", "00:00", "02:30"),
        Shift("b", "02:30", "03:00"),
        Shift("c", "03:00", "00:00"),
    )
    plan = ShiftPlan("Europe/Berlin", shifts)
    assert hours(plan, date(2026, 3, 29)) == {"a": 2, "b": 0, "c": 21}
    a, b, c = shifts_between(plan, date(2026, 10, 25), date(2026, 10, 25))
    assert a.to_ms == ms("2026-10-25T02:30+02:00")
    assert b.to_ms == c.from_ms == ms("2026-10-25T03:00+01:00")
    assert hours(plan, date(2026, 10, 25)) == {"a": 2.5, "b": 1.5, "c": 21}


TIMES = st.lists(st.integers(0, 24 * 60 - 1), unique=True, min_size=1, max_size=8)
DAYS = st.dates(date(2005, 1, 1), date(2035, 1, 1))


@given(st.sampled_from(ZONES), TIMES, DAYS, st.integers(0, 400))
def test_shifts_around_the_clock_leave_no_moment_out_and_have_none_twice(
    zone: str, minutes: list[int], first: date, days: int
) -> None:
    told = [f"{one // 60:02}:{one % 60:02}" for one in sorted(minutes)]
    ends = [*told[1:], told[0]]
    shifts = [Shift(f"s{n}", *span) for n, span in enumerate(zip(told, ends, strict=True))]
    plan = ShiftPlan(zone, tuple(shifts))
    check_plan(plan)
    found = list(shifts_between(plan, first, first + timedelta(days=days)))
    assert len(found) == len(shifts) * (days + 1)
    for before, after in pairwise(found):
        assert before.to_ms == after.from_ms
    assert all(one.to_ms >= one.from_ms for one in found)


def test_there_may_be_time_between_shifts() -> None:
    plan = ShiftPlan("UTC", (Shift("day", "08:00", "12:00"), Shift("eve", "13:00", "17:30")))
    check_plan(plan)
    assert hours(plan, date(2026, 1, 1)) == {"day": 4, "eve": 4.5}


def test_one_shift_may_be_a_whole_day() -> None:
    plan = ShiftPlan("Europe/Berlin", (Shift("day", "00:00", "00:00"),))
    check_plan(plan)
    assert hours(plan, date(2026, 3, 29)) == {"day": 23}
    assert hours(plan, date(2026, 10, 25)) == {"day": 25}


@pytest.mark.parametrize(
    ("plan", "field"),
    [
        (ShiftPlan("Mars/Olympus", THREE_SHIFTS.shifts), "zone"),
        (ShiftPlan("", THREE_SHIFTS.shifts), "zone"),
        (ShiftPlan("../../etc/passwd", THREE_SHIFTS.shifts), "zone"),
        (ShiftPlan("Europe", THREE_SHIFTS.shifts), "zone"),
        (ShiftPlan("a\0b", THREE_SHIFTS.shifts), "zone"),
        (ShiftPlan("UTC", ()), "shifts"),
        (ShiftPlan("UTC", (Shift("a", "06:00", "06:00"),) * (MOST_SHIFTS + 1)), "shifts"),
        (ShiftPlan("UTC", (Shift("", "06:00", "14:00"),)), "shifts[0].name"),
        (ShiftPlan("UTC", (Shift("a", "24:00", "14:00"),)), "shifts[0].starts"),
        (ShiftPlan("UTC", (Shift("a", "06:00", "6:00"),)), "shifts[0].ends"),
        (ShiftPlan("UTC", (Shift("a", "06:00", "06:00\n"),)), "shifts[0].ends"),
        (ShiftPlan("UTC", (Shift("a", "06:00", "٠٦:٠٠"),)), "shifts[0].ends"),
        (
            ShiftPlan("UTC", (Shift("a", "06:00", "14:00"), Shift("a", "14:00", "22:00"))),
            "shifts",
        ),
        (
            ShiftPlan("UTC", (Shift("a", "06:00", "14:01"), Shift("b", "14:00", "22:00"))),
            "shifts",
        ),
        (
            ShiftPlan("UTC", (Shift("a", "22:00", "06:30"), Shift("b", "06:00", "22:00"))),
            "shifts",
        ),
    ],
)
def test_plans_that_cannot_be_are_refused_with_the_field_and_a_remedy(
    plan: ShiftPlan, field: str
) -> None:
    with pytest.raises(InvalidShifts) as refused:
        check_plan(plan)
    assert refused.value.field == field
    assert refused.value.remedy


def test_days_and_clocks_are_those_of_the_site() -> None:
    at_ms = round(datetime(2026, 1, 1, 23, 30, tzinfo=UTC).timestamp() * 1000)
    assert day_of(three("Europe/Berlin"), at_ms) == date(2026, 1, 2)
    assert day_of(three("America/New_York"), at_ms) == date(2026, 1, 1)
    assert wall_clock(three("Asia/Kolkata"), at_ms) == "2026-01-02T05:00:00+05:30"
