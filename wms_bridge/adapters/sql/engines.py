"""What the databases ask for: SQLite in one file, or PostgreSQL by URL."""

from contextlib import closing
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from planner.warehouse.errors import PodherdError, Unavailable

BUSY_TIMEOUT_MS = 5_000
"""How long to wait for another process that is writing, or for its claim to the database."""
SYNCHRONOUS = "FULL"
"""A commit in SQLite is on the disk when it returns."""
READERS = 64
"""Connections that may be open for readers at a time."""
SQLITE = "sqlite"
POSTGRESQL = "postgresql"
CLAIM = 0x506F6468657264
"""Key of the advisory lock by which one bridge has a PostgreSQL database to itself: "Podherd"."""
_SORTED_BY_CODE_POINT = frozenset({"C", "POSIX", "C.UTF-8", "C.utf8"})
_SESSION = (
    "SET TIME ZONE 'UTC'",
    # What we said is kept must be kept, whatever the server's default.
    "SET synchronous_commit = on",
    # A machine that lost its power says no goodbye: let its claim end within half a minute.
    "SET tcp_keepalives_idle = 10",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 4",
)


class _DbapiConnection(Protocol):
    isolation_level: str | None

    def execute(self, statement: str) -> object: ...


class _PsycopgCursor(Protocol):
    def execute(self, statement: str) -> object: ...

    def close(self) -> None: ...


class _PsycopgConnection(Protocol):
    autocommit: bool

    def cursor(self) -> _PsycopgCursor: ...


def sqlite_url(path: Path) -> str:
    """The database URL of an SQLite file."""
    return f"sqlite:///{path}"


def database_url(place: str) -> str:
    """The URL of a database given as a file or as a URL; :class:`PodherdError` on a URL that is
    neither SQLite nor PostgreSQL."""
    if "://" not in place:
        return sqlite_url(Path(place))
    try:
        url = make_url(place)
    except (ArgumentError, ValueError) as error:
        raise _not_a_database(place) from error
    if url.get_backend_name() == POSTGRESQL:
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.drivername != SQLITE:
        raise _not_a_database(url.render_as_string(hide_password=True))
    return place


def made_ready(place: str) -> str:
    """As :func:`database_url`; makes the folder of a file that is to be."""
    url = database_url(place)
    if "://" not in place:
        Path(place).parent.mkdir(parents=True, exist_ok=True)
    return url


def open_engine(database_url: str) -> Engine:
    """The engine of a database, its connections set up for us."""
    url = make_url(database_url)
    if url.get_backend_name() == SQLITE:
        engine = create_engine(url)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        url, pool_size=8, max_overflow=READERS - 8, pool_pre_ping=True, client_encoding="utf8"
    )
    event.listen(engine, "connect", _prepare_postgresql)
    event.listen(engine, "begin", _begin_postgresql)
    return engine


def connect_writer(engine: Engine) -> Connection:
    """The one connection that writes. On PostgreSQL it holds the claim to the database for as long
    as it lives, so that whoever has lost the claim cannot write either."""
    connection = engine.connect()
    if engine.dialect.name == POSTGRESQL:
        try:
            _check_collation(connection)
            _claim(connection)
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
    return connection.execution_options(writes=True)


def _claim(connection: Connection) -> None:
    try:
        with connection.begin():
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS}")
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({CLAIM})")
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != "55P03":
            raise
        raise Unavailable(
            "another bridge is using this database",
            field="database",
            value=connection.engine.url.database,
            remedy="One bridge writes to a database: stop the other, or name another database.",
        ) from error


def _check_collation(connection: Connection) -> None:
    query = (
        "SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database"
        " WHERE datname = current_database()"
    )
    with connection.begin():
        collation, encoding = connection.exec_driver_sql(query).one()
    if collation in _SORTED_BY_CODE_POINT and encoding == "UTF8":
        return
    raise PodherdError(
        "the database sorts names by the rules of a language",
        field="database",
        value=f"{collation}, {encoding}",
        remedy="Make one with: createdb --template=template0 --encoding=UTF8 --locale=C NAME",
    )


def _prepare_sqlite(connection: _DbapiConnection, _entry: ConnectionPoolEntry) -> None:
    # We begin transactions ourselves: the driver would begin them late, after the first read.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        f"synchronous = {SYNCHRONOUS}",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _prepare_postgresql(connection: _PsycopgConnection, _entry: ConnectionPoolEntry) -> None:
    connection.autocommit = True
    with closing(connection.cursor()) as cursor:
        for statement in _SESSION:
            cursor.execute(statement)
    connection.autocommit = False


def _begin_postgresql(connection: Connection) -> None:
    # Readers see one moment of everything; the only writer needs no more than what is committed.
    if not connection.get_execution_options().get("writes", False):
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")


def _not_a_database(place: str) -> PodherdError:
    return PodherdError(
        "not a database that Podherd knows",
        field="database",
        value=place,
        remedy="Name an SQLite file, or postgresql://USER@HOST:PORT/NAME.",
    )
