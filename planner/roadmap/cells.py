"""What a site puts on each lattice cell, with the field that says so."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from planner.roadmap.lattice import Cell, Lattice, cells_between, node_id
from planner.roadmap.roadmap import NodeKind
from planner.warehouse.errors import InvalidSite
from planner.warehouse.site import Aisle, PickStation, Point, Site, StorageBlock


@dataclass(frozen=True, slots=True)
class Claim:
    """One cell wanted by one piece of the site; ``station`` is its index, or -1."""

    cell: Cell
    kind: NodeKind
    field: str
    station: int = -1


def claims(site: Site) -> Iterator[Claim]:
    """Every cell that a part of the site stands on, in file order, overlaps and all.

    Raises :class:`InvalidSite` at the first point off the lattice.
    """
    lattice = Lattice(site.pitch_m)
    for number, block in enumerate(site.storage_blocks):
        yield from _block_claims(lattice, block, f"storage_blocks[{number}]")
    for number, aisle in enumerate(site.aisles):
        field = f"aisles[{number}]"
        for cell in _aisle_cells(lattice, aisle, field):
            yield Claim(cell, NodeKind.AISLE, field)
    for number, station in enumerate(site.stations):
        yield from _station_claims(lattice, station, number)
    for number, charger in enumerate(site.chargers):
        field = f"chargers[{number}].position_m"
        yield Claim(lattice.cell(charger.position_m, field), NodeKind.CHARGER, field)


def ground_plan(claimed: Iterable[Claim]) -> dict[Cell, Claim]:
    """The one claim on each cell, row by row from the south-west.

    Aisles may cross. :class:`InvalidSite` names both parties of any other overlap.
    """
    plan: dict[Cell, Claim] = {}
    for claim in claimed:
        holder = plan.setdefault(claim.cell, claim)
        if overlaps(holder, claim):
            raise InvalidSite(
                f"overlaps {holder.field}",
                field=claim.field,
                value=node_id(claim.cell),
                remedy="Move one of them: a cell holds one thing.",
            )
    return dict(sorted(plan.items(), key=lambda item: (item[0][1], item[0][0])))


def overlaps(holder: Claim, claim: Claim) -> bool:
    """True when two claims on one cell cannot both stand."""
    return holder is not claim and not (holder.kind == claim.kind == NodeKind.AISLE)


def points_on_lattice(points: Sequence[Point], field: str, lattice: Lattice) -> tuple[Cell, ...]:
    """The cells of a chain of points. :class:`InvalidSite` names ``field[i]`` of a bad one."""
    return tuple(lattice.cell(point, f"{field}[{i}]") for i, point in enumerate(points))


def _block_claims(lattice: Lattice, block: StorageBlock, field: str) -> Iterator[Claim]:
    column, row = lattice.cell(block.origin_m, f"{field}.origin_m")
    for north in range(block.rows):
        for east in range(block.columns):
            yield Claim((column + east, row + north), NodeKind.SPOT, field)


def _aisle_cells(lattice: Lattice, aisle: Aisle, field: str) -> Iterator[Cell]:
    corners = points_on_lattice(aisle.points_m, f"{field}.points_m", lattice)
    for start, end in pairwise(corners):
        yield from cells_between(start, end)
    yield from corners[-1:]


def _station_claims(lattice: Lattice, station: PickStation, number: int) -> Iterator[Claim]:
    field = f"stations[{number}]"
    for i, cell in enumerate(points_on_lattice(station.queue_m, f"{field}.queue_m", lattice)):
        yield Claim(cell, NodeKind.QUEUE, f"{field}.queue_m[{i}]", number)
    position = lattice.cell(station.position_m, f"{field}.position_m")
    yield Claim(position, NodeKind.STATION, f"{field}.position_m", number)
    for i, cell in enumerate(points_on_lattice(station.exit_m, f"{field}.exit_m", lattice)):
        yield Claim(cell, NodeKind.EXIT, f"{field}.exit_m[{i}]", number)
