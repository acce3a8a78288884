"""When the world may go on: lock-step with the fleet, and not faster than asked for.

Pure: wall time comes in as a number. The rules, in this order:

1. Nothing moves before the fleet has planned once.
2. Lock-step: the world goes at most one planning period past the last time the fleet has planned
   for, and stands still while a pick is being confirmed.
3. If that holds it up for longer than ``patience_s`` of wall time, the fleet or the bridge is taken
   for dead, and the world goes on at real-time pace until it hears from them: floors do not wait.
4. Never faster than ``speed`` times real time, if there is a limit.
"""

from dataclasses import dataclass

from planner.warehouse.errors import PodherdError

MAX = "max"
_LATE_S = 0.25
"""Time lost beyond this, wall time, is lost; below, the world catches up."""


def parse_speed(text: str) -> float | None:
    """``max`` is None, anything else a factor of real time above 0."""
    if text == MAX:
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.0 < speed < 1e6:
        raise PodherdError(
            "speed must be a factor of real time",
            field="speed",
            value=text,
            remedy=f"Write {MAX}, 1 for real time, or a factor such as 10.",
        )
    return speed


@dataclass(slots=True)
class Patience:
    """Something that may hold the world up, but not for ever (rule 3)."""

    limit_s: float
    _since_s: float | None = None
    _free_from: tuple[int, float] | None = None

    def lets_pass(self, held_up: bool, next_ms: int, now_ms: int, wall_s: float) -> bool:
        """Whether the world may go from ``now_ms`` to ``next_ms``, seen from here."""
        if not held_up:
            self._since_s = self._free_from = None
            return True
        if self._since_s is None:
            self._since_s = wall_s
        if wall_s - self._since_s < self.limit_s:
            return False
        if self._free_from is None:
            self._free_from = (now_ms, wall_s)
        start_ms, start_s = self._free_from
        return next_ms <= start_ms + (wall_s - start_s) * 1_000


class Pacer:
    """``period_ms`` is the planning period, ``speed`` None means as fast as possible."""

    def __init__(self, period_ms: int, speed: float | None = None, patience_s: float = 1.0):
        self._period_ms = period_ms
        self._speed = speed
        self._fleet = Patience(patience_s)
        self._picks = Patience(patience_s)
        self._planned_ms: int | None = None
        self._paced_from: tuple[int, float] | None = None

    @property
    def begun(self) -> bool:
        """The fleet has been heard of."""
        return self._planned_ms is not None

    def planned(self, at_ms: int) -> None:
        """The fleet has planned for ``at_ms`` (a fleet that restarts may name an older time)."""
        self._planned_ms = max(at_ms, self._planned_ms or 0)

    def may_go_to(self, next_ms: int, now_ms: int, wall_s: float, *, picking: bool) -> bool:
        """Whether site time may advance from ``now_ms`` to ``next_ms`` at ``wall_s``.

        ``picking``: a pick is being confirmed.
        """
        if self._planned_ms is None:
            return False
        ahead = next_ms > self._planned_ms + self._period_ms
        return (
            self._fleet.lets_pass(ahead, next_ms, now_ms, wall_s)
            and self._picks.lets_pass(picking, next_ms, now_ms, wall_s)
            and self._keeps_pace(next_ms, now_ms, wall_s)
        )

    def _keeps_pace(self, next_ms: int, now_ms: int, wall_s: float) -> bool:
        """Rule 4; time lost is not made up for by a burst."""
        if self._speed is None:
            return True
        start_ms, start_s = self._paced_from or (now_ms, wall_s)
        due_s = start_s + (next_ms - start_ms) / 1_000 / self._speed
        late_s = wall_s - due_s
        self._paced_from = (next_ms, wall_s) if late_s > _LATE_S else (start_ms, start_s)
        return late_s >= 0
