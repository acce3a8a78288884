"""A store in an SQL database: SQLite by default, one file that survives any crash; PostgreSQL by
URL."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, DataError, InterfaceError, OperationalError

from planner.warehouse.errors import InvalidMessage, PodherdError, Unavailable
from wms_bridge.adapters.sql.engines import connect_writer, open_engine, sqlite_url
from wms_bridge.adapters.sql.grouping import MOST_IN_GROUP, GroupCommit
from wms_bridge.adapters.sql.reading import SqlReading
from wms_bridge.adapters.sql.writing import SqlWriting
from wms_bridge.ports.store import Reading, Writing

__all__ = ["SqlStore", "downgrade", "migrate", "sqlite_url"]


class SqlStore:
    """See :class:`wms_bridge.ports.store.Store`. Opening brings the tables up to date; with
    ``read_only`` nothing is changed, and a bridge may be using the database. Everything raises
    :class:`Unavailable` while the database is locked, full, damaged, not there or another bridge's.
    At most ``group`` writers share a commit."""

    def __init__(self, database_url: str, *, read_only: bool = False, group: int = MOST_IN_GROUP):
        self._engine = open_engine(database_url)
        self._read_only = read_only
        self._commits = GroupCommit(lambda: connect_writer(self._engine), group)
        try:
            if read_only:
                self._check_revision()
            else:
                self._bring_up_to_date()
        except BaseException:
            self.close()
            raise

    @property
    def kind(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        with _in_our_words(), self._engine.connect() as connection, connection.begin():
            yield SqlReading(connection)

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """Writers that queue share a commit: see :mod:`wms_bridge.adapters.sql.grouping`."""
        if self._read_only:
            raise PodherdError("the database was opened to look at it only", field="database")
        with _in_our_words(), self._commits.transaction() as connection:
            yield SqlWriting(connection)

    def close(self) -> None:
        """Close all connections."""
        self._commits.close()
        self._engine.dispose()

    def _bring_up_to_date(self) -> None:
        with _in_our_words(), self._commits.transaction() as connection:
            migrate(connection)
            SqlWriting(connection).begin_tallies()

    def _check_revision(self) -> None:
        wanted = ScriptDirectory.from_config(_config()).get_current_head()
        with _in_our_words(), self._engine.connect() as connection, connection.begin():
            found = MigrationContext.configure(connection).get_current_revision()
        if found != wanted:
            raise PodherdError(
                "the database is of another version",
                field="database",
                value=found,
                remedy="Start the bridge of this version on it once: that brings it up to date.",
            )


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise Unavailable(
            "the database cannot be used",
            field="database",
            value=str(error.orig),
            remedy="Nothing was kept. Send it again; if it fails again, see to disk and file.",
        ) from error
    except DataError as error:
        raise InvalidMessage(
            "the database cannot hold this text",
            field="text",
            value=str(error.orig),
            remedy="Send text without the character U+0000.",
        ) from error
    except DatabaseError as error:
        # SQLite raises the base class itself for a damaged file, and for one that is none of its.
        if type(error) is not DatabaseError:
            raise
        raise Unavailable(
            "the database is damaged, or this is no database",
            field="database",
            value=str(error.orig),
            remedy="Nothing was changed. Stop the bridge and put back a copy made before.",
        ) from error


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a later revision; an older database keeps what it holds."""
    command.upgrade(_config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Bring the tables back to an earlier revision; what that cannot hold is dropped."""
    command.downgrade(_config(connection), revision)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
