"""What makes the robot stop: things in its way, and only those."""

from math import atan2, cos, hypot, inf, isinf, pi, sin

import pytest
from fakes.lattice_rides import LIFTER, PITCH_M, ROUTE, Ride, ride, waypoints
from fakes.rolling_base import ORDINARY, Disc
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.warehouse.ids import PodId
from planner.warehouse.robot import ErrorKind, Pose
from podherd_robot.drive_params import DriveParams
from podherd_robot.safety import ObstacleWatch, OdometryWatch, Sweep
from podherd_robot.way import line_at
from podherd_ros.base import STANDSTILL, Odometry, Scan

PARAMS = DriveParams(lidar=True)
STRAIGHT = [(i, 0) for i in range(7)]


def with_lidar(seed: int = 0, rays: int = 121) -> Ride:
    """A robot with a lidar that has seen its first scans."""
    made = ride(physics=ORDINARY, seed=seed, params=PARAMS)
    made.base.rays = rays
    made.tick(3)
    return made


def send(made: Ride, cells: list[tuple[int, int]]) -> None:
    made.released = cells
    made.drive.go(ROUTE, tuple(waypoints(cells)))


def kinds_of(made: Ride) -> set[ErrorKind]:
    assert made.report is not None
    return {error.kind for error in made.report.errors}


def gap_m(truth: Pose, disc: Disc, half_length: float, half_width: float) -> float:
    """From a disc's rim to the rectangle around a pose; negative if they touch."""
    dx, dy = disc.x_m - truth.x_m, disc.y_m - truth.y_m
    c, s = cos(truth.theta_rad), sin(truth.theta_rad)
    ahead, left = abs(dx * c + dy * s) - half_length, abs(dy * c - dx * s) - half_width
    return hypot(max(0.0, ahead), max(0.0, left)) - disc.radius_m


@settings(max_examples=30)
@given(
    st.integers(0, 10_000),
    st.integers(1, 35),
    st.floats(0.0, 1.5),
    st.floats(-0.36, 0.36),
    st.booleans(),
)
def test_nothing_that_appears_beyond_its_braking_way_is_touched(
    seed: int, ticks: int, further_m: float, across_m: float, loaded: bool
) -> None:
    made = with_lidar(seed)
    made.base.load = PodId("P001") if loaded else None
    made.tick(2)
    send(made, STRAIGHT)
    made.tick(ticks)
    truth, speed = made.base.truth, made.base.velocity.forward_mps
    half_length, half_width = (0.4, 0.4) if loaded else (LIFTER.length_m / 2, LIFTER.width_m / 2)
    # What it needs: a scan a tick old, a tick to answer, the delay of the base, and the brakes.
    away = half_length + speed * speed / 2.0 + speed * 0.4 + 0.35 + further_m
    disc = Disc(truth.x_m + away, across_m, 0.1)
    made.base.discs.append(disc)
    least = [inf]

    def judge(pose: Pose) -> None:
        least[0] = min(least[0], gap_m(pose, disc, half_length, half_width))

    made.base.watch = judge
    made.until_still()
    assert least[0] > 0.02
    if disc.x_m < 6 * PITCH_M:
        assert kinds_of(made) == {ErrorKind.OBSTACLE}
        assert least[0] < 0.25
    made.base.discs.clear()
    made.tick(3)
    report = made.until_still()
    assert report.errors == ()
    assert report.reached == 12


def test_the_error_says_where_it_is_and_does_not_flicker() -> None:
    made = with_lidar(1)
    made.base.discs.append(Disc(3.0, 0.1, 0.1))
    send(made, STRAIGHT)
    made.until_still()
    texts = set()
    for _ in range(30):
        made.tick()
        assert made.report is not None
        (error,) = made.report.errors
        texts.add(error.text)
    (text,) = texts
    assert "m away, at" in text


def test_who_stands_beyond_the_end_of_the_base_is_no_obstacle() -> None:
    made = with_lidar(2)
    made.base.discs.append(Disc(2 * PITCH_M + LIFTER.length_m / 2 + 0.2, 0.0, 0.1))
    send(made, STRAIGHT[:3])
    assert made.until_still().reached == 4
    assert kinds_of(made) == set()


def test_it_resumes_only_when_the_way_has_been_free_for_a_second() -> None:
    made = with_lidar(3)
    made.base.discs.append(Disc(3.0, 0.0, 0.1))
    send(made, STRAIGHT)
    made.until_still()
    made.base.discs.clear()
    made.tick(9)
    assert made.base.answers[-1][1] == STANDSTILL
    made.tick(5)
    assert made.base.answers[-1][1].forward_mps > 0


def test_it_slows_down_behind_what_moves_ahead_and_tells_after_a_while() -> None:
    made = with_lidar(4)
    send(made, [(i, 0) for i in range(9)])
    made.base.watch = lambda truth: made.base.discs.__setitem__(
        slice(None), [Disc(truth.x_m + 1.0, 0.0, 0.1)]
    )
    made.tick(12)
    assert kinds_of(made) in (set(), {ErrorKind.OBSTACLE})
    made.tick(8)
    assert kinds_of(made) == {ErrorKind.OBSTACLE}
    assert 0.2 < made.base.velocity.forward_mps < 1.2


def test_it_does_not_turn_into_something() -> None:
    made = with_lidar(5)
    made.base.view_rad = 2.2
    corner = (2 * PITCH_M, 0.0)
    made.base.discs.append(Disc(corner[0] + 0.32, corner[1] + 0.42, 0.09))
    send(made, [(0, 0), (1, 0), (2, 0), (2, 1)])
    report = made.until_still()
    assert report.reached == 4
    assert kinds_of(made) == {ErrorKind.OBSTACLE}
    assert abs(made.base.truth.theta_rad) < 0.3
    made.base.discs.clear()
    made.tick(5)
    assert made.until_still().reached == 6


def posts(x_m: float, y_m: float, theta_rad: float = 0.0) -> list[Disc]:
    """The corner posts of a pod."""
    c, s = cos(theta_rad), sin(theta_rad)
    corners = [(a, b) for a in (-0.385, 0.385) for b in (-0.385, 0.385)]
    return [Disc(x_m + a * c - b * s, y_m + a * s + b * c, 0.015) for a, b in corners]


def test_posts_of_a_pod_it_drives_and_turns_beneath_do_not_stop_it() -> None:
    made = with_lidar(6, rays=361)
    made.base.discs += posts(PITCH_M, 0.0) + posts(2 * PITCH_M, 0.0)
    made.base.discs += posts(2 * PITCH_M, PITCH_M)
    send(made, [(0, 0), (1, 0), (2, 0), (2, 1)])
    slowest = [inf]

    def judge(_: Pose) -> None:
        assert made.report is not None
        assert made.report.errors == ()
        slowest[0] = min(slowest[0], made.base.velocity.forward_mps)

    made.base.watch = judge
    assert made.until_still().reached == 6


def test_posts_of_the_pod_it_carries_do_not_stop_it() -> None:
    made = with_lidar(7, rays=361)
    made.base.load = PodId("P001")
    made.tick(2)

    def carry(truth: Pose) -> None:
        made.base.discs = posts(truth.x_m, truth.y_m, truth.theta_rad)

    made.base.watch = carry
    send(made, [(0, 0), (1, 0), (2, 0), (2, 1)])
    assert made.until_still().reached == 6


@pytest.mark.parametrize(("loaded", "stops"), [(False, False), (True, True)])
def test_with_a_pod_it_is_wider(loaded: bool, stops: bool) -> None:
    made = with_lidar(8)
    made.base.load = PodId("P001") if loaded else None
    made.tick(2)
    made.base.discs.append(Disc(3.0, 0.47, 0.1))
    send(made, STRAIGHT)
    report = made.until_still()
    assert (report.reached < 12) == stops


def test_without_scans_it_does_not_drive_and_with_them_it_does() -> None:
    made = with_lidar(9)
    send(made, STRAIGHT)
    made.tick(15)
    made.base.rays = 0
    report = made.until_still()
    assert report.reached < 12
    assert kinds_of(made) == {ErrorKind.SENSOR_ERROR}
    made.base.rays = 61
    made.tick(3)
    assert made.until_still().reached == 12
    assert kinds_of(made) == set()


# --- the watches alone ---------------------------------------------------------------------


def looking(ranges: tuple[float, ...], at_ms: int = 0) -> Scan:
    return Scan(at_ms, 0.38, -pi / 2, pi / (len(ranges) - 1), ranges)


def straight_sweep(end_m: float) -> Sweep:
    here = Pose(0.0, 0.0, 0.0)
    return Sweep(line_at(here, 1.5), (0.0, end_m), here, here, turning=False)


@given(st.lists(st.floats(0.0, 10.0), min_size=3, max_size=61))
def test_nearer_things_never_allow_more_speed(ranges: list[float]) -> None:
    speeds = []
    for shrink in (1.0, 0.7, 0.4):
        watch = ObstacleWatch(LIFTER, PARAMS)
        watch.feel(looking((9.0, shrink * min(ranges), 9.0)))
        speeds.append(watch.allowed(0, straight_sweep(5.0), loaded=False))
    assert speeds == sorted(speeds, reverse=True)


@pytest.mark.parametrize(("ahead_m", "free"), [(2.0, False), (5.0 - 0.385, True)])
def test_posts_where_pods_stand_are_known_even_from_beside_the_line(
    ahead_m: float, free: bool
) -> None:
    """8 cm beside its line a robot without a load would sweep them by the margin."""
    beside = Pose(3.0 if free else 0.5, 0.08, 0.0)
    sweep = straight_sweep(5.0)._replace(pose=beside, scanned=beside)
    watch = ObstacleWatch(LIFTER, PARAMS)
    dx, dy = ahead_m - beside.x_m - 0.38, 0.37 - beside.y_m
    angle = atan2(dy, dx)
    watch.feel(Scan(0, 0.38, angle - 0.01, 0.01, (inf, hypot(dx, dy), inf)))
    assert isinf(watch.allowed(0, sweep, loaded=False)) == free


def test_an_old_scan_does_not_replace_a_newer_one() -> None:
    watch = ObstacleWatch(LIFTER, PARAMS)
    watch.feel(looking((inf, 0.3, inf), at_ms=200))
    watch.feel(looking((inf, inf, inf), at_ms=100))
    assert watch.allowed(200, straight_sweep(5.0), loaded=False) < 0.5


def odometry(at_ms: int, x_m: float = 0.0) -> Odometry:
    return Odometry(at_ms, Pose(x_m, 0.0, 0.0), STANDSTILL)


def test_odometry_that_cannot_be() -> None:
    watch = OdometryWatch(LIFTER, PARAMS)
    assert watch.feel(odometry(0)).trusted
    assert watch.feel(odometry(100, 0.15)).trusted
    assert watch.feel(odometry(100, 0.15)).seconds == 0.0
    assert not watch.feel(odometry(200, 1.5)).trusted
    assert watch.jumped
    assert "jumped" in watch.problem
    for at_ms in range(300, 700, 100):
        assert not watch.feel(odometry(at_ms, 1.5)).trusted
    assert not watch.feel(odometry(700, 1.5)).trusted
    assert watch.feel(odometry(800, 1.5)).trusted
    gap = watch.feel(odometry(2_000, 1.6))
    assert not gap.trusted
    assert gap.step is not None
    assert "1.2 s" in watch.problem


def test_old_odometry_is_left_out_until_the_clock_is_a_new_one() -> None:
    watch = OdometryWatch(LIFTER, PARAMS)
    watch.feel(odometry(10_000))
    felt = [watch.feel(odometry(at_ms)) for at_ms in range(100, 600, 100)]
    assert [one.reborn for one in felt] == [False] * 4 + [True]
    assert not any(one.trusted for one in felt)
    later = [watch.feel(odometry(at_ms)).trusted for at_ms in range(600, 1_300, 100)]
    assert later[-1]
