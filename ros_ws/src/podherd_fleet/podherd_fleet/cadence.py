"""When the fleet ticks, and when it lets the world go on. Pure: wall time (s) comes in."""

from dataclasses import dataclass

REPORTS_S = 0.2
"""In lock-step, robots' reports of a tick's time are waited for so long."""


@dataclass(slots=True)
class Cadence:
    """The fleet ticks when the clock says so, in ``lockstep`` only after every report of that time;
    the world goes on when robots have answered what they were sent."""

    lockstep: bool = False
    _wanted_ms: int | None = None
    _since_s: float = 0.0

    def want(self, now_ms: int, wall_s: float) -> None:
        """The clock shows ``now_ms``, and a tick is due."""
        if self._wanted_ms is None:
            self._since_s = wall_s
        self._wanted_ms = now_ms

    def is_due(self, wall_s: float, *, heard_all: bool) -> bool:
        """Whether to tick now."""
        waited = wall_s - self._since_s >= REPORTS_S
        return self._wanted_ms is not None and (heard_all or waited or not self.lockstep)

    @property
    def wanted_ms(self) -> int | None:
        """The time that a tick is due for, if one is."""
        return self._wanted_ms

    def ticked(self) -> None:
        """The tick is done."""
        self._wanted_ms = None

    def lets_go(self, *, answered: bool) -> bool:
        """Whether the world may go on: robots have ``answered``."""
        return self._wanted_ms is None and answered
