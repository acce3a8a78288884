"""When to order how much of a SKU again, and which SKUs need refilling most.

From the demand of past periods: mean and deviation over the lead time, safety stock, reorder point
and order-up-to level, the (s, S) policy of inventory textbooks (E. A. Silver, D. F. Pyke and
D. J. Thomas, Inventory and Production Management in Supply Chains, 4th ed., 2017). SKUs asked for
only now and then are forecast by Croston's method (J. D. Croston, Operational Research Quarterly
23(3), 1972) with the correction of Syntetos and Boylan (SBA; International Journal of Forecasting
21(2), 2005); which those are follows Syntetos, Boylan and Croston (Journal of the Operational
Research Society 56(5), 2005): more than 1.32 periods from one demand to the next on average.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite, sqrt
from statistics import NormalDist, fmean, pstdev

from planner.warehouse.errors import InvalidDemand
from planner.warehouse.ids import Sku

NO_NAME = Sku("")
INTERMITTENT = 1.32
"""Mean number of periods from one demand to the next above which a SKU is intermittent."""
NEVER_H = float("inf")


@dataclass(frozen=True, slots=True)
class ReorderParams:
    """Stock lasts through the lead time with probability ``service_level``; lead time and the time
    between two looks at the stock are in periods of the demand history. An order brings the demand
    of ``cover_periods`` on top of the reorder point. ``smoothing`` is that of Croston's method."""

    lead_periods: float = 1.0
    review_periods: float = 0.0
    cover_periods: float = 2.0
    service_level: float = 0.98
    smoothing: float = 0.15

    def __post_init__(self) -> None:
        times = (self.lead_periods, self.review_periods, self.cover_periods)
        if not all(isfinite(time) and time >= 0 for time in times):
            raise ValueError(f"lead, review and cover must be 0 periods or more (found {times})")
        if not 0.5 <= self.service_level < 1:
            raise ValueError(f"service_level must be in [0.5, 1) (found {self.service_level})")
        if not 0 < self.smoothing <= 1:
            raise ValueError(f"smoothing must be in (0, 1] (found {self.smoothing})")


@dataclass(frozen=True, slots=True)
class Forecast:
    """Pieces asked for in a period, and the deviation from one period to the next."""

    mean: float
    deviation: float
    intermittent: bool


@dataclass(frozen=True, slots=True)
class StockLevels:
    """When the stock and what is on its way fall to ``reorder_point`` pieces or below, order up to
    ``order_up_to``; ``safety_stock`` of them are against chance."""

    sku: Sku
    forecast: Forecast
    safety_stock: int
    reorder_point: int
    order_up_to: int


@dataclass(frozen=True, slots=True)
class Refill:
    """``quantity`` pieces of a SKU are wanted; what is there covers ``cover_h`` hours of demand."""

    sku: Sku
    quantity: int
    cover_h: float


def forecast(pieces: Sequence[float], params: ReorderParams, sku: Sku = NO_NAME) -> Forecast:
    """Demand per period from that of past periods, oldest first. :class:`InvalidDemand` without
    any, or with one that is negative or no number."""
    _check(sku, pieces)
    asked = sum(amount > 0 for amount in pieces)
    if asked and len(pieces) / asked > INTERMITTENT:
        return _intermittent(pieces, params.smoothing)
    return Forecast(fmean(pieces), pstdev(pieces), False)


def stock_levels(sku: Sku, pieces: Sequence[float], params: ReorderParams) -> StockLevels:
    """Levels of a SKU from its demand in past periods, oldest first; raises as :func:`forecast`.

    The safety stock is z * deviation * sqrt(lead time + review time); a SKU that was never asked
    for has levels of 0.
    """
    expected = forecast(pieces, params, sku)
    exposed = params.lead_periods + params.review_periods
    z = NormalDist().inv_cdf(params.service_level)
    safety = ceil(z * expected.deviation * sqrt(exposed))
    point = ceil(expected.mean * exposed) + safety
    up_to = point + max(ceil(expected.mean * params.cover_periods), int(expected.mean > 0))
    return StockLevels(sku, expected, safety, point, up_to)


def wanted_refills(
    levels: Iterable[StockLevels],
    in_pods: Mapping[Sku, int],
    on_the_way: Mapping[Sku, int],
    period_h: float,
) -> list[Refill]:
    """SKUs whose stock in pods and on the way has fallen to the reorder point, the one that will
    run out first leading. ``in_pods`` may be negative by what orders wait for. A period takes
    ``period_h`` hours."""
    if not period_h > 0:
        raise InvalidDemand("a period must take time", field="period_h", value=period_h)
    refills = []
    for level in levels:
        held = in_pods.get(level.sku, 0)
        position = held + on_the_way.get(level.sku, 0)
        if position <= level.reorder_point and position < level.order_up_to:
            per_h = level.forecast.mean / period_h
            cover_h = max(0, held) / per_h if per_h > 0 else NEVER_H
            refills.append(Refill(level.sku, level.order_up_to - position, cover_h))
    return sorted(refills, key=lambda refill: (refill.cover_h, -refill.quantity, refill.sku))


def _check(sku: Sku, pieces: Sequence[float]) -> None:
    if not pieces:
        raise InvalidDemand(
            "there is no demand history",
            field=str(sku) or "pieces",
            value=[],
            remedy="Give the demand of one period or more; 0 where nothing was asked for.",
        )
    for period, amount in enumerate(pieces):
        if not isfinite(amount) or amount < 0:
            raise InvalidDemand(
                "demand must be a number of 0 or more",
                field=f"{sku or 'pieces'}[{period}]",
                value=amount,
                remedy="Book returns elsewhere, and 0 for periods without demand.",
            )


def _intermittent(pieces: Sequence[float], smoothing: float) -> Forecast:
    """SBA. Size of a demand and time to it are smoothed apart; the deviation is that of the
    periods from the forecast."""
    size = interval = 0.0
    since = 1
    for amount in pieces:
        if amount <= 0:
            since += 1
            continue
        if size == 0.0:
            size, interval = amount, float(since)
        else:
            size += smoothing * (amount - size)
            interval += smoothing * (since - interval)
        since = 1
    mean = (1 - smoothing / 2) * size / interval
    deviation = sqrt(fmean([(amount - mean) ** 2 for amount in pieces]))
    return Forecast(mean, deviation, True)
