"""Which faces to look at in one flight, and in which order.

An orienteering problem: the most weight within a budget of seconds. Insertion by weight per second,
then 2-opt; what that saves is filled again.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from planner.flight.airspace import AirCell, Airspace
from planner.flight.drone import DroneType
from planner.flight.views import View

FloatArray = npt.NDArray[np.float64]
RUN_STEP = 6
"""A drone stays low between two looks in one row or column of cells at most this many apart."""


def is_one_run(before: AirCell, after: AirCell) -> bool:
    """Whether a drone goes from one look to the next without coming up in between."""
    east, north = abs(after[0] - before[0]), abs(after[1] - before[1])
    return (east == 0 or north == 0) and east + north <= RUN_STEP


def seconds_between(
    space: Airspace, kind: DroneType, layer: int, cells: Sequence[AirCell]
) -> FloatArray:
    """Between all pairs of look cells of a drone that travels in ``layer``, as the crow flies;
    shape (n, n)."""
    at = np.array([cell[:2] for cell in cells], dtype=np.float64).reshape(-1, 2)
    apart = np.abs(at[:, None] - at[None, :])
    metres = np.hypot(apart[..., 0], apart[..., 1]) * space.pitch_m
    stop_s = kind.speed_mps / kind.acceleration_mps2
    seconds: FloatArray = metres / kind.speed_mps + np.where(metres > 0, stop_s, 0.0)
    low = (apart.min(axis=2) == 0) & (apart.sum(axis=2) <= RUN_STEP)
    climb_m = layer * space.params.layer_m
    seconds += np.where(low, 0.0, 2 * (climb_m / kind.climb_mps + stop_s))
    return seconds


def tour(
    space: Airspace,
    kind: DroneType,
    layer: int,
    start: AirCell,
    views: Sequence[View],
    budget_s: float,
) -> tuple[View, ...]:
    """Of ``views`` those worth most within ``budget_s``, from above ``start`` and back, in order.
    Views without weight are left out."""
    worth = [view for view in views if view.weight > 0]
    cells = [start, *(view.cell for view in worth)]
    seconds = seconds_between(space, kind, layer, cells)
    weights = np.array([0.0, *(view.weight for view in worth)])
    dwell_s = kind.scanner.dwell_s
    order = [0]
    while True:
        grown = _filled(order, seconds, weights, dwell_s, budget_s)
        shorter = _two_opt(grown, seconds)
        if shorter == order:
            break
        order = shorter
        if _length(shorter, seconds) >= _length(grown, seconds):
            break
    return tuple(worth[index - 1] for index in order[1:])


def _filled(
    order: list[int], seconds: FloatArray, weights: FloatArray, dwell_s: float, budget_s: float
) -> list[int]:
    """Insert what is worth most per second more, until nothing fits."""
    order = list(order)
    left_s = budget_s - _length(order, seconds) - dwell_s * (len(order) - 1)
    waiting = np.setdiff1d(np.arange(1, len(weights)), order)
    while len(waiting):
        ends = np.array(order), np.roll(order, -1)
        more = seconds[waiting][:, ends[0]] + seconds[waiting][:, ends[1]]
        more += dwell_s - seconds[ends[0], ends[1]]
        place = more.argmin(axis=1)
        cost = more[np.arange(len(waiting)), place]
        rates = np.where(cost <= left_s, weights[waiting] / np.maximum(cost, 1e-9), -1.0)
        best = int(rates.argmax())
        if rates[best] < 0:
            break
        order.insert(int(place[best]) + 1, int(waiting[best]))
        left_s -= float(cost[best])
        waiting = np.delete(waiting, best)
    return order


def _two_opt(order: list[int], seconds: FloatArray) -> list[int]:
    """Turn stretches round while that shortens the round trip; the start stays first."""
    order, found = list(order), True
    while found:
        found = False
        for first in range(1, len(order) - 1):
            for last in range(first + 1, len(order)):
                before, after = order[first - 1], order[(last + 1) % len(order)]
                old = seconds[before, order[first]] + seconds[order[last], after]
                new = seconds[before, order[last]] + seconds[order[first], after]
                if new < old - 1e-9:
                    order[first : last + 1] = order[first : last + 1][::-1]
                    found = True
    return order


def _length(order: list[int], seconds: FloatArray) -> float:
    return float(seconds[order, np.roll(order, -1)].sum())
