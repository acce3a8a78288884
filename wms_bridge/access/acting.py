"""On whose behalf the bridge does what it does at the moment; the audit log tells it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """``who`` (an account, the name of a key, a part of the bridge) does ``what`` (a request, a
    command line), and ``why`` in their own words, if they gave any; ``origin`` is the address it
    came from. Without ``at_ms`` (since 1970 UTC) the bridge's clock tells when."""

    who: str
    what: str
    why: str = ""
    origin: str = ""
    at_ms: int | None = None


_ACT: ContextVar[Act | None] = ContextVar("act", default=None)


@contextmanager
def acting(act: Act) -> Iterator[None]:
    """Everything done inside is done by this act; threads started for it inherit that where they
    copy the context."""
    token = _ACT.set(act)
    try:
        yield
    finally:
        _ACT.reset(token)


def act() -> Act | None:
    """The act under way."""
    return _ACT.get()


def act_is(better_known: Act) -> None:
    """Say more of the act under way, up to the end of its :func:`acting` block."""
    _ACT.set(better_known)
