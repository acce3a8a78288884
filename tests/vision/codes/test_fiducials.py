"""Fiducials are found down to the stated size, in bad light too, and never where there is none."""

import math

import cv2
import numpy as np
import pytest
from fakes.mark_scenes import Print, Weather, photograph
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidImage
from vision.codes.camera import Camera, Mounting
from vision.codes.fiducials import SMALLEST_SIDE_PX, find_marks
from vision.codes.marks import MarkerFamily, marker_count, marker_image, marker_share

CAMERA = Camera.with_view(160, 120, 1.0, Mounting(0.0, 0.0, 1.0))
"""Looks along x from a metre above the floor."""

WEATHERS = {
    "clear": Weather(noise=2),
    "soft": Weather(noise=4, blur_px=0.7),
    "dim": Weather(noise=4, blur_px=0.7, contrast=0.3),
    "bright": Weather(noise=2, contrast=0.5, brightness=60),
    "moving": Weather(noise=4, motion_px=3),
}


def print_at(
    family: MarkerFamily, number: int, side_px: float, tilt_rad: float, roll_rad: float
) -> Print:
    """A mark a metre ahead, whose side would be so long if it were seen straight."""
    right = np.array([math.sin(tilt_rad), -math.cos(tilt_rad), 0.0])
    up = np.array([0.0, 0.0, 1.0])
    turned = math.cos(roll_rad) * right + math.sin(roll_rad) * up
    raised = math.cos(roll_rad) * up - math.sin(roll_rad) * right
    width_m = side_px / CAMERA.fx_px / marker_share(family)
    image = marker_image(family, number, 400)
    return Print(image, (1.0, 0.0, 1.0), tuple(turned), tuple(raised), width_m)


@pytest.mark.parametrize("weather", WEATHERS)
@pytest.mark.parametrize("family", list(MarkerFamily))
@pytest.mark.parametrize("tilt_rad", [0.0, math.pi / 4])
def test_marks_of_the_stated_size_are_found(
    family: MarkerFamily, tilt_rad: float, weather: str
) -> None:
    dice = np.random.default_rng(7)
    found, pictures = 0, 40
    for seed in range(pictures):
        number = int(dice.integers(marker_count(family)))
        sheet = print_at(family, number, SMALLEST_SIDE_PX, tilt_rad, dice.uniform(0, math.tau))
        marks = find_marks(photograph(CAMERA, [sheet], WEATHERS[weather], seed))
        assert {(mark.family, mark.number) for mark in marks} <= {(family, number)}
        found += len(marks)
    assert found >= 0.95 * pictures


@given(
    family=st.sampled_from(MarkerFamily),
    dice=st.integers(0, 999),
    side_px=st.floats(32, 60),
    tilt_rad=st.floats(-0.8, 0.8),
    roll_rad=st.floats(0, math.tau),
    seed=st.integers(0, 1000),
)
@settings(max_examples=60, deadline=None)
def test_corners_are_right_to_a_fraction_of_a_pixel(
    family: MarkerFamily, dice: int, side_px: float, tilt_rad: float, roll_rad: float, seed: int
) -> None:
    number = dice % marker_count(family)
    sheet = print_at(family, number, side_px, tilt_rad, roll_rad)
    (mark,) = find_marks(photograph(CAMERA, [sheet], Weather(noise=3, blur_px=0.4), seed))
    assert np.abs(np.array(mark.corners_px) - corners_px(sheet, family)).max() < 0.6
    assert 0.05 <= mark.sd_px < 0.5


@pytest.mark.parametrize("weather", WEATHERS)
def test_the_stated_spread_of_corners_is_the_one_they_have(weather: str) -> None:
    """Errors divided by what is stated: rms near one at most, and few far out."""
    dice = np.random.default_rng(3)
    scores = []
    for seed in range(60):
        family = list(MarkerFamily)[seed % 2]
        number = int(dice.integers(marker_count(family)))
        angles = dice.uniform(-0.7, 0.7), dice.uniform(0, math.tau)
        sheet = print_at(family, number, dice.uniform(32, 60), *angles)
        true_px = corners_px(sheet, family)
        marks = find_marks(photograph(CAMERA, [sheet], WEATHERS[weather], seed), (family,))
        scores += [(np.array(mark.corners_px) - true_px) / mark.sd_px for mark in marks]
    assert len(scores) >= 57
    assert np.sqrt(np.mean(np.square(scores))) < 1.3
    assert np.mean(np.abs(scores) > 4) < 0.01


def corners_px(sheet: Print, family: MarkerFamily) -> np.ndarray:
    """Where the corners of the black square truly are in the picture."""
    half_m = sheet.width_m * marker_share(family) / 2
    right, up = np.array(sheet.right), np.array(sheet.up)
    around = ((-1, 1), (1, 1), (1, -1), (-1, -1))
    return CAMERA.project([sheet.middle_m + half_m * (x * right + y * up) for x, y in around])


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_found_where_nothing_is(seed: int) -> None:
    dice = np.random.default_rng(seed)
    noise = dice.integers(0, 256, (480, 640), dtype=np.uint8)
    boxes = np.full((480, 640), 150, dtype=np.uint8)
    for _ in range(300):
        x, y = (int(value) for value in dice.integers(0, 600, 2))
        corner = (x + int(dice.integers(4, 60)), y + int(dice.integers(4, 60)))
        cv2.rectangle(boxes, (x, y), corner, int(dice.integers(0, 256)), -1)
    for image in (noise, boxes, cv2.GaussianBlur(noise, (0, 0), 3.0)):
        assert find_marks(image) == ()


def test_blocks_like_bits_are_not_taken_for_marks() -> None:
    """Black frames with random bits inside: what a mark looks like that belongs to nobody."""
    dice = np.random.default_rng(5)
    wrong = 0
    for _ in range(400):
        bits = np.zeros((8, 8), dtype=np.uint8)
        bits[1:7, 1:7] = dice.integers(0, 2, (6, 6)) * 255
        image = np.kron(np.pad(bits, 2, constant_values=255), np.ones((7, 7), dtype=np.uint8))
        wrong += len(find_marks(image))
    assert wrong == 0


def test_a_colour_picture_gives_the_same_marks_as_a_grey_one() -> None:
    sheet = print_at(MarkerFamily.ARUCO_7X7, 17, 40, 0.2, 0.1)
    grey = photograph(CAMERA, [sheet])
    assert find_marks(np.dstack((grey, grey, grey))) == find_marks(grey)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((0, 10), np.uint8),
        np.zeros((10, 10), np.float32),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros(10, np.uint8),
        [[0, 0], [0, 0]],
    ],
)
def test_what_is_no_picture_is_refused(image: np.ndarray) -> None:
    with pytest.raises(InvalidImage) as refused:
        find_marks(image)
    assert refused.value.field == "image"
    assert refused.value.remedy
