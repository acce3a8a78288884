"""Logins and what comes of them."""

from dataclasses import dataclass, replace

from wms_bridge.access.errors import Throttled
from wms_bridge.access.lockout import (
    FORGOTTEN_MS,
    OF_ACCOUNT,
    OF_ADDRESS,
    one_more,
    subject_of,
    wait_ms,
)
from wms_bridge.access.principal import Credential, Principal, roles_of
from wms_bridge.access.tokens import digest_of
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.access import AccountRecord, SessionRecord

SEEN_EVERY_MS = 60_000
"""How exactly it is kept when a session was last used."""


@dataclass(frozen=True, slots=True)
class SessionParams:
    """A session ends when it was not used for ``idle_ms``, and ``longest_ms`` after the login."""

    idle_ms: int = 60 * 60_000
    longest_ms: int = 12 * 3600 * 1000


def count_try(tx: Writing, name: str, address: str, now_ms: int) -> None:
    """Count a login as failed before it is looked at, so that many at the same time do not slip
    through; :func:`start_session` takes it back. :class:`Throttled` if it has to wait."""
    waits = [
        (subject_of("account", name), OF_ACCOUNT),
        (subject_of("address", address), OF_ADDRESS),
    ]
    counted = [(tx.failed_logins(subject), subject, params) for subject, params in waits]
    wait = max(wait_ms(failed, params, now_ms) for failed, _, params in counted)
    if wait:
        raise Throttled("too many logins failed", wait)
    tx.remove_failed_logins_before(now_ms - FORGOTTEN_MS)
    for failed, subject, _ in counted:
        tx.put_failed_logins(one_more(failed, subject, now_ms))


def start_session(
    tx: Writing, record: AccountRecord, token: str, address: str, params: SessionParams, now_ms: int
) -> SessionRecord:
    """Begin a session of somebody whose password was right."""
    tx.remove_failed_logins(subject_of("account", record.account))
    counted = tx.failed_logins(subject_of("address", address))
    if counted is not None:
        tx.put_failed_logins(replace(counted, failures=max(0, counted.failures - 1)))
    tx.remove_sessions_before(now_ms - params.longest_ms)
    session = SessionRecord(digest_of(token), record.account, now_ms, now_ms)
    tx.put_session(session)
    return session


def session_of(
    tx: Reading, token: str, params: SessionParams, now_ms: int
) -> tuple[SessionRecord, AccountRecord] | None:
    """The session of a token with its account, if both are in force."""
    session = tx.session(digest_of(token))
    if session is None:
        return None
    too_long = now_ms - session.started_ms >= params.longest_ms
    if too_long or now_ms - session.seen_ms >= params.idle_ms:
        return None
    record = tx.account(session.account)
    return None if record is None or record.disabled else (session, record)


def principal_of_account(record: AccountRecord) -> Principal:
    """Who signed in."""
    sites, name = frozenset(record.sites), record.account
    return Principal(f"account {name}", roles_of(record.roles), sites, Credential.SESSION, name)
