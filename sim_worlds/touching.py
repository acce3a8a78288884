"""Which bodies touch: separating axes on oriented rectangles, found through a grid of cells.

S. Gottschalk, M. C. Lin, D. Manocha: OBBTree, SIGGRAPH 1996, doi 10.1145/237170.237244 (in two
dimensions four axes are enough). Used by the referee only; it shares nothing with motion.
"""

from typing import Final

import numba as nb
import numpy as np

ROBOTS: Final = 0
CARRIED_PODS: Final = 1
CARRIED_POD_AND_ROBOT: Final = 2
CARRIED_AND_STORED_POD: Final = 3
OFF_FLOOR: Final = 4
IN_NO_GO_ZONE: Final = 5

_NOBODY: Final = -1


@nb.njit(cache=True)
def find(poses, loaded, robots_m, pod_m, first, linked, stored, origin, cell_m, polygons, hits):  # type: ignore[no-untyped-def]
    """Fill ``hits`` (k, 3) with (kind, a, b) and return how many there are, at most k.

    ``poses`` (n, 3) and ``loaded`` (n,) are the robots, ``robots_m`` (n, 2) their half lengths and
    widths; ``pod_m`` is half the width of a pod. ``first`` (columns, rows) and ``linked`` (m,) are
    the grid of the ``stored`` (m, 3) pods as made by :func:`sort_into_cells`. ``polygons`` (e, 5)
    are edges: number of the polygon (0 is the floor), x and y of both ends.
    """
    count = 0
    robots_first = np.full(first.shape, _NOBODY, dtype=np.int32)
    robots_linked = np.empty(len(poses), dtype=np.int32)
    for robot in range(len(poses)):
        reach = np.hypot(robots_m[robot, 0], robots_m[robot, 1])
        reach = max(reach, pod_m * np.sqrt(2.0) if loaded[robot] else 0.0)
        count = _off_limits(poses, loaded, robots_m, pod_m, robot, reach, polygons, hits, count)
        column, row = _cell(poses[robot, 0], poses[robot, 1], origin, cell_m, first.shape)
        for i in range(max(0, column - 1), min(first.shape[0], column + 2)):
            for j in range(max(0, row - 1), min(first.shape[1], row + 2)):
                other = robots_first[i, j]
                while other != _NOBODY:
                    kind = _meeting(poses, loaded, robots_m, pod_m, other, robot)
                    count = _note(hits, count, kind, other, robot)
                    other = robots_linked[other]
                pod = first[i, j] if loaded[robot] else _NOBODY
                while pod != _NOBODY:
                    if _overlap(poses[robot], pod_m, pod_m, stored[pod], pod_m, pod_m):
                        count = _note(hits, count, CARRIED_AND_STORED_POD, robot, pod)
                    pod = linked[pod]
        robots_linked[robot] = robots_first[column, row]
        robots_first[column, row] = robot
    return count


@nb.njit(cache=True)
def sort_into_cells(places, origin, cell_m, first, linked):  # type: ignore[no-untyped-def]
    """Link the bodies of every cell of a grid: ``first`` (columns, rows) and ``linked`` (m,)."""
    first[:] = _NOBODY
    for body in range(len(places)):
        column, row = _cell(places[body, 0], places[body, 1], origin, cell_m, first.shape)
        linked[body] = first[column, row]
        first[column, row] = body


@nb.njit(cache=True)
def _cell(x, y, origin, cell_m, shape):  # type: ignore[no-untyped-def]
    column = int(np.floor((x - origin[0]) / cell_m))
    row = int(np.floor((y - origin[1]) / cell_m))
    return min(max(column, 0), shape[0] - 1), min(max(row, 0), shape[1] - 1)


@nb.njit(cache=True)
def _note(hits, count, kind, a, b):  # type: ignore[no-untyped-def]
    if kind == _NOBODY or count == len(hits):
        return count
    hits[count, 0], hits[count, 1], hits[count, 2] = kind, a, b
    return count + 1


@nb.njit(cache=True)
def _meeting(poses, loaded, robots_m, pod_m, a, b):  # type: ignore[no-untyped-def]
    """What of two robots touches: themselves, their pods, or one's pod and the other."""
    one, two = poses[a], poses[b]
    if _overlap(one, robots_m[a, 0], robots_m[a, 1], two, robots_m[b, 0], robots_m[b, 1]):
        return ROBOTS
    if loaded[a] and loaded[b] and _overlap(one, pod_m, pod_m, two, pod_m, pod_m):
        return CARRIED_PODS
    if loaded[a] and _overlap(one, pod_m, pod_m, two, robots_m[b, 0], robots_m[b, 1]):
        return CARRIED_POD_AND_ROBOT
    if loaded[b] and _overlap(one, robots_m[a, 0], robots_m[a, 1], two, pod_m, pod_m):
        return CARRIED_POD_AND_ROBOT
    return _NOBODY


@nb.njit(cache=True)
def _overlap(one, one_l, one_w, two, two_l, two_w):  # type: ignore[no-untyped-def]
    """Do two rectangles (pose, half length, half width) overlap?"""
    dx, dy = two[0] - one[0], two[1] - one[1]
    reach = np.hypot(one_l, one_w) + np.hypot(two_l, two_w)
    if dx * dx + dy * dy >= reach * reach:
        return False
    c1, s1, c2, s2 = np.cos(one[2]), np.sin(one[2]), np.cos(two[2]), np.sin(two[2])
    same, across = abs(c1 * c2 + s1 * s2), abs(c1 * s2 - s1 * c2)
    if abs(dx * c1 + dy * s1) >= one_l + two_l * same + two_w * across:
        return False
    if abs(dy * c1 - dx * s1) >= one_w + two_l * across + two_w * same:
        return False
    if abs(dx * c2 + dy * s2) >= two_l + one_l * same + one_w * across:
        return False
    return bool(abs(dy * c2 - dx * s2) < two_w + one_l * across + one_w * same)


@nb.njit(cache=True)
def _off_limits(poses, loaded, robots_m, pod_m, robot, reach, polygons, hits, count):  # type: ignore[no-untyped-def]
    """Does the robot, or its pod, cross or lie beyond the floor's border, or touch a zone?"""
    pose = poses[robot]
    edge = 0
    while edge < len(polygons):
        polygon = polygons[edge, 0]
        inside, crossed = False, False
        while edge < len(polygons) and polygons[edge, 0] == polygon:
            ends = polygons[edge]
            inside ^= _is_hit_by_ray(pose[0], pose[1], ends)
            if not crossed and _is_near(pose, ends, reach):
                crossed = _crosses(pose, robots_m[robot, 0], robots_m[robot, 1], ends)
                if loaded[robot] and not crossed:
                    crossed = _crosses(pose, pod_m, pod_m, ends)
            edge += 1
        if polygon == 0 and (crossed or not inside):
            count = _note(hits, count, OFF_FLOOR, robot, 0)
        elif polygon > 0 and (crossed or inside):
            count = _note(hits, count, IN_NO_GO_ZONE, robot, int(polygon) - 1)
    return count


@nb.njit(cache=True)
def _is_hit_by_ray(x, y, ends):  # type: ignore[no-untyped-def]
    """Does a ray from the point towards +x cross the edge (even-odd rule)?"""
    x1, y1, x2, y2 = ends[1], ends[2], ends[3], ends[4]
    return (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1)


@nb.njit(cache=True)
def _is_near(pose, ends, reach):  # type: ignore[no-untyped-def]
    return (
        min(ends[1], ends[3]) <= pose[0] + reach
        and max(ends[1], ends[3]) >= pose[0] - reach
        and min(ends[2], ends[4]) <= pose[1] + reach
        and max(ends[2], ends[4]) >= pose[1] - reach
    )


@nb.njit(cache=True)
def _crosses(pose, half_l, half_w, ends):  # type: ignore[no-untyped-def]
    """Does any part of the edge lie inside the rectangle? Clips it in the rectangle's frame."""
    c, s = np.cos(pose[2]), np.sin(pose[2])
    x1, y1 = ends[1] - pose[0], ends[2] - pose[1]
    x2, y2 = ends[3] - pose[0], ends[4] - pose[1]
    u1, v1, u2, v2 = c * x1 + s * y1, c * y1 - s * x1, c * x2 + s * y2, c * y2 - s * x2
    enter, leave = 0.0, 1.0
    for start, end, half in ((u1, u2, half_l), (v1, v2, half_w)):
        if start == end:
            if abs(start) >= half:
                return False
            continue
        low, high = (-half - start) / (end - start), (half - start) / (end - start)
        enter, leave = max(enter, min(low, high)), min(leave, max(low, high))
    return enter < leave
