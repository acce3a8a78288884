"""Operations: the short strings of actions that an agent chooses between.

E. Yukhnevich, A. Andreychuk: Enhancing PIBT via Multi-Action Operations, 2025, arXiv 2511.09193.
An operation is a string of ``depth`` actions (forward, quarter turns, wait). Strings that put the
agent on the same cells at the same steps and leave it facing the same way are one operation.
Turns are thus planned and reserved like moves, not tacked on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product

import numpy as np

from planner.roadmap.access import Int8Array, Int32Array

FORWARD, TURN_UP, TURN_DOWN, WAIT = range(4)
"""Values of :class:`planner.lifelong.tasks.Action`, as plain ints for the kernels."""

_STEPS = ((1, 0), (0, 1), (-1, 0), (0, -1))


@dataclass(frozen=True, slots=True)
class Profile:
    """How many steps a robot needs for a move to the next cell and for a quarter turn."""

    move_steps: int = 1
    turn_steps: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Operations:
    """All operations of all profiles, one after the other.

    ``actions`` (k, depth) are sorted within a profile, so that neighbours share their beginnings:
    ``shared`` (k,) is how many actions an operation has in common with the one before it. Profile
    ``p`` owns ``first[p]`` up to ``first[p + 1]``; its ``stay[p]`` waits throughout.
    ``successor`` (k,) is what is left of an operation after one step, with a wait at the end.
    """

    actions: Int8Array
    shared: Int8Array
    first: Int32Array
    stay: Int32Array
    successor: Int32Array

    @property
    def depth(self) -> int:
        """Steps of every operation."""
        return int(self.actions.shape[1])


@lru_cache
def operations(depth: int, profiles: Sequence[Profile] = (Profile(),)) -> Operations:
    """The operations of ``depth`` steps: 88 at depth 4 and 249 at depth 5 for one step per action.

    Of equal strings the one with the fewest actions stands for all, and of those the one that
    acts earliest: nobody turns there and back while it waits. Slow actions come after the waits
    that are part of them, so half-done ones have no successor but staying where the agent is.
    """
    actions: list[tuple[int, ...]] = []
    shared: list[int] = []
    first = [0]
    stay: list[int] = []
    successor: list[int] = []
    for profile in profiles:
        strings = _different(depth, profile)
        number = {_trace(string): first[-1] + i for i, string in enumerate(strings)}
        stay.append(number[_trace((WAIT,) * depth)])
        actions += strings
        shared += [0, *(_in_common(a, b) for a, b in pairwise(strings))]
        rest = [number.get(_trace((*string[1:], WAIT)), stay[-1]) for string in strings]
        successor += rest if profile == Profile() else [stay[-1]] * len(strings)
        first.append(len(actions))
    return Operations(
        np.array(actions, dtype=np.int8),
        np.array(shared, dtype=np.int8),
        np.array(first, dtype=np.int32),
        np.array(stay, dtype=np.int32),
        np.array(successor, dtype=np.int32),
    )


def _different(depth: int, profile: Profile) -> list[tuple[int, ...]]:
    kept: dict[tuple[object, ...], tuple[int, ...]] = {}
    # The sort is stable: of equally many actions the earliest come first.
    for string in sorted(product(range(4), repeat=depth), key=lambda string: -string.count(WAIT)):
        if _takes_its_time(string, profile):
            kept.setdefault(_trace(string), string)
    return sorted(kept.values())


def _trace(string: tuple[int, ...]) -> tuple[object, ...]:
    """Cells relative to the start, step by step, and the final heading."""
    x, y, heading = 0, 0, 0
    cells: list[object] = []
    for action in string:
        if action == FORWARD:
            x, y = x + _STEPS[heading][0], y + _STEPS[heading][1]
        elif action != WAIT:
            heading = (heading + (1 if action == TURN_UP else 3)) % 4
        cells.append((x, y))
    return (*cells, heading)


def _takes_its_time(string: tuple[int, ...], profile: Profile) -> bool:
    """Each action comes after the waits that are part of it."""
    waits = 0
    for action in string:
        if action == WAIT:
            waits += 1
            continue
        needed = profile.move_steps if action == FORWARD else profile.turn_steps
        if waits < needed - 1:
            return False
        waits = 0
    return True


def _in_common(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    return next(i for i, pair in enumerate(zip(a, b, strict=True)) if pair[0] != pair[1])
