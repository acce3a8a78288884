"""What the fault proxy does to requests, and by which plan. Pure: the same plan does the same to
the same request numbers."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.errors import InvalidMessage


class FaultKind(StrEnum):
    """What is done. The amount is seconds, bytes or bytes/s."""

    DELAY = "delay"
    """Pass the request on after so many seconds."""
    CUT_UP = "cut-up"
    """Pass on so many bytes of the request, then cut the connection."""
    CUT_DOWN = "cut-down"
    """Pass on the request and so many bytes of the answer, then cut; 0 loses the answer."""
    HALF_OPEN = "half-open"
    """Pass on the request, never answer, and keep the connection."""
    DROP = "drop"
    """Cut the connection; nothing is passed on."""
    DUPLICATE = "duplicate"
    """Pass the request on twice; the second answer is dropped."""
    LATE = "late"
    """Cut the connection, and pass the request on after so many seconds."""
    BUSY = "503"
    """Answer 503; nothing is passed on."""
    THROTTLE = "throttle"
    """Pass on the answer with so many bytes/s."""


_AMOUNT = frozenset(
    {FaultKind.DELAY, FaultKind.CUT_UP, FaultKind.CUT_DOWN, FaultKind.LATE, FaultKind.THROTTLE}
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind, and how much of it."""

    kind: FaultKind
    amount: float = 0.0

    def __str__(self) -> str:
        return f"{self.kind}={self.amount:g}" if self.kind in _AMOUNT else self.kind.value


def parse_fault(text: str) -> Fault:
    """``delay=0.5``, ``cut-down=0``, ``half-open``; :class:`InvalidMessage`."""
    name, _, amount = text.partition("=")
    try:
        kind = FaultKind(name)
        value = float(amount) if amount else 0.0
    except ValueError:
        raise _wrong(text) from None
    needs = kind in (FaultKind.DELAY, FaultKind.LATE, FaultKind.THROTTLE)
    if not 0 <= value < float("inf") or (needs and value == 0) or (amount and kind not in _AMOUNT):
        raise _wrong(text)
    return Fault(kind, value)


@dataclass(frozen=True, slots=True)
class Plan:
    """Each request meets one of ``faults`` with a chance of ``rate``, by ``seed`` and its number;
    or each one, if there is no rate to it (1)."""

    faults: tuple[Fault, ...] = ()
    rate: float = 1.0
    seed: int = 0

    def fault(self, number: int) -> Fault | None:
        """What happens to a request, counted from 0."""
        dice = random.Random(f"proxy/{self.seed}/{number}")
        if not self.faults or dice.random() >= self.rate:
            return None
        return dice.choice(self.faults)


def parse_plan(faults: Sequence[str], rate: float, seed: int) -> Plan:
    """:class:`InvalidMessage` on a fault that is none."""
    return Plan(tuple(parse_fault(text) for text in faults), rate, seed)


def _wrong(text: str) -> InvalidMessage:
    return InvalidMessage(
        "no such fault",
        field="fault",
        value=text,
        remedy="Known: delay=S, late=S, cut-up=BYTES, cut-down=BYTES, throttle=BYTES_PER_S, "
        "half-open, drop, duplicate, 503.",
    )
