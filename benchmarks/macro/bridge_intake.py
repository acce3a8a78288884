"""Orders coming in without a pause while a fleet of 1,000 robots reports, a real bridge process on
SQLite with ``synchronous=FULL``: whatever was answered survives a power cut.

    python -m benchmarks.macro.bridge_intake        # 13 minutes; QUICK=1: one

The load is open: orders are sent at their times whether the ones before were answered or not, and
the time to the answer is counted from when each was due. Beside them the fleet posts its view of
1,000 robots once a second and reads the feed, and a page watches that view. All of it shares the
cores with the bridge. Afterwards every order that was answered must be in the store, and the books
must be sound.
"""

import asyncio
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from multiprocessing import Queue, get_context
from multiprocessing.synchronize import Event
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import connect

from benchmarks.macro.plain_http import open_http
from benchmarks.report import Row, publish, quick
from planner.codec.messages import encode
from planner.warehouse.ids import PodId, RobotId, Sku
from planner.warehouse.view import FloorView, Kpis, PodView, RobotActivity, RobotView
from sim_worlds.gazebo.server import free_port
from wms_bridge.client import BridgeClient, retrying
from wms_bridge.records.work import SkuRecord

SEED = 1
ROBOTS = 1_000
PODS = 5_000
LINES = 3
CONNECTIONS = 64
START_S = 3.0
"""Until what goes on beside the orders goes on."""
RATES = ((100, 30), (200, 30)) if quick() else ((100, 600), (200, 120))
"""Orders a second, and for how long (s)."""
SITE = Path(__file__).parents[2] / "sim_worlds" / "sites" / "small.json"
SKUS = tuple(Sku(f"SKU{number:04d}") for number in range(1_000))


@dataclass
class Seen:
    """What the callers saw."""

    taken: set[str] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)
    latencies_s: list[float] = field(default_factory=list)
    frames: int = 0
    events: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """An order to be sent, and when (s, of ``time.perf_counter``)."""

    name: str
    body: bytes
    due_s: float


@dataclass(frozen=True, slots=True)
class Place:
    """A bridge process, where it listens and what its site is called."""

    pid: int
    url: str
    site: str


def view(at_ms: int, dice: random.Random) -> bytes:
    """A view of the whole fleet, each robot with a way ahead, as JSON."""

    def point() -> tuple[float, float]:
        return round(dice.uniform(0, 200), 3), round(dice.uniform(0, 100), 3)

    robots = tuple(
        RobotView(
            RobotId(f"R{number:04d}"),
            *point(),
            round(dice.uniform(-3.14, 3.14), 4),
            PodId(f"P{number:04d}") if number % 2 else None,
            0.8,
            RobotActivity.DELIVER,
            None,
            tuple(point() for _ in range(4)),
            tuple(point() for _ in range(4)),
        )
        for number in range(ROBOTS)
    )
    pods = tuple(PodView(PodId(f"P{number:04d}"), *point()) for number in range(PODS))
    kpis = Kpis(0, 0, 0, 0, 0, 0, 0, 0, 0, (), 0, 0, 0, 0, 0, 0, 0)
    return encode(FloorView(at_ms, robots, pods, (), kpis, ()))


async def intake(place: Place, rate_per_s: int, run_s: int, seen: Seen) -> None:
    """Send orders at their times for ``run_s`` seconds, over as many connections as needed, up to
    ``CONNECTIONS``."""
    due: asyncio.Queue[Due | None] = asyncio.Queue()
    async with asyncio.TaskGroup() as sending:
        for _ in range(CONNECTIONS):
            sending.create_task(_send(place, due, seen))
        await _plan(rate_per_s, run_s, due)
        for _ in range(CONNECTIONS):
            due.put_nowait(None)


async def _plan(rate_per_s: int, run_s: int, due: "asyncio.Queue[Due | None]") -> None:
    dice = random.Random(SEED)
    started_s = time.perf_counter()
    for number in range(rate_per_s * run_s):
        due_s = started_s + number / rate_per_s
        wait_s = due_s - time.perf_counter()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        lines = [{"sku": dice.choice(SKUS), "quantity": dice.randint(1, 5)} for _ in range(LINES)]
        due.put_nowait(Due(f"{rate_per_s}-{number}", encode({"lines": lines}), due_s))


async def _send(place: Place, due: "asyncio.Queue[Due | None]", seen: Seen) -> None:
    parts = urlsplit(place.url)
    connection = await open_http(parts.hostname or "", parts.port or 80)
    while (order := await due.get()) is not None:
        path = f"/v1/orders/{place.site}/{order.name}"
        status, answer = await connection.send("PUT", path, order.body)
        if status == HTTPStatus.CREATED:
            seen.taken.add(order.name)
            seen.latencies_s.append(time.perf_counter() - order.due_s)
        else:
            seen.failed.append(f"{order.name}: {status} {answer[:100]!r}")
    await connection.close()


async def report_views(place: Place) -> None:
    """The fleet's view, once a second."""
    dice = random.Random(SEED)
    frames = [view(number * 1_000, dice) for number in range(4)]
    headers = {"Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=place.url, timeout=60) as http:
        started_s, number = time.perf_counter(), 0
        while True:
            answer = await http.post(
                "/v1/fleet/view", content=frames[number % len(frames)], headers=headers
            )
            answer.raise_for_status()
            number += 1
            await asyncio.sleep(max(0.0, started_s + number - time.perf_counter()))


async def read_feed(place: Place, seen: Seen) -> None:
    """The fleet's way of hearing of orders: a poll that waits for news, twice a second at most."""
    after = 0
    async with httpx.AsyncClient(base_url=place.url, timeout=60) as http:
        while True:
            answer = await http.get("/v1/fleet/events", params={"after": after, "wait_s": 20})
            events = answer.raise_for_status().json()["events"]
            seen.events += len(events)
            after = events[-1]["number"] if events else after
            await asyncio.sleep(0.5)


async def watch(place: Place, seen: Seen) -> None:
    """A page that shows the floor."""
    address = place.url.replace("http://", "ws://") + "/v1/live"
    async with connect(address, max_size=None) as socket:
        async for _ in socket:
            seen.frames += 1


async def _all_others(place: Place, seen: Seen) -> None:
    async with asyncio.TaskGroup() as group:
        for other in (report_views(place), read_feed(place, seen), watch(place, seen)):
            group.create_task(other)


def others(place: Place, told: "Queue[tuple[int, int]]", enough: "Event") -> None:
    """What goes on beside the orders, in a process of its own so that it does not hold up their
    sender. Tells at the end how many frames and events were seen."""
    seen = Seen()

    async def until_enough() -> None:
        running = asyncio.create_task(_all_others(place, seen))
        while not (enough.is_set() or running.done()):
            await asyncio.sleep(0.2)
        if running.done():
            running.result()
        running.cancel()

    asyncio.run(until_enough())
    told.put((seen.frames, seen.events))


def load(place: Place, rate_per_s: int, run_s: int, seen: Seen) -> float:
    """Everything at once; how long it took to have all orders answered (s)."""
    spawning = get_context("spawn")
    told: Queue[tuple[int, int]] = spawning.Queue()
    enough = spawning.Event()
    beside = spawning.Process(target=others, args=(place, told, enough))
    beside.start()
    try:
        time.sleep(START_S)
        started_s = time.perf_counter()
        asyncio.run(intake(place, rate_per_s, run_s, seen))
        wall_s = time.perf_counter() - started_s
    finally:
        enough.set()
        beside.join()
    if beside.exitcode:
        raise RuntimeError("what was to go on beside the orders failed")
    seen.frames, seen.events = told.get()
    return wall_s


def percentile_ms(latencies_s: Sequence[float], share: float) -> float:
    """Milliseconds within which that share was answered."""
    ordered = sorted(latencies_s)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 1)


def row(place: Place, rate_per_s: int, run_s: int) -> Row:
    """One rate on a bridge that has been running for the rates before."""
    seen, cpu_s = Seen(), _cpu_s(place.pid)
    wall_s = load(place, rate_per_s, run_s, seen)
    client = BridgeClient(place.url)
    books = client.verify()
    kept = _kept(place, rate_per_s)
    return {
        "orders/s asked": rate_per_s,
        "seconds": round(wall_s, 1),
        "orders/s taken": round(len(seen.taken) / wall_s, 1),
        "p50 ms": percentile_ms(seen.latencies_s, 0.50),
        "p99 ms": percentile_ms(seen.latencies_s, 0.99),
        "max ms": percentile_ms(seen.latencies_s, 1.0),
        "failed": len(seen.failed),
        "lost": len(seen.taken - kept),
        "books sound": str(books.sound),
        "frames": seen.frames,
        "bridge cores": round((_cpu_s(place.pid) - cpu_s) / wall_s, 2),
        "bridge MB": _memory_mb(place.pid),
    }


def _kept(place: Place, rate_per_s: int) -> set[str]:
    kept: set[str] = set()
    with httpx.Client(base_url=place.url, timeout=60) as http:
        after = 0
        while True:
            page: dict[str, str | int] = {"order": "oldest", "after": after, "limit": 1000}
            orders = http.get(f"/v1/orders/{place.site}", params=page).json()["orders"]
            if not orders:
                return kept
            kept.update(order["order"] for order in orders)
            after = orders[-1]["number"]


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _memory_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    [line] = [line for line in status if line.startswith("VmRSS:")]
    return int(line.split()[1]) // 1024


def main() -> None:
    """Run and publish."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = ("wms_bridge", "bridge", "--site", str(SITE), "--port", str(port))
        database = ("--database", str(Path(folder) / "bridge.db"))
        process = subprocess.Popen((sys.executable, "-m", *command, *database))
        try:
            url = f"http://127.0.0.1:{port}"
            client = BridgeClient(url)
            site = retrying(client.status, attempts=100).site
            client.put_skus([SkuRecord(sku) for sku in SKUS])
            place = Place(process.pid, url, site)
            rows = [row(place, rate_per_s, run_s) for rate_per_s, run_s in RATES]
        finally:
            process.terminate()
            process.wait()
    publish(
        "bridge_intake",
        rows,
        seed=SEED,
        packages=("fastapi", "uvicorn", "sqlalchemy"),
        parameters={"robots": ROBOTS, "lines": LINES},
        notes=("The fleet reports 1,000 robots in one view a second, as the fleet node does.",),
    )


if __name__ == "__main__":
    main()
