"""A rack and pictures of it that several tests look at."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from planner.warehouse.ids import SlotId
from vision.codes.camera import Camera, Mounting
from vision.shelf.examples import example_rack
from vision.shelf.lenses import GOOD_LIGHT, Conditions
from vision.shelf.poses import FacePose
from vision.shelf.rack import Rack
from vision.shelf.scenes import render_face
from vision.shelf.stacks import Contents


class Shot(NamedTuple):
    """A picture of a rack, from where, and what is in it."""

    image: NDArray[np.uint8]
    rack: Rack
    contents: Mapping[SlotId, Contents]
    camera: Camera
    pose: FacePose


CAMERA = Camera.with_view(960, 1280, 1.35, Mounting(0.0, 0.0, 1.1))
STRAIGHT = FacePose.looking((0.05, -1.1, 1.1), (0.0, 0.0, 1.05), 0.01)


def shot(seed: int = 1, conditions: Conditions = GOOD_LIGHT, pose: FacePose = STRAIGHT) -> Shot:
    """The example rack of this seed."""
    rack, contents = example_rack(seed)
    image = render_face(rack.face, contents, CAMERA, pose, conditions, seed)
    return Shot(image, rack, contents, CAMERA, pose)


@pytest.fixture(scope="session")
def clear() -> Shot:
    """Well lit, from straight ahead."""
    return shot()
