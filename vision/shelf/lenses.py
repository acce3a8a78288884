"""What light, lens and sensor make of a drawn scene."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.codes.camera import Camera

Image = NDArray[np.float32]

_WHITE = 235.0
"""Grey value of a white that is lit as it should be."""
_UNEVEN = 0.25
_READ_NOISE = 0.8


@dataclass(frozen=True, slots=True)
class Occluder:
    """Something flat before a face (12 cm away): an arm, a strap, a sheet. Middle in face
    coordinates, ``tilt_rad`` clockwise, ``grey`` from 0 to 1."""

    x_m: float
    z_m: float
    width_m: float
    height_m: float
    tilt_rad: float = 0.0
    grey: float = 0.3


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a picture is taken. ``light`` 1.0 is well exposed; ``blur_px`` and ``motion_px`` are the
    standard deviation of defocus and the length of the smear, which runs along ``motion_rad`` of
    the picture; ``noise``: standard deviation of a middle grey, in grey values; ``glare``: how many
    reflections of lamps there are."""

    light: float = 1.0
    blur_px: float = 0.5
    motion_px: float = 0.0
    motion_rad: float = 0.0
    noise: float = 2.0
    glare: int = 0
    occluders: tuple[Occluder, ...] = ()


GOOD_LIGHT = Conditions()


def exposed(
    drawn: Image, sub: int, camera: Camera, conditions: Conditions, dice: np.random.Generator
) -> NDArray[np.uint8]:
    """A drawing of ``sub`` times the picture's size, grey 0 to 1, as the camera sends it."""
    size = (camera.width_px, camera.height_px)
    picture: Image = np.asarray(
        cv2.resize(drawn, size, interpolation=cv2.INTER_AREA), dtype=np.float32
    )
    if camera.distortion:
        picture = _distorted(picture, camera)
    picture = picture * _light_field(size, dice) * (_WHITE * conditions.light)
    for _ in range(conditions.glare):
        picture += _reflection(size, dice) * (_WHITE * max(conditions.light, 0.3))
    if conditions.blur_px > 0:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), conditions.blur_px), np.float32)
    if conditions.motion_px > 1:
        smear = _smear(conditions.motion_px, conditions.motion_rad)
        picture = np.asarray(cv2.filter2D(picture, -1, smear), np.float32)
    sd = np.sqrt(_READ_NOISE**2 + conditions.noise**2 * np.maximum(picture, 0) / 128)
    picture = picture + sd * dice.standard_normal(picture.shape).astype(np.float32)
    return np.asarray(np.clip(np.rint(picture), 0, 255), dtype=np.uint8)


def _light_field(size: tuple[int, int], dice: np.random.Generator) -> Image:
    """A slope across the picture, and a lamp somewhere."""
    across, down = dice.uniform(-_UNEVEN, _UNEVEN, size=2)
    x = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None]
    lamp_x, lamp_y = dice.uniform(-1, 1, size=2)
    lamp = np.exp(-((x - lamp_x) ** 2 + (y - lamp_y) ** 2) / 0.8)
    return np.asarray((1 + across * x + down * y) * (0.85 + 0.25 * lamp), dtype=np.float32)


def _reflection(size: tuple[int, int], dice: np.random.Generator) -> Image:
    width, height = size
    x = np.arange(width, dtype=np.float32)[None, :] - float(dice.uniform(0.1, 0.9)) * width
    y = np.arange(height, dtype=np.float32)[:, None] - float(dice.uniform(0.1, 0.9)) * height
    wide, high = dice.uniform(0.015, 0.06, size=2) * width
    spot = np.exp(-((x / wide) ** 2 + (y / high) ** 2) / 2)
    return np.asarray(float(dice.uniform(1.0, 2.5)) * spot, dtype=np.float32)


def _smear(length_px: float, along_rad: float) -> Image:
    """A line of this length as a kernel."""
    side = 2 * int(np.ceil(length_px / 2)) + 1
    kernel = np.zeros((side * 4, side * 4), np.float32)
    middle = side * 2
    away = 2 * length_px * np.array((np.cos(along_rad), np.sin(along_rad)))
    first, last = (tuple(np.rint(middle + sign * away).astype(int).tolist()) for sign in (-1, 1))
    cv2.line(kernel, first, last, 1.0, 3)
    small = cv2.resize(kernel, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(small / small.sum(), dtype=np.float32)


def _distorted(picture: Image, camera: Camera) -> Image:
    """What an ideal pinhole sees, through the camera's lens."""
    height, width = picture.shape
    pixels = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).reshape(-1, 2)
    ideal = camera.rays(pixels) @ camera.matrix().T
    x, y = ideal[:, :2].T.reshape(2, height, width).astype(np.float32)
    seen = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, dtype=np.float32)
