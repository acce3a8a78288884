"""The directed edges of a site before zones: which cell leads to which neighbour."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

from planner.roadmap.cells import Claim
from planner.roadmap.lattice import Cell, Lattice, cells_between, heading_between, step
from planner.roadmap.roadmap import NodeKind
from planner.warehouse.errors import InvalidSite
from planner.warehouse.site import Direction, PickStation, Point, Site

Way = tuple[Cell, int]
"""A cell and the heading that leads out of it to its neighbour."""


def ways(site: Site, plan: Mapping[Cell, Claim]) -> Iterator[Way]:
    """Every edge of the site, some more than once.

    Aisles lead along their segments; spots and chargers join aisles beside them (and spots other
    spots) both ways; station lanes lead one way from an aisle to an aisle. Raises
    :class:`InvalidSite` on a skew aisle or a lane that is not a chain of neighbours.
    """
    lattice = Lattice(site.pitch_m)
    for number, aisle in enumerate(site.aisles):
        for i, (start, end) in enumerate(pairwise(aisle.points_m)):
            cells = _straight(lattice, start, end, f"aisles[{number}].points_m[{i + 1}]")
            yield from _drive(cells)
            if aisle.direction is Direction.BOTH:
                yield from _drive(cells[::-1])
    yield from _side_ways(plan)
    for number, station in enumerate(site.stations):
        yield from _lane_ways(lattice, station, f"stations[{number}]", plan)


def lane_chain(station: PickStation, field: str) -> list[tuple[str, Point]]:
    """The lane of a station in driving order: field path and point of each cell."""
    queue = [(f"{field}.queue_m[{i}]", point) for i, point in enumerate(station.queue_m)]
    exits = [(f"{field}.exit_m[{i}]", point) for i, point in enumerate(station.exit_m)]
    return [*queue, (f"{field}.position_m", station.position_m), *exits]


def aisles_beside(cell: Cell, plan: Mapping[Cell, Claim]) -> Iterator[tuple[int, Cell]]:
    """Heading and cell of every aisle cell next to a cell."""
    for heading in range(4):
        beside = step(cell, heading)
        if beside in plan and plan[beside].kind is NodeKind.AISLE:
            yield heading, beside


def _straight(lattice: Lattice, start: Point, end: Point, field: str) -> list[Cell]:
    first, last = lattice.nearest(start), lattice.nearest(end)
    if heading_between(first, last) is None:
        raise InvalidSite(
            "not straight east, north, west or south of the point before",
            field=field,
            value=list(end),
            remedy="Aisles are axis-parallel: change one coordinate at a time.",
        )
    return list(cells_between(first, last))


def _drive(cells: list[Cell]) -> Iterator[Way]:
    for start, end in pairwise(cells):
        heading = heading_between(start, end)
        if heading is not None:
            yield start, heading


def _side_ways(plan: Mapping[Cell, Claim]) -> Iterator[Way]:
    joined_by_spots = (NodeKind.AISLE, NodeKind.SPOT)
    for cell, claim in plan.items():
        if claim.kind not in (NodeKind.SPOT, NodeKind.CHARGER):
            continue
        joins = joined_by_spots if claim.kind is NodeKind.SPOT else (NodeKind.AISLE,)
        for heading in range(4):
            beside = step(cell, heading)
            if beside in plan and plan[beside].kind in joins:
                yield cell, heading
                yield beside, (heading + 2) % 4


def _lane_ways(
    lattice: Lattice, station: PickStation, field: str, plan: Mapping[Cell, Claim]
) -> Iterator[Way]:
    lane = [(name, lattice.nearest(point)) for name, point in lane_chain(station, field)]
    for (before, start), (name, end) in pairwise(lane):
        heading = heading_between(start, end)
        if heading is None or step(start, heading) != end:
            raise InvalidSite(
                f"not a neighbour of {before}, the cell before it in the lane",
                field=name,
                value=list(lattice.centre_m(end)),
                remedy="A lane leads from cell to neighbouring cell in driving order.",
            )
        yield start, heading
    for heading, beside in aisles_beside(lane[0][1], plan):
        yield beside, (heading + 2) % 4
    for heading, _ in aisles_beside(lane[-1][1], plan):
        yield lane[-1][1], heading
