"""When open orders will be finished, which may be late and why, and how far such words can be
trusted."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Path, Query

from planner.warehouse.ids import OrderId, StationId
from wms_bridge.access.roles import Permission
from wms_bridge.answers import OutboxEntry
from wms_bridge.api.answers import part_of
from wms_bridge.api.context import Context, InContext
from wms_bridge.api.params import Limit
from wms_bridge.api.permitting import needs
from wms_bridge.foresight.desk import OrderSeen
from wms_bridge.foresight.history import OrderEvent
from wms_bridge.foresight.lateness import Lateness
from wms_bridge.foresight.lines import LineSeen
from wms_bridge.foresight.listing import ForecastQuery, ForecastSort, StageCount
from wms_bridge.foresight.scoring import Scores
from wms_bridge.kpis.errors import InvalidWindow
from wms_bridge.kpis.metering import LATEST_MS
from wms_bridge.phases import OrderPhase
from wms_bridge.records.foresight import Cause, CauseKind, Forecast, Stage
from wms_bridge.records.kpis import HOUR_MS
from wms_bridge.records.work import OrderStatus

DAY_MS = 24 * HOUR_MS
router = APIRouter(prefix="/v1/foresight", tags=["foresight"])
SEE = [needs(Permission.SEE)]
OfStage = Annotated[Stage | None, Query(alias="stage", description="Only those so far.")]
AtStation = Annotated[
    str | None, Query(alias="station", description="Only those begun at this station.")
]
LeastRisk = Annotated[
    float | None, Query(ge=0, le=1, description="Only those at least so likely late.")
]
ByCause = Annotated[
    CauseKind | None, Query(alias="cause", description="Only those with this first cause.")
]
Search = Annotated[
    str, Query(max_length=200, description="A part of the order's id, or a whole SKU.")
]
Offset = Annotated[int, Query(ge=0, le=10**9, description="How many to leave out before.")]
From = Annotated[
    int | None, Query(ge=0, le=LATEST_MS, description="Ms since 1970 UTC, by the site's clock.")
]
To = Annotated[
    int | None, Query(ge=0, le=LATEST_MS, description="As from_ms; not part of the window itself.")
]
External = Annotated[str, Path(description="The order's id at the WMS, percent-encoded.")]


@dataclass(frozen=True, slots=True)
class ForecastsOut:
    """Forecasts of open orders as of ``at_ms`` (null: none was made yet); it is ``now_ms``, both by
    the site's clock. ``total`` are as asked for; ``open`` orders there are in all, of which
    ``at_risk`` have a risk of 0.3 or more and ``overdue`` are late; ``stages`` counts them."""

    at_ms: int | None
    now_ms: int
    total: int
    open: int
    at_risk: int
    overdue: int
    stages: tuple[StageCount, ...]
    forecasts: tuple[Forecast, ...]


@dataclass(frozen=True, slots=True)
class OrderForesight:
    """One order. Times of ``forecast`` and ``due_ms`` are of the site's clock, where it is
    ``now_ms``; all others are of the bridge's. ``etag`` is what a change is to name in the
    header If-Match. ``history`` begins with the oldest event; ``messages`` are those to the WMS."""

    order: OrderId
    number: int
    etag: str
    status: OrderStatus
    phase: OrderPhase
    priority: int
    received_ms: int
    due_ms: int | None
    completed_ms: int | None
    lines: int
    lines_closed: int
    pieces: int
    picked: int
    short: int
    at_ms: int | None
    now_ms: int
    forecast: Forecast | None
    order_lines: tuple[LineSeen, ...]
    history: tuple[OrderEvent, ...]
    messages: tuple[OutboxEntry, ...]


@dataclass(frozen=True, slots=True)
class CalibrationOut:
    """How good forecasts of orders finished in a window were. ``learned`` is by how many outcomes
    risk is calibrated now (0 to 2000)."""

    from_ms: int
    to_ms: int
    learned: int
    scores: Scores


@dataclass(frozen=True, slots=True)
class CauseNow:
    """``orders`` open orders at risk have this first cause; ``worst`` is the highest risk of them
    and ``example`` the order that has it."""

    cause: Cause
    orders: int
    worst: float
    example: OrderId


@dataclass(frozen=True, slots=True)
class CausesOut:
    """How orders finished in a window came out, and what holds up those at risk now, the cause of
    most orders first."""

    from_ms: int
    to_ms: int
    lateness: Lateness
    now: tuple[CauseNow, ...]


@router.get("/orders", dependencies=SEE)
def list_orders(
    context: InContext,
    sort: ForecastSort = ForecastSort.RISK,
    stage: OfStage = None,
    station: AtStation = None,
    least_risk: LeastRisk = None,
    cause: ByCause = None,
    search: Search = "",
    offset: Offset = 0,
    limit: Limit = 100,
) -> ForecastsOut:
    """Open orders with the time by which each will be finished, and how likely it is late."""
    desk = context.bridge.foresight
    place = None if station is None else StationId(station)
    query = ForecastQuery(sort, stage, place, least_risk, cause, search.strip())
    looked, page = desk.page(replace(query, offset=offset, limit=limit))
    counted = looked.counted
    return ForecastsOut(
        at_ms=looked.at_ms,
        now_ms=_now(context),
        total=page.total,
        open=len(looked.forecasts),
        at_risk=counted.at_risk,
        overdue=counted.overdue,
        stages=counted.stages,
        forecasts=page.forecasts,
    )


@router.get("/orders/{external_id:path}", dependencies=SEE)
def get_order(external_id: External, context: InContext) -> OrderForesight:
    """One order, open or not: its lines and where each is served, its forecast with what holds it
    up, its history, and what the WMS was told."""
    desk = context.bridge.foresight
    seen = desk.order(OrderId(external_id), context.fresh_view())
    return part_of(
        seen.order,
        OrderForesight,
        etag=seen.order.etag,
        phase=seen.phase,
        at_ms=desk.looked.at_ms,
        now_ms=_now(context),
        forecast=seen.forecast,
        order_lines=seen.lines,
        history=seen.history,
        messages=_messages(seen),
    )


@router.get("/calibration", dependencies=SEE)
def calibration(context: InContext, from_ms: From = None, to_ms: To = None) -> CalibrationOut:
    """How good the forecasts were of orders finished in a window, the last 24 hours unless given,
    against two simple forecasters on the same orders at the same times."""
    begin, end = _window(context, from_ms, to_ms)
    desk = context.bridge.foresight
    return CalibrationOut(begin, end, desk.learned, desk.calibration(begin, end))


@router.get("/causes", dependencies=SEE)
def causes(context: InContext, from_ms: From = None, to_ms: To = None) -> CausesOut:
    """On time, in full: of orders finished in a window, the last 24 hours unless given, and why
    not; and what holds up open orders now."""
    begin, end = _window(context, from_ms, to_ms)
    desk = context.bridge.foresight
    now = tuple(
        CauseNow(group.cause, group.orders, group.worst, group.example)
        for group in desk.looked.counted.causes
    )
    return CausesOut(begin, end, desk.lateness(begin, end), now)


def _now(context: Context) -> int:
    return context.bridge.kpis.now(context.clock())


def _window(context: Context, from_ms: int | None, to_ms: int | None) -> tuple[int, int]:
    end = _now(context) + 1 if to_ms is None else to_ms
    begin = max(0, end - DAY_MS) if from_ms is None else from_ms
    if begin >= end:
        raise InvalidWindow(
            "the window ends before it begins",
            field="from_ms",
            value=begin,
            remedy="Give a from_ms below to_ms.",
        )
    return begin, end


def _messages(seen: OrderSeen) -> tuple[OutboxEntry, ...]:
    return tuple(part_of(message, OutboxEntry) for message in seen.messages)
