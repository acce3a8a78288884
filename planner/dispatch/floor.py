"""The site made ready for deciding: roadmap, travel times and look-ups; never changes in a run."""

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from planner.dispatch.sights import Sights
from planner.mapf.guidance import STEP, Guidance
from planner.mapf.operations import Profile
from planner.roadmap.access import Int32Array, may_enter
from planner.roadmap.deadends import DeadEnds, dead_ends
from planner.roadmap.distances import FAR_MS, Distances, Pace
from planner.roadmap.obstacles import CLEAR, Obstacles
from planner.roadmap.roadmap import NodeKind, Roadmap
from planner.roadmap.rules import check_on_floor, under_rules
from planner.roadmap.zones import nodes_inside
from planner.warehouse.errors import InvalidRule
from planner.warehouse.ids import NodeId, PodId, SlotId, StationId
from planner.warehouse.rules import FloorRule, RuleKind
from planner.warehouse.site import PickStation, PodModel, Point, Site, StationRole
from planner.warehouse.stock import slot_id

RULED_KEPT = 2
"""Floors under rules that are kept ready, each with travel times of its own."""

HOUR_MS = 3_600_000
Int64Array = npt.NDArray[np.int64]


class Floor:
    """Travel times are cached inside; the cache never changes an answer. With ``guidance`` they
    are measured along its lanes, for driving and for every choice made by them alike. ``drawn`` is
    the floor as the site draws it, where this is the one under rules."""

    def __init__(
        self,
        site: Site,
        roadmap: Roadmap,
        guidance: Guidance | None = None,
        drawn: "Floor | None" = None,
    ):
        self.site = site
        self.roadmap = roadmap
        self._guidance = guidance
        self._drawn = drawn or self
        self._ruled: OrderedDict[tuple[FloorRule, ...], Floor] = OrderedDict()
        factor = None if guidance is None else guidance.drive / STEP
        self.distances = Distances(roadmap, site.pitch_m, factor=factor)
        self._neighbours: list[list[int]] = roadmap.neighbours.tolist()
        self.points: list[Point] = [(x, y) for x, y in roadmap.xy_m.tolist()]
        self.speed_mps: list[list[float]] = roadmap.speed_mps.tolist()
        self.stations: dict[StationId, PickStation] = {
            station.id: station for station in site.stations
        }
        self.pick_stations = _with_role(site, StationRole.PICK)
        self.put_stations = _with_role(site, StationRole.REPLENISH)
        self.slots_of_pod = {pod: tuple(_slots(site.pod_model, pod)) for pod in roadmap.pods}
        self.station_nodes: dict[StationId, int] = {
            station: roadmap.index[node] for station, node in roadmap.station_nodes.items()
        }
        self.charger_nodes: tuple[int, ...] = tuple(
            roadmap.index[node] for node in roadmap.charger_nodes.values()
        )
        self.spots: tuple[int, ...] = tuple(roadmap.index[node] for node in roadmap.spots)
        self.types: frozenset[str] = frozenset(kind.id for kind in site.robot_types)
        self.carriers: frozenset[str] = frozenset(k.id for k in site.robot_types if k.carries)
        self.counts = any(kind.scanner is not None for kind in site.robot_types)
        """Whether there are robot types that count."""
        self._lift_ms = {kind.id: round(1000 * kind.lift_s) for kind in site.robot_types}
        self._paces: dict[tuple[str, bool], Pace] = {
            (kind.id, loaded): Pace.of(kind, loaded)
            for kind in site.robot_types
            for loaded in (False, True)
        }

    def under(self, rules: Iterable[FloorRule]) -> "Floor":
        """The site's floor under these rules alone; nodes are the same on all of them."""
        drawn = self._drawn
        ways = tuple(r for r in rules if r.kind in (RuleKind.ONE_WAY, RuleKind.SPEED_LIMIT))
        if not ways:
            return drawn
        if ways not in drawn._ruled:
            if len(drawn._ruled) >= RULED_KEPT:
                drawn._ruled.popitem(last=False)
            roadmap = under_rules(drawn.roadmap, ways)
            drawn._ruled[ways] = Floor(self.site, roadmap, self._guidance, drawn)
        drawn._ruled.move_to_end(ways)
        return drawn._ruled[ways]

    def objection(self, in_force: Iterable[FloorRule], rule: FloorRule) -> str:
        """What is wrong with a rule beside those in force; empty if nothing is."""
        try:
            check_on_floor(self._drawn.roadmap, tuple(in_force), rule)
        except InvalidRule as error:
            return str(error)
        return ""

    def pace(self, kind: str, loaded: bool) -> Pace:
        """How fast robots of this type are."""
        return self._paces[kind, loaded]

    def lift_ms(self, kind: str) -> int:
        """How long robots of this type take to lift or lower a pod."""
        return self._lift_ms[kind]

    @cached_property
    def drain_per_ms(self) -> float:
        """Share of its battery that a robot uses per ms of driving: the hungriest type's."""
        kinds = self.site.robot_types
        return max(kind.drive_w / kind.battery_wh for kind in kinds) / HOUR_MS

    @cached_property
    def fill_per_ms(self) -> float:
        """Share of its battery that a charger gives a robot per ms: the slowest type's."""
        kinds = self.site.robot_types
        return min(kind.charge_w / kind.battery_wh for kind in kinds) / HOUR_MS

    @cached_property
    def typical_hop_ms(self) -> int:
        """Driving time of a cell at the fastest pace, outside slow zones: one step of a plan."""
        return min(self._hop_ms(pace) for pace in self._paces.values())

    @cached_property
    def sights(self) -> Sights:
        """What robots that count can see from where, on the floor as the site draws it."""
        return Sights(self.site, self.roadmap) if self._drawn is self else self._drawn.sights

    @cached_property
    def dead_ends(self) -> tuple[DeadEnds, DeadEnds]:
        """Where robots without a pod, and robots with one, get out only the way they came in."""
        if self._drawn is not self:
            return self._drawn.dead_ends  # a way counts whichever way it leads
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

    def pace_index(self, kind: str, loaded: bool) -> int:
        """Place of this type's pace among those of the site."""
        return self._pace_layers[kind, loaded]

    @cached_property
    def hops_ms(self) -> Int32Array:
        """Driving times by :meth:`pace_index` and edge, shape (paces, n, 4)."""
        layers = [self.distances.hop_ms(pace) for pace in self._paces.values()]
        return np.stack(layers).astype(np.int32)

    @cached_property
    def typical_pace(self) -> Pace:
        """The pace of the first robot type, loaded: for choices made before a robot is known."""
        return self._paces[self.site.robot_types[0].id, True]

    def travel_ms(self, kind: str, node: int, heading: int, goal: int, obstacles: Obstacles) -> int:
        """Travel time of an unloaded robot around ``obstacles``, were it alone."""
        table = self.distances.to(goal, False, self.pace(kind, False), obstacles)
        return int(table[node * 4 + heading])

    def to_station_ms(self, station: StationId, node: int, obstacles: Obstacles = CLEAR) -> int:
        """Travel time of a pod from ``node`` to a station around ``obstacles``, best heading."""
        goal = self.station_nodes[station]
        table = self.distances.to(goal, True, self.typical_pace, obstacles)
        return int(table[node * 4 : node * 4 + 4].min())

    @cached_property
    def spots_to_station_ms(self) -> Int64Array:
        """Travel time of a pod from every spot to every station, best heading, were nothing in the
        way; shape (stations, spots)."""
        state = 4 * np.array(self.spots, dtype=np.int64)[:, None] + np.arange(4)
        rows = [
            self.distances.to(goal, True, self.typical_pace)[state].min(axis=1)
            for goal in self.station_nodes.values()
        ]
        return np.array(rows, dtype=np.int64).reshape(len(rows), len(self.spots))

    @cached_property
    def spot_ahead_ms(self) -> Int64Array:
        """Travel time from every spot to a station, the mean over all stations that can be
        reached, shape (spots,)."""
        way = self.spots_to_station_ms
        there = way < FAR_MS
        total = np.where(there, way, 0).sum(axis=0)
        return np.where(there.any(axis=0), total // np.maximum(1, there.sum(axis=0)), FAR_MS)

    @cached_property
    def spot_rank(self) -> Int64Array:
        """Place of every spot when they are sorted by :attr:`spot_ahead_ms`, nearest 0."""
        rank = np.empty(len(self.spots), dtype=np.int64)
        rank[np.argsort(self.spot_ahead_ms, kind="stable")] = np.arange(len(self.spots))
        return rank

    def inbound_max(self, station: StationId) -> int:
        """Pods that fit into the station's lane: its queue and the picking place."""
        return len(self.stations[station].queue_m) + 1

    def heading_of(self, theta_rad: float) -> int:
        """The lattice heading nearest to an angle."""
        return round(theta_rad / (np.pi / 2)) % 4

    def heading_between(self, start: int, end: int) -> int:
        """The lattice heading of the edge from one node to its neighbour, as the site draws it:
        what was released before a rule is still driven."""
        return self._drawn._neighbours[start].index(end)

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


def _with_role(site: Site, role: StationRole) -> tuple[StationId, ...]:
    return tuple(station.id for station in site.stations if role in station.roles)


def _slots(model: PodModel, pod: PodId) -> Iterator[SlotId]:
    for face in model.faces:
        for level in range(1, model.levels + 1):
            for column in range(1, model.columns + 1):
                yield slot_id(pod, face, level, column)
