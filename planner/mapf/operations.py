"""Operations: the short strings of actions that an agent chooses between.

E. Yukhnevich, A. Andreychuk: Enhancing PIBT via Multi-Action Operations, 2025, arXiv 2511.09193.
An operation is a string of ``depth`` actions (forward, quarter turns, wait). Strings that put the
agent on the same cells at the same steps and leave it facing the same way are one operation.
Turns are thus planned and reserved like moves, not tacked on.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
import numpy.typing as npt

Int8Array = npt.NDArray[np.int8]

FORWARD, TURN_UP, TURN_DOWN, WAIT = range(4)
"""Values of :class:`planner.lifelong.tasks.Action`, as plain ints for the kernels."""

STEPS_EAST_NORTH = ((1, 0), (0, 1), (-1, 0), (0, -1))


@dataclass(frozen=True, slots=True, eq=False)
class Operations:
    """``actions`` (k, depth), sorted so that neighbours in the list share their beginnings;
    ``shared`` (k,) is how many actions an operation has in common with the one before it."""

    actions: Int8Array
    shared: Int8Array

    @property
    def depth(self) -> int:
        return int(self.actions.shape[1])


@lru_cache
def operations(depth: int, turn_steps: int = 1) -> Operations:
    """All different operations of ``depth`` steps for agents that turn in ``turn_steps``.

    Of equal strings the one that acts earliest stands for all: 52 of 256 at depth 4.
    """
    kept: dict[tuple[object, ...], tuple[int, ...]] = {}
    for actions in product(range(4), repeat=depth):
        if _turns_take(actions, turn_steps):
            kept.setdefault(_trace(actions), actions)
    ordered = sorted(kept.values())
    shared = [0] + [
        next(i for i in range(depth) if a[i] != b[i])
        for a, b in zip(ordered, ordered[1:], strict=False)
    ]
    return Operations(np.array(ordered, dtype=np.int8), np.array(shared, dtype=np.int8))


def _trace(actions: tuple[int, ...]) -> tuple[object, ...]:
    """Cells relative to the start, step by step, and the final heading."""
    x, y, heading = 0, 0, 0
    cells = []
    for action in actions:
        if action == FORWARD:
            x, y = x + STEPS_EAST_NORTH[heading][0], y + STEPS_EAST_NORTH[heading][1]
        elif action != WAIT:
            heading = (heading + (1 if action == TURN_UP else 3)) % 4
        cells.append((x, y))
    return (*cells, heading)


def _turns_take(actions: tuple[int, ...], turn_steps: int) -> bool:
    """Each turn comes after ``turn_steps - 1`` waits, which are part of it."""
    waits = 0
    for action in actions:
        if action == WAIT:
            waits += 1
        elif action == FORWARD:
            waits = 0
        elif waits < turn_steps - 1:
            return False
        else:
            waits = 0
    return True
