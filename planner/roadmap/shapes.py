"""Checks of a site's drawing: polygons, lattice, straight aisles, overlaps, walls."""

import math
from collections.abc import Iterator
from itertools import pairwise

import shapely

from planner.roadmap.cells import Claim, claims, overlaps
from planner.roadmap.lattice import Cell, Lattice, heading_between, node_id
from planner.roadmap.problem import SiteProblem
from planner.roadmap.roadmap import NodeKind
from planner.warehouse.errors import InvalidSite
from planner.warehouse.site import Point, Site, ZoneKind


def polygon_problems(site: Site) -> Iterator[SiteProblem]:
    """The floor and every zone must be areas with a border that does not cross itself."""
    named = [("floor_m", site.floor_m)]
    named += [(f"zones[{i}].polygon_m", zone.polygon_m) for i, zone in enumerate(site.zones)]
    for field, points in named:
        polygon = shapely.Polygon(points)
        if not polygon.is_valid or polygon.area <= 0:
            reason = "no area" if polygon.is_valid else shapely.is_valid_reason(polygon)
            yield SiteProblem(
                field,
                f"not a polygon: {reason}",
                [list(point) for point in points],
                "Give the corners in order around the area.",
            )


def point_problems(site: Site) -> Iterator[SiteProblem]:
    """Every point on the lattice and on the floor, every aisle straight."""
    lattice = Lattice(site.pitch_m)
    floor = shapely.Polygon(site.floor_m)
    for field, point in _points(site):
        if not floor.covers(shapely.Point(point)):
            yield SiteProblem(
                field, "outside the floor", list(point), "Move it inside floor_m, or widen that."
            )
            continue
        try:
            lattice.cell(point, field)
        except InvalidSite as error:
            yield SiteProblem.of(error)
    for number, aisle in enumerate(site.aisles):
        corners = [lattice.nearest(point) for point in aisle.points_m]
        for i, (start, end) in enumerate(pairwise(corners), start=1):
            if heading_between(start, end) is None:
                yield SiteProblem(
                    f"aisles[{number}].points_m[{i}]",
                    "not straight east, north, west or south of the point before",
                    list(aisle.points_m[i]),
                    "Aisles are axis-parallel: change one coordinate at a time.",
                )


def cell_problems(site: Site) -> Iterator[SiteProblem]:
    """Every cell clear of the walls, of other things and (but for aisles) of no-go zones."""
    holders: dict[Cell, Claim] = {}
    told: set[tuple[str, str]] = set()
    for claim in claims(site):
        holder = holders.setdefault(claim.cell, claim)
        if overlaps(holder, claim) and (holder.field, claim.field) not in told:
            told.add((holder.field, claim.field))
            yield SiteProblem(
                claim.field,
                f"overlaps {holder.field}",
                node_id(claim.cell),
                "Move one of them: a cell holds one thing.",
            )
    yield from _wall_problems(site, holders)
    yield from _no_go_problems(site, holders)
    spots = sum(claim.kind is NodeKind.SPOT for claim in holders.values())
    if site.pod_count > spots:
        yield SiteProblem(
            "pod_count",
            f"only {spots} pod spots",
            site.pod_count,
            f"Use at most {spots} pods or draw more storage blocks.",
        )


def _points(site: Site) -> Iterator[tuple[str, Point]]:
    """Every point that must be a cell, with its field; of blocks also the far corner."""
    for i, block in enumerate(site.storage_blocks):
        yield f"storage_blocks[{i}].origin_m", block.origin_m
        east_m = block.origin_m[0] + (block.columns - 1) * site.pitch_m
        north_m = block.origin_m[1] + (block.rows - 1) * site.pitch_m
        if block.columns > 1:
            yield f"storage_blocks[{i}].columns", (round(east_m, 4), block.origin_m[1])
        if block.rows > 1:
            yield f"storage_blocks[{i}].rows", (block.origin_m[0], round(north_m, 4))
    for i, aisle in enumerate(site.aisles):
        yield from ((f"aisles[{i}].points_m[{j}]", p) for j, p in enumerate(aisle.points_m))
    for i, station in enumerate(site.stations):
        yield from ((f"stations[{i}].queue_m[{j}]", p) for j, p in enumerate(station.queue_m))
        yield f"stations[{i}].position_m", station.position_m
        yield from ((f"stations[{i}].exit_m[{j}]", p) for j, p in enumerate(station.exit_m))
    for i, charger in enumerate(site.chargers):
        yield f"chargers[{i}].position_m", charger.position_m
    for i, robot in enumerate(site.robots):
        yield f"robots[{i}].start_m", robot.start_m


def _wall_problems(site: Site, holders: dict[Cell, Claim]) -> Iterator[SiteProblem]:
    """A pod must be able to turn on every cell without touching a wall; one report per field."""
    lattice = Lattice(site.pitch_m)
    radius_m = site.pod_model.size_m / math.sqrt(2)
    room = shapely.Polygon(site.floor_m).buffer(1e-6 - radius_m)
    told: set[str] = set()
    for cell, claim in holders.items():
        centre_m = lattice.centre_m(cell)
        if claim.field not in told and not shapely.intersects_xy(room, *centre_m):
            told.add(claim.field)
            yield SiteProblem(
                claim.field,
                f"a pod that turns on {node_id(cell)} would touch the wall",
                list(centre_m),
                f"Keep cell centres {radius_m:.2f} m inside floor_m.",
            )


def _no_go_problems(site: Site, holders: dict[Cell, Claim]) -> Iterator[SiteProblem]:
    lattice = Lattice(site.pitch_m)
    for number, zone in enumerate(site.zones):
        if zone.kind is not ZoneKind.NO_GO:
            continue
        polygon = shapely.Polygon(zone.polygon_m)
        used = sorted(
            {
                claim.field
                for cell, claim in holders.items()
                if claim.kind is not NodeKind.AISLE
                and shapely.intersects_xy(polygon, *lattice.centre_m(cell))
            }
        )
        if used:
            yield SiteProblem(
                f"zones[{number}].polygon_m",
                f"no-go zone {zone.id} covers {', '.join(used)}",
                remedy="Move the zone, or what it covers: it may close aisles only.",
            )
