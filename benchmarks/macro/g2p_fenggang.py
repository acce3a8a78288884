"""The regional distribution centre: store orders of three formats, 60 robots, 10 stations.

789 store orders a day: 98 of hypermarkets with 400 lines, 520 of supermarkets with 120 and 171 of
convenience stores with 60; 35 % of the lines are picked goods to person, out of 6,000 SKUs. People
pick 300 lines an hour. All of it are assumptions, but the number of stores of each format.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.macro.g2p_demand import popularity
from benchmarks.macro.g2p_scenarios import hours_of, numbered_skus
from planner.assign.release import ReleaseParams, ReleaseRule
from planner.dispatch.params import DispatchParams
from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from sim_worlds.measure import HOUR_MS, Horizon
from sim_worlds.picker import PickerParams
from sim_worlds.shift import Shift
from sim_worlds.sites.grid import GridPlan, grid_site
from sim_worlds.sources import Backlog
from sim_worlds.stocking import opening_stock

FORMATS: tuple[tuple[str, int, int], ...] = (
    ("hypermarket", 98, 400),
    ("supermarket", 520, 120),
    ("convenience store", 171, 60),
)
"""Name, orders a day, lines an order."""
GOODS_TO_PERSON = 0.35
"""Share of the lines."""
PICKER = PickerParams(line_s=11.0, sigma=0.4, piece_s=0.5, pod_s=2.0)
"""At 2.5 lines a visit and 1.4 pieces a line: 12 s a line, 300 an hour."""
PIECES = (0.7, 0.2, 0.1)
"""Shares of the lines with 1, 2 and 3 pieces (packs)."""
DUE_MS = 8 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Fenggang:
    """``backlog`` store orders wait at any time."""

    fleets: tuple[int, ...] = (60,)
    backlog: int = 60
    skus: int = 6_000
    stations: int = 10

    def shift(self, robots: int, seed: int, horizon: Horizon, rule: ReleaseRule) -> Shift:
        """More orders than 10 stations can pick in the horizon, at 300 lines/h each."""
        plan = GridPlan.for_robots(robots, name="fenggang", stations=self.stations)
        site = grid_site(plan)
        skus = numbered_skus(self.skus)
        lines = 300 * self.stations * hours_of(horizon)
        first = 2 * self.backlog + 12 * self.stations
        orders = store_orders(first + round(lines / mean_lines()), skus, seed)
        return Shift(
            site=site,
            orders=(),
            stock=opening_stock(site, skus, orders, seed, margin=1.0),
            seed=seed,
            dispatch=DispatchParams(release=ReleaseParams(rule=rule)),
            picker=PICKER,
            backlog=Backlog(self.backlog, orders),
        )


def mean_lines() -> float:
    """Goods-to-person lines of a store order."""
    orders = sum(count for _, count, _ in FORMATS)
    return GOODS_TO_PERSON * sum(count * lines for _, count, lines in FORMATS) / orders


def store_orders(count: int, skus: Sequence[Sku], seed: int) -> tuple[PickOrder, ...]:
    """``count`` orders of stores of all formats, in the shares of a day."""
    random = np.random.default_rng(seed)
    shares = np.array([orders for _, orders, _ in FORMATS], dtype=float)
    kinds = random.choice(len(FORMATS), count, p=shares / shares.sum())
    ranked = random.permutation(len(skus))
    weights = popularity(len(skus))
    orders = []
    for number, kind in enumerate(kinds.tolist(), start=1):
        name = OrderId(f"O{number:06d}")
        size = min(round(FORMATS[kind][2] * GOODS_TO_PERSON), len(skus))
        chosen = ranked[random.choice(len(skus), size, replace=False, p=weights)]
        pieces = 1 + random.choice(len(PIECES), size, p=PIECES)
        wanted = zip(chosen.tolist(), pieces.tolist(), strict=True)
        lines = tuple(
            OrderLine(line_id(name, at), skus[index], quantity)
            for at, (index, quantity) in enumerate(wanted, start=1)
        )
        orders.append(PickOrder(name, lines, DUE_MS))
    return tuple(orders)
