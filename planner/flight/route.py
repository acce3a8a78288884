"""A short way through the air: A* over cells, then straightened as far as the air is free.

Both steps look at corridors, so a way never touches a cell that is closed, also not when it cuts a
corner. It is the shortest over the lattice, shortened by pulling it straight; not always the
shortest of all (Theta* and visibility graphs come closer: Nash, Daniel, Koenig, Felner, AAAI 2007).
"""

from collections.abc import Container, Iterator
from heapq import heappop, heappush
from math import hypot

from planner.flight.airspace import AirCell, Airspace, Position

Way = tuple[Position, ...]
"""Points from which to which a drone flies straight on."""

_SIDES = ((1, 0), (0, 1), (-1, 0), (0, -1))
_CORNERS = ((1, 1), (-1, 1), (-1, -1), (1, -1))


def route(
    space: Airspace,
    start: AirCell,
    goal: AirCell,
    free: Container[AirCell],
) -> Way | None:
    """From the middle of one cell to that of another through ``free`` cells only; ``None`` if
    there is no way. Both ends must be free as well."""
    if start not in free or goal not in free:
        return None
    ends = space.centre(start), space.centre(goal)
    if start == goal:
        return ends[:1]
    if _clear(space, *ends, free):
        return ends
    cells = _search(space, start, goal, free)
    if cells is None:
        return None
    return _pulled_straight(space, [space.centre(cell) for cell in cells], free)


def _search(
    space: Airspace, start: AirCell, goal: AirCell, free: Container[AirCell]
) -> list[AirCell] | None:
    target = space.centre(goal)
    came: dict[AirCell, AirCell] = {start: start}
    metres = {start: 0.0}
    queue = [(space.centre(start).metres_to(target), 0.0, start)]
    done: set[AirCell] = set()
    while queue:
        _, _, cell = heappop(queue)
        if cell == goal:
            return _back(came, goal)
        if cell in done:
            continue
        done.add(cell)
        for after, step_m in _beside(space, cell, free):
            so_far = metres[cell] + step_m
            if so_far < metres.get(after, float("inf")):
                metres[after], came[after] = so_far, cell
                to_go = space.centre(after).metres_to(target)
                # Among equals the one nearer to the goal first.
                heappush(queue, (so_far + to_go, to_go, after))
    return None


def _beside(
    space: Airspace, cell: AirCell, free: Container[AirCell]
) -> Iterator[tuple[AirCell, float]]:
    """Cells one step away, and how far: level straight and askew, and straight up and down."""
    column, row, layer = cell
    for east, north in _SIDES:
        if (column + east, row + north, layer) in free:
            yield (column + east, row + north, layer), space.pitch_m
    for east, north in _CORNERS:
        corner = (column + east, row + north, layer)
        sides = (column + east, row, layer), (column, row + north, layer)
        if corner in free and sides[0] in free and sides[1] in free:
            yield corner, hypot(space.pitch_m, space.pitch_m)
    for up in (1, -1):
        above = (column, row, layer + up)
        if above in free:
            yield above, abs(space.centre(above).z_m - space.centre(cell).z_m)


def _back(came: dict[AirCell, AirCell], goal: AirCell) -> list[AirCell]:
    cells = [goal]
    while came[cells[-1]] != cells[-1]:
        cells.append(came[cells[-1]])
    return cells[::-1]


def _pulled_straight(space: Airspace, points: list[Position], free: Container[AirCell]) -> Way:
    """From each point on to the furthest that can be reached in a straight line."""
    way, at = [points[0]], 0
    while at < len(points) - 1:
        ahead = len(points) - 1
        while ahead > at + 1 and not _clear(space, points[at], points[ahead], free):
            ahead -= 1
        way.append(points[ahead])
        at = ahead
    return tuple(way)


def _clear(space: Airspace, start: Position, end: Position, free: Container[AirCell]) -> bool:
    return all(cell in free for cell in space.corridor(start, end))
