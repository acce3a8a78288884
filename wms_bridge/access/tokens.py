"""Tokens that programs and browsers send. Only their SHA-256 is kept: 256 bits cannot be guessed,
so that a slow hash would add nothing."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

KEY_PREFIX = "phk_"
SESSION_PREFIX = "phs_"
SECRET_BYTES = 32
_ID_BYTES = 10


@dataclass(frozen=True, slots=True)
class NewKey:
    """The public half of a key, and the whole."""

    key: str
    secret: str = field(repr=False)


def new_key() -> NewKey:
    """A key: ``phk_<public half>_<secret>``."""
    public = base64.b32encode(secrets.token_bytes(_ID_BYTES)).decode().lower()
    return NewKey(public, f"{KEY_PREFIX}{public}_{secrets.token_urlsafe(SECRET_BYTES)}")


def new_session() -> str:
    """A session token."""
    return SESSION_PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def public_half(secret: str) -> str | None:
    """Which key a secret claims to be; ``None`` if it is no key of ours."""
    if not secret.startswith(KEY_PREFIX):
        return None
    public, _, rest = secret.removeprefix(KEY_PREFIX).partition("_")
    return public if public and rest else None


def digest_of(secret: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def same(left: str, right: str) -> bool:
    """Whether two secrets or digests are equal, in the same time for each."""
    return hmac.compare_digest(
        left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass")
    )
