"""Poses from pictures: right within what they say of themselves, and refused where they cannot."""

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from fakes.mark_scenes import Print, Weather, hanging, on_floor, photograph
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidImage, InvalidMark
from vision.codes.camera import Camera, Mounting
from vision.codes.fiducials import Mark, find_marks
from vision.codes.marks import FLOOR_FAMILY, POD_FAMILY, marker_image, marker_share
from vision.codes.sightings import FlatSighting, flat_sighting, solid_sighting

DOWN = Camera.with_view(
    320, 240, 1.2, Mounting(0.1, 0.02, 0.30, pitch_rad=math.pi / 2, yaw_rad=0.1)
)
AHEAD = Camera.with_view(320, 240, 1.2, Mounting(0.3, 0.0, 0.30, pitch_rad=math.radians(30)))
LENS = replace(AHEAD, distortion=(-0.08, 0.01, 0.001, -0.001))
CAMERAS = {"down": (DOWN, (0.04, 0.16), 0.06), "ahead": (AHEAD, (0.6, 0.9), 0.12)}
CAMERAS["lens"] = (LENS, *CAMERAS["ahead"][1:])
WEATHERS = (Weather(noise=2), Weather(noise=4, blur_px=0.8), Weather(noise=3, contrast=0.4))


def floor_print(number: int, x_m: float, y_m: float, theta_rad: float, size_m: float) -> Print:
    image = marker_image(FLOOR_FAMILY, number, 330)
    return on_floor(image, x_m, y_m, theta_rad, size_m / marker_share(FLOOR_FAMILY))


def floor_errors(name: str) -> Iterator[tuple[FlatSighting, tuple[float, float, float]]]:
    """Sightings of markers at random places, and how far off each is in x, y and theta."""
    camera, (nearest_m, farthest_m), size_m = CAMERAS[name]
    dice = np.random.default_rng(11)
    for seed in range(36):
        x_m, y_m = dice.uniform(nearest_m, farthest_m), dice.uniform(-0.05, 0.05)
        theta_rad = dice.uniform(-math.pi, math.pi)
        sheet = floor_print(int(dice.integers(1000)), x_m, y_m, theta_rad, size_m)
        for mark in find_marks(photograph(camera, [sheet], WEATHERS[seed % 3], seed)):
            seen = flat_sighting(mark, size_m, camera)
            assert seen is not None
            turn = math.remainder(seen.theta_rad - theta_rad, math.tau)
            yield seen, (seen.x_m - x_m, seen.y_m - y_m, turn)


@pytest.mark.parametrize("name", CAMERAS)
def test_floor_markers_are_within_what_they_say(name: str) -> None:
    """The mean square of error over standard deviation is about one at most (chi square); a little
    more where a lens bends the sides, which are taken for straight."""
    pairs = list(floor_errors(name))
    assert len(pairs) >= 33
    errors = np.array([error for _, error in pairs])
    stated = np.array([(seen.sd_m, seen.sd_m, seen.sd_rad) for seen, _ in pairs])
    assert np.abs(errors[:, :2]).max() < 0.002
    assert np.abs(errors[:, 2]).max() < 0.02
    assert (np.sqrt(np.mean((errors / stated) ** 2, axis=0)) < 1.6).all()
    assert (np.abs(errors / stated) < 5).all()
    assert stated[:, 0].max() < 0.003, "and not by saying that it could be anything"


@given(
    number=st.integers(0, 999),
    x_m=st.floats(0.05, 0.15),
    y_m=st.floats(-0.03, 0.07),
    theta_rad=st.floats(-math.pi, math.pi),
    seed=st.integers(0, 99),
)
@settings(max_examples=40, deadline=None)
def test_a_marker_below_is_seen_where_it_is(
    number: int, x_m: float, y_m: float, theta_rad: float, seed: int
) -> None:
    sheet = floor_print(number, x_m, y_m, theta_rad, 0.06)
    (mark,) = find_marks(photograph(DOWN, [sheet], WEATHERS[1], seed))
    seen = flat_sighting(mark, 0.06, DOWN)
    assert seen is not None
    assert seen.number == number
    assert math.dist((seen.x_m, seen.y_m), (x_m, y_m)) < 0.001
    assert abs(math.remainder(seen.theta_rad - theta_rad, math.tau)) < 0.02


def test_a_marker_beneath_a_pod_is_read_from_below() -> None:
    camera = Camera.with_view(320, 240, 1.2, Mounting(0.0, 0.0, 0.05, pitch_rad=-math.pi / 2))
    theta_rad, size_m = 0.4, 0.06
    right = (math.cos(theta_rad), math.sin(theta_rad), 0.0)
    up = (right[1], -right[0], 0.0)
    image = marker_image(POD_FAMILY, 42, 330)
    sheet = Print(image, (0.03, -0.02, 0.35), right, up, size_m / marker_share(POD_FAMILY))
    (mark,) = find_marks(photograph(camera, [sheet], WEATHERS[0]))
    seen = flat_sighting(mark, size_m, camera, height_m=0.35)
    assert seen is not None
    assert (seen.x_m, seen.y_m) == pytest.approx((0.03, -0.02), abs=0.001)
    assert seen.theta_rad == pytest.approx(theta_rad, abs=0.01)


def test_what_does_not_lie_flat_is_refused() -> None:
    image = marker_image(FLOOR_FAMILY, 5, 330)
    sheet = hanging(image, (0.9, 0.0, 0.1), math.pi, 0.15)
    (mark,) = find_marks(photograph(AHEAD, [sheet]))
    assert flat_sighting(mark, 0.12, AHEAD) is None


def test_a_marker_of_another_size_is_refused() -> None:
    (mark,) = find_marks(photograph(DOWN, [floor_print(5, 0.1, 0.0, 0.0, 0.06)]))
    assert flat_sighting(mark, 0.06, DOWN) is not None
    assert flat_sighting(mark, 0.08, DOWN) is None


def test_a_floor_above_the_horizon_is_refused() -> None:
    level = Camera.with_view(320, 240, 1.2, Mounting(0.0, 0.0, 0.3))
    mark = Mark(FLOOR_FAMILY, 1, ((100.0, 50.0), (140.0, 50.0), (140.0, 90.0), (100.0, 90.0)), 0.1)
    assert flat_sighting(mark, 0.1, level) is None


def test_doubt_about_the_mounting_is_doubt_about_the_place() -> None:
    """Errors of a camera hung a little otherwise than said, against what it then says."""
    size_m, dice = 0.12, np.random.default_rng(2)
    doubt = replace(AHEAD.mounting, sd_rad=0.01)
    scores = []
    for _ in range(30):
        turn = dice.normal(0.0, 0.01, 3)
        mounting = replace(
            AHEAD.mounting,
            roll_rad=turn[0],
            pitch_rad=AHEAD.mounting.pitch_rad + turn[1],
            yaw_rad=turn[2],
        )
        truth = replace(AHEAD, mounting=mounting)
        sheet = floor_print(3, 0.8, 0.05, 0.0, size_m)
        for mark in find_marks(photograph(truth, [sheet], WEATHERS[0])):
            seen = flat_sighting(mark, size_m, replace(AHEAD, mounting=doubt))
            assert seen is not None
            assert seen.sd_m > 0.008
            scores.append(math.dist((seen.x_m, seen.y_m), (0.8, 0.05)) / seen.sd_m)
    assert len(scores) >= 25
    assert np.sqrt(np.mean(np.square(scores))) < math.sqrt(2)


@given(
    x_m=st.floats(1.0, 2.0),
    y_m=st.floats(-0.3, 0.3),
    z_m=st.floats(0.8, 1.2),
    turned_rad=st.floats(-0.9, 0.9),
    seed=st.integers(0, 99),
)
@settings(max_examples=40, deadline=None)
def test_a_mark_on_a_pod_is_where_it_says(
    x_m: float, y_m: float, z_m: float, turned_rad: float, seed: int
) -> None:
    camera = Camera.with_view(480, 360, 1.0, Mounting(0.0, 0.0, 1.0))
    size_m = 0.2
    image = marker_image(POD_FAMILY, seed, 330)
    facing_rad = math.pi + turned_rad
    sheet = hanging(image, (x_m, y_m, z_m), facing_rad, size_m / marker_share(POD_FAMILY))
    (mark,) = find_marks(photograph(camera, [sheet], WEATHERS[1], seed))
    truly = (math.cos(facing_rad), math.sin(facing_rad), 0.0)
    seen = solid_sighting(mark, size_m, camera, facing=truly)
    assert seen is not None
    error_m = math.dist((seen.x_m, seen.y_m, seen.z_m), (x_m, y_m, z_m))
    assert error_m < 0.02
    assert error_m < 6 * seen.sd_m
    assert not seen.ambiguous
    assert float(np.dot(seen.facing, truly)) > 0.9


def test_two_ways_of_facing_are_told() -> None:
    """Small and nearly straight ahead, a mark looks the same turned left and right."""
    camera = Camera.with_view(320, 240, 1.0, Mounting(0.0, 0.0, 1.0))
    image = marker_image(POD_FAMILY, 9, 330)
    told = 0
    for seed in range(10):
        sheet = hanging(image, (2.2, 0.0, 1.0), math.pi + 0.05, 0.25)
        (mark,) = find_marks(photograph(camera, [sheet], WEATHERS[1], seed))
        seen = solid_sighting(mark, 0.2, camera)
        assert seen is not None
        told += seen.ambiguous
        assert seen.x_m == pytest.approx(2.2, abs=0.05)
    assert told >= 3


@pytest.mark.parametrize("size_m", [0.0, -1.0, math.inf, math.nan])
def test_a_size_that_cannot_be_is_refused(size_m: float) -> None:
    mark = Mark(POD_FAMILY, 1, ((10.0, 10.0), (50.0, 10.0), (50.0, 50.0), (10.0, 50.0)), 0.1)
    for sighting in (flat_sighting, solid_sighting):
        with pytest.raises(InvalidMark, match="a mark has a size"):
            sighting(mark, size_m, DOWN)


def test_a_camera_with_figures_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidImage, match="focal lengths"):
        Camera(640, 480, 0.0, 0.0, 0.0, 0.0, Mounting(0, 0, 0))
    with pytest.raises(InvalidImage, match="finite"):
        replace(DOWN, cx_px=math.nan)
    with pytest.raises(InvalidImage, match="lens model"):
        replace(DOWN, distortion=(0.1,))
    with pytest.raises(InvalidImage, match="angle of view"):
        Camera.with_view(640, 480, math.pi, Mounting(0, 0, 0))


def test_rays_undo_the_projection() -> None:
    points_m = np.array([[0.7, 0.1, 0.0], [0.8, -0.2, 0.1], [1.0, 0.0, 0.0]])
    for camera in (AHEAD, LENS):
        rays = camera.rays(camera.project(points_m)) @ camera.mounting.rotation().T
        gaps = points_m - camera.mounting.position()
        assert np.abs(np.cross(rays, gaps)).max() < 1e-5
