"""How long logins have to wait after failures. Counted for the account and for the address it is
tried from, whether there is such an account or not."""

import hashlib
from dataclasses import dataclass

from wms_bridge.records.access import FailedLogins

FORGOTTEN_MS = 24 * 3600 * 1000
"""Failures in a row are forgotten after a day without any."""


@dataclass(frozen=True, slots=True)
class LockoutParams:
    """``free`` failures cost nothing; each further one doubles the wait from ``first_ms`` up to
    ``longest_ms``."""

    free: int
    first_ms: int
    longest_ms: int


OF_ACCOUNT = LockoutParams(free=5, first_ms=1_000, longest_ms=5 * 60_000)
"""Short enough that nobody can be kept out for long by a stranger who knows their name."""
OF_ADDRESS = LockoutParams(free=20, first_ms=1_000, longest_ms=15 * 60_000)


def wait_ms(failed: FailedLogins | None, params: LockoutParams, now_ms: int) -> int:
    """How long until the next try (ms); 0 if at once."""
    if failed is None or failed.failures <= params.free:
        return 0
    doubled = min(failed.failures - params.free - 1, 40)
    wait = min(params.longest_ms, params.first_ms << doubled)
    return max(0, failed.last_ms + wait - now_ms)


def one_more(failed: FailedLogins | None, subject: str, now_ms: int) -> FailedLogins:
    """The count after another failure."""
    before = failed.failures if failed and now_ms - failed.last_ms < FORGOTTEN_MS else 0
    return FailedLogins(subject, before + 1, now_ms)


def subject_of(kind: str, name: str) -> str:
    """What failures are counted under; hashed, as people type passwords where names belong."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{kind}:{digest}"
