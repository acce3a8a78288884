"""Cases of the kit: what they are called, what they show, and what became of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from wms_bridge.conformance.rig import Rig

Play = Callable[[Rig], Awaitable[None]]


class Verdict(StrEnum):
    """What became of a case."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"
    """The WMS or its connector cannot do what the case needs; never the same as passed."""


@dataclass(frozen=True, slots=True)
class Case:
    """``rule`` is what the bridge rests on."""

    name: str
    shows: str
    rule: str
    play: Play


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case, why, and how long it took (ms)."""

    case: Case
    verdict: Verdict
    reason: str
    took_ms: int
    faults: int = 0


CASES: list[Case] = []


def case(name: str, shows: str, rule: str) -> Callable[[Play], Play]:
    """Make a function a case. Its rig is its own: names, stock, bridge and connections."""

    def add(play: Play) -> Play:
        if any(known.name == name for known in CASES):
            raise ValueError(f"there are two cases {name}")
        CASES.append(Case(name, shows, rule, play))
        return play

    return add
