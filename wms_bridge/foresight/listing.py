"""Forecasts as lists ask for them: pure, a page at a time."""

from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.ids import OrderId, StationId
from wms_bridge.foresight.forecasting import AT_RISK
from wms_bridge.records.foresight import Cause, CauseKind, Forecast, Stage

FAR = 2**62


class ForecastSort(StrEnum):
    """Which forecast comes first; of those alike the order received first."""

    RISK = "risk"
    """The one most likely late."""
    DUE = "due"
    """The one due first; those that are not due last."""
    AGE = "age"
    """The one received first."""
    ETA = "eta"
    """The one expected to be finished first."""
    PRIORITY = "priority"
    """The most urgent."""


@dataclass(frozen=True, slots=True)
class ForecastQuery:
    """Which forecasts to list: ``limit`` of them from place ``offset`` (from 0) on. ``search`` is a
    part of the order's id in any case, or the order has one of ``named``; ``cause`` comes first
    among its causes."""

    sort: ForecastSort = ForecastSort.RISK
    stage: Stage | None = None
    station: StationId | None = None
    least_risk: float | None = None
    cause: CauseKind | None = None
    search: str = ""
    named: Set[OrderId] = frozenset()
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True)
class ForecastPage:
    """``total`` forecasts are as asked for."""

    total: int
    forecasts: tuple[Forecast, ...]


@dataclass(frozen=True, slots=True)
class StageCount:
    """How many open orders are so far."""

    stage: Stage
    orders: int


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """How many orders at risk have the same first cause, that of the riskiest with its figures."""

    cause: Cause
    orders: int
    worst: float
    example: OrderId


@dataclass(frozen=True, slots=True)
class Counted:
    """Forecasts counted: of all stages, also those of which there are none."""

    at_risk: int = 0
    overdue: int = 0
    stages: tuple[StageCount, ...] = ()
    causes: tuple[CauseGroup, ...] = ()


def counted(forecasts: Sequence[Forecast], now_ms: int) -> Counted:
    """How many forecasts are what; causes with most orders first."""
    risky = [one for one in forecasts if one.risk is not None and one.risk >= AT_RISK]
    stages = Counter(one.stage for one in forecasts)
    groups: dict[tuple[CauseKind, str], list[Forecast]] = {}
    for one in risky:
        if one.causes:
            groups.setdefault((one.causes[0].kind, one.causes[0].subject), []).append(one)
    found = [_group(orders) for orders in groups.values()]
    found.sort(key=lambda group: (-group.orders, -group.worst, group.example))
    return Counted(
        at_risk=len(risky),
        overdue=sum(one.due_ms is not None and one.due_ms < now_ms for one in forecasts),
        stages=tuple(StageCount(stage, stages[stage]) for stage in Stage),
        causes=tuple(found),
    )


def _group(orders: Sequence[Forecast]) -> CauseGroup:
    worst = max(orders, key=lambda one: (one.risk or 0.0, -one.number))
    return CauseGroup(worst.causes[0], len(orders), worst.risk or 0.0, worst.order)


def page_of(forecasts: Sequence[Forecast], query: ForecastQuery) -> ForecastPage:
    """The page asked for."""
    found = [one for one in forecasts if _wanted(one, query)]
    found.sort(key=_PLACES[query.sort])
    return ForecastPage(len(found), tuple(found[query.offset : query.offset + query.limit]))


def _wanted(one: Forecast, query: ForecastQuery) -> bool:
    if query.stage not in (None, one.stage) or query.station not in (None, one.station):
        return False
    if query.least_risk is not None and (one.risk is None or one.risk < query.least_risk):
        return False
    if query.cause is not None and not (one.causes and one.causes[0].kind is query.cause):
        return False
    if not query.search or one.order in query.named:
        return True
    return query.search.casefold() in one.order.casefold()


_PLACES: dict[ForecastSort, Callable[[Forecast], tuple[float, ...]]] = {
    ForecastSort.RISK: lambda one: (
        1.0 if one.risk is None else -one.risk,
        FAR if one.due_ms is None else one.due_ms,
        one.number,
    ),
    ForecastSort.DUE: lambda one: (FAR if one.due_ms is None else one.due_ms, one.number),
    ForecastSort.AGE: lambda one: (one.received_ms, one.number),
    ForecastSort.ETA: lambda one: (one.p50_ms, one.number),
    ForecastSort.PRIORITY: lambda one: (-one.priority, one.number),
}
