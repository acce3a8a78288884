"""What a look at the bridge's books and at the floor finds: all that forecasts are made from."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from planner.warehouse.ids import LineId, OrderId, PodId, RobotId, Sku, StationId
from planner.warehouse.view import FloorView
from wms_bridge.records.foresight import Stage


@dataclass(frozen=True, slots=True)
class OpenLine:
    """``left`` pieces of a line are neither picked nor given up."""

    line: LineId
    sku: Sku
    left: int


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An open order; ``lines`` are those of which something is left. ``station`` is where its
    latest pick was shown; times are of the site's clock (ms)."""

    order: OrderId
    number: int
    etag: str
    priority: int
    received_ms: int
    due_ms: int | None
    line_count: int
    lines_closed: int
    pieces: int
    picked: int
    short: int
    lines: tuple[OpenLine, ...]
    shown: bool = False
    station: StationId | None = None


@dataclass(frozen=True, slots=True)
class StationNow:
    """A pick station: whether it takes orders (``open``) and whether it finishes those it has
    (``works``), ``rate_per_h`` lines that it picks in an hour while it has work, ``queue_lines``
    open lines of orders begun there, ``starved`` the share of the time open in which it had lines
    but no pod."""

    station: StationId
    open: bool
    rate_per_h: float
    queue_lines: int = 0
    starved: float = 0.0
    works: bool = True


@dataclass(frozen=True, slots=True)
class Situation:
    """The site at ``now_ms`` (its own clock). ``stock`` is what slots hold; ``view`` is the newest
    view of the floor, ``None`` if that is old. ``carried`` are pods on their way to stations, each
    with its robot and what it holds. ``age_p50_ms`` is the median age of orders when they are
    finished (0: not known)."""

    now_ms: int
    orders: tuple[OpenOrder, ...]
    stations: Mapping[StationId, StationNow]
    stock: Mapping[Sku, int]
    view: FloorView | None = None
    carried: Mapping[PodId, RobotId] = field(default_factory=dict)
    pod_skus: Mapping[PodId, Set[Sku]] = field(default_factory=dict)
    age_p50_ms: int = 0

    @property
    def capacity_per_h(self) -> float:
        """Lines an hour at the stations that are open."""
        return sum(one.rate_per_h for one in self.stations.values() if one.open)

    @property
    def nominal_per_h(self) -> float:
        """Lines an hour if all stations were open."""
        return sum(one.rate_per_h for one in self.stations.values())


def stage_of(order: OpenOrder, coming: Set[Sku]) -> Stage:
    """How far an order is; ``coming`` are articles in pods on their way to stations."""
    if order.picked:
        return Stage.PARTLY_PICKED
    if order.shown:
        return Stage.AT_STATION
    if any(line.sku in coming for line in order.lines):
        return Stage.POD_UNDER_WAY
    return Stage.NOT_STARTED


def missing_stock(
    orders: Sequence[OpenOrder], stock: Mapping[Sku, int]
) -> Mapping[OrderId, Mapping[Sku, int]]:
    """Which orders come out short, by how many pieces of which articles, if stock goes to them in
    the order given. Slots in quarantine count as stock."""
    left: dict[Sku, int] = {}
    found: dict[OrderId, dict[Sku, int]] = {}
    for order in orders:
        for line in order.lines:
            there = left.get(line.sku)
            if there is None:
                there = stock.get(line.sku, 0)
            left[line.sku] = max(0, there - line.left)
            if there < line.left:
                of = found.setdefault(order.order, {})
                of[line.sku] = of.get(line.sku, 0) + line.left - there
    return found
