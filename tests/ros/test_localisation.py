"""Where the robot is: as sure as it says, and lost when it is."""

from math import cos, hypot, sin, sqrt
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.warehouse.robot import Pose
from podherd_robot.drive_params import LocalisationParams
from podherd_robot.localisation import Localiser, composed
from podherd_robot.profile import wrapped
from podherd_ros.base import MarkerSighting

PARAMS = LocalisationParams()
MARKERS = {f"N:{i}": Pose(1.2 * i, 0.0, 0.0) for i in range(100)}
numbers = st.floats(-1.0, 1.0)
angles = st.floats(-3.0, 3.0)
poses = st.builds(Pose, st.floats(-50, 50), st.floats(-50, 50), angles)


def seen_from(truth: Pose, name: str, at_ms: int, random: Random | None = None) -> MarkerSighting:
    """A marker as a robot at ``truth`` sees it; exactly, or with noise of its own size."""
    marker = MARKERS[name]
    dx, dy = marker.x_m - truth.x_m, marker.y_m - truth.y_m
    c, s = cos(truth.theta_rad), sin(truth.theta_rad)
    sd_m, sd_rad = 0.003, 0.006
    noise = (
        [random.gauss(0, sd_m), random.gauss(0, sd_m), random.gauss(0, sd_rad)]
        if random
        else [0.0, 0.0, 0.0]
    )
    pose = Pose(
        dx * c + dy * s + noise[0],
        dy * c - dx * s + noise[1],
        wrapped(marker.theta_rad - truth.theta_rad + noise[2]),
    )
    return MarkerSighting(at_ms, name, pose, sd_m, sd_rad)


class Walk:
    """A robot that drives along the markers, with noise as the filter thinks it is."""

    def __init__(self, seed: int):
        self.random = Random(seed)
        self.truth = Pose(0.0, 0.0, 0.0)
        self.localiser = Localiser(MARKERS, PARAMS)
        self.at_ms = 0
        self.localiser.move(0, 0.0, 0.0, 0.0)
        self.localiser.place(self.truth)

    def step(self, ahead_m: float, turn_rad: float = 0.0, times: int = 1) -> None:
        for _ in range(times):
            self.at_ms += 100
            way = abs(ahead_m)
            spread = PARAMS.distance_sd * sqrt(way)
            twist = sqrt(PARAMS.heading_sd**2 * way + PARAMS.turn_sd**2 * abs(turn_rad))
            gauss = self.random.gauss
            real = (
                ahead_m + gauss(0, spread),
                gauss(0, spread),
                turn_rad + gauss(0, twist),
            )
            self.truth = composed(self.truth, real)
            self.localiser.move(self.at_ms, ahead_m, 0.0, turn_rad)

    def look(self) -> None:
        """At the marker beneath, if one is within 0.15 m."""
        name = f"N:{round(self.truth.x_m / 1.2)}"
        marker = MARKERS.get(name)
        if marker and hypot(marker.x_m - self.truth.x_m, marker.y_m - self.truth.y_m) < 0.15:
            self.localiser.see(seen_from(self.truth, name, self.at_ms, self.random))

    def nees(self) -> float:
        """Normalised squared error: about 3 on average if the covariance is honest."""
        estimate = self.localiser.estimate
        pose, truth = estimate.pose, self.truth
        off = np.array(
            [
                pose.x_m - truth.x_m,
                pose.y_m - truth.y_m,
                wrapped(pose.theta_rad - truth.theta_rad),
            ]
        )
        return float(off @ np.linalg.solve(np.array(estimate.covariance), off))


@settings(max_examples=30)
@given(st.integers(0, 100_000))
def test_errors_are_as_large_as_the_covariance_says(seed: int) -> None:
    walk = Walk(seed)
    found = []
    for i in range(400):
        heading = walk.localiser.pose.theta_rad
        across = walk.localiser.pose.y_m
        walk.step(0.1, -0.5 * heading - 0.3 * across if i % 2 else 0.0)
        walk.look()
        found.append(walk.nees())
        assert not walk.localiser.lost
    assert sum(found) / len(found) < 9.0  # mean of a chi-squared of 3 degrees, correlated: 3
    assert sum(value > 16.27 for value in found) <= 0.05 * len(found)


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(numbers, numbers, st.floats(-0.5, 0.5), st.booleans(), st.integers(0, 900)),
        min_size=1,
        max_size=60,
    )
)
def test_the_covariance_stays_symmetric_and_positive(
    steps: list[tuple[float, float, float, bool, int]],
) -> None:
    """Whatever is felt, wrong sightings among it."""
    localiser = Localiser(MARKERS, PARAMS)
    localiser.move(0, 0.0, 0.0, 0.0)
    localiser.place(Pose(0.0, 0.0, 0.0))
    for i, (ahead, left, turn, look, age_ms) in enumerate(steps, start=1):
        localiser.move(100 * i, 0.1 * ahead, 0.1 * left, turn)
        if look:
            sighting = seen_from(localiser.pose, "N:0", max(0, 100 * i - age_ms))
            localiser.see(sighting)
        covariance = np.array(localiser.estimate.covariance)
        assert (covariance == covariance.T).all()
        assert np.linalg.eigvalsh(covariance).min() > 0


@given(poses, angles)
def test_two_sightings_find_a_lost_robot_wherever_it_looks(truth: Pose, turn: float) -> None:
    name = min(MARKERS, key=lambda m: hypot(MARKERS[m].x_m - truth.x_m, MARKERS[m].y_m - truth.y_m))
    localiser = Localiser(MARKERS, PARAMS)
    localiser.move(0, 0.0, 0.0, 0.0)
    localiser.see(seen_from(truth, name, 0))
    localiser.see(seen_from(truth, name, 0))  # the same picture says nothing new
    assert localiser.lost
    localiser.move(100, 0.0, 0.0, turn)
    truth = composed(truth, (0.0, 0.0, turn))
    localiser.see(seen_from(truth, name, 100))
    assert not localiser.lost
    pose = localiser.pose
    assert hypot(pose.x_m - truth.x_m, pose.y_m - truth.y_m) < 1e-6
    assert abs(wrapped(pose.theta_rad - truth.theta_rad)) < 1e-9


@given(st.integers(0, 9), st.integers(0, 99))
def test_a_late_sighting_counts_where_it_was_made(ticks_late: int, ms_before: int) -> None:
    """Its time may lie between two odometries."""
    localiser = Localiser(MARKERS, PARAMS)
    localiser.move(0, 0.0, 0.0, 0.0)
    localiser.place(Pose(0.0, 0.02, 0.01))  # 2 cm and 0.6 degrees wrong
    for i in range(1, 21):
        localiser.move(100 * i, 0.1, 0.0, 0.0)
    at_ms = 2_000 - 100 * ticks_late - ms_before
    real = Pose(at_ms / 1000.0, 0.0, 0.0)
    before = localiser.pose
    for _ in range(4):
        localiser.see(seen_from(real, f"N:{round(real.x_m / 1.2)}", at_ms))
    after = localiser.pose
    assert abs(after.y_m) < 0.3 * abs(before.y_m)
    assert after.x_m == pytest.approx(2.0, abs=0.004)


def test_a_sighting_from_before_its_odometry_waits_for_it() -> None:
    localiser = Localiser(MARKERS, PARAMS)
    localiser.move(0, 0.0, 0.0, 0.0)
    localiser.place(Pose(0.0, 0.02, 0.0))
    localiser.see(seen_from(Pose(0.05, 0.0, 0.0), "N:0", 50))
    assert localiser.pose.y_m == 0.02
    localiser.move(100, 0.1, 0.0, 0.0)
    assert abs(localiser.pose.y_m) < 0.01


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.floats(0.3, 5.0), st.floats(-3.1, 3.1), st.integers(3, 30))
def test_a_kidnapped_robot_knows_within_two_sightings(
    seed: int, far_m: float, direction: float, ticks: int
) -> None:
    walk = Walk(seed)
    for _ in range(ticks):
        walk.step(0.1)
        walk.look()
    truth = walk.truth
    walk.truth = Pose(
        truth.x_m + far_m * cos(direction), truth.y_m + far_m * sin(direction), truth.theta_rad
    )
    at_ms = walk.at_ms
    name = min(
        MARKERS,
        key=lambda m: hypot(MARKERS[m].x_m - walk.truth.x_m, MARKERS[m].y_m - walk.truth.y_m),
    )
    for i in range(1, 3):
        walk.localiser.move(at_ms + 100 * i, 0.0, 0.0, 0.0)
        walk.localiser.see(seen_from(walk.truth, name, at_ms + 100 * i))
    assert walk.localiser.lost


def test_too_far_without_a_marker_it_is_lost() -> None:
    localiser = Localiser(MARKERS, PARAMS)
    localiser.move(0, 0.0, 0.0, 0.0)
    localiser.place(Pose(0.0, 5.0, 0.0))
    driven_m = 0.0
    while not localiser.lost:
        driven_m += 0.1
        localiser.move(round(driven_m * 1000), 0.1, 0.0, 0.0)
        assert driven_m < 10.0
    assert driven_m > 1.2  # one missing marker is no reason
    estimate = localiser.estimate
    assert sqrt(estimate.covariance[0][0] + estimate.covariance[1][1]) < 2 * PARAMS.lost_m


def test_markers_missed_in_a_row_are_noticed() -> None:
    """Where they lie every 1.2 m, far from the limits of the covariance."""
    sure = LocalisationParams(distance_sd=1e-4, heading_sd=1e-4)
    localiser = Localiser(MARKERS, sure, pitch_m=1.2)
    localiser.move(0, 0.0, 0.0, 0.0)
    localiser.place(Pose(0.0, 5.0, 0.0))
    doubt_m = lost_m = 0.0
    for i in range(1, 60):
        localiser.move(100 * i, 0.1, 0.0, 0.0)
        doubt_m = doubt_m or 0.1 * i * localiser.in_doubt
        lost_m = lost_m or 0.1 * i * bool(localiser.lost)
    assert 1.2 < doubt_m < 2.0
    assert 2.4 < lost_m < 3.2


def test_one_wrong_sighting_makes_it_doubt_and_a_good_one_reassures_it() -> None:
    walk = Walk(1)
    walk.step(0.1, times=3)
    walk.localiser.see(seen_from(Pose(12.0, 0.0, 0.0), "N:10", walk.at_ms))
    assert walk.localiser.in_doubt
    assert not walk.localiser.lost
    walk.localiser.see(seen_from(walk.truth, "N:0", walk.at_ms))
    assert not walk.localiser.in_doubt


def test_unknown_markers_and_old_sightings_change_nothing() -> None:
    walk = Walk(2)
    walk.step(0.1, times=30)
    before = walk.localiser.estimate
    stranger = seen_from(walk.truth, "N:0", walk.at_ms)
    walk.localiser.see(MarkerSighting(walk.at_ms, "N:unknown", stranger.pose, 0.01, 0.01))
    walk.localiser.see(seen_from(Pose(9.0, 9.0, 0.0), "N:0", walk.at_ms - 2_500))
    assert walk.localiser.estimate == before
