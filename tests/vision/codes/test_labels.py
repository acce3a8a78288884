"""Labels are read down to the stated size, near a fiducial better, and never wrongly believed."""

import math

import numpy as np
import pytest
from fakes.mark_scenes import Print, Weather, hanging, photograph

from planner.warehouse.errors import InvalidImage
from vision.codes.camera import Camera, Mounting
from vision.codes.fiducials import Mark, find_marks
from vision.codes.labels import SMALLEST_MODULE_PX, Area, Label, agreed, read_labels
from vision.codes.marks import POD_FAMILY, LabelKind, label_image, marker_image, marker_share

CAMERA = Camera.with_view(400, 240, 1.2, Mounting(0.0, 0.0, 1.0))
TAG_M = 0.12
TEXT = "P017-A-2-3"
MODULES = {LabelKind.QR: 29, LabelKind.DATA_MATRIX: 18, LabelKind.CODE_128: 165}
"""Modules across a label with this text, quiet zone included."""
WEATHERS = {
    "clear": Weather(noise=3),
    "soft": Weather(noise=4, blur_px=0.5),
    "dim": Weather(noise=3, blur_px=0.4, contrast=0.4),
}


def board(kind: LabelKind, module_px: float, tilt_rad: float, number: int = 1) -> list[Print]:
    """A fiducial a metre ahead, and below it a label of so many pixels a module."""
    width_m = module_px * MODULES[kind] / CAMERA.fx_px
    high_m = width_m / (4 if kind is LabelKind.CODE_128 else 1)
    facing_rad = math.pi + tilt_rad
    tag = marker_image(POD_FAMILY, number, 330)
    label = label_image(TEXT, 12 * MODULES[kind], kind)
    plate_m = TAG_M / marker_share(POD_FAMILY)
    return [
        hanging(tag, (1.0, 0.0, 1.1), facing_rad, plate_m),
        hanging(label, (1.0, 0.0, 1.1 - (plate_m + high_m) / 2 - 0.005), facing_rad, width_m),
    ]


BELOW = Area(left=-2.2, right=2.2, bottom=-2.5, top=-0.5)


@pytest.mark.parametrize("weather", WEATHERS)
@pytest.mark.parametrize(
    ("kind", "tilt_rad"),
    [
        (LabelKind.QR, 0.0),
        (LabelKind.QR, math.radians(35)),
        (LabelKind.DATA_MATRIX, 0.0),
        (LabelKind.DATA_MATRIX, math.radians(35)),
        (LabelKind.CODE_128, 0.0),  # bars shrink with a tilt: the stated size is that across them
    ],
)
def test_labels_of_the_stated_size_are_read_beside_a_fiducial(
    kind: LabelKind, tilt_rad: float, weather: str
) -> None:
    read, pictures = 0, 20
    for seed in range(pictures):
        picture = photograph(
            CAMERA, board(kind, SMALLEST_MODULE_PX, tilt_rad, seed), WEATHERS[weather], seed
        )
        beside = [(mark, BELOW) for mark in find_marks(picture)]
        labels = read_labels(picture, [kind], beside)
        assert {(label.text, label.kind) for label in labels} <= {(TEXT, kind)}
        read += len(labels)
    assert read >= 0.95 * pictures


def test_a_closer_look_reads_what_a_glance_does_not() -> None:
    glance, closer = 0, 0
    for seed in range(10):
        picture = photograph(
            CAMERA, board(LabelKind.DATA_MATRIX, 1.6, 0.3, seed), WEATHERS["soft"], seed
        )
        beside = [(mark, BELOW) for mark in find_marks(picture)]
        glance += len(read_labels(picture, [LabelKind.DATA_MATRIX]))
        closer += len(read_labels(picture, [LabelKind.DATA_MATRIX], beside))
    assert closer >= 9 > glance


def test_a_label_read_twice_is_told_once_and_where_it_is() -> None:
    picture = photograph(CAMERA, board(LabelKind.QR, 3.0, 0.0), WEATHERS["clear"])
    beside = [(mark, BELOW) for mark in find_marks(picture)]
    (label,) = read_labels(picture, [LabelKind.QR], beside)
    middle = np.array(label.corners_px).mean(axis=0)
    width_m = 3.0 * MODULES[LabelKind.QR] / CAMERA.fx_px
    below_m = (TAG_M / marker_share(POD_FAMILY) + width_m) / 2 + 0.005
    assert middle == pytest.approx(CAMERA.project([(1.0, 0.0, 1.1 - below_m)])[0], abs=2.0)


def test_the_same_text_in_two_places_is_two_labels() -> None:
    label = label_image(TEXT, 348)
    prints = [hanging(label, (1.0, y_m, 1.0), math.pi, 0.3) for y_m in (-0.25, 0.25)]
    found = read_labels(photograph(CAMERA, prints), [LabelKind.QR])
    assert [seen.text for seen in found] == [TEXT, TEXT]


@pytest.mark.parametrize("seed", range(5))
def test_noise_says_nothing(seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (240, 320), dtype=np.uint8)
    mark = Mark(POD_FAMILY, 1, ((90.0, 90.0), (130.0, 90.0), (130.0, 130.0), (90.0, 130.0)), 0.1)
    assert read_labels(noise, list(LabelKind), [(mark, BELOW)]) == ()


def test_a_text_is_believed_when_it_is_known_or_seen_twice() -> None:
    pictures = [["A", "A", "X"], ["A", "B"], ["K"]]
    assert agreed(pictures) == {"A"}
    assert agreed(pictures, known=["K", "Z"]) == {"A", "K"}
    assert agreed(pictures, times=3) == frozenset()


def test_only_the_kinds_asked_for_are_read() -> None:
    picture = photograph(CAMERA, board(LabelKind.QR, 3.0, 0.0))
    assert read_labels(picture, [LabelKind.DATA_MATRIX]) == ()
    assert read_labels(picture, []) == ()


def test_labels_are_found_again_by_value() -> None:
    picture = photograph(CAMERA, board(LabelKind.QR, 3.0, 0.0))
    (first,), (second,) = read_labels(picture), read_labels(picture)
    assert first == second
    assert isinstance(first, Label)


def test_an_area_without_extent_is_refused() -> None:
    mark = Mark(POD_FAMILY, 1, ((90.0, 90.0), (130.0, 90.0), (130.0, 130.0), (90.0, 130.0)), 0.1)
    picture = np.zeros((240, 320), np.uint8)
    with pytest.raises(InvalidImage, match="width and a height"):
        read_labels(picture, beside=[(mark, Area(1.0, 1.0, 0.0, 1.0))])


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(InvalidImage):
        read_labels(np.zeros((0, 0), np.uint8))
