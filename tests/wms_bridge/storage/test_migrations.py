"""Every step of the tables up, down and up again, with data in them, on both databases."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, create_engine, func, inspect, select

from planner.warehouse.commands import ShowCounts, ShowPicks, ShowPuts
from planner.warehouse.counts import SlotCount
from planner.warehouse.ids import InterventionId, OrderId, PickId, PutId, ReceiptId, Sku
from planner.warehouse.interventions import Intervention, InterventionKind
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.receipts import Receipt
from planner.warehouse.site import Site
from tests.wms_bridge.databases import Databases
from wms_bridge.adapters.sql.engines import connect_writer, open_engine
from wms_bridge.adapters.sql.store import SqlStore, _config, downgrade, migrate, sqlite_url
from wms_bridge.adapters.sql.tables import METADATA
from wms_bridge.interventions.asking import Asked
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
Rows = list[dict[str, Any]]
Contents = dict[str, Rows]
NOT_OURS = "alembic_version"


@pytest.fixture
def filled(
    database: str,
    site: Site,
    stock_up: Callable[[Bridge], None],
    order: OrderMaker,
    show: Callable[..., ShowPicks],
    show_put: Callable[..., ShowPuts],
    seen: Callable[..., SlotCount],
    show_count: Callable[..., ShowCounts],
) -> str:
    """The URL of a database in which a bridge has done some of everything."""
    with closing(SqlStore(database)) as store:
        bridge = Bridge(site, store)
        stock_up(bridge)
        bridge.receive_orders([order("A", RED=4, BLUE=2), order("B", BLUE=3)], 1)
        bridge.apply([show("p1", "A#1", "RED", 4), show("p2", "B#1", "BLUE", 3, "P001/A/1/2")], 2)
        bridge.confirm_pick(PickId("p1"), 1, 3, ShortReason.SLOT_SHORT)
        bridge.confirm_pick(PickId("p2"), 3, 4)
        bridge.receive_goods(Receipt(ReceiptId("R1"), Sku("RED"), 6), 6)
        bridge.apply([show_put("u1", "R1", "RED", 6)], 7)
        bridge.confirm_put(PutId("u1"), 6, 8)
        for at_ms in (60_000, 70_000, 80_000, 90_000):
            bridge.counts.take([seen(28, 0.9, at=at_ms, slot="P002/A/1/1", books=30)], at_ms)
        bridge.apply([show_count("C000001.1", slot="P002/A/1/1")], 90_000)
        stop = Intervention(InterventionId("k1"), InterventionKind.STOP, "spill")
        bridge.interventions.ask(Asked(stop, "anna", "oil"), 91_000)
    return database


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection that may write, in one transaction."""
    engine = open_engine(url)
    with closing(connect_writer(engine)) as connection:
        with connection.begin():
            yield connection
        connection.invalidate()
    engine.dispose()


def contents(url: str) -> Contents:
    """All rows of all tables, sorted."""
    engine = create_engine(url)
    tables = MetaData()
    with engine.connect() as connection:
        tables.reflect(connection)
        found = {
            table.name: sorted(
                (dict(row) for row in connection.execute(select(table)).mappings()), key=str
            )
            for table in tables.sorted_tables
            if table.name != NOT_OURS
        }
    engine.dispose()
    return found


def revisions() -> list[str]:
    """All revisions, the first one first."""
    walked = ScriptDirectory.from_config(_config()).walk_revisions()
    return [script.revision for script in walked][::-1]


def step(url: str, to: str, *, up: bool) -> Contents:
    """One step, and what is there afterwards."""
    with connected(url) as connection:
        (migrate if up else downgrade)(connection, to)
    return contents(url)


def check_kept(richer: Contents, poorer: Contents) -> None:
    """What the poorer tables can hold is there, row for row. Messages of kinds that an older bridge
    cannot read go."""
    assert poorer.keys() <= richer.keys()
    for name, rows in poorer.items():
        columns = set(rows[0]) if rows else set()
        projected = [{key: row[key] for key in columns} for row in richer[name]]
        missing = [row for row in projected if row not in rows]
        if name != "outbox":
            assert missing == []
            assert len(rows) == len(richer[name])
        else:
            assert all(row in projected for row in rows)


def test_each_step_down_and_up_keeps_what_both_sides_can_hold(filled: str) -> None:
    steps = revisions()
    now = contents(filled)
    assert sum(bool(rows) for rows in now.values()) >= 15
    for older, newer in reversed(list(pairwise(steps))):
        down = step(filled, older, up=False)
        check_kept(now, down)
        up = step(filled, newer, up=True)
        assert up.keys() == now.keys()
        check_kept(up, down)
        now = step(filled, older, up=False)
        assert now == down
    assert step(filled, "base", up=False) == {}
    step(filled, "head", up=True)
    with closing(SqlStore(filled)) as store, store.reading() as tx:
        assert tx.catalogue() == ()


def test_a_bridge_on_tables_that_came_back_goes_on(
    filled: str, site: Site, order: OrderMaker
) -> None:
    step(filled, "0006", up=False)
    with closing(SqlStore(filled)) as store:
        bridge = Bridge(site, store)
        bridge.receive_order(order("C", RED=1), 100_000)
        numbers = [item.number for item in bridge.feed(0)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert bridge.verify().sound
        with store.reading() as tx:
            record = tx.order(OrderId("C"))
    assert record is not None
    assert record.number == 3


def test_migrations_make_the_tables_of_the_code(database: str) -> None:
    SqlStore(database).close()
    engine = create_engine(database)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_partial_indexes_are_partial_on_postgresql(postgresql: Databases) -> None:
    with postgresql.fresh() as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            inspected = inspect(connection)
            for table in METADATA.tables.values():
                found = {index["name"]: index for index in inspected.get_indexes(table.name)}
                for index in table.indexes:
                    wanted = index.dialect_options["sqlite"]["where"] is not None
                    told = found[str(index.name)].get("dialect_options", {})
                    assert ("postgresql_where" in told) == wanted, index.name
        engine.dispose()


def test_no_number_is_drawn_from_a_sequence(postgresql: Databases) -> None:
    with postgresql.fresh() as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            assert inspect(connection).get_sequence_names() == []
        engine.dispose()


def test_numbers_have_no_gaps_after_transactions_that_fail(database: str) -> None:
    with closing(SqlStore(database)) as store:
        for number in range(1, 6):
            with pytest.raises(ZeroDivisionError):
                add_rows_in_vain(store)
            with store._commits.transaction() as connection:
                add_row(connection)
            with store.reading() as tx:
                assert tx.last_event() == number


def add_rows_in_vain(store: SqlStore) -> None:
    """A transaction that fails after it has drawn numbers."""
    with store._commits.transaction() as connection:
        add_row(connection)
        add_row(connection)
        raise ZeroDivisionError


def add_row(connection: Connection) -> None:
    """A row that is numbered by the database."""
    feed = METADATA.tables["feed"]
    connection.execute(feed.insert(), [{"at_ms": 1, "event": "{}"}])
    assert connection.execute(select(func.max(feed.c.number))).scalar()


def test_read_only_store_refuses_tables_of_another_version(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "bridge.db")
    SqlStore(url).close()
    step(url, "0005", up=False)
    with pytest.raises(Exception, match="another version"):
        SqlStore(url, read_only=True)
