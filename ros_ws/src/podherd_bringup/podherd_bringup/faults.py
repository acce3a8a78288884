"""What goes wrong in ``podherd demo --faults``, for somebody at the console to deal with.

The plan is pure and seeded; :class:`Injector` carries it out on the processes of the shift.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from podherd_bringup.programs import Wiring, webhook_program
from podherd_bringup.shift import Progress
from podherd_bringup.supervisor import Supervisor
from wms_bridge.records.work import Tally

SHORT_SLOT_SHARE = 0.08
"""Slots that hold less than the books say: short picks, and discrepancies to decide on."""
ARM_FAILURE_RATE = 0.3
"""Picks that a robot arm gives up."""
SPEED = "10"
"""Of site time to wall time, unless told otherwise: slow enough for a person."""
_FIRST_SHARE, _LAST_SHARE = 0.1, 0.8
_SILENT_S = (60, 240)
_AWAY_S = (120, 300)
_WMS = "wms"


class FaultKind(StrEnum):
    """What goes wrong."""

    SILENT = "silent"
    """A robot's process halts: its robots hear nothing, say nothing and stand at the end of their
    base until it goes on."""
    KILLED = "killed"
    """A process is killed; it is started again."""
    AWAY = "away"
    """The WMS cannot be reached."""


@dataclass(frozen=True, slots=True)
class Fault:
    """It begins when ``at_share`` (0 to 1) of the order lines are closed, and lasts ``for_s``
    seconds of site time (0: it is over at once). ``target`` names the process."""

    kind: FaultKind
    target: str
    at_share: float
    for_s: int = 0

    def __str__(self) -> str:
        match self.kind:
            case FaultKind.SILENT:
                return f"{self.target} is silent for {self.for_s} s"
            case FaultKind.KILLED:
                return f"{self.target} is killed"
            case FaultKind.AWAY:
                return f"the WMS is away for {self.for_s} s"


def plan_faults(robots: Sequence[str], seed: int, *, wms_goes: bool = True) -> tuple[Fault, ...]:
    """What goes wrong in a shift with these processes of robots, in order: every kind at least
    once. ``wms_goes`` is whether the WMS is one that may be stopped."""
    random = Random(f"{seed}/faults")
    kinds = [FaultKind.SILENT] * 3 + [FaultKind.KILLED] * 3 + [FaultKind.AWAY] * wms_goes
    random.shuffle(kinds)
    killed = ["bridge", "fleet", random.choice(list(robots))]
    random.shuffle(killed)
    step = (_LAST_SHARE - _FIRST_SHARE) / len(kinds)
    found = []
    for place, kind in enumerate(kinds):
        at_share = round(_FIRST_SHARE + step * (place + random.random()), 3)
        if kind is FaultKind.SILENT:
            target, for_s = random.choice(list(robots)), random.randint(*_SILENT_S)
            found.append(Fault(kind, target, at_share, for_s))
        elif kind is FaultKind.KILLED:
            found.append(Fault(kind, killed.pop(), at_share))
        else:
            found.append(Fault(kind, _WMS, at_share, random.randint(*_AWAY_S)))
    return tuple(found)


class Injector:
    """Has ``faults`` begin and end as the shift goes on; ``tell`` hears of each."""

    def __init__(
        self,
        faults: Sequence[Fault],
        wiring: Wiring,
        supervisor: Supervisor,
        tell: Callable[[str], None],
    ):
        self._to_come = sorted(faults, key=lambda fault: fault.at_share)
        self._under_way: list[tuple[int, Fault]] = []
        self._wiring = wiring
        self._supervisor = supervisor
        self._tell = tell

    def watch(self, progress: Progress) -> None:
        """To be called about ten times a second."""
        share = progress.counts.get(Tally.LINES_CLOSED, 0) / max(progress.lines, 1)
        while self._to_come and share >= self._to_come[0].at_share:
            fault = self._to_come.pop(0)
            busy = any(fault.target == other.target for _, other in self._under_way)
            if not busy:  # a process that has halted already can neither halt nor be killed
                self._begin(fault, progress.site_ms)
        for until_ms, fault in [one for one in self._under_way if one[0] <= progress.site_ms]:
            self._under_way.remove((until_ms, fault))
            self._end(fault)

    def _begin(self, fault: Fault, now_ms: int) -> None:
        self._tell(f"fault: {fault}")
        match fault.kind:
            case FaultKind.SILENT:
                self._supervisor.halt(fault.target)
            case FaultKind.KILLED:
                self._supervisor.kill(fault.target)
            case FaultKind.AWAY:
                self._supervisor.end([fault.target])
        if fault.for_s:
            self._under_way.append((now_ms + fault.for_s * 1000, fault))

    def _end(self, fault: Fault) -> None:
        self._tell(f"over: {fault}")
        if fault.kind is FaultKind.AWAY:
            self._supervisor.start(webhook_program(self._wiring))
        else:
            self._supervisor.go_on(fault.target)
