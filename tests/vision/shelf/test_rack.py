"""Faces, slots and cartons: what is worked out, and what cannot be."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidCount, InvalidMark
from planner.warehouse.ids import PodId, Sku, SlotId
from planner.warehouse.site import PodModel
from sim_worlds.sdf.pods import POD_TAG_M, label_m, pod_tag_z_m, slot_labels
from vision.codes.marks import POD_FAMILY, marker_share
from vision.shelf.examples import example_face
from vision.shelf.rack import (
    Carton,
    Expectation,
    FaceMark,
    FaceModel,
    SlotBox,
    checked,
    front_places,
)

FACE = example_face(levels=4, columns=3, width_m=1.2)
SLOT = SlotId("P017/A/2/3")


def test_slots_are_named_from_below_and_from_the_left() -> None:
    slots = FACE.slots()
    assert next(iter(slots)) == "P017/A/1/1"
    assert list(slots)[-1] == "P017/A/4/3"
    box = slots[SLOT]
    assert (box.left_m, box.right_m) == pytest.approx((0.2, 0.6))
    assert (box.bottom_m, box.top_m) == pytest.approx((0.6625 + FACE.board_m, 0.975))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("width_m", 0.0),
        ("depth_m", float("nan")),
        ("columns", 0),
        ("boards_z_m", (0.4,)),
        ("boards_z_m", (0.4, 0.3)),
        ("boards_z_m", (0.4, float("inf"))),
        ("edge_m", 0.5),
        ("edge_m", 0.0),
        ("board_m", 0.0),
        ("marks", ()),
        ("marks", (FaceMark(POD_FAMILY, 1, 0.0, 1.0, 0.0),)),
    ],
)
def test_what_is_no_face_is_refused(field: str, value: Any) -> None:
    with pytest.raises(InvalidMark) as caught:
        replace(FACE, **{field: value})
    assert caught.value.field == f"face.{field}"
    assert caught.value.remedy


@pytest.mark.parametrize("side", [0.0, -0.1, float("nan"), float("inf")])
def test_a_carton_has_three_sides(side: float) -> None:
    with pytest.raises(InvalidCount, match="three sides"):
        Carton(0.1, side, 0.1)


@pytest.mark.parametrize("capacity", [0, -1, 10_001])
def test_a_slot_holds_pieces(capacity: int) -> None:
    with pytest.raises(InvalidCount) as caught:
        Expectation(Sku("S"), capacity)
    assert caught.value.field == "capacity"


@given(st.floats(0.1, 2.0), st.floats(0.1, 1.0), st.floats(0.01, 0.1), st.floats(0.01, 0.1))
def test_places_fill_the_front_but_no_more(
    width: float, height: float, carton_width: float, carton_height: float
) -> None:
    box, carton = SlotBox(0.0, width, 0.0, height), Carton(carton_width, carton_height, 0.1)
    across, up = front_places(box, carton)
    assert across * carton_width <= width + 1e-5 < (across + 1) * carton_width + 2e-5
    assert up * carton_height <= height + 1e-5 < (up + 1) * carton_height + 2e-5


def test_expectations_must_fit_the_face() -> None:
    checked(FACE, {SLOT: Expectation(Sku("S"), 4, Carton(0.2, 0.1, 0.2))})
    with pytest.raises(InvalidCount, match="no such slot"):
        checked(FACE, {SlotId("P018/A/1/1"): Expectation(Sku("S"), 4)})
    with pytest.raises(InvalidCount, match="larger than the slot"):
        checked(FACE, {SLOT: Expectation(Sku("S"), 4, Carton(0.5, 0.1, 0.2))})
    with pytest.raises(InvalidCount, match="deeper than the slot"):
        checked(FACE, {SLOT: Expectation(Sku("S"), 4, Carton(0.2, 0.1, 0.9))})


def test_a_pod_of_a_gazebo_world_can_be_described() -> None:
    """Its tag above the shelves, its labels at the edges of the boards (sim_worlds/sdf/pods.py)."""
    pod, name = PodModel(0.8, ("A",), 5, 4, 200), PodId("P017")
    labels = list(slot_labels(name, pod))
    edge_m = label_m(pod)
    boards = sorted({round(label.z_m - edge_m / 2, 9) for label in labels})
    tag = FaceMark(POD_FAMILY, 17, 0.0, pod_tag_z_m(), POD_TAG_M * marker_share(POD_FAMILY))
    face = FaceModel(name, "A", 0.8, 0.4, (*boards, 1.6), 4, edge_m, (tag,))
    boxes = face.slots()
    assert list(boxes) == [label.slot for label in labels]
    for label in labels:
        box = boxes[label.slot]
        assert box.left_m < label.right_m < box.right_m
        assert box.bottom_m < label.z_m < box.top_m
