"""The site made ready for deciding: roadmap, travel times and look-ups; never changes in a run."""

from collections import deque
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from planner.mapf.guidance import STEP, Guidance
from planner.mapf.operations import Profile
from planner.roadmap.access import Int32Array, may_enter
from planner.roadmap.deadends import DeadEnds, dead_ends
from planner.roadmap.distances import Distances, Pace
from planner.roadmap.obstacles import CLEAR, Obstacles
from planner.roadmap.roadmap import NodeKind, Roadmap
from planner.roadmap.zones import nodes_inside
from planner.warehouse.ids import NodeId, RobotId, StationId
from planner.warehouse.site import PickStation, Point, RobotType, Site


class Floor:
    """Travel times are cached inside; the cache never changes an answer. With ``guidance`` they
    are measured along its lanes, for driving and for every choice made by them alike."""

    def __init__(self, site: Site, roadmap: Roadmap, guidance: Guidance | None = None):
        self.site = site
        self.roadmap = roadmap
        factor = None if guidance is None else guidance.drive / STEP
        self.distances = Distances(roadmap, site.pitch_m, factor=factor)
        self._neighbours: list[list[int]] = roadmap.neighbours.tolist()
        self.points: list[Point] = [(x, y) for x, y in roadmap.xy_m.tolist()]
        self.speed_mps: list[list[float]] = roadmap.speed_mps.tolist()
        self.stations: dict[StationId, PickStation] = {
            station.id: station for station in site.stations
        }
        self.station_nodes: dict[StationId, int] = {
            station: roadmap.index[node] for station, node in roadmap.station_nodes.items()
        }
        self.charger_nodes: tuple[int, ...] = tuple(
            roadmap.index[node] for node in roadmap.charger_nodes.values()
        )
        self.spots: tuple[int, ...] = tuple(roadmap.index[node] for node in roadmap.spots)
        self._types: dict[RobotId, RobotType] = {
            robot.id: site.type_of(robot) for robot in site.robots
        }
        self._paces: dict[tuple[str, bool], Pace] = {
            (kind.id, loaded): Pace.of(kind, loaded)
            for kind in site.robot_types
            for loaded in (False, True)
        }

    def pace(self, robot: RobotId, loaded: bool) -> Pace:
        """How fast this robot is."""
        return self._paces[self._types[robot].id, loaded]

    @cached_property
    def typical_hop_ms(self) -> int:
        """Driving time of a cell at the fastest pace, outside slow zones: one step of a plan."""
        return min(self._hop_ms(pace) for pace in self._paces.values())

    @cached_property
    def dead_ends(self) -> tuple[DeadEnds, DeadEnds]:
        """Where robots without a pod, and robots with one, get out only the way they came in."""
        neighbours, spots = self.roadmap.neighbours, self.roadmap.kind == NodeKind.SPOT
        return dead_ends(neighbours), dead_ends(neighbours, ends_only=spots)

    def nodes_of(self, names: Sequence[NodeId], area_m: Sequence[Point]) -> tuple[int, ...]:
        """The nodes so named, those the floor has, and all inside an area (metres)."""
        named = {self.roadmap.index[name] for name in names if name in self.roadmap.index}
        inside = nodes_inside(area_m, self.roadmap.xy_m) if len(area_m) > 2 else ()
        return tuple(sorted(named.union(inside)))

    def profiles(self, depth: int) -> tuple[Profile, ...]:
        """Steps that moves and quarter turns take, by :meth:`pace_index`.

        Cut so that every robot can turn about and drive on within ``depth`` steps: a plan that is
        made anew in every tick would else never get it out of a dead end.
        """
        found = []
        for pace in self._paces.values():
            step_ms = self.typical_hop_ms
            move = min(max(1, round(self._hop_ms(pace) / step_ms)), depth - 2)
            turn = round((pace.quarter_turn_ms + pace.stop_ms) / step_ms)
            found.append(Profile(move, min(max(1, turn), (depth - move) // 2)))
        return tuple(found)

    def _hop_ms(self, pace: Pace) -> int:
        return round(1000 * self.site.pitch_m / pace.speed_mps)

    @cached_property
    def _pace_layers(self) -> dict[tuple[str, bool], int]:
        return {key: layer for layer, key in enumerate(self._paces)}

    def pace_index(self, robot: RobotId, loaded: bool) -> int:
        """Place of this robot's pace among those of the site."""
        return self._pace_layers[self._types[robot].id, loaded]

    @cached_property
    def hops_ms(self) -> Int32Array:
        """Driving times by :meth:`pace_index` and edge, shape (paces, n, 4)."""
        layers = [self.distances.hop_ms(pace) for pace in self._paces.values()]
        return np.stack(layers).astype(np.int32)

    @cached_property
    def typical_pace(self) -> Pace:
        """The pace of the first robot type, loaded: for choices made before a robot is known."""
        return self._paces[self.site.robot_types[0].id, True]

    def travel_ms(
        self, robot: RobotId, node: int, heading: int, goal: int, obstacles: Obstacles
    ) -> int:
        """Travel time of an unloaded robot around ``obstacles``, were it alone."""
        table = self.distances.to(goal, False, self.pace(robot, False), obstacles)
        return int(table[node * 4 + heading])

    def to_station_ms(self, station: StationId, node: int, obstacles: Obstacles = CLEAR) -> int:
        """Travel time of a pod from ``node`` to a station around ``obstacles``, best heading."""
        goal = self.station_nodes[station]
        table = self.distances.to(goal, True, self.typical_pace, obstacles)
        return int(table[node * 4 : node * 4 + 4].min())

    def inbound_max(self, station: StationId) -> int:
        """Pods that fit into the station's lane: its queue and the picking place."""
        return len(self.stations[station].queue_m) + 1

    def heading_of(self, theta_rad: float) -> int:
        """The lattice heading nearest to an angle."""
        return round(theta_rad / (np.pi / 2)) % 4

    def heading_between(self, start: int, end: int) -> int:
        """The lattice heading of the edge from one node to its neighbour."""
        return self._neighbours[start].index(end)

    def spots_from(self, node: int, loaded: bool, obstacles: Obstacles) -> Iterator[int]:
        """Pod spots that can be driven to around ``obstacles``, fewest hops first."""
        roadmap = self.roadmap
        seen, queue = {node}, deque([node])
        while queue:
            here = queue.popleft()
            is_spot = roadmap.kind[here] == NodeKind.SPOT
            if is_spot and here not in obstacles:
                yield here
            if is_spot and loaded and here != node:
                continue
            for there in self._neighbours[here]:
                if there < 0 or there in seen or obstacles.stop(here, there):
                    continue
                goal = there if roadmap.kind[there] == NodeKind.SPOT else -1
                if may_enter(roadmap.kind, roadmap.station_of, here, there, goal, loaded):
                    seen.add(there)
                    queue.append(there)
