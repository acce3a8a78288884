"""Who is where at which step, and who is in the way of an operation."""

from typing import NamedTuple

import numba as nb
import numpy as np

from planner.mapf.menu import Menu
from planner.mapf.problem import NOBODY
from planner.roadmap.access import Int32Array

MANY = -2
"""More than one agent is in the way."""


class Reservations(NamedTuple):
    """``holder`` (n * (depth + 1),) names the agent on a node after a step, indexed
    ``[node * (depth + 1) + step]``; step 0 is now. ``chosen`` (m,) is every agent's operation."""

    holder: Int32Array
    chosen: Int32Array

    @staticmethod
    def of(nodes: int, agents: int, depth: int) -> "Reservations":
        return Reservations(
            np.full(nodes * (depth + 1), NOBODY, dtype=np.int32),
            np.zeros(agents, dtype=np.int32),
        )


@nb.njit(cache=True, nogil=True)
def reserve_all(reservations: Reservations, menu: Menu, node):  # type: ignore[no-untyped-def]
    """Enter the chosen operation of every agent; the agents stand on ``node`` (m,) now."""
    holder, chosen = reservations
    layers = menu.cells.shape[2] + 1
    for agent in range(node.shape[0]):
        holder[node[agent] * layers] = agent
        enter(holder, agent, menu.cells[agent, chosen[agent]])


@nb.njit(cache=True, nogil=True)
def clear_all(reservations: Reservations, menu: Menu, node):  # type: ignore[no-untyped-def]
    """Take out what :func:`reserve_all` and all changes since have entered."""
    holder, chosen = reservations
    layers = menu.cells.shape[2] + 1
    for agent in range(node.shape[0]):
        holder[node[agent] * layers] = NOBODY
        enter(holder, NOBODY, menu.cells[agent, chosen[agent]])


@nb.njit(cache=True, inline="always")
def enter(holder, agent, cells):  # type: ignore[no-untyped-def]
    """Put an agent, or ``NOBODY``, on the cells of an operation."""
    depth = cells.shape[0]
    for step in range(depth):
        holder[cells[step] * (depth + 1) + step + 1] = agent


@nb.njit(cache=True, nogil=True)
def blocker(holder, start, cells):  # type: ignore[no-untyped-def]
    """Who is in the way, at a node (vertex conflict) or coming towards (edge conflict): one agent,
    ``NOBODY`` or ``MANY``."""
    layers = cells.shape[0] + 1
    found = NOBODY
    before = start
    for step in range(1, layers):
        here = cells[step - 1]
        other = holder[here * layers + step]
        if other != NOBODY and other != found:
            if found != NOBODY:
                return MANY
            found = other
        if here != before:
            other = holder[before * layers + step]
            if other != NOBODY and other != found and holder[here * layers + step - 1] == other:
                if found != NOBODY:
                    return MANY
                found = other
        before = here
    return found


@nb.njit(cache=True, nogil=True)
def closes_ring(holder, neighbours, start, cells):  # type: ignore[no-untyped-def]
    """Whether an operation that nobody blocks would make a ring of agents move one on together.

    Fine in lock-step; under delays nobody could start first.
    """
    layers = cells.shape[0] + 1
    before = start
    for step in range(1, layers):
        ahead = cells[step - 1]
        while ahead != before:
            other = holder[ahead * layers + step - 1]
            if other == NOBODY:
                break
            moves_to = NOBODY
            for heading in range(4):
                there = neighbours[ahead, heading]
                if there >= 0 and holder[there * layers + step] == other:
                    moves_to = there
            if moves_to == NOBODY:
                break
            ahead = moves_to
            if ahead == before:
                return True
        before = cells[step - 1]
    return False
