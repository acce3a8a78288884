"""How well late orders are foretold, on whole shifts of the fast world: calm ones and disturbed.

    python -m benchmarks.macro.late_orders             # 4 kinds of shift x 4 seeds; QUICK=1: 1 seed
    python -m benchmarks.macro.late_orders --cost      # what a look at 10,000 open orders takes

Each shift goes on from what the shifts before it taught (a site learns over its days); the first
row is a bridge that knows nothing. Orders are those of the generator, at most 12 lines each, due 3
to 30 minutes after they come (even, seeded): our assumption, as public order files have no due
times. Stations close, robots fall silent and orders surge at times drawn by the seed. Everything
but the cost is a function of the seeds.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from time import perf_counter, thread_time

from planner.warehouse.ids import OrderId, PodId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance, slot_id
from sim_worlds.demand import DemandParams, TimedOrder, generate_orders
from sim_worlds.faults import Faults, SilentRobot
from sim_worlds.run import ShiftRun
from sim_worlds.shift import Shift
from sim_worlds.sites.catalogue import load_site
from sim_worlds.stocking import opening_stock
from wms_bridge.adapters.sql.store import SqlStore, sqlite_url
from wms_bridge.foresight.lateness import Lateness
from wms_bridge.foresight.scoring import Scores, scores_of
from wms_bridge.records.foresight import Prediction
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

SITE, SKUS, ORDERS = "small", 150, 160
DUE_MIN = (3.0, 30.0)
VIEW_MS, LOOK_MS = 1_000, 10_000
MINUTE_MS = 60_000
MOST_MS = 3 * 3_600_000
ALL_TIME = 2**60
KINDS = ("calm", "station", "robots", "surge")
OPEN_ORDERS, LINES_EACH = 10_000, 10


@dataclass(frozen=True, slots=True)
class Case:
    """A shift: its kind of disturbance and its seed."""

    kind: str
    seed: int


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a shift."""

    scores: Scores
    lateness: Lateness
    scored: tuple[Prediction, ...]


def cases(seeds: int) -> Iterator[Case]:
    """Each kind of shift with each seed; the first is what a new bridge learns from."""
    for seed in range(1, seeds + 1):
        for kind in KINDS:
            yield Case(kind, seed)


def shift_of(case: Case, site: Site) -> Shift:
    """The shift of a case, orders with due times."""
    random = Random(f"{case.seed}/{case.kind}/due")
    skus = tuple(Sku(f"SKU{number:05d}") for number in range(1, SKUS + 1))
    demand = DemandParams(speed_up=16.0, thinning=0.35, lines_max=12)
    timed = generate_orders(ORDERS, skus, 100 * case.seed + KINDS.index(case.kind), demand)
    if case.kind == "surge":
        timed = _surged(timed)
    orders = tuple(replace(one, order=_due(one, random)) for one in timed)
    stock = opening_stock(site, skus, (one.order for one in orders), case.seed)
    faults = _silent(site, random) if case.kind == "robots" else Faults()
    return Shift(site, orders, stock, case.seed, faults=faults)


def _surged(timed: Sequence[TimedOrder]) -> tuple[TimedOrder, ...]:
    """The middle third comes within five minutes."""
    first, last = len(timed) // 3, 2 * len(timed) // 3
    begin = timed[first].at_ms
    end = timed[last - 1].at_ms
    squeeze = min(1.0, 5 * MINUTE_MS / max(1, end - begin))
    middle = (
        replace(t, at_ms=begin + round((t.at_ms - begin) * squeeze)) for t in timed[first:last]
    )
    return (*timed[:first], *middle, *timed[last:])


def _due(timed: TimedOrder, random: Random) -> PickOrder:
    return replace(timed.order, due_ms=timed.at_ms + round(random.uniform(*DUE_MIN) * MINUTE_MS))


def _silent(site: Site, random: Random) -> Faults:
    """Half of the robots are silent for a quarter of an hour."""
    robots = [robot.id for robot in site.robots]
    chosen = random.sample(robots, len(robots) // 2)
    from_ms = round(random.uniform(6, 12) * MINUTE_MS)
    until_ms = from_ms + 15 * MINUTE_MS
    return Faults(silent=tuple(SilentRobot(robot, from_ms, until_ms) for robot in chosen))


def played(case: Case, site: Site, before: Sequence[Prediction]) -> Told:
    """Plays a shift on a bridge that has learned from ``before``."""
    run = ShiftRun(shift_of(case, site))
    bridge, desk = run.bridge, run.bridge.foresight
    with bridge.store.inner.writing() as tx:
        tx.put_predictions(
            [replace(p, order=OrderId(f"{n}/{p.order}")) for n, p in enumerate(before)]
        )
    random = Random(f"{case.seed}/station")
    closes_ms = round(random.uniform(6, 12) * MINUTE_MS)
    station = random.choice(site.stations).id if case.kind == "station" else None
    while not run.done and run.now_ms < MOST_MS:
        run.tick()
        if station is not None and run.now_ms == closes_ms // 500 * 500:
            bridge.close_station(station, run.now_ms)
        if station is not None and run.now_ms == (closes_ms + 15 * MINUTE_MS) // 500 * 500:
            bridge.open_station(station, run.now_ms)
        if run.now_ms % VIEW_MS == 0:
            view = run.dispatcher.view(run.state)
            bridge.kpis.take(view, run.now_ms)
            if run.now_ms % LOOK_MS == 0:
                bridge.kpis.look(run.now_ms)
                desk.look(run.now_ms, view)
    desk.look(run.now_ms)
    with bridge.store.reading() as tx:
        kept = tx.scored_predictions(0, ALL_TIME, 10**6)
    known = {f"{n}/{p.order}" for n, p in enumerate(before)}
    scored = tuple(one for one in kept if one.order not in known)
    return Told(scores_of(scored), desk.lateness(0, ALL_TIME), scored)


def main() -> None:
    """Plays the shifts and prints a row for each, then all together without the first of each."""
    seeds = 1 if os.environ.get("QUICK") else 4
    site = load_site(SITE)
    learned: list[Prediction] = []
    all_after: list[Prediction] = []
    print(
        "shift           n   late  Brier  clim.   base    age  skill    ECE"
        " pinball s    age s cover  causes"
    )
    for number, case in enumerate(cases(seeds)):
        told = played(case, site, learned[-5000:])
        _print(f"{case.kind}/{case.seed}", told.scores, _causes(told.lateness))
        learned += told.scored
        all_after += told.scored if number else ()
    after = scores_of(all_after)
    _print("after first", after, "")
    print("reliability (told -> late, n):")
    for one in after.bins:
        if one.told is not None and one.late is not None:
            bounds = f"{one.from_risk:.1f}-{one.to_risk:.1f}"
            print(f"  {bounds}: {one.told:.2f} -> {one.late:.2f} ({one.count})")


def _causes(lateness: Lateness) -> str:
    return " ".join(f"{row.cause}={row.orders}" for row in lateness.causes)


def _print(name: str, scores: Scores, causes: str) -> None:
    figures = (
        scores.late,
        scores.brier,
        scores.brier_climatology,
        scores.brier_base_rate,
        scores.brier_age_rule,
        scores.skill,
        scores.calibration_error,
    )
    told = " ".join("   -  " if one is None else f"{one:6.3f}" for one in figures)
    times = (
        f"{scores.pinball_s or 0:8.0f} {scores.pinball_age_s or 0:8.0f} {scores.covered or 0:5.2f}"
    )
    print(f"{name:11}{scores.judged:5} {told} {times}  {causes}", flush=True)


def cost() -> None:
    """Prints what looks at many open orders take, on an SQLite file of its own."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        bridge = Bridge(load_site(SITE), SqlStore(sqlite_url(Path(folder) / "bridge.db")))
        skus = [Sku(f"SKU{number:05d}") for number in range(2000)]
        bridge.put_skus([SkuRecord(sku) for sku in skus])
        slot = slot_id(PodId("P001"), "A", 1, 1)
        bridge.load_stock([Balance(slot, skus[0], 40)], "opening", 0)
        random = Random(1)
        for start in range(0, OPEN_ORDERS, 1000):
            names = [OrderId(f"O{number:05d}") for number in range(start, start + 1000)]
            bridge.receive_orders([_order(name, skus, random) for name in names], 0)
        for number in range(1, 6):
            began_s, cpu_s = perf_counter(), thread_time()
            bridge.foresight.look(number * 5000)
            took = f"{perf_counter() - began_s:.2f} s, CPU {thread_time() - cpu_s:.2f} s"
            orders = len(bridge.foresight.looked.forecasts)
            print(f"look {number}: {took}, {orders} open orders of {LINES_EACH} lines")
        bridge.store.close()


def _order(name: OrderId, skus: Sequence[Sku], random: Random) -> PickOrder:
    chosen = random.sample(skus, LINES_EACH)
    lines = tuple(OrderLine(line_id(name, n), sku, 1) for n, sku in enumerate(chosen, start=1))
    return PickOrder(name, lines, due_ms=round(random.uniform(1, 8 * 60) * MINUTE_MS))


if __name__ == "__main__":
    cost() if "--cost" in sys.argv else main()
