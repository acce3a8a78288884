"""The part of the store in memory for access and audit; see :mod:`wms_bridge.ports.access`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from wms_bridge.adapters.memory.changing import Changing
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


@dataclass(slots=True)
class AccessTables:
    """Records by their names."""

    accounts: dict[str, AccountRecord] = field(default_factory=dict)
    api_keys: dict[str, ApiKeyRecord] = field(default_factory=dict)
    sessions: dict[str, SessionRecord] = field(default_factory=dict)
    failed_logins: dict[str, FailedLogins] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)
    audit_head: dict[str, AuditHead] = field(default_factory=dict)


class MemoryAccessReading:
    """Questions to the tables."""

    _access: AccessTables

    def account(self, account: str) -> AccountRecord | None:
        return self._access.accounts.get(account)

    def accounts(self) -> tuple[AccountRecord, ...]:
        return tuple(self._access.accounts[name] for name in sorted(self._access.accounts))

    def api_key(self, key: str) -> ApiKeyRecord | None:
        return self._access.api_keys.get(key)

    def api_keys(self) -> tuple[ApiKeyRecord, ...]:
        found = self._access.api_keys.values()
        return tuple(sorted(found, key=lambda record: (record.created_ms, record.key)))

    def has_credentials(self) -> bool:
        return bool(self._access.accounts or self._access.api_keys)

    def session(self, digest: str) -> SessionRecord | None:
        return self._access.sessions.get(digest)

    def failed_logins(self, subject: str) -> FailedLogins | None:
        return self._access.failed_logins.get(subject)

    def audit(self, query: AuditQuery) -> tuple[AuditEntry, ...]:
        wanted = (entry for entry in reversed(self._access.audit) if _matches(entry, query))
        return tuple(islice(wanted, query.limit))

    def audit_entries(self, after: int | None = None) -> Iterator[AuditEntry]:
        return (entry for entry in self._access.audit if after is None or entry.number > after)

    def audit_head(self) -> AuditHead | None:
        return self._access.audit_head.get(_LOG)


class MemoryAccessWriting(MemoryAccessReading, Changing):
    """Changes to the tables."""

    def put_account(self, account: AccountRecord) -> None:
        self._set(self._access.accounts, account.account, account)

    def put_api_key(self, key: ApiKeyRecord) -> None:
        self._set(self._access.api_keys, key.key, key)

    def put_session(self, session: SessionRecord) -> None:
        self._set(self._access.sessions, session.digest, session)

    def remove_session(self, digest: str) -> None:
        self._remove(self._access.sessions, digest)

    def remove_sessions(self, account: str) -> None:
        for session in list(self._access.sessions.values()):
            if session.account == account:
                self._remove(self._access.sessions, session.digest)

    def remove_sessions_before(self, started_ms: int) -> None:
        for session in list(self._access.sessions.values()):
            if session.started_ms < started_ms:
                self._remove(self._access.sessions, session.digest)

    def put_failed_logins(self, failed: FailedLogins) -> None:
        self._set(self._access.failed_logins, failed.subject, failed)

    def remove_failed_logins(self, subject: str) -> None:
        self._remove(self._access.failed_logins, subject)

    def remove_failed_logins_before(self, last_ms: int) -> None:
        for failed in list(self._access.failed_logins.values()):
            if failed.last_ms < last_ms:
                self._remove(self._access.failed_logins, failed.subject)

    def append_audit(self, entry: AuditEntry) -> None:
        self._append(self._access.audit, entry)
        self._set(self._access.audit_head, _LOG, AuditHead(entry.number, entry.digest))


def _matches(entry: AuditEntry, query: AuditQuery) -> bool:
    return (
        query.who in (None, entry.who)
        and (query.what is None or query.what.lower() in entry.what.lower())
        and (query.since_ms is None or entry.at_ms >= query.since_ms)
        and (query.until_ms is None or entry.at_ms < query.until_ms)
        and (query.before is None or entry.number < query.before)
    )
