"""Corners of square marks to a tenth of a pixel.

OpenCV finds marks well, but its corners are those of thresholded contours. Here each side is found
anew: the grey profile across it is looked up at many places, where it changes most is a point of
the side, a robust line goes through these points, and the corners are where the lines meet.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.codes.marks import GreyImage

Array = NDArray[np.float64]

_ALONG = np.linspace(0.1, 0.9, 24)
"""Places along a side, in sides; the corners themselves are rounded by any lens."""
_ACROSS = np.linspace(-1.0, 1.0, 33)
"""Places across a side, in reaches."""
_PEAK = 10
"""Samples to both sides of the steepest place that count as the same edge."""
_REACHES = ((0.10, 1.4, 4.0), (0.08, 1.3, 3.0), (0.08, 1.3, 3.0))
"""Rounds: reach across in depths of the mark (less than a module), least and most in pixels."""
_ROBUST_PX = 0.3
_FARTHEST_PX = 4.0
_CORNER_FLOOR_PX = 0.1
"""What remains of an error where a side looks perfectly straight: how pixels were sampled, twice
what is seen in our own renderings and about what is seen in Gazebo's."""
_CORNER_PER_ROUGHNESS = 0.8
"""Error of a corner per roughness of its sides; both from renderings, see tests."""


class Corners(NamedTuple):
    """Corners of n marks, n x 4 x 2 pixels, and the standard deviation of each mark's, n pixels."""

    at_px: Array
    sd_px: Array


class _Lines(NamedTuple):
    """n x 4 lines: a point, a direction, and the rms distance in pixels of the points from them."""

    point: Array
    direction: Array
    rough_px: Array


def refined(image: GreyImage, corners_px: Array, rounds: int = len(_REACHES)) -> Corners:
    """Better corners of n marks (n x 4 x 2, in order around the mark); the last of three rounds
    moves them by less than a hundredth of a pixel as a rule."""
    start = np.asarray(corners_px, dtype=float).reshape(-1, 4, 2)
    if not len(start):
        return Corners(start, np.zeros(0))
    values = image.astype(np.float32)
    corners = start
    for reach in _REACHES[:rounds]:
        lines = _fitted(*_edge_points(values, corners, reach))
        met = _meeting(lines)
        strayed = np.linalg.norm(met - start, axis=2, keepdims=True) > _FARTHEST_PX
        corners = np.where(strayed | ~np.isfinite(met), corners, met)
    rough = np.sqrt((lines.rough_px**2).mean(axis=1))
    return Corners(corners, np.hypot(_CORNER_FLOOR_PX, _CORNER_PER_ROUGHNESS * rough))


def _edge_points(
    grey: NDArray[np.float32], corners: Array, reach: tuple[float, float, float]
) -> tuple[Array, Array]:
    """Points on each side (n x 4 x places x 2) and how sharp the edge is there.

    Only edges from dark inside to bright outside count, so that the bits, whose edges run the other
    way next to the border, draw no point away.
    """
    sides = np.roll(corners, -1, axis=1) - corners
    lengths = np.linalg.norm(sides, axis=2)
    along = sides / np.maximum(lengths, 1e-9)[..., None]
    normals = np.stack((-along[..., 1], along[..., 0]), axis=-1)
    share, least, most = reach
    deep = np.abs(_cross(sides, np.roll(sides, -1, axis=1))) / np.maximum(lengths, 1e-9)
    reach_px = np.clip(share * deep, least, most)[..., None, None]
    feet = corners[:, :, None] + _ALONG[:, None] * sides[:, :, None]
    offsets = reach_px * _ACROSS
    places = feet[..., None, :] + offsets[..., None] * normals[:, :, None, None]
    values = _looked_up(grey, places)
    steep = np.maximum(values[..., :-2] - values[..., 2:], 0.0)
    peak = steep.argmax(axis=-1)[..., None]
    near = np.abs(np.arange(steep.shape[-1]) - peak) <= _PEAK
    weights = np.where(near, np.maximum(steep - 0.1 * steep.max(-1, keepdims=True), 0.0), 0.0)
    middle = (weights * offsets[..., 1:-1]).sum(-1) / (weights.sum(-1) + 1e-9)
    return feet + middle[..., None] * normals[:, :, None], steep.max(axis=-1) + 1e-6


def _looked_up(grey: NDArray[np.float32], places: Array) -> Array:
    """Grey values between pixels; OpenCV takes 32,767 rows at a time at most."""
    flat = places.astype(np.float32).reshape(-1, places.shape[-2], 2)
    height = 2**14
    rows = [
        cv2.remap(
            grey,
            flat[first : first + height, :, 0],
            flat[first : first + height, :, 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        for first in range(0, len(flat), height)
    ]
    return np.concatenate(rows).astype(float).reshape(places.shape[:-1])


def _fitted(points: Array, sharp: Array) -> _Lines:
    """Lines through the points by total least squares, reweighted three times."""
    weights = sharp
    for _ in range(3):
        total = weights.sum(-1)
        middle = (weights[..., None] * points).sum(-2) / total[..., None]
        away = points - middle[..., None, :]
        spread = np.einsum("...p,...pi,...pj->...ij", weights, away, away)
        axes = np.linalg.eigh(spread)[1]
        off = np.einsum("...pi,...i->...p", away, axes[..., 0])
        weights = sharp / (1 + (off / _ROBUST_PX) ** 2)
    rough = np.sqrt((weights * off**2).sum(-1) / weights.sum(-1))
    return _Lines(middle, axes[..., 1], rough)


def _meeting(lines: _Lines) -> Array:
    """Where each side's line meets the one of the side before; not a number for parallels."""
    before = _Lines(*(np.roll(part, 1, axis=1) for part in lines))
    gap = lines.point - before.point
    cross = _cross(before.direction, lines.direction)
    with np.errstate(divide="ignore", invalid="ignore"):
        along = _cross(gap, lines.direction) / np.where(np.abs(cross) < 1e-3, np.nan, cross)
    return np.asarray(before.point + along[..., None] * before.direction)


def _cross(first: Array, second: Array) -> Array:
    return np.asarray(first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0])
