"""A picture that grows from behind to the front, out of flat textures in space."""

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.codes.camera import Camera
from vision.shelf.poses import FacePose
from vision.shelf.prints import Texture

Array = NDArray[np.float64]
Image = NDArray[np.float32]

SUB = 2
"""Drawn pixels along a side of one of the picture."""
_NEAREST_M = 0.05


class Quad(NamedTuple):
    """A flat texture in space: 4 x 3 corners from the upper left one clockwise, and how bright each
    of them is lit."""

    corners_m: Array
    texture: Texture
    light: tuple[float, float, float, float]


class Canvas:
    """A picture that grows from behind to the front."""

    def __init__(self, camera: Camera, pose: FacePose) -> None:
        self.pose = pose
        self._scale = np.array([[SUB, 0, SUB / 2 - 0.5], [0, SUB, SUB / 2 - 0.5], [0, 0, 1.0]])
        self._matrix = self._scale @ camera.matrix()
        self.picture: Image = np.zeros((camera.height_px * SUB, camera.width_px * SUB), np.float32)

    def seen(self, points_m: Array) -> Array | None:
        """Drawn pixels of points; ``None`` if one is too near, or behind the lens."""
        optical = self.pose.optical(points_m)
        if (optical[:, 2] < _NEAREST_M).any():
            return None
        flat = optical @ self._matrix.T
        return np.asarray(flat[:, :2] / flat[:, 2:])

    def paint(self, quad: Quad) -> None:
        """One more surface, before all that is there."""
        corners = self.seen(quad.corners_m)
        if corners is None:
            return
        height, width = self.picture.shape
        left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
        right, bottom = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 1, (width, height))
        if right - left < 1 or bottom - top < 1:
            return
        texture = _shrunk(_lit(quad.texture, quad.light), corners)
        rows, columns = texture.shape
        ends = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32) - 0.5
        local = (corners - (left, top)).astype(np.float32)
        warp = cv2.getPerspectiveTransform(ends, local)
        size = (int(right - left), int(bottom - top))
        drawn = cv2.warpPerspective(texture, warp, size, borderMode=cv2.BORDER_REPLICATE)
        where = np.zeros((size[1], size[0]), np.uint8)
        cv2.fillConvexPoly(where, np.rint(local * 16).astype(np.int32), 1, shift=4)
        patch = self.picture[top:bottom, left:right]
        patch[where > 0] = drawn[where > 0]


def upright(left: float, right: float, bottom: float, top: float, y: float) -> Array:
    """Corners of an upright rectangle in a plane parallel to the face, from the upper left one
    clockwise."""
    return np.array([[left, y, top], [right, y, top], [right, y, bottom], [left, y, bottom]])


def _lit(texture: Texture, light: tuple[float, float, float, float]) -> Texture:
    upper_left, upper_right, lower_right, lower_left = light
    corners = np.array([[upper_left, upper_right], [lower_left, lower_right]], np.float32)
    size = (texture.shape[1], texture.shape[0])
    return np.asarray(texture * cv2.resize(corners, size, interpolation=cv2.INTER_LINEAR))


def _shrunk(texture: Texture, corners: Array) -> Texture:
    """A texture no finer than it is seen, so that nothing shimmers."""
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width = min(texture.shape[1], max(2, math.ceil(max(sides[0], sides[2]))))
    height = min(texture.shape[0], max(2, math.ceil(max(sides[1], sides[3]))))
    if (height, width) == texture.shape:
        return texture
    return np.asarray(cv2.resize(texture, (width, height), interpolation=cv2.INTER_AREA))
