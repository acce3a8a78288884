"""Scenarios with real baskets: S3, thinned to few lines, and S4, as they are.

The orders are those of the "Online Retail" data set, see :mod:`sim_worlds.demand`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random

from planner.assign.release import ReleaseParams, ReleaseRule
from planner.dispatch.params import DispatchParams
from planner.warehouse.errors import InvalidOrder
from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.site import PodModel, Site
from sim_worlds.measure import HOUR_MS, Horizon
from sim_worlds.shift import Shift
from sim_worlds.sites.grid import GridPlan, grid_site
from sim_worlds.sources import Backlog
from sim_worlds.stocking import opening_stock
from wms_bridge.orderfile import FileOrder, read_orders, text_of_file

ALL_LINES = "uci_online_retail_lines.csv.gz"
BUSIEST_DAYS = "uci_busiest5days.csv.gz"
POD = PodModel(size_m=0.8, faces=("A",), levels=5, columns=4, slot_capacity=20_000)
MORE_LINES = 0.375
"""Chance of one more line, at most ten: 1.6 lines an order."""
LINES_MAX = 10
DUE_MS = 4 * HOUR_MS


def real_site(robots: int, stations: int) -> Site:
    """1,000 pods on 1,092 spots."""
    plan = GridPlan(
        name="uci",
        blocks_east=7,
        blocks_north=13,
        stations=stations,
        robots=robots,
        chargers=6,
        pods=1_000,
        order_slots=12,
    )
    return replace(grid_site(plan), pod_model=POD)


@dataclass(frozen=True, slots=True)
class Recorded:
    """Real baskets on 1,000 pods, due after 4 h. ``thinned``: some lines of each, of one piece;
    else whole ones, in the order of their times."""

    folder: Path
    fleets: tuple[int, ...]
    stations: int
    backlog: int
    thinned: bool

    def shift(self, robots: int, seed: int, horizon: Horizon, rule: ReleaseRule) -> Shift:
        """More orders than the horizon can take, the recorded ones again and again if need be."""
        site = real_site(robots, self.stations)
        hours = (horizon.warm_up_ms + horizon.window_ms) / HOUR_MS
        baskets = read_baskets(self.folder / (ALL_LINES if self.thinned else BUSIEST_DAYS))
        if self.thinned:
            count = 2 * self.backlog + round(hours * self.stations * 400)
            orders = thinned(baskets, count, seed)
        else:
            orders = repeated(baskets, 2 * self.backlog + round(hours * self.stations * 30))
        skus = tuple(dict.fromkeys(line.sku for basket in baskets for line in basket.lines))
        return Shift(
            site=site,
            orders=(),
            stock=opening_stock(site, skus, orders, seed, margin=4.0),
            seed=seed,
            dispatch=DispatchParams(release=ReleaseParams(rule=rule)),
            backlog=Backlog(self.backlog, orders),
        )


@cache
def read_baskets(file: Path) -> tuple[PickOrder, ...]:
    """The orders of a file, by time. :class:`InvalidOrder` if there are none."""
    found = [order for order in read_orders(text_of_file(file)) if isinstance(order, FileOrder)]
    if not found:
        raise InvalidOrder("no orders to run", field=str(file), value="")
    return tuple(item.order for item in sorted(found, key=lambda item: item.at_ms))


def thinned(baskets: Sequence[PickOrder], count: int, seed: int) -> tuple[PickOrder, ...]:
    """``count`` orders of one piece a line, drawn from baskets that have as many lines."""
    random = Random(f"{seed}/baskets")
    orders: list[PickOrder] = []
    while len(orders) < count:
        size = 1
        while size < LINES_MAX and random.random() < MORE_LINES:
            size += 1
        basket = random.choice(baskets)
        if len(basket.lines) >= size:
            skus = [line.sku for line in random.sample(basket.lines, size)]
            orders.append(_order(len(orders) + 1, [(sku, 1) for sku in skus]))
    return tuple(orders)


def repeated(baskets: Sequence[PickOrder], count: int) -> tuple[PickOrder, ...]:
    """The first ``count`` baskets; from the first again after the last."""
    chosen = (baskets[number % len(baskets)] for number in range(count))
    return tuple(
        _order(number, [(line.sku, line.quantity) for line in basket.lines])
        for number, basket in enumerate(chosen, start=1)
    )


def _order(number: int, wanted: Sequence[tuple[Sku, int]]) -> PickOrder:
    name = OrderId(f"O{number:06d}")
    lines = tuple(
        OrderLine(line_id(name, at), sku, quantity) for at, (sku, quantity) in enumerate(wanted, 1)
    )
    return PickOrder(name, lines, DUE_MS)
