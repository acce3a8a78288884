"""Does a robot, where it is or where it is about to be, touch an area of the floor?"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import atan2, cos, hypot, sin

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.robot import Pose
from planner.warehouse.site import Point

Polygon = Sequence[Point]
_TINY_M = 1e-6


def swept(
    pose: Pose, half_length_m: float, half_width_m: float, way: Iterable[Waypoint], ahead_m: float
) -> list[Polygon]:
    """Rectangles that a robot covers: where it stands, and along the first ``ahead_m`` metres of
    its way, whichever way round it drives."""
    covered: list[Polygon] = [rectangle(pose, half_length_m, half_width_m)]
    x_m, y_m = pose.x_m, pose.y_m
    for point in way:
        length_m = hypot(point.x_m - x_m, point.y_m - y_m)
        if ahead_m <= 0 or length_m < _TINY_M:
            continue
        share = min(1.0, ahead_m / length_m)
        end = (x_m + share * (point.x_m - x_m), y_m + share * (point.y_m - y_m))
        heading = atan2(point.y_m - y_m, point.x_m - x_m)
        middle = Pose((x_m + end[0]) / 2, (y_m + end[1]) / 2, heading)
        covered.append(rectangle(middle, share * length_m / 2 + half_length_m, half_width_m))
        ahead_m -= length_m
        x_m, y_m = point.x_m, point.y_m
    return covered


def rectangle(pose: Pose, half_length_m: float, half_width_m: float) -> Polygon:
    """The corners of a rectangle around a pose."""
    c, s = cos(pose.theta_rad), sin(pose.theta_rad)
    corners = ((1, 1), (-1, 1), (-1, -1), (1, -1))
    return [
        (
            pose.x_m + c * a * half_length_m - s * b * half_width_m,
            pose.y_m + s * a * half_length_m + c * b * half_width_m,
        )
        for a, b in corners
    ]


def touches(one: Polygon, other: Polygon) -> bool:
    """Do two polygons share a point?"""
    return (
        any(_cross(*a, *b) for a in _sides(one) for b in _sides(other))
        or holds(one, other[0])
        or holds(other, one[0])
    )


def holds(polygon: Polygon, point: Point) -> bool:
    """Does the point lie inside? (Crossing number; a point on the edge may count either way.)"""
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in _sides(polygon):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            inside = not inside
    return inside


def _sides(polygon: Polygon) -> list[tuple[Point, Point]]:
    return list(pairwise((*polygon, polygon[0])))


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Do the sides ab and cd share a point?"""
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] * turns[1] > 0 or turns[2] * turns[3] > 0:
        return False
    if any(turns):
        return True
    return all(  # on one line: do they overlap along it?
        max(min(a[i], b[i]), min(c[i], d[i])) <= min(max(a[i], b[i]), max(c[i], d[i]))
        for i in (0, 1)
    )


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
