"""Seeded customer orders that look like real ones.

Fitted to the "Online Retail" data set (D. Chen, 2015, UCI Machine Learning Repository, doi
10.24432/C5BW33, CC BY 4.0): 20,538 orders with 518,383 lines of 3,808 SKUs from one year of a
British gift wholesaler, cancellations and non-merchandise left out. Its figures: 25.2 lines per
order on average (median 15, 90th percentile 51, 10.9 % of one line), 4 pieces per line (median;
90th percentile 24), 44 % of the lines on a tenth of the SKUs. The tables below are shares counted
in that file; between their entries the distributions are taken as even. SKUs of an order are drawn
independently: which SKUs go together is not modelled.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from planner.warehouse.errors import InvalidOrder
from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id

FloatArray = npt.NDArray[np.float64]

LINES_PER_ORDER: tuple[tuple[int, float], ...] = (
    (1, 0.1094), (2, 0.1491), (5, 0.2488), (8, 0.3378), (11, 0.4215), (15, 0.5225), (18, 0.5938),
    (20, 0.6381), (22, 0.6742), (25, 0.7177), (30, 0.7785), (35, 0.8203), (40, 0.851),
    (50, 0.8978), (60, 0.9274), (75, 0.9523), (100, 0.9695), (150, 0.9812), (200, 0.9886),
    (300, 0.9944), (400, 0.9961), (600, 0.9992), (800, 0.9999), (1106, 1.0),
)  # fmt: skip
"""(lines, share of the orders with at most that many)."""

PIECES_PER_LINE: tuple[tuple[int, float], ...] = (
    (1, 0.2628), (2, 0.4186), (3, 0.4902), (4, 0.5648), (5, 0.5876), (6, 0.6661), (8, 0.6972),
    (9, 0.7012), (10, 0.7442), (11, 0.7461), (12, 0.8631), (15, 0.8671), (16, 0.8754),
    (20, 0.8897), (23, 0.8906), (24, 0.9369), (25, 0.9468), (36, 0.9598), (48, 0.9743),
    (72, 0.9825), (100, 0.9905), (144, 0.9945), (200, 0.9965), (480, 0.9991), (1000, 1.0),
)  # fmt: skip
"""(pieces, share of the lines with at most that many); the 0.02 % above 1,000 are cut off."""

SKU_POPULARITY: tuple[tuple[float, float], ...] = (
    (0.0, 0.0), (0.0003, 0.0044), (0.001, 0.0155), (0.002, 0.0267), (0.005, 0.0527),
    (0.01, 0.0918), (0.02, 0.1552), (0.05, 0.2879), (0.1, 0.4399), (0.15, 0.5504), (0.2, 0.6367),
    (0.3, 0.7643), (0.4, 0.8531), (0.5, 0.915), (0.6, 0.9551), (0.7, 0.9795), (0.8, 0.9927),
    (0.9, 0.9984), (1.0, 1.0),
)  # fmt: skip
"""(share of the SKUs, most popular first; share of all lines that are theirs)."""

ORDERS_PER_HOUR: tuple[float, ...] = (
    0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0014, 0.0276, 0.0741, 0.1171, 0.1194,
    0.161, 0.1361, 0.1228, 0.1192, 0.0675, 0.0357, 0.0102, 0.0071, 0.0009, 0.0, 0.0, 0.0,
)  # fmt: skip
"""Share of a day's orders in each hour, from midnight."""


@dataclass(frozen=True, slots=True)
class DemandParams:
    """Orders arrive from ``from_h`` to ``to_h`` (hours of the day) by the hourly profile, in a time
    ``speed_up`` times shorter than that. Of each order every line is kept with probability
    ``thinning`` (at least one remains); lines ask for at most ``pieces_max`` pieces, and orders
    have at most ``lines_max`` lines."""

    from_h: int = 8
    to_h: int = 18
    speed_up: float = 1.0
    thinning: float = 1.0
    pieces_max: int = 24
    lines_max: int = 1106

    def __post_init__(self) -> None:
        if not 0 <= self.from_h < self.to_h <= 24 or not sum(self.hours) > 0:
            raise ValueError(
                "from_h and to_h must enclose an hour with orders, 7 to 21 "
                f"(found {self.from_h}, {self.to_h})"
            )
        if not self.speed_up > 0 or not 0 < self.thinning <= 1:
            raise ValueError(
                f"need speed_up > 0 and thinning in (0, 1] (found {self.speed_up}, {self.thinning})"
            )
        if self.pieces_max < 1 or self.lines_max < 1:
            raise ValueError(
                "pieces_max and lines_max must be 1 or more "
                f"(found {self.pieces_max}, {self.lines_max})"
            )

    @property
    def hours(self) -> tuple[float, ...]:
        """The part of the hourly profile in use."""
        return ORDERS_PER_HOUR[self.from_h : self.to_h]


@dataclass(frozen=True, slots=True)
class TimedOrder:
    """An order and when it arrives, in ms from the start of the shift."""

    at_ms: int
    order: PickOrder


def generate_orders(
    n: int, skus: Sequence[Sku], seed: int, params: DemandParams | None = None
) -> tuple[TimedOrder, ...]:
    """``n`` orders over ``skus`` in order of arrival, each SKU at most once in an order.

    Raises :class:`InvalidOrder` without SKUs.
    """
    if not skus:
        raise InvalidOrder("orders need SKUs", field="skus", value=[], remedy="Give at least one.")
    params = params or DemandParams()
    random = np.random.default_rng(seed)
    ranked = [skus[index] for index in random.permutation(len(skus))]
    weights = _popularity(len(skus))
    times = _arrivals_ms(n, random, params)
    return tuple(
        TimedOrder(at_ms, _order(OrderId(f"O{number:06d}"), ranked, weights, random, params))
        for number, at_ms in enumerate(times, start=1)
    )


def _order(
    name: OrderId,
    ranked: Sequence[Sku],
    weights: FloatArray,
    random: np.random.Generator,
    params: DemandParams,
) -> PickOrder:
    count = 0
    while count == 0:
        basket = min(_drawn(LINES_PER_ORDER, float(random.random())), params.lines_max)
        count = int(random.binomial(basket, params.thinning))
    count = min(count, len(ranked))
    chosen = _different(count, weights, random)
    lines = tuple(
        OrderLine(line_id(name, number), ranked[index], _pieces(random, params))
        for number, index in enumerate(chosen, start=1)
    )
    return PickOrder(name, lines)


def _different(count: int, weights: FloatArray, random: np.random.Generator) -> list[int]:
    """``count`` different indices, drawn one after the other in proportion to their weights."""
    if 4 * count > len(weights):
        chosen: list[int] = random.choice(len(weights), count, replace=False, p=weights).tolist()
        return chosen
    # Drawing again whatever was drawn before comes to the same, and is fast for few of many.
    ends = np.cumsum(weights)
    found: dict[int, None] = {}
    while len(found) < count:
        draws = np.searchsorted(ends, random.random(count) * ends[-1], side="right")
        found.update(dict.fromkeys(draws.tolist()))
    return list(found)[:count]


def _pieces(random: np.random.Generator, params: DemandParams) -> int:
    return min(_drawn(PIECES_PER_LINE, float(random.random())), params.pieces_max)


def _drawn(table: Sequence[tuple[int, float]], share: float) -> int:
    """The count at ``share`` (0 to 1) of a table, even between its entries."""
    at = bisect_left(table, share, key=lambda entry: entry[1])
    count, upper = table[at]
    below, lower = table[at - 1] if at else (0, 0.0)
    return below + max(1, ceil((share - lower) / (upper - lower) * (count - below)))


def _popularity(count: int) -> FloatArray:
    """Share of the lines of each of ``count`` SKUs, most popular first; sums to 1."""
    ends = np.interp(np.arange(count + 1) / count, *np.array(SKU_POPULARITY).T)
    weights: FloatArray = np.diff(ends)
    weights /= weights.sum()
    return weights


def _arrivals_ms(n: int, random: np.random.Generator, params: DemandParams) -> list[int]:
    shares = np.array(params.hours)
    hours = random.choice(len(shares), size=n, p=shares / shares.sum()) + random.random(n)
    times: list[int] = np.sort(hours * 3_600_000 / params.speed_up).astype(int).tolist()
    return times
