"""Lines to follow, made of waypoints that come in any order and twice."""

from math import pi

import pytest
from fakes.lattice_rides import MARKERS, PITCH_M, Cell, waypoints
from hypothesis import given
from hypothesis import strategies as st

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.robot import Pose
from podherd_robot.way import Line, Way, floor_nodes

ORIGIN = Pose(0.0, 0.0, 0.0)
L_SHAPE: list[Cell] = [(0, 0), (1, 0), (2, 0), (2, 1)]


def way() -> Way:
    return Way(floor_nodes(MARKERS), 0.15)


def points(cells: list[Cell]) -> tuple[Waypoint, ...]:
    return tuple(waypoints(cells))


def at(x: float, y: float, theta_rad: float = 0.0) -> Pose:
    """In lattice pitches."""
    return Pose(PITCH_M * x, PITCH_M * y, theta_rad)


def started(cells: list[Cell] = L_SHAPE) -> Way:
    made = way()
    made.go("T1", points(cells), ORIGIN, None)
    return made


def sequences(lines: tuple[Line, ...]) -> list[int]:
    return [line.sequence for line in lines]


def test_lines_run_from_node_to_node_wherever_the_robot_stands() -> None:
    made = way()
    made.go("T1", points(L_SHAPE), Pose(0.01, -0.02, 0.05), None)
    first = made.lines[0]
    assert (first.x_m, first.y_m, first.heading_rad) == (0.0, 0.0, 0.0)
    assert first.across_m(Pose(0.01, -0.02, 0.0)) == pytest.approx(-0.02)
    assert [line.length_m for line in made.lines] == pytest.approx([PITCH_M] * 3)
    assert made.lines[2].heading_rad == pytest.approx(pi / 2)


def test_it_stops_at_corners_and_at_the_end() -> None:
    made = started()
    assert [made.stops_at_end(i) for i in range(3)] == [False, True, True]


def test_an_extension_keeps_the_line_being_driven() -> None:
    made = started([(0, 0), (1, 0), (2, 0)])
    made.passed()
    before = made.lines[0]
    made.go("T1", points(L_SHAPE), at(1.4, 0.01), 0.5)
    assert made.lines[0] == before
    assert sequences(made.lines) == [4, 6]
    assert made.reached == 2


def test_the_same_again_changes_nothing() -> None:
    made = started()
    made.passed()
    before = made.lines
    made.go("T1", points(L_SHAPE), at(1.4, 0.01), 0.5)
    assert (made.lines, made.stopping) == (before, False)


def test_what_is_reached_already_neither_stops_nor_starts_it() -> None:
    made = started([(0, 0), (1, 0)])
    made.arrived()
    made.go("T1", points([(0, 0), (1, 0)]), at(1, 0), 0.1)
    assert (sequences(made.lines), made.stopping) == ([2], False)
    made.done()
    made.go("T1", points([(0, 0), (1, 0)]), at(1, 0), None)
    assert made.lines == ()


def test_a_moving_robot_that_must_turn_back_stops_first() -> None:
    made = started()
    back = points([(2, 0), (1, 0), (0, 0)])
    made.go("T2", back, at(1.3, 0.0), 0.4)
    assert made.stopping
    assert made.name == "T1"
    made.stood(at(1.6, 0.0))
    assert (made.name, made.reached, made.stopping) == ("T2", -1, False)
    assert made.lines[0].end.x_m == pytest.approx(PITCH_M)


def test_a_new_route_of_which_part_is_driven_begins_where_the_robot_is() -> None:
    made = started()
    made.go("T2", points(L_SHAPE), at(1.5, 0.0), None)
    assert sequences(made.lines) == [4, 6]
    assert made.reached == -1


def test_too_short_a_way_for_the_brakes_stops_it() -> None:
    made = started([(0, 0), (1, 0), (2, 0), (3, 0)])
    made.passed()
    made.go("T2", points([(0, 0), (1, 0), (2, 0)]), at(1.9, 0.0), 1.0)
    assert made.stopping


@pytest.mark.parametrize(
    ("cells", "pose"),
    [
        ([(3, 3), (4, 3)], ORIGIN),
        ([(1, 0), (2, 0)], ORIGIN),  # its first node is further than a neighbour
        ([(0, 0), (1, 0)], at(0.5, 0.3)),
        ([(0, 0), (1, 1)], at(0.5, 0.0)),
    ],
)
def test_a_way_that_is_elsewhere_is_refused(cells: list[Cell], pose: Pose) -> None:
    made = way()
    made.go("T1", points(cells), pose, None)
    assert made.lines == ()
    assert made.off_way_m is not None
    assert made.off_way_m > 0.15
    made.stop()
    assert made.off_way_m is None


def test_a_waypoint_where_it_stands_keeps_its_heading() -> None:
    made = way()
    made.go("T1", points([(1, 0), (0, 0)]), Pose(0.01, 0.0, 2.0), None)
    (line,) = made.lines
    assert (line.length_m, line.heading_rad) == (0.0, 2.0)


def test_a_forgotten_way_has_no_memory_of_nodes() -> None:
    made = started()
    made.passed()
    made.forget()
    made.stood(at(5, 5))
    assert (made.lines, made.node) == ((), None)
    made.go("T1", points(L_SHAPE), at(5, 5), None)
    assert made.lines == ()


@given(
    st.lists(st.sampled_from([(1, 0), (0, 1), (-1, 0), (0, -1)]), min_size=1, max_size=8),
    st.lists(st.integers(1, 8), max_size=6),
)
def test_lines_are_one_chain_of_growing_numbers(
    moves: list[tuple[int, int]], cuts: list[int]
) -> None:
    """However often and in whatever parts the route is sent."""
    cells = [(0, 0)]
    for dx, dy in moves:
        cells.append((cells[-1][0] + dx, cells[-1][1] + dy))
    made = way()
    many = 0
    for cut in [*cuts, len(moves)]:
        many = max(many, min(cut, len(moves)))
        made.go("T1", points(cells[: many + 1]), ORIGIN, None)
        assert sequences(made.lines) == [2 * i for i in range(1, many + 1)]
        here = ORIGIN
        for line in made.lines:
            assert (line.x_m, line.y_m) == pytest.approx((here.x_m, here.y_m), abs=1e-9)
            here = line.end
        end = cells[many]
        assert (here.x_m, here.y_m) == pytest.approx((PITCH_M * end[0], PITCH_M * end[1]))
