"""The anchor's floor of the goods-to-person benchmark, calm (S1) and disturbed (S8).

The anchor is RAWSim-O's layout `1-4-4-32-0.85`, by its published figures only: the floor is our own
of the same size. There is stock enough from the start, and goods come in as fast as they can be
picked: robots bring pods to replenishment stations, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from benchmarks.macro.g2p_demand import popularity, small_orders
from planner.assign.release import ReleaseParams, ReleaseRule
from planner.dispatch.params import DispatchParams
from planner.warehouse.ids import ReceiptId, Sku
from planner.warehouse.receipts import Receipt
from planner.warehouse.site import PodModel, RobotType, Site, StationRole
from sim_worlds.faults import Faults, outages
from sim_worlds.measure import HOUR_MS, Horizon
from sim_worlds.params import EXACT
from sim_worlds.picker import PickerParams
from sim_worlds.shift import Shift
from sim_worlds.sites.grid import ROBOT as GRID_ROBOT
from sim_worlds.sites.grid import GridPlan, grid_site
from sim_worlds.sources import Backlog
from sim_worlds.stocking import opening_stock
from sim_worlds.supply import TimedReceipt

POD = PodModel(size_m=0.8, faces=("A",), levels=6, columns=4, slot_capacity=10_000)
"""24 SKUs a pod, and room for all that comes in."""
RECEIPTS_PER_H = 120
RECEIPT_PIECES = 12
"""Together what 4 stations can pick in an hour: 1,440 pieces. Our assumption."""
ROBOT = RobotType(
    id="anchor",
    length_m=0.8,
    width_m=0.6,
    speed_mps=1.5,
    loaded_speed_mps=1.5,
    acceleration_mps2=50.0,
    turn_rate_radps=100.0,
    lift_s=3.0,
    battery_wh=100_000.0,
    drive_w=200.0,
    idle_w=40.0,
    charge_w=1500.0,
)
"""As in the anchor's setting: next to no acceleration, turning or charging."""
PICKER = PickerParams(line_s=3.0, sigma=0.0, piece_s=3.0, pieces_max_s=1e6, pod_s=0.0, put_s=7.0)
"""10 s a piece, of which the pod has to stay for 3 s."""


class Scenario(Protocol):
    """A floor with its stock, orders and people."""

    @property
    def fleets(self) -> tuple[int, ...]:
        """The numbers of robots it is meant to be run with."""

    def shift(self, robots: int, seed: int, horizon: Horizon, rule: ReleaseRule) -> Shift:
        """Everything a run needs; orders enough for the horizon."""


def s1_site(robots: int, robot: RobotType = ROBOT) -> Site:
    """4 pick stations to the south, 4 replenishment stations to the north, 504 spots, 428 pods."""
    plan = GridPlan(
        name="s1",
        blocks_east=7,
        blocks_north=6,
        stations=8,
        robots=robots,
        chargers=4,
        pods=428,
        order_slots=12,
        robot=robot,
    )
    site = grid_site(plan)
    stations = tuple(
        replace(station, roles=(StationRole.REPLENISH,)) if north else station
        for station, (_, north) in zip(site.stations, plan.berths(), strict=True)
    )
    return replace(site, pod_model=POD, stations=stations)


@dataclass(frozen=True, slots=True)
class S1:
    """The anchor's floor with a backlog of ``backlog`` orders of ``skus`` SKUs. ``disturbed``
    (S8): robots fail every 50 h and are back after 10 min on average, 2 % of the slots hold less
    than the books say, the backlog is twice as large in the middle third of the window, and
    batteries are of the usual size and charged."""

    fleets: tuple[int, ...] = (4, 8, 16, 32)
    backlog: int = 200
    skus: int = 1_000
    disturbed: bool = False

    def shift(self, robots: int, seed: int, horizon: Horizon, rule: ReleaseRule) -> Shift:
        """More orders than 4 stations can pick in the horizon, at 1,440 items/h."""
        site = s1_site(robots, GRID_ROBOT if self.disturbed else ROBOT)
        skus = numbered_skus(self.skus)
        orders = small_orders(3 * self.backlog + round(1_100 * hours_of(horizon)), skus, seed)
        third_ms = horizon.window_ms // 3
        return Shift(
            site=site,
            orders=(),
            stock=opening_stock(site, skus, orders, seed, margin=9.0),
            seed=seed,
            faults=self._faults(site, horizon, seed) if self.disturbed else Faults(),
            world=EXACT,
            dispatch=DispatchParams(release=ReleaseParams(rule=rule)),
            picker=PICKER,
            receipts=receipts(skus, horizon, seed),
            backlog=Backlog(
                self.backlog,
                orders,
                peak=2.0 if self.disturbed else 1.0,
                peak_from_ms=horizon.warm_up_ms + third_ms,
                peak_to_ms=horizon.warm_up_ms + 2 * third_ms,
            ),
        )

    def _faults(self, site: Site, horizon: Horizon, seed: int) -> Faults:
        names = [robot.id for robot in site.robots]
        until_ms = horizon.warm_up_ms + horizon.window_ms
        silent = outages(names, mtbf_h=50.0, mttr_s=600.0, until_ms=until_ms, seed=seed)
        return Faults(short_slot_share=0.02, silent=silent)


def receipts(skus: Sequence[Sku], horizon: Horizon, seed: int) -> tuple[TimedReceipt, ...]:
    """Goods at even intervals over the whole run, of SKUs as often as they are asked for."""
    random = np.random.default_rng([seed, 1])
    count = round(RECEIPTS_PER_H * hours_of(horizon))
    ranked = np.random.default_rng(seed).permutation(len(skus))
    chosen = ranked[random.choice(len(skus), count, p=popularity(len(skus)))]
    return tuple(
        TimedReceipt(
            round(number * HOUR_MS / RECEIPTS_PER_H),
            Receipt(ReceiptId(f"G{number:05d}"), skus[index], RECEIPT_PIECES),
        )
        for number, index in enumerate(chosen.tolist())
    )


def numbered_skus(count: int) -> tuple[Sku, ...]:
    """``SKU00001`` and so on."""
    return tuple(Sku(f"SKU{number:05d}") for number in range(1, count + 1))


def hours_of(horizon: Horizon) -> float:
    """Of the whole run."""
    return (horizon.warm_up_ms + horizon.window_ms) / HOUR_MS
