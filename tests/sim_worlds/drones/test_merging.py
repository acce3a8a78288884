"""A face that a drone and a robot have both looked at: one count, from the evidence of both."""

from cmath import rect
from dataclasses import replace
from math import pi

import pytest
from fakes.counted_face import CAMERA as ROBOT_CAMERA
from fakes.counted_face import CAPACITY, CARTON, FACE, SLOTS, STAND, counted_face
from fakes.flown_site import STORED, flown_site, fly

from planner.warehouse.counts import EvidenceKind
from planner.warehouse.ids import PodId
from planner.warehouse.robot import Pose
from sim_worlds.drones.pictures import CAMERA, drone_eye
from sim_worlds.looks import FlownLook
from sim_worlds.sensing.faces import face_pose, facing
from vision.shelf.scenes import Contents, render_face

ACROSS = PodId("P020")
"""Its face is seen from across the aisle south of it."""
FIRST, SECOND, THIRD, FOURTH = SLOTS
BOOKS = {FIRST: 6, SECOND: 9, THIRD: 3, FOURTH: 4}


@pytest.fixture(scope="module")
def look() -> FlownLook:
    """One that a drone really took."""
    fleet = flown_site()
    fleet.want({ACROSS: 1.0})
    return next(look for one in fly(fleet, 60) for look in one.looks)


def foot_of(look: FlownLook) -> Pose:
    at = STORED[look.pod]
    return face_pose(at, facing(at, Pose(look.x_m, look.y_m, 0.0)), 0.8)


def test_the_camera_of_a_drone_looks_at_the_middle_of_the_face(look: FlownLook) -> None:
    eye = drone_eye(look, foot_of(look))
    # Two cells from the pod's middle, which is 0.4 m behind its face; gusts push up to 0.15 m.
    assert eye.position_m == pytest.approx((0.0, -2.0, 3.15), abs=0.15)
    ((x_px, y_px),) = eye.project([(0.0, 0.0, 1.125)], CAMERA)
    assert (x_px, y_px) == pytest.approx((639.5, 479.5), abs=120)
    for corner in ((-0.4, 0.0, 0.35), (0.4, 0.0, 0.35), (-0.4, 0.0, 1.9), (0.4, 0.0, 1.9)):
        ((x_px, y_px),) = eye.project([corner], CAMERA)
        assert 0 <= x_px < 1280
        assert 0 <= y_px < 960


@pytest.mark.parametrize("turn_rad", [0.0, pi / 2, 2.0])
def test_turning_the_whole_site_changes_nothing(look: FlownLook, turn_rad: float) -> None:
    still = drone_eye(replace(look, x_m=0.1, y_m=-2.0, theta_rad=pi / 2), Pose(0.0, 0.0, 0.0))
    place = complex(0.1, -2.0) * rect(1.0, turn_rad)
    turned = replace(look, x_m=place.real, y_m=place.imag, theta_rad=pi / 2 + turn_rad)
    moved = drone_eye(turned, Pose(0.0, 0.0, turn_rad))
    assert moved.position_m == pytest.approx(still.position_m)
    for one, other in zip(moved.axes, still.axes, strict=True):
        assert one == pytest.approx(other)


def test_a_drones_picture_and_a_robots_reads_and_picture_make_one_count(look: FlownLook) -> None:
    face = counted_face(BOOKS)
    del face.lying[next(piece for piece, slot in face.lying.items() if slot == FIRST)]
    held = {slot: list(face.lying.values()).count(slot) for slot in SLOTS}
    contents = {slot: Contents(CARTON, pieces) for slot, pieces in held.items()}
    picture = render_face(FACE, contents, CAMERA, drone_eye(look, foot_of(look)), seed=2)

    flown = face.counter.see_picture(FACE.pod, FACE.face, picture, CAMERA, look.until_ms)
    assert flown.fault is None
    alone = face.counter.count_of(FIRST)
    assert alone is not None
    assert alone.evidence == (flown.evidence[0].sha256,)
    driven = []
    for seed in range(2):
        driven.append(face.counter.see_reads(STAND, face.passed(seed)))
        shown = face.picture(seed)
        driven.append(
            face.counter.see_picture(FACE.pod, FACE.face, shown, ROBOT_CAMERA, face.now_ms)
        )

    hashes = {one.sha256 for seen in (flown, *driven) for one in seen.evidence}
    assert len(hashes) == 5
    for slot in SLOTS:
        count = face.counter.count_of(slot)
        assert count is not None
        assert set(count.evidence) == hashes
        assert count.kinds == {EvidenceKind.CAMERA, EvidenceKind.RFID}
        assert count.from_ms == 10_000
        assert max(range(CAPACITY + 1), key=count.probability) == held[slot]
    both = face.counter.count_of(FIRST)
    assert both is not None
    assert both.probability(held[FIRST]) > alone.probability(held[FIRST])
