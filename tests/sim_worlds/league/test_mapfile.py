"""Maps: what is passable, who is whose neighbour, and what is refused."""

import numpy as np
import pytest
from fakes.league_floors import drawn, instances, map_text
from hypothesis import given

from planner.warehouse.errors import InvalidInstance
from sim_worlds.league.instance import Instance
from sim_worlds.league.mapfile import EAST, NORTH, SOUTH, WEST, parse_map


def test_letters() -> None:
    floor = parse_map(map_text([".GES", "@OTW"]), "a.map")
    assert (floor.height, floor.width, floor.free_cells) == (2, 4, 4)
    assert floor.blocked.tolist() == [[False] * 4, [True] * 4]
    assert bytes(floor.letters.ravel()) == b".GES@OTW"


def test_windows_line_ends_and_blank_lines_at_the_end() -> None:
    text = map_text(["..", ".@"]).replace("\n", "\r\n") + "\r\n\r\n"
    assert parse_map(text, "a.map").free_cells == 3


def test_neighbours_by_heading() -> None:
    neighbours = parse_map(map_text(["...", ".@.", "..."]), "a.map").neighbours()
    assert neighbours[0, [EAST, SOUTH, WEST, NORTH]].tolist() == [1, 3, -1, -1]
    assert neighbours[8, [EAST, SOUTH, WEST, NORTH]].tolist() == [-1, -1, 7, 5]
    assert neighbours[2, EAST] == neighbours[3, WEST] == -1, "rows do not wrap round"
    assert neighbours[4].tolist() == [-1] * 4, "blocked"
    assert neighbours[1, SOUTH] == neighbours[7, NORTH] == -1


@given(instances())
def test_neighbours_lead_back_and_share_a_region(instance: Instance) -> None:
    floor = instance.map
    neighbours, region = floor.neighbours(), floor.regions()
    blocked = floor.blocked.ravel()
    for cell, heading in np.argwhere(neighbours >= 0).tolist():
        other = neighbours[cell, heading]
        assert neighbours[other, (heading + 2) % 4] == cell
        assert region[cell] == region[other] >= 0
        assert not blocked[cell]
        assert not blocked[other]
    assert ((region < 0) == blocked).all()


@given(instances())
def test_regions_are_what_can_be_reached(instance: Instance) -> None:
    neighbours, region = instance.map.neighbours(), instance.map.regions()
    start = int(instance.starts[0])
    reached = {start}
    while True:
        more = {int(n) for cell in reached for n in neighbours[cell] if n >= 0} - reached
        if not more:
            break
        reached |= more
    assert reached == set(np.flatnonzero(region == region[start]).tolist())


def test_walls_part_regions() -> None:
    region = drawn([".@.", "@@."], [0], [[0]]).map.regions()
    assert region[0] != region[2] == region[5]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "a.map: not the header"),
        (map_text(["..", ".."]).replace("octile", "tile"), "a.map:1: unknown type"),
        (map_text([".."]).replace("height 1", "height one"), "a.map:2: height"),
        (map_text([".."]).replace("width 2", "width 0"), "a.map:3: width"),
        (map_text([".."]).replace("height 1\n", ""), "a.map: not the header"),
        (map_text(["..", ".."]).replace("height 2", "height 3"), "3 rows announced, 2 found"),
        (map_text(["..", ".."]).replace("height 2", "height 1"), "1 rows announced, 2 found"),
        (map_text(["..", "..."]), "a.map:6: row 1 has 3 columns, the header says 2"),
        (map_text(["..", ".x"]), "a.map:6: unknown letter in row 1, column 1 (found 'x')"),
        (map_text(["..", "é."]), "a.map:6: unknown letter in row 1, column 0"),
    ],
)
def test_a_malformed_map_is_refused(text: str, says: str) -> None:
    with pytest.raises(InvalidInstance) as caught:
        parse_map(text, "a.map")
    assert says in str(caught.value)
