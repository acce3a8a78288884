"""Priority inheritance with backtracking, windowed, on a directed lattice with headings.

K. Okumura, M. Machida, X. Défago, Y. Tamura: Priority Inheritance with Backtracking for Iterative
Multi-agent Path Finding, Artificial Intelligence 310 (2022), doi 10.1016/j.artint.2022.103752.

Each step every agent, in order of priority, takes its best neighbour; an agent in the way
inherits the right to be asked next and must leave, or the asker tries its second choice. Two
things differ from the paper. Preference is the travel time after the move, turns included. And a
ring of agents that would all move one on together is refused: under delays nobody could start
first, so the action dependency graph (:mod:`planner.traffic`) would hold a cycle.
"""

from dataclasses import dataclass

import numba as nb
import numpy as np
import numpy.typing as npt

from planner.roadmap.access import Int8Array, Int32Array, may_enter
from planner.roadmap.distances import FAR_MS, turn_ms

BoolArray = npt.NDArray[np.bool_]
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Agents:
    """What the planner must know of ``m`` agents, one array entry each.

    ``node`` and ``heading`` (0 east to 3 south) say where each starts; ``goal`` is a node or -1;
    ``loaded`` carries a pod; ``pinned`` cannot move now; ``order`` lists agents from highest to
    lowest priority; ``table`` is the row of ``Lattice.cost`` with the travel times to its goal,
    ``pace`` the layer of ``Lattice.hop_ms`` with its driving times. Standing still
    costs ``wait_ms``: the longer an agent waits, the sooner it tries another way.
    """

    node: Int32Array
    heading: Int32Array
    goal: Int32Array
    loaded: BoolArray
    pinned: BoolArray
    order: Int32Array
    table: Int32Array
    pace: Int32Array
    wait_ms: Int32Array
    quarter_turn_ms: Int32Array
    stop_ms: Int32Array


@dataclass(frozen=True, slots=True)
class Lattice:
    """The floor for the kernel: arrays of :class:`planner.roadmap.roadmap.Roadmap` with the
    driving time per edge in ms (paces, nodes, 4), the nodes ``blocked`` now, and ``cost``
    (tables, 4 * nodes): travel times to a goal, as
    :class:`planner.roadmap.distances.Distances` keeps them."""

    neighbours: Int32Array
    kind: Int8Array
    station_of: Int32Array
    hop_ms: Int32Array
    blocked: BoolArray
    cost: Int32Array


def plan(lattice: Lattice, agents: Agents, window: int) -> Int32Array:
    """Nodes of every agent at steps 0 to ``window``, shape (m, window + 1).

    No two agents share a node at a step, none swap, and no ring of agents rotates. An agent that
    reaches its goal stays there. Time grows with ``m * window``.
    """
    paths = np.empty((len(agents.node), window + 1), dtype=np.int32)
    _plan(
        lattice.neighbours,
        lattice.kind,
        lattice.station_of,
        lattice.hop_ms,
        lattice.blocked,
        agents.node,
        agents.heading.copy(),
        agents.goal,
        agents.loaded,
        agents.pinned.copy(),
        agents.order,
        lattice.cost,
        agents.table,
        agents.pace,
        agents.wait_ms,
        agents.quarter_turn_ms,
        agents.stop_ms,
        paths,
    )
    return paths


@nb.njit(cache=True)
def _plan(  # type: ignore[no-untyped-def]
    neighbours, kind, station_of, hop_ms, blocked,
    node, heading, goal, loaded, pinned, order,
    cost, table, pace, wait_ms, quarter_turn_ms, stop_ms, paths,
):  # fmt: skip
    agents = node.shape[0]
    now = np.full(neighbours.shape[0], NOBODY, dtype=np.int32)
    then = np.full(neighbours.shape[0], NOBODY, dtype=np.int32)
    chosen = np.empty(agents, dtype=np.int32)
    asking = np.zeros(agents, dtype=np.bool_)
    paths[:, 0] = node
    for step in range(1, paths.shape[1]):
        now[:] = NOBODY
        then[:] = NOBODY
        for agent in range(agents):
            here = paths[agent, step - 1]
            now[here] = agent
            chosen[agent] = NOBODY
            if here == goal[agent] and step > 1:
                pinned[agent] = True
            if pinned[agent]:
                chosen[agent] = here
                then[here] = agent
        for agent in order:
            if chosen[agent] == NOBODY:
                _ask(
                    agent, paths[:, step - 1], now, then, chosen, asking,
                    neighbours, kind, station_of, hop_ms, blocked,
                    heading, goal, loaded, cost, table, pace, wait_ms, quarter_turn_ms, stop_ms,
                )  # fmt: skip
        for agent in range(agents):
            paths[agent, step] = chosen[agent]
            here = paths[agent, step - 1]
            for towards in range(4):
                if neighbours[here, towards] == chosen[agent]:
                    heading[agent] = towards


@nb.njit(cache=True)
def _ask(  # type: ignore[no-untyped-def]
    agent, at, now, then, chosen, asking,
    neighbours, kind, station_of, hop_ms, blocked,
    heading, goal, loaded, cost, table, pace, wait_ms, quarter_turn_ms, stop_ms,
):  # fmt: skip
    """funcPIBT: reserve the best node that can be had; False if the agent has to stay."""
    here = at[agent]
    asking[agent] = True
    there, value = _candidates(
        agent, here, now, neighbours, kind, station_of, hop_ms, blocked,
        heading, goal, loaded, cost, table, pace, wait_ms, quarter_turn_ms, stop_ms,
    )  # fmt: skip
    for _ in range(there.shape[0]):
        best = np.argmin(value)
        if value[best] > 2 * FAR_MS:
            break
        value[best] = 4 * FAR_MS
        target = there[best]
        if then[target] != NOBODY:
            continue
        other = now[target]
        if other != NOBODY and other != agent and (chosen[other] == here or asking[other]):
            continue
        then[target] = agent
        chosen[agent] = target
        pushed = other != NOBODY and other != agent and chosen[other] == NOBODY
        if pushed and not _ask(
            other, at, now, then, chosen, asking,
            neighbours, kind, station_of, hop_ms, blocked,
            heading, goal, loaded, cost, table, pace, wait_ms, quarter_turn_ms, stop_ms,
        ):  # fmt: skip
            continue
        asking[agent] = False
        return target != here
    then[here] = agent
    chosen[agent] = here
    asking[agent] = False
    return False


@nb.njit(cache=True)
def _candidates(  # type: ignore[no-untyped-def]
    agent, here, now, neighbours, kind, station_of, hop_ms, blocked,
    heading, goal, loaded, cost, table, pace, wait_ms, quarter_turn_ms, stop_ms,
):  # fmt: skip
    """The four neighbours and here, with the travel time to the goal through each."""
    there = np.full(5, here, dtype=np.int32)
    value = np.full(5, 4 * FAR_MS, dtype=np.int64)
    value[4] = wait_ms[agent] + (
        cost[table[agent], here * 4 + heading[agent]] if goal[agent] >= 0 else 0
    )
    for towards in range(4):
        target = neighbours[here, towards]
        if target < 0 or blocked[target]:
            continue
        if not may_enter(kind, station_of, here, target, goal[agent], loaded[agent]):
            continue
        there[towards] = target
        travel = hop_ms[pace[agent], here, towards] + turn_ms(
            heading[agent], towards, quarter_turn_ms[agent], stop_ms[agent]
        )
        if goal[agent] >= 0:
            travel += cost[table[agent], target * 4 + towards]
        # Among equals a free node is better than one somebody must leave first.
        value[towards] = 2 * np.int64(travel) + (1 if now[target] != NOBODY else 0)
    value[4] *= 2
    return there, value
