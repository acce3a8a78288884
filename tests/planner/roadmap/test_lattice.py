import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.roadmap.lattice import Lattice, cells_between, heading_between, node_id, step
from planner.warehouse.errors import InvalidSite

cells = st.tuples(st.integers(0, 2000), st.integers(0, 2000))


@given(cells, st.sampled_from([0.5, 0.8, 1.0, 1.2, 1.25, 1.333]))
def test_a_cell_is_found_again_from_its_centre(cell: tuple[int, int], pitch_m: float) -> None:
    lattice = Lattice(pitch_m)
    assert lattice.cell(lattice.centre_m(cell), "there") == cell


@given(cells, st.integers(0, 3))
def test_a_step_is_the_way_to_its_end(cell: tuple[int, int], heading: int) -> None:
    end = step(cell, heading)
    assert heading_between(cell, end) == heading
    assert list(cells_between(cell, end)) == [cell, end]


def test_off_the_lattice_names_the_field_and_the_nearest_cell() -> None:
    with pytest.raises(InvalidSite) as caught:
        Lattice(1.2).cell((3.7, 2.4), "chargers[0].position_m")
    assert caught.value.field == "chargers[0].position_m"
    assert caught.value.value == [3.7, 2.4]
    assert "[3.6, 2.4]" in caught.value.remedy


def test_cells_west_of_the_frame_are_refused() -> None:
    with pytest.raises(InvalidSite, match=r"nearest cell is at \[0, 2\.4\]"):
        Lattice(1.2).cell((-1.2, 2.4), "floor")


def test_a_skew_way_has_no_heading() -> None:
    assert heading_between((0, 0), (1, 1)) is None
    assert heading_between((3, 3), (3, 3)) is None


def test_names_sort_like_numbers_below_a_thousand() -> None:
    assert node_id((12, 7)) == "c012r007"
    assert node_id((1234, 7)) == "c1234r007"
