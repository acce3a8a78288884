"""The League's rules on one joint decision, in machine code: moves, schedule, errands.

Start kit 2.1 of the League of Robot Runners (2024). Following another agent and moving in a ring
are allowed; sharing a cell and swapping are not.
"""

from typing import Final

import numba as nb
import numpy as np

UNALLOWED_MOVE: Final = 0
VERTEX_CONFLICT: Final = 1
EDGE_CONFLICT: Final = 2

SCHEDULE_VALID: Final = -1
NOT_IN_POOL: Final = 0
TAKEN_TWICE: Final = 1
OPENED_DROPPED: Final = 2

_FORWARD: Final = 0
_TURN_UP: Final = 1
_TURN_DOWN: Final = 2
_NOBODY: Final = -1


@nb.njit(cache=True)
def move(cell, heading, action, neighbours, occupant, next_cell, next_heading, faults):  # type: ignore[no-untyped-def]
    """Where all would be after ``action`` (agents,), in ``next_cell`` and ``next_heading``.

    Returns how many rows of ``faults`` (2 * agents, 3) were filled with (kind, agent, other agent
    or -1); the joint action is valid if none. ``occupant`` (cells,) is all -1 before and after.
    """
    count = 0
    for agent in range(len(cell)):
        next_cell[agent] = cell[agent]
        next_heading[agent] = heading[agent]
        if action[agent] == _FORWARD:
            ahead = neighbours[cell[agent], heading[agent]]
            if ahead < 0:
                count = _note(faults, count, UNALLOWED_MOVE, agent, _NOBODY)
            else:
                next_cell[agent] = ahead
        elif action[agent] == _TURN_UP:
            next_heading[agent] = (heading[agent] + 1) % 4
        elif action[agent] == _TURN_DOWN:
            next_heading[agent] = (heading[agent] + 3) % 4
    for agent in range(len(cell)):
        other = occupant[next_cell[agent]]
        if other != _NOBODY:
            count = _note(faults, count, VERTEX_CONFLICT, other, agent)
        occupant[next_cell[agent]] = agent
    occupant[next_cell] = _NOBODY
    occupant[cell] = np.arange(len(cell), dtype=np.int32)
    for agent in range(len(cell)):
        other = occupant[next_cell[agent]]
        if other > agent and next_cell[other] == cell[agent]:
            count = _note(faults, count, EDGE_CONFLICT, agent, other)
    occupant[cell] = _NOBODY
    return count


@nb.njit(cache=True)
def _note(faults, count, kind, agent, other):  # type: ignore[no-untyped-def]
    faults[count, 0] = kind
    faults[count, 1] = agent
    faults[count, 2] = other
    return count + 1


@nb.njit(cache=True)
def check_schedule(proposed, current, errands_done, in_pool, taken_by):  # type: ignore[no-untyped-def]
    """Is the schedule ``proposed`` (agents,) allowed? Gives (verdict, agent, other agent or -1) of
    the first entry that is not, in order of agents.

    ``current`` (agents,) is in force. ``in_pool`` (ids,) says which ids are revealed and
    unfinished; ``taken_by`` (ids,) is all -1 before and after.
    """
    verdict, culprit, other = SCHEDULE_VALID, _NOBODY, _NOBODY
    last = len(proposed)
    for agent in range(len(proposed)):
        task = proposed[agent]
        if task != _NOBODY and (task < 0 or task >= len(in_pool) or not in_pool[task]):
            verdict, culprit = NOT_IN_POOL, agent
        elif task != _NOBODY and taken_by[task] != _NOBODY:
            verdict, culprit, other = TAKEN_TWICE, agent, taken_by[task]
        elif current[agent] != _NOBODY and errands_done[agent] > 0 and task != current[agent]:
            verdict, culprit = OPENED_DROPPED, agent
        if verdict != SCHEDULE_VALID:
            last = agent
            break
        if task != _NOBODY:
            taken_by[task] = agent
    for agent in range(last):
        if proposed[agent] != _NOBODY:
            taken_by[proposed[agent]] = _NOBODY
    return verdict, culprit, other


@nb.njit(cache=True)
def visit(cell, task, errands_done, errands, offsets, in_pool, events):  # type: ignore[no-untyped-def]
    """Count the errands visited: at most one per agent and step, by presence alone.

    Fills ``events`` (agents, 3) with (agent, task, errands done) and returns how many. Agents
    whose task is complete are left without one, and it leaves ``in_pool``.
    """
    count = 0
    for agent in range(len(cell)):
        if task[agent] == _NOBODY:
            continue
        row = task[agent] % (len(offsets) - 1)
        if errands[offsets[row] + errands_done[agent]] != cell[agent]:
            continue
        errands_done[agent] += 1
        events[count, 0] = agent
        events[count, 1] = task[agent]
        events[count, 2] = errands_done[agent]
        count += 1
        if errands_done[agent] == offsets[row + 1] - offsets[row]:
            in_pool[task[agent]] = False
            task[agent] = _NOBODY
            errands_done[agent] = 0
    return count
