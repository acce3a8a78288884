"""What is learned from orders that were finished: by how much the flow estimate is off, and how
often an order that was given some risk was late.

Quantiles are those of the latest residuals (split conformal prediction over a sliding window), so
that they hold what they promise whatever the estimate is worth, as long as the site goes on as it
did. Risk is calibrated by isotonic regression (pool adjacent violators). Both are functions of what
was observed, in order: the same observations give the same forecasts.
"""

from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import ceil, exp, log

from wms_bridge.records.foresight import Stage

OFFSET_MS = 30_000.0
"""Added before ratios are taken: times of a few seconds are alike."""
KEPT = 300
"""Residuals a bucket remembers."""
ENOUGH = 30
"""A bucket with fewer is not believed; a coarser one is asked."""
PRIOR = tuple(round(-1.2 + 0.12 * step, 2) for step in range(21))
"""Residuals believed before anything was observed: a factor of 3 either way."""
OUTCOMES_KEPT = 2000
ENOUGH_OUTCOMES = 200
LEAST_EACH = 20
"""So many late and so many punctual ones are needed to calibrate."""
Bucket = tuple[str, int] | str


@dataclass(slots=True)
class Window:
    """The latest residuals of a bucket, also sorted."""

    latest: deque[float] = field(default_factory=deque)
    ordered: list[float] = field(default_factory=list)

    def add(self, value: float) -> None:
        """Remember one more, and forget the oldest of too many."""
        self.latest.append(value)
        insort(self.ordered, value)
        if len(self.latest) > KEPT:
            gone = self.latest.popleft()
            del self.ordered[bisect_left(self.ordered, gone)]


class Learner:
    """Learns from finished orders. Not for several threads."""

    def __init__(self) -> None:
        self._windows: dict[Bucket, Window] = {}
        self._outcomes: deque[tuple[float, bool]] = deque(maxlen=OUTCOMES_KEPT)
        self._curve: Curve | None = None
        self._stale = False

    def observe(self, stage: Stage, base_ms: int, actual_ms: int) -> None:
        """An order of which ``base_ms`` was estimated to be left took ``actual_ms``."""
        residual = log((max(0, actual_ms) + OFFSET_MS) / (max(0, base_ms) + OFFSET_MS))
        for bucket in _buckets(stage, base_ms):
            self._windows.setdefault(bucket, Window()).add(residual)

    def judge(self, raw: float, late: bool) -> None:
        """An order that was given the risk ``raw`` was late, or was not."""
        self._outcomes.append((raw, late))
        self._stale = True

    def quantile_ms(self, stage: Stage, base_ms: int, share: float) -> int:
        """The time left (ms) that is not exceeded with a probability of ``share``."""
        residuals = self._residuals(stage, base_ms)
        place = min(len(residuals), max(1, ceil((len(residuals) + 1) * share))) - 1
        return round(max(0.0, (max(0, base_ms) + OFFSET_MS) * exp(residuals[place]) - OFFSET_MS))

    def risk(self, stage: Stage, base_ms: int, left_ms: int) -> float:
        """The probability that it takes longer than ``left_ms``, not calibrated."""
        if left_ms < 0:
            return 1.0
        residuals = self._residuals(stage, base_ms)
        bound = log((left_ms + OFFSET_MS) / (max(0, base_ms) + OFFSET_MS))
        longer = len(residuals) - bisect_right(residuals, bound)
        return (longer + 0.5) / (len(residuals) + 1)

    def calibrated(self, raw: float) -> float:
        """The share of orders that were late among those given about this risk."""
        if raw >= 1.0:
            return 1.0
        if self._stale and len(self._outcomes) >= ENOUGH_OUTCOMES:
            self._curve, self._stale = isotonic(list(self._outcomes)), False
        return raw if self._curve is None else self._curve.at(raw)

    @property
    def observed(self) -> int:
        """How many outcomes risk is calibrated by."""
        return len(self._outcomes)

    def _residuals(self, stage: Stage, base_ms: int) -> Sequence[float]:
        for bucket in _buckets(stage, base_ms):
            window = self._windows.get(bucket)
            if window is not None and len(window.ordered) >= ENOUGH:
                return window.ordered
        return PRIOR


def _buckets(stage: Stage, base_ms: int) -> tuple[Bucket, ...]:
    """From fine to coarse: by stage and order of magnitude, by stage, all."""
    size = round(2 * log(1 + max(0, base_ms) / 60_000, 4))
    return (stage.value, size), stage.value, ""


@dataclass(frozen=True, slots=True)
class Curve:
    """A rising line through ``(told, shares)``, flat beyond its ends."""

    told: tuple[float, ...]
    shares: tuple[float, ...]

    def at(self, raw: float) -> float:
        """The share at a told risk."""
        after = bisect_right(self.told, raw)
        if after == 0:
            return self.shares[0]
        if after == len(self.told):
            return self.shares[-1]
        low, high = self.told[after - 1], self.told[after]
        part = (raw - low) / (high - low)
        return self.shares[after - 1] + part * (self.shares[after] - self.shares[after - 1])


def isotonic(outcomes: Sequence[tuple[float, bool]]) -> Curve | None:
    """The rising curve nearest to the outcomes (told, late), by squares; ``None`` of too few. Each
    step counts as if half a late and half a punctual order more had been seen, so that nothing is
    certain."""
    late = sum(was for _, was in outcomes)
    if late < LEAST_EACH or len(outcomes) - late < LEAST_EACH:
        return None
    blocks: list[tuple[float, float, float]] = []
    """Sum told, sum late, count."""
    for told, same in groupby(sorted(outcomes), key=lambda pair: pair[0]):
        were = [float(was) for _, was in same]
        blocks.append((told * len(were), sum(were), float(len(were))))
        while len(blocks) > 1 and _share(blocks[-2]) >= _share(blocks[-1]):
            last, before = blocks.pop(), blocks.pop()
            blocks.append((before[0] + last[0], before[1] + last[1], before[2] + last[2]))
    points: dict[float, float] = {}
    for one in blocks:
        points[one[0] / one[2]] = (one[1] + 0.5) / (one[2] + 1)
    told = tuple(sorted(points))
    return Curve(told, _rising([points[one] for one in told]))


def _share(block: tuple[float, float, float]) -> float:
    return block[1] / block[2]


def _rising(shares: Sequence[float]) -> tuple[float, ...]:
    """Smoothing pulls small steps to the middle and may have them fall: none does."""
    most, found = 0.0, []
    for share in shares:
        most = max(most, share)
        found.append(most)
    return tuple(found)
