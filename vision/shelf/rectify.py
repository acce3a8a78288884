"""A face laid out flat: one picture with the same pixels per metre everywhere."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.codes.camera import Camera
from vision.codes.marks import GreyImage
from vision.shelf.poses import FacePose
from vision.shelf.rack import FaceModel, SlotBox

Array = NDArray[np.float64]
Flat = NDArray[np.float32]
Mask = NDArray[np.bool_]

_LEAST_PER_M, _MOST_PER_M = 120.0, 600.0
_STEP_PX = 8
"""Every so many pixels the projection is worked out, and in between interpolated: to 0.02 px."""
_SATURATED = 250
_OUTSIDE = -1e3


@dataclass(frozen=True, slots=True)
class FlatFace:
    """Grey values of a face in a plane parallel to it, NaN-free; ``seen`` is false outside the
    picture, ``clear`` also where it is saturated."""

    grey: Flat
    seen: Mask
    clear: Mask
    left_m: float
    top_m: float
    per_m: float

    def window(self, box: SlotBox) -> tuple[slice, slice]:
        """Rows and columns of a rectangle, at least one of each, cut at the picture's edges."""
        height, width = self.grey.shape
        columns = _span(box.left_m - self.left_m, box.right_m - self.left_m, self.per_m, width)
        rows = _span(self.top_m - box.top_m, self.top_m - box.bottom_m, self.per_m, height)
        return rows, columns


def laid_flat(
    grey: GreyImage, camera: Camera, pose: FacePose, face: FaceModel, y_m: float, per_m: float
) -> FlatFace:
    """The plane ``y_m`` of a face, from its floor to above its marks, lens distortion taken out."""
    left, top = -face.width_m / 2, _upper_m(face)
    width = max(2, round(face.width_m * per_m))
    height = max(2, round((top - face.boards_z_m[0]) * per_m))
    across = np.arange(0, width + _STEP_PX, _STEP_PX, dtype=float)
    down = np.arange(0, height + _STEP_PX, _STEP_PX, dtype=float)
    x, z = np.meshgrid(left + (across + 0.5) / per_m, top - (down + 0.5) / per_m)
    points = np.column_stack((x.ravel(), np.full(x.size, y_m), z.ravel()))
    pixels = pose.project(points, camera)
    pixels[pose.optical(points)[:, 2] <= 0] = -1e4
    across_px, down_px = (
        _between(pixels[:, axis].reshape(x.shape), height, width) for axis in (0, 1)
    )
    drawn = cv2.remap(
        grey.astype(np.float32),
        across_px,
        down_px,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_OUTSIDE,
    )
    flat = np.asarray(drawn, dtype=np.float32)
    seen = flat >= 0
    clear = seen & (cv2.dilate((flat > _SATURATED).astype(np.uint8), np.ones((5, 5))) == 0)
    return FlatFace(np.maximum(flat, 0), seen, clear, left, top, per_m)


def pixels_per_m(camera: Camera, pose: FacePose, box: SlotBox) -> float:
    """Pixels of the picture for a metre in a slot, along the shorter direction; 0 behind the lens
    or outside the picture."""
    x, z = (box.left_m + box.right_m) / 2, (box.bottom_m + box.top_m) / 2
    ends = np.array([[x, 0, z], [x + 0.01, 0, z], [x, 0, z + 0.01]])
    if (pose.optical(ends)[:, 2] <= 0).any():
        return 0.0
    middle, right, up = pose.project(ends, camera)
    if not (0 <= middle[0] < camera.width_px and 0 <= middle[1] < camera.height_px):
        return 0.0
    return 100 * min(float(np.linalg.norm(right - middle)), float(np.linalg.norm(up - middle)))


def scale_of(camera: Camera, pose: FacePose, face: FaceModel) -> float:
    """Pixels per metre for a face laid flat: about as many as the picture has."""
    sizes = [pixels_per_m(camera, pose, box) for box in face.slots().values()]
    seen = [size for size in sizes if size > 0] or [_LEAST_PER_M]
    return float(np.clip(np.median(seen), _LEAST_PER_M, _MOST_PER_M))


def _upper_m(face: FaceModel) -> float:
    return max(face.boards_z_m[-1], *(mark.z_m + 0.75 * mark.side_m for mark in face.marks))


def _between(coarse: NDArray[Any], height: int, width: int) -> Flat:
    """A figure for every pixel from those of every eighth."""
    x, y = np.meshgrid(np.arange(width) / _STEP_PX, np.arange(height) / _STEP_PX)
    fine = cv2.remap(
        coarse.astype(np.float32), x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR
    )
    return np.asarray(fine, dtype=np.float32)


def _span(start_m: float, end_m: float, per_m: float, most: int) -> slice:
    first = min(max(round(start_m * per_m), 0), most - 1)
    return slice(first, min(max(round(end_m * per_m), first + 1), most))
