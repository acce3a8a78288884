"""A site to its roadmap."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np

from planner.roadmap.access import Int8Array, Int32Array
from planner.roadmap.cells import Claim, claims, ground_plan
from planner.roadmap.lattice import Cell, Lattice, node_id, step
from planner.roadmap.placement import stored_pods
from planner.roadmap.roadmap import FloatArray, NodeKind, Roadmap
from planner.roadmap.ways import Way, ways
from planner.roadmap.zones import allowed_edges, closed_nodes, speed_limits_mps
from planner.warehouse.errors import InvalidSite
from planner.warehouse.ids import NodeId, RobotId, StationId
from planner.warehouse.site import Site


def compile_roadmap(site: Site) -> Roadmap:
    """The graph of a site.

    Raises :class:`InvalidSite` for what cannot be compiled at all (points off the lattice,
    overlaps, broken lanes, more pods than spots). Whether the floor also *works* is the question
    of :func:`planner.roadmap.geometry.checked_roadmap`: prefer it for files people wrote.
    """
    lattice = Lattice(site.pitch_m)
    plan = _open_plan(site, lattice)
    cells = list(plan)
    names = tuple(node_id(cell) for cell in cells)
    xy_m = _frozen_xy(cells, lattice)
    kind: Int8Array = np.array([claim.kind for claim in plan.values()], dtype=np.int8)
    drawn = _neighbours(cells, ways(site, plan))
    neighbours = np.where(allowed_edges(site.zones, xy_m, drawn, kind), drawn, np.int32(-1))
    speed_mps = speed_limits_mps(site.zones, xy_m, neighbours)
    station_of = np.array([claim.station for claim in plan.values()], dtype=np.int32)
    for array in (kind, neighbours, speed_mps, station_of):
        array.setflags(write=False)
    spots = tuple(name for name, k in zip(names, kind, strict=True) if k == NodeKind.SPOT)
    _require_room(site.pod_count, len(spots))
    return Roadmap(
        nodes=names,
        index=MappingProxyType({name: i for i, name in enumerate(names)}),
        xy_m=xy_m,
        neighbours=neighbours,
        speed_mps=speed_mps,
        kind=kind,
        station_of=station_of,
        spots=spots,
        station_nodes=MappingProxyType(
            {s.id: node_id(lattice.nearest(s.position_m)) for s in site.stations}
        ),
        queue_nodes=MappingProxyType(_queue_nodes(site, lattice)),
        charger_nodes=MappingProxyType(
            {c.id: node_id(lattice.nearest(c.position_m)) for c in site.chargers}
        ),
        pods=MappingProxyType(stored_pods(site.pod_count, spots)),
        robots=MappingProxyType(_robot_starts(site, lattice, plan)),
    )


def _open_plan(site: Site, lattice: Lattice) -> dict[Cell, Claim]:
    """The ground plan without the aisle cells that no-go zones close."""
    plan = ground_plan(claims(site))
    closed = closed_nodes(site.zones, _frozen_xy(list(plan), lattice))
    return {
        cell: claim
        for (cell, claim), shut in zip(plan.items(), closed, strict=True)
        if not (shut and claim.kind is NodeKind.AISLE)
    }


def _frozen_xy(cells: list[Cell], lattice: Lattice) -> FloatArray:
    xy_m = np.array([lattice.centre_m(cell) for cell in cells], dtype=np.float64).reshape(-1, 2)
    xy_m.setflags(write=False)
    return xy_m


def _neighbours(cells: list[Cell], edges: Iterable[Way]) -> Int32Array:
    index = {cell: i for i, cell in enumerate(cells)}
    neighbours = np.full((len(cells), 4), -1, dtype=np.int32)
    for start, heading in edges:
        end = step(start, heading)
        if start in index and end in index:
            neighbours[index[start], heading] = index[end]
    return neighbours


def _queue_nodes(site: Site, lattice: Lattice) -> dict[StationId, tuple[NodeId, ...]]:
    return {
        station.id: tuple(node_id(lattice.nearest(point)) for point in station.queue_m)
        for station in site.stations
    }


def _robot_starts(
    site: Site, lattice: Lattice, plan: Mapping[Cell, Claim]
) -> dict[RobotId, NodeId]:
    starts: dict[RobotId, NodeId] = {}
    for number, robot in enumerate(site.robots):
        field = f"robots[{number}].start_m"
        cell = lattice.cell(robot.start_m, field)
        if cell not in plan:
            raise InvalidSite(
                f"robot {robot.id} starts where nothing drives",
                field=field,
                value=list(robot.start_m),
                remedy="Start it on an aisle cell, a pod spot or a charger.",
            )
        starts[robot.id] = node_id(cell)
    return starts


def _require_room(pod_count: int, spots: int) -> None:
    if pod_count > spots:
        raise InvalidSite(
            f"only {spots} pod spots",
            field="pod_count",
            value=pod_count,
            remedy=f"Use at most {spots} pods or draw more storage blocks.",
        )
