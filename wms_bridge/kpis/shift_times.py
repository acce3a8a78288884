"""The shifts of a site: which there are, and when each was on a day, over changes of the clocks.

Times of day are the wall clock's of a zone of the IANA data base. A shift belongs to the day on
which it starts. A time that the clocks skip is the moment at which they do, and one that they show
twice is the first of the two: the night in which summer time begins has an hour less, the one in
which it ends an hour more, and no moment belongs to two shifts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wms_bridge.kpis.errors import InvalidShifts
from wms_bridge.names import check_name
from wms_bridge.records.kpis import Shift, ShiftPlan

MOST_SHIFTS = 12
DAY_MIN = 24 * 60
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
THREE_SHIFTS = ShiftPlan(
    "UTC",
    (
        Shift("early", "06:00", "14:00"),
        Shift("late", "14:00", "22:00"),
        Shift("night", "22:00", "06:00"),
    ),
)
"""The shifts of a site that has said nothing of them."""


@dataclass(frozen=True, slots=True)
class ShiftOn:
    """A shift on a day: from ``from_ms`` on and before ``to_ms`` (ms since 1970 UTC)."""

    day: date
    name: str
    from_ms: int
    to_ms: int


def check_plan(plan: ShiftPlan) -> None:
    """:class:`InvalidShifts` on a zone that is none, a time that is none, or shifts that overlap or
    have the same name."""
    _zone(plan.zone)
    if not 1 <= len(plan.shifts) <= MOST_SHIFTS:
        raise InvalidShifts(
            "a plan has some shifts, and not too many",
            field="shifts",
            value=len(plan.shifts),
            remedy=f"Name 1 to {MOST_SHIFTS} shifts; one from 00:00 to 00:00 is a whole day.",
        )
    for index, shift in enumerate(plan.shifts):
        check_name(shift.name, f"shifts[{index}].name", InvalidShifts)
        for field, told in (("starts", shift.starts), ("ends", shift.ends)):
            if not _TIME.fullmatch(told):
                raise InvalidShifts(
                    "not a time of day",
                    field=f"shifts[{index}].{field}",
                    value=told,
                    remedy="Send hours and minutes, from 00:00 to 23:59.",
                )
    _check_apart(plan)


def shifts_between(plan: ShiftPlan, first: date, last: date) -> Iterator[ShiftOn]:
    """The shifts that start on the days from ``first`` to ``last``, by time."""
    zone = _zone(plan.zone)
    in_order = sorted(plan.shifts, key=lambda shift: shift.starts)
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for shift in in_order:
            over_midnight = shift.ends <= shift.starts
            ends_on = day + timedelta(days=1) if over_midnight else day
            from_ms = _moment(day, shift.starts, zone)
            to_ms = max(from_ms, _moment(ends_on, shift.ends, zone))
            yield ShiftOn(day, shift.name, from_ms, to_ms)


def day_of(plan: ShiftPlan, at_ms: int) -> date:
    """The day at a site at a time."""
    return datetime.fromtimestamp(at_ms / 1000, _zone(plan.zone)).date()


def wall_clock(plan: ShiftPlan, at_ms: int) -> str:
    """A time as the site's wall clock shows it, with its distance from UTC (ISO 8601)."""
    return datetime.fromtimestamp(at_ms / 1000, _zone(plan.zone)).isoformat(timespec="seconds")


def _moment(day: date, told: str, zone: ZoneInfo) -> int:
    shown = datetime.combine(day, time.fromisoformat(told))
    moment = round(shown.replace(tzinfo=zone).timestamp())
    if datetime.fromtimestamp(moment, zone).replace(tzinfo=None) != shown:
        # PEP 495: the two folds of a time that is skipped lie on either side of the change.
        moment = _change(round(shown.replace(tzinfo=zone, fold=1).timestamp()), moment, zone)
    return moment * 1000


def _change(before_s: int, after_s: int, zone: ZoneInfo) -> int:
    """The first second at which the clocks of a zone are as they are at ``after_s``."""
    new = datetime.fromtimestamp(after_s, zone).utcoffset()
    while after_s - before_s > 1:
        middle = (before_s + after_s) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == new:
            after_s = middle
        else:
            before_s = middle
    return after_s


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidShifts(
            "no time zone of this name",
            field="zone",
            value=name,
            remedy="Send a name of the IANA time zone data base: Europe/Berlin, Asia/Shanghai.",
        ) from error


def _check_apart(plan: ShiftPlan) -> None:
    names = [shift.name for shift in plan.shifts]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidShifts(
            "two shifts of one name", field="shifts", value=twice, remedy="Give each its own name."
        )
    spans = sorted((*_span(shift), shift.name) for shift in plan.shifts)
    first_again = (spans[0][0] + DAY_MIN, 0, spans[0][2])
    for (_, ends, name), (starts, _, following) in pairwise([*spans, first_again]):
        if ends > starts:
            raise InvalidShifts(
                f"shift {name} has not ended when {following} starts",
                field="shifts",
                value=name,
                remedy="Let each shift end before the next one starts, or as it starts.",
            )


def _span(shift: Shift) -> tuple[int, int]:
    starts, ends = (_minutes(told) for told in (shift.starts, shift.ends))
    return starts, ends if ends > starts else ends + DAY_MIN


def _minutes(told: str) -> int:
    hours, minutes = map(int, told.split(":"))
    return hours * 60 + minutes
