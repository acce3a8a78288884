"""Tracing at scale: where is, where was, where did a lot go, with millions of serials.

    python -m benchmarks.macro.tracing [--serials 10000000] [--postgres URL] [--keep FOLDER]
    # QUICK=1: 200,000 serials

A history is loaded in bulk: bottles come in cases of 12 on pallets of 40 cases; a third of the
cases is unpacked into slots, half of those bottles are picked into totes. So a bottle has two to
four places in its history, a lot 9,600 bottles. Then questions are asked through the same calls
that the API makes, each about another thing. Last, links that are wrong are mended by what gates
read, in simulated halls.
"""

import argparse
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

from sqlalchemy import Connection, Engine, create_engine, make_url

from benchmarks.report import Row, publish, quick
from planner.warehouse.ids import Lot, Sku
from tests.wms_bridge.tracing.conveying import convey, hall, links_right, score
from wms_bridge.adapters.sql.store import SqlStore, sqlite_url
from wms_bridge.adapters.sql.tables import MOVEMENT
from wms_bridge.adapters.sql.tracing_tables import STAY, THING
from wms_bridge.epcis.digital_link import check_digit
from wms_bridge.ledger import (
    SUPPLIER,
    Account,
    Movement,
    MovementReason,
)
from wms_bridge.records.lots import LotRecord
from wms_bridge.records.work import SkuRecord
from wms_bridge.serials.carrying import carry_serials
from wms_bridge.traces.answers import Subject
from wms_bridge.traces.service import Traces

SEED = 1
CASE, PALLET, LOT = 12, 480, 9_600
KINDS, SLOTS = 100, 20_000
CASE_BASE, PALLET_BASE = 10**16, 2 * 10**16
START_MS = 1_700_000_000_000
PUT_MS, PICK_MS = START_MS + 10**9, START_MS + 2 * 10**9
NOW_MS = START_MS + 4 * 10**9
GOAL_S = 3.0


def gtin(kind: int) -> str:
    """Of the goods of one kind."""
    digits = f"0950600{kind:06}"
    return digits + check_digit(digits)


class Numbers:
    """How many there are of each, and the numbers that stand for them."""

    def __init__(self, serials: int):
        self.serials = serials // LOT * LOT or LOT
        self.cases = self.serials // CASE
        self.pallets = self.serials // PALLET
        self.lots = self.serials // LOT

    def pack(self, digits: int) -> str:
        """Name of a pack of these 17 digits."""
        return f"00/{digits}{check_digit(str(digits))}"

    def bottle(self, number: int) -> str:
        """Name of a bottle, by its number from 1."""
        return f"01/{gtin((number - 1) // PALLET % KINDS)}/21/S{number:09}"


def load(connection: Connection, n: Numbers) -> None:
    """A history, written by the database itself."""
    indexes = [
        *(index for index in THING.indexes | STAY.indexes),
        *(index for index in MOVEMENT.indexes),
    ]
    for index in indexes:
        index.drop(connection)
    for kind in range(KINDS):
        connection.exec_driver_sql(
            f"INSERT INTO trace_kind (number, kind, sku) VALUES"
            f" ({kind + 1}, '01/{gtin(kind)}', 'S{kind:03}')"
        )
    connection.exec_driver_sql(f"INSERT INTO trace_kind (number, kind) VALUES ({KINDS + 1}, '00')")
    for statement in _statements(n):
        connection.exec_driver_sql(statement)
    for index in indexes:
        index.create(connection)


def _count(rows: int) -> str:
    return (
        "WITH RECURSIVE count(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM count"
        f" WHERE i < {rows - 1})"
    )


def _sscc(base: int) -> str:
    """SSCC number ``i``, with its check digit (General Specifications, 7.9.1)."""
    digits = f"CAST({base} + i AS TEXT)"
    total = " + ".join(
        f"CAST(substr({digits}, {at}, 1) AS INTEGER) * {3 if at % 2 else 1}" for at in range(1, 18)
    )
    return f"{digits} || CAST((10 - ({total}) % 10) % 10 AS TEXT)"


def _statements(n: Numbers) -> Iterator[str]:
    """Number of a pallet ``p``, a case ``c``, a bottle ``b``, each from 0."""
    cases, pallets, serials = n.cases, n.pallets, n.serials
    dock, slot, tote = 0, pallets, pallets + SLOTS
    totes = cases // 30 + 1
    fill = "INSERT INTO trace_place (number, place)"
    yield f"{fill} {_count(pallets)} SELECT i + 1, 'dock:R' || i FROM count"
    yield (
        f"{fill} {_count(SLOTS)} SELECT i + 1 + {slot},"
        " 'slot:P' || (i / 20) || '/A/' || (i % 20 / 5) || '/' || (i % 5) FROM count"
    )
    yield f"{fill} {_count(totes)} SELECT i + 1 + {tote}, 'tote:O' || i FROM count"
    fill = "INSERT INTO trace_lot (number, lot)"
    yield f"{fill} {_count(n.lots)} SELECT i + 1, 'L' || (1000000 + i) FROM count"
    came, cased, stacked = 0, pallets, pallets + cases
    put = stacked + pallets
    picked = put + cases
    fill = "INSERT INTO trace_occurrence (number, key, what, at_ms, digest)"
    yield (
        f"{fill} {_count(pallets)} SELECT i + 1 + {came}, 'receipt/R' || i, 'moved',"
        f" {START_MS} + i * 1000, '' FROM count"
    )
    yield (
        f"{fill} {_count(cases)} SELECT i + 1 + {cased}, 'pack/C' || i, 'packed',"
        f" {START_MS} + i / {PALLET // CASE} * 1000 + 1, '' FROM count"
    )
    yield (
        f"{fill} {_count(pallets)} SELECT i + 1 + {stacked}, 'pack/P' || i, 'packed',"
        f" {START_MS} + i * 1000 + 2, '' FROM count"
    )
    yield (
        f"{fill} {_count(cases)} SELECT i + 1 + {put}, 'put/u' || i, 'moved',"
        f" {PUT_MS} + i * 10, '' FROM count WHERE i % 3 = 0"
    )
    yield (
        f"{fill} {_count(cases)} SELECT i + 1 + {picked}, 'pick/p' || i, 'moved',"
        f" {PICK_MS} + i * 10, '' FROM count WHERE i % 6 = 0"
    )
    c, p = f"(i / {CASE})", f"(i / {PALLET})"
    in_slot, in_tote = f"{c} % 3 = 0", f"{c} % 6 = 0"
    slot_number, tote_number = f"{c} % {SLOTS} + 1 + {slot}", f"{c} / 30 + 1 + {tote}"
    case_number = f"{c} + 1 + {serials}"
    fill = "INSERT INTO trace_thing (number, kind, serial, lot, place, parent, occurrence)"
    yield (
        f"{fill} {_count(serials)} SELECT i + 1, {p} % {KINDS} + 1,"
        f" 'S' || substr(CAST(1000000001 + i AS TEXT), 2), i / {LOT} + 1,"
        f" CASE WHEN {in_tote} THEN {tote_number} WHEN {in_slot} THEN {slot_number} END,"
        f" CASE WHEN {in_slot} THEN NULL ELSE {case_number} END,"
        f" CASE WHEN {in_tote} THEN {c} + 1 + {picked} WHEN {in_slot} THEN {c} + 1 + {put}"
        f" ELSE {c} + 1 + {cased} END FROM count"
    )
    yield (
        f"{fill} {_count(cases)} SELECT i + 1 + {serials}, {KINDS + 1},"
        f" {_sscc(CASE_BASE)}, NULL, NULL,"
        f" i / {PALLET // CASE} + 1 + {serials + cases},"
        f" i / {PALLET // CASE} + 1 + {stacked} FROM count"
    )
    yield (
        f"{fill} {_count(pallets)} SELECT i + 1 + {serials + cases}, {KINDS + 1},"
        f" {_sscc(PALLET_BASE)}, NULL, i + 1 + {dock}, NULL,"
        f" i + 1 + {came} FROM count"
    )
    fill = "INSERT INTO trace_stay (thing, occurrence, place, parent)"
    yield (
        f"{fill} {_count(serials)}, s(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM s WHERE k < 3)"
        f" SELECT i + 1, CASE k WHEN 0 THEN {p} + 1 + {came} WHEN 1 THEN {c} + 1 + {cased}"
        f" WHEN 2 THEN {c} + 1 + {put} ELSE {c} + 1 + {picked} END,"
        f" CASE k WHEN 0 THEN {p} + 1 + {dock} WHEN 2 THEN {slot_number}"
        f" WHEN 3 THEN {tote_number} END, CASE k WHEN 1 THEN {case_number} END"
        f" FROM count, s WHERE k < 2 OR (k = 2 AND {in_slot}) OR (k = 3 AND {in_tote})"
    )
    yield (
        f"{fill} {_count(cases)}, s(k) AS (SELECT 0 UNION ALL SELECT 1)"
        f" SELECT i + 1 + {serials}, CASE k WHEN 0 THEN i + 1 + {cased}"
        f" ELSE i / {PALLET // CASE} + 1 + {stacked} END,"
        f" CASE k WHEN 0 THEN i / {PALLET // CASE} + 1 + {dock} END,"
        f" CASE k WHEN 1 THEN i / {PALLET // CASE} + 1 + {serials + cases} END FROM count, s"
    )
    yield (
        f"{fill} {_count(pallets)} SELECT i + 1 + {serials + cases}, i + 1 + {came},"
        f" i + 1 + {dock}, NULL FROM count"
    )
    yield from _books(n)


def _books(n: Numbers) -> Iterator[str]:
    """Movements of receipts, puts and picks with their lots (the chain of digests is left out)."""
    fill = (
        'INSERT INTO movement (number, "key", from_account, to_account, sku, quantity, reason,'
        " at_ms, digest, lot)"
    )
    sku = f"'S' || substr(CAST(1000 + i / {{}} % {KINDS} AS TEXT), 2)"
    lot = "'L' || (1000000 + i / {} )"
    by_case, by_pallet = PALLET // CASE, 1
    slot = f"'slot:P' || (i % {SLOTS} / 20) || '/A/' || (i % 20 / 5) || '/' || (i % 5)"
    yield (
        f"{fill} {_count(n.pallets)} SELECT i + 1, 'receipt/R' || i, 'supplier', 'dock:R' || i,"
        f" {sku.format(by_pallet)}, {PALLET}, 'receipt', {START_MS} + i * 1000, '',"
        f" {lot.format(LOT // PALLET)} FROM count"
    )
    yield (
        f"{fill} {_count(n.cases)} SELECT i + 1 + {n.pallets}, 'put/u' || i,"
        f" 'dock:R' || (i / {by_case}), {slot}, {sku.format(by_case)}, {CASE}, 'put_away',"
        f" {PUT_MS} + i * 10, '', {lot.format(LOT // CASE)} FROM count WHERE i % 3 = 0"
    )
    yield (
        f"{fill} {_count(n.cases)} SELECT i + 1 + {n.pallets + n.cases}, 'pick/p' || i,"
        f" {slot}, 'tote:O' || (i / 30), {sku.format(by_case)}, {CASE}, 'pick',"
        f" {PICK_MS} + i * 10, '', {lot.format(LOT // CASE)} FROM count WHERE i % 6 = 0"
    )
    balance = "INSERT INTO lot_balance (account, sku, lot, quantity)"
    yield (
        f"{balance} SELECT account, sku, lot, SUM(pieces) FROM (SELECT to_account AS account, sku,"
        " lot, quantity AS pieces FROM movement UNION ALL SELECT from_account, sku, lot, -quantity"
        " FROM movement) AS both_sides GROUP BY account, sku, lot"
    )
    yield (
        "INSERT INTO balance (account, sku, quantity) SELECT account, sku, SUM(quantity)"
        " FROM lot_balance GROUP BY account, sku"
    )


def prepare(store: SqlStore, n: Numbers) -> None:
    """Articles and lots."""
    with store.writing() as tx:
        tx.put_skus([SkuRecord(Sku(f"S{kind:03}")) for kind in range(KINDS)])
        for lot in range(n.lots):
            name, sku = Lot(f"L{1_000_000 + lot}"), Sku(f"S{lot * LOT // PALLET % KINDS:03}")
            tx.put_lot_record(LotRecord(lot + 1, name, sku, f"B{lot}", "", None, START_MS))


@contextmanager
def bulk(url: str) -> Iterator[Connection]:
    """A connection that loads as fast as the database can; a failed load is thrown away."""
    engine: Engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -2000000"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
        else:
            connection.exec_driver_sql("SET session_replication_role = replica")
        yield connection
        connection.exec_driver_sql("ANALYZE")
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    engine.dispose()


def size_of(url: str) -> int:
    """Bytes of the database."""
    if make_url(url).get_backend_name() == "sqlite":
        return Path(make_url(url).database or "").stat().st_size
    engine = create_engine(url)
    with engine.connect() as connection:
        query = "SELECT pg_database_size(current_database())"
        found = connection.exec_driver_sql(query).scalar_one()
    engine.dispose()
    return int(found)


def asked(traces: Traces, n: Numbers) -> Iterator[tuple[str, Callable[[int], object], int]]:
    """What is asked, how, and how often: by a random number."""

    def bottle(number: int) -> str:
        return n.bottle(number % n.serials + 1)

    def case(number: int) -> str:
        return n.pack(CASE_BASE + number % n.cases)

    def pallet(number: int) -> str:
        return n.pack(PALLET_BASE + number % n.pallets)

    def then(number: int) -> int:
        return START_MS + n.pallets * 1000 + number % (3 * 10**9)

    pods = min(SLOTS, n.cases) // 20
    few, many = (50, 300) if quick() else (200, 2_000)
    item, pack, lot = Subject.ITEM, Subject.PACK, Subject.LOT
    yield "where is: bottle", lambda i: traces.where(item, bottle(i)), many
    yield "where was: bottle", lambda i: traces.where(item, bottle(i), then(i)), many
    yield "history: bottle", lambda i: traces.history(item, bottle(i)), many
    yield "where is: case", lambda i: traces.where(pack, case(i)), many
    yield "where is: pallet", lambda i: traces.where(pack, pallet(i)), many
    yield "where is: lot", lambda i: traces.where(lot, f"B{i % n.lots}"), few
    yield "destinations: lot", lambda i: traces.history(lot, f"B{i % n.lots}"), few
    yield "where is: pod", lambda i: traces.where(Subject.POD, f"P{i % pods}"), few
    yield "where is: SKU", lambda i: traces.where(Subject.SKU, f"S{i % KINDS:03}"), few


def measured(database: str, traces: Traces, n: Numbers) -> Iterator[Row]:
    """Each question many times."""
    dice = random.Random(SEED)
    for what, ask, times in asked(traces, n):
        took = []
        for _ in range(times):
            number = dice.randrange(10**12)
            started = perf_counter()
            ask(number)
            took.append((perf_counter() - started) * 1000)
        took.sort()
        p99 = took[int(0.99 * (len(took) - 1))]
        yield {
            "database": database,
            "question": what,
            "times": times,
            "p50 ms": round(took[len(took) // 2], 3),
            "p99 ms": round(p99, 3),
            "max ms": round(took[-1], 3),
            "goal / p99": round(GOAL_S * 1000 / p99, 1),
        }


def carried(store: SqlStore, receipts: int) -> float:
    """Serials taken with receipts per second: 480 with each, one transaction each."""
    started = perf_counter()
    for receipt in range(receipts):
        movement = Movement(
            f"receipt/new{receipt}",
            SUPPLIER,
            Account(f"dock:new{receipt}"),
            Sku("S000"),
            PALLET,
            MovementReason.RECEIPT,
            NOW_MS,
        )
        codes = [f"01/{gtin(0)}/21/N{receipt}-{number}" for number in range(PALLET)]
        with store.writing() as tx:
            carry_serials(tx, movement, codes)
    return receipts * PALLET / (perf_counter() - started)


def mended() -> Iterator[Row]:
    """Halls with wrong links in the books, passed by gates that read well or badly."""
    halls = 2 if quick() else 20
    for read, stray in ((0.98, 0.05), (0.95, 0.1), (0.9, 0.3), (0.8, 0.5)):
        scores = []
        right_before = right_after = 0.0
        for seed in range(halls):
            dice = random.Random(seed)
            built = hall(dice, cases=12, bottles=12, fault_rate=0.08, dead=0.01)
            right_before += links_right(built) / halls
            convey(built, dice, passes=8, read=read, stray=stray)
            scores.append(score(built))
            right_after += links_right(built) / halls
        wrong, applied = sum(s.wrong for s in scores), sum(s.applied for s in scores)
        proposed = sum(s.proposed for s in scores)
        yield {
            "read": read,
            "strays per bottle and pass": stray,
            "wrong links": wrong,
            "done": applied,
            "precision": round(sum(s.applied_right for s in scores) / max(1, applied), 4),
            "to decide": proposed,
            "of these right": sum(s.proposed_right for s in scores),
            "recall": round(sum(s.found for s in scores) / max(1, wrong), 4),
            "links right at first %": round(100 * right_before, 2),
            "afterwards %": round(100 * right_after, 2),
        }


def run(database: str, url: str, serials: int) -> tuple[list[Row], dict[str, float]]:
    """One database: loaded, asked, added to."""
    n = Numbers(serials)
    store = SqlStore(url)
    prepare(store, n)
    store.close()
    started = perf_counter()
    with bulk(url) as connection:
        load(connection, n)
    figures = {
        "serials": float(n.serials),
        "load s": round(perf_counter() - started, 1),
        "bytes per serial": round(size_of(url) / n.serials, 1),
    }
    store = SqlStore(url)
    rows = list(measured(database, Traces(store), n))
    figures["serials carried per s"] = round(carried(store, 3 if quick() else 20))
    store.close()
    return rows, figures


def main() -> None:
    """Load, ask, tell."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--serials", type=int, default=200_000 if quick() else 10_000_000)
    parser.add_argument("--postgres", help="URL of an empty PostgreSQL database.")
    parser.add_argument("--keep", type=Path, help="Folder for the SQLite file, which is kept.")
    chosen = parser.parse_args()
    rows: list[Row] = []
    parameters: dict[str, str | int | float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = chosen.keep or Path(scratch)
        databases = [("SQLite", sqlite_url(folder / "tracing.db"))]
        if chosen.postgres:
            databases.append(("PostgreSQL", chosen.postgres))
        for database, url in databases:
            found, figures = run(database, url, chosen.serials)
            rows += found
            parameters |= {f"{database}: {name}": value for name, value in figures.items()}
    publish("tracing_mending", list(mended()), seed=0)
    for name, value in parameters.items():
        print(f"{name}: {value:,}")
    publish(
        "tracing",
        rows,
        seed=SEED,
        packages=("sqlalchemy",),
        parameters=parameters,
        notes=(f"goal: {GOAL_S:g} s at 10 million serials",),
    )


if __name__ == "__main__":
    main()
