"""A store in an SQL database: SQLite by default, one file that survives any crash."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from planner.warehouse.errors import Unavailable
from wms_bridge.adapters.sql.reading import SqlReading
from wms_bridge.adapters.sql.writing import SqlWriting
from wms_bridge.ports.store import Reading, Writing

BUSY_TIMEOUT_MS = 5_000
"""How long to wait for another process that is writing."""


class _DbapiConnection(Protocol):
    isolation_level: str | None

    def execute(self, statement: str) -> object: ...


class SqlStore:
    """See :class:`wms_bridge.ports.store.Store`. Opening brings the tables up to date.
    Everything raises :class:`Unavailable` while the database is locked, full or not there."""

    def __init__(self, database_url: str):
        self._engine = _engine(database_url)
        self._lock = threading.Lock()
        with self._transaction() as connection:
            migrate(connection)
            SqlWriting(connection).begin_tallies()

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        with _in_our_words(), self._engine.connect() as connection, connection.begin():
            yield SqlReading(connection)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        with self._transaction() as connection:
            yield SqlWriting(connection)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        # One writer at a time in this process, so that writers queue here and not at the file.
        with self._lock, _in_our_words(), self._engine.connect() as fresh:
            connection = fresh.execution_options(writes=True)
            with connection.begin():
                yield connection


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise Unavailable(
            "the database cannot be used",
            field="database",
            value=str(error.orig),
            remedy="Nothing was kept. Send it again; if it fails again, see to disk and file.",
        ) from error


def sqlite_url(path: Path) -> str:
    """The database URL of an SQLite file."""
    return f"sqlite:///{path}"


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a revision; an older database keeps what it holds."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _engine(database_url: str) -> Engine:
    engine = create_engine(database_url)
    if make_url(database_url).get_backend_name() == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: _DbapiConnection, _entry: ConnectionPoolEntry) -> None:
    # We begin transactions ourselves: the driver would begin them late, after the first read.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
