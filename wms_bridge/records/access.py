"""What the bridge remembers of accounts, keys, sessions and of who did what."""

from dataclasses import dataclass, field

ALL_SITES = "*"
"""Stands for every site."""


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """A person. ``password`` is an argon2id hash with its parameters."""

    account: str
    password: str = field(repr=False)
    roles: tuple[str, ...]
    sites: tuple[str, ...]
    created_ms: int
    changed_ms: int
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class ApiKeyRecord:
    """The key of a program. ``key`` is its public half, ``digest`` the SHA-256 of the whole."""

    key: str
    name: str
    digest: str = field(repr=False)
    role: str
    sites: tuple[str, ...]
    created_ms: int
    expires_ms: int | None = None
    last_used_ms: int | None = None
    revoked_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """Somebody who logged in; ``digest`` is the SHA-256 of the token."""

    digest: str = field(repr=False)
    account: str
    started_ms: int
    seen_ms: int


@dataclass(frozen=True, slots=True)
class FailedLogins:
    """Logins in a row that failed for a subject (an account or an address, hashed)."""

    subject: str
    failures: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what, when (ms since 1970 UTC), why in their own words and from where; ``digest``
    covers this and the entry before."""

    number: int
    at_ms: int
    who: str
    what: str
    why: str
    origin: str
    digest: str


@dataclass(frozen=True, slots=True)
class AuditHead:
    """Number and digest of the newest entry: what to keep in another place."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which entries, newest first: by ``who`` (exactly), words in ``what``, and time."""

    who: str | None = None
    what: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    before: int | None = None
    limit: int = 100
