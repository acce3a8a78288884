"""Fault campaign: a real Tryton, a real bridge process and a fault proxy between them, while people
enter orders and pickers pick. Bridge and Tryton are killed and stopped, connections are cut,
answers are lost, requests come late. In the end nothing may be lost and nothing be there twice, and
Tryton, the ledger and what the pickers really took must agree for every SKU and location.

    python -m benchmarks.macro.wms_campaign          # QUICK=1: 300 lines and 30 faults
    python -m benchmarks.macro.wms_campaign --db sqlite --lines 2500 --faults 150 --runs 2

Most of the time is spent waiting for fences and for a WMS that is left alone for a while; so there
are ``--runs`` beside each other, each with its own seed, Tryton and bridge.

Short fences (by the address) keep it quick; they are longer than anything that the proxy or a stop
delays a request by.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from random import Random
from urllib.parse import urlsplit, urlunsplit

from benchmarks.macro.wms_campaign_floor import Floor
from benchmarks.macro.wms_campaign_house import CAPACITY, House, build_house
from benchmarks.report import Cell, publish, quick
from planner.codec.messages import encode
from planner.warehouse.errors import Unavailable
from podherd_bringup.offices import closing_counts, picked_of
from podherd_bringup.wms_audit import WmsAudit, audit, read_books
from podherd_bringup.wms_clerk import WmsClerk
from scripts.postgres import PostgresMissing, cluster
from scripts.tryton import Tryton, TrytonUnavailable, install, target_folder
from sim_worlds.gazebo.server import free_port
from wms_bridge.client import BridgeClient
from wms_bridge.conformance.faults import Fault, FaultKind
from wms_bridge.conformance.proxy import Endpoint, FaultProxy
from wms_bridge.ledger import LedgerReport
from wms_bridge.links.connect import PASSWORD_VARIABLE
from wms_bridge.main import wall_clock_ms
from wms_bridge.records.work import SkuRecord, Tally
from wms_bridge.shelves import Shelves

SEED = 7
"""Of the first run; the others have the numbers after it."""
RUNS = 2
LINES_PER_ORDER = 10
LATE_S = 2.0
STOP_S = 3.0
TIMEOUT_S = 12.0
FENCE_S = 30.0
"""Longer than a request takes that came late to a Tryton that was stopped. On a machine that is so
busy that Tryton works longer than this on a request, a duplicate is the campaign's own fault: give
it ``--fence-s``."""
WINDOW = 32
"""Orders that are entered before they are due."""
LAG = 16
"""Orders that may be due and not shipped when the next fault comes."""
HIT_S = 8.0
"""A fault that waits for a request so long was not needed."""
STUCK_S = 900.0
QUIET_S = 6.0
DATABASES = ("sqlite", "postgresql")
KILL_BRIDGE, KILL_TRYTON, STOP_TRYTON = "bridge killed", "Tryton killed", "Tryton stopped"
PROCESSES = (KILL_BRIDGE, KILL_TRYTON, STOP_TRYTON)
ON_THE_WIRE = (
    Fault(FaultKind.CUT_DOWN, 0),
    Fault(FaultKind.CUT_DOWN, 0),
    Fault(FaultKind.CUT_DOWN, 40),
    Fault(FaultKind.CUT_UP, 120),
    Fault(FaultKind.DROP),
    Fault(FaultKind.LATE, LATE_S),
    Fault(FaultKind.LATE, LATE_S / 4),
    Fault(FaultKind.DELAY, LATE_S),
    Fault(FaultKind.HALF_OPEN),
    Fault(FaultKind.BUSY),
)
"""No doubled requests: TCP makes none, and a WMS that knows no repeats would obey."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of it; how long a request may take, and how long after that Tryton may still do
    it (s)."""

    lines: int
    faults: int
    timeout_s: float = TIMEOUT_S
    fence_s: float = FENCE_S


class BridgeProcess:
    """A bridge on its own database that can be killed and started again."""

    def __init__(self, folder: Path, house: House, wms: str):
        self.port = free_port()
        self.client = BridgeClient(f"http://127.0.0.1:{self.port}")
        site = folder / "site.json"
        site.write_bytes(encode(house.site))
        parts = urlsplit(wms)
        shown = urlunsplit(parts._replace(netloc=f"{parts.username}@{parts.hostname}:{parts.port}"))
        command = ("wms_bridge", "bridge", "--site", str(site), "--port", str(self.port))
        database = ("--database", str(folder / "bridge.db"), "--wms", shown)
        self._command = (sys.executable, "-m", *command, *database)
        self._environment = {**os.environ, PASSWORD_VARIABLE: parts.password or ""}
        self._log = folder / "bridge.log"
        self._running: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start it, and return when it answers."""
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                self._command, stdout=log, stderr=log, env=self._environment
            )
        give_up_s = time.monotonic() + 120
        while True:
            with contextlib.suppress(Unavailable):
                await asyncio.to_thread(self.client.status)
                return
            if self._running.poll() is not None or time.monotonic() > give_up_s:
                raise RuntimeError(f"the bridge does not start: {self._log.read_text()[-2000:]}")
            await asyncio.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()


class Campaign:
    """One run on one kind of database."""

    def __init__(self, house: House, size: Size, tryton: Tryton, folder: Path, seed: int):
        self._house, self._size, self._tryton = house, size, tryton
        self._folder = folder
        self._dice = Random(f"{seed}/faults")
        self._clerk = WmsClerk(tryton.clerk_url)
        self._entered = 0
        self.done: Counter[str] = Counter()
        self.missed = 0

    async def run(self) -> tuple[WmsAudit, LedgerReport, dict[str, Cell]]:
        """From empty books to the audit."""
        house, begun_s = self._house, time.monotonic()
        parts = urlsplit(self._tryton.url)
        proxy = FaultProxy(Endpoint(parts.hostname or "", parts.port or 0))
        await proxy.start()
        user = f"{parts.username}:{parts.password}"
        query = f"fence_s={self._size.fence_s}&timeout_s={self._size.timeout_s}"
        wms = urlunsplit(parts._replace(netloc=f"{user}@127.0.0.1:{proxy.port}", query=query))
        bridge = BridgeProcess(self._folder, house, wms)
        floor = Floor(f"http://127.0.0.1:{bridge.port}", house)
        pods = Shelves(house.site).pods
        items = [SkuRecord(sku) for sku in house.skus]
        await self._clerk.open_books(sorted(pods), items, house.stock)
        try:
            await bridge.start()
            await self._until(lambda: len(bridge.client.catalogue()) >= len(items), "articles")
            await asyncio.to_thread(bridge.client.put_stock, house.stock, "opening")
            floor.open()
            await self._disturb(bridge, proxy, floor)
            await self._until(lambda: self._finished(bridge, floor), "the end of the shift")
            await self._count_all(bridge)
            found = audit(
                await read_books(self._tryton.url),
                frozenset(pods),
                [order.order for order in house.orders],
                [receipt.receipt for receipt in house.receipts],
                floor.taken,
                await asyncio.to_thread(bridge.client.stock),
                house.truth,
            )
            report = await asyncio.to_thread(bridge.client.verify)
            kpis = (await asyncio.to_thread(bridge.client.kpis)).bridge
            booked = await asyncio.to_thread(
                picked_of, bridge.client, [order.order for order in house.orders]
            )
        finally:
            floor.close()
            bridge.kill()
            await proxy.stop()
            await self._clerk.close()
        if booked != +floor.taken:
            raise AssertionError("the bridge booked other picks than were made")
        return found, report, self._figures(floor, kpis, time.monotonic() - begun_s)

    def _figures(self, floor: Floor, kpis: Mapping[str, int], wall_s: float) -> dict[str, Cell]:
        return {
            "lines": kpis.get(Tally.LINES_CLOSED, 0),
            "orders": kpis.get(Tally.ORDERS_COMPLETED, 0),
            "faults": self.done.total(),
            "short picks": floor.short_picks,
            "counts": floor.counts,
            "minutes": round(wall_s / 60, 1),
        }

    async def _disturb(self, bridge: BridgeProcess, proxy: FaultProxy, floor: Floor) -> None:
        """Enter orders and goods some way ahead of what is shipped, and have a fault with each
        share of it."""
        kinds, orders = self._plan(), len(self._house.orders)
        entering = asyncio.create_task(self._enter(min(WINDOW, orders)))
        for number, kind in enumerate(kinds):
            due = orders * number // len(kinds)
            if entering.done():
                await entering
                entering = asyncio.create_task(self._enter(min(due + WINDOW, orders)))
            await self._until(partial(self._shipped, bridge, floor, due - LAG), "orders shipped")
            while not await self._do(kind, bridge, proxy):
                self.missed += 1
            if number % 10 == 9:
                told = f"{number + 1} faults, {due} of {orders} orders"
                print(f"{self._folder.name}: {told}", flush=True)
        await entering
        await self._enter(orders)

    def _plan(self) -> list[Fault | str]:
        """Of five faults four on the wire, and one that kills or stops a process."""
        kinds: list[Fault | str] = [
            PROCESSES[number // 5 % len(PROCESSES)]
            if number % 5 == 4
            else ON_THE_WIRE[(number - number // 5) % len(ON_THE_WIRE)]
            for number in range(self._size.faults)
        ]
        self._dice.shuffle(kinds)
        return kinds

    async def _do(self, kind: Fault | str, bridge: BridgeProcess, proxy: FaultProxy) -> bool:
        """Whether it met something."""
        if isinstance(kind, Fault):
            before = proxy.done[kind.kind]
            proxy.arm(kind, skip=self._dice.randrange(4))
            give_up_s = time.monotonic() + HIT_S
            while proxy.done[kind.kind] == before:
                if time.monotonic() > give_up_s:
                    proxy.disarm()
                    return proxy.done[kind.kind] != before
                await asyncio.sleep(0.02)
        elif kind == KILL_BRIDGE:
            bridge.kill()
            await bridge.start()
        elif kind == KILL_TRYTON:
            self._tryton.kill()
            await asyncio.sleep(self._dice.uniform(0.0, 1.0))
            await asyncio.to_thread(self._tryton.start)
        else:
            os.kill(self._tryton.pid, signal.SIGSTOP)
            await asyncio.sleep(self._dice.uniform(0.2, STOP_S))
            os.kill(self._tryton.pid, signal.SIGCONT)
        self.done[kind.kind.value if isinstance(kind, Fault) else kind] += 1
        return True

    async def _enter(self, until: int) -> None:
        """Orders up to a number, and their share of the goods."""
        orders = self._house.orders[self._entered : until]
        share = len(self._house.receipts) / max(1, len(self._house.orders))
        goods = self._house.receipts[round(self._entered * share) : round(until * share)]
        self._entered = max(self._entered, until)
        await self._clerk.receive(goods)
        await self._clerk.place(orders)

    def _shipped(self, bridge: BridgeProcess, floor: Floor, wanted: int) -> bool:
        """Whether so many orders were told to the WMS, counting all in the outbox as not told."""
        self._fails(floor)
        done = bridge.client.kpis().bridge.get(Tally.ORDERS_COMPLETED, 0)
        return done - bridge.client.status().wms.backlog >= wanted

    def _finished(self, bridge: BridgeProcess, floor: Floor) -> bool:
        self._fails(floor)
        return floor.done and bridge.client.status().wms.backlog == 0

    @staticmethod
    def _fails(floor: Floor) -> None:
        if floor.failure is not None:
            raise floor.failure

    async def _count_all(self, bridge: BridgeProcess) -> None:
        """The closing count, under no faults."""
        await asyncio.sleep(QUIET_S)
        stock = await asyncio.to_thread(bridge.client.stock)
        counts = closing_counts(stock, self._house.truth, CAPACITY, wall_clock_ms())
        for start in range(0, len(counts), 200):
            await asyncio.to_thread(bridge.client.counts.take, counts[start : start + 200])
        await self._until(lambda: bridge.client.status().wms.backlog == 0, "the last message")

    async def _until(self, done: Callable[[], bool], what: str) -> None:
        give_up_s = time.monotonic() + STUCK_S
        while time.monotonic() < give_up_s:
            with contextlib.suppress(Unavailable):
                if await asyncio.to_thread(done):
                    return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{what}: not within {STUCK_S:.0f} s")


@contextmanager
def server(database: str) -> Iterator[Tryton]:
    """A Tryton on a fresh database. :class:`TrytonUnavailable`, :class:`PostgresMissing`."""
    with ExitStack() as stack:
        home = install(target_folder(os.environ))
        url = stack.enter_context(cluster()).url() if database == "postgresql" else None
        yield stack.enter_context(Tryton(home, postgres=url))


def campaign(database: str, seed: int, size: Size) -> dict[str, Cell]:
    """The row of one run; complaints are in ``verdict``."""
    house = build_house(size.lines, LINES_PER_ORDER, seed)
    place = tempfile.TemporaryDirectory(prefix=f"{database}-{seed}-")
    with server(database) as tryton, place as folder:
        run = Campaign(house, size, tryton, Path(folder), seed)
        found, ledger, figures = asyncio.run(run.run())
    complaints = [*found.complaints, *(() if ledger.sound else ("the ledger does not balance",))]
    for complaint in complaints:
        print(f"{database}: {complaint}")
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(run.done.items()))
    print(f"{database}: {kinds}; {run.missed} met no request and were done again")
    return {
        "Tryton on": database,
        "seed": seed,
        **figures,
        "kinds": kinds,
        "lost": len(found.lost),
        "twice": len(found.twice),
        "wrongly shipped": len(found.wrongly_shipped),
        "corrections": found.adjusted,
        "places equal": f"{found.places - len(found.unequal)} of {found.places}",
        "pieces": found.pieces,
        "books": "sound" if ledger.sound else "NOT SOUND",
        "verdict": "good" if not complaints else "NOT GOOD",
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and publish; 1 if something was lost, twice or unequal, 3 where no Tryton can be had."""
    usual = Size(300, 30) if quick() else Size(2_500, 150)
    parser = argparse.ArgumentParser(description="Faults between the bridge and a real Tryton.")
    parser.add_argument("--db", choices=DATABASES, action="append", help="both, if not given")
    parser.add_argument("--lines", type=int, default=usual.lines, help="of each run")
    parser.add_argument("--faults", type=int, default=usual.faults, help="of each run")
    parser.add_argument("--runs", type=int, default=1 if quick() else RUNS)
    parser.add_argument("--timeout-s", type=float, default=usual.timeout_s)
    parser.add_argument("--fence-s", type=float, default=usual.fence_s)
    chosen = parser.parse_args(arguments)
    size = Size(chosen.lines, chosen.faults, chosen.timeout_s, chosen.fence_s)
    try:
        seeds = range(SEED, SEED + chosen.runs)
        runs = list(product(chosen.db or DATABASES, seeds))
        with ThreadPoolExecutor(len(runs)) as pool:
            rows = list(pool.map(lambda run: campaign(run[0], run[1], size), runs))
    except (TrytonUnavailable, PostgresMissing) as error:
        print(f"TRYTON UNAVAILABLE: {error}", file=sys.stderr)
        return 3
    only = f"_{chosen.db[0]}" if chosen.db and len(chosen.db) == 1 else ""
    publish(
        f"wms_campaign{only}",
        rows,
        shown=[{name: cell for name, cell in row.items() if name != "kinds"} for row in rows],
        seed=SEED,
        packages=("httpx", "sqlalchemy"),
        parameters={
            "lines": size.lines,
            "faults": size.faults,
            "runs": chosen.runs,
            "lines_per_order": LINES_PER_ORDER,
            "fence_s": size.fence_s,
            "timeout_s": size.timeout_s,
            "late_s": LATE_S,
            "stop_s": STOP_S,
        },
        notes=(
            "The bridge is a process on SQLite (WAL, FULL); Tryton 8.2 is a process of its own.",
            "Pickers keep their own record: shipped and stock are held against it.",
        ),
    )
    return 0 if all(row["verdict"] == "good" for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
