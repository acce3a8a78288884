"""Fiducials that should be there are found with as little work as it takes."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from fakes.mark_scenes import Print, Weather, hanging, photograph
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from planner.warehouse.errors import InvalidImage
from vision.codes import expected_marks
from vision.codes.camera import Camera, Mounting
from vision.codes.expected_marks import apriltag_available, find_expected_marks
from vision.codes.fiducials import Mark, find_marks, glance_at_marks
from vision.codes.marks import FLOOR_FAMILY, POD_FAMILY, marker_image, marker_share

CAMERA = Camera.with_view(320, 240, 1.2, Mounting(0.0, 0.0, 1.0))


def tag(number: int, side_px: float, y_m: float = 0.0) -> Print:
    width_m = side_px / CAMERA.fx_px / marker_share(POD_FAMILY)
    return hanging(marker_image(POD_FAMILY, number, 400), (1.0, y_m, 1.0), math.pi, width_m)


class FakeApriltag:
    """Stands for AprilTag's detector; corners are those of ``tag(7, 40)``, in its own order."""

    def __init__(self, mark: Mark) -> None:
        corners = np.roll(np.array(mark.corners_px) + 0.5, -2, axis=0)[::-1]
        self._tags = [SimpleNamespace(tag_id=number, corners=corners) for number in (7, 8)]
        self.asked = 0

    def detect(self, _grey: np.ndarray) -> list[SimpleNamespace]:
        self.asked += 1
        return self._tags


def fake_for(picture: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> FakeApriltag:
    (mark,) = find_marks(picture, (POD_FAMILY,))
    fake = FakeApriltag(mark)
    monkeypatch.setattr(expected_marks, "_apriltag", lambda: fake)
    return fake


def test_a_glance_is_enough_where_all_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = photograph(CAMERA, [tag(7, 40)], Weather(noise=2))
    fake = fake_for(picture, monkeypatch)
    monkeypatch.setattr(expected_marks, "find_marks", lambda *_: pytest.fail("not needed"))
    (mark,) = find_expected_marks(picture, [(POD_FAMILY, 7)])
    assert (mark.number, fake.asked) == (7, 0)


def test_the_thorough_search_follows_where_one_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = photograph(CAMERA, [tag(7, 40)], Weather(noise=2))
    fake = fake_for(picture, monkeypatch)
    monkeypatch.setattr(expected_marks, "glance_at_marks", lambda *_: ())
    (mark,) = find_expected_marks(picture, [(POD_FAMILY, 7)])
    assert (mark.number, fake.asked) == (7, 0)


def test_only_what_is_expected_and_missing_is_taken_from_apriltag(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    picture = photograph(CAMERA, [tag(7, 40)], Weather(noise=2))
    (truly,) = find_marks(picture, (POD_FAMILY,))
    fake = fake_for(picture, monkeypatch)
    monkeypatch.setattr(expected_marks, "glance_at_marks", lambda *_: ())
    monkeypatch.setattr(expected_marks, "find_marks", lambda *_: ())
    (mark,) = find_expected_marks(picture, [(POD_FAMILY, 7), (FLOOR_FAMILY, 3)])
    assert (mark.number, fake.asked) == (7, 1)
    assert np.abs(np.subtract(mark.corners_px, truly.corners_px)).max() < 0.05


def test_without_apriltag_the_rest_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expected_marks, "_apriltag", lambda: None)
    picture = photograph(CAMERA, [tag(7, 40)], Weather(noise=2))
    (mark,) = find_expected_marks(picture, [(POD_FAMILY, 7), (POD_FAMILY, 8)])
    assert mark.number == 7
    assert not apriltag_available()
    assert find_expected_marks(picture, []) == ()


def test_apriltag_finds_a_tag_too_small_for_opencv() -> None:
    found = 0
    for seed in range(10):
        picture = photograph(CAMERA, [tag(7, 13)], Weather(noise=2, blur_px=0.7), seed)
        found += bool(find_expected_marks(picture, [(POD_FAMILY, 7)]))
    assert found >= 8


@pytest.mark.parametrize("side_px", [30, 60, 150])
def test_a_glance_finds_ordinary_marks_just_as_well(side_px: float) -> None:
    for seed in range(10):
        picture = photograph(CAMERA, [tag(seed, side_px)], Weather(noise=3, blur_px=0.5), seed)
        (glanced,), (found,) = glance_at_marks(picture), find_marks(picture)
        assert (glanced.family, glanced.number) == (found.family, found.number)
        assert np.abs(np.subtract(glanced.corners_px, found.corners_px)).max() < 0.2


@given(
    picture=arrays(
        st.sampled_from([np.uint8, np.float32, np.bool_]),
        st.lists(st.integers(0, 40), min_size=0, max_size=4).map(tuple),
    )
)
@settings(max_examples=100)
def test_any_array_is_looked_at_or_refused(picture: np.ndarray) -> None:
    try:
        marks = find_expected_marks(picture, [(POD_FAMILY, 1), (FLOOR_FAMILY, 1)])
    except InvalidImage:
        return
    assert picture.dtype == np.uint8
    assert marks == ()


def test_tags_of_16_pixels_are_found_straight_on() -> None:
    """What the guide tells people to plan with."""
    found = 0
    for seed in range(20):
        picture = photograph(CAMERA, [tag(seed, 16)], Weather(noise=4, blur_px=0.5), seed)
        found += [mark.number for mark in glance_at_marks(picture)] == [seed]
    assert found >= 19
