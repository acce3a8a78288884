"""Errors of accounts, keys and those who ask."""

from planner.warehouse.errors import PodherdError


class InvalidAccess(PodherdError):
    """An account, a key, a password or a setting of security that cannot be used."""


class NotSignedIn(PodherdError):
    """A login or a credential that is not valid; it is never told why."""


class NotAllowed(PodherdError):
    """What somebody may not do. ``code`` is ``forbidden`` or ``foreign_site``."""

    def __init__(self, problem: str, *, code: str = "forbidden", field: str = "", remedy: str = ""):
        super().__init__(problem, field=field, remedy=remedy)
        self.code = code


class Throttled(PodherdError):
    """Too much in too little time; ``retry_after_ms`` tells when to try again."""

    def __init__(self, problem: str, retry_after_ms: int, *, remedy: str = ""):
        super().__init__(problem, remedy=remedy or "Wait as long as Retry-After says.")
        self.retry_after_ms = retry_after_ms


class BlockedAddress(PodherdError):
    """An address that the bridge must not send to."""
