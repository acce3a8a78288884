"""What the audit log costs per transaction: the same small change with and without its entry, side
by side; and how long checking a log takes."""

import statistics
import tempfile
import time
from itertools import count
from pathlib import Path

from benchmarks.report import Row, publish, quick
from planner.warehouse.ids import Sku
from wms_bridge.access.acting import Act, acting
from wms_bridge.access.auditing import AuditedStore, verify_store_audit
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.adapters.sql.store import SqlStore, sqlite_url
from wms_bridge.ports.store import Store
from wms_bridge.records.work import SkuRecord

ROUNDS = 5
CHANGES = 100 if quick() else 1_000
_CHANGES = count()
"""A change that changes nothing would not be written, and be no measure."""
ACT = Act(
    "key wms", "PUT /v1/orders/{site}/{external_id} site=north external_id=A-1001", "", "::1", 1
)


def change(store: Store, number: int) -> None:
    """One small transaction."""
    with store.writing() as tx:
        tx.put_skus([SkuRecord(Sku(f"S{number % 50}"), f"as it is after change {next(_CHANGES)}")])


def per_change_us(store: Store) -> float:
    """Microseconds of one change."""
    began = time.perf_counter()
    with acting(ACT):
        for number in range(CHANGES):
            change(store, number)
    return (time.perf_counter() - began) / CHANGES * 1e6


def side_by_side(plain: Store, audited: Store) -> tuple[float, float]:
    """Medians of rounds taken in turn, so that a busy machine hits both."""
    rounds = [(per_change_us(plain), per_change_us(audited)) for _ in range(ROUNDS)]
    return statistics.median(a for a, _ in rounds), statistics.median(b for _, b in rounds)


def row_of(name: str, plain: Store, inner: Store) -> Row:
    """The figures of one kind of store."""
    without_us, with_us = side_by_side(plain, AuditedStore(inner))
    began = time.perf_counter()
    report = verify_store_audit(inner)
    check_us = (time.perf_counter() - began) / report.entries * 1e6
    assert report.sound
    return {
        "store": name,
        "without (us)": round(without_us, 1),
        "with (us)": round(with_us, 1),
        "ratio": round(with_us / without_us, 3),
        "check (us/entry)": round(check_us, 1),
        "entries": report.entries,
    }


def main() -> None:
    """Print the table and keep it."""
    rows = [row_of("memory", MemoryStore(), MemoryStore())]
    with tempfile.TemporaryDirectory() as folder:
        plain, inner = (SqlStore(sqlite_url(Path(folder) / name)) for name in ("a.db", "b.db"))
        rows.append(row_of("SQLite, one fsync per transaction", plain, inner))
        plain.close()
        inner.close()
    publish("audit", rows, seed=0, packages=("sqlalchemy",), parameters={"changes": CHANGES})


if __name__ == "__main__":
    main()
