"""Where the camera is, from fiducials and labels whose places in the picture are exact or not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidImage, InvalidMark
from tests.vision.shelf.conftest import CAMERA, STRAIGHT
from vision.codes.fiducials import Mark
from vision.codes.marks import FLOOR_FAMILY, POD_FAMILY
from vision.shelf.examples import example_face
from vision.shelf.poses import FacePose, face_pose

FACE = example_face()
CORNERS = np.array([[x, 0.0, z] for x in (-0.5, 0.5) for z in (0.35, 1.6)])


def seen_mark(pose: FacePose, shift: np.ndarray | float = 0.0) -> Mark:
    """The tag of the face as that camera sees it."""
    hung = FACE.marks[0]
    square = np.array([[-0.5, 0.5], [0.5, 0.5], [0.5, -0.5], [-0.5, -0.5]]) * hung.side_m
    points = [(x + hung.x_m, 0.0, z + hung.z_m) for x, z in square]
    pixels = pose.project(points, CAMERA) + shift
    first, second, third, fourth = ((float(x), float(y)) for x, y in pixels)
    return Mark(POD_FAMILY, hung.number, (first, second, third, fourth), 0.1)


def seen_labels(pose: FacePose) -> list[tuple[str, np.ndarray]]:
    points = [(label.x_m, 0.0, label.z_m) for label in FACE.labels]
    texts = [label.text for label in FACE.labels]
    return list(zip(texts, pose.project(points, CAMERA), strict=True))


@given(st.floats(-0.9, 0.9), st.floats(-2.0, -0.9), st.floats(0.3, 2.2), st.floats(-0.2, 0.2))
def test_poses_are_found_again(x: float, y: float, z: float, roll: float) -> None:
    pose = FacePose.looking((x, y, z), (0.0, 0.0, 1.2), roll)
    found = face_pose([seen_mark(pose)], seen_labels(pose), CAMERA, FACE)
    assert found.position_m == pytest.approx(pose.position_m, abs=1e-4)
    assert np.allclose(found.axes, pose.axes, atol=1e-4)


def test_labels_make_it_better_far_from_the_tag() -> None:
    dice = np.random.default_rng(1)
    truly = STRAIGHT.project(CORNERS, CAMERA)
    misses: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(20):
        mark = seen_mark(STRAIGHT, dice.normal(0, 0.4, (4, 2)))
        labels = [(text, at + dice.normal(0, 0.7, 2)) for text, at in seen_labels(STRAIGHT)]
        for with_labels, miss in misses.items():
            found = face_pose([mark], labels if with_labels else [], CAMERA, FACE)
            miss.append(float(np.abs(found.project(CORNERS, CAMERA) - truly).max()))
    assert np.mean(misses[True]) < 0.6 * np.mean(misses[False])


def test_labels_of_other_racks_and_in_wrong_places_do_not_count() -> None:
    labels = [(text, at + 200) for text, at in seen_labels(STRAIGHT)]
    labels.append(("P018/A/1/1", np.array([5.0, 5.0])))
    found = face_pose([seen_mark(STRAIGHT)], labels, CAMERA, FACE)
    assert found.position_m == pytest.approx(STRAIGHT.position_m, abs=1e-4)


def test_without_its_fiducial_a_face_is_not_found() -> None:
    other = Mark(FLOOR_FAMILY, 17, ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)), 0.1)
    with pytest.raises(InvalidMark) as caught:
        face_pose([other], [], CAMERA, FACE)
    assert "expected apriltag_36h11 17" in str(caught.value)
    assert "aruco_7x7 17" in str(caught.value)
    assert caught.value.remedy


def test_a_mirrored_fiducial_cannot_be() -> None:
    mark = seen_mark(STRAIGHT)
    first, second, third, fourth = mark.corners_px
    mirrored = Mark(mark.family, mark.number, (second, first, fourth, third), mark.sd_px)
    with pytest.raises(InvalidMark):
        face_pose([mirrored], [], CAMERA, FACE)


def test_a_bent_fiducial_does_not_fit() -> None:
    shift = np.array([[0.0, 0.0], [40.0, -30.0], [0.0, 0.0], [-35.0, 45.0]])
    with pytest.raises(InvalidMark, match="do not hang as the face says"):
        face_pose([seen_mark(STRAIGHT, shift)], [], CAMERA, FACE)


def test_straight_up_is_no_look_at_a_face() -> None:
    with pytest.raises(InvalidImage):
        FacePose.looking((0.0, 0.0, 1.0), (0.0, 0.0, 2.0))


def test_what_is_seen_lies_on_a_plane() -> None:
    pixel = STRAIGHT.project([(0.2, 0.05, 0.9)], CAMERA)[0]
    assert STRAIGHT.on_plane(pixel, CAMERA, 0.05) == pytest.approx((0.2, 0.9), abs=1e-6)
    away = FacePose.looking((0.0, -1.0, 1.0), (0.0, -2.0, 1.0))
    assert np.isnan(away.on_plane((480.0, 640.0), CAMERA, 0.0)).all()


def test_an_edge_hides_more_the_higher_one_stands() -> None:
    low, high = (FacePose.looking((0, -1, z), (0, 0, 1)) for z in (0.5, 2.0))
    assert low.behind(1.0, 0.1) == pytest.approx(1.05)
    assert high.behind(1.0, 0.1) == pytest.approx(0.9)
