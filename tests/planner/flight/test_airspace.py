"""The air above `small`: what is open, what a way touches, and what is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.flight.airspace import AirspaceParams, NoFlyBox, Pad, Position
from planner.flight.enclosure import airspace_of, over_stations, spread_pads
from planner.warehouse.errors import InvalidSite
from sim_worlds.sites.catalogue import load_site

SMALL = load_site("small")
"""25 x 11 cells of 1.2 m; robots drive on none of (1, 1) to (1, 7)."""
PAD = Pad("PAD", Position(1.2, 3.6, 0.1))
BOX = NoFlyBox("crane", ((5.0, 5.0), (7.5, 5.0), (7.5, 6.5), (5.0, 6.5)), 3.0, 4.5)


def test_walls_close_the_cells_they_run_through() -> None:
    space = airspace_of(SMALL, [PAD])
    assert {cell[0] for cell in space.open} == set(range(1, 25))
    assert {cell[1] for cell in space.open} == set(range(1, 11))
    assert {cell[2] for cell in space.open} == {0, 1, 2, 3}


def test_a_box_closes_what_it_shares_air_with() -> None:
    closed = airspace_of(SMALL, [PAD]).open - airspace_of(SMALL, [PAD], [BOX]).open
    # x 5.0 to 7.5 meets columns 4 (up to 5.4) to 6 (up to 7.8), y 5.0 to 6.5 rows 4 and 5; layers
    # are 2.4 to 3.9 and 3.9 to 5.4.
    assert closed == {(x, y, z) for x in (4, 5, 6) for y in (4, 5) for z in (0, 1)}


def test_a_box_smaller_than_a_cell_closes_it() -> None:
    corners = ((6.1, 6.1), (6.2, 6.1), (6.2, 6.2))
    small = airspace_of(SMALL, [PAD], [NoFlyBox("lamp", corners, 5.0, 5.1)])
    assert airspace_of(SMALL, [PAD]).open - small.open == {(5, 5, 1)}


def test_stations_are_closed_from_the_floor_up() -> None:
    space = airspace_of(SMALL, [PAD], over_stations(SMALL))
    for station in SMALL.stations:
        cell = space.cell_at(Position(*station.position_m, 3.0))
        assert not any((*cell[:2], layer) in space.open for layer in range(space.layers))


def test_a_straight_line_along_cells_touches_these_only() -> None:
    space = airspace_of(SMALL, [PAD])
    corridor = space.corridor(space.centre((3, 4, 1)), space.centre((6, 4, 1)))
    assert corridor == {(x, 4, 1) for x in range(3, 7)}
    column = space.corridor(PAD.place, space.centre((1, 3, 2)))
    assert column == {(1, 3, layer) for layer in range(-1, 3)}


places = st.builds(Position, st.floats(1.0, 28.0), st.floats(1.0, 12.0), st.floats(3.0, 7.5))


@given(places, places, st.floats(0, 1), st.tuples(*[st.floats(-0.99, 0.99)] * 3))
def test_a_corridor_holds_everything_within_reach_of_its_line(
    start: Position, end: Position, share: float, off: tuple[float, float, float]
) -> None:
    space = airspace_of(SMALL, [PAD])
    reach = (space.params.reach_m, space.params.reach_m, space.params.reach_up_m)
    near = Position(
        *(
            a + share * (b - a) + push * most
            for a, b, push, most in zip(start, end, off, reach, strict=True)
        )
    )
    assert space.cell_at(near) in space.corridor(start, end)
    assert space.corridor(start, end) == space.corridor(end, start)


@pytest.mark.parametrize(
    ("pad", "problem"),
    [
        (Pad("P", Position(1.3, 3.6, 0.1)), "P.place"),
        (Pad("P", Position(*SMALL.storage_blocks[0].origin_m, 0.1)), "robots drive there"),
        (Pad("P", Position(0.0, 0.0, 0.1)), "not free up to the top layer"),
        (Pad("P", Position(1.2, 3.6, 2.4)), "not between the floor and the air"),
        (Pad("P", Position(1.2, 3.6, -0.1)), "not between the floor and the air"),
    ],
)
def test_pads_that_cannot_be(pad: Pad, problem: str) -> None:
    with pytest.raises(InvalidSite, match=problem):
        airspace_of(SMALL, [pad])


def test_a_pad_beneath_a_no_fly_box() -> None:
    over = NoFlyBox("gallery", ((0.5, 3.0), (2.0, 3.0), (2.0, 4.0), (0.5, 4.0)), 6.0)
    with pytest.raises(InvalidSite, match="above c001r003 is not free") as caught:
        airspace_of(SMALL, [PAD], [over])
    assert "no-fly box" in caught.value.remedy


def test_two_pads_on_one_cell() -> None:
    with pytest.raises(InvalidSite, match="PAD stands there already"):
        airspace_of(SMALL, [PAD, replace(PAD, id="PAD2")])


@pytest.mark.parametrize(
    ("params", "field"),
    [
        (AirspaceParams(highest_m=5.3), "highest_m"),
        (AirspaceParams(layer_m=0.0), "layer_m"),
        (AirspaceParams(lowest_m=float("nan")), "lowest_m"),
        (AirspaceParams(reach_m=0.7), "reach_m"),
        (AirspaceParams(reach_up_m=0.8), "reach_up_m"),
    ],
)
def test_limits_that_leave_no_room(params: AirspaceParams, field: str) -> None:
    with pytest.raises(InvalidSite) as caught:
        airspace_of(SMALL, [PAD], (), params)
    assert caught.value.field == field


@pytest.mark.parametrize(
    "box",
    [
        NoFlyBox("line", ((1.0, 1.0), (2.0, 2.0))),
        NoFlyBox("flat", ((1.0, 1.0), (2.0, 2.0), (3.0, 3.0))),
        NoFlyBox("nowhere", ((1.0, 1.0), (2.0, float("inf")), (3.0, 1.0))),
        NoFlyBox("upside down", BOX.polygon_m, 4.0, 3.0),
    ],
)
def test_boxes_that_are_none(box: NoFlyBox) -> None:
    with pytest.raises(InvalidSite) as caught:
        airspace_of(SMALL, [PAD], [box])
    assert caught.value.field.startswith(box.id)


def test_pads_are_found_where_nothing_drives() -> None:
    boxes = over_stations(SMALL)
    pads = spread_pads(SMALL, 3, boxes)
    space = airspace_of(SMALL, pads, boxes)
    assert len(space.shafts) == 3
    with pytest.raises(InvalidSite, match="There is room for"):
        spread_pads(SMALL, 500, boxes)
