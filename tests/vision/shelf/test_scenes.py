"""Drawn scenes: the same for the same seed, with what is asked for in them and nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from planner.warehouse.errors import InvalidCount
from planner.warehouse.ids import SlotId
from tests.vision.shelf.conftest import CAMERA, STRAIGHT, Shot, shot
from vision.codes.fiducials import find_marks
from vision.shelf.examples import example_face, example_rack
from vision.shelf.lenses import Conditions, Occluder
from vision.shelf.poses import FacePose
from vision.shelf.scenes import render_face
from vision.shelf.stacks import Contents, room_for


def test_the_same_seed_draws_the_same_picture(clear: Shot) -> None:
    assert np.array_equal(shot().image, clear.image)
    assert not np.array_equal(shot(seed=4).image, clear.image)


def test_racks_by_lot_hold_what_fits() -> None:
    for seed in range(20):
        rack, contents = example_rack(seed)
        boxes = rack.face.slots()
        assert set(contents) == set(rack.expected) == set(boxes)
        for slot, held in contents.items():
            assert 0 <= held.pieces <= rack.expected[slot].capacity
            assert rack.expected[slot].capacity == room_for(rack.face, boxes[slot], held.carton)


def test_one_carton_more_changes_its_slot_only() -> None:
    face = example_face()
    carton = example_rack(3)[1][SlotId("P017/A/2/2")].carton
    quiet = Conditions(noise=0.0, blur_px=0.0)
    pictures = []
    for pieces in (0, 1):
        contents = {SlotId("P017/A/2/2"): Contents(carton, pieces)}
        pictures.append(render_face(face, contents, CAMERA, STRAIGHT, quiet, 1).astype(int))
    # Light and surroundings are drawn by lot as well: dark inside, they differ little.
    box = face.slots()[SlotId("P017/A/2/2")]
    middle = ((box.left_m + box.right_m) / 2, 0.0, box.bottom_m + 0.08)
    x, y = np.rint(STRAIGHT.project([middle], CAMERA)[0]).astype(int)
    patch = np.s_[y - 15 : y + 15, x - 60 : x + 60]
    assert np.abs(pictures[1] - pictures[0])[patch].max() > 30


def test_more_than_fits_and_unknown_slots_are_refused(clear: Shot) -> None:
    slot, held = next(iter(clear.contents.items()))
    full = replace(held, pieces=clear.rack.expected[slot].capacity + 1)
    for contents in ({slot: full}, {SlotId("P018/A/1/1"): held}, {slot: replace(held, pieces=-1)}):
        with pytest.raises(InvalidCount):
            render_face(clear.rack.face, contents, CAMERA, STRAIGHT)


def test_conditions_do_what_they_say(clear: Shot) -> None:
    plain = clear.image.astype(float)
    dim = shot(conditions=Conditions(light=0.3)).image.astype(float)
    assert 0.2 < dim.mean() / plain.mean() < 0.4
    sharpness = [
        np.abs(np.diff(shot(conditions=one).image.astype(float), axis=1)).mean()
        for one in (
            Conditions(noise=0),
            Conditions(noise=0, blur_px=2),
            Conditions(noise=0, motion_px=9),
        )
    ]
    assert sharpness[1] < 0.8 * sharpness[0]
    assert sharpness[2] < 0.8 * sharpness[0]
    assert (shot(conditions=Conditions(glare=6)).image > 250).sum() > 500


def test_an_occluder_hides_what_is_behind_it(clear: Shot) -> None:
    occluder = Occluder(0.0, 0.9, 0.2, 0.3, grey=0.9)
    hidden = shot(conditions=Conditions(occluders=(occluder,))).image
    x, y = np.rint(STRAIGHT.project([(0.0, -0.12, 0.9)], CAMERA)[0]).astype(int)
    patch = hidden[y - 20 : y + 20, x - 20 : x + 20]
    assert patch.std() < 12
    assert patch.mean() > 120


def test_a_lens_bends_the_picture_as_its_figures_say() -> None:
    rack, contents = example_rack(3)
    bent = replace(CAMERA, distortion=(-0.12, 0.03, 0.0, 0.0))
    image = render_face(rack.face, contents, bent, STRAIGHT, Conditions(noise=0), 3)
    (mark,) = find_marks(image)
    hung = rack.face.marks[0]
    middle = STRAIGHT.project([(hung.x_m, -0.002, hung.z_m)], bent)[0]
    assert np.mean(mark.corners_px, axis=0) == pytest.approx(middle, abs=1.5)


def test_what_is_behind_the_camera_is_not_drawn() -> None:
    rack, contents = example_rack(3)
    away = FacePose.looking((0.0, -1.0, 1.0), (0.0, -2.0, 1.0))
    image = render_face(rack.face, contents, CAMERA, away, Conditions(noise=0), 3)
    assert image.shape == (1280, 960)
