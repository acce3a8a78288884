"""From corners in a picture to where a mark is, with an honest standard deviation.

Flat marks (on the floor, or beneath a pod) have three unknowns only, as their height and their
lying flat are known: four corners give eight equations, nothing is ambiguous, and what does not fit
is refused. Upright marks have six; their two-fold ambiguity (Schweighofer and Pinz, PAMI 2006) is
told, not hidden.

Standard deviations come from the spread of the corners through the derivative of the projection,
and from how well the camera's mounting is known.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from planner.warehouse.errors import InvalidMark
from vision.codes.camera import Camera
from vision.codes.fiducials import Mark
from vision.codes.marks import MarkerFamily

Array = NDArray[np.float64]

_SQUARE: Array = np.array([[-0.5, 0.5], [0.5, 0.5], [0.5, -0.5], [-0.5, -0.5]])
"""Corners of a print of side 1 as OpenCV lists them: x to the right of the print, y up."""
_ROUNDS = 4
_MISFIT_SIDES = 0.04
_MISFIT_SDS = 5.0
"""A mark that lies otherwise than said, or has another size, misses its corners by more than so
many sides, or standard deviations, whichever is more."""
_CLEARLY = 2.0
"""The better of two poses is taken without asking where its misfit is so many times smaller."""
_STEEPEST_RAD = math.radians(72)
"""Marks seen more from the side are refused: a tenth of a pixel across them is a hand's breadth."""
_TINY = 1e-6
_FAR_OFF = 1e3
_MOUNTED = ("x_m", "y_m", "z_m", "roll_rad", "pitch_rad", "yaw_rad")


@dataclass(frozen=True, slots=True)
class FlatSighting:
    """A mark that lies flat, in ``base_link``: its middle, and the heading of its x axis (right of
    the print). ``sd_m`` holds along the worse axis."""

    family: MarkerFamily
    number: int
    x_m: float
    y_m: float
    theta_rad: float
    sd_m: float
    sd_rad: float


@dataclass(frozen=True, slots=True)
class SolidSighting:
    """A mark in any pose, in ``base_link``: its middle, the unit vector out of its print, and the
    standard deviation of the middle along the worst axis.

    ``ambiguous``: two ways of facing fit alike; the middle is good, ``facing`` may be the mirrored.
    """

    family: MarkerFamily
    number: int
    x_m: float
    y_m: float
    z_m: float
    facing: tuple[float, float, float]
    sd_m: float
    ambiguous: bool


class _Fit(NamedTuple):
    """The best parameters, their covariance, and the rms misfit of the corners in pixels."""

    at: Array
    covariance: Array
    misfit_px: float


def flat_sighting(
    mark: Mark, size_m: float, camera: Camera, height_m: float = 0.0
) -> FlatSighting | None:
    """Where a mark lies whose black square has sides of ``size_m``, ``height_m`` above the floor;
    ``None`` if what is seen cannot be such a mark.

    A mark lower than the camera faces up, a higher one (beneath a pod) down.
    Raises ``InvalidMark`` for a size that is not positive.
    """
    square = _sized(size_m)
    if height_m > camera.mounting.z_m:
        square = square * (1.0, -1.0)
    ground = _on_plane(mark, camera, height_m)
    if ground is None:
        return None
    start = _laid(square, ground)

    def corners(pose: Array) -> Array:
        flat = _turned(square, pose[2]) + pose[:2]
        return camera.project(np.column_stack((flat, np.full(4, height_m))))

    fit = _best(corners, start, mark)
    if fit is None:
        return None
    covariance = fit.covariance + _of_mounting(mark, camera, height_m, square)
    return FlatSighting(
        mark.family,
        mark.number,
        float(fit.at[0]),
        float(fit.at[1]),
        math.remainder(float(fit.at[2]), math.tau),
        _worst_sd(covariance[:2, :2]),
        math.sqrt(covariance[2, 2]),
    )


def solid_sighting(
    mark: Mark,
    size_m: float,
    camera: Camera,
    facing: tuple[float, float, float] | None = None,
) -> SolidSighting | None:
    """Where a mark is whose black square has sides of ``size_m``; ``None`` if nothing fits, or it
    is seen at more than 72 degrees from straight on.

    ``facing``: the direction in ``base_link`` in which it is likely to look; it decides between two
    poses that fit alike. Raises ``InvalidMark`` for a size that is not positive.
    """
    solid = np.column_stack((_sized(size_m), np.zeros(4)))
    seen = np.array(mark.corners_px)
    count, turns, places, misfits = cv2.solvePnPGeneric(
        solid, seen, camera.matrix(), camera.lens(), flags=cv2.SOLVEPNP_IPPE_SQUARE
    )
    fits = [
        (float(np.ravel(misfits[n])[0]), np.array([*turns[n].ravel(), *places[n].ravel()], float))
        for n in range(count)
        if np.isfinite(places[n]).all() and places[n][2] > 0
    ]
    if not fits:
        return None
    chosen, ambiguous = _chosen(fits, camera, facing)

    def corners(pose: Array) -> Array:
        back, _ = cv2.projectPoints(solid, pose[:3], pose[3:], camera.matrix(), camera.lens())
        return np.asarray(back, dtype=float).reshape(-1, 2)

    fit = _best(corners, chosen, mark)
    if fit is None or _steep_rad(fit.at) > _STEEPEST_RAD:
        return None
    return _solid(mark, fit, camera, ambiguous)


def _solid(mark: Mark, fit: _Fit, camera: Camera, ambiguous: bool) -> SolidSighting:
    mounting = camera.mounting
    reach_m = float(np.linalg.norm(fit.at[3:]))
    # Blur moves all four sides outwards alike, which no misfit shows: it looks nearer than it is.
    nearer_m = reach_m * mark.sd_px / mark.side_px
    doubts_m = (mounting.sd_m, mounting.sd_rad * reach_m, nearer_m)
    middle = mounting.rotation() @ fit.at[3:] + mounting.position()
    x, y, z = (float(value) for value in middle)
    nx, ny, nz = (float(value) for value in _facing(fit.at, camera))
    sd_m = math.hypot(_worst_sd(fit.covariance[3:, 3:]), *doubts_m)
    return SolidSighting(mark.family, mark.number, x, y, z, (nx, ny, nz), sd_m, ambiguous)


def _chosen(
    fits: list[tuple[float, Array]], camera: Camera, facing: tuple[float, float, float] | None
) -> tuple[Array, bool]:
    """The pose to believe, and whether another one fits alike and nothing decides."""
    fits.sort(key=lambda fit: fit[0])
    if len(fits) == 1 or fits[1][0] > _CLEARLY * fits[0][0] + _TINY:
        return fits[0][1], False
    if facing is None:
        return fits[0][1], True
    return max((pose for _, pose in fits), key=lambda p: float(_facing(p, camera) @ facing)), False


def _facing(pose: Array, camera: Camera) -> Array:
    """Direction out of the print, in ``base_link``."""
    return np.asarray(camera.mounting.rotation() @ cv2.Rodrigues(pose[:3])[0][:, 2])


def _steep_rad(pose: Array) -> float:
    """Angle between the line of sight and the direction out of the print, reversed."""
    out = cv2.Rodrigues(pose[:3])[0][:, 2]
    return math.acos(np.clip(-float(out @ pose[3:]) / float(np.linalg.norm(pose[3:])), -1, 1))


def _sized(size_m: float) -> Array:
    if not 0 < size_m < math.inf:
        raise InvalidMark(
            "a mark has a size",
            field="size_m",
            value=size_m,
            remedy="Give the side of its black square in metres.",
        )
    return _SQUARE * size_m


def _on_plane(mark: Mark, camera: Camera, height_m: float) -> Array | None:
    """The corners on a level plane, 4 x 2 metres; ``None`` if the rays do not all meet it."""
    rays = camera.rays(mark.corners_px) @ camera.mounting.rotation().T
    rise_m = height_m - camera.mounting.z_m
    if (rays[:, 2] * rise_m < _TINY).any():
        return None
    reach = rise_m / rays[:, 2]
    return np.asarray(camera.mounting.position()[:2] + reach[:, None] * rays[:, :2])


def _laid(square: Array, ground: Array) -> Array:
    """The pose (x, y, theta) that lays a square best on four points (least squares)."""
    middle = ground.mean(axis=0)
    away = ground - middle
    dot = float((square * away).sum())
    cross = float((square[:, 0] * away[:, 1] - square[:, 1] * away[:, 0]).sum())
    return np.array([*middle, math.atan2(cross, dot)])


def _turned(square: Array, theta_rad: float) -> Array:
    cosine, sine = math.cos(theta_rad), math.sin(theta_rad)
    return np.asarray(square @ np.array([[cosine, sine], [-sine, cosine]]))


def _best(corners: Callable[[Array], Array], start: Array, mark: Mark) -> _Fit | None:
    """Gauss-Newton on the corners' misfit; ``None`` if it stays too large, or nothing converges."""
    seen = np.array(mark.corners_px)
    pose = start.astype(float)
    for _ in range(_ROUNDS):
        slope = _slope(corners, pose)
        step = np.linalg.lstsq(slope, (seen - corners(pose)).ravel(), rcond=None)[0]
        pose = pose + step
    miss = (seen - corners(pose)).ravel()
    misfit_px = float(np.sqrt((miss**2).mean()))
    if not misfit_px < max(_MISFIT_SDS * mark.sd_px, _MISFIT_SIDES * mark.side_px):
        return None
    spare = len(miss) - len(pose)
    sd_px = max(mark.sd_px, math.sqrt(float(miss @ miss) / spare))
    normal = slope.T @ slope
    if np.linalg.cond(normal) > 1 / _TINY**2:
        return None
    return _Fit(pose, np.asarray(sd_px**2 * np.linalg.inv(normal), float), misfit_px)


def _slope(corners: Callable[[Array], Array], pose: Array) -> Array:
    """Change of the eight pixel figures with each parameter."""
    steps = np.eye(len(pose)) * _TINY
    return np.column_stack(
        [(corners(pose + step) - corners(pose - step)).ravel() / (2 * _TINY) for step in steps]
    )


def _of_mounting(mark: Mark, camera: Camera, height_m: float, square: Array) -> Array:
    """What not knowing the mounting exactly adds to the covariance of (x, y, theta)."""
    mounting = camera.mounting
    doubts = (mounting.sd_m,) * 3 + (mounting.sd_rad,) * 3
    total = np.zeros((3, 3))
    held = _pose_if(mark, camera, height_m, square)
    for name, doubt in zip(_MOUNTED, doubts, strict=True):
        if doubt == 0:
            continue
        moved = replace(mounting, **{name: getattr(mounting, name) + doubt})
        change = _pose_if(mark, replace(camera, mounting=moved), height_m, square) - held
        change[2] = math.remainder(change[2], math.tau)
        total += np.outer(change, change)
    return total


def _pose_if(mark: Mark, camera: Camera, height_m: float, square: Array) -> Array:
    """Where the mark would lie if the camera were so; far off where it would see no plane."""
    ground = _on_plane(mark, camera, height_m)
    return np.full(3, _FAR_OFF) if ground is None else _laid(square, ground)


def _worst_sd(covariance: Array) -> float:
    return math.sqrt(max(float(np.linalg.eigvalsh(covariance)[-1]), 0.0))
