"""Checks of a site's traffic: lanes joined to aisles, every pod to every station and back."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.roadmap.access import Int32Array, reverse_neighbours
from planner.roadmap.problem import SiteProblem
from planner.roadmap.roadmap import NodeKind, Roadmap
from planner.warehouse.site import PickStation, Site

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """Flood fill over a roadmap in both directions."""

    roadmap: Roadmap
    forward: Int32Array
    backward: Int32Array

    @classmethod
    def over(cls, roadmap: Roadmap) -> "Reach":
        """The reach over a roadmap."""
        return cls(roadmap, roadmap.neighbours, reverse_neighbours(roadmap.neighbours))

    def loaded(self, start: int, backward: bool = False) -> BoolArray:
        """Nodes a robot with a pod reaches from ``start`` (or reaches it from): through aisles
        and the lane that ``start`` is in; spots only as an end."""
        lane = self.roadmap.station_of[start]
        own_lane = (self.roadmap.station_of == lane) & (lane >= 0)
        return self._flood(start, backward, own_lane | (self.roadmap.kind == NodeKind.AISLE))

    def unloaded(self, start: int, backward: bool = False) -> BoolArray:
        """The same without a pod: also beneath the pods on their spots."""
        kind = self.roadmap.kind
        return self._flood(start, backward, (kind == NodeKind.AISLE) | (kind == NodeKind.SPOT))

    def through_aisles(self, start: int, backward: bool = False) -> BoolArray:
        """The same over aisles alone: what else there is, only as an end."""
        return self._flood(start, backward, self.roadmap.kind == NodeKind.AISLE)

    def _flood(self, start: int, backward: bool, passable: BoolArray) -> BoolArray:
        links = self.backward if backward else self.forward
        touched = np.zeros(len(links), dtype=np.bool_)
        touched[start] = True
        front = np.array([start])
        while front.size:
            beyond = links[front].ravel()
            beyond = beyond[beyond >= 0]
            beyond = np.unique(beyond[~touched[beyond]])
            touched[beyond] = True
            front = beyond[passable[beyond]]
        return touched


def reach_problems(site: Site, roadmap: Roadmap) -> Iterator[SiteProblem]:
    """Everything that some robot could not reach or leave."""
    reach = Reach.over(roadmap)
    lanes = [
        problem
        for number, station in enumerate(site.stations)
        for problem in _lane_problems(number, station, reach)
    ]
    yield from lanes
    if not lanes:
        for number, station in enumerate(site.stations):
            yield from _station_problems(number, station, reach)
    yield from _start_problems(site, roadmap)
    yield from _side_problems(site, reach)


def _lane_problems(number: int, station: PickStation, reach: Reach) -> Iterator[SiteProblem]:
    """An aisle beside the first and the last cell of the lane."""
    roadmap = reach.roadmap
    field = f"stations[{number}]"
    first_m = (station.queue_m or (station.position_m,))[0]
    last_m = (station.exit_m or (station.position_m,))[-1]
    entry_field = f"{field}.queue_m[0]" if station.queue_m else f"{field}.position_m"
    last = f"{field}.exit_m[{len(station.exit_m) - 1}]" if station.exit_m else entry_field
    for point, links, where, problem in (
        (first_m, reach.backward, entry_field, "no aisle leads into the lane"),
        (last_m, reach.forward, last, "the lane leads into no aisle"),
    ):
        beside = links[roadmap.nearest(*point)]
        if not np.any(roadmap.kind[beside[beside >= 0]] == NodeKind.AISLE):
            yield SiteProblem(
                where,
                f"station {station.id} is walled in: {problem}",
                list(point),
                "Start and end its lane on cells next to an aisle.",
            )


def _station_problems(number: int, station: PickStation, reach: Reach) -> Iterator[SiteProblem]:
    """Every spot reaches the station loaded, and the station every spot."""
    roadmap = reach.roadmap
    position = roadmap.index[roadmap.station_nodes[station.id]]
    spots = np.flatnonzero(roadmap.kind == NodeKind.SPOT)
    for backward, way in ((True, "cannot reach it"), (False, "cannot be reached from it")):
        cut_off = spots[~reach.loaded(position, backward)[spots]]
        if len(cut_off):
            names = ", ".join(roadmap.nodes[i] for i in cut_off[:5])
            more = f" and {len(cut_off) - 5} more" if len(cut_off) > 5 else ""
            who = "every pod spot" if len(cut_off) == len(spots) else f"spots {names}{more}"
            yield SiteProblem(
                f"stations[{number}]",
                f"station {station.id} is cut off: with a pod, {who} {way}",
                remedy="Loaded robots drive on aisles only: add one, or turn a one-way round.",
            )


def _start_problems(site: Site, roadmap: Roadmap) -> Iterator[SiteProblem]:
    """Robots start apart, and not in a station lane."""
    taken: dict[str, str] = {}
    for number, robot in enumerate(site.robots):
        node = roadmap.robots[robot.id]
        field = f"robots[{number}].start_m"
        if roadmap.station_of[roadmap.index[node]] >= 0:
            yield SiteProblem(
                field,
                f"robot {robot.id} starts in a station lane",
                list(robot.start_m),
                "Start it on an aisle, a pod spot or a charger.",
            )
        holder = taken.setdefault(node, robot.id)
        if holder != robot.id:
            yield SiteProblem(
                field,
                f"robots {holder} and {robot.id} start on one cell",
                list(robot.start_m),
                "Start every robot on a cell of its own.",
            )


def _side_problems(site: Site, reach: Reach) -> Iterator[SiteProblem]:
    """Chargers and robot starts are joined to the pods, without a pod on board."""
    roadmap = reach.roadmap
    home = roadmap.index[roadmap.spots[0]]
    out, back = reach.unloaded(home), reach.unloaded(home, backward=True)
    for number, charger in enumerate(site.chargers):
        node = roadmap.index[roadmap.charger_nodes[charger.id]]
        if not (out[node] and back[node]):
            yield SiteProblem(
                f"chargers[{number}].position_m",
                f"charger {charger.id} is cut off from the pods",
                list(charger.position_m),
                "Put it next to an aisle that robots can reach and leave.",
            )
    for number, robot in enumerate(site.robots):
        if not back[roadmap.index[roadmap.robots[robot.id]]]:
            yield SiteProblem(
                f"robots[{number}].start_m",
                f"robot {robot.id} cannot reach the pods from its start",
                list(robot.start_m),
                "Start it on an aisle, a pod spot or a charger that leads there.",
            )
