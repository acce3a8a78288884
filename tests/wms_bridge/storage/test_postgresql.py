"""What PostgreSQL needs: one bridge per database, names sorted by code point, a server that may go
away."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from planner.warehouse.errors import InvalidMessage, PodherdError, Unavailable
from planner.warehouse.ids import OrderId, Sku
from scripts.postgres import PostgresMissing, cluster, find_programs
from tests.wms_bridge.databases import Databases, postgresql_databases
from wms_bridge.adapters.sql.engines import database_url
from wms_bridge.adapters.sql.store import SqlStore
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import verify_store


@pytest.fixture
def url(postgresql: Databases) -> Iterator[str]:
    """A fresh PostgreSQL database."""
    with postgresql.fresh() as found:
        yield found


def put(store: SqlStore, sku: str) -> None:
    with store.writing() as tx:
        tx.put_skus([SkuRecord(Sku(sku))])


def test_second_bridge_on_a_database_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wms_bridge.adapters.sql.engines.BUSY_TIMEOUT_MS", 50)
    with closing(SqlStore(url)) as first:
        put(first, "A")
        with pytest.raises(Unavailable, match="another bridge is using this database"):
            SqlStore(url)
        put(first, "B")
    with closing(SqlStore(url)) as second:
        put(second, "C")


def test_second_bridge_waits_for_the_first_to_end(
    url: str, until: Callable[[Callable[[], bool]], None]
) -> None:
    first = SqlStore(url)
    with closing(create_engine(url).connect()) as watcher:
        opened: list[SqlStore] = []
        second = threading.Thread(target=lambda: opened.append(SqlStore(url)))
        second.start()
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        until(lambda: bool(watcher.exec_driver_sql(waiting).scalar()))
        first.close()
        second.join(30)
    [store] = opened
    put(store, "A")
    store.close()


def test_books_may_be_verified_while_a_bridge_works(url: str) -> None:
    with (
        closing(SqlStore(url)) as working,
        closing(SqlStore(url, read_only=True)) as looking,
    ):
        put(working, "A")
        assert verify_store(looking).sound
        with pytest.raises(PodherdError, match="to look at it only"):
            put(looking, "B")


def test_readers_see_one_moment_of_everything(url: str) -> None:
    with closing(SqlStore(url)) as store:
        put(store, "A")
        with store.reading() as tx:
            assert tx.known_skus([Sku("A"), Sku("B")]) == {"A"}
            put(store, "B")
            assert tx.known_skus([Sku("A"), Sku("B")]) == {"A"}


def test_names_are_sorted_as_on_sqlite(url: str) -> None:
    with closing(SqlStore(url)) as store:
        for sku in ("b", "A", "a", "B", "ä", "Z", "1"):
            put(store, sku)
        with store.reading() as tx:
            assert [record.sku for record in tx.catalogue()] == ["1", "A", "B", "Z", "a", "b", "ä"]


def test_database_that_sorts_by_a_language_is_refused(postgresql: Databases) -> None:
    admin = create_engine(postgresql.server.url(), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(
            "CREATE DATABASE latin TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'"
        )
        with pytest.raises(PodherdError, match="createdb --template=template0"):
            SqlStore(postgresql.server.url("latin"))
        connection.exec_driver_sql("DROP DATABASE latin WITH (FORCE)")
    admin.dispose()


def test_commits_wait_for_the_disk_whatever_the_server_says(url: str) -> None:
    with closing(SqlStore(url)) as store, store._commits.transaction() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"


def test_text_that_postgresql_cannot_hold_is_refused_and_harms_nobody(url: str) -> None:
    with closing(SqlStore(url)) as store:
        with pytest.raises(InvalidMessage, match="U\\+0000"):
            put(store, "A\0B")
        with pytest.raises(InvalidMessage), store.reading() as tx:
            tx.order(OrderId("\0"))
        put(store, "A")
        with store.reading() as tx:
            assert [record.sku for record in tx.catalogue()] == ["A"]


def test_server_that_crashed_and_came_back_is_used_again(postgresql: Databases) -> None:
    with cluster(durable=True) as server, closing(SqlStore(server.url())) as store:
        put(store, "BEFORE")
        server.kill()
        with pytest.raises(Unavailable):
            put(store, "DURING")
        with pytest.raises(Unavailable), store.reading() as tx:
            tx.catalogue()
        server.start()
        put(store, "AFTER")
        with store.reading() as tx:
            assert [record.sku for record in tx.catalogue()] == ["AFTER", "BEFORE"]


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("bridge.db", "sqlite:///bridge.db"),
        ("/var/lib/podherd/bridge.db", "sqlite:////var/lib/podherd/bridge.db"),
        ("sqlite:///bridge.db", "sqlite:///bridge.db"),
        ("postgresql://u:p@h:5432/d", "postgresql+psycopg://u:p@h:5432/d"),
        ("postgresql+psycopg://u@/d?host=/run", "postgresql+psycopg://u@/d?host=%2Frun"),
    ],
)
def test_a_database_is_named_by_file_or_url(given: str, url: str) -> None:
    assert database_url(given) == url


@pytest.mark.parametrize("given", ["mysql://u:secret@h/d", "http://x", "://"])
def test_other_databases_are_refused_without_telling_the_password(given: str) -> None:
    with pytest.raises(PodherdError, match="not a database that Podherd knows") as refused:
        database_url(given)
    assert "secret" not in str(refused.value)


def test_machine_without_postgresql_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("scripts.postgres._DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PostgresMissing, match=r"apt-get install .* postgresql"):
        find_programs()


@pytest.mark.parametrize(("ci", "outcome"), [("true", "Failed"), ("", "Skipped")])
def test_without_postgresql_tests_are_left_out_but_not_in_ci(
    ci: str, outcome: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("scripts.postgres._DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", ci)
    with pytest.raises(BaseException, match="PostgreSQL is not installed") as left_out:
        with_databases()
    assert type(left_out.value).__name__ == outcome


def with_databases() -> None:
    """Ask for a PostgreSQL server."""
    with postgresql_databases():
        pass
