"""Power cuts: what a caller was told is kept is there afterwards, and nothing is there by halves.

A bridge works on SQLite through a VFS that writes down what is done to the disk. From that record
the files are made as they may be after a power cut at any moment, and opened again.
"""

import itertools
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from planner.warehouse.commands import ShowPicks
from planner.warehouse.errors import Unavailable
from planner.warehouse.events import OrderReceived, PickConfirmed
from planner.warehouse.ids import OrderId, PickId, Sku
from planner.warehouse.orders import PickOrder
from planner.warehouse.site import Site
from tests.wms_bridge.storage.powercut import (
    WAYS,
    Surviving,
    answers_before,
    nothing,
    the_first,
    write_image,
)
from tests.wms_bridge.storage.recording import Deed, Did, Recorder
from wms_bridge.adapters.sql import engines
from wms_bridge.adapters.sql.store import SqlStore, sqlite_url
from wms_bridge.records.work import OrderQuery, SkuRecord, Tally
from wms_bridge.service import Bridge, verify_store

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
FILE = "bridge.db"
WRITERS = 6
ORDERS = 110
IMAGES_PER_WAY = 40


@pytest.fixture(scope="session")
def recorder() -> Recorder:
    return Recorder()


@dataclass(frozen=True, slots=True)
class Record:
    """What was done to the disk, and from which deed on the tables are there."""

    deeds: Sequence[Deed]
    ready: int


@pytest.fixture
def work(
    recorder: Recorder,
    site: Site,
    tmp_path: Path,
    stock_up: Callable[[Bridge], None],
    order: OrderMaker,
    show: ShowMaker,
) -> Callable[[], Record]:
    """``work()``: many callers at a time take orders and confirm picks."""

    def one(bridge: Bridge, number: int) -> None:
        name, pick = f"O{number}", PickId(f"p{number}")
        bridge.receive_order(order(name, RED=1, BLUE=2, RARE=1), number)
        recorder.answer(f"order {name}")
        if number % 4 == 0:
            bridge.apply([show(pick, f"{name}#1", "RED", 1, slot="P002/A/1/1")], number)
            bridge.confirm_pick(pick, 1, number)
            recorder.answer(f"pick {pick}")

    def checkpoint(database: str) -> None:
        # By itself it comes after 1,000 pages, more than there are if many share a transaction.
        with closing(create_engine(database).connect()) as connection:
            connection.exec_driver_sql(f"PRAGMA synchronous = {engines.SYNCHRONOUS}")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")

    def run() -> Record:
        recorder.deeds.clear()
        folder = tmp_path / "recorded"
        folder.mkdir()
        with closing(SqlStore(recorder.url(folder / FILE))) as store:
            ready = len(recorder.deeds)
            bridge = Bridge(site, store)
            stock_up(bridge)
            with ThreadPoolExecutor(WRITERS) as pool:
                done = pool.map(lambda number: one(bridge, number), range(ORDERS))
                next(itertools.islice(done, ORDERS // 2, None))
                checkpoint(recorder.url(folder / FILE))
                list(done)
        return Record(tuple(recorder.deeds), ready)

    return run


def test_nothing_answered_is_lost_whatever_the_disk_kept(
    work: Callable[[], Record], tmp_path: Path
) -> None:
    record = work()
    busy = record.deeds[record.ready : max(after_answers(record))]
    assert any(deed.did is Did.FLUSH and deed.name == FILE for deed in busy), "no checkpoint"
    dice = random.Random(5)
    for way in WAYS:
        for cut in moments(record, dice):
            image = tmp_path / "image"
            cut_power(record, cut, way, dice, image)
            assert faults(image, answers_before(record.deeds, cut)) == [], (way.__name__, cut)
            shutil.rmtree(image)


def test_database_cut_off_in_its_making_is_made_by_the_next_start(
    recorder: Recorder, tmp_path: Path
) -> None:
    recorder.deeds.clear()
    SqlStore(recorder.url(tmp_path / FILE)).close()
    record = Record(tuple(recorder.deeds), 0)
    dice = random.Random(6)
    for way in WAYS:
        for cut in dice.sample(range(len(record.deeds)), 8):
            image = tmp_path / "image"
            cut_power(record, cut, way, dice, image)
            with closing(SqlStore(sqlite_url(image / FILE))) as store, store.writing() as tx:
                tx.put_skus([SkuRecord(Sku("RED"))])
            shutil.rmtree(image)


@pytest.mark.parametrize("weaker", ["NORMAL", "OFF"])
def test_without_a_flush_for_each_commit_answers_would_be_lost(
    weaker: str, work: Callable[[], Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wms_bridge.adapters.sql.engines.SYNCHRONOUS", weaker)
    record = work()
    monkeypatch.undo()
    dice = random.Random(7)
    lost = 0
    for way in (nothing, the_first):
        for cut in dice.sample(after_answers(record), 10):
            image = tmp_path / "image"
            cut_power(record, cut, way, dice, image)
            lost += bool(faults(image, answers_before(record.deeds, cut)))
            shutil.rmtree(image)
    assert lost > 0


def moments(record: Record, dice: random.Random) -> Iterator[int]:
    """Half of them just after an answer, where there is most to lose; the others anywhere."""
    yield from dice.sample(after_answers(record), IMAGES_PER_WAY // 2)
    yield from dice.sample(range(record.ready, len(record.deeds)), IMAGES_PER_WAY // 2)


def after_answers(record: Record) -> list[int]:
    """Moments when somebody has just been told that something is kept."""
    return [at + 1 for at, deed in enumerate(record.deeds) if deed.did is Did.ANSWER]


def cut_power(record: Record, cut: int, way: Surviving, dice: random.Random, folder: Path) -> None:
    """Make the files of a power cut in a new folder."""
    folder.mkdir()
    write_image(record.deeds, cut, way, dice, folder)


def faults(image: Path, answered: frozenset[str]) -> list[str]:
    """What is wrong with a database after a power cut."""
    try:
        with closing(SqlStore(sqlite_url(image / FILE))) as store:
            return [*_lost(store, answered), *_halves(store)]
    except Unavailable as error:
        return [str(error)]


def _lost(store: SqlStore, answered: frozenset[str]) -> Iterator[str]:
    with store.reading() as tx:
        for told in answered:
            kind, _, name = told.partition(" ")
            if kind == "order":
                found = tx.order(OrderId(name)) is not None
            else:
                pick = tx.pick(PickId(name))
                found = pick is not None and pick.confirmed_ms is not None
            if not found:
                yield f"{told} was answered and is lost"


def _halves(store: SqlStore) -> Iterator[str]:
    if not verify_store(store).sound:
        yield "the books are not sound"
    with store.reading() as tx:
        orders = tx.orders(OrderQuery(limit=10_000))
        events = tx.events(0, 100_000)
        entries = tx.last_entry()
        picks = tx.tallies()[Tally.PICKS_CONFIRMED]
        counted = tx.tallies()[Tally.ORDERS_RECEIVED]
        if any(len(tx.lines(order.order)) != order.lines for order in orders):
            yield "an order lacks lines"
    told = [item.event.order.order for item in events if isinstance(item.event, OrderReceived)]
    confirmed = [item for item in events if isinstance(item.event, PickConfirmed)]
    if sorted(told) != sorted(order.order for order in orders) or counted != len(orders):
        yield "orders, their events and their count differ"
    if len(confirmed) != picks or (entries and entries != 3 + picks):
        yield "picks, their events and their movements differ"
    if [item.number for item in events] != list(range(1, len(events) + 1)):
        yield "the feed has gaps"
