"""The operations open to each agent, best first."""

from typing import NamedTuple

import numba as nb
import numpy as np
import numpy.typing as npt

from planner.mapf.operations import FORWARD, TURN_UP, WAIT, Operations
from planner.roadmap.access import SPOT, Int32Array, may_enter

END_WEIGHT = 8
"""The cost to go at the end of an operation counts so many times as much as at each step before
it: of two operations with one end, the one that advances early is the better."""


class Menu(NamedTuple):
    """``cells`` (m, k, depth) are the nodes of an operation after each step, by its number; the
    others are by place, best first: ``number`` (m, k), ``value`` (m, k), less is better. Agent
    ``a`` has ``size[a]`` operations to choose from."""

    cells: Int32Array
    number: Int32Array
    value: npt.NDArray[np.int64]
    size: Int32Array

    @staticmethod
    def of(agents: int, operations: Operations) -> "Menu":
        """Room for ``agents`` agents; grows with agents times operations times depth."""
        kinds, depth = operations.actions.shape
        return Menu(
            np.empty((agents, kinds, depth), dtype=np.int32),
            np.empty((agents, kinds), dtype=np.int32),
            np.empty((agents, kinds), dtype=np.int64),
            np.zeros(agents, dtype=np.int32),
        )


class Strings(NamedTuple):
    """:class:`planner.mapf.operations.Operations` for the kernels."""

    actions: npt.NDArray[np.int8]
    shared: npt.NDArray[np.int8]
    first: Int32Array
    stay: Int32Array


@nb.njit(cache=True, nogil=True)
def fill(menu, lattice, agents, pool, strings, step_cost):  # type: ignore[no-untyped-def]
    """List for every agent the operations that the floor allows.

    ``pool`` (rows, 4 * n) holds the cost to a goal from ``[node * 4 + heading]``; ``step_cost``
    is what a step is worth once the goal is reached. Every agent can at least stay.
    """
    worth = np.empty(strings.actions.shape[0], dtype=np.int64)
    for agent in range(agents.node.shape[0]):
        places, after = agents.row[agent], agents.row_after[agent]
        to_goal = pool[max(places, 0)]
        to_next = pool[max(after, 0)]
        count = _walk(
            agent, lattice, agents, to_goal, to_next, strings.actions, strings.shared,
            strings.first[agents.profile[agent]], strings.first[agents.profile[agent] + 1],
            strings.stay[agents.profile[agent]], step_cost,
            menu.cells[agent], menu.number[agent], worth,
        )  # fmt: skip
        menu.size[agent] = count
        _sort(menu.number[agent], menu.value[agent], worth, count)


@nb.njit(cache=True, nogil=True)
def _walk(  # type: ignore[no-untyped-def]
    agent, lattice, agents, to_goal, to_next, actions, shared, begin, end, stay, step_cost,
    cells_of, number, worth,
):  # fmt: skip
    """Walk one agent's strings, each from where it parts from the one before; returns how many
    can be done, their numbers and values in order."""
    neighbours, kind, station_of, blocked = lattice
    goal, loaded, wait_cost = agents.goal[agent], agents.loaded[agent], agents.wait_cost[agent]
    has_goal, has_next = agents.row[agent] >= 0, agents.row_after[agent] >= 0
    stays = goal >= 0 and agents.goal_after[agent] == goal
    between = np.int64(agents.between[agent])
    if agents.pinned[agent]:
        begin, end = stay, stay + 1
    depth = actions.shape[1]
    cells = np.empty(depth + 1, dtype=np.int32)
    facing = np.empty(depth + 1, dtype=np.int32)
    reached = np.zeros(depth + 1, dtype=np.bool_)
    so_far = np.zeros(depth + 1, dtype=np.int64)
    cells[0], facing[0] = agents.node[agent], agents.heading[agent]
    count = 0
    good = 0
    for string in range(begin, end):
        if string == begin:
            good = 0
        elif shared[string] > good:
            continue
        else:
            good = shared[string]
        while good < depth:
            action = actions[string, good]
            here, heading = cells[good], facing[good]
            if action == FORWARD:
                if stays and reached[good]:
                    break
                there = neighbours[here, heading]
                if there < 0 or blocked[there] > blocked[here]:
                    break
                if loaded and good > 0 and kind[here] == SPOT and here != cells[0]:
                    break
                if not may_enter(kind, station_of, here, there, goal, loaded):
                    break
                here = there
            elif action != WAIT:
                heading = (heading + (1 if action == TURN_UP else 3)) & 3
            good += 1
            cells[good], facing[good] = here, heading
            reached[good] = reached[good - 1] or (here == goal and goal >= 0)
            to_go = np.int64(0)
            if reached[good]:
                if has_next:
                    to_go = np.int64(to_next[here * 4 + heading]) - between
                else:
                    to_go = np.int64(-step_cost * (depth - good + 1))
            elif has_goal:
                to_go = np.int64(to_goal[here * 4 + heading])
            if action == WAIT and not (stays and reached[good]):
                to_go += wait_cost
            elif goal < 0:
                to_go += step_cost
            so_far[good] = so_far[good - 1] + to_go
        if good == depth:
            last = so_far[depth] - so_far[depth - 1]
            number[count] = string
            worth[count] = last * END_WEIGHT + so_far[depth - 1]
            for step in range(depth):
                cells_of[string, step] = cells[step + 1]
            count += 1
    return count


@nb.njit(cache=True, nogil=True)
def _sort(number, value, worth, count):  # type: ignore[no-untyped-def]
    """Best value first; equals in the order of their numbers."""
    order = np.argsort(worth[:count] * 4096 + np.arange(count))
    before = number[:count].copy()
    for place in range(count):
        number[place] = before[order[place]]
        value[place] = worth[order[place]]


@nb.njit(cache=True, nogil=True)
def offers_all(menu, chosen):  # type: ignore[no-untyped-def]
    """Whether the operation ``chosen`` (m,) by each agent is one of those open to it."""
    for agent in range(chosen.shape[0]):
        offered = False
        for at in range(menu.size[agent]):
            if menu.number[agent, at] == chosen[agent]:
                offered = True
        if not offered:
            return False
    return True
