"""Racks and what is in them by lot, to try counting with."""

import math
from collections.abc import Mapping

import numpy as np

from planner.warehouse.ids import PodId, Sku, SlotId
from vision.codes.camera import Camera, Mounting
from vision.codes.marks import POD_FAMILY, marker_share
from vision.shelf.poses import FacePose
from vision.shelf.rack import Carton, Expectation, FaceLabel, FaceMark, FaceModel, Rack, SlotBox
from vision.shelf.stacks import Contents, room_for

_EMPTY_SHARE, _FULL_SHARE = 0.2, 0.2
_CODED_SHARE = 0.5


def example_face(
    levels: int = 4, columns: int = 3, width_m: float = 1.0, edge_m: float = 0.06
) -> FaceModel:
    """A face of a pod: one tag above the shelves, a QR label in the middle of each slot's edge."""
    bottom_m, top_m, plate_m = 0.35, 1.60, 0.25
    boards = tuple(float(z) for z in np.linspace(bottom_m, top_m, levels + 1))
    tag = FaceMark(POD_FAMILY, 17, 0.0, top_m + 0.15, plate_m * marker_share(POD_FAMILY))
    bare = FaceModel(PodId("P017"), "A", width_m, 0.45, boards, columns, edge_m, (tag,))
    labels = tuple(
        FaceLabel(
            slot, (box.left_m + box.right_m) / 2, box.bottom_m - bare.board_m + edge_m / 2, edge_m
        )
        for slot, box in bare.slots().items()
    )
    return FaceModel(
        bare.pod, bare.face, width_m, bare.depth_m, boards, columns, edge_m, (tag,), labels
    )


def example_rack(
    seed: int, face: FaceModel | None = None
) -> tuple[Rack, Mapping[SlotId, Contents]]:
    """A face, what its slots are for, and what is in them, by lot."""
    dice = np.random.default_rng(seed)
    face = face or example_face()
    expected: dict[SlotId, Expectation] = {}
    contents: dict[SlotId, Contents] = {}
    for number, (slot, box) in enumerate(face.slots().items()):
        carton = _some_carton(face, box, dice)
        code = f"04012345{number:06d}" if dice.random() < _CODED_SHARE else None
        room = room_for(face, box, carton)
        expected[slot] = Expectation(Sku(f"SKU-{number:03d}"), room, carton, code)
        contents[slot] = Contents(carton, _some_pieces(room, dice), code)
    return Rack(face, expected), contents


def example_view(aside_deg: float) -> tuple[Camera, FacePose]:
    """The camera that robots in worlds for Gazebo carry, 1.2 m before the middle of the face, so
    far to the right of it; looks at its middle."""
    camera = Camera.with_view(960, 1280, 1.35, Mounting(0.0, 0.0, 1.1))
    aside = math.radians(aside_deg)
    eye = (1.2 * math.sin(aside), -1.2 * math.cos(aside), 1.1)
    return camera, FacePose.looking(eye, (0.0, 0.0, 1.05))


def _some_carton(face: FaceModel, box: SlotBox, dice: np.random.Generator) -> Carton:
    wide, high = box.right_m - box.left_m, box.top_m - box.bottom_m - 0.01
    across, up = int(dice.integers(1, 5)), int(dice.integers(1, 4))
    slack = dice.uniform(0.80, 0.98, size=2)
    deep = float(dice.uniform(0.1, min(0.3, face.depth_m)))
    width = round(float(max(0.05, slack[0] * wide / across)), 3)
    height = round(float(max(0.04, slack[1] * high / up)), 3)
    return Carton(width, height, round(deep, 3))


def _some_pieces(room: int, dice: np.random.Generator) -> int:
    lot = dice.random()
    if lot < _EMPTY_SHARE:
        return 0
    return room if lot > 1 - _FULL_SHARE else int(dice.integers(1, room + 1))
