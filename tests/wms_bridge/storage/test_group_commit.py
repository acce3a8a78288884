"""Writers that queue share a commit: nobody is told before it, nobody's failure is another's."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, text

from planner.warehouse.errors import Unavailable
from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import PickOrder
from planner.warehouse.site import Site
from tests.wms_bridge.databases import Databases
from wms_bridge.adapters.sql.grouping import NestedWriting
from wms_bridge.adapters.sql.store import SqlStore, sqlite_url
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge
from wms_bridge.topics import Topic

OrderMaker = Callable[..., PickOrder]
Until = Callable[[Callable[[], bool]], None]
NUMBERS = count(1)


class Refused(Exception):
    """What a writer's block raises."""


class DiskFailed(Exception):
    """What the disk says to a commit."""


@pytest.fixture
def opened(database: str) -> Iterator[SqlStore]:
    """A store on each kind of database."""
    with closing(SqlStore(database)) as store:
        yield store


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """Threads to write in."""
    with ThreadPoolExecutor(16) as threads:
        yield threads


class Commits:
    """Counts the commits of a store, and has some of them fail."""

    def __init__(self, store: SqlStore, failing: frozenset[int] = frozenset()):
        self.done = 0
        self.failing = failing
        self.engine = store._engine
        event.listen(self.engine, "commit", self._commit)

    def _commit(self, connection: Connection) -> None:
        if not connection.get_execution_options().get("writes"):
            return
        self.done += 1
        if self.done in self.failing:
            raise DiskFailed

    def remove(self) -> None:
        """Leave the store alone again."""
        event.remove(self.engine, "commit", self._commit)


class Held:
    """A writer that stays in its block until it is let go, so that others queue behind it."""

    def __init__(self, store: SqlStore, pool: ThreadPoolExecutor, sku: str, *, fails: bool = False):
        self._inside = threading.Event()
        self._go = threading.Event()
        self._fails = fails
        self.told = pool.submit(self._write, store, sku)
        assert self._inside.wait(30)

    def _write(self, store: SqlStore, sku: str) -> None:
        with store.writing() as tx:
            tx.put_skus([SkuRecord(Sku(sku))])
            self._inside.set()
            assert self._go.wait(30)
            if self._fails:
                raise Refused

    def let_go(self) -> None:
        """Have it end its block."""
        self._go.set()


def put(store: SqlStore, *skus: str, fails: bool = False) -> None:
    """A transaction, which fails at its end if asked to."""
    with store.writing() as tx:
        tx.put_skus([SkuRecord(Sku(sku)) for sku in skus])
        if fails:
            raise Refused


def kept(store: SqlStore) -> set[str]:
    """What others see."""
    with store.reading() as tx:
        return {record.sku for record in tx.catalogue()}


def queued(store: SqlStore) -> int:
    """Writers that wait for their turn."""
    return store._commits._waiting


def submitted(
    store: SqlStore, pool: ThreadPoolExecutor, until: Until, *blocks: Callable[[], None]
) -> list[Future[None]]:
    """The blocks in threads of their own, all in the queue."""
    before = queued(store)
    futures = [pool.submit(block) for block in blocks]
    until(lambda: queued(store) == before + len(blocks))
    return futures


def test_all_that_queue_share_one_commit(
    opened: SqlStore, pool: ThreadPoolExecutor, until: Until
) -> None:
    commits = Commits(opened)
    first = Held(opened, pool, "FIRST")
    blocks = [lambda sku=f"S{n}": put(opened, sku) for n in range(10)]
    others = submitted(opened, pool, until, *blocks)
    first.let_go()
    for told in (first.told, *others):
        told.result(30)
    assert commits.done == 1
    assert kept(opened) == {"FIRST", *(f"S{n}" for n in range(10))}


def test_writers_one_after_the_other_wait_for_nobody(opened: SqlStore) -> None:
    commits = Commits(opened)
    for number in range(5):
        put(opened, f"S{number}")
        assert commits.done == number + 1


def test_a_group_has_a_largest_size(database: str, pool: ThreadPoolExecutor, until: Until) -> None:
    with closing(SqlStore(database, group=3)) as store:
        commits = Commits(store)
        first = Held(store, pool, "FIRST")
        blocks = [lambda sku=f"S{n}": put(store, sku) for n in range(8)]
        others = submitted(store, pool, until, *blocks)
        first.let_go()
        for told in (first.told, *others):
            told.result(30)
        assert commits.done == 3


def test_nobody_is_told_and_nobody_sees_before_the_commit(
    opened: SqlStore, pool: ThreadPoolExecutor, until: Until
) -> None:
    first = Held(opened, pool, "FIRST")
    [second] = submitted(opened, pool, until, lambda: put(opened, "SECOND"))
    slow_inside, go = threading.Event(), threading.Event()

    def slow() -> None:
        with opened.writing() as tx:
            assert tx.known_skus([Sku("FIRST")]) == {"FIRST"}
            slow_inside.set()
            assert go.wait(30)

    [last] = submitted(opened, pool, until, slow)
    first.let_go()
    assert slow_inside.wait(30)
    assert kept(opened) == set()
    assert not first.told.done()
    go.set()
    for told in (first.told, second, last):
        told.result(30)
    assert kept(opened) == {"FIRST", "SECOND"}


def test_a_failure_undoes_its_own_block_only(
    opened: SqlStore, pool: ThreadPoolExecutor, until: Until
) -> None:
    commits = Commits(opened)
    first = Held(opened, pool, "FIRST")
    good, bad, broken, last = submitted(
        opened,
        pool,
        until,
        lambda: put(opened, "GOOD"),
        lambda: put(opened, "BAD", "GOOD", fails=True),
        lambda: break_a_rule(opened),
        lambda: put(opened, "LAST"),
    )
    first.let_go()
    for told in (first.told, good, last):
        told.result(30)
    with pytest.raises(Refused):
        bad.result(30)
    with pytest.raises(Exception, match=r"(?i)constraint"):
        broken.result(30)
    assert (commits.done, kept(opened)) == (1, {"FIRST", "GOOD", "LAST"})


def break_a_rule(store: SqlStore) -> None:
    """A statement that the database refuses."""
    with store._commits.transaction() as connection:
        connection.execute(text("INSERT INTO sku (sku, description) VALUES ('BROKEN', NULL)"))


def test_when_the_commit_fails_everybody_is_told(
    opened: SqlStore, pool: ThreadPoolExecutor, until: Until
) -> None:
    commits = Commits(opened, frozenset({1}))
    first = Held(opened, pool, "FIRST")
    blocks = [lambda sku=f"S{n}": put(opened, sku) for n in range(4)]
    others = submitted(opened, pool, until, *blocks, lambda: put(opened, "X", fails=True))
    first.let_go()
    for told in (first.told, *others):
        with pytest.raises(Unavailable, match="did not keep"):
            told.result(30)
    assert kept(opened) == set()
    put(opened, "AGAIN")
    assert (commits.done, kept(opened)) == (2, {"AGAIN"})


def test_the_last_in_the_group_may_fail(
    opened: SqlStore, pool: ThreadPoolExecutor, until: Until
) -> None:
    first = Held(opened, pool, "FIRST")
    [last] = submitted(opened, pool, until, lambda: put(opened, "LAST", fails=True))
    first.let_go()
    first.told.result(30)
    with pytest.raises(Refused):
        last.result(30)
    assert kept(opened) == {"FIRST"}


def test_a_block_that_fails_alone_commits_nothing(opened: SqlStore) -> None:
    commits = Commits(opened)
    with pytest.raises(Refused):
        put(opened, "X", fails=True)
    assert (commits.done, kept(opened)) == (0, set())


def test_writing_inside_writing_is_a_mistake_and_says_so(opened: SqlStore) -> None:
    with pytest.raises(NestedWriting, match="hand on its tx"), opened.writing():
        put(opened, "INNER")
    put(opened, "LATER")
    assert kept(opened) == {"LATER"}


def test_group_whose_next_writer_never_comes_is_committed(
    opened: SqlStore, pool: ThreadPoolExecutor, until: Until
) -> None:
    first = Held(opened, pool, "FIRST")
    commits = opened._commits
    with commits._counting:
        commits._waiting += 1
    first.let_go()
    until(lambda: commits._inside is None)
    assert kept(opened) == set()
    with commits._counting:
        commits._waiting -= 1
    first.told.result(30)
    assert kept(opened) == {"FIRST"}


def test_listeners_see_what_they_are_told_of(
    opened: SqlStore, site: Site, stock_up: Callable[[Bridge], None], order: OrderMaker
) -> None:
    bridge = Bridge(site, opened)
    stock_up(bridge)
    unseen: list[str] = []

    def listen(_topic: Topic) -> None:
        with opened.reading() as tx:
            name = threading.current_thread().name
            if tx.order(OrderId(name)) is None:
                unseen.append(name)

    bridge.subscribe(listen)
    threads = [
        threading.Thread(name=f"O{n}", target=bridge.receive_order, args=(order(f"O{n}", RED=1), n))
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert unseen == []


@given(
    plan=st.lists(st.tuples(st.booleans(), st.integers(1, 3)), min_size=1, max_size=24),
    failing=st.frozensets(st.integers(1, 8), max_size=3),
    threads=st.integers(1, 8),
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_who_returns_is_kept_and_who_raises_is_not(
    opened: SqlStore, plan: list[tuple[bool, int]], failing: frozenset[int], threads: int
) -> None:
    commits = Commits(opened, failing)
    names = [[f"S{next(NUMBERS)}" for _ in range(size)] for _, size in plan]
    with ThreadPoolExecutor(threads) as pool:
        told = [
            pool.submit(put, opened, *skus, fails=fails)
            for (fails, _), skus in zip(plan, names, strict=True)
        ]
        errors = [future.exception(60) for future in told]
    commits.remove()
    seen = kept(opened)
    for (fails, _), skus, error in zip(plan, names, errors, strict=True):
        if error is None:
            assert seen.issuperset(skus)
            assert not fails
        else:
            assert seen.isdisjoint(skus)
            assert isinstance(error, (Refused, Unavailable) if fails else Unavailable)


def test_full_disk_tells_everybody_whose_change_is_not_kept(
    tmp_path: Path, pool: ThreadPoolExecutor, until: Until
) -> None:
    with closing(SqlStore(sqlite_url(tmp_path / "bridge.db"))) as store:
        put(store, "BEFORE")
        with store._commits.transaction() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        first = Held(store, pool, "FIRST")
        many = [f"S{number}" for number in range(9_000)]
        [full] = submitted(store, pool, until, lambda: put(store, *many))
        first.let_go()
        for told in (first.told, full):
            with pytest.raises(Unavailable, match="full"):
                told.result(60)
        assert kept(store) == {"BEFORE"}


def test_connection_cut_in_the_middle_is_unavailable_and_comes_back(
    postgresql: Databases, pool: ThreadPoolExecutor, until: Until
) -> None:
    with postgresql.fresh() as url, closing(SqlStore(url)) as store:
        first = Held(store, pool, "FIRST")
        [second] = submitted(store, pool, until, lambda: put(store, "SECOND"))
        with store._engine.connect() as other, other.begin():
            other.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        first.let_go()
        with pytest.raises(Unavailable):
            first.told.result(30)
        second.result(30)
        assert kept(store) == {"SECOND"}
