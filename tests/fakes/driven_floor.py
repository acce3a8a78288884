"""A drawn floor driven in the fleet's way: planned anew in every tick, released one node at a time.

Robots do what is released to them at once and without delay, so what is seen is the planning.
"""

from dataclasses import dataclass, field

import numpy as np

from planner.mapf.planner import OperationPlanner, PlannerParams
from planner.mapf.problem import NOBODY, Agents, Lattice
from planner.roadmap.access import Int32Array
from planner.roadmap.distances import FAR_MS, Distances, Pace
from planner.roadmap.roadmap import Roadmap
from planner.traffic.release import release

PITCH_M = 1.0
PACE = Pace(quarter_turn_ms=1000, stop_ms=500, speed_mps=1.0)
HOP_MS = 1000


@dataclass
class Mover:
    """One robot; without a goal (-1) it may be sent anywhere."""

    node: int
    goal: int
    loaded: bool = False
    pinned: bool = False
    heading: int = 0
    waited_ms: int = 0
    path: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.path.append(self.node)


def planned(
    floor: Roadmap,
    movers: list[Mover],
    order: list[int] | None = None,
    *,
    depth: int = 6,
    trials: int = 10,
    seed: int = 1,
) -> Int32Array:
    """Paths of one tick, priority in the order of the list unless told otherwise."""
    distances = Distances(floor, PITCH_M)
    agents = Agents.at(
        np.array([mover.node for mover in movers], dtype=np.int32),
        np.array([mover.heading for mover in movers], dtype=np.int32),
    )
    for i, mover in enumerate(movers):
        agents.loaded[i], agents.pinned[i] = mover.loaded, mover.pinned
        agents.wait_cost[i] = 1 + mover.waited_ms
        if mover.goal == NOBODY:
            continue
        row = distances.row(mover.goal, mover.loaded, PACE)
        if distances.pool[row, mover.node * 4 + mover.heading] < FAR_MS:
            agents.goal[i] = agents.goal_after[i] = mover.goal
            agents.row[i] = row
    count = len(movers)
    planner = OperationPlanner(len(floor.nodes), count, PlannerParams(depth, rings=False), seed)
    lattice = Lattice.open(floor.neighbours)._replace(kind=floor.kind, station_of=floor.station_of)
    ranked = np.array(order or list(range(count)), dtype=np.int32)
    weight = np.empty(count)
    weight[ranked] = [1e12, *np.linspace(1, 0, count, endpoint=False)[1:] ** 2]
    planner.plan(lattice, agents, distances.pool, ranked, weight, HOP_MS)
    planner.improve(trials * count)
    return planner.paths


def drive(floor: Roadmap, movers: list[Mover], order: list[int], ticks: int) -> int:
    """Drive until everyone has been at its goal, or for ``ticks``; returns the ticks it took. Who
    has arrived has no goal any more, goes last and makes way."""
    for tick in range(ticks):
        for mover in movers:
            if mover.node == mover.goal:
                mover.goal, mover.waited_ms = NOBODY, 0
        if all(mover.goal == NOBODY for mover in movers):
            return tick
        order = sorted(order, key=lambda index: movers[index].goal == NOBODY)
        paths = planned(floor, movers, order, seed=tick)
        holder = np.full(len(floor.nodes), NOBODY, dtype=np.int32)
        holder[[mover.node for mover in movers]] = np.arange(len(movers))
        moves, _ = release(paths, holder, np.zeros(len(movers), dtype=np.int32), 1)
        for mover, path, move in zip(movers, paths.tolist(), moves, strict=True):
            way = [node for node in path if node != mover.node]
            mover.waited_ms += 500 if mover.goal != NOBODY else 0
            if move:
                mover.heading = floor.neighbours[mover.node].tolist().index(way[0])
                mover.node, mover.waited_ms = way[0], 0
            mover.path.append(mover.node)
    return ticks
