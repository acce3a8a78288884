"""Pictures of marks: drawn right, and hung where they are said to hang."""

import math
from collections import Counter
from itertools import pairwise

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from planner.roadmap.compile import compile_roadmap
from planner.warehouse.ids import PodId
from planner.warehouse.site import PodModel
from sim_worlds.sdf.options import POD_CLEARANCE_M, POD_HEIGHT_M, WorldOptions
from sim_worlds.sdf.pods import (
    POD_TAG_M,
    face_place,
    label_m,
    pod_tag_z_m,
    slot_labels,
    strip_z_m,
)
from sim_worlds.sdf.textures import node_numbers, plan_pictures, png, pod_numbers
from sim_worlds.sites.catalogue import load_site
from vision.codes.marks import FLOOR_FAMILY, POD_FAMILY, MarkerFamily, dictionary

CELL = load_site("picking-cell")
ROADMAP = compile_roadmap(CELL)
PICTURES = plan_pictures(CELL, ROADMAP, WorldOptions())
PODS = st.builds(
    PodModel,
    size_m=st.floats(0.5, 1.2),
    faces=st.sampled_from([("A",), ("A", "B"), ("N", "E", "S", "W")]),
    levels=st.integers(1, 12),
    columns=st.integers(1, 8),
    slot_capacity=st.just(1),
)


def numbers(family: MarkerFamily, image: np.ndarray) -> list[int]:
    wide = np.pad(image, 40, constant_values=255)
    _, found, _ = cv2.aruco.ArucoDetector(dictionary(family)).detectMarkers(wide)
    return [] if found is None else found.ravel().tolist()


@given(width=st.integers(1, 40), height=st.integers(1, 40), seed=st.integers(0, 99))
def test_png_files_are_read_back_as_they_were(width: int, height: int, seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    back = cv2.imdecode(np.frombuffer(png(image), np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(back, image)


@pytest.mark.parametrize("pod", ["P001", "P017", "P024"])
def test_a_pods_fiducial_is_the_number_in_its_name(pod: str) -> None:
    name = PodId(pod)
    image = PICTURES.drawings[PICTURES.tags[name]]()
    assert numbers(POD_FAMILY, image) == [int(pod[1:])] == [pod_numbers(ROADMAP)[name]]


def test_a_nodes_marker_is_its_index_in_the_roadmap() -> None:
    for node in ROADMAP.nodes[:: len(ROADMAP.nodes) // 5]:
        image = PICTURES.drawings[PICTURES.floor[node]]()
        assert numbers(FLOOR_FAMILY, image) == [ROADMAP.index[node]]
    assert set(node_numbers(ROADMAP)) == set(ROADMAP.nodes)


def test_a_strip_holds_the_labels_of_its_level_from_the_left() -> None:
    strip = PICTURES.drawings[PICTURES.strips[PodId("P007")][0, 3]]()
    codes = zxingcpp.read_barcodes(np.pad(strip, 20, constant_values=255))
    codes = sorted(codes, key=lambda code: code.position.top_left.x)
    assert [code.text for code in codes] == [f"P007/A/3/{column}" for column in range(1, 5)]


def test_every_slot_has_one_label() -> None:
    texts = Counter(
        label.slot for pod in ROADMAP.pods for label in slot_labels(pod, CELL.pod_model)
    )
    assert len(texts) == 24 * 5 * 4
    assert set(texts.values()) == {1}


@given(PODS)
def test_labels_and_fiducial_never_overlap(pod: PodModel) -> None:
    side_m = label_m(pod)
    levels = [strip_z_m(pod, level) for level in range(1, pod.levels + 1)]
    assert levels[0] - side_m / 2 >= POD_CLEARANCE_M - 1e-9
    assert all(above - below >= side_m - 1e-9 for below, above in pairwise(levels))
    assert levels[-1] + side_m / 2 <= pod_tag_z_m() - POD_TAG_M / 2
    assert pod_tag_z_m() + POD_TAG_M / 2 <= POD_HEIGHT_M
    for label in slot_labels(PodId("P1"), pod):
        assert abs(label.right_m) + side_m / 2 <= pod.size_m / 2 + 1e-9


@given(PODS, st.integers(0, 3), st.floats(-0.2, 0.2))
def test_plates_hang_on_the_outside_of_their_face(pod: PodModel, face: int, right_m: float) -> None:
    """South, east, north, west; right is to the right of who looks at it."""
    place = face_place(pod, face, right_m, 1.0)
    out = [(0, -1), (1, 0), (0, 1), (-1, 0)][face]
    right = (-out[1], out[0])
    assert place.x_m * out[0] + place.y_m * out[1] == pytest.approx(pod.size_m / 2 + 0.001)
    assert place.x_m * right[0] + place.y_m * right[1] == pytest.approx(right_m)
    # The picture is on the side of the plate that -y points to.
    normal = (math.sin(place.yaw_rad), -math.cos(place.yaw_rad))
    assert normal == pytest.approx(out, abs=1e-9)
