"""Areas of the floor as people draw them: polygons in the site's frame."""

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite

from planner.warehouse.errors import PodherdError
from planner.warehouse.site import Point

_CORNERS_MAX = 64
_LEAST_M2 = 1e-4


def check_area(corners: Sequence[Point], wrong: type[PodherdError]) -> None:
    """Whether corners (metres) make a plain polygon; raises a ``wrong`` if not."""
    if not 3 <= len(corners) <= _CORNERS_MAX:
        raise _no_area(wrong, f"an area has 3 to {_CORNERS_MAX} corners", len(corners))
    if not all(isfinite(x) and isfinite(y) and abs(x) + abs(y) < 1e6 for x, y in corners):
        raise _no_area(wrong, "a corner is no place", list(corners))
    sides = list(pairwise((*corners, corners[0])))
    if any(_cross(one, two) for i, one in enumerate(sides) for two in sides[i + 1 :]):
        raise _no_area(wrong, "its sides cross", list(corners))
    if abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in sides)) / 2 < _LEAST_M2:
        raise _no_area(wrong, "the area is empty", list(corners))


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _cross(first: tuple[Point, Point], second: tuple[Point, Point]) -> bool:
    (a, b), (c, d) = first, second
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _no_area(wrong: type[PodherdError], problem: str, value: object) -> PodherdError:
    remedy = "Send the corners in order around the area, in metres."
    return wrong(problem, field="area_m", value=value, remedy=remedy)
