"""How good a picture of a face is, told from the parts whose looks are known: its fiducials."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.codes.marks import GreyImage, marker_share
from vision.shelf.rack import FaceModel, SlotBox
from vision.shelf.rectify import FlatFace

_BLACK, _WHITE = 5, 95
"""Percentiles of a fiducial's grey values."""
_STEP_TO_SLOPE = float(np.sqrt(2 * np.pi))
"""A blurred edge is as steep as its step divided by so many standard deviations."""
_LAPLACE = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
_OF_A_LAPLACE = 6.0
_LEAST_PROFILE = 3


@dataclass(frozen=True, slots=True)
class Quality:
    """``contrast``: grey values from a fiducial's black to its white. ``blur_m``: standard
    deviation of the blur at the face, along the worse direction. ``noise``: standard deviation of
    a pixel of the picture."""

    contrast: float
    blur_m: float
    noise: float


def quality_of(grey: GreyImage, flat: FlatFace, face: FaceModel) -> Quality:
    """Of a picture whose face was laid flat at y = 0. A fiducial that is hidden in part counts as
    blurred; the best of several counts."""
    looks = [_of_mark(flat, face, number) for number in range(len(face.marks))]
    contrast = max(contrast for contrast, _ in looks)
    return Quality(contrast, min(blur for _, blur in looks), noise_of(grey))


def noise_of(grey: GreyImage) -> float:
    """Standard deviation of the noise (Immerkaer, CVIU 64, 1996, with a median for edges)."""
    away = np.abs(cv2.filter2D(grey.astype(np.float32), -1, _LAPLACE))
    inner = (grey > 3) & (grey < 250)
    return float(np.median(away[inner])) * 1.4826 / _OF_A_LAPLACE if inner.any() else 0.0


def _of_mark(flat: FlatFace, face: FaceModel, number: int) -> tuple[float, float]:
    """Contrast, and blur in metres, at the four outer edges of one fiducial's black square."""
    mark = face.marks[number]
    module_m = mark.side_m * (1 / marker_share(mark.family) - 1) / 2
    half, off, along = mark.side_m / 2, 0.9 * module_m, 0.4 * mark.side_m
    x, z = mark.x_m, mark.z_m
    profiles = (
        _profile(flat, SlotBox(x - half - off, x - half + off, z - along, z + along), 0)[::-1],
        _profile(flat, SlotBox(x + half - off, x + half + off, z - along, z + along), 0),
        _profile(flat, SlotBox(x - along, x + along, z + half - off, z + half + off), 1)[::-1],
        _profile(flat, SlotBox(x - along, x + along, z - half - off, z - half + off), 1),
    )
    whole = flat.grey[flat.window(SlotBox(x - half, x + half, z - half, z + half))]
    black, white = np.percentile(whole, (_BLACK, _WHITE))
    contrast = float(white - black)
    blurs = [_blur(profile, contrast) for profile in profiles]
    return contrast, max(min(blurs[:2]), min(blurs[2:])) / flat.per_m


def _profile(flat: FlatFace, box: SlotBox, axis: int) -> NDArray[Any]:
    """Mean grey across an edge."""
    return np.asarray(flat.grey[flat.window(box)].mean(axis=axis))


def _blur(profile: NDArray[Any], contrast: float) -> float:
    """Standard deviation of the blur of an edge from dark to bright, in pixels."""
    if len(profile) < _LEAST_PROFILE:
        return float(_LEAST_PROFILE)
    return contrast / max(_STEP_TO_SLOPE * float(np.diff(profile).max()), 1e-3)
