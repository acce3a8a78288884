"""What does not move: floor, walls, desks of stations, chargers, no-go zones, markers on the floor.

All solid things are collisions of one link of one static model, ``site``: a model costs megabytes,
a collision next to nothing.
"""

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise

import shapely

from planner.roadmap.lattice import Cell, Lattice, step
from planner.roadmap.roadmap import Roadmap
from planner.warehouse.ids import NodeId
from planner.warehouse.site import Point, Site, ZoneKind
from sim_worlds.sdf.elements import (
    PLATE_THICKNESS_M,
    Colour,
    Element,
    Paint,
    Place,
    Texture,
    box,
    child,
    collision,
    link,
    plane,
    plate,
    solid,
    visual,
)

FLOOR_MARK_M = 0.20
"""Side of the plate of a marker on the floor, white border included."""
_WALL_M = 0.2
_WALL_HEIGHT_M = 0.8
_BLOCK_HEIGHT_M = 1.2
_DESK_HEIGHT_M = 0.9
_DESK_DEPTH_M = 0.4
_DESK_GAP_M = 0.03
_CHARGER_M = 0.05
_CHARGER_HEIGHT_M = 0.5
_CONCRETE: Colour = (0.62, 0.62, 0.60)
_WALL: Colour = (0.80, 0.80, 0.77)
_WOOD: Colour = (0.72, 0.55, 0.35)
_GREEN: Colour = (0.15, 0.55, 0.30)
_RED: Colour = (0.75, 0.20, 0.20)
_FACING = (0.0, math.pi / 2, math.pi, -math.pi / 2)


def add_floor(world: Element, site: Site) -> None:
    """``floor``: an endless plane, the cheapest thing to stand on."""
    west, south, east, north = shapely.Polygon(site.floor_m).bounds
    model = child(world, "model", name="floor")
    child(model, "static", True)
    child(model, "pose", Place((west + east) / 2, (south + north) / 2))
    ground = link(model, "ground")
    shape = plane(east - west + 2 * _WALL_M, north - south + 2 * _WALL_M)
    collision(ground, "surface", shape, friction=1.0)
    visual(ground, "surface", shape, _CONCRETE)


def add_site(world: Element, site: Site, roadmap: Roadmap) -> None:
    """``site``: every solid thing that stands still."""
    model = child(world, "model", name="site")
    child(model, "static", True)
    body = link(model, "structure")
    for number, (shape_m, place) in enumerate(_walls(site.floor_m)):
        solid(body, f"wall_{number}", box((*shape_m, _WALL_HEIGHT_M)), _WALL, place)
    _add_desks(body, site, roadmap)
    _add_chargers(body, site, roadmap)
    _add_blocks(body, site)


def add_floor_marks(
    world: Element, site: Site, roadmap: Roadmap, marks: Mapping[NodeId, Texture], paint: Paint
) -> None:
    """``marks``: a plate at every node, flat on the floor, its x axis to the east, not solid."""
    model = child(world, "model", name="marks")
    child(model, "static", True)
    sheet = link(model, "sheet")
    for node, texture in marks.items():
        x_m, y_m = roadmap.xy_m[roadmap.index[node]].tolist()
        # Tilted back by a quarter turn: what was up in the picture points north.
        place = Place(x_m, y_m, PLATE_THICKNESS_M / 2, roll_rad=-math.pi / 2)
        plate(sheet, f"node_{node}", texture, (FLOOR_MARK_M, FLOOR_MARK_M), place, paint)


def _walls(corners: tuple[Point, ...]) -> Iterator[tuple[Point, Place]]:
    """Length and thickness, and place, of a wall along each side of the floor, outside of it."""
    ring = corners if shapely.LinearRing(corners).is_ccw else corners[::-1]
    count = len(ring)
    for number, (start, end) in enumerate(pairwise((*ring, ring[0]))):
        length_m = math.dist(start, end)
        if length_m == 0:
            continue
        east, north = (end[0] - start[0]) / length_m, (end[1] - start[1]) / length_m
        # Where the corner at an end sticks out, both walls are drawn long enough to close it.
        before_m = _WALL_M if _sticks_out(ring[number - 1], start, end) else 0.0
        after_m = _WALL_M if _sticks_out(start, end, ring[(number + 2) % count]) else 0.0
        along_m = (length_m + after_m - before_m) / 2
        x_m = start[0] + along_m * east + _WALL_M / 2 * north
        y_m = start[1] + along_m * north - _WALL_M / 2 * east
        place = Place(x_m, y_m, _WALL_HEIGHT_M / 2, yaw_rad=math.atan2(north, east))
        yield (length_m + before_m + after_m, _WALL_M), place


def _sticks_out(before: Point, corner: Point, after: Point) -> bool:
    """Whether a ring that runs counter-clockwise turns left at a corner."""
    ahead = (corner[0] - before[0], corner[1] - before[1])
    then = (after[0] - corner[0], after[1] - corner[1])
    return ahead[0] * then[1] - ahead[1] * then[0] > 0


def _add_desks(body: Element, site: Site, roadmap: Roadmap) -> None:
    """A desk on a free side of each station's position, where pods do not drive."""
    lattice = Lattice(site.pitch_m)
    cells = _cells(roadmap, lattice)
    floor = shapely.Polygon(site.floor_m)
    depth_m = min(_DESK_DEPTH_M, site.pitch_m / 2 - 2 * _DESK_GAP_M)
    size = box((depth_m, site.pitch_m - 0.2, _DESK_HEIGHT_M))
    for station in site.stations:
        cell = lattice.nearest(station.position_m)
        away_m = site.pitch_m / 2 + _DESK_GAP_M + depth_m / 2
        for heading in (3, 1, 0, 2):
            place = _beside(lattice.centre_m(cell), heading, away_m, _DESK_HEIGHT_M)
            if step(cell, heading) not in cells and _stands_on(floor, place, depth_m / 2):
                solid(body, f"desk_{station.id}", size, _WOOD, place)
                break


def _add_chargers(body: Element, site: Site, roadmap: Roadmap) -> None:
    """A post at the back of each charger's cell, and its contacts on the floor."""
    lattice = Lattice(site.pitch_m)
    away_m = site.pitch_m / 2 - _CHARGER_M / 2
    reach_m = max(math.hypot(kind.length_m, kind.width_m) for kind in site.robot_types) / 2
    size = (_CHARGER_M, site.pitch_m / 2, _CHARGER_HEIGHT_M)
    for charger in site.chargers:
        cell = lattice.nearest(charger.position_m)
        here = roadmap.index[roadmap.charger_nodes[charger.id]]
        ways = [heading for heading in range(4) if roadmap.neighbours[here, heading] >= 0]
        centre_m = lattice.centre_m(cell)
        mat = box((site.pitch_m / 2, site.pitch_m / 2, 0.002))
        visual(body, f"mat_{charger.id}", mat, _GREEN, Place(*centre_m, 0.001))
        back = (ways[0] + 2) % 4 if ways else 0
        if away_m - _CHARGER_M / 2 > reach_m + 0.02 and back not in ways:
            place = _beside(centre_m, back, away_m, _CHARGER_HEIGHT_M)
            solid(body, f"charger_{charger.id}", box(size), _GREEN, place)


def _add_blocks(body: Element, site: Site) -> None:
    """No-go zones as blocks: whole ones where they are rectangles along the axes, else a column
    in every cell they cover."""
    for zone in site.zones:
        if zone.kind is not ZoneKind.NO_GO:
            continue
        for number, (west, south, east, north) in enumerate(_blocks(site, zone.polygon_m)):
            size = box((east - west, north - south, _BLOCK_HEIGHT_M))
            place = Place((west + east) / 2, (south + north) / 2, _BLOCK_HEIGHT_M / 2)
            solid(body, f"no_go_{zone.id}_{number}", size, _RED, place)


def _blocks(site: Site, corners: tuple[Point, ...]) -> Iterator[tuple[float, ...]]:
    polygon = shapely.Polygon(corners)
    if polygon.equals(polygon.envelope):
        yield polygon.bounds
        return
    west, south, east, north = polygon.bounds
    half_m = site.pitch_m / 4
    lattice = Lattice(site.pitch_m)
    first, last = lattice.nearest((west, south)), lattice.nearest((east, north))
    for row in range(first[1], last[1] + 1):
        for column in range(first[0], last[0] + 1):
            x_m, y_m = lattice.centre_m((column, row))
            column_m = shapely.box(x_m - half_m, y_m - half_m, x_m + half_m, y_m + half_m)
            if polygon.covers(column_m):
                yield column_m.bounds


def _beside(centre_m: Point, heading: int, away_m: float, height_m: float) -> Place:
    """A place on the floor in a heading of the lattice, its x axis that way."""
    east, north = ((1, 0), (0, 1), (-1, 0), (0, -1))[heading]
    x_m, y_m = centre_m[0] + east * away_m, centre_m[1] + north * away_m
    return Place(x_m, y_m, height_m / 2, yaw_rad=_FACING[heading])


def _stands_on(floor: shapely.Polygon, place: Place, half_m: float) -> bool:
    return bool(floor.covers(shapely.Point(place.x_m, place.y_m).buffer(half_m)))


def _cells(roadmap: Roadmap, lattice: Lattice) -> set[Cell]:
    return {lattice.nearest((x_m, y_m)) for x_m, y_m in roadmap.xy_m.tolist()}
