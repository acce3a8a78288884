"""One-shot problems against the clock: prioritised planning, or LaCAM where that fails, for a first
solution; refinement until time is up."""

from collections.abc import Callable

import numpy as np

from planner.oneshot.lacam import Lacam
from planner.oneshot.prioritised import prioritised
from planner.oneshot.problem import OutOfBudget, Solution, Unsolvable, Ways, pose
from planner.oneshot.refine import Refiner
from sim_worlds.league.run import Clock

ORDERS = 3
"""Of prioritised planning, before LaCAM takes over."""
CONFIGURATIONS_AT_ONCE = 200
"""Tries of LaCAM between two looks at the clock: 0.1 s with 800 agents."""
STATES_AT_ONCE = 300_000
"""States of the refinement between two looks at the clock: about 0.1 s."""

Told = Callable[[float, Solution | None], None]
"""Is called with the seconds gone and the best solution so far, some times a second."""


def compile_kernels() -> None:
    """Solve a small floor: what Numba compiles is kept on disk, and no budget pays for it."""
    corridor = np.full((3, 4), -1, dtype=np.int32)
    corridor[:-1, 0], corridor[1:, 2] = np.arange(1, 3), np.arange(2)
    ways = pose(corridor, np.array([0, 1], dtype=np.int32), np.array([1, 2], dtype=np.int32))
    rng = np.random.default_rng(0)
    prioritised(ways, 1, rng)
    found = Lacam(ways, rng).run(CONFIGURATIONS_AT_ONCE)
    if isinstance(found, Solution):
        Refiner(ways, found, rng).run(STATES_AT_ONCE)


def solve_within(
    ways: Ways, seconds: float, seed: int, clock: Clock, told: Told = lambda *_: None
) -> Solution | Unsolvable | OutOfBudget:
    """The best solution found in ``seconds`` of ``clock``.

    About 0.1 s more or less, but prioritised planning is not interrupted: the first second or two
    of 800 agents on 5,700 nodes. Runs in one thread.
    """
    rng = np.random.default_rng(seed)
    began_s = clock()

    def gone_s() -> float:
        return clock() - began_s

    found = _first(ways, seconds, rng, gone_s, told)
    if not isinstance(found, Solution):
        return found
    refiner = Refiner(ways, found, rng)
    least = int(ways.lower_bounds.sum())
    while refiner.solution.sum_of_costs > least and gone_s() < seconds:
        told(gone_s(), refiner.run(STATES_AT_ONCE))
    return refiner.solution


def _first(
    ways: Ways, seconds: float, rng: np.random.Generator, gone_s: Clock, told: Told
) -> Solution | Unsolvable | OutOfBudget:
    quick = prioritised(ways, ORDERS, rng) if seconds > 0 else None
    if quick is not None:
        return quick
    search = Lacam(ways, rng)
    found: Solution | Unsolvable | OutOfBudget = OutOfBudget()
    while isinstance(found, OutOfBudget) and gone_s() < seconds:
        found = search.run(CONFIGURATIONS_AT_ONCE)
        told(gone_s(), None)
    return found
