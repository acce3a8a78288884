"""Lanes for the floor of a site, from the trips of its robots: see :mod:`planner.mapf.guidance`.

Robots go to pods without a load and beneath other pods, then with a pod to a station and back to a
spot along the aisles only; all of them share the aisles, so their flows are added up.
"""

from typing import NamedTuple

import numpy as np

from planner.mapf.guidance import STEP, ContraflowParams, FloatArray, Guidance, emerged
from planner.roadmap.access import Int32Array
from planner.roadmap.distances import FAR_MS, Distances, Pace
from planner.roadmap.onward import onward
from planner.roadmap.roadmap import Roadmap

_AT_ONCE = 256
"""Trips routed together: no more goals than :class:`Distances` has tables for at one time."""

SITE_CONTRAFLOW = ContraflowParams(rounds=6, trips=600)
"""A station serves many trips by one table, a spot few: fewer trips than in a League floor."""


class Traffic(NamedTuple):
    """``robots`` robots on a floor of cells ``pitch_m`` apart, and their paces without a load and
    with one."""

    roadmap: Roadmap
    pitch_m: float
    paces: tuple[Pace, Pace]
    robots: int


def site_lanes(traffic: Traffic, params: ContraflowParams, seed: int = 1) -> Guidance:
    """Lanes that emerge from the trips of a site; the factors of all edges are 1 or more.

    Time grows with the rounds, the different goals among a round's trips and the nodes.
    """
    roadmap = traffic.roadmap

    def routed(trips: Int32Array, guidance: Guidance) -> FloatArray:
        return driven_flow(traffic, trips, guidance)

    trips = site_trips(roadmap, params.rounds * params.trips, seed)
    return emerged(roadmap.neighbours, trips, routed, params, seed)


def site_trips(roadmap: Roadmap, count: int, seed: int = 1) -> Int32Array:
    """At least ``count`` trips (k, 3) of robots: node from, node to, and whether with a pod.

    A robot fetches a pod from where it left the last one, delivers it to a station and returns it
    to a spot; pods, stations and spots are drawn evenly. None where there are no pods or stations.
    """
    rng = np.random.default_rng(seed)
    rounds = -(-count // 3)
    index = roadmap.index
    pods = np.array([index[node] for node in roadmap.pods.values()], dtype=np.int32)
    stations = np.array([index[node] for node in roadmap.station_nodes.values()], dtype=np.int32)
    spots = np.array([index[node] for node in roadmap.spots], dtype=np.int32)
    if not len(pods) or not len(stations):
        return np.empty((0, 3), dtype=np.int32)
    pod, station = rng.choice(pods, rounds), rng.choice(stations, rounds)
    spot = rng.choice(spots, rounds)
    unloaded, loaded = np.zeros(rounds, dtype=np.int32), np.ones(rounds, dtype=np.int32)
    fetch = np.stack([np.roll(spot, 1), pod, unloaded], axis=1)
    deliver = np.stack([pod, station, loaded], axis=1)
    back = np.stack([station, spot, loaded], axis=1)
    return np.concatenate([fetch, deliver, back]).astype(np.int32)


def driven_flow(traffic: Traffic, trips: Int32Array, guidance: Guidance) -> FloatArray:
    """Robots per step over every edge, shape (n, 4), when all drive the cheapest ways of ``trips``
    (k, 3) without pause; a step is the time for a cell without a load. Trips without a way are
    left out."""
    roadmap, pitch_m, paces, robots = traffic
    distances = Distances(roadmap, pitch_m, factor=guidance.drive / STEP)
    flow = np.zeros(roadmap.neighbours.shape, dtype=np.float64)
    spent_ms = 0.0
    in_order = trips[np.lexsort((trips[:, 2], trips[:, 1]))]  # one table serves all to one goal
    for first in range(0, len(in_order), _AT_ONCE):
        some = in_order[first : first + _AT_ONCE]
        spent_ms += _drive(roadmap, distances, paces, some, flow)
    step_ms = 1000 * pitch_m / paces[0].speed_mps
    return flow * (robots * step_ms / max(spent_ms, step_ms))


def _drive(
    roadmap: Roadmap,
    distances: Distances,
    paces: tuple[Pace, Pace],
    trips: Int32Array,
    flow: FloatArray,
) -> float:
    """Count the ways into ``flow``; returns the time they take in ms, at the full speed of the
    paces."""
    origin, goal, loaded = trips.T
    rows = [distances.row(int(g), bool(k), paces[k]) for g, k in zip(goal, loaded, strict=True)]
    row = np.array(rows, dtype=np.int32)
    costs = distances.pool[row[:, None], origin[:, None] * 4 + np.arange(4)]
    row[costs.min(axis=1) >= FAR_MS] = -1
    turning = np.array([(pace.quarter_turn_ms, pace.stop_ms) for pace in paces], dtype=np.int32)
    hops_ms = np.stack([distances.hop_ms(pace) for pace in paces])
    ahead = onward(
        origin, costs.argmin(axis=1).astype(np.int32), goal, row, loaded == 1, loaded,
        turning[loaded, 0], turning[loaded, 1], hops_ms, distances.pool, roadmap.neighbours,
        roadmap.kind, roadmap.station_of, len(roadmap.nodes),
    )  # fmt: skip
    before = np.concatenate([origin[:, None], ahead[:, :-1]], axis=1)
    trip, hop = np.nonzero(ahead >= 0)
    here, there = before[trip, hop], ahead[trip, hop]
    heading = (roadmap.neighbours[here] == there[:, None]).argmax(axis=1)
    np.add.at(flow, (here, heading), 1.0)
    turned = (heading[1:] != heading[:-1]) & (trip[1:] == trip[:-1])
    cell_ms = np.array([1000 * distances.pitch_m / pace.speed_mps for pace in paces])
    return float(cell_ms[loaded[trip]].sum() + turning.sum(axis=1)[loaded[trip[1:][turned]]].sum())
