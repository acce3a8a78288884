"""Faces laid flat, their light, what hides them, and how good the picture is."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vision.shelf.conftest import CAMERA, STRAIGHT, Shot, shot
from vision.codes.marks import marker_image, marker_share
from vision.shelf.examples import example_face
from vision.shelf.frame import frame_of
from vision.shelf.lenses import Conditions, Occluder
from vision.shelf.poses import FacePose
from vision.shelf.quality import noise_of, quality_of
from vision.shelf.rack import SlotBox
from vision.shelf.rectify import FlatFace, laid_flat, pixels_per_m, scale_of

FACE = example_face()
TILTED = FacePose.looking((0.9, -0.9, 1.5), (0.0, 0.0, 1.05), 0.02)


def flat(one: Shot) -> FlatFace:
    return laid_flat(one.image, CAMERA, one.pose, one.rack.face, 0.0, 500.0)


@pytest.mark.parametrize("pose", [STRAIGHT, TILTED])
def test_a_fiducial_lies_flat_where_it_hangs(pose: FacePose) -> None:
    laid = flat(shot(pose=pose))
    mark = FACE.marks[0]
    half = mark.side_m / marker_share(mark.family) / 2
    box = SlotBox(mark.x_m - half, mark.x_m + half, mark.z_m - half, mark.z_m + half)
    seen = laid.grey[laid.window(box)]
    print_of_it = marker_image(mark.family, mark.number, 400).astype(np.float32)
    drawn = cv2.resize(print_of_it, seen.shape[::-1], interpolation=cv2.INTER_AREA)
    assert np.corrcoef(seen.ravel(), drawn.ravel())[0, 1] > 0.95


def test_what_is_outside_the_picture_is_not_seen() -> None:
    aside = FacePose.looking((0.5, -0.6, 1.1), (0.4, 0.0, 1.05))
    laid = flat(shot(pose=aside))
    assert 0.1 < laid.seen.mean() < 0.9
    assert pixels_per_m(CAMERA, aside, SlotBox(-0.5, -0.3, 0.4, 0.6)) == 0.0


def test_pixels_per_metre_are_those_of_the_camera() -> None:
    box = SlotBox(-0.1, 0.1, 1.0, 1.2)
    pose = FacePose.looking((0.0, -2.0, 1.1), (0.0, 0.0, 1.1))
    assert pixels_per_m(CAMERA, pose, box) == pytest.approx(CAMERA.fx_px / 2, rel=0.01)
    assert scale_of(CAMERA, pose, FACE) == pytest.approx(CAMERA.fx_px / 2, rel=0.05)
    behind = FacePose.looking((0.0, -2.0, 1.1), (0.0, -4.0, 1.1))
    assert pixels_per_m(CAMERA, behind, box) == 0.0


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(-3, 3), st.floats(-3, 3))
def test_windows_are_never_empty_nor_outside(a: float, b: float, c: float, d: float) -> None:
    grey = np.zeros((40, 30), np.float32)
    face = FlatFace(grey, grey > -1, grey > -1, -0.5, 1.0, 30.0)
    rows, columns = face.window(SlotBox(min(a, b), max(a, b), min(c, d), max(c, d)))
    assert grey[rows, columns].size > 0


@pytest.mark.parametrize("light", [0.3, 1.0])
@pytest.mark.parametrize("blur_px", [0.7, 1.5, 2.5])
def test_blur_and_contrast_are_measured(blur_px: float, light: float) -> None:
    one = shot(conditions=Conditions(light=light, blur_px=blur_px, noise=1.0))
    quality = quality_of(one.image, flat(one), FACE)
    per_m = pixels_per_m(CAMERA, STRAIGHT, SlotBox(-0.1, 0.1, 1.7, 1.8))
    assert quality.blur_m * per_m == pytest.approx(blur_px, rel=0.35, abs=0.4)
    assert 0.5 < quality.contrast / (200 * light) < 1.3


@pytest.mark.parametrize("sd", [1.0, 4.0])
def test_noise_is_measured(sd: float) -> None:
    dice = np.random.default_rng(1)
    grey = np.clip(np.rint(120 + sd * dice.standard_normal((200, 200))), 0, 255)
    assert noise_of(grey.astype(np.uint8)) == pytest.approx(sd, rel=0.1)
    assert noise_of(np.full((9, 9), 255, np.uint8)) == 0.0


def test_nothing_is_hidden_in_a_clear_picture(clear: Shot) -> None:
    frame = frame_of(flat(clear), clear.rack.face)
    assert frame.hidden.mean() < 0.02
    assert 80 < np.median(frame.light) < 235


def test_light_follows_the_exposure(clear: Shot) -> None:
    dim = shot(conditions=Conditions(light=0.4))
    lights = [np.median(frame_of(flat(one), one.rack.face).light) for one in (clear, dim)]
    assert lights[1] / lights[0] == pytest.approx(0.4, rel=0.1)


@pytest.mark.parametrize("tilt_rad", [0.0, 0.4])
def test_what_is_in_the_way_hides_what_is_behind(tilt_rad: float) -> None:
    thing = Occluder(0.2, 0.9, 0.12, 1.2, tilt_rad, grey=0.05)
    one = shot(conditions=Conditions(occluders=(thing,)))
    laid = flat(one)
    frame = frame_of(laid, one.rack.face)
    truly = np.zeros_like(frame.hidden)
    middle = STRAIGHT.project([(0.2, -0.12, 0.9)], CAMERA)[0]
    x, z = STRAIGHT.on_plane(middle, CAMERA, 0.0)
    truly[laid.window(SlotBox(x - 0.02, x + 0.02, z - 0.05, z + 0.05))] = True
    assert frame.hidden[truly].all()
    assert frame.hidden.mean() < 0.45


def test_where_no_edges_are_seen_everything_is_hidden() -> None:
    laid = flat(shot(pose=FacePose.looking((0.0, -0.3, 1.75), (0.0, 0.0, 1.75))))
    unseen = FlatFace(
        laid.grey, np.zeros_like(laid.seen), laid.clear, laid.left_m, laid.top_m, laid.per_m
    )
    assert frame_of(unseen, FACE).hidden.all()
