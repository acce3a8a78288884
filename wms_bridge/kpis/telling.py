"""What is asked of key figures, checked, and told: a series of windows, or shifts of some days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta

from planner.warehouse.errors import NotFound
from planner.warehouse.ids import StationId
from wms_bridge.kpis.desk import KpiDesk
from wms_bridge.kpis.errors import InvalidWindow
from wms_bridge.kpis.figures import (
    SITE_NAMES,
    STATION_NAMES,
    UNITS,
    Figures,
    StationFigures,
    figures_of,
    station_figures_of,
)
from wms_bridge.kpis.sheet import Cell
from wms_bridge.kpis.shift_times import ShiftOn, day_of, wall_clock
from wms_bridge.kpis.windows import steps
from wms_bridge.records.kpis import HOUR_MS, MINUTE_MS, Measured, StationTotals

MOST_POINTS = 5_000
MOST_DAYS = 31
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2285, 12, 31)
Row = Sequence[Cell]


@dataclass(frozen=True, slots=True)
class SeriesWanted:
    """Some figures (``names``), of a ``station`` or of the whole site, in each window of
    ``step_ms`` from ``from_ms`` on and before ``to_ms``."""

    from_ms: int
    to_ms: int
    step_ms: int
    names: tuple[str, ...]
    station: StationId | None = None

    @property
    def windows(self) -> list[tuple[int, int]]:
        """The windows, earliest first."""
        return list(steps(self.from_ms, self.to_ms, self.step_ms))


@dataclass(frozen=True, slots=True)
class Days:
    """From the first day to the last, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class ShiftTold:
    """The figures of a shift on a day, of the site and of each station."""

    shift: ShiftOn
    figures: Figures
    stations: dict[StationId, StationFigures]


def series_wanted(
    desk: KpiDesk,
    now_ms: int,
    from_ms: int | None,
    to_ms: int | None,
    step_s: int,
    names: Sequence[str],
    station: StationId | None,
) -> SeriesWanted:
    """What is asked for, complete: without ``to_ms`` up to now, without ``from_ms`` an hour of it,
    without ``names`` all. :class:`InvalidWindow` if it makes no sense or is too much."""
    step_ms = step_s * 1000
    if step_ms % MINUTE_MS:
        raise InvalidWindow(
            "no whole minutes", field="step_s", value=step_s, remedy="Send a multiple of 60."
        )
    until = _up(desk.now(now_ms) + 1, MINUTE_MS) if to_ms is None else to_ms
    since = max(0, until - HOUR_MS) if from_ms is None else from_ms
    if since >= until:
        raise InvalidWindow(
            "the window is empty",
            field="from_ms",
            value=since,
            remedy=f"Send a time before its end ({until}).",
        )
    if (until - since) / step_ms > MOST_POINTS:
        raise InvalidWindow(
            f"more than {MOST_POINTS} windows",
            field="step_s",
            value=step_s,
            remedy=f"Send at least {_up(-(-(until - since) // MOST_POINTS), MINUTE_MS) // 1000}, "
            "or ask for less time at once.",
        )
    return SeriesWanted(since, until, step_ms, _names(names, station), station)


def days_wanted(desk: KpiDesk, now_ms: int, first: date | None, last: date | None) -> Days:
    """The days asked for; without any the day it is at the site and the one before.
    :class:`InvalidWindow` if there are none, or too many."""
    last = last or day_of(desk.plan(), desk.now(now_ms))
    first = first or (last - timedelta(days=1) if last > FIRST_DAY else last)
    if not FIRST_DAY <= first <= last <= LAST_DAY:
        raise InvalidWindow(
            "there are no such days",
            field="from_day",
            value=first.isoformat(),
            remedy=f"Send days from {FIRST_DAY} to {LAST_DAY}, the first one first.",
        )
    if (last - first).days >= MOST_DAYS:
        raise InvalidWindow(
            f"more than {MOST_DAYS} days",
            field="to_day",
            value=last.isoformat(),
            remedy=f"Ask for {MOST_DAYS} days at most, and for others then.",
        )
    return Days(first, last)


def check_known(station: StationId | None, known: Sequence[StationId]) -> None:
    """:class:`NotFound` unless the site has a station of this name."""
    if station is not None and station not in known:
        raise NotFound(
            "no such station",
            field="station",
            value=station,
            remedy="Ask for a station that GET /v1/stations lists.",
        )


def series(desk: KpiDesk, wanted: SeriesWanted) -> Iterator[tuple[int, list[float | None]]]:
    """The start of each window, and the figures asked for in their order."""
    windows = wanted.windows
    for (start, end), measured in zip(windows, desk.measured_in_each(windows), strict=True):
        told = _figures(measured, end - start, wanted.station)
        yield start, [getattr(told, name) for name in wanted.names]


def shifts(desk: KpiDesk, days: Days) -> Iterator[ShiftTold]:
    """The figures of each shift of some days, by time."""
    for shift, measured in desk.shifts(days.first, days.last):
        length_ms = shift.to_ms - shift.from_ms
        stations = station_figures_of(measured, length_ms)
        yield ShiftTold(shift, figures_of(measured, length_ms), stations)


def series_rows(desk: KpiDesk, wanted: SeriesWanted) -> Iterator[Row]:
    """A series as a table: when each window begins, and its figures."""
    plan = desk.plan()
    yield ("from_ms (ms since 1970 UTC)", f"from ({plan.zone})", *map(headed, wanted.names))
    for start, values in series(desk, wanted):
        yield (start, wall_clock(plan, start), *values)


def shift_rows(desk: KpiDesk, days: Days) -> Iterator[Row]:
    """Shifts as a table: a row for the site (no station), then one for each station."""
    plan = desk.plan()
    names = [*SITE_NAMES, *(name for name in STATION_NAMES if name not in SITE_NAMES)]
    yield (
        "day",
        "shift",
        f"from ({plan.zone})",
        f"to ({plan.zone})",
        "station",
        *map(headed, names),
    )
    for told in shifts(desk, days):
        shift = told.shift
        when = (wall_clock(plan, shift.from_ms), wall_clock(plan, shift.to_ms))
        head = (shift.day.isoformat(), shift.name, *when)
        yield (*head, "", *_cells(told.figures, names))
        for station, figures in told.stations.items():
            yield (*head, station, *_cells(figures, names))


def headed(name: str) -> str:
    """The head of a column: the figure with its unit."""
    return f"{name} ({UNITS[name]})"


def _cells(figures: Figures | StationFigures, names: Sequence[str]) -> list[Cell]:
    known = {field.name for field in fields(figures)}
    return [getattr(figures, name) if name in known else None for name in names]


def _figures(
    measured: Measured, window_ms: int, station: StationId | None
) -> Figures | StationFigures:
    if station is None:
        return figures_of(measured, window_ms)
    of = measured.stations.get(station, StationTotals())
    alone = Measured(measured.totals, {station: of})
    return station_figures_of(alone, window_ms)[station]


def _names(names: Sequence[str], station: StationId | None) -> tuple[str, ...]:
    known = SITE_NAMES if station is None else STATION_NAMES
    for name in names:
        if name not in known:
            raise InvalidWindow(
                "no such figure" + ("" if station is None else " of a station"),
                field="names",
                value=name,
                remedy=f"Known: {', '.join(known)}.",
            )
    return tuple(dict.fromkeys(names)) or known


def _up(value: int, unit: int) -> int:
    return -(-value // unit) * unit
