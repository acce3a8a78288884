"""Searches outwards on the floor: the best task for an agent, the best agent for a task.

Both stop at the first that cannot be beaten, so they cost time with the distance to it and not
with the floor, and need no table of distances. Dial's algorithm, as in
:mod:`planner.roadmap.costtogo`, forwards and backwards.
"""

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

from planner.roadmap.access import Int32Array, reverse_neighbours

NOBODY = -1
NEVER = np.int64(2**60)
"""Cost of holding nothing."""
_BUCKETS = 256

Int64Array = npt.NDArray[np.int64]


class Floor(NamedTuple):
    """``neighbours`` and ``into`` (n, 4), the costs ``drive`` (n, 4) and ``turn``; and room for
    searches: ``cost`` and ``seen`` (4 * n), ``head`` (buckets), ``entry`` and ``behind``."""

    neighbours: Int32Array
    into: Int32Array
    drive: Int32Array
    turn: int
    cost: Int32Array
    seen: Int32Array
    head: Int32Array
    entry: Int32Array
    behind: Int32Array
    clock: Int32Array

    @staticmethod
    def of(neighbours: Int32Array, drive: Int32Array, turn: int) -> "Floor":
        states = 4 * len(neighbours)
        return Floor(
            neighbours,
            reverse_neighbours(neighbours),
            drive,
            turn,
            np.zeros(states, dtype=np.int32),
            np.zeros(states, dtype=np.int32),
            np.full(_BUCKETS, -1, dtype=np.int32),
            np.zeros(3 * states + 8, dtype=np.int32),
            np.zeros(3 * states + 8, dtype=np.int32),
            np.zeros(1, dtype=np.int32),
        )


class Board(NamedTuple):
    """Open tasks in ``s`` slots and agents (m,).

    ``at`` (n,) and ``next`` (s,) link the slots whose first errand is on a node; ``length`` (s,) is
    what a task costs after that, ``holder`` (s,) the agent that has it. ``slot`` (m,) is an agent's
    task, ``holding`` (m,) what that costs it, ``fixed`` (m,) says who has started one; ``on`` (n,)
    who stands on a node."""

    pickup: Int32Array
    next: Int32Array
    at: Int32Array
    length: Int64Array
    holder: Int32Array
    slot: Int32Array
    holding: Int64Array
    fixed: npt.NDArray[np.bool_]
    on: Int32Array


@nb.njit(cache=True, nogil=True)
def best_task(agent, state, weight, floor, board, margin, shortest):  # type: ignore[no-untyped-def]
    """Slot of the cheapest task that ``agent`` in ``state`` can get, its cost, and how many states
    were looked at; -1 if none is better than what it holds by more than ``margin``.

    A task with a holder can be had if it is dearer to that by more than ``margin``. No task is
    shorter than ``shortest``, which ends the search.
    """
    neighbours, _, drive, turn, cost, seen, head, entry, behind, clock = floor
    found, best = NOBODY, board.holding[agent] - (margin if board.slot[agent] >= 0 else 0)
    clock[0] += 1
    now = clock[0]
    waiting = _push(state, 0, 0, now, cost, seen, head, entry, behind)
    used = waiting
    level = 0
    while waiting > 0 and weight * level + shortest < best:
        bucket = level % _BUCKETS
        while head[bucket] >= 0:
            one = head[bucket]
            head[bucket] = behind[one]
            waiting -= 1
            here_state = entry[one]
            if cost[here_state] != level:
                continue
            here, heading = here_state >> 2, here_state & 3
            slot = board.at[here]
            while slot >= 0:
                price = weight * level + board.length[slot]
                holder = board.holder[slot]
                if price < best and (holder < 0 or price + margin < board.holding[holder]):
                    found, best = slot, price
                slot = board.next[slot]
            more = _spread(
                here, heading, neighbours[here, heading], drive[here, heading], turn, level, used,
                now, cost, seen, head, entry, behind,
            )  # fmt: skip
            used += more
            waiting += more
        level += 1
    head[:] = -1
    return found, best, used


@nb.njit(cache=True, nogil=True)
def best_agent(slot, heading_of, weight, floor, board, margin, dearest):  # type: ignore[no-untyped-def]
    """The agent to which the task is cheapest among those that would rather have it, its cost, and
    the states looked at; -1 if there is none. No agent's task costs more than ``dearest``, which
    ends the search."""
    _, into, drive, turn, cost, seen, head, entry, behind, clock = floor
    clock[0] += 1
    now = clock[0]
    used = 0
    for heading in range(4):
        used += _push(
            board.pickup[slot] * 4 + heading, 0, used, now, cost, seen, head, entry, behind
        )
    waiting = used
    level = 0
    found, best = NOBODY, NEVER
    while waiting > 0 and found < 0 and weight * level + board.length[slot] + margin < dearest:
        bucket = level % _BUCKETS
        while head[bucket] >= 0:
            one = head[bucket]
            head[bucket] = behind[one]
            waiting -= 1
            state = entry[one]
            if cost[state] != level or found >= 0:
                continue
            there, towards = state >> 2, state & 3
            agent = board.on[there]
            if agent >= 0 and heading_of[agent] == towards and not board.fixed[agent]:
                price = weight * level + board.length[slot]
                if price + margin < board.holding[agent]:
                    found, best = agent, price
            here = into[there, towards]
            more = _spread(
                there, towards, here, drive[here, towards], turn, level, used,
                now, cost, seen, head, entry, behind,
            )  # fmt: skip
            used += more
            waiting += more
        level += 1
    head[:] = -1
    return found, best, used


@nb.njit(cache=True, inline="always")
def _spread(  # type: ignore[no-untyped-def]
    node, heading, beyond, driven, turn, level, used, now, cost, seen, head, entry, behind
):
    """From a node and heading go on to the node ``beyond``, if there is one, and turn either way;
    returns how many states were put into buckets."""
    first = used
    if beyond >= 0:
        state = beyond * 4 + heading
        used += _push(state, level + driven, used, now, cost, seen, head, entry, behind)
    for by in (1, 3):
        state = node * 4 + ((heading + by) & 3)
        used += _push(state, level + turn, used, now, cost, seen, head, entry, behind)
    return used - first


@nb.njit(cache=True, inline="always")
def _push(state, total, used, now, cost, seen, head, entry, behind):  # type: ignore[no-untyped-def]
    """Put a state into its bucket if that is the cheapest way to it so far: 1, else 0."""
    if used >= entry.shape[0] or (seen[state] == now and cost[state] <= total):
        return 0
    seen[state] = now
    cost[state] = total
    entry[used] = state
    bucket = total % _BUCKETS
    behind[used] = head[bucket]
    head[bucket] = used
    return 1
