"""The part of the database for access and audit; see :mod:`wms_bridge.ports.access`."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, delete, exists, insert, select, update

from planner.codec.messages import decode, encode, from_json, to_json
from wms_bridge.adapters.sql.access_tables import (
    ACCOUNT,
    API_KEY,
    AUDIT,
    AUDIT_HEAD,
    FAILED_LOGIN,
    SESSION,
)
from wms_bridge.adapters.sql.statements import insert_into, keys, select_by
from wms_bridge.records.access import (
    AccountRecord,
    ApiKeyRecord,
    AuditEntry,
    AuditHead,
    AuditQuery,
    FailedLogins,
    SessionRecord,
)

_LOG = "audit"
_FETCHED = 1000
_HEAD = select(AUDIT_HEAD.c.number, AUDIT_HEAD.c.digest).where(AUDIT_HEAD.c.log == _LOG)
_MOVE_HEAD = (
    update(AUDIT_HEAD)
    .where(AUDIT_HEAD.c.log == _LOG)
    .values(number=bindparam("to_number"), digest=bindparam("to_digest"))
)
_HAS_CREDENTIALS = select(exists(select(ACCOUNT.c.account)) | exists(select(API_KEY.c.key)))


class SqlAccessReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection

    def account(self, account: str) -> AccountRecord | None:
        row = self._access_row(ACCOUNT, account=account)
        return None if row is None else from_json(row, AccountRecord)

    def accounts(self) -> tuple[AccountRecord, ...]:
        found = self._connection.execute(select(ACCOUNT).order_by(ACCOUNT.c.account))
        return tuple(from_json(_cells(row), AccountRecord) for row in found)

    def api_key(self, key: str) -> ApiKeyRecord | None:
        row = self._access_row(API_KEY, key=key)
        return None if row is None else from_json(row, ApiKeyRecord)

    def api_keys(self) -> tuple[ApiKeyRecord, ...]:
        query = select(API_KEY).order_by(API_KEY.c.created_ms, API_KEY.c.key)
        found = self._connection.execute(query)
        return tuple(from_json(_cells(row), ApiKeyRecord) for row in found)

    def has_credentials(self) -> bool:
        return bool(self._connection.execute(_HAS_CREDENTIALS).scalar_one())

    def session(self, digest: str) -> SessionRecord | None:
        row = self._access_row(SESSION, digest=digest)
        return None if row is None else from_json(row, SessionRecord)

    def failed_logins(self, subject: str) -> FailedLogins | None:
        row = self._access_row(FAILED_LOGIN, subject=subject)
        return None if row is None else from_json(row, FailedLogins)

    def audit(self, query: AuditQuery) -> tuple[AuditEntry, ...]:
        found = select(AUDIT).order_by(AUDIT.c.number.desc()).limit(query.limit)
        if query.who is not None:
            found = found.where(AUDIT.c.who == query.who)
        if query.what is not None:
            found = found.where(AUDIT.c.what.icontains(query.what, autoescape=True))
        if query.since_ms is not None:
            found = found.where(AUDIT.c.at_ms >= query.since_ms)
        if query.until_ms is not None:
            found = found.where(AUDIT.c.at_ms < query.until_ms)
        if query.before is not None:
            found = found.where(AUDIT.c.number < query.before)
        return tuple(_entry(row) for row in self._connection.execute(found))

    def audit_entries(self, after: int | None = None) -> Iterator[AuditEntry]:
        while True:
            query = select(AUDIT).order_by(AUDIT.c.number).limit(_FETCHED)
            if after is not None:
                query = query.where(AUDIT.c.number > after)
            rows = self._connection.execute(query).all()
            yield from map(_entry, rows)
            if len(rows) < _FETCHED:
                return
            after = rows[-1].number

    def audit_head(self) -> AuditHead | None:
        row = self._connection.execute(_HEAD).first()
        return None if row is None else AuditHead(row.number, row.digest)

    def _access_row(self, table: Table, **by: str) -> dict[str, Any] | None:
        row = self._connection.execute(select_by(table, *by), keys(**by)).first()
        return None if row is None else _cells(row)


class SqlAccessWriting(SqlAccessReading):
    """Changes over one connection inside one transaction."""

    def put_account(self, account: AccountRecord) -> None:
        self._put_access(ACCOUNT, account, "account")

    def put_api_key(self, key: ApiKeyRecord) -> None:
        self._put_access(API_KEY, key, "key")

    def put_session(self, session: SessionRecord) -> None:
        self._put_access(SESSION, session, "digest")

    def remove_session(self, digest: str) -> None:
        self._connection.execute(delete(SESSION).where(SESSION.c.digest == digest))

    def remove_sessions(self, account: str) -> None:
        self._connection.execute(delete(SESSION).where(SESSION.c.account == account))

    def remove_sessions_before(self, started_ms: int) -> None:
        self._connection.execute(delete(SESSION).where(SESSION.c.started_ms < started_ms))

    def put_failed_logins(self, failed: FailedLogins) -> None:
        self._put_access(FAILED_LOGIN, failed, "subject")

    def remove_failed_logins(self, subject: str) -> None:
        self._connection.execute(delete(FAILED_LOGIN).where(FAILED_LOGIN.c.subject == subject))

    def remove_failed_logins_before(self, last_ms: int) -> None:
        self._connection.execute(delete(FAILED_LOGIN).where(FAILED_LOGIN.c.last_ms < last_ms))

    def append_audit(self, entry: AuditEntry) -> None:
        self._connection.execute(insert_into(AUDIT), to_json(entry))
        moved = {"to_number": entry.number, "to_digest": entry.digest}
        if self._connection.execute(_MOVE_HEAD, moved).rowcount == 0:
            head = {"log": _LOG, "number": entry.number, "digest": entry.digest}
            self._connection.execute(insert_into(AUDIT_HEAD), head)

    def _put_access(self, table: Table, record: object, name: str) -> None:
        row = {
            column: encode(cell).decode() if isinstance(cell, list | tuple) else cell
            for column, cell in to_json(record).items()
        }
        where = table.c[name] == row[name]
        if self._connection.execute(update(table).where(where).values(row)).rowcount == 0:
            self._connection.execute(insert(table).values(row))


def _cells(row: Row[Any]) -> dict[str, Any]:
    cells = {str(name): cell for name, cell in row._mapping.items()}
    for name in {"roles", "sites"} & set(cells):
        cells[name] = decode(cells[name].encode())
    return cells


def _entry(row: Row[Any]) -> AuditEntry:
    # As it stands there: whether it can be what was written is for the check to say.
    cells = row._mapping
    return AuditEntry(
        cells["number"],
        cells["at_ms"],
        cells["who"],
        cells["what"],
        cells["why"],
        cells["origin"],
        cells["digest"],
    )
