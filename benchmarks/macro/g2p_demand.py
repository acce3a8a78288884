"""Orders of the goods-to-person benchmark: few lines, few pieces, two classes of due times."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from sim_worlds.demand import SKU_POPULARITY

FloatArray = npt.NDArray[np.float64]

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class SmallOrders:
    """Shares of the orders with 1, 2, ... lines, and of the lines with 1, 2, ... pieces;
    ``rush_share`` of the orders are due ``rush_due_ms`` after their receipt, the rest after
    ``due_ms``. SKUs are as popular as those of :mod:`sim_worlds.demand`."""

    lines: tuple[float, ...] = (0.6, 0.3, 0.1)
    pieces: tuple[float, ...] = (0.9, 0.1)
    rush_share: float = 0.2
    rush_due_ms: int = 30 * MINUTE_MS
    due_ms: int = 120 * MINUTE_MS


def small_orders(
    count: int, skus: Sequence[Sku], seed: int, params: SmallOrders | None = None
) -> tuple[PickOrder, ...]:
    """``count`` orders over ``skus``; due times count from the receipt."""
    params = params or SmallOrders()
    random = np.random.default_rng(seed)
    ends = np.cumsum(popularity(len(skus)))
    ranked = [skus[index] for index in random.permutation(len(skus))]
    sizes = 1 + random.choice(len(params.lines), count, p=params.lines)
    orders = []
    for number, size in enumerate(sizes.tolist(), start=1):
        name = OrderId(f"O{number:06d}")
        chosen: dict[int, None] = {}
        while len(chosen) < min(size, len(skus)):
            draw = np.searchsorted(ends, random.random() * ends[-1], side="right")
            chosen[int(draw)] = None
        pieces = 1 + random.choice(len(params.pieces), len(chosen), p=params.pieces)
        lines = tuple(
            OrderLine(line_id(name, at), ranked[index], quantity)
            for at, (index, quantity) in enumerate(zip(chosen, pieces.tolist(), strict=True), 1)
        )
        rush = random.random() < params.rush_share
        orders.append(PickOrder(name, lines, params.rush_due_ms if rush else params.due_ms))
    return tuple(orders)


def popularity(count: int) -> FloatArray:
    """Share of the lines of each of ``count`` SKUs, most popular first; sums to 1."""
    shares = np.interp(np.arange(count + 1) / count, *np.array(SKU_POPULARITY).T)
    weights: FloatArray = np.diff(shares)
    weights /= weights.sum()
    return weights
