"""Pictures of a face as a camera would take them, with exact truth: what every slot holds is given.

Surfaces are drawn from behind to the front as flat textures in perspective, at twice the size of
the picture; light, lens and sensor come after. Cartons stand with gaps and a little askew. The
front row is filled before the next one; within it they are put layer by layer from the left, in
some slots from the right or stack by stack.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from planner.warehouse.ids import SlotId
from vision.codes.camera import Camera
from vision.codes.marks import label_image, marker_image, marker_share
from vision.shelf.canvas import SUB, Canvas, Quad, upright
from vision.shelf.lenses import GOOD_LIGHT, Conditions, Occluder, exposed
from vision.shelf.poses import FacePose
from vision.shelf.prints import Texture, plain
from vision.shelf.rack import FaceModel
from vision.shelf.stacks import Contents, StandingCarton, stacked

__all__ = ["Contents", "render_face"]

Array = NDArray[np.float64]
Image = NDArray[np.float32]

_POST_M = 0.03
_MARK_PX, _LABEL_PX = 240, 128
_OCCLUDER_Y_M = -0.12


@dataclass(frozen=True, slots=True)
class _Shading:
    """How light falls off into the rack, and below its boards."""

    depth_m: float
    overhang: float

    def at(self, y_m: float, below_m: float) -> float:
        """Light at a depth, so far below the board above."""
        deep = max(y_m, 0.0)
        dark = self.overhang * math.exp(-max(below_m, 0.0) / 0.06) * min(1.0, deep / 0.05 + 0.2)
        return math.exp(-deep / self.depth_m) * (1 - dark)


def render_face(
    face: FaceModel,
    contents: Mapping[SlotId, Contents],
    camera: Camera,
    pose: FacePose,
    conditions: Conditions = GOOD_LIGHT,
    seed: int = 0,
) -> NDArray[np.uint8]:
    """The face in grey, height x width, as the camera's figures have it. The same seed draws the
    same picture.

    Raises ``InvalidCount`` for contents of a slot that the face has not, or that do not fit in.
    """
    dice = np.random.default_rng(seed)
    canvas = Canvas(camera, pose)
    canvas.picture[:] = _surroundings(canvas.picture.shape, dice)
    shading = _Shading(float(dice.uniform(0.25, 0.8)), float(dice.uniform(0.2, 0.6)))
    boxes = stacked(face, contents, dice)
    inside = plain(64, 64, float(dice.uniform(0.15, 0.75)), 0.03, dice)
    for level in range(1, len(face.boards_z_m)):
        standing = [box for box in boxes if box.level == level]
        _draw_level(canvas, face, level, standing, inside, shading)
    for quad in _frame(face, dice):
        canvas.paint(quad)
    for occluder in conditions.occluders:
        canvas.paint(_occluding(occluder, dice))
    return exposed(canvas.picture, SUB, camera, conditions, dice)


def _surroundings(shape: tuple[int, ...], dice: np.random.Generator) -> Image:
    """What is behind and beside the rack: large areas of some grey."""
    height, width = shape
    picture = plain(height // 8, width // 8, float(dice.uniform(0.15, 0.6)), 0.05, dice)
    for _ in range(6):
        x, y = int(dice.integers(width // 8)), int(dice.integers(height // 8))
        w, h = int(dice.integers(4, width // 16)), int(dice.integers(4, height // 16))
        cv2.rectangle(picture, (x, y), (x + w, y + h), float(dice.uniform(0.05, 0.8)), -1)
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_LINEAR))


def _draw_level(
    canvas: Canvas,
    face: FaceModel,
    level: int,
    boxes: list[StandingCarton],
    inside: Texture,
    shading: _Shading,
) -> None:
    """One level, clipped to its opening: nothing is seen through a board."""
    bottom, top = face.boards_z_m[level - 1], face.boards_z_m[level]
    half = face.width_m / 2
    opening = canvas.seen(upright(-half, half, bottom, top, 0.0))
    if opening is None:
        return
    before = canvas.picture.copy()
    for quad in _interior(face, bottom, top, inside, shading):
        canvas.paint(quad)
    x, _, z = canvas.pose.position_m
    far_first = sorted(
        boxes,
        key=lambda b: (
            -round(b.front / 0.04),
            -abs((b.left + b.right) / 2 - x),
            -abs((b.bottom + b.top) / 2 - z),
        ),
    )
    for box in far_first:
        for quad in _carton_sides(box, (x, z), top, shading):
            canvas.paint(quad)
    mask = np.ones(before.shape, np.uint8)
    cv2.fillConvexPoly(mask, np.rint(opening * 16).astype(np.int32), 0, shift=4)
    canvas.picture[mask > 0] = before[mask > 0]


def _interior(
    face: FaceModel, bottom: float, top: float, inside: Texture, shading: _Shading
) -> Iterator[Quad]:
    """Back, sides, the board below and the one above."""
    half, deep, floor = face.width_m / 2, face.depth_m, bottom + face.board_m
    high, low = shading.at(deep, 0.0), shading.at(deep, top - floor)
    front_high, front_low = shading.at(0.0, 0.0), shading.at(0.0, top - floor)
    yield Quad(upright(-half, half, floor, top, deep), inside, (high, high, low, low))
    for x, far_left in ((-half, False), (half, True)):
        ends = (deep, 0.0) if far_left else (0.0, deep)
        side = np.array(
            [[x, ends[0], top], [x, ends[1], top], [x, ends[1], floor], [x, ends[0], floor]]
        )
        light = (
            (high, front_high, front_low, low) if far_left else (front_high, high, low, front_low)
        )
        yield Quad(side, inside * np.float32(0.85), light)
    board = np.array(
        [[-half, deep, floor], [half, deep, floor], [half, 0, floor], [-half, 0, floor]]
    )
    yield Quad(board, inside * np.float32(1.1), (low, low, front_low, front_low))
    under = np.array([[-half, 0, top], [half, 0, top], [half, deep, top], [-half, deep, top]])
    dark = 0.5
    yield Quad(under, inside * np.float32(dark), (front_low, front_low, high, high))


def _carton_sides(
    box: StandingCarton, eye: tuple[float, float], ceiling: float, shading: _Shading
) -> Iterator[Quad]:
    """The sides of a carton that are seen, the front last."""
    rise = (box.right - box.left) / 2 * box.askew
    lit_top, lit_bottom = (shading.at(box.front, ceiling - z) for z in (box.top, box.bottom))
    far_top, far_bottom = (shading.at(box.back, ceiling - z) for z in (box.top, box.bottom))
    body = np.full((2, 2), box.side.mean(), np.float32)
    for x, y, is_seen in (
        (box.left, box.front - rise, eye[0] < box.left),
        (box.right, box.front + rise, eye[0] > box.right),
    ):
        if is_seen:
            flank = np.array(
                [
                    [x, box.back, box.top],
                    [x, y, box.top],
                    [x, y, box.bottom],
                    [x, box.back, box.bottom],
                ]
            )
            light = (0.3 * far_top, 0.7 * lit_top, 0.7 * lit_bottom, 0.3 * far_bottom)
            yield Quad(flank, body, light)
    left, right = box.front - rise, box.front + rise
    if eye[1] > box.top:
        lid = np.array(
            [
                [box.left, box.back, box.top],
                [box.right, box.back, box.top],
                [box.right, right, box.top],
                [box.left, left, box.top],
            ]
        )
        yield Quad(lid, body, (far_top, far_top, lit_top, lit_top))
    front = upright(box.left, box.right, box.bottom, box.top, box.front)
    front[:, 1] = (left, right, right, left)
    yield Quad(front, box.side, (lit_top, lit_top, lit_bottom, lit_bottom))


def _frame(face: FaceModel, dice: np.random.Generator) -> Iterator[Quad]:
    """What is at the plane of the face: edges of boards, posts, header, fiducials and labels."""
    half, full = face.width_m / 2, (1.0, 1.0, 1.0, 1.0)
    strip = float(dice.uniform(0.5, 0.9))
    for bottom in face.boards_z_m[:-1]:
        edge = plain(16, 256, strip, 0.015, dice)
        yield Quad(upright(-half, half, bottom, bottom + face.edge_m, 0.0), edge, full)
    top = face.boards_z_m[-1]
    high = max((mark.z_m + 0.75 * mark.side_m for mark in face.marks), default=top)
    steel = plain(64, 64, float(dice.uniform(0.4, 0.7)), 0.02, dice)
    if high > top:
        yield Quad(upright(-half, half, top, high, 0.0), steel, full)
    yield Quad(upright(-half, half, top, top + 0.02, -0.001), steel, full)
    for x in (-half, half - _POST_M / 2):
        yield Quad(upright(x, x + _POST_M / 2, 0.0, max(top, high), -0.001), steel, full)
    for mark in face.marks:
        plate_m = mark.side_m / marker_share(mark.family)
        drawn = marker_image(mark.family, mark.number, _MARK_PX)
        yield Quad(_square(mark.x_m, mark.z_m, plate_m), _paper(drawn), full)
    for label in face.labels:
        drawn = label_image(label.text, _LABEL_PX)
        yield Quad(_square(label.x_m, label.z_m, label.side_m), _paper(drawn), full)


def _paper(drawn: NDArray[Any]) -> Texture:
    return np.asarray(0.05 + 0.85 * drawn.astype(np.float32) / 255, dtype=np.float32)


def _square(x: float, z: float, side: float) -> Array:
    return upright(x - side / 2, x + side / 2, z - side / 2, z + side / 2, -0.002)


def _occluding(occluder: Occluder, dice: np.random.Generator) -> Quad:
    cosine, sine = math.cos(occluder.tilt_rad), math.sin(occluder.tilt_rad)
    flat = np.array([[-1.0, 1.0], [1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]])
    flat = (
        flat
        * (occluder.width_m / 2, occluder.height_m / 2)
        @ np.array([[cosine, sine], [-sine, cosine]])
    )
    at = np.column_stack((flat[:, 0] + occluder.x_m, np.full(4, _OCCLUDER_Y_M), flat[:, 1]))
    at[:, 2] += occluder.z_m
    return Quad(at, plain(64, 64, occluder.grey, 0.08, dice), (1.0, 0.9, 0.8, 0.9))
