"""What somebody asks "what if" of, and what came out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Value = int | float | str


class WhatIfKind(StrEnum):
    """From where the futures begin."""

    LIVE = "live"
    """From now: the running floor with its robots, pods and orders, as the event log has them."""
    SITE = "site"
    """From the beginning of a shift of generated orders, on the running site or a drawn one."""


class WhatIfState(StrEnum):
    """How far an answer is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """The bridge was started anew while it ran: it ended, and nobody knows with what."""

    @property
    def final(self) -> bool:
        """Whether nothing more will come."""
        return self not in (WhatIfState.WAITING, WhatIfState.RUNNING)


@dataclass(frozen=True, slots=True)
class WhatIfChange:
    """One thing that is otherwise, by the names of ``podherd whatif --vary``: ``robots`` (how many
    in all), ``closed`` (stations that are closed, joined by ``+``; ``none``), ``pick_s``,
    ``volume``, or a parameter of the dispatcher such as ``release.rule``."""

    key: str
    value: Value


@dataclass(frozen=True, slots=True)
class Alternative:
    """One choice: nothing changed is "as it is". ``site`` is a site document (JSON text) instead of
    the running one, in questions of kind ``site`` only."""

    name: str
    changes: tuple[WhatIfChange, ...] = ()
    site: str | None = None


@dataclass(frozen=True, slots=True)
class WhatIfQuestion:
    """``alternatives`` to compare, the first is what the others are compared with. Each is run
    under ``seeds`` seeds for up to ``hours`` of site time; orders without a due time are due
    ``promise_h`` hours after they come in. ``orders`` is how many are generated (kind ``site``)."""

    kind: WhatIfKind
    alternatives: tuple[Alternative, ...]
    seeds: int = 3
    hours: float = 4.0
    promise_h: float = 4.0
    orders: int = 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """Mean over the seeds, and half the width of its 95 % confidence interval (Student's t);
    ``None`` from one seed."""

    mean: float
    half_width: float | None = None


@dataclass(frozen=True, slots=True)
class WhatIfResult:
    """Of one alternative: figures by their names in ``futures.csv`` (``done``, ``late``,
    ``lines_per_h``, ``station_use``, ``robot_use``, ``cost_per_line``, ...) over ``futures`` that
    came to their end; ``failed`` did not, the first because of ``error``."""

    name: str
    futures: int
    failed: int
    figures: Mapping[str, Estimate] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True, slots=True)
class WhatIfRun:
    """A question and how far its answer is: ``done`` of ``total`` futures. ``by`` asked it."""

    number: int
    question: WhatIfQuestion
    by: str
    reason: str
    asked_ms: int
    state: WhatIfState = WhatIfState.WAITING
    begun_ms: int | None = None
    ended_ms: int | None = None
    done: int = 0
    total: int = 0
    results: tuple[WhatIfResult, ...] = ()
    error: str = ""
