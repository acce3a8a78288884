"""Passwords: argon2id (RFC 9106), checked in the same time whether there is an account or not."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from wms_bridge.access.errors import InvalidAccess

SHORTEST = 12
LONGEST = 256
"""Characters of a password (NIST SP 800-63B asks for at least 8, and for long ones to be taken)."""
AT_ONCE = 2
"""Hashes at the same time: each takes 64 MiB."""


class Passwords:
    """Hashes and checks passwords."""

    def __init__(self, hasher: PasswordHasher | None = None):
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = self._hasher.hash("the password of nobody")

    def hash(self, password: str) -> str:
        """The hash to keep."""
        with self._turns:
            return self._hasher.hash(_bytes(password))

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether it is the password that was hashed; takes as long without a hash."""
        with self._turns:
            try:
                self._hasher.verify(kept or self._nobody, _bytes(password))
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def outdated(self, kept: str) -> bool:
        """Whether a hash was made with other parameters than are in use now."""
        return self._hasher.check_needs_rehash(kept)


def check_password(password: str, account: str) -> None:
    """:class:`InvalidAccess` on a password too short, too long or made of the account's name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidAccess(
            f"a password has {SHORTEST} to {LONGEST} characters",
            field="password",
            remedy="Take a few words.",
        )
    left = password.lower().replace(account.lower(), "")
    if len(left) < SHORTEST // 2 or len(set(password)) < SHORTEST // 3:
        raise InvalidAccess(
            "the password is little more than the account's name or one letter",
            field="password",
            remedy="Take a few words.",
        )


def _bytes(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
