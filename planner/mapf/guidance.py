"""Guidance: driving costs that make agents keep to lanes which fit the layout and the load.

Costs to go are measured on these costs, so agents circulate instead of meeting head-on. The lanes
come from traffic itself (:func:`contraflow`): trips are routed one after the other on the costs so
far, an edge becomes the dearer the more agents drive the opposite way, and so opposing flows
repel each other until every narrow aisle has one direction.

Guidance graphs: Y. Zhang et al., Guidance Graph Optimization for Lifelong MAPF, IJCAI 2024, arXiv
2402.01446. Cost of opposing flow: Z. Chen et al., Traffic Flow Optimisation for Lifelong MAPF,
AAAI 2024, arXiv 2308.11234. Averaging: the method of successive averages, after Y. Sheffi, Urban
Transportation Networks, 1985, ch. 5.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numba as nb
import numpy as np
import numpy.typing as npt

from planner.roadmap.access import Int32Array
from planner.roadmap.costtogo import CostToGo

FloatArray = npt.NDArray[np.float64]

STEP = 8
"""Cost of a plain step or quarter turn: fine enough to grade lanes, small enough for uint16."""

COST_MAX = 255
"""What a cost to go table takes (:class:`planner.roadmap.costtogo.CostToGo`)."""


@dataclass(frozen=True, slots=True, eq=False)
class Guidance:
    """``drive`` (n, 4) int32 is the cost of driving on from a node in each heading, ``turn`` that
    of a quarter turn; :data:`STEP` is plain, 1 to :data:`COST_MAX` are possible."""

    drive: Int32Array
    turn: int = STEP

    def __post_init__(self) -> None:
        low, high = int(self.drive.min(initial=STEP)), int(self.drive.max(initial=STEP))
        if low < 1 or high > COST_MAX or not 1 <= self.turn <= COST_MAX:
            found = f"drive {low} to {high}, turn {self.turn}"
            raise ValueError(f"costs should be 1 to {COST_MAX} (found {found})")

    @property
    def is_plain(self) -> bool:
        """Whether every step costs the same."""
        return self.turn == STEP and bool((self.drive == STEP).all())


def plain(nodes: int) -> Guidance:
    """Every step costs the same."""
    return Guidance(np.full((nodes, 4), STEP, dtype=np.int32))


@dataclass(frozen=True, slots=True)
class ContraflowParams:
    """An edge costs ``1 + repulsion * c + crowding * l`` plain steps, at most ``dearest``, where
    ``c`` is the flow against it and ``l`` that into the cell it leads to, both in agents per step.
    Each of ``rounds`` routes ``trips`` trips and mixes at least ``share`` of their flow into that
    of the rounds before."""

    repulsion: float = 10.0
    crowding: float = 0.0
    turn: int = STEP
    dearest: float = 20.0
    rounds: int = 6
    trips: int = 2_400
    share: float = 0.3


def contraflow(
    neighbours: Int32Array, trips: Int32Array, agents: int, params: ContraflowParams, seed: int = 1
) -> Guidance:
    """Lanes that emerge from ``trips`` (k, 2), pairs of nodes from and to, driven over and over by
    ``agents`` agents on a floor ``neighbours`` (n, 4).

    Trips without a way are left out. Time grows with the rounds, the different goals in each and
    the states between a goal and the origins of its trips; memory with the nodes.
    """

    def routed(batch: Int32Array, guidance: Guidance) -> FloatArray:
        return routed_flow(neighbours, batch, agents, guidance)

    return emerged(neighbours, trips, routed, params, seed)


def emerged(
    neighbours: Int32Array,
    trips: Int32Array,
    routed: Callable[[Int32Array, Guidance], FloatArray],
    params: ContraflowParams,
    seed: int = 1,
) -> Guidance:
    """Lanes that emerge when ``routed`` tells the flow (n, 4), in agents per step, of some of the
    ``trips`` (k, any) under the costs so far. If there are more than a round routes, the next
    round goes on with others."""
    flow = np.zeros(neighbours.shape, dtype=np.float64)
    guidance = Guidance(plain(len(neighbours)).drive, params.turn)
    shuffled = np.random.default_rng(seed).permutation(trips)
    for number in range(params.rounds):
        batch, shuffled = shuffled[: params.trips], np.roll(shuffled, -params.trips, axis=0)
        share = max(1.0 / (number + 1), params.share)
        flow += share * (routed(batch, guidance) - flow)
        guidance = repelled(neighbours, flow, params)
    return guidance


def routed_flow(
    neighbours: Int32Array, trips: Int32Array, agents: int, guidance: Guidance
) -> FloatArray:
    """Agents per step over every edge, shape (n, 4), when all drive cheapest ways without pause."""
    tables = CostToGo(neighbours, guidance.drive, guidance.turn, rows_max=1)
    flow = np.zeros(neighbours.shape, dtype=np.float64)
    steps = 0
    # One table at a time serves all trips to its goal.
    for origin, goal in trips[np.argsort(trips[:, 1], kind="stable")].tolist():
        row = tables.row(goal, origin * 4, slack=0)
        steps += _walk(
            neighbours, tables.pool[row], guidance.drive, guidance.turn, origin, goal, flow
        )
    return flow * (agents / max(steps, 1))


def repelled(neighbours: Int32Array, flow: FloatArray, params: ContraflowParams) -> Guidance:
    """Costs under which agents avoid driving against ``flow`` (n, 4), in agents per step."""
    against, load = _against(neighbours, flow)
    factor = 1.0 + params.repulsion * against + params.crowding * load
    drive = np.round(STEP * np.minimum(factor, params.dearest))
    return Guidance(np.minimum(drive, COST_MAX).astype(np.int32), params.turn)


def trips_between(tasks: Sequence[tuple[int, ...]], count: int, seed: int = 1) -> Int32Array:
    """Trips (k, 2), ``count`` or a few more, of agents that do tasks drawn from ``tasks`` (their
    errands) one after the other; trips to where one is already are none."""
    rng = np.random.default_rng(seed)
    legs: list[tuple[int, int]] = []
    at: int | None = None
    for _ in range(4 * count):  # ends even if all tasks are at one place
        if not tasks or len(legs) >= count:
            break
        for errand in tasks[int(rng.integers(len(tasks)))]:
            if at is not None and at != errand:
                legs.append((at, errand))
            at = errand
    return np.array(legs, dtype=np.int32).reshape(-1, 2)


@nb.njit(cache=True)
def _walk(neighbours, cost, drive, turn, origin, goal, flow):  # type: ignore[no-untyped-def]
    """Count one cheapest way into ``flow``, from the best heading; returns its steps."""
    here, heading = origin, 0
    for other in range(4):
        if cost[origin * 4 + other] < cost[origin * 4 + heading]:
            heading = other
    steps = 0
    while here != goal:
        level = cost[here * 4 + heading]
        there = neighbours[here, heading]
        if there >= 0 and cost[there * 4 + heading] + drive[here, heading] == level:
            flow[here, heading] += 1.0
            here = there
        elif cost[here * 4 + ((heading + 1) & 3)] + turn == level:
            heading = (heading + 1) & 3
        elif cost[here * 4 + ((heading + 3) & 3)] + turn == level:
            heading = (heading + 3) & 3
        else:
            break  # no way from here
        steps += 1
    return steps


@nb.njit(cache=True)
def _against(neighbours, flow):  # type: ignore[no-untyped-def]
    """The flow against every edge, and that into the cell it leads to."""
    nodes = neighbours.shape[0]
    into = np.zeros(nodes)
    for node in range(nodes):
        for heading in range(4):
            there = neighbours[node, heading]
            if there >= 0:
                into[there] += flow[node, heading]
    against, load = np.zeros((nodes, 4)), np.zeros((nodes, 4))
    for node in range(nodes):
        for heading in range(4):
            there = neighbours[node, heading]
            if there >= 0:
                against[node, heading] = flow[there, (heading + 2) & 3]
                load[node, heading] = into[there]
    return against, load
