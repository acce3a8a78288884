"""Areas of the floor that people name: checked polygons, and which nodes lie too near to them."""

from collections.abc import Sequence
from itertools import pairwise
from math import hypot, inf, isfinite

import numpy as np
import numpy.typing as npt

from planner.roadmap.roadmap import Roadmap
from planner.warehouse.errors import InvalidMessage
from planner.warehouse.site import Point, RobotType, Site

_CORNERS_MAX = 64
_LEAST_M2 = 0.01
_MARGIN_M = 0.05
"""Room beyond the footprint, for robots that are not quite where they think."""

Floats = npt.NDArray[np.float64]


def checked_area(corners: Sequence[Point], site: Site) -> tuple[Point, ...]:
    """The corners (metres) if they make a plain polygon that touches the floor of ``site``.

    Raises :class:`InvalidMessage`: too few or too many corners, one that is no number, sides that
    cross, an area of nothing, an area beside the floor.
    """
    area = tuple((float(x), float(y)) for x, y in corners)
    if not 3 <= len(area) <= _CORNERS_MAX:
        raise _wrong(f"an area has 3 to {_CORNERS_MAX} corners", len(area), "Send its outline.")
    for corner in area:
        if not all(map(isfinite, corner)):
            raise _wrong("a corner is no number", corner, "Send metres.")
    if _sides_cross(area):
        raise _wrong("its sides cross", area, "Send the corners in order around the area.")
    if abs(_signed_m2(area)) < _LEAST_M2:
        raise _wrong("the area is empty", area, "Send metres, in the site's frame.")
    if not _meets(area, site.floor_m):
        raise _wrong("the area lies beside the floor", area, "Send metres, in the site's frame.")
    return area


def distances_m(area: Sequence[Point], xy_m: Floats) -> Floats:
    """How far points, shape (n, 2), are from a polygon (metres); 0 inside. Shape (n,)."""
    inside = np.zeros(len(xy_m), dtype=np.bool_)
    nearest = np.full(len(xy_m), np.inf)
    for (ax, ay), (bx, by) in _sides(area):
        side = np.array([bx - ax, by - ay])
        share = ((xy_m - (ax, ay)) @ side) / max(float(side @ side), 1e-12)
        foot = np.array([ax, ay]) + np.clip(share, 0.0, 1.0)[:, None] * side
        nearest = np.minimum(nearest, np.hypot(*(xy_m - foot).T))
        spans = (ay > xy_m[:, 1]) != (by > xy_m[:, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            cut_x = ax + (xy_m[:, 1] - ay) * (bx - ax) / (by - ay)
        inside ^= spans & (xy_m[:, 0] < cut_x)
    result: Floats = np.where(inside, 0.0, nearest)
    return result


def distance_m(area: Sequence[Point], x_m: float, y_m: float) -> float:
    """How far one point is from a polygon (metres); 0 inside."""
    inside, nearest_m = False, inf
    for (ax, ay), (bx, by) in _sides(area):
        dx, dy = bx - ax, by - ay
        if (ay > y_m) != (by > y_m) and x_m < ax + (y_m - ay) * dx / dy:
            inside = not inside
        share = ((x_m - ax) * dx + (y_m - ay) * dy) / max(dx * dx + dy * dy, 1e-12)
        share = min(1.0, max(0.0, share))
        nearest_m = min(nearest_m, hypot(x_m - ax - share * dx, y_m - ay - share * dy))
    return 0.0 if inside else nearest_m


def reach_m(kind: RobotType, site: Site, *, loaded: bool) -> float:
    """Radius (metres) of the circle that a robot sweeps when it turns on the spot, pod included."""
    robot = hypot(kind.length_m, kind.width_m) / 2
    return max(robot, hypot(site.pod_model.size_m, site.pod_model.size_m) / 2) if loaded else robot


def widest_reach_m(site: Site) -> float:
    """The largest :func:`reach_m` of the site."""
    return max(reach_m(kind, site, loaded=True) for kind in site.robot_types)


def nodes_near(area: Sequence[Point], site: Site, roadmap: Roadmap) -> tuple[int, ...]:
    """Nodes where a robot with its pod could touch the area, whichever way it turns, and both ends
    of edges on which it could though it could at neither end."""
    reach = widest_reach_m(site) + _MARGIN_M
    near = distances_m(area, roadmap.xy_m) <= reach
    ends = roadmap.neighbours
    middles = (roadmap.xy_m[:, None, :] + roadmap.xy_m[ends]) / 2
    beside = distances_m(area, middles.reshape(-1, 2)).reshape(ends.shape)
    touched = (ends >= 0) & ~near[:, None] & ~near[ends]
    touched &= beside <= reach + site.pitch_m / 4
    starts, headings = np.nonzero(touched)
    near[starts] = near[ends[starts, headings]] = True
    found: list[int] = np.flatnonzero(near).tolist()
    return tuple(found)


def _sides(area: Sequence[Point]) -> list[tuple[Point, Point]]:
    return list(pairwise((*area, area[0])))


def _signed_m2(area: Sequence[Point]) -> float:
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in _sides(area)) / 2


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _cross(first: tuple[Point, Point], second: tuple[Point, Point]) -> bool:
    """Whether two sides cross each other in their middles."""
    (a, b), (c, d) = first, second
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _sides_cross(area: Sequence[Point]) -> bool:
    sides = _sides(area)
    return any(_cross(one, other) for i, one in enumerate(sides) for other in sides[i + 1 :])


def _meets(area: Sequence[Point], floor: Sequence[Point]) -> bool:
    corner_in = any(distance_m(floor, *corner) == 0 for corner in area)
    floor_in = any(distance_m(area, *corner) == 0 for corner in floor)
    crossing = any(_cross(one, other) for one in _sides(area) for other in _sides(floor))
    return corner_in or floor_in or crossing


def _wrong(problem: str, value: object, remedy: str) -> InvalidMessage:
    return InvalidMessage(problem, field="x_m, y_m", value=value, remedy=remedy)
