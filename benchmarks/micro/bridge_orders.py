"""Orders and picks per second through the bridge: a real process, HTTP on this machine, SQLite on
disk with ``synchronous=FULL``, so that whatever was answered survives a power cut.

    python -m benchmarks.micro.bridge_orders        # QUICK=1 for a short run

Callers are threads of one process on the same cores as the bridge. The first row is the yardstick
of this disk: one row per transaction, straight into SQLite.
"""

import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.report import publish, quick
from planner.warehouse.commands import ShowPicks
from planner.warehouse.ids import OrderId, PickId, RobotId, Sku, StationId, VisitId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.picks import PickTask
from planner.warehouse.stock import Balance, pod_of, slot_id
from wms_bridge.client import BridgeClient, retrying
from wms_bridge.records.work import SkuRecord
from wms_bridge.shelves import pod_names

SEED = 1
LINES = 5
SITE = Path(__file__).parents[2] / "sim_worlds" / "sites" / "small.json"
SKUS = tuple(Sku(f"SKU{number:03d}") for number in range(60))
CLIENTS = (1, 4, 16)


@contextmanager
def bridge(folder: Path) -> Iterator[BridgeClient]:
    """A bridge process with stock in it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    database = str(folder / "bridge.db")
    command = ("wms_bridge", "bridge", "--site", str(SITE), "--database", database, "--port", port)
    process = subprocess.Popen((sys.executable, "-m", *command))
    client = BridgeClient(f"http://127.0.0.1:{port}")
    try:
        retrying(client.status, attempts=100)
        client.put_skus([SkuRecord(sku) for sku in SKUS])
        yield client
    finally:
        client.close()
        process.terminate()
        process.wait()


def orders(count: int, dice: random.Random, prefix: str) -> list[PickOrder]:
    """Orders of ``LINES`` lines."""
    made = []
    for number in range(count):
        name = OrderId(f"{prefix}{number}")
        lines = (
            OrderLine(line_id(name, place), dice.choice(SKUS), dice.randint(1, 9))
            for place in range(1, LINES + 1)
        )
        made.append(PickOrder(name, tuple(lines)))
    return made


def spread(work: Sequence[Callable[[], object]], clients: int) -> tuple[float, list[float]]:
    """Seconds in all, and seconds of each call, with so many callers at a time."""

    def timed(call: Callable[[], object]) -> float:
        started = time.perf_counter()
        call()
        return time.perf_counter() - started

    started = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        each = list(pool.map(timed, work))
    return time.perf_counter() - started, each


def row(case: str, count: int, took_s: float, each_s: Sequence[float]) -> dict[str, str | float]:
    """A row of the table."""
    ordered = sorted(each_s)
    return {
        "case": case,
        "per_s": round(count / took_s, 1),
        "p50_ms": round(1000 * ordered[len(ordered) // 2], 2),
        "p99_ms": round(1000 * ordered[int(len(ordered) * 0.99)], 2),
    }


def yardstick(folder: Path, count: int) -> dict[str, str | float]:
    """Transactions of one row, straight into SQLite."""
    connection = sqlite3.connect(folder / "yardstick.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE t (x TEXT)")
    each = []
    started = time.perf_counter()
    for _ in range(count):
        before = time.perf_counter()
        connection.execute("INSERT INTO t VALUES (?)", ("x" * 100,))
        each.append(time.perf_counter() - before)
    took_s = time.perf_counter() - started
    connection.close()
    return row("SQLite alone, 1 row per transaction", count, took_s, each)


def order_rows(client: BridgeClient, dice: random.Random) -> Iterator[dict[str, str | float]]:
    """One order per request, then many."""
    count = 100 if quick() else 1_000
    for clients in CLIENTS:
        made = orders(count, dice, f"c{clients}-")
        work = [partial(client.send_order, order) for order in made]
        took_s, each = spread(work, clients)
        yield row(f"orders, 1 per request, {_callers(clients)}", count, took_s, each)
    size = 100
    made = orders(5 * count, dice, "bulk-")
    batches = [
        partial(client.send_orders, made[at : at + size]) for at in range(0, 5 * count, size)
    ]
    took_s, each = spread(batches, 1)
    yield row(f"orders, {size} per request, 1 caller", len(made), took_s, each)
    text = "order_id,ts,sku,qty\n" + "".join(
        f"csv-{order.order},2011-12-08,{line.sku},{line.quantity}\n"
        for order in made
        for line in order.lines
    )
    took_s, each = spread([lambda: client.send_order_csv(text.encode())], 1)
    yield row(f"orders, CSV of {len(made)}, 1 caller", len(made), took_s, each)


def pick_rows(client: BridgeClient) -> Iterator[dict[str, str | float]]:
    """Confirmations, one per request."""
    count = 100 if quick() else 1_000
    slots = [slot_id(pod, "A", level, 1) for pod in pod_names(60) for level in (1, 2, 3)]
    balances = [Balance(slot, SKUS[at % len(SKUS)], 200) for at, slot in enumerate(slots)]
    client.put_stock(balances, "opening")
    station = client.site().stations[0].id
    for clients in CLIENTS:
        made = [
            _pick(f"p{clients}-{number}", balances[number % len(balances)], station)
            for number in range(count)
        ]
        client.send_orders([order for order, _ in made])
        client.send_commands([command for _, command in made])
        names = [command.picks[0].pick for _, command in made]
        work = [partial(client.confirm_pick, name, 1) for name in names]
        took_s, each = spread(work, clients)
        yield row(f"pick confirmations, {_callers(clients)}", count, took_s, each)


def _callers(count: int) -> str:
    return f"{count} caller{'s' if count > 1 else ''}"


def _pick(name: str, balance: Balance, station: StationId) -> tuple[PickOrder, ShowPicks]:
    order = PickOrder(OrderId(name), (OrderLine(line_id(OrderId(name), 1), balance.sku, 1),))
    visit, pod = VisitId(f"v-{name}"), pod_of(balance.slot)
    task = PickTask(
        PickId(name),
        visit,
        station,
        pod,
        balance.slot,
        order.order,
        order.lines[0].line,
        balance.sku,
        1,
    )
    return order, ShowPicks(visit, station, pod, RobotId("R1"), (task,))


def main() -> None:
    """Measure and publish."""
    dice = random.Random(SEED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [yardstick(folder, 200 if quick() else 2_000)]
        with bridge(folder) as client:
            rows += order_rows(client, dice)
            rows += pick_rows(client)
            assert client.verify().sound
    alone, one_caller = (float(rows[at]["per_s"]) for at in (0, 1))
    for measured in rows:
        rate = float(measured["per_s"])
        measured["x SQLite alone"] = round(rate / alone, 2)
        measured["x 1 caller"] = round(rate / one_caller, 2)
    publish(
        "bridge_orders",
        rows,
        seed=SEED,
        packages=("fastapi", "uvicorn", "sqlalchemy", "httpx"),
        parameters={"lines_per_order": LINES, "sqlite": sqlite3.sqlite_version},
        notes=("Callers and bridge share the cores. The last two columns are ratios of per_s.",),
    )


if __name__ == "__main__":
    main()
