"""Situations and predictions for tests, small and explicit."""

from collections.abc import Mapping

from planner.warehouse.ids import LineId, OrderId, PodId, RobotId, Sku, StationId
from planner.warehouse.view import (
    ClosureView,
    FloorView,
    Kpis,
    PodView,
    RobotActivity,
    RobotView,
    StationView,
    Wait,
)
from wms_bridge.foresight.situation import OpenLine, OpenOrder, Situation, StationNow
from wms_bridge.records.foresight import Prediction, Stage

NOW = 1_750_000_000_000
S1, S2, S3 = StationId("S1"), StationId("S2"), StationId("S3")
MINUTE_MS = 60_000


def order(
    number: int,
    lines: int = 2,
    *,
    due_min: float | None = 60,
    priority: int = 0,
    station: StationId | None = None,
    picked: int = 0,
    sku: str = "A",
    age_min: float = 10,
) -> OpenOrder:
    """An order of ``lines`` lines of one piece each of SKUs A1, A2 ..."""
    name = f"O{number}"
    return OpenOrder(
        order=OrderId(name),
        number=number,
        etag=f"open.0.{priority}.",
        priority=priority,
        received_ms=NOW - round(age_min * MINUTE_MS),
        due_ms=None if due_min is None else NOW + round(due_min * MINUTE_MS),
        line_count=lines,
        lines_closed=0,
        pieces=lines,
        picked=picked,
        short=0,
        lines=tuple(
            OpenLine(LineId(f"{name}#{place}"), Sku(f"{sku}{place}"), 1)
            for place in range(1, lines + 1)
        ),
        shown=station is not None,
        station=station,
    )


def stations(
    closed: tuple[StationId, ...] = (), rate: float = 100.0
) -> dict[StationId, StationNow]:
    """Three stations, all alike."""
    return {
        name: StationNow(name, name not in closed, rate, works=name not in closed)
        for name in (S1, S2, S3)
    }


def situation(
    *orders: OpenOrder,
    at: Mapping[StationId, StationNow] | None = None,
    stock: Mapping[Sku, int] | None = None,
    view: FloorView | None = None,
    carried: Mapping[PodId, RobotId] | None = None,
    pod_skus: Mapping[PodId, set[Sku]] | None = None,
    age_min: float = 0,
) -> Situation:
    """A site with plenty of everything unless told otherwise."""
    plenty = {line.sku: 1000 for one in orders for line in one.lines}
    return Situation(
        now_ms=NOW,
        orders=orders,
        stations=at if at is not None else stations(),
        stock=plenty | dict(stock or {}),
        view=view,
        carried=carried or {},
        pod_skus=pod_skus or {},
        age_p50_ms=round(age_min * MINUTE_MS),
    )


def robot(
    name: str,
    activity: RobotActivity = RobotActivity.IDLE,
    load: str | None = None,
    wait: Wait | None = None,
) -> RobotView:
    """A robot at the origin."""
    pod = None if load is None else PodId(load)
    return RobotView(RobotId(name), 0.0, 0.0, 0.0, pod, 0.9, activity, None, (), (), wait)


def floor(
    *robots: RobotView,
    pods: Mapping[str, tuple[float, float]] | None = None,
    closures: tuple[ClosureView, ...] = (),
    at: tuple[StationView, ...] = (),
) -> FloorView:
    """A view of the floor."""
    standing = tuple(PodView(PodId(pod), x, y) for pod, (x, y) in (pods or {}).items())
    kpis = Kpis(0.0, 0, 0, 0, 0, 0, 0, 0, 0.0, (), 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    return FloorView(NOW, robots, standing, at, kpis, (), closures=closures)


def prediction(
    risk: float | None = 0.5,
    late: bool | None = True,
    *,
    name: str = "O1",
    at_ms: int = NOW,
    finished_ms: int | None = NOW + 20 * MINUTE_MS,
    base_min: float = 20,
    base_rate: float | None = 0.5,
    age_rule: float | None = 1.0,
) -> Prediction:
    """A prediction of 10, 20, 40 minutes that was held against what came."""
    return Prediction(
        order=OrderId(name),
        at_ms=at_ms,
        stage=Stage.NOT_STARTED,
        base_ms=round(base_min * MINUTE_MS),
        p10_ms=at_ms + 10 * MINUTE_MS,
        p50_ms=at_ms + 20 * MINUTE_MS,
        p90_ms=at_ms + 40 * MINUTE_MS,
        due_ms=None if risk is None else at_ms + 15 * MINUTE_MS,
        raw=risk,
        risk=risk,
        base_rate=None if risk is None else base_rate,
        age_rule=None if risk is None else age_rule,
        age_p50_ms=at_ms + 25 * MINUTE_MS,
        finished_ms=finished_ms,
        late=late,
    )
