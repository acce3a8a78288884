"""Pictures of flat prints as a camera would take them, by casting rays: no code of what is tested
but the camera's figures, and its lens where it has one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.codes.camera import Camera

Array = NDArray[np.float64]
_SUB = 4
"""Rays along each side of a pixel."""


@dataclass(frozen=True)
class Print:
    """A square or oblong picture in space: the middle, and the directions of its right and its
    upper edge, in ``base_link``; ``width_m`` is its whole width."""

    image: NDArray[np.uint8]
    middle_m: tuple[float, float, float]
    right: tuple[float, float, float]
    up: tuple[float, float, float]
    width_m: float


@dataclass(frozen=True)
class Weather:
    """What light and lens do to a picture, in grey values and pixels."""

    noise: float = 0.0
    blur_px: float = 0.0
    motion_px: int = 0
    contrast: float = 1.0
    brightness: float = 0.0
    background: int = 120


def on_floor(
    image: NDArray[np.uint8], x_m: float, y_m: float, theta_rad: float, width_m: float
) -> Print:
    """A print that lies on the floor, its right edge's side towards ``theta_rad``."""
    right = (float(np.cos(theta_rad)), float(np.sin(theta_rad)), 0.0)
    return Print(image, (x_m, y_m, 0.0), right, (-right[1], right[0], 0.0), width_m)


def hanging(
    image: NDArray[np.uint8],
    middle_m: tuple[float, float, float],
    facing_rad: float,
    width_m: float,
) -> Print:
    """A print on a wall, seen upright by who looks against ``facing_rad``."""
    right = (float(-np.sin(facing_rad)), float(np.cos(facing_rad)), 0.0)
    return Print(image, middle_m, right, (0.0, 0.0, 1.0), width_m)


def photograph(
    camera: Camera, prints: Sequence[Print], weather: Weather = Weather(), seed: int = 0
) -> NDArray[np.uint8]:
    """The picture: nearest prints last in the list hide those before."""
    rng = np.random.default_rng(seed)
    rays = _rays(camera)
    fine = np.full(rays.shape[:2], float(weather.background), dtype=np.float32)
    for sheet in prints:
        where = _around(camera, sheet)
        _paint(fine[where], rays[where], camera, sheet)
    size = (camera.width_px, camera.height_px)
    picture = cv2.resize(fine, size, interpolation=cv2.INTER_AREA).astype(float)
    if weather.motion_px > 1:
        picture = cv2.blur(picture, (weather.motion_px, 1))
    if weather.blur_px:
        picture = cv2.GaussianBlur(picture, (0, 0), weather.blur_px)
    picture = 128 + weather.contrast * (picture - 128) + weather.brightness
    picture += weather.noise * rng.standard_normal(picture.shape)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


@cache
def _rays(camera: Camera) -> Array:
    """A direction in ``base_link`` for every place of the fine picture: rows x columns x 3."""
    u = (np.arange(camera.width_px * _SUB) + 0.5) / _SUB - 0.5
    v = (np.arange(camera.height_px * _SUB) + 0.5) / _SUB - 0.5
    across, down = np.meshgrid((u - camera.cx_px) / camera.fx_px, (v - camera.cy_px) / camera.fy_px)
    if camera.distortion:
        bent = np.stack((across, down), axis=-1).reshape(-1, 1, 2)
        straight = cv2.undistortPoints(bent, np.eye(3), camera.lens())
        across, down = np.moveaxis(straight.reshape(*across.shape, 2), -1, 0)
    optical = np.stack((across, down, np.ones_like(across)), axis=-1)
    return optical @ camera.mounting.rotation().T


def _around(camera: Camera, sheet: Print) -> tuple[slice, slice]:
    """Rows and columns of the fine picture that can hold the print: to save time only."""
    right, up = np.array(sheet.right), np.array(sheet.up)
    high_m = sheet.width_m * sheet.image.shape[0] / sheet.image.shape[1]
    corners_m = [
        sheet.middle_m + sheet.width_m * x * right + high_m * y * up
        for x in (-0.5, 0.5)
        for y in (-0.5, 0.5)
    ]
    seen = camera.project(corners_m)
    first, last = np.floor(seen.min(axis=0)) - 4, np.ceil(seen.max(axis=0)) + 5
    (left, top), (right_end, bottom) = (
        np.maximum(end, 0).astype(int) * _SUB for end in (first, last)
    )
    return slice(top, bottom), slice(left, right_end)


def _paint(fine: NDArray[np.float32], rays: Array, camera: Camera, sheet: Print) -> None:
    height, width = sheet.image.shape
    right, up = np.array(sheet.right), np.array(sheet.up)
    normal = np.cross(right, up)
    gap = np.array(sheet.middle_m) - camera.mounting.position()
    facing = rays @ normal
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = (gap @ normal) / np.where(facing < 0, facing, np.nan)
    across = reach * (rays @ right) - gap @ right
    above = reach * (rays @ up) - gap @ up
    per_m = width / sheet.width_m
    column = (across * per_m + width / 2 - 0.5).astype(np.float32)
    row = (height / 2 - above * per_m - 0.5).astype(np.float32)
    inside = (column > -0.5) & (column < width - 0.5) & (row > -0.5) & (row < height - 0.5)
    inside &= reach > 0
    seen = cv2.remap(
        sheet.image.astype(np.float32),
        np.nan_to_num(column),
        np.nan_to_num(row),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    fine[inside] = seen[inside]
