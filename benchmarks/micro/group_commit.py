"""Durable transactions per second with and without group commit, side by side: the same code, once
with a flush to the disk for every transaction and once with one for all that queue.

    python -m benchmarks.micro.group_commit        # QUICK=1 for a short run

``small`` puts one SKU into the catalogue; ``order`` is the bridge's own transaction that takes an
order of five lines. Writers are threads of this process. Every run ends with a count of what is in
the database.

How much a shared flush saves depends on how long a flush takes beside the work of a transaction. So
the table has the disk of this machine, and the same with 5 ms added to each flush, as a disk takes
that has no memory safe against power cuts (a plain SSD, a hard disk, a network volume).
"""

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import count, product
from pathlib import Path

from sqlalchemy import create_engine, event

from benchmarks.report import publish, quick
from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from scripts.postgres import Cluster, PostgresMissing, cluster
from wms_bridge.adapters.sql.grouping import MOST_IN_GROUP
from wms_bridge.adapters.sql.store import SqlStore, sqlite_url
from wms_bridge.intake import take_order
from wms_bridge.records.work import OrderQuery, SkuRecord

SEED = 1
LINES = 5
SKUS = tuple(Sku(f"SKU{number:03d}") for number in range(60))
SLOW_MS = 5.0
OWN, SLOW = "this machine's", f"+ {SLOW_MS:.0f} ms a flush"
Write = Callable[[SqlStore, int], None]
Url = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A transaction to repeat, and how to count those that are in the database."""

    name: str
    write: Write
    kept: Callable[[SqlStore], int]


def put_sku(store: SqlStore, number: int) -> None:
    """One SKU."""
    with store.writing() as tx:
        tx.put_skus([SkuRecord(Sku(f"NEW{number:06d}"))])


def put_order(store: SqlStore, number: int) -> None:
    """One order of five lines, as the bridge takes it."""
    name = OrderId(f"O{number:06d}")
    lines = tuple(
        OrderLine(line_id(name, place), SKUS[(number * 7 + place) % len(SKUS)], place)
        for place in range(1, LINES + 1)
    )
    with store.writing() as tx:
        take_order(tx, PickOrder(name, lines), f"order/{name}", 1)


def skus_kept(store: SqlStore) -> int:
    """How many SKUs are there beyond those of the start."""
    with store.reading() as tx:
        return len(tx.catalogue()) - len(SKUS)


def orders_kept(store: SqlStore) -> int:
    """How many orders are there."""
    with store.reading() as tx:
        return len(tx.orders(OrderQuery(limit=1_000_000)))


KINDS = (Kind("small", put_sku, skus_kept), Kind("order", put_order, orders_kept))


def flushes_per_s(folder: Path, rounds: int) -> float:
    """How often a second this disk keeps one row, straight into SQLite."""
    with closing(sqlite3.connect(folder / "yardstick.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE t (x TEXT)")
        started = time.perf_counter()
        for _ in range(rounds):
            connection.execute("INSERT INTO t VALUES (?)", ("x" * 100,))
        return rounds / (time.perf_counter() - started)


def rate(url: str, kind: Kind, writers: int, total: int, group: int, slower_ms: float) -> float:
    """Transactions per second; each flush takes ``slower_ms`` longer than the disk's own."""
    with closing(SqlStore(url, group=group)) as store:
        if slower_ms:
            event.listen(store._engine, "commit", lambda _: time.sleep(slower_ms / 1000))
        with store.writing() as tx:
            tx.put_skus([SkuRecord(sku) for sku in SKUS])
        started = time.perf_counter()
        with ThreadPoolExecutor(writers) as pool:
            list(pool.map(lambda number: kind.write(store, number), range(total)))
        took_s = time.perf_counter() - started
        assert kind.kept(store) == total
    return total / took_s


def rows_of(database: str, fresh: Url) -> Iterator[dict[str, str | float]]:
    """A row for each disk, kind of transaction and number of writers."""
    writer_counts = (1, 16) if quick() else (1, 2, 4, 8, 16, 32, 64)
    for disk, kind, writers in product((OWN, SLOW), KINDS, writer_counts):
        slower_ms = SLOW_MS if disk == SLOW else 0.0
        total = (100 if quick() else 1_000) if slower_ms else (200 if quick() else 2_000)
        alone = rate(fresh(), kind, writers, total, 1, slower_ms)
        grouped = rate(fresh(), kind, writers, total, MOST_IN_GROUP, slower_ms)
        yield {
            "database": database,
            "disk": disk,
            "transaction": kind.name,
            "writers": writers,
            "one flush each, per s": round(alone, 1),
            "group commit, per s": round(grouped, 1),
            "ratio": round(grouped / alone, 2),
        }


def fresh_files(folder: Path) -> Url:
    """A new SQLite file each time."""
    numbers = count(1)
    return lambda: sqlite_url(folder / f"bridge{next(numbers)}.db")


@contextmanager
def fresh_databases(server: Cluster) -> Iterator[Url]:
    """A new PostgreSQL database each time."""
    admin = create_engine(server.url(), isolation_level="AUTOCOMMIT")
    numbers = count(1)

    def fresh() -> str:
        name = f"bench{next(numbers)}"
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        return server.url(name)

    yield fresh
    admin.dispose()


def measured() -> tuple[float, Sequence[dict[str, str | float]]]:
    """Flushes a second of the disk, and the rows."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        flushes = flushes_per_s(folder, 200 if quick() else 2_000)
        rows = list(rows_of("SQLite", fresh_files(folder)))
        try:
            server = stack.enter_context(cluster(durable=True))
        except PostgresMissing as missing:
            print(missing)
        else:
            rows += rows_of("PostgreSQL", stack.enter_context(fresh_databases(server)))
    return flushes, rows


def main() -> None:
    """Measure and publish."""
    flushes, rows = measured()
    publish(
        "group_commit",
        rows,
        seed=SEED,
        packages=("sqlalchemy", "psycopg"),
        parameters={
            "lines_per_order": LINES,
            "sqlite": sqlite3.sqlite_version,
            "one_row_flushes_per_s": round(flushes, 1),
        },
        notes=("Writers share the cores with the database.",),
    )


if __name__ == "__main__":
    main()
