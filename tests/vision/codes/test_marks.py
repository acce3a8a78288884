"""Marks as drawn: read back, exact in size, refused when they cannot be."""

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidMark
from vision.codes.fiducials import find_marks
from vision.codes.marks import (
    FLOOR_FAMILY,
    POD_FAMILY,
    LabelKind,
    MarkerFamily,
    label_image,
    marker_count,
    marker_image,
    marker_numbers,
    marker_share,
)


@pytest.mark.parametrize("family", list(MarkerFamily))
def test_no_mark_is_taken_for_another_of_either_family(family: MarkerFamily) -> None:
    """All of them, a hundred on each sheet."""
    for first in range(0, marker_count(family), 100):
        numbers = range(first, min(first + 100, marker_count(family)))
        sheet = np.full((10, 80, 10, 80), 255, dtype=np.uint8)
        for number in numbers:
            place = number - first
            sheet[place // 10, 4:76, place % 10, 4:76] = marker_image(family, number, 72)
        found = find_marks(sheet.reshape(800, 800))
        assert [(mark.family, mark.number) for mark in found] == [(family, n) for n in numbers]


@given(family=st.sampled_from(MarkerFamily), dice=st.integers(0, 999), size_px=st.integers(60, 300))
@settings(max_examples=40, deadline=None)
def test_the_black_square_has_its_share_of_the_image(
    family: MarkerFamily, dice: int, size_px: int
) -> None:
    image = marker_image(family, dice % marker_count(family), size_px)
    assert image.shape == (size_px, size_px)
    assert image.dtype == np.uint8
    (mark,) = find_marks(image, (family,))
    quiet_px = size_px * (1 - marker_share(family)) / 2
    edge = (quiet_px - 0.5, size_px - quiet_px - 0.5)
    square = [(edge[i], edge[j]) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))]
    assert np.abs(np.array(mark.corners_px) - square).max() < 0.25


def test_families_have_the_numbers_they_promise() -> None:
    assert marker_count(POD_FAMILY) == 587
    assert marker_count(FLOOR_FAMILY) == 1000


@given(text=st.text("ABCDEFGHKLMPRSTXYZ0123456789-/.", min_size=1, max_size=24))
@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("kind", list(LabelKind))
def test_labels_say_what_they_were_given(kind: LabelKind, text: str) -> None:
    image = label_image(text, 1200, kind)
    assert image.shape == ((300 if kind is LabelKind.CODE_128 else 1200), 1200)
    assert [code.text for code in zxingcpp.read_barcodes(image)] == [text]


@pytest.mark.parametrize("kind", list(LabelKind))
def test_labels_have_a_quiet_zone(kind: LabelKind) -> None:
    image = label_image("P001-A-1-1", 330, kind)
    edges = (image[:, 0], image[:, -1])
    assert all((edge == 255).all() for edge in edges)


def test_numbers_are_given_in_order_and_only_once() -> None:
    assert marker_numbers(["b", "a"], POD_FAMILY) == {"b": 0, "a": 1}
    with pytest.raises(InvalidMark, match="twice"):
        marker_numbers(["a", "b", "a"], POD_FAMILY)
    with pytest.raises(InvalidMark, match="588 things to mark, but apriltag_36h11 has 587"):
        marker_numbers([str(n) for n in range(588)], POD_FAMILY)


@pytest.mark.parametrize("number", [-1, 587])
def test_a_number_the_family_has_not_is_refused(number: int) -> None:
    with pytest.raises(InvalidMark, match="no such number") as refused:
        marker_image(POD_FAMILY, number, 100)
    assert refused.value.remedy == "Numbers run from 0 to 586."


@pytest.mark.parametrize(
    ("text", "kind"),
    [("", LabelKind.QR), ("x" * 201, LabelKind.QR), ("\u4e2d", LabelKind.CODE_128)],
)
def test_a_text_no_label_can_say_is_refused(text: str, kind: LabelKind) -> None:
    with pytest.raises(InvalidMark) as refused:
        label_image(text, 400, kind)
    assert refused.value.field == "text"


@pytest.mark.parametrize("size_px", [0, 9])
def test_less_than_a_pixel_for_a_module_is_refused(size_px: int) -> None:
    with pytest.raises(InvalidMark, match="less than one pixel"):
        marker_image(POD_FAMILY, 1, size_px)
    with pytest.raises(InvalidMark, match="less than one pixel"):
        label_image("P001", size_px)


def test_images_are_ready_for_any_writer() -> None:
    done, _ = cv2.imencode(".png", marker_image(FLOOR_FAMILY, 999, 100))
    assert done
