"""Who gets in: accounts, sessions, keys and tokens of an identity provider."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from wms_bridge.access.accounts import (
    AccountWanted,
    found_account,
    is_administered,
    put_account,
    set_password,
)
from wms_bridge.access.acting import Act, act, acting
from wms_bridge.access.audit import AuditReport, verify_part
from wms_bridge.access.auditing import AuditedStore, verify_store_audit
from wms_bridge.access.errors import InvalidAccess, NotSignedIn
from wms_bridge.access.keys import (
    USED_EVERY_MS,
    KeyWanted,
    add_key,
    key_of,
    principal_of_key,
    revoke_key,
)
from wms_bridge.access.passwords import Passwords, check_password
from wms_bridge.access.principal import Credential, Principal
from wms_bridge.access.roles import Role
from wms_bridge.access.sessions import (
    SEEN_EVERY_MS,
    SessionParams,
    count_try,
    principal_of_account,
    session_of,
    start_session,
)
from wms_bridge.access.tokens import SESSION_PREFIX, digest_of, new_key, new_session, public_half
from wms_bridge.access.tokens import same as same_secret
from wms_bridge.ports.store import Store
from wms_bridge.records.access import (
    ALL_SITES,
    AccountRecord,
    ApiKeyRecord,
    AuditEntry,
    AuditHead,
    AuditQuery,
)

OPEN_CHECK_MS = 1_000
"""How soon an open bridge sees that another process has made an account."""
_ENVIRONMENT = Principal(
    "key of the environment",
    frozenset({Role.ADMIN}),
    frozenset({ALL_SITES}),
    Credential.KEY,
)


class TokenVerifier(Protocol):
    """Knows the tokens of an identity provider."""

    def principal_of(self, token: str, now_ms: int) -> Principal:
        """Who a token speaks for; :class:`NotSignedIn` if it is not valid."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session has begun; ``token`` is told this once."""

    token: str = field(repr=False)
    principal: Principal
    expires_ms: int


class Access:
    """Accounts, sessions, keys, and the audit log, kept in ``store``. Safe to call from several
    threads. Times are milliseconds since 1970 UTC.

    ``environment_key`` is a key that is not kept in the store. With ``open_locally`` whoever asks
    without a credential is an administrator as long as there are no accounts and no keys.
    """

    def __init__(
        self,
        store: Store,
        *,
        open_locally: bool = False,
        environment_key: str | None = None,
        verifier: TokenVerifier | None = None,
        passwords: Passwords | None = None,
        sessions: SessionParams | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ):
        self._store = store if isinstance(store, AuditedStore) else AuditedStore(store)
        self._open_locally = open_locally and environment_key is None and verifier is None
        self._environment_key = environment_key
        self._verifier = verifier
        self._given_passwords = passwords
        self._making = threading.Lock()
        self._sessions = sessions or SessionParams()
        self._ticks = ticks
        self._open_until = 0.0

    # --- who asks ---

    def known_to_be_open(self) -> bool | None:
        """Whether anybody on this machine may do everything; ``None`` if that has to be looked up
        (:meth:`look_whether_open`), which it has at most once in :data:`OPEN_CHECK_MS`."""
        if not self._open_locally:
            return False
        return True if self._ticks() < self._open_until else None

    def look_whether_open(self) -> bool:
        """Whether there are neither accounts nor keys."""
        with self._store.reading() as tx:
            if tx.has_credentials():
                self._open_locally = False
                return False
        self._open_until = self._ticks() + OPEN_CHECK_MS / 1000
        return True

    def principal_of(self, token: str, now_ms: int) -> Principal:
        """Who sends a token; :class:`NotSignedIn` if it is not valid, whatever the reason."""
        found = self._principal_of(token, now_ms)
        if found is None:
            raise NotSignedIn("the key or session is not valid")
        return found

    def _principal_of(self, token: str, now_ms: int) -> Principal | None:
        if self._environment_key is not None and same_secret(token, self._environment_key):
            return _ENVIRONMENT
        public = public_half(token)
        if public is not None:
            return self._of_key(public, token, now_ms)
        if token.startswith(SESSION_PREFIX):
            return self._of_session(token, now_ms)
        if self._verifier is not None and token.count(".") == 2:
            return self._verifier.principal_of(token, now_ms)
        return None

    def _of_key(self, public: str, token: str, now_ms: int) -> Principal | None:
        with self._store.reading() as tx:
            record = key_of(tx, public, token, now_ms)
        if record is None:
            return None
        if record.last_used_ms is None or now_ms - record.last_used_ms >= USED_EVERY_MS:
            # Not a change that anybody makes: no entry in the audit log.
            with self._store.inner.writing() as tx:
                newest = tx.api_key(public)
                if newest is not None:
                    tx.put_api_key(replace(newest, last_used_ms=now_ms))
        return principal_of_key(record)

    def _of_session(self, token: str, now_ms: int) -> Principal | None:
        with self._store.reading() as tx:
            found = session_of(tx, token, self._sessions, now_ms)
        if found is None:
            return None
        session, record = found
        if now_ms - session.seen_ms >= SEEN_EVERY_MS:
            with self._store.inner.writing() as tx:
                if tx.session(session.digest) is not None:
                    tx.put_session(replace(session, seen_ms=now_ms))
        return principal_of_account(record)

    # --- people ---

    def login(self, name: str, password: str, address: str, now_ms: int) -> SignedIn:
        """Begin a session. :class:`NotSignedIn` whatever is wrong, :class:`Throttled` after many
        failures; neither tells whether there is such an account."""
        with self._store.reading() as tx:
            record = tx.account(name)
        known = record is not None and not record.disabled
        tried = _saying(f"login tried for {f'account {name}' if known else 'no account'}")
        with acting(tried), self._store.writing() as tx:
            count_try(tx, name, address, now_ms)
        if not self._passwords.fits(password, record.password if record and known else None):
            raise NotSignedIn("name or password is wrong")
        assert record is not None
        better = self._passwords.hash(password) if self._passwords.outdated(record.password) else ""
        token = new_session()
        signed_in = _saying(f"login of account {name}", who=f"account {name}")
        with acting(signed_in), self._store.writing() as tx:
            if tx.account(name) != record:
                raise NotSignedIn("name or password is wrong")
            if better:
                tx.put_account(replace(record, password=better))
            start_session(tx, record, token, address, self._sessions, now_ms)
        expires_ms = now_ms + self._sessions.longest_ms
        return SignedIn(token, principal_of_account(record), expires_ms)

    def logout(self, token: str) -> None:
        """End a session."""
        with self._store.writing() as tx:
            tx.remove_session(digest_of(token))

    def change_password(self, account: str, old: str, new: str, address: str, now_ms: int) -> None:
        """Give oneself another password, and end one's sessions. :class:`NotSignedIn` if the old
        one is wrong, :class:`Throttled` after many failures."""
        with self._store.reading() as tx:
            record = found_account(tx, account)
        with self._store.inner.writing() as tx:
            count_try(tx, account, address, now_ms)
        if not self._passwords.fits(old, record.password):
            raise NotSignedIn("the old password is wrong")
        check_password(new, account)
        hashed = self._passwords.hash(new)
        with self._store.writing() as tx:
            set_password(tx, account, hashed, now_ms)

    def put_account(
        self, wanted: AccountWanted, password: str | None, by: Principal | None, now_ms: int
    ) -> AccountRecord:
        """Add or change an account; see :func:`wms_bridge.access.accounts.put_account`."""
        if password is not None:
            check_password(password, wanted.account)
            wanted = replace(wanted, password=self._passwords.hash(password))
        with self._store.writing() as tx:
            record = put_account(tx, wanted, by, now_ms)
        self._open_until = 0.0
        return record

    def accounts(self) -> tuple[AccountRecord, ...]:
        """All accounts."""
        with self._store.reading() as tx:
            return tx.accounts()

    def account(self, account: str) -> AccountRecord:
        """One account; :class:`NotFound` if there is none of this name."""
        with self._store.reading() as tx:
            return found_account(tx, account)

    @property
    def _passwords(self) -> Passwords:
        # Made when first needed: it hashes once, which takes as long as a login.
        with self._making:
            if self._given_passwords is None:
                self._given_passwords = Passwords()
            return self._given_passwords

    # --- programs ---

    def add_key(
        self, wanted: KeyWanted, by: Principal | None, now_ms: int
    ) -> tuple[ApiKeyRecord, str]:
        """Make a key: what is kept of it, and the secret, told this once."""
        made = new_key()
        with self._store.writing() as tx:
            record = add_key(tx, made, wanted, by, now_ms)
        self._open_until = 0.0
        return record, made.secret

    def revoke_key(self, key: str, by: Principal | None, now_ms: int) -> ApiKeyRecord:
        """End a key; see :func:`wms_bridge.access.keys.revoke_key`."""
        with self._store.writing() as tx:
            return revoke_key(tx, key, by, now_ms)

    def all_keys(self) -> tuple[ApiKeyRecord, ...]:
        """All keys."""
        with self._store.reading() as tx:
            return tx.api_keys()

    # --- looking ---

    def check_exposure(self, host: str, now_ms: int) -> None:
        """:class:`InvalidAccess` if nobody could be told from anybody else on a bridge that
        listens at ``host``, which others than this machine reach."""
        with self._store.reading() as tx:
            guarded = self._environment_key is not None or is_administered(tx, now_ms)
        if not guarded:
            raise InvalidAccess(
                "the bridge would be open to the network: it has no administrator and no key",
                field="host",
                value=host,
                remedy="Make one first (podherd users add NAME --role admin --database FILE), set "
                "an API key (--api-key), or listen on 127.0.0.1.",
            )

    def audit(self, query: AuditQuery) -> tuple[AuditEntry, ...]:
        """Entries of the audit log."""
        with self._store.reading() as tx:
            return tx.audit(query)

    def verify_audit(self, kept: AuditHead | None = None) -> AuditReport:
        """Check the audit log."""
        return verify_store_audit(self._store, kept)

    def verify_audit_part(self, after: AuditHead, most: int) -> tuple[AuditReport, bool]:
        """Check ``most`` entries of the audit log after a known one; and whether these were the
        last."""
        with self._store.reading() as tx:
            entries = tx.audit_entries(after.number or None)
            return verify_part(entries, tx.audit_head(), after, most)


def _saying(what: str, who: str = "") -> Act:
    made = act() or Act("bridge", "")
    return replace(made, who=who or made.who, what=what)
