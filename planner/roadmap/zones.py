"""What zones do to nodes and edges. A zone's border belongs to the zone."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from planner.roadmap.access import Int8Array, Int32Array
from planner.roadmap.lattice import STEPS
from planner.roadmap.roadmap import FloatArray, NodeKind
from planner.warehouse.site import Point, Zone, ZoneKind

BoolArray = npt.NDArray[np.bool_]


def closed_nodes(zones: tuple[Zone, ...], xy_m: FloatArray) -> BoolArray:
    """Nodes inside a no-go zone, shape (n,)."""
    closed = np.zeros(len(xy_m), dtype=np.bool_)
    for zone in zones:
        if zone.kind is ZoneKind.NO_GO:
            closed |= _inside(zone.polygon_m, xy_m)
    return closed


def allowed_edges(
    zones: tuple[Zone, ...], xy_m: FloatArray, neighbours: Int32Array, kind: Int8Array
) -> BoolArray:
    """Edges that no-go and one-way zones leave, shape (n, 4). One-way zones bind aisles only:
    pods still go in and out across them."""
    allowed = neighbours >= 0
    aisle = kind == NodeKind.AISLE
    between_aisles = aisle[:, None] & aisle[neighbours]
    for zone in zones:
        if zone.kind is ZoneKind.NO_GO:
            allowed &= ~touched_edges(zone.polygon_m, xy_m, neighbours)
        elif zone.kind is ZoneKind.ONE_WAY and zone.heading_rad is not None:
            touched = touched_edges(zone.polygon_m, xy_m, neighbours) & between_aisles
            allowed &= ~(touched & headings_against(zone.heading_rad))
    return allowed


def speed_limits_mps(
    zones: tuple[Zone, ...], xy_m: FloatArray, neighbours: Int32Array
) -> FloatArray:
    """The lowest limit of the slow zones an edge touches, else infinite; shape (n, 4)."""
    limits = np.full(neighbours.shape, np.inf)
    for zone in zones:
        if zone.kind is ZoneKind.SLOW and zone.max_speed_mps is not None:
            touched = touched_edges(zone.polygon_m, xy_m, neighbours)
            limits[touched] = np.minimum(limits[touched], zone.max_speed_mps)
    return limits


def nodes_inside(area_m: Sequence[Point], xy_m: FloatArray) -> list[int]:
    """Nodes inside a polygon (metres), its border included."""
    polygon = shapely.make_valid(shapely.Polygon(area_m))
    inside: list[int] = np.flatnonzero(shapely.intersects_xy(polygon, xy_m)).tolist()
    return inside


def touched_edges(
    area_m: Sequence[Point], xy_m: FloatArray, neighbours: Int32Array, nodes: Sequence[int] = ()
) -> BoolArray:
    """Edges with an end or their middle inside a polygon (metres; none if empty), and those with an
    end among ``nodes``, shape (n, 4)."""
    ends = np.zeros(len(xy_m), dtype=np.bool_)
    middle_inside = np.zeros(neighbours.shape, dtype=np.bool_)
    if area_m:
        ends = _inside(area_m, xy_m)
        middles = (xy_m[:, None, :] + xy_m[neighbours]) / 2
        middle_inside = _inside(area_m, middles.reshape(-1, 2)).reshape(neighbours.shape)
    ends[list(nodes)] = True
    return (neighbours >= 0) & (ends[:, None] | ends[neighbours] | middle_inside)


def headings_against(heading_rad: float) -> BoolArray:
    """Which lattice headings are more than a right angle away from ``heading_rad``, shape (4,)."""
    along = [math.cos(heading_rad) * east + math.sin(heading_rad) * north for east, north in STEPS]
    return np.array(along) < -1e-9


def _inside(area_m: Sequence[Point], xy_m: FloatArray) -> BoolArray:
    polygon = shapely.Polygon(area_m)
    inside: BoolArray = shapely.intersects_xy(polygon, xy_m[:, 0], xy_m[:, 1])
    return inside
