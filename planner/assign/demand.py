"""What is asked for: order lines per SKU, counted so that older ones fade, and what of it each pod
could serve. Exponential smoothing with a half-life; a count is brought up to date when it is read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import log

from planner.warehouse.ids import PodId, Sku

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class DemandParams:
    """A line counts half after ``half_life_ms``; how much each pod is in demand is worked out anew
    every ``refresh_ms``; a line that is open now counts as ``open_weight`` lines per hour."""

    half_life_ms: int = 4 * HOUR_MS
    refresh_ms: int = 60_000
    open_weight: float = 4.0

    def __post_init__(self) -> None:
        if self.half_life_ms < 1 or self.refresh_ms < 1:
            found = f"found {self.half_life_ms}, {self.refresh_ms}"
            raise ValueError(f"half_life_ms and refresh_ms must be positive ({found})")
        if self.open_weight < 0:
            raise ValueError(f"open_weight must not be negative (found {self.open_weight})")


@dataclass(frozen=True, slots=True)
class LineRate:
    """``lines`` ordered of a SKU, faded, as they stood at ``at_ms``."""

    lines: float = 0.0
    at_ms: int = 0


def counted(rate: LineRate | None, lines: int, now_ms: int, params: DemandParams) -> LineRate:
    """The rate with ``lines`` more, ordered now."""
    return LineRate(_faded(rate or LineRate(), now_ms, params) + lines, now_ms)


def lines_per_h(rate: LineRate | None, now_ms: int, params: DemandParams) -> float:
    """Lines per hour: the steady rate that would leave this much."""
    if rate is None:
        return 0.0
    return _faded(rate, now_ms, params) * log(2) * HOUR_MS / params.half_life_ms


def _faded(rate: LineRate, now_ms: int, params: DemandParams) -> float:
    age_ms = max(0, now_ms - rate.at_ms)
    return float(rate.lines * 0.5 ** (age_ms / params.half_life_ms))


@dataclass(frozen=True, slots=True)
class PodHeat:
    """Lines per hour that each pod may be expected to serve, ``of`` those that can serve any, as
    worked out at ``at_ms`` (-1: never)."""

    of: Mapping[PodId, float] = field(default_factory=dict)
    at_ms: int = -1


def pod_heat(
    wanted: Mapping[Sku, float], holders: Mapping[Sku, Iterable[PodId]], now_ms: int
) -> PodHeat:
    """Share what is ``wanted`` of each SKU (lines per hour) out evenly over its ``holders``."""
    heat: dict[PodId, float] = {}
    for sku, lines in wanted.items():
        pods = dict.fromkeys(holders.get(sku, ()))
        for pod in pods:
            heat[pod] = heat.get(pod, 0.0) + lines / len(pods)
    return PodHeat(heat, now_ms)
