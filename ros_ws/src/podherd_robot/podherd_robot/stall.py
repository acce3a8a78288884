"""A base that does not do what it is told: blocked, stopped by its emergency stop, or broken."""

from podherd_robot.drive_params import SafetyParams
from podherd_robot.safety import Step
from podherd_ros.base import Velocity

_TOLD_MPS = 0.08
_TOLD_RADPS = 0.15
"""Slower orders may be too slow for a base to move at all."""
_MOVES_MPS = 0.01
_MOVES_RADPS = 0.02


class StallWatch:
    """Notices that nothing moves, and lets the base rest for a while before it tries again."""

    def __init__(self, params: SafetyParams):
        self._params = params
        self._still_ms: int | None = None
        """Told to move and not moving since then."""
        self._rests_ms: int | None = None
        """Held up since then."""

    @property
    def held_up(self) -> bool:
        """It shall rest."""
        return self._rests_ms is not None

    def feel(self, at_ms: int, told: Velocity, step: Step, seconds: float) -> None:
        """What the base was told before, and how it has moved since, in ``seconds``."""
        if self._rests_ms is not None:
            if at_ms - self._rests_ms >= self._params.again_ms:
                self._rests_ms = self._still_ms = None
            return
        wants = max(abs(told.forward_mps), abs(told.left_mps)) > _TOLD_MPS
        wants = wants or abs(told.turn_radps) > _TOLD_RADPS
        moves = max(abs(step.ahead_m), abs(step.left_m)) > _MOVES_MPS * seconds
        if not wants or moves or abs(step.turn_rad) > _MOVES_RADPS * seconds:
            self._still_ms = None
        elif self._still_ms is None:
            self._still_ms = at_ms
        elif at_ms - self._still_ms >= self._params.stall_ms:
            self._rests_ms = at_ms

    def restart_clock(self) -> None:
        """Time begins anew."""
        self._still_ms = self._rests_ms = None
