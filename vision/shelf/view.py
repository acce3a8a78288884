"""A picture of a face made ready for judging its slots."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.warehouse.ids import SlotId
from vision.codes.acceptance import accepted
from vision.codes.camera import Camera
from vision.codes.expected_marks import find_expected_marks
from vision.codes.marks import GreyImage
from vision.codes.reader import read_codes
from vision.shelf.frame import frame_of
from vision.shelf.occupancy import some_carton
from vision.shelf.places import FRONT_Y_M, FaceLayers, Places, compared, layers_of, places_of
from vision.shelf.poses import FacePose, face_pose
from vision.shelf.quality import Quality, quality_of
from vision.shelf.rack import Carton, Expectation, FaceModel, SlotBox
from vision.shelf.rectify import FlatFace, Mask, laid_flat, scale_of

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SeenCode:
    """A code read on a face: which, and where (x and z in face coordinates)."""

    text: str
    x_m: float
    z_m: float


@dataclass(frozen=True, slots=True)
class FaceView:
    """All that slots are judged by; ``codes``: every read of a code that some slot is for."""

    face: FaceModel
    camera: Camera
    pose: FacePose
    layers: FaceLayers
    quality: Quality
    codes: tuple[SeenCode, ...]

    def places(
        self, expected: Mapping[SlotId, Expectation]
    ) -> Mapping[SlotId, tuple[Carton, Places]]:
        """The front row of each slot, and the carton that it is looked through for."""
        boxes = self.face.slots()
        cartons = {
            slot: one.carton or some_carton(boxes[slot], self.face.depth_m)
            for slot, one in expected.items()
        }
        alone = [places_of(self.layers, boxes[slot], cartons[slot]) for slot in expected]
        together = compared(alone) if alone else ()
        return {slot: (cartons[slot], one) for slot, one in zip(expected, together, strict=True)}


def view_of(
    grey: GreyImage, camera: Camera, face: FaceModel, expected: Mapping[SlotId, Expectation]
) -> FaceView:
    """Finds the camera before the face and lays that flat. Raises as ``look_at_face`` does."""
    marks = find_expected_marks(grey, [(mark.family, mark.number) for mark in face.marks])
    goods = {e.code for e in expected.values() if e.code is not None}
    reads = _believed(grey, goods | {label.text for label in face.labels})
    pose = face_pose(marks, reads, camera, face)
    scale = scale_of(camera, pose, face)
    edge = laid_flat(grey, camera, pose, face, 0.0, scale)
    frame, quality = frame_of(edge, face), quality_of(grey, edge, face)
    front = laid_flat(grey, camera, pose, face, FRONT_Y_M, scale)
    edges = _behind_edges(front, face, pose)
    layers = layers_of(front, frame, quality.noise, edges, pose.position_m)
    codes = tuple(
        SeenCode(text, *pose.on_plane(middle, camera, FRONT_Y_M))
        for text, middle in reads
        if text in goods
    )
    return FaceView(face, camera, pose, layers, quality, codes)


def _believed(grey: GreyImage, catalogue: set[str]) -> list[tuple[str, Array]]:
    """Every read of a code that the catalogue knows: its name there, and its middle in pixels."""
    reads = read_codes(grey)
    names = {one.code.text: one.known_as for one in accepted([reads], catalogue)}
    return [(names[r.text], np.array(r.middle_px)) for r in reads if names.get(r.text)]


def _behind_edges(front: FlatFace, face: FaceModel, pose: FacePose) -> Mask:
    """Where the front edges of the boards hide the plane in which cartons stand."""
    hidden = np.zeros(front.grey.shape, np.bool_)
    for level, bottom in enumerate(face.boards_z_m):
        last = level == len(face.boards_z_m) - 1
        top = bottom + (face.board_m if last else face.edge_m)
        low, high = (pose.behind(z, FRONT_Y_M) for z in (bottom, top))
        rows, _ = front.window(SlotBox(0.0, 0.0, low, high))
        hidden[rows] = True
    return hidden
