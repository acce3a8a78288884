"""Drawn scenes for the benchmark of counting: racks, views and conditions by lot, exact truth."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planner.warehouse.ids import SlotId
from vision.codes.camera import Camera, Mounting
from vision.shelf.examples import example_face, example_rack
from vision.shelf.lenses import Conditions, Occluder
from vision.shelf.poses import FacePose
from vision.shelf.rack import Rack
from vision.shelf.scenes import render_face
from vision.shelf.stacks import Contents

CAMERA = Camera.with_view(960, 1280, 1.35, Mounting(0.0, 0.0, 1.1))
"""As robots in worlds for Gazebo carry it."""
_FACES = (example_face(), example_face(5, 4, 0.8, 0.10), example_face(3, 2, 1.2))


class Scene(NamedTuple):
    """A picture with what is known of it, and the truth."""

    image: NDArray[np.uint8]
    rack: Rack
    contents: Mapping[SlotId, Contents]


Dice = np.random.Generator


def _good(dice: Dice) -> Conditions:
    return Conditions(dice.uniform(0.7, 1.1), dice.uniform(0.3, 0.8), noise=dice.uniform(1, 3))


def _dim(dice: Dice) -> Conditions:
    return Conditions(dice.uniform(0.12, 0.3), 0.5, noise=dice.uniform(2, 4))


def _blurred(dice: Dice) -> Conditions:
    return Conditions(
        dice.uniform(0.6, 1.1),
        dice.uniform(0.8, 2.0),
        dice.uniform(1, 6),
        dice.uniform(0, math.pi),
        noise=2.0,
    )


def _occluded(dice: Dice) -> Conditions:
    things = tuple(
        Occluder(
            dice.uniform(-0.45, 0.45),
            dice.uniform(0.6, 1.2),
            dice.uniform(0.04, 0.15),
            dice.uniform(0.4, 0.7),
            dice.uniform(-0.6, 0.6),
            dice.uniform(0.05, 0.9),
        )
        for _ in range(int(dice.integers(1, 3)))
    )
    return Conditions(dice.uniform(0.7, 1.1), 0.5, occluders=things)


def _glaring(dice: Dice) -> Conditions:
    return Conditions(dice.uniform(0.7, 1.1), 0.5, glare=int(dice.integers(3, 9)))


def _straight(dice: Dice) -> FacePose:
    back = -float(dice.uniform(1.0, 1.3))
    eye = (float(dice.uniform(-0.25, 0.25)), back, float(dice.uniform(0.95, 1.35)))
    return FacePose.looking(eye, (0.0, 0.0, 1.05), float(dice.uniform(-0.03, 0.03)))


def _tilted(dice: Dice) -> FacePose:
    """20 to 45 degrees aside or from above, as a drone or a robot that drives past looks."""
    aside = float(dice.choice((-1, 0, 1)) * dice.uniform(0.35, 0.75))
    above = float(dice.uniform(0.35, 0.7)) if aside == 0 or dice.random() < 0.3 else 0.05
    away = float(dice.uniform(1.2, 1.5))
    flat = away * math.cos(above)
    eye = (flat * math.sin(aside), -flat * math.cos(aside), 1.05 + away * math.sin(above))
    return FacePose.looking(eye, (0.0, 0.0, 1.05), float(dice.uniform(-0.03, 0.03)))


CONDITIONS: Mapping[str, tuple[Callable[[Dice], FacePose], Callable[[Dice], Conditions]]] = {
    "good": (_straight, _good),
    "dim": (_straight, _dim),
    "blur": (_straight, _blurred),
    "tilt": (_tilted, _good),
    "occluded": (_straight, _occluded),
    "glare": (_straight, _glaring),
}


def scene(condition: str, seed: int) -> Scene:
    """The picture of this seed, a number below a million."""
    number = sorted(CONDITIONS).index(condition)
    dice = np.random.default_rng((number, seed))
    view, light = CONDITIONS[condition]
    face = _FACES[int(dice.integers(len(_FACES)))]
    rack, contents = example_rack(seed * len(CONDITIONS) + number, face)
    pose, conditions = view(dice), light(dice)
    picture = render_face(face, contents, CAMERA, pose, conditions, int(dice.integers(2**31)))
    return Scene(picture, rack, contents)
