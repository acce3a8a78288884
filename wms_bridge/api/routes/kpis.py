"""Key figures over time: of the last minutes, as a series, by shift; as JSON and as CSV."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from planner.warehouse.ids import StationId
from wms_bridge.access.roles import Permission
from wms_bridge.api.bodies import answers
from wms_bridge.api.context import Context, InContext
from wms_bridge.api.permitting import needs
from wms_bridge.kpis.figures import (
    UNITS,
    Figures,
    StationFigures,
    figures_of,
    station_figures_of,
)
from wms_bridge.kpis.metering import LATEST_MS
from wms_bridge.kpis.sheet import Cell, csv_lines
from wms_bridge.kpis.telling import (
    Days,
    SeriesWanted,
    check_known,
    days_wanted,
    series,
    series_rows,
    series_wanted,
    shift_rows,
    shifts,
)
from wms_bridge.records.kpis import MINUTE_MS

CSV = "text/csv"
BYTE_ORDER_MARK = "\ufeff"
WEEK_S = 7 * 24 * 3600
router = APIRouter(prefix="/v1/kpis", tags=["key figures"])
SEE = [needs(Permission.SEE)]
Minutes = Annotated[int, Query(ge=1, le=24 * 60, description="How many of the last minutes.")]
From = Annotated[
    int | None, Query(ge=0, le=LATEST_MS, description="Ms since 1970 UTC, by the site's clock.")
]
To = Annotated[
    int | None, Query(ge=0, le=LATEST_MS, description="As from_ms; not part of the window itself.")
]
Step = Annotated[int, Query(ge=60, le=WEEK_S, description="Length of each window (s).")]
Names = Annotated[list[str] | None, Query(max_length=64, description="Figures; without any all.")]
OfStation = Annotated[
    str | None, Query(alias="station", description="Figures of this station alone.")
]
FromDay = Annotated[date | None, Query(description="First day, as 2026-11-30.")]
ToDay = Annotated[date | None, Query(description="Last day, itself included.")]
Mark = Annotated[
    bool, Query(alias="bom", description="Begin with a byte order mark: some spreadsheets need it.")
]


@dataclass(frozen=True, slots=True)
class LiveKpis:
    """The figures of the last minutes, up to the one that is going on (``to_ms``)."""

    from_ms: int
    to_ms: int
    figures: Figures
    stations: dict[StationId, StationFigures]


@dataclass(frozen=True, slots=True)
class KpiSeries:
    """Windows by their start (``at_ms``), and for each figure one value per window."""

    from_ms: int
    to_ms: int
    step_ms: int
    station: StationId | None
    at_ms: list[int]
    series: dict[str, list[float | None]]
    units: dict[str, str]


@dataclass(frozen=True, slots=True)
class ShiftKpis:
    """The figures of one shift."""

    day: date
    shift: str
    from_ms: int
    to_ms: int
    figures: Figures
    stations: dict[StationId, StationFigures]


class ShiftsKpisOut(BaseModel):
    """Shifts by time."""

    zone: str
    shifts: list[ShiftKpis]


@router.get("/live", dependencies=SEE)
def live(context: InContext, minutes: Minutes = 15) -> LiveKpis:
    """The figures of the last minutes, of the site and of each station."""
    kpis = context.bridge.kpis
    to_ms = (kpis.now(context.clock()) // MINUTE_MS + 1) * MINUTE_MS
    from_ms = max(0, to_ms - minutes * MINUTE_MS)
    measured = kpis.measured(from_ms, to_ms)
    length_ms = to_ms - from_ms
    stations = station_figures_of(measured, length_ms)
    return LiveKpis(from_ms, to_ms, figures_of(measured, length_ms), stations)


@router.get("/series", dependencies=SEE)
def get_series(
    context: InContext,
    from_ms: From = None,
    to_ms: To = None,
    step_s: Step = 60,
    names: Names = None,
    station: OfStation = None,
) -> KpiSeries:
    """Figures of windows of one length, up to 5000 of them; without ``from_ms`` and ``to_ms`` of
    the last hour."""
    wanted = _wanted(context, from_ms, to_ms, step_s, names, station)
    told = list(series(context.bridge.kpis, wanted))
    columns = zip(*(values for _, values in told), strict=True)
    return KpiSeries(
        wanted.from_ms,
        wanted.to_ms,
        wanted.step_ms,
        wanted.station,
        [start for start, _ in told],
        {name: list(values) for name, values in zip(wanted.names, columns, strict=True)},
        {name: UNITS[name] for name in wanted.names},
    )


@router.get("/series.csv", dependencies=SEE, responses=answers({"type": "string"}, CSV))
def get_series_csv(
    context: InContext,
    from_ms: From = None,
    to_ms: To = None,
    step_s: Step = 60,
    names: Names = None,
    station: OfStation = None,
    bom: Mark = False,
) -> StreamingResponse:
    """The same as a table: a row per window, a column per figure with its unit."""
    wanted = _wanted(context, from_ms, to_ms, step_s, names, station)
    return _csv(series_rows(context.bridge.kpis, wanted), "kpis.csv", bom)


@router.get("/shifts", dependencies=SEE)
def get_shifts(context: InContext, from_day: FromDay = None, to_day: ToDay = None) -> ShiftsKpisOut:
    """Figures by shift, of the site and of each station, of up to 31 days; without ``from_day`` and
    ``to_day`` of today and yesterday at the site. A shift belongs to the day on which it starts."""
    kpis, days = context.bridge.kpis, _days(context, from_day, to_day)
    told = [
        ShiftKpis(
            one.shift.day,
            one.shift.name,
            one.shift.from_ms,
            one.shift.to_ms,
            one.figures,
            one.stations,
        )
        for one in shifts(kpis, days)
    ]
    return ShiftsKpisOut(zone=kpis.plan().zone, shifts=told)


@router.get("/shifts.csv", dependencies=SEE, responses=answers({"type": "string"}, CSV))
def get_shifts_csv(
    context: InContext, from_day: FromDay = None, to_day: ToDay = None, bom: Mark = False
) -> StreamingResponse:
    """The same as a table: for each shift a row of the site and one of each station."""
    days = _days(context, from_day, to_day)
    return _csv(shift_rows(context.bridge.kpis, days), "shifts.csv", bom)


def _wanted(
    context: Context,
    from_ms: int | None,
    to_ms: int | None,
    step_s: int,
    names: Sequence[str] | None,
    station: str | None,
) -> SeriesWanted:
    place = None if station is None else StationId(station)
    check_known(place, [one.id for one in context.bridge.site.stations])
    return series_wanted(
        context.bridge.kpis, context.clock(), from_ms, to_ms, step_s, names or (), place
    )


def _days(context: Context, first: date | None, last: date | None) -> Days:
    return days_wanted(context.bridge.kpis, context.clock(), first, last)


def _csv(rows: Iterable[Sequence[Cell]], name: str, bom: bool) -> StreamingResponse:
    def text() -> Iterable[str]:
        if bom:
            yield BYTE_ORDER_MARK
        yield from csv_lines(rows)

    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(text(), media_type=f"{CSV}; header=present", headers=headers)
