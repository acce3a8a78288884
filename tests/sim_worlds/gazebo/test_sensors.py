"""Wheels err as their parameters say, markers are read where they lie, and seeds repeat."""

from math import cos, hypot, pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.ids import RobotId
from planner.warehouse.robot import Pose
from sim_worlds.gazebo.sensors import (
    PERFECT,
    MarkerReader,
    SensorParams,
    WheelOdometry,
    wrapped,
)

R01 = RobotId("R01")
moves = st.lists(st.tuples(st.floats(-0.15, 0.15), st.floats(-0.2, 0.2)), min_size=1, max_size=60)


def driven(start: Pose, ways: list[tuple[float, float]]) -> list[Pose]:
    """The poses of a base that drives arcs of a length (m) and a turn (rad)."""
    poses = [start]
    for way_m, turn_rad in ways:
        last = poses[-1]
        middle = last.theta_rad + turn_rad / 2
        poses.append(
            Pose(
                last.x_m + way_m * cos(middle),
                last.y_m + way_m * sin(middle),
                wrapped(last.theta_rad + turn_rad),
            )
        )
    return poses


def readings(params: SensorParams, poses: list[Pose], seed: int = 3) -> list[Pose]:
    wheels = WheelOdometry(R01, params, seed)
    return [wheels.read(pose, 0.1).pose for pose in poses]


@given(moves, st.floats(-pi, pi))
def test_perfect_wheels_tell_the_way_driven_in_their_own_frame(
    ways: list[tuple[float, float]], heading: float
) -> None:
    start = Pose(7.0, -3.0, heading)
    poses = driven(start, ways)
    end, told = poses[-1], readings(PERFECT, poses)[-1]
    back = Pose(
        start.x_m + told.x_m * cos(heading) - told.y_m * sin(heading),
        start.y_m + told.x_m * sin(heading) + told.y_m * cos(heading),
        wrapped(heading + told.theta_rad),
    )
    assert hypot(back.x_m - end.x_m, back.y_m - end.y_m) < 1e-9
    assert abs(wrapped(back.theta_rad - end.theta_rad)) < 1e-9


@given(moves, st.integers(0, 1000))
def test_the_same_seed_gives_the_same_readings_and_another_one_others(
    ways: list[tuple[float, float]], seed: int
) -> None:
    poses = driven(Pose(0.0, 0.0, 0.0), [*ways, (0.15, 0.0)])
    assert readings(SensorParams(), poses, seed) == readings(SensorParams(), poses, seed)
    assert readings(SensorParams(), poses, seed) != readings(SensorParams(), poses, seed + 1)


@pytest.mark.parametrize("seed", range(20))
def test_errors_over_ten_metres_are_there_but_stay_within_what_is_assumed(seed: int) -> None:
    told = readings(SensorParams(), driven(Pose(0.0, 0.0, 0.0), [(0.1, 0.0)] * 100), seed)[-1]
    off_m = hypot(told.x_m - 10.0, told.y_m)
    assert 1e-4 < off_m < 0.5  # scale 0.3 % and drift 2 mrad/m, four standard deviations


def test_a_base_that_stands_reads_no_motion_whatever_its_errors() -> None:
    told = readings(SensorParams(), [Pose(1.0, 2.0, 0.5)] * 50)
    assert set(told) == {Pose(0.0, 0.0, 0.0)}


def test_wheels_go_on_where_an_earlier_process_ended() -> None:
    poses = driven(Pose(0.0, 0.0, 0.3), [(0.1, 0.05)] * 20)
    whole = readings(PERFECT, poses)
    second = WheelOdometry(R01, PERFECT, 9)
    second.pose = whole[10]
    second.start(poses[10])
    told = [second.read(pose, 0.1).pose for pose in poses[11:]]
    for one, other in zip(told, whole[11:], strict=True):
        assert one.x_m == pytest.approx(other.x_m)
        assert one.theta_rad == pytest.approx(other.theta_rad)


MARKERS = {f"N:{k}": Pose(1.2 * k, 0.0, 0.0) for k in range(-2, 4)}


@given(st.floats(-2.6, 4.0), st.floats(-0.4, 0.4), st.floats(-pi, pi))
def test_a_marker_is_read_within_reach_and_only_there(x_m: float, y_m: float, turn: float) -> None:
    seen = MarkerReader(R01, MARKERS, PERFECT, 1).read(Pose(x_m, y_m, turn), 0)
    name, near_m = min(
        ((name, hypot(at.x_m - x_m, at.y_m - y_m)) for name, at in MARKERS.items()),
        key=lambda found: found[1],
    )
    if near_m > PERFECT.reach_m:
        assert seen is None
        return
    assert seen is not None
    assert seen.marker == name
    where = Pose(
        x_m + seen.pose.x_m * cos(turn) - seen.pose.y_m * sin(turn),
        y_m + seen.pose.x_m * sin(turn) + seen.pose.y_m * cos(turn),
        wrapped(turn + seen.pose.theta_rad),
    )
    truth = MARKERS[name]
    assert hypot(where.x_m - truth.x_m, where.y_m - truth.y_m) < 1e-9
    assert abs(where.theta_rad) < 1e-9


def test_markers_are_read_with_the_spread_they_are_said_to_have() -> None:
    params = SensorParams(again_ms=100)
    reader = MarkerReader(R01, MARKERS, params, 5)
    told = [reader.read(Pose(0.0, 0.0, 0.0), at_ms) for at_ms in range(0, 200_000, 100)]
    seen = [reading for reading in told if reading is not None]
    assert len(seen) == len(told)
    spread = (sum(reading.pose.x_m**2 for reading in seen) / len(seen)) ** 0.5
    assert spread == pytest.approx(params.marker_m, rel=0.1)
    assert {reading.sd_m for reading in seen} == {params.marker_m}


def test_a_robot_that_stands_reads_its_marker_twice_a_second() -> None:
    reader = MarkerReader(R01, MARKERS, SensorParams(), 5)
    told = [at_ms for at_ms in range(0, 2_000, 100) if reader.read(Pose(0, 0, 0), at_ms)]
    assert told == [0, 500, 1_000, 1_500]


def test_parameters_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="reach_m"):
        SensorParams(reach_m=0.0)
    with pytest.raises(ValueError, match="standard deviations"):
        SensorParams(scale=-0.1)
