"""Pod return slots: which free spot each pod goes to after its visit.

Min-cost flow over all pods that need a spot now. A spot costs the way there and the way from it to
a station the next time; spots near the stations are kept for pods that are fetched often, by three
velocity classes (R. de Koster and others on class-based storage; for pods M. Merschformann, T.
Lamballais, R. de Koster, L. Suhl, Decision rules for robotic mobile fulfillment systems, 2019).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planner.assign.matching import IntArray, match_greedily, match_paying

NOWHERE = -1
UNREACHABLE_MS = 2**30
"""Ways from here on mean that there is none."""
_WORTH = 2**32
"""Having a spot is worth more than any way to it."""


@dataclass(frozen=True, slots=True)
class SpotParams:
    """``shares`` of pods in the first velocity class and the second (the rest is the third), and of
    spots meant for each, nearest to the stations first. A spot meant for a faster class costs
    ``prime_ms`` more per class. The way from the spot to a station the next time counts
    ``ahead_weight``. The ``nearest`` cheapest spots of each pod are looked at. A pod that has a
    spot gets another if that gains more than ``switch_gain_ms``. A pod goes straight on to another
    station if it serves at least ``straight_lines`` lines there and at least ``straight_share`` of
    what a visit usually serves; a share of infinity: never."""

    shares: tuple[float, float] = (0.10, 0.20)
    prime_ms: int = 5_000
    ahead_weight: float = 1.0
    nearest: int = 40
    switch_gain_ms: int = 5_000
    straight_lines: int = 1
    straight_share: float = 0.5

    def __post_init__(self) -> None:
        if min(self.shares) < 0 or sum(self.shares) > 1:
            raise ValueError(f"shares must be from 0 and at most 1 together (found {self.shares})")
        if self.nearest < 1:
            raise ValueError(f"nearest must be at least 1 (found {self.nearest})")
        if self.straight_lines < 1 or not self.straight_share >= 0:
            found = f"found {self.straight_lines}, {self.straight_share}"
            raise ValueError(f"need straight_lines >= 1 and straight_share >= 0 ({found})")
        if min(self.prime_ms, self.ahead_weight, self.switch_gain_ms) < 0:
            found = f"found {self.prime_ms}, {self.ahead_weight}, {self.switch_gain_ms}"
            raise ValueError(
                f"prime_ms, ahead_weight and switch_gain_ms must not be negative ({found})"
            )


@dataclass(frozen=True, slots=True)
class SpotProblem:
    """``p`` pods and ``s`` spots. ``way_ms`` (p, s) to each spot from where the pod is, and
    ``ahead_ms`` (s,) from there to a station; ``pod_class`` (p,) and ``spot_class`` (s,) count from
    0, the fastest; ``spot`` (p,) is what a pod has already, or ``NOWHERE``."""

    way_ms: IntArray
    ahead_ms: IntArray
    pod_class: IntArray
    spot_class: IntArray
    spot: IntArray


@dataclass(frozen=True, slots=True)
class SpotPlan:
    """``spot`` (p,) for every pod, all different, or ``NOWHERE`` where none is to be had;
    ``greedy``: the solver had no answer."""

    spot: IntArray
    greedy: bool = False


def choose_spots(problem: SpotProblem, params: SpotParams, *, greedy: bool = False) -> SpotPlan:
    """As many pods as possible get a spot, for the least cost together; with ``greedy`` the
    cheapest pair first, then the next."""
    cost = spot_costs(problem, params)
    pods, spots = cost.shape
    # Each pod can be crowded out of at most one spot by every other.
    count = min(spots, max(params.nearest, pods))
    chosen = np.full(pods, NOWHERE, dtype=np.int64)
    if not count:
        return SpotPlan(chosen)
    near = np.argsort(cost, axis=1, kind="stable")[:, :count]
    pod = np.repeat(np.arange(pods), count)
    spot = near.ravel()
    price = cost[pod, spot]
    open_way = price < UNREACHABLE_MS
    pod, spot, price = pod[open_way], spot[open_way], price[open_way] - _WORTH
    used = None if greedy else match_paying(pod, spot, price)
    fallback = used is None
    if used is None:
        used = match_greedily(pod, spot, price)
    chosen[pod[used]] = spot[used]
    return SpotPlan(chosen, fallback)


def spot_costs(problem: SpotProblem, params: SpotParams) -> IntArray:
    """Cost (p, s) in ms of travel; ``UNREACHABLE_MS`` where there is no way."""
    ahead = np.round(params.ahead_weight * problem.ahead_ms).astype(np.int64)
    too_good = np.maximum(0, problem.pod_class[:, None] - problem.spot_class[None, :])
    cost: IntArray = problem.way_ms + ahead[None, :] + params.prime_ms * too_good
    has = np.flatnonzero(problem.spot != NOWHERE)
    cost[has, problem.spot[has]] -= params.switch_gain_ms
    cost[problem.way_ms >= UNREACHABLE_MS] = UNREACHABLE_MS
    return cost


def next_station(
    served: Sequence[int], travel_ms: Sequence[int], usual: float, params: SpotParams
) -> int | None:
    """The station a pod goes straight on to: where it serves most lines, of equal ones the
    nearest; ``None`` if that is not worth a place in any station's lane.

    ``served`` lines and ``travel_ms`` are by station; ``usual`` is how many lines a visit serves.
    """
    least = max(params.straight_lines, params.straight_share * usual)
    good = [
        (-lines, travel, index)
        for index, (lines, travel) in enumerate(zip(served, travel_ms, strict=True))
        if lines >= least and travel < UNREACHABLE_MS
    ]
    return min(good)[2] if good else None


def classes_of(rank: IntArray, of: int, shares: tuple[float, float]) -> IntArray:
    """Velocity class by rank (0: the fastest, or the nearest) among ``of``."""
    first, second = round(shares[0] * of), round((shares[0] + shares[1]) * of)
    found: IntArray = (rank >= first).astype(np.int64) + (rank >= second)
    return found
