"""What is foretold of orders, what was kept of it, and what became of them. All times are ms of the
site's clock, as those by which orders are due."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from planner.warehouse.ids import OrderId, StationId


class CauseKind(StrEnum):
    """What holds an order up; in brackets what the cause's ``subject`` names."""

    NO_STOCK = "no_stock"
    """The site's slots hold less of an article than is ordered (SKU)."""
    POD_BLOCKED = "pod_blocked"
    """No pod with the article can be fetched: a robot that does not answer is beneath (pod)."""
    AISLE_CLOSED = "aisle_closed"
    """All pods with the article stand in closed parts of the floor (closure)."""
    ROBOT_WAITS = "robot_waits"
    """A pod with the article is on its way, and the robot that carries it cannot get on (robot)."""
    STATION_CLOSED = "station_closed"
    """Its station is closed, or closed ones leave the others more to do (station)."""
    STATION_SATURATED = "station_saturated"
    """Its station has far more to pick than the others (station)."""
    TOO_FEW_ROBOTS = "too_few_robots"
    """Stations wait for pods while robots are silent or charge (nothing)."""
    RELEASED_LATE = "released_late"
    """It came so late that an order usually takes longer than it was given (nothing)."""
    BACKLOG = "backlog"
    """Other orders before it, or beside it at its station, are too much work (nothing, or the
    station)."""
    LINE_SHORT = "line_short"
    """A part of it will not be delivered (why)."""
    UNKNOWN = "unknown"
    """Nothing of the above was seen."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that holds an order up, for an estimated ``delay_ms`` of the time that is left;
    ``None``: until somebody sees to it. ``figures`` is the evidence in numbers, ``names`` the
    things it is about: for ``robot_waits`` the pod, then the chain of waits."""

    kind: CauseKind
    subject: str = ""
    delay_ms: int | None = None
    figures: Mapping[str, float] = field(default_factory=dict)
    names: tuple[str, ...] = ()


class Stage(StrEnum):
    """How far an open order is; the words of :class:`wms_bridge.phases.OrderPhase`."""

    NOT_STARTED = "not_started"
    POD_UNDER_WAY = "pod_under_way"
    AT_STATION = "at_station"
    PARTLY_PICKED = "partly_picked"


@dataclass(frozen=True, slots=True)
class Forecast:
    """When an open order will be finished: with 10, 50 and 90 % probability by ``p10_ms``,
    ``p50_ms`` and ``p90_ms``; ``risk`` is the probability to be finished after ``due_ms``, ``None``
    of an order that is not due. ``lines_ahead`` are open lines of orders that go before it.
    ``causes`` are told of orders at risk, the weightiest first. ``etag`` names the order as it
    was; ``received_ms`` is of the site's clock, too."""

    order: OrderId
    number: int
    etag: str
    stage: Stage
    station: StationId | None
    priority: int
    received_ms: int
    due_ms: int | None
    lines: int
    lines_closed: int
    pieces: int
    picked: int
    short: int
    lines_ahead: int
    p10_ms: int
    p50_ms: int
    p90_ms: int
    risk: float | None
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was foretold of an order at ``at_ms``, kept to be held against what comes.

    ``base_ms`` is the estimate of the time left before anything learned, ``raw`` the probability
    to be late before calibration. ``base_rate`` and ``age_rule`` are what two simple forecasters
    said: the share of late orders so far, and 1 if the order is late when it takes as long as the
    median order, which is until ``age_p50_ms``, else 0. Once it is finished there are
    ``finished_ms`` and ``late``.
    """

    order: OrderId
    at_ms: int
    stage: Stage
    base_ms: int
    p10_ms: int
    p50_ms: int
    p90_ms: int
    due_ms: int | None
    raw: float | None
    risk: float | None
    base_rate: float | None
    age_rule: float | None
    age_p50_ms: int
    finished_ms: int | None = None
    late: bool | None = None


@dataclass(frozen=True, slots=True)
class OrderOutcome:
    """What became of an order: ``late`` if it was due and finished after that, ``short`` if a part
    of it was not delivered. ``cause`` is what held it up longest while it was at risk."""

    order: OrderId
    received_ms: int
    due_ms: int | None
    finished_ms: int
    late: bool
    short: bool
    cause: CauseKind | None = None
    subject: str = ""
