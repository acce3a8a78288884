"""On whose behalf the bridge does what it does at the moment; the audit log tells it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """``who`` (an account, the name of a key, a part of the bridge) does ``what`` (a request, a
    command line), and ``why`` in their own words, if they gave any."""

    who: str
    what: str
    why: str = ""


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
