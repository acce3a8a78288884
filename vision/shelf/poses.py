"""Where a camera is before a face: from its marks and labels, or said outright."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner.warehouse.errors import InvalidImage, InvalidMark
from vision.codes.camera import Camera
from vision.codes.fiducials import Mark
from vision.shelf.rack import FaceModel

Array = NDArray[np.float64]
Row = tuple[float, float, float]

_SQUARE: Array = np.array([[-0.5, 0.5], [0.5, 0.5], [0.5, -0.5], [-0.5, -0.5]])
_TO_PLANE: Array = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
"""Face coordinates to those of a plane with z = 0, as OpenCV wants it."""
_NEAR_SIDES = 0.7
"""A label is taken for one of the face if it is seen at most so many of its sides off its place."""
_LABEL_WEIGHT = 0.2
"""Middles of labels are known to 0.7 px or so, corners of fiducials to 0.15."""
_ROUNDS = 5
_MISFIT_SIDES = 0.05
_MISFIT_PX = 3.0


@dataclass(frozen=True, slots=True)
class FacePose:
    """A camera in face coordinates (``vision/shelf/rack.py``): the middle of its lens, and the
    directions of its optical axes (right, down, out of the lens)."""

    position_m: Row
    axes: tuple[Row, Row, Row]

    @classmethod
    def looking(cls, position_m: Row, at_m: Row, roll_rad: float = 0.0) -> "FacePose":
        """A camera upright but for ``roll_rad`` (clockwise picture) that looks at a point."""
        out = np.subtract(at_m, position_m)
        right = np.cross(out, (0.0, 0.0, 1.0))
        if not np.linalg.norm(right) > 0:
            raise InvalidImage(
                "a camera cannot look straight up or down at a face", field="pose", value=at_m
            )
        out, right = out / np.linalg.norm(out), right / np.linalg.norm(right)
        down = np.cross(out, right)
        cosine, sine = math.cos(roll_rad), math.sin(roll_rad)
        turned = np.array([cosine * right + sine * down, cosine * down - sine * right, out])
        return cls(position_m, _rows(turned))

    def optical(self, points_m: ArrayLike) -> Array:
        """Points of the face (n x 3) in the camera's optical frame."""
        away = np.asarray(points_m, dtype=float).reshape(-1, 3) - np.array(self.position_m)
        return np.asarray(away @ np.array(self.axes).T)

    def project(self, points_m: ArrayLike, camera: Camera) -> Array:
        """Where points of the face (n x 3) are seen: n x 2 pixels; without meaning behind the
        lens."""
        return _projected(self.optical(points_m), camera)

    def on_plane(self, pixel: ArrayLike, camera: Camera, y_m: float) -> tuple[float, float]:
        """Where what is seen at a pixel lies in a plane parallel to the face: x and z in metres,
        NaN where the plane is not seen."""
        ray = (camera.rays(pixel) @ np.array(self.axes))[0]
        reach = (y_m - self.position_m[1]) / ray[1] if ray[1] > 0 else math.nan
        found = np.array(self.position_m) + reach * ray
        return float(found[0]), float(found[2])

    def behind(self, z_m: float, y_m: float) -> float:
        """Height in the plane ``y_m`` of what is seen right behind a level edge at y = 0."""
        _, back, eye = self.position_m
        return eye + (z_m - eye) * (y_m - back) / -back


def face_pose(
    marks: Collection[Mark], labels: Sequence[tuple[str, Array]], camera: Camera, face: FaceModel
) -> FacePose:
    """The camera's pose from the fiducials of a face; labels that were read (text and middle, in
    pixels) make it better far from the fiducials, and decide where one alone is ambiguous.

    Raises ``InvalidMark`` where no fiducial of the face is seen, they do not lie as the face says,
    or the camera would be behind the face.
    """
    solid, seen = _mark_points(marks, face)
    tags = len(solid)
    found: list[tuple[bool, int, float, Array, Array]] = []
    for start in _poses(solid, seen, camera):
        placed, at = _label_points(labels, face, *start, camera)
        points, pixels = np.vstack((solid, placed)), np.vstack((seen, at))
        turn, place = _refined(points, pixels, tags, *start, camera)
        misfit_px = _misfit_px(solid, seen, turn, place, camera)
        found.append((misfit_px < _most_misfit_px(seen), len(placed), -misfit_px, turn, place))
    fits, _, less_px, turn, place = max(found, key=lambda one: one[:3])
    if not fits:
        raise InvalidMark(
            "the fiducials do not hang as the face says",
            field="face.marks",
            value=f"{-less_px:.1f} px off",
            remedy="Measure where they hang and how large their black squares are; check the "
            "camera's calibration.",
        )
    return _in_front(turn, place)


def _mark_points(marks: Collection[Mark], face: FaceModel) -> tuple[Array, Array]:
    """Corners of the fiducials of the face that are seen: n x 3 metres, n x 2 pixels."""
    hung = {(mark.family, mark.number): mark for mark in face.marks}
    found = [mark for mark in marks if (mark.family, mark.number) in hung]
    if not found:
        told = ", ".join(f"{mark.family} {mark.number}" for mark in face.marks)
        others = ", ".join(f"{mark.family} {mark.number}" for mark in marks)
        raise InvalidMark(
            f"no fiducial of face {face.face} of {face.pod} is seen: expected {told}",
            field="image",
            value=others or "none",
            remedy="Show the fiducial whole, 30 px or more wide, sharp and lit; or give the rack "
            "that is in the picture.",
        )
    corners = []
    for mark in found:
        at = hung[(mark.family, mark.number)]
        flat = _SQUARE * at.side_m + (at.x_m, at.z_m)
        corners.append(np.column_stack((flat[:, 0], np.zeros(4), flat[:, 1])))
    return np.vstack(corners), np.vstack([mark.corners_px for mark in found])


def _poses(solid: Array, seen: Array, camera: Camera) -> list[tuple[Array, Array]]:
    """Rotation vectors and translations that may be: both of one tag by IPPE, which fails where a
    square is seen quite straight; and what SQPNP finds."""
    flat = np.column_stack((solid[:, 0], solid[:, 2], np.zeros(len(solid))))
    found: list[tuple[Array, Array]] = []
    for method in (cv2.SOLVEPNP_IPPE, cv2.SOLVEPNP_SQPNP):
        count, turns, places, _ = cv2.solvePnPGeneric(
            flat, seen, camera.matrix(), camera.lens(), flags=method
        )
        for turn, place in zip(turns[:count], places[:count], strict=True):
            if np.isfinite(turn).all() and np.isfinite(place).all():
                matrix = cv2.Rodrigues(turn)[0] @ _TO_PLANE
                found.append((_vector(matrix), np.asarray(place, dtype=float).ravel()))
    if not found:
        raise InvalidMark(
            "no pose fits the fiducials",
            field="image",
            value=len(seen),
            remedy="Look from another side, and check the camera's calibration.",
        )
    return found


def _label_points(
    labels: Sequence[tuple[str, Array]], face: FaceModel, turn: Array, place: Array, camera: Camera
) -> tuple[Array, Array]:
    """Middles of labels that are seen where the face has them: n x 3 metres, n x 2 pixels."""
    hung = {label.text: label for label in face.labels}
    solid, seen = [], []
    for text, middle_px in labels:
        if text not in hung:
            continue
        label = hung[text]
        ends = np.array([[label.x_m, 0.0, label.z_m], [label.x_m, 0.0, label.z_m + label.side_m]])
        middle, upper = _seen_from(ends, turn, place, camera)
        if np.linalg.norm(middle - middle_px) < _NEAR_SIDES * np.linalg.norm(upper - middle):
            solid.append(ends[0])
            seen.append(middle_px)
    return np.array(solid).reshape(-1, 3), np.array(seen).reshape(-1, 2)


def _refined(
    solid: Array, seen: Array, tags: int, turn: Array, place: Array, camera: Camera
) -> tuple[Array, Array]:
    """Gauss-Newton on all points; those of labels count for less."""
    weights = np.ones(len(solid))
    weights[tags:] = _LABEL_WEIGHT
    for _ in range(_ROUNDS):
        back, slope = cv2.projectPoints(solid, turn, place, camera.matrix(), camera.lens())
        miss = (seen - back.reshape(-1, 2)) * weights[:, None]
        normal = slope[:, :6] * np.repeat(weights, 2)[:, None]
        step = np.linalg.lstsq(normal, miss.ravel(), rcond=None)[0]
        turn, place = turn + step[:3], place + step[3:]
    return turn, place


def _seen_from(points: Array, turn: Array, place: Array, camera: Camera) -> Array:
    back, _ = cv2.projectPoints(points, turn, place, camera.matrix(), camera.lens())
    return np.asarray(back, dtype=float).reshape(-1, 2)


def _misfit_px(solid: Array, seen: Array, turn: Array, place: Array, camera: Camera) -> float:
    away = _seen_from(solid, turn, place, camera) - seen
    return float(np.sqrt((away**2).sum(axis=1).mean()))


def _most_misfit_px(seen: Array) -> float:
    """By how much corners may miss; more for large fiducials, whose plates bend."""
    return max(_MISFIT_PX, _MISFIT_SIDES * float(np.linalg.norm(seen[1] - seen[0])))


def _in_front(turn: Array, place: Array) -> FacePose:
    axes = np.asarray(cv2.Rodrigues(turn)[0], dtype=float)
    position = -axes.T @ place
    if position[1] >= 0:
        raise InvalidMark(
            "the camera would be behind the face",
            field="image",
            value=f"{position[1]:.2f} m",
            remedy="Is the picture mirrored, or the fiducial hung upside down?",
        )
    x, y, z = (float(value) for value in position)
    return FacePose((x, y, z), _rows(axes))


def _vector(turn: Array) -> Array:
    """The rotation vector of a rotation matrix."""
    return np.asarray(cv2.Rodrigues(turn)[0], dtype=float).ravel()


def _rows(axes: Array) -> tuple[Row, Row, Row]:
    first, second, third = ((float(a), float(b), float(c)) for a, b, c in axes)
    return first, second, third


def _projected(optical: Array, camera: Camera) -> Array:
    seen, _ = cv2.projectPoints(optical, np.zeros(3), np.zeros(3), camera.matrix(), camera.lens())
    return np.asarray(seen, dtype=float).reshape(-1, 2)
