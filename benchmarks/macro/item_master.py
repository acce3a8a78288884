"""Importing an item master, and finding articles in it: ``podherd items import`` straight into a
database, as a process of its own, on SQLite with ``synchronous=FULL`` and on PostgreSQL.

    python -m benchmarks.macro.item_master        # QUICK=1 for 50,000 rows

A third of the rows state nothing but SKU and description; the others have all columns. ``again``
imports the same file once more, as a nightly feed does. Lookups are single SKUs at random, each in
a transaction of its own, by the store and over HTTP.
"""

import os
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from benchmarks.report import publish, quick
from planner.warehouse.ids import Sku
from scripts.postgres import PostgresMissing, cluster
from wms_bridge.adapters.sql.engines import database_url
from wms_bridge.adapters.sql.store import SqlStore
from wms_bridge.client import BridgeClient, retrying
from wms_bridge.epcis.digital_link import check_digit

SEED = 1
SITE = Path(__file__).parents[2] / "sim_worlds" / "sites" / "small.json"
IMPORT_GOAL_S = 300.0
LOOKUP_GOAL_MS = 5.0


def gtin(number: int) -> Sku:
    """The article of that number."""
    digits = f"4{number:012d}"[-12:]
    return Sku(digits + check_digit(digits))


def write_file(path: Path, count: int) -> None:
    """An item master of so many rows."""
    dice = random.Random(SEED)
    with path.open("w") as file:
        file.write(
            "gtin,description,size_class,velocity_class,weight_g,case_quantity,piece_value\n"
        )
        for number in range(count):
            facts = ",,,,"
            if number % 3:
                facts = f"{dice.choice('SML')},{dice.choice('ABC')},{dice.randint(1, 9_999)},"
                facts += f"{dice.randint(1, 48)},{dice.randint(1, 9_999) / 100}"
            file.write(f"{gtin(number)},Article number {number},{facts}\n")


def imported_s(file: Path, database: str) -> float:
    """Seconds that the command takes."""
    command = ("wms_bridge", "items", "import", str(file), "--database", database)
    started = time.perf_counter()
    subprocess.run((sys.executable, "-m", *command), check=True, capture_output=True)
    return time.perf_counter() - started


def lookups_ms(find: Callable[[Sku], object], count: int, rounds: int) -> list[float]:
    """How long lookups take (ms), shortest first."""
    dice = random.Random(SEED)
    each = []
    for _ in range(rounds):
        sku = gtin(dice.randrange(count))
        started = time.perf_counter()
        found = find(sku)
        each.append(1000 * (time.perf_counter() - started))
        assert found, sku
    return sorted(each)


def find_in(store: SqlStore) -> Callable[[Sku], object]:
    """Looks up in a store."""

    def find(sku: Sku) -> object:
        with store.reading() as tx:
            return tx.sku(sku)

    return find


@contextmanager
def bridge_of(database: str) -> Iterator[BridgeClient]:
    """A bridge process on a database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    options = ("--site", str(SITE), "--database", database, "--port", port)
    process = subprocess.Popen((sys.executable, "-m", "wms_bridge", "bridge", *options))
    try:
        with closing(BridgeClient(f"http://127.0.0.1:{port}")) as client:
            retrying(client.status, attempts=100)
            yield client
    finally:
        process.terminate()
        process.wait()


def measured(name: str, file: Path, count: int, database: str) -> dict[str, str | float]:
    """A row of the table."""
    first_s = imported_s(file, database)
    again_s = imported_s(file, database)
    rounds = 500 if quick() else 5_000
    with closing(SqlStore(database_url(database), read_only=True)) as store:
        by_store = lookups_ms(find_in(store), count, rounds)
    with bridge_of(database) as client:
        by_http = lookups_ms(client.sku, count, rounds)
    last = int(0.99 * rounds)
    return {
        "database": name,
        "rows": count,
        "import, s": round(first_s, 1),
        "rows per s": round(count / first_s),
        "again, s": round(again_s, 1),
        "lookup p50, ms": round(by_store[rounds // 2], 2),
        "lookup p99, ms": round(by_store[last], 2),
        "HTTP p50, ms": round(by_http[rounds // 2], 2),
        "HTTP p99, ms": round(by_http[last], 2),
    }


def rows_of(count: int) -> Iterator[dict[str, str | float]]:
    """A row for each kind of database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        file = folder / "items.csv"
        write_file(file, count)
        yield measured("SQLite", file, count, str(folder / "bridge.db"))
        try:
            server = stack.enter_context(cluster(durable=True))
        except PostgresMissing as missing:
            print(missing)
            return
        admin = create_engine(server.url(), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE items")
        admin.dispose()
        yield measured("PostgreSQL", file, count, server.url("items"))


def main() -> None:
    """Measure and publish."""
    count = 50_000 if quick() else int(os.environ.get("ROWS", "2_000_000"))
    publish(
        "item_master",
        list(rows_of(count)),
        seed=SEED,
        packages=("sqlalchemy", "psycopg"),
        parameters={
            "goal_import_s": IMPORT_GOAL_S,
            "goal_lookup_p99_ms": LOOKUP_GOAL_MS,
            "sqlite": sqlite3.sqlite_version,
        },
        notes=("The import is a process of its own: the times have its start in them.",),
    )


if __name__ == "__main__":
    main()
