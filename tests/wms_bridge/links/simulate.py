"""The bridge's own code against a WMS that knows no repeats, over a network with faults, in virtual
time; everything follows from a seed. ``python -m tests.wms_bridge.links.simulate --seeds 10000``
runs more seeds than the tests do and tells how fast and what went wrong."""

import argparse
import asyncio
import gc
import hashlib
import logging
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

import typer

from planner.warehouse.ids import OrderId, ReceiptId, Sku, SlotId, StationId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.receipts import Receipt
from planner.warehouse.site import PickStation, PodModel, Site, StationRole
from planner.warehouse.stock import Balance
from tests.wms_bridge.links.checks import Broken, broken_promises
from tests.wms_bridge.links.faulty_wire import LATEST_MS, Chances, Fault, Wire
from tests.wms_bridge.links.floor import COUNT_SLOTS, Floor
from tests.wms_bridge.links.mortal import START_MS, Dead, Life, forget_flights
from tests.wms_bridge.links.plain_wms import PlainWms
from tests.wms_bridge.links.virtual_time import VirtualLoop, run_virtually
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.connectors.port import OrderState
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

FENCE_MS = 15_000
BUSY_S = 30
"""How long orders come and things go wrong."""
PATIENCE_S = 900
TICK_S = 3.0
SEEDS_PER_COLLECTION = 50
SKUS = ("RED", "BLUE", "GREEN")
LATE_SKU = Sku("NEW")
"""An article that the WMS orders before it tells of it."""
OPENING = (
    ("P001/A/1/1", "RED", 30),
    ("P001/A/2/1", "RED", 10),
    ("P001/A/1/2", "BLUE", 25),
    ("P003/A/1/1", "GREEN", 15),
    ("P002/A/1/1", "RED", 30),
    ("P002/A/1/2", "BLUE", 12),
)


class Rules(StrEnum):
    """How messages are told: as the bridge does it, or one rule weaker."""

    ALL = "all"
    NO_FENCE = "searched at once, without a fence"
    BLIND = "sent again at once, without a search"
    FORGETFUL = "flights forgotten over restarts"

    @property
    def fence_ms(self) -> int:
        """The fence that the connector states."""
        return {Rules.NO_FENCE: 1, Rules.BLIND: 0}.get(self, FENCE_MS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a seed. ``trace`` is the SHA-256 of all that happened."""

    seed: int
    trace: str
    broken: Broken
    faults: Counter[Fault] = field(default_factory=Counter)
    orders: int = 0
    documents: int = 0
    requests: int = 0
    virtual_s: float = 0.0


def simulate(seed: int, rules: Rules = Rules.ALL) -> Outcome:
    """Run one seed."""
    return run_virtually(lambda loop: World(seed, rules, loop).run())


class World:
    """The bridge and all that is around it."""

    def __init__(self, seed: int, rules: Rules, loop: VirtualLoop):
        self._seed = seed
        self._rules = rules
        self._loop = loop
        self._dice = random.Random(seed)
        self._log = hashlib.sha256()
        self._wms = PlainWms()
        self._tables = MemoryStore()
        chances = Chances()
        self._wire = Wire(loop, self._wms, random.Random(seed + 1), chances, self._told)
        self._wire.on_late = self._late
        self._floor = Floor(random.Random(seed + 2))
        self._life: Life | None = None
        self._orders = 0
        self._receipts: Counter[str] = Counter()

    async def run(self) -> Outcome:
        """From opening stock until the dust has settled."""
        self._open()
        self._start()
        around = [self._loop.create_task(one) for one in (self._clerk(), self._weather())]
        begun_s = self._loop.time()
        while self._loop.time() - begun_s < BUSY_S:
            await asyncio.sleep(TICK_S * (0.5 + self._dice.random()))
            self._tick(busy=True)
        await asyncio.gather(*around)
        self._wire.up = self._wire.calm = True
        await self._settle()
        life = self._life
        assert life is not None
        life.store.commits_left = None  # nobody dies in the check itself
        check = await life.link.check_stock()
        broken = broken_promises(self._wms, self._tables, check)
        self._told(f"{broken} {sorted(self._wms.stock.items())}")
        return Outcome(
            self._seed,
            self._log.hexdigest(),
            broken,
            self._wire.faults,
            len(self._wms.orders),
            len(self._wms.drafts),
            self._wire.requests,
            self._loop.time(),
        )

    def _told(self, what: str) -> None:
        self._log.update(f"{self._loop.now_ms} {what}\n".encode())

    def _open(self) -> None:
        bridge = Bridge(floor_plan(), self._tables)
        records = [SkuRecord(Sku(name)) for name in SKUS]
        bridge.put_skus(records, START_MS - 60_000)
        self._wms.item_feed.extend(records)
        stock = [Balance(SlotId(slot), Sku(sku), held) for slot, sku, held in OPENING]
        bridge.load_stock(stock, "opening", START_MS - 60_000)
        for balance in stock:
            self._wms.stock[(balance.slot, balance.sku)] = balance.quantity

    def _start(self) -> None:
        skew_ms = self._dice.randrange(-20_000, 20_000)
        self._life = Life(
            floor_plan(),
            self._tables,
            self._wire,
            self._loop,
            self._rules.fence_ms,
            skew_ms,
            self._died,
        )
        self._told("bridge up")

    def _died(self) -> None:
        self._told("bridge down")
        self._wire.faults[Fault.CRASH] += 1
        self._loop.call_later(0.2 + 4 * self._dice.random(), self._restart)

    def _late(self) -> None:
        """A request is on its way that will have its effect after all: a good time to die."""
        life = self._life
        if life is not None and self._dice.random() < 0.3:
            self._loop.call_later(3 * self._dice.random(), life.die)

    def _restart(self) -> None:
        if self._rules is Rules.FORGETFUL:
            forget_flights(self._tables, START_MS + self._loop.now_ms)
        self._start()

    def _tick(self, *, busy: bool) -> bool:
        life = self._life
        if life is None or not life.alive:
            return True
        try:
            return self._floor.tick(life.bridge, life.clock(), busy=busy)
        except Dead:
            return True

    async def _settle(self) -> None:
        """Until nobody has anything to do any more, and for a fence longer."""
        waited_s, quiet_s = 0.0, 0.0
        while quiet_s < 1.25 * LATEST_MS / 1000:
            assert waited_s < PATIENCE_S, f"seed {self._seed} does not come to rest"
            await asyncio.sleep(2 * TICK_S)
            waited_s += 2 * TICK_S
            busy = self._tick(busy=False)
            with self._tables.reading() as tx:
                idle = not busy and tx.backlog() == 0
            quiet_s = quiet_s + 2 * TICK_S if idle else 0.0

    async def _clerk(self) -> None:
        """What people do at the WMS."""
        while self._loop.time() < BUSY_S:
            await asyncio.sleep(5 * self._dice.random())
            roll = self._dice.random()
            if roll < 0.55:
                self._place()
            elif roll < 0.7:
                self._alter()
            elif roll < 0.85:
                self._receive()
            else:
                place, sku = self._dice.choice(list(COUNT_SLOTS.items()))
                at_ms = START_MS + self._loop.now_ms
                self._wms.count(place, sku, self._dice.choice((-2, -1, 1)), at_ms)
        if LATE_SKU not in {record.sku for record in self._wms.item_feed}:
            self._wms.item_feed.append(SkuRecord(LATE_SKU))

    def _place(self) -> None:
        self._orders += 1
        skus = [*SKUS, *([LATE_SKU] if self._dice.random() < 0.1 else [])]
        self._wms.place(self._order(OrderId(f"O{self._orders}"), skus))

    def _order(self, name: OrderId, skus: list[str]) -> PickOrder:
        chosen = self._dice.sample(skus, self._dice.randint(1, min(3, len(skus))))
        lines = tuple(
            OrderLine(line_id(name, number), Sku(sku), self._dice.randint(1, 5))
            for number, sku in enumerate(chosen, start=1)
        )
        return PickOrder(name, lines)

    def _alter(self) -> None:
        """Change or cancel an order that is open, as far as the WMS knows."""
        known = [one for one in self._wms.orders.values() if one.state is OrderState.OPEN]
        if not known:
            return
        chosen = self._dice.choice(known)
        if self._dice.random() < 0.5 or chosen.order is None:
            self._wms.close(chosen.reference, OrderState.CANCELLED)
            return
        more = tuple(
            OrderLine(line.line, line.sku, line.quantity + self._dice.randrange(4))
            for line in chosen.order.lines
        )
        self._wms.place(PickOrder(chosen.reference, more))

    def _receive(self) -> None:
        sku, pieces = self._dice.choice(("RED", "BLUE")), self._dice.randint(1, 9)
        if self._receipts[sku] + pieces <= 45:
            self._receipts[sku] += pieces
            name = ReceiptId(f"{sku}-{self._receipts[sku]}")
            self._wms.receive(Receipt(name, Sku(sku), pieces))

    async def _weather(self) -> None:
        """WMS outages, crashes of the bridge, clocks that are set."""
        while self._loop.time() < BUSY_S:
            await asyncio.sleep(2 + 12 * self._dice.random())
            life, roll = self._life, self._dice.random()
            if roll < 0.25:
                fault = Fault.WMS_RESTART if self._dice.random() < 0.5 else Fault.WMS_DOWN
                self._wire.up = False
                self._told(fault)
                down_s = 1.0 if fault is Fault.WMS_RESTART else 10.0
                await asyncio.sleep(down_s * (0.5 + self._dice.random()))
                self._wire.up = True
                self._wire.faults[fault] += 1
            elif life is None or not life.alive:
                continue
            elif roll < 0.5:
                life.doom(self._dice, commits=12)
            elif roll < 0.75:
                life.die()
            else:
                self._wire.faults[Fault.SKEW] += 1
                life.set_clock(self._dice.randrange(-30_000, 30_000))


@cache
def floor_plan() -> Site:
    """Three pods with 2 x 2 slots of 50 pieces; picks at S1 and S2, puts at S2."""
    roles = {"S1": (StationRole.PICK,), "S2": (StationRole.PICK, StationRole.REPLENISH)}
    stations = tuple(
        PickStation(StationId(name), (x_m, 0.0), (), (), order_slots=4, roles=roles[name])
        for name, x_m in (("S1", 0.0), ("S2", 6.0))
    )
    return Site(
        format="podherd-site/1",
        name="three pods",
        pitch_m=1.2,
        floor_m=((0.0, 0.0), (12.0, 0.0), (12.0, 12.0), (0.0, 12.0)),
        storage_blocks=(),
        aisles=(),
        stations=stations,
        chargers=(),
        pod_model=PodModel(0.8, ("A",), levels=2, columns=2, slot_capacity=50),
        pod_count=3,
        robot_types=(),
        robots=(),
    )


def simulate_all(seeds: Iterable[int], rules: Rules = Rules.ALL) -> list[Outcome]:
    """Run many seeds, without their log lines."""
    logging.disable(logging.CRITICAL)
    gc.disable()  # tasks are cycles by the thousand; collected seed by seed that costs a fifth
    try:
        outcomes = []
        for seed in seeds:
            outcomes.append(simulate(seed, rules))
            if not len(outcomes) % SEEDS_PER_COLLECTION:
                gc.collect()
        return outcomes
    finally:
        gc.enable()
        logging.disable(logging.NOTSET)


def main(arguments: list[str]) -> int:
    """Run seeds and tell what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--rules", type=str, default=Rules.ALL.name)
    parser.add_argument("--traces", action="store_true", help="print the trace hash of each seed")
    asked = parser.parse_args(arguments)
    rules = Rules[asked.rules]
    begun_s = time.perf_counter()
    outcomes = simulate_all(range(asked.first, asked.first + asked.seeds), rules)
    took_s = time.perf_counter() - begun_s
    if asked.traces:
        for outcome in outcomes:
            typer.echo(f"{outcome.seed} {outcome.trace}")
    typer.echo(f"rules: {rules}; {len(outcomes):,} seeds, {len(outcomes) / took_s:.0f} per second")
    return 1 if _tell_of(outcomes) else 0


def _tell_of(outcomes: list[Outcome]) -> int:
    """Print what came of them; how many failed."""
    faults: Counter[Fault] = Counter()
    for outcome in outcomes:
        faults.update(outcome.faults)
    typer.echo(
        f"{sum(o.orders for o in outcomes):,} orders, {sum(o.documents for o in outcomes):,} "
        f"documents, {sum(o.requests for o in outcomes):,} requests, "
        f"{sum(o.virtual_s for o in outcomes) / 3600:.1f} h of virtual time"
    )
    counted = ", ".join(f"{times:,} {fault}" for fault, times in sorted(faults.items()))
    typer.echo(f"{sum(faults.values()):,} faults: {counted}")
    for name in Broken.__slots__:
        typer.echo(f"{name}: {sum(len(getattr(o.broken, name)) for o in outcomes)}")
    failed = [outcome for outcome in outcomes if outcome.broken.any]
    typer.echo(f"{len(failed)} seeds failed: {', '.join(str(o.seed) for o in failed[:20])}")
    for outcome in failed[:3]:
        typer.echo(f"  {outcome.seed}: {outcome.broken}")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
