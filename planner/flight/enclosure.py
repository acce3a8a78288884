"""An airspace from a site, its pads and its no-fly boxes; what is wrong with them is told."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from math import ceil, floor, isfinite

from planner.flight.airspace import AirCell, Airspace, AirspaceParams, NoFlyBox, Pad, Position
from planner.roadmap.lattice import Lattice, node_id
from planner.warehouse.errors import InvalidSite
from planner.warehouse.site import Point, Site

_EDGE_M = 1e-6
_PAD_M = 0.1


def airspace_of(
    site: Site,
    pads: Sequence[Pad],
    boxes: Sequence[NoFlyBox] = (),
    params: AirspaceParams | None = None,
) -> Airspace:
    """The air above a site: cells clear of walls and boxes.

    Raises :class:`InvalidSite` for limits that leave no room, boxes that are no boxes, and pads
    that robots drive over, or that have no free shaft above them.
    """
    params = params or AirspaceParams()
    layers = _checked_layers(site, params)
    for box in boxes:
        _check_box(box)
    base = set(_cells_over(site.floor_m, site.pitch_m))
    for start, end in pairwise([*site.floor_m, site.floor_m[0]]):
        base -= set(_near_line(start, end, site.pitch_m))
    closed: set[AirCell] = set()
    for box in boxes:
        closed |= _closed_by(box, site.pitch_m, params, layers)
    cells = frozenset((*cell, layer) for cell in base for layer in range(layers)) - closed
    space = Airspace(site.pitch_m, params, layers, cells, _shafts(site, pads))
    for pad in pads:
        _check_pad(pad, site, space)
    return space


def over_stations(site: Site, margin_m: float = 0.6) -> tuple[NoFlyBox, ...]:
    """Boxes over the places where people pick: each station with its lane, ``margin_m`` around the
    cells, from the floor to the roof."""
    around = site.pitch_m / 2 + margin_m
    boxes = []
    for station in site.stations:
        points = (station.position_m, *station.queue_m, *station.exit_m)
        west, east = min(p[0] for p in points) - around, max(p[0] for p in points) + around
        south, north = min(p[1] for p in points) - around, max(p[1] for p in points) + around
        corners = ((west, south), (east, south), (east, north), (west, north))
        boxes.append(NoFlyBox(f"over {station.id}", corners))
    return tuple(boxes)


def spread_pads(
    site: Site,
    count: int,
    boxes: Sequence[NoFlyBox] = (),
    params: AirspaceParams | None = None,
) -> tuple[Pad, ...]:
    """Pads ``PAD1``, ``PAD2`` ... on the floor where nothing drives and the air above is free,
    spread over such cells. Raises :class:`InvalidSite` if there are too few."""
    space = airspace_of(site, (), boxes, params)
    tops = {cell[:2] for cell in space.open if cell[2] == space.layers - 1}
    driven_on = _driven_on(site)
    cells = sorted(
        cell
        for cell in tops
        if cell not in driven_on and all((*cell, low) in space.open for low in range(space.layers))
    )
    if count > len(cells):
        remedy = f"There is room for {len(cells)}: use fewer drones, or smaller no-fly boxes."
        raise _wrong("pads", count, remedy)
    chosen = [cells[(2 * number + 1) * len(cells) // (2 * count)] for number in range(count)]
    return tuple(
        Pad(f"PAD{number}", Position(x * site.pitch_m, y * site.pitch_m, _PAD_M))
        for number, (x, y) in enumerate(chosen, start=1)
    )


def _checked_layers(site: Site, params: AirspaceParams) -> int:
    for name, value in (("layer_m", params.layer_m), ("lowest_m", params.lowest_m)):
        if not (isfinite(value) and value > 0):
            raise _wrong(name, value, "Give metres above 0.")
    for name, value, most in (
        ("reach_m", params.reach_m, site.pitch_m / 2),
        ("reach_up_m", params.reach_up_m, params.layer_m / 2),
    ):
        if not 0 < value <= most:
            raise _wrong(name, value, f"A drone must fit its cell: above 0, at most {most:g} m.")
    layers = floor((params.highest_m - params.lowest_m) / params.layer_m + _EDGE_M)
    if layers < 2:
        remedy = "Leave room for two layers or more: one to look from, one to travel in."
        raise _wrong("highest_m", params.highest_m, remedy)
    return layers


def _check_box(box: NoFlyBox) -> None:
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*box.polygon_m, box.polygon_m[0]]))
    flat = [number for corner in box.polygon_m for number in corner]
    if len(box.polygon_m) < 3 or not all(map(isfinite, flat)) or area == 0:
        raise InvalidSite(
            "a no-fly box needs an area",
            field=f"{box.id}.polygon_m",
            value=box.polygon_m,
            remedy="Give three corners or more, in order around it.",
        )
    if not box.lowest_m < box.highest_m:
        raise InvalidSite(
            "a no-fly box ends above where it begins",
            field=f"{box.id}.highest_m",
            value=box.highest_m,
            remedy=f"Give more than lowest_m, {box.lowest_m:g}.",
        )


def _shafts(site: Site, pads: Sequence[Pad]) -> dict[tuple[int, int], Pad]:
    lattice = Lattice(site.pitch_m)
    shafts: dict[tuple[int, int], Pad] = {}
    for pad in pads:
        cell = lattice.cell(pad.place[:2], f"{pad.id}.place")
        if cell in shafts:
            raise InvalidSite(
                f"{shafts[cell].id} stands there already",
                field=f"{pad.id}.place",
                value=tuple(pad.place),
                remedy="Give each pad a cell of its own.",
            )
        shafts[cell] = pad
    return shafts


def _check_pad(pad: Pad, site: Site, space: Airspace) -> None:
    column, row, _ = space.pad_cell(pad)
    where, lowest_m = tuple(pad.place), space.params.lowest_m
    if (column, row) in _driven_on(site):
        problem, remedy = "robots drive there", "Put it on a cell without aisle, spot or lane."
    elif not 0 <= pad.place.z_m < lowest_m:
        problem, remedy = "not between the floor and the air", f"Give z from 0 to {lowest_m:g} m."
    elif any((column, row, layer) not in space.open for layer in range(space.layers)):
        problem = f"the air above {node_id((column, row))} is not free up to the top layer"
        remedy = "Move the pad, or the no-fly box or wall that is in the way."
    else:
        return
    raise InvalidSite(problem, field=f"{pad.id}.place", value=where, remedy=remedy)


def _driven_on(site: Site) -> set[tuple[int, int]]:
    lattice = Lattice(site.pitch_m)
    points = [charger.position_m for charger in site.chargers]
    for station in site.stations:
        points += [station.position_m, *station.queue_m, *station.exit_m]
    cells = {lattice.nearest(point) for point in points}
    for block in site.storage_blocks:
        column, row = lattice.nearest(block.origin_m)
        cells |= set(product(range(column, column + block.columns), range(row, row + block.rows)))
    for aisle in site.aisles:
        for start, end in pairwise(map(lattice.nearest, aisle.points_m)):
            columns = range(min(start[0], end[0]), max(start[0], end[0]) + 1)
            cells |= set(product(columns, range(min(start[1], end[1]), max(start[1], end[1]) + 1)))
    return cells


def _closed_by(box: NoFlyBox, pitch_m: float, params: AirspaceParams, layers: int) -> set[AirCell]:
    """Every cell that shares air with the box."""
    cells = set(_cells_over(box.polygon_m, pitch_m))
    for start, end in pairwise([*box.polygon_m, box.polygon_m[0]]):
        cells |= set(_near_line(start, end, pitch_m))
    bottom = floor((box.lowest_m - params.lowest_m) / params.layer_m)
    above = (box.highest_m - params.lowest_m) / params.layer_m
    top = layers if above >= layers else ceil(above)
    levels = range(max(0, bottom), max(0, top))
    return {(*cell, layer) for cell in cells for layer in levels}


def _cells_over(polygon: Sequence[Point], pitch_m: float) -> Iterator[tuple[int, int]]:
    """Cells whose middle lies inside."""
    ys = [point[1] for point in polygon]
    sides = list(pairwise([*polygon, polygon[0]]))
    for row in range(floor(min(ys) / pitch_m), ceil(max(ys) / pitch_m) + 1):
        y_m = row * pitch_m
        edges = [(a, b) for a, b in sides if (a[1] > y_m) != (b[1] > y_m)]
        cuts = sorted(a[0] + (y_m - a[1]) / (b[1] - a[1]) * (b[0] - a[0]) for a, b in edges)
        for west, east in zip(cuts[::2], cuts[1::2], strict=True):
            for column in range(ceil(west / pitch_m), floor(east / pitch_m) + 1):
                yield column, row


def _near_line(start: Point, end: Point, pitch_m: float) -> Iterator[tuple[int, int]]:
    """Cells through which a line goes."""
    flat = Airspace(pitch_m, AirspaceParams(0.0, 1.0, 1.0, 0.0, 0.0), 1, frozenset(), {})
    for column, row, _ in flat.corridor(Position(*start, 0.5), Position(*end, 0.5)):
        yield column, row


def _wrong(name: str, value: object, remedy: str) -> InvalidSite:
    return InvalidSite("no such airspace", field=name, value=value, remedy=remedy)
