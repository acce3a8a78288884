"""How long to wait before trying again."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BackoffParams:
    """Waits between attempts: ``first_ms``, growing by ``factor`` up to ``longest_ms``, each
    shortened by a random share of up to ``jitter`` (0 to 1)."""

    first_ms: int = 500
    factor: float = 2.0
    longest_ms: int = 30_000
    jitter: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0 < self.first_ms <= self.longest_ms and self.factor >= 1 and 0 <= self.jitter < 1):
            raise ValueError(f"not a usable schedule: {self}")


def backoff_ms(attempt: int, subject: str, params: BackoffParams) -> int:
    """How long to wait after failed attempt ``attempt`` (from 1) on ``subject``."""
    growth = params.factor ** min(attempt - 1, 60)
    whole = min(params.first_ms * growth, params.longest_ms)
    dice = random.Random(f"{params.seed}/{subject}/{attempt}")
    return max(1, round(whole * (1 - params.jitter * dice.random())))
