"""How the simulated floor behaves; all of it seeded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorldParams:
    """Our assumptions about execution noise, not measurements of a real floor.

    Physics advances in steps of ``step_ms`` and robots report every ``report_ms`` and on change.
    On every edge (with the turn before it) a robot is slower than its rating by a factor drawn
    evenly between ``slowest_pace`` and 1; lifting and lowering take up to ``lift_spread`` longer.
    At each node a robot halts with probability ``pause_chance``, for ``pause_min_s`` to
    ``pause_max_s``. ``tolerance_m`` is how far from a pod or charger a robot may stand to use it.
    """

    step_ms: int = 100
    report_ms: int = 1_000
    slowest_pace: float = 0.9
    pause_chance: float = 0.002
    pause_min_s: float = 1.0
    pause_max_s: float = 5.0
    lift_spread: float = 0.15
    tolerance_m: float = 0.05

    def __post_init__(self) -> None:
        if self.step_ms <= 0 or self.report_ms <= 0:
            raise ValueError(f"step_ms and report_ms must be positive (found {self})")
        if not 0 < self.slowest_pace <= 1:
            raise ValueError(f"slowest_pace must be in (0, 1] (found {self.slowest_pace})")
        if not 0 <= self.pause_chance <= 1:
            raise ValueError(f"pause_chance must be in [0, 1] (found {self.pause_chance})")
        if not 0 <= self.pause_min_s <= self.pause_max_s:
            raise ValueError(
                f"need 0 <= pause_min_s <= pause_max_s (found {self.pause_min_s}, "
                f"{self.pause_max_s})"
            )
        if self.lift_spread < 0 or self.tolerance_m <= 0:
            raise ValueError(
                f"need lift_spread >= 0 and tolerance_m > 0 (found {self.lift_spread}, "
                f"{self.tolerance_m})"
            )


EXACT = WorldParams(slowest_pace=1.0, pause_chance=0.0, lift_spread=0.0)
"""No noise: every robot does exactly what its type can."""
