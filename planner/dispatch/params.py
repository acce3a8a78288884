"""Everything about the dispatcher that can be tuned."""

from dataclasses import dataclass, field

from planner.assign.orders import OrderReleaseParams
from planner.assign.pods import PodChoiceParams


@dataclass(frozen=True, slots=True)
class DispatchParams:
    """Times in ms, batteries as a share of full.

    ``depth`` steps (5 to 7) are planned ahead, improved by ``trials`` trials per robot, and at
    most ``base_nodes`` of them released beyond the node last reached; up to ``horizon_nodes`` more
    are sent as the horizon. A robot not heard of for
    ``silent_ms`` is an obstacle; what was sent and is not reported after ``resend_ms`` is sent
    again; what failed is tried again after ``retry_ms``; a robot with work that has not moved
    begins to prefer detours after ``patience_ms`` and raises an alarm after ``stuck_ms``; of robots
    that have waited for each other for ``deadlock_ms`` one makes way for ``yield_ms``. Robots
    below ``battery_low`` go charging when free, below ``battery_critical`` they take no work, and
    they leave the charger at ``battery_full``, or from ``battery_enough`` on if work waits.
    """

    depth: int = 6
    trials: int = 5
    base_nodes: int = 4
    horizon_nodes: int = 6
    silent_ms: int = 5_000
    resend_ms: int = 5_000
    retry_ms: int = 5_000
    stuck_ms: int = 60_000
    patience_ms: int = 8_000
    deadlock_ms: int = 20_000
    yield_ms: int = 10_000
    battery_low: float = 0.35
    battery_critical: float = 0.15
    battery_enough: float = 0.60
    battery_full: float = 0.95
    orders: OrderReleaseParams = field(default_factory=OrderReleaseParams)
    pods: PodChoiceParams = field(default_factory=PodChoiceParams)

    def __post_init__(self) -> None:
        if not 5 <= self.depth <= 7 or self.trials < 0:
            raise ValueError(
                f"need 5 <= depth <= 7 and trials >= 0 (found {self.depth}, {self.trials})"
            )
        if self.base_nodes < 1:
            raise ValueError(f"base_nodes should be at least 1 (found {self.base_nodes})")
        levels = (
            self.battery_critical,
            self.battery_low,
            self.battery_enough,
            self.battery_full,
        )
        if not 0 <= levels[0] <= levels[1] <= levels[2] <= levels[3] <= 1:
            raise ValueError(f"battery levels must rise from 0 to 1 (found {levels})")
