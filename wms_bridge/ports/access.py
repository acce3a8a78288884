"""What accounts, keys and the audit log need of a store; part of :mod:`wms_bridge.ports`."""

from collections.abc import Iterator
from typing import Protocol

from wms_bridge.records.access import (
    AccountRecord,
    ApiKeyRecord,
    AuditEntry,
    AuditHead,
    AuditQuery,
    FailedLogins,
    SessionRecord,
)


class AccessReading(Protocol):
    """Questions to the store. Records that are not there are ``None``."""

    def account(self, account: str) -> AccountRecord | None:
        """One account."""

    def accounts(self) -> tuple[AccountRecord, ...]:
        """All accounts, by name."""

    def api_key(self, key: str) -> ApiKeyRecord | None:
        """One key by its public half."""

    def api_keys(self) -> tuple[ApiKeyRecord, ...]:
        """All keys, those revoked included, the oldest first."""

    def has_credentials(self) -> bool:
        """Whether there ever was an account or a key."""

    def session(self, digest: str) -> SessionRecord | None:
        """One session by the digest of its token."""

    def failed_logins(self, subject: str) -> FailedLogins | None:
        """Failed logins in a row of a subject."""

    def audit(self, query: AuditQuery) -> tuple[AuditEntry, ...]:
        """Entries of the audit log as asked for, the newest first."""

    def audit_entries(self, after: int | None = None) -> Iterator[AuditEntry]:
        """The audit log by number, as it stands there, sound or not: all of it, or what comes after
        a number."""

    def audit_head(self) -> AuditHead | None:
        """The newest entry as it was when it was written; ``None`` before the first."""


class AccessWriting(AccessReading, Protocol):
    """Changes to the store: all of a transaction or none."""

    def put_account(self, account: AccountRecord) -> None:
        """Add an account, or replace it."""

    def put_api_key(self, key: ApiKeyRecord) -> None:
        """Add a key, or replace it."""

    def put_session(self, session: SessionRecord) -> None:
        """Add a session, or replace it."""

    def remove_session(self, digest: str) -> None:
        """End a session, if it is there."""

    def remove_sessions(self, account: str) -> None:
        """End all sessions of an account."""

    def remove_sessions_before(self, started_ms: int) -> None:
        """End the sessions that began before a time."""

    def put_failed_logins(self, failed: FailedLogins) -> None:
        """Replace the count of a subject."""

    def remove_failed_logins(self, subject: str) -> None:
        """Forget the count of a subject, if there is one."""

    def remove_failed_logins_before(self, last_ms: int) -> None:
        """Forget counts that nothing was added to since a time."""

    def append_audit(self, entry: AuditEntry) -> None:
        """Add the next entry, and keep it as the head."""
