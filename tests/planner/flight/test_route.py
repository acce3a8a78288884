"""Ways through the air, judged by geometry that the search does not use."""

from collections import deque
from itertools import pairwise

import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.flight.airspace import AirCell, Airspace, NoFlyBox
from planner.flight.enclosure import airspace_of
from planner.flight.route import Way, route
from sim_worlds.sites.catalogue import load_site

SMALL = load_site("small")
OPEN = airspace_of(SMALL, [])


def metres(way: Way) -> float:
    return sum(a.metres_to(b) for a, b in pairwise(way))


def reachable(space: Airspace, start: AirCell) -> set[AirCell]:
    """Cells that can be come to by steps over sides."""
    found, queue = {start}, deque([start])
    while queue:
        x, y, z = queue.popleft()
        for dx, dy, dz in ((1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)):
            cell = (x + dx, y + dy, z + dz)
            if cell in space.open and cell not in found:
                found.add(cell)
                queue.append(cell)
    return found


def check_clear(space: Airspace, way: Way, boxes: list[NoFlyBox]) -> None:
    """Every 10 cm of the way keeps its reach from walls and boxes, and its altitude."""
    params = space.params
    floor = shapely.Polygon(SMALL.floor_m)
    for start, end in pairwise(way):
        steps = max(1, round(start.metres_to(end) / 0.1))
        for number in range(steps + 1):
            share = number / steps
            x, y, z = (a + share * (b - a) for a, b in zip(start, end, strict=True))
            point = shapely.Point(x, y)
            assert floor.contains(point)
            assert floor.exterior.distance(point) >= params.reach_m - 1e-3
            assert params.lowest_m + params.reach_up_m <= z + 1e-3
            assert z <= params.highest_m - params.reach_up_m + 1e-3
            for box in boxes:
                beside = shapely.Polygon(box.polygon_m).distance(point) >= params.reach_m - 1e-3
                below = z + params.reach_up_m <= box.lowest_m + 1e-3
                above = z - params.reach_up_m >= box.highest_m - 1e-3
                assert beside or below or above, (box, x, y, z)


@st.composite
def drawn_boxes(draw: st.DrawFn) -> list[NoFlyBox]:
    boxes = []
    for number in range(draw(st.integers(0, 6))):
        x, y = draw(st.floats(1, 28)), draw(st.floats(1, 12))
        corners = [
            (x + draw(st.floats(0.1, 8)) * east, y + draw(st.floats(0.1, 8)) * north)
            for east, north in draw(
                st.sampled_from([((-1, -1), (1, -1), (1, 1), (-1, 1)), ((-1, 0), (1, -1), (0, 1))])
            )
        ]
        low = draw(st.floats(0, 7))
        box = NoFlyBox(f"box{number}", tuple(corners), low, low + draw(st.floats(0.1, 8)))
        boxes.append(box)
    return boxes


@settings(max_examples=60)
@given(drawn_boxes(), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_way_is_clear_of_everything_or_there_is_none(
    boxes: list[NoFlyBox], from_cell: int, to_cell: int
) -> None:
    space = airspace_of(SMALL, [], boxes)
    cells = sorted(space.open)
    if not cells:
        return
    start, goal = cells[from_cell % len(cells)], cells[to_cell % len(cells)]
    way = route(space, start, goal, space.open)
    assert (way is None) == (goal not in reachable(space, start))
    if way is None:
        return
    assert way[0] == space.centre(start)
    assert way[-1] == space.centre(goal)
    check_clear(space, way, boxes)


def test_nothing_in_the_way_is_a_straight_line() -> None:
    way = route(OPEN, (2, 2, 1), (20, 9, 3), OPEN.open)
    assert way == (OPEN.centre((2, 2, 1)), OPEN.centre((20, 9, 3)))


def test_round_a_wall_with_a_gap() -> None:
    # A wall across the hall at x = 12 m, with a gap of two cells at its north end.
    wall = NoFlyBox("wall", ((11.9, 0.0), (12.1, 0.0), (12.1, 10.1), (11.9, 10.1)))
    space = airspace_of(SMALL, [], [wall])
    way = route(space, (5, 2, 1), (15, 2, 1), space.open)
    assert way is not None
    check_clear(space, way, [wall])
    # By hand: to the row of the gap, (8 or 10, 9), two cells across, and back.
    there = space.centre((5, 2, 1)).metres_to(space.centre((9, 9, 1)))
    back = space.centre((11, 9, 1)).metres_to(space.centre((15, 2, 1)))
    assert metres(way) <= 1.05 * (there + 2 * 1.2 + back)


def test_over_a_low_wall() -> None:
    wall = NoFlyBox("shelf", ((11.9, 0.0), (12.1, 0.0), (12.1, 14.0), (11.9, 14.0)), 0.0, 3.5)
    space = airspace_of(SMALL, [], [wall])
    way = route(space, (9, 5, 0), (11, 5, 0), space.open)
    assert way is not None
    assert max(place.z_m for place in way) >= 3.9
    check_clear(space, way, [wall])


def test_an_end_that_is_closed_has_no_way() -> None:
    assert route(OPEN, (2, 2, 0), (0, 2, 0), OPEN.open) is None
    assert route(OPEN, (2, 2, 0), (2, 2, 0), OPEN.open) == (OPEN.centre((2, 2, 0)),)
