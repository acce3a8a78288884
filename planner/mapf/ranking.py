"""What each operation is worth to its agent: the cost to go from where it ends."""

import numba as nb
import numpy as np

from planner.roadmap.costtogo import FAR

STEP_WEIGHT = 8
"""The cost to go at the end counts this many times as much as at each step before it, so that of
two operations with one end the one that advances early is the better."""


@nb.njit(cache=True)
def rank(  # type: ignore[no-untyped-def]
    agents, neighbours, cell, heading, goal, row, goal_after, row_after, joint_cost, pool,
    actions, shared, step_cost,
    op_cells, op_value, op_id, op_count,
):  # fmt: skip
    """List the operations of ``agents`` that the floor allows, best first."""
    depth = actions.shape[1]
    kinds = actions.shape[0]
    cells = np.empty(depth + 1, dtype=np.int32)
    headings = np.empty(depth + 1, dtype=np.int8)
    early = np.zeros(depth + 1, dtype=np.int32)
    reached = np.zeros(depth + 1, dtype=np.int32)
    value = np.empty(kinds, dtype=np.int32)
    for agent in agents:
        cells[0] = cell[agent]
        headings[0] = heading[agent]
        early[0] = 0
        reached[0] = 0
        count = 0
        good = 0
        for kind in range(kinds):
            if shared[kind] > good:
                continue
            good = shared[kind]
            while good < depth:
                action = actions[kind, good]
                here = cells[good]
                facing = headings[good]
                if action == 0:
                    here = neighbours[here, facing]
                    if here < 0:
                        break
                elif action == 1:
                    facing = (facing + 1) & 3
                elif action == 2:
                    facing = (facing + 3) & 3
                good += 1
                cells[good] = here
                headings[good] = facing
                reached[good] = reached[good - 1]
                if reached[good] == 0 and here == goal[agent]:
                    reached[good] = good
                early[good] = early[good - 1] + _to_go(
                    here * 4 + facing, reached[good], depth - good, row[agent], row_after[agent],
                    joint_cost[agent], pool, step_cost,
                )  # fmt: skip
            if good < depth:
                continue
            end = early[depth] - early[depth - 1]
            value[count] = end * STEP_WEIGHT + early[depth - 1]
            op_id[agent, count] = kind
            for step in range(depth):
                op_cells[agent, kind, step] = cells[step + 1]
            count += 1
        op_count[agent] = count
        for place in range(1, count):
            what, worth = op_id[agent, place], value[place]
            at = place
            while at > 0 and value[at - 1] > worth:
                value[at] = value[at - 1]
                op_id[agent, at] = op_id[agent, at - 1]
                at -= 1
            value[at] = worth
            op_id[agent, at] = what
        for place in range(count):
            op_value[agent, place] = value[place]


@nb.njit(cache=True, inline="always")
def _to_go(  # type: ignore[no-untyped-def]
    state, reached, left, row, row_after, joint_cost, pool, step_cost
):
    """Cost from ``state`` to the goal; below zero once it is reached: then what is gained counts,
    on the way to the goal after it or, where none is known, by the steps saved."""
    if reached > 0:
        if row_after >= 0:
            return np.int32(pool[row_after, state]) - joint_cost
        return np.int32(-step_cost * (left + 1))
    if row < 0:
        return np.int32(0)
    return np.int32(pool[row, state])
