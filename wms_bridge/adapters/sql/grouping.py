"""Group commit: writers that queue share one COMMIT, and so one flush to the disk.

One writer at a time is inside its block. Each has a savepoint of its own inside a transaction that
all in the group share. The writer that finds nobody behind it commits for all; the others have
waited for that, so whoever returns is on the disk. One that comes alone waits for nobody.
(DeWitt et al., "Implementation techniques for main memory database systems", SIGMOD 1984.)
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import get_ident

from sqlalchemy import Connection, RootTransaction
from sqlalchemy.exc import DBAPIError

from planner.warehouse.errors import Unavailable

MOST_IN_GROUP = 256
"""So many writers share a commit at most: nobody waits for more than that."""
RESCUE_S = 0.2
"""How long a group may wait for a writer that was to follow, before one of its own looks."""

# Savepoints by hand: SQLAlchemy's own cost as much as two of the statements between them.
_BEGIN_PART = "SAVEPOINT writer"
_KEEP_PART = ("RELEASE SAVEPOINT writer",)
_UNDO_PART = ("ROLLBACK TO SAVEPOINT writer", "RELEASE SAVEPOINT writer")


class NestedWriting(RuntimeError):
    """A thread began a transaction inside its own: it would wait for itself for ever."""


@dataclass(slots=True, eq=False)
class _Group:
    connection: Connection
    transaction: RootTransaction
    size: int = 0
    kept: int = 0
    done: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None


class GroupCommit:
    """Transactions over one connection, one after the other, committed in groups.

    ``connect`` opens the connection; after a failed commit a new one is opened.
    """

    def __init__(self, connect: Callable[[], Connection], most: int = MOST_IN_GROUP):
        self._connect = connect
        self._most = most
        self._connection: Connection | None = None
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._waiting = 0
        self._inside: int | None = None
        self._group: _Group | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction: when the block has ended, it is on the disk. What the block raises undoes
        what it did and nothing else. :class:`Unavailable` if the group's commit failed: then
        nothing of the group is kept, or, if the connection was lost, nobody knows."""
        self._take_turn()
        try:
            group = self._open_group()
            group.connection.exec_driver_sql(_BEGIN_PART)
        except BaseException as error:
            self._fail_open_group(error)
            self._pass_turn()
            raise
        try:
            yield group.connection
        except BaseException as error:
            # A refusal may rest on what the group has written: it, too, waits for the commit.
            self._leave(group, _UNDO_PART, error)
            _settle(group)
            raise
        group.kept += 1
        self._leave(group, _KEEP_PART)
        _settle(group)

    def close(self) -> None:
        """Commit what is open and let go of the connection."""
        self._take_turn()
        try:
            if self._group is not None:
                self._commit(self._group)
            self._drop_connection()
        finally:
            self._pass_turn()

    def _take_turn(self) -> None:
        if self._inside == get_ident():
            raise NestedWriting("writing() inside writing() of the same thread: hand on its tx")
        with self._counting:
            self._waiting += 1
        try:
            self._turn.acquire()
        finally:
            with self._counting:
                self._waiting -= 1
        self._inside = get_ident()

    def _pass_turn(self) -> None:
        self._inside = None
        self._turn.release()

    def _open_group(self) -> _Group:
        if self._group is None:
            if self._connection is None:
                self._connection = self._connect()
            self._group = _Group(self._connection, self._connection.begin())
        self._group.size += 1
        return self._group

    def _leave(
        self, group: _Group, end: Sequence[str], raised: BaseException | None = None
    ) -> None:
        """End a writer's part, and the group with it unless somebody is to follow."""
        try:
            for statement in end:
                group.connection.exec_driver_sql(statement)
        except BaseException as error:
            # The database has ended the whole transaction (disk full, connection lost).
            self._fail(group, raised if isinstance(raised, DBAPIError) else error)
        else:
            if self._waiting == 0 or group.size >= self._most:
                self._commit(group)
        finally:
            self._pass_turn()
        while not group.done.wait(RESCUE_S):
            self._rescue(group)

    def _rescue(self, group: _Group) -> None:
        """Commit if the writer that was to follow never came: it was interrupted in the queue."""
        if self._turn.acquire(blocking=False):
            try:
                if not group.done.is_set() and self._waiting == 0:
                    self._commit(group)
            finally:
                self._turn.release()

    def _commit(self, group: _Group) -> None:
        try:
            if group.kept:
                group.transaction.commit()
            else:
                group.transaction.rollback()
        except BaseException as error:
            self._fail(group, error)
        else:
            self._finish(group)

    def _fail_open_group(self, error: BaseException) -> None:
        if self._group is not None:
            self._fail(self._group, error)
        else:
            self._drop_connection()

    def _fail(self, group: _Group, error: BaseException) -> None:
        group.failure = error
        with suppress(Exception):
            group.transaction.rollback()
        self._drop_connection()
        self._finish(group)

    def _finish(self, group: _Group) -> None:
        self._group = None
        group.done.set()

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                connection.invalidate()
            with suppress(Exception):
                connection.close()


def _settle(group: _Group) -> None:
    if group.failure is not None:
        raise Unavailable(
            "the database did not keep the change",
            field="database",
            value=str(getattr(group.failure, "orig", group.failure)),
            remedy="Send it again; if it fails again, see to the database and its disk.",
        ) from group.failure
