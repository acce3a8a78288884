"""Looks at whole faces: what is told of slots whose contents are known exactly."""

from dataclasses import replace

import numpy as np
import pytest

from planner.warehouse.errors import InvalidCount, InvalidImage, InvalidMark
from planner.warehouse.ids import SlotId
from tests.vision.shelf.conftest import CAMERA, STRAIGHT, Shot, shot
from vision.fusion.pieces import together
from vision.shelf.examples import example_rack
from vision.shelf.face import FaceLook, SlotLook, look_at_face
from vision.shelf.lenses import Conditions, Occluder
from vision.shelf.occupancy import Occupancy
from vision.shelf.poses import FacePose
from vision.shelf.rack import Carton
from vision.shelf.scenes import render_face
from vision.shelf.stacks import Contents


def looked(one: Shot) -> FaceLook:
    return look_at_face(one.image, one.camera, one.rack.face, one.rack.expected)


def front_of(one: Shot, slot: SlotLook) -> int:
    """Cartons that truly stand in front."""
    return min(one.contents[slot.slot].pieces, len(slot.front) - 1)


def wrong(one: Shot, look: FaceLook) -> list[SlotId]:
    """Slots of which the opposite of the truth is told."""
    opposite = {
        slot.slot: Occupancy.EMPTY if one.contents[slot.slot].pieces else Occupancy.OCCUPIED
        for slot in look.slots
    }
    return [slot.slot for slot in look.slots if slot.occupancy is opposite[slot.slot]]


@pytest.fixture(scope="module")
def look(clear: Shot) -> FaceLook:
    return looked(clear)


def test_a_clear_picture_is_counted(clear: Shot, look: FaceLook) -> None:
    assert not look.dark
    assert not look.blurred
    assert look.pose.position_m == pytest.approx(STRAIGHT.position_m, abs=0.02)
    assert wrong(clear, look) == []
    told = [slot for slot in look.slots if slot.likeliest_front[1] > 0.9]
    assert len(told) >= len(look.slots) // 2
    assert [s.slot for s in told if s.likeliest_front[0] != front_of(clear, s)] == []


def test_every_slot_has_likelihoods_of_its_capacity(clear: Shot, look: FaceLook) -> None:
    assert [slot.slot for slot in look.slots] == list(clear.rack.expected)
    for slot in look.slots:
        capacity = clear.rack.expected[slot.slot].capacity
        assert slot.likelihood.shape == (capacity + 1,)
        assert (slot.likelihood > 0).all()
        assert slot.front.sum() == pytest.approx(1)
        front = len(slot.front) - 1
        assert (slot.likelihood[front:] == slot.likelihood[-1]).all()
        assert (slot.occupancy is Occupancy.UNSURE) == bool(slot.unsure)


def test_corners_are_where_slots_are_seen(clear: Shot, look: FaceLook) -> None:
    for slot in look.slots:
        box = clear.rack.face.slots()[slot.slot]
        truly = STRAIGHT.project([(box.left_m, 0.0, box.top_m)], CAMERA)[0]
        assert slot.corners_px[0] == pytest.approx(tuple(truly), abs=2.0)


def test_likelihoods_go_into_the_fusion(clear: Shot, look: FaceLook) -> None:
    for slot in look.slots:
        record = np.full(len(slot.likelihood), 1 / len(slot.likelihood))
        assert together(record, [slot.likelihood]).sum() == pytest.approx(1)


def test_colour_is_taken_as_grey(clear: Shot, look: FaceLook) -> None:
    rgb = np.repeat(clear.image[..., None], 3, axis=2)
    told = look_at_face(rgb, CAMERA, clear.rack.face, clear.rack.expected)
    for one, other in zip(told.slots, look.slots, strict=True):
        assert one.front == pytest.approx(other.front, abs=0.05)


@pytest.mark.parametrize("aside", [-0.7, 0.7])
def test_from_aside_it_is_not_told_wrong(aside: float) -> None:
    eye = (1.3 * np.sin(aside), -1.3 * np.cos(aside), 1.3)
    one = shot(seed=5, pose=FacePose.looking(eye, (0.0, 0.0, 1.05)))
    look = looked(one)
    assert wrong(one, look) == []
    assert sum(not slot.unsure for slot in look.slots) >= len(look.slots) // 3


def test_codes_read_say_that_a_carton_is_there(clear: Shot, look: FaceLook) -> None:
    coded = [slot for slot in look.slots if slot.codes]
    assert coded, "the scene has readable codes"
    for slot in coded:
        assert slot.codes == (clear.rack.expected[slot.slot].code,)
        assert slot.occupancy is Occupancy.OCCUPIED


def test_the_code_of_another_article_makes_unsure(clear: Shot, look: FaceLook) -> None:
    slot = next(slot for slot in look.slots if slot.codes)
    expected = dict(clear.rack.expected)
    other = next(name for name in expected if name != slot.slot)
    expected[other] = replace(expected[other], code=slot.codes[0])
    expected[slot.slot] = replace(expected[slot.slot], code="04012345999999")
    told = look_at_face(clear.image, CAMERA, clear.rack.face, expected)
    found = next(one for one in told.slots if one.slot == slot.slot)
    assert found.unsure == f"the code of another article is in it: {slot.codes[0]}"
    assert found.likelihood == pytest.approx(np.full(len(found.likelihood), found.likelihood[0]))


@pytest.mark.parametrize(
    ("conditions", "reason"),
    [
        (Conditions(light=0.06, noise=1.0, glare=1), "too dark"),
        (Conditions(light=1.0, blur_px=7.0), "blurred"),
        (Conditions(occluders=(Occluder(0.0, 0.9, 1.2, 1.0),)), "something is in the way"),
    ],
)
def test_bad_pictures_make_unsure_with_a_reason(conditions: Conditions, reason: str) -> None:
    one = shot(conditions=conditions)
    look = looked(one)
    assert any(reason in slot.unsure for slot in look.slots)
    for slot in look.slots:
        if reason in slot.unsure:
            assert slot.occupancy is Occupancy.UNSURE
            assert np.ptp(slot.likelihood) == 0
    assert look.dark == (reason == "too dark")
    assert look.blurred == (reason == "blurred")


def test_far_away_cartons_are_too_small() -> None:
    one = shot(pose=FacePose.looking((0.0, -4.4, 1.1), (0.0, 0.0, 1.05)))
    look = looked(one)
    assert any("too small" in slot.unsure for slot in look.slots), look.slots[0].unsure
    assert wrong(one, look) == []


def test_slots_outside_the_picture_are_told() -> None:
    near = shot(pose=FacePose.looking((0.0, -0.7, 1.75), (0.0, 0.0, 1.6)))
    assert any(slot.unsure == "outside the picture" for slot in looked(near).slots)


def test_without_a_carton_s_size_occupancy_is_told(clear: Shot) -> None:
    expected = {
        slot: replace(one, carton=None, code=None) for slot, one in clear.rack.expected.items()
    }
    look = look_at_face(clear.image, CAMERA, clear.rack.face, expected)
    assert wrong(clear, look) == []
    assert any(slot.occupancy is Occupancy.OCCUPIED for slot in look.slots)
    for slot in look.slots:
        assert len(slot.front) == 2
        assert np.ptp(slot.likelihood[1:]) == 0


def test_more_cartons_are_more() -> None:
    """Ten textured cartons taken away one by one: the mean of the distribution falls with them."""
    rack, _ = example_rack(3)
    slot, carton = SlotId("P017/A/3/2"), Carton(0.06, 0.12, 0.2)
    expected = {slot: replace(rack.expected[slot], carton=carton, capacity=20, code=None)}
    means = []
    for pieces in (0, 2, 5, 8, 10):
        contents = {slot: Contents(carton, pieces, "04012345000007")}
        image = render_face(rack.face, contents, CAMERA, STRAIGHT, Conditions(), 11)
        front = look_at_face(image, CAMERA, rack.face, expected).slots[0].front
        means.append(float(front @ np.arange(len(front))))
    assert means == sorted(means)
    assert means[-1] - means[0] > 6


def test_nothing_expected_nothing_told(clear: Shot) -> None:
    assert look_at_face(clear.image, CAMERA, clear.rack.face, {}).slots == ()


def test_pictures_that_are_none_are_refused(clear: Shot) -> None:
    black, white = np.zeros_like(clear.image), np.full_like(clear.image, 255)
    half = clear.image[:640]
    for image, problem in (
        (black, "black"),
        (white, "overexposed"),
        (half, "the camera's pictures are 1280 x 960"),
        (clear.image.astype(float), "array of bytes"),
    ):
        with pytest.raises(InvalidImage, match=problem):
            look_at_face(image, CAMERA, clear.rack.face, clear.rack.expected)


def test_a_tiny_picture_shows_no_fiducial(clear: Shot) -> None:
    tiny = replace(CAMERA, width_px=12, height_px=16)
    image = np.random.default_rng(1).integers(0, 255, (16, 12)).astype(np.uint8)
    with pytest.raises(InvalidMark, match="no fiducial of face A of P017"):
        look_at_face(image, tiny, clear.rack.face, clear.rack.expected)


def test_another_rack_is_not_counted(clear: Shot) -> None:
    marks = tuple(replace(mark, number=23) for mark in clear.rack.face.marks)
    with pytest.raises(InvalidMark, match="apriltag_36h11 23"):
        look_at_face(clear.image, CAMERA, replace(clear.rack.face, marks=marks), {})


def test_expectations_of_another_face_are_refused(clear: Shot) -> None:
    one = next(iter(clear.rack.expected.values()))
    with pytest.raises(InvalidCount, match="no such slot"):
        look_at_face(clear.image, CAMERA, clear.rack.face, {SlotId("P017/B/1/1"): one})


def test_over_some_scenes_probabilities_hold() -> None:
    """A small part of the benchmark: what is told with 0.9 is true, and Brier scores are low."""
    told, right, scores = 0, 0, []
    for seed in range(20, 26):
        one = shot(seed=seed)
        for slot in looked(one).slots:
            truth = front_of(one, slot)
            best, probability = slot.likeliest_front
            told += probability > 0.9
            right += probability > 0.9 and best == truth
            scores.append(((slot.front - (np.arange(len(slot.front)) == truth)) ** 2).sum())
    assert told >= 0.4 * len(scores)
    assert right >= 0.93 * told
    assert np.mean(scores) < 0.25
