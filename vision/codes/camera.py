"""A camera on a robot: pinhole figures, lens distortion, and where it is mounted.

Pixels have their centres at whole numbers, (0, 0) is the middle of the upper left one; so the
middle of a picture is at ``((width - 1) / 2, (height - 1) / 2)``. Frames are those of REP-103: the
housing's x axis looks out of the lens, the optical frame has z out of the lens, x to the right and
y down.
"""

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from planner.warehouse.errors import InvalidImage

Array = NDArray[np.float64]
Pixels = NDArray[Any]

_HOUSING_FROM_OPTICAL: Array = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
_DISTORTIONS = (0, 4, 5, 8)


@dataclass(frozen=True, slots=True)
class Mounting:
    """Pose of the housing in ``base_link``: metres, and fixed-axis roll, pitch, yaw in radians as
    URDF and SDF have them (pitch pi/2 looks straight down). ``sd_m`` and ``sd_rad`` say how well
    each of these is known."""

    x_m: float
    y_m: float
    z_m: float
    roll_rad: float = 0.0
    pitch_rad: float = 0.0
    yaw_rad: float = 0.0
    sd_m: float = 0.0
    sd_rad: float = 0.0

    def rotation(self) -> Array:
        """3 x 3: directions of the optical frame to ``base_link``."""
        (cr, sr), (cp, sp), (cy, sy) = (
            (math.cos(angle), math.sin(angle))
            for angle in (self.roll_rad, self.pitch_rad, self.yaw_rad)
        )
        about_x = np.array([[1.0, 0.0, 0.0], [0.0, cr, -sr], [0.0, sr, cr]])
        about_y = np.array([[cp, 0.0, sp], [0.0, 1.0, 0.0], [-sp, 0.0, cp]])
        about_z = np.array([[cy, -sy, 0.0], [sy, cy, 0.0], [0.0, 0.0, 1.0]])
        return np.asarray(about_z @ about_y @ about_x @ _HOUSING_FROM_OPTICAL)

    def position(self) -> Array:
        """The middle of the lens in ``base_link``, metres."""
        return np.array([self.x_m, self.y_m, self.z_m])


@dataclass(frozen=True, slots=True)
class Camera:
    """Size of the picture, focal lengths and principal point in pixels, lens distortion in
    OpenCV's order (k1, k2, p1, p2, k3 ...; "plumb_bob" and "rational_polynomial" of ROS), mounting.

    Raises ``InvalidImage`` for figures no camera has.
    """

    width_px: int
    height_px: int
    fx_px: float
    fy_px: float
    cx_px: float
    cy_px: float
    mounting: Mounting
    distortion: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        figures = (self.fx_px, self.fy_px, self.cx_px, self.cy_px, *self.distortion)
        if min(self.width_px, self.height_px) < 1 or not all(map(math.isfinite, figures)):
            raise InvalidImage(
                "a camera needs a size and finite figures", field="camera", value=self
            )
        if min(self.fx_px, self.fy_px) <= 0:
            raise InvalidImage(
                "focal lengths must be positive",
                field="camera",
                value=(self.fx_px, self.fy_px),
                remedy="Calibrate the camera; an empty CameraInfo has zeros.",
            )
        if len(self.distortion) not in _DISTORTIONS:
            raise InvalidImage(
                "unknown lens model",
                field="camera",
                value=self.distortion,
                remedy=f"Give {', '.join(map(str, _DISTORTIONS))} coefficients.",
            )

    @classmethod
    def with_view(
        cls, width_px: int, height_px: int, horizontal_rad: float, mounting: Mounting
    ) -> "Camera":
        """An ideal camera of this horizontal angle of view, as simulators have it."""
        if not 0 < horizontal_rad < math.pi:
            raise InvalidImage(
                "an angle of view is between 0 and pi", field="camera", value=horizontal_rad
            )
        focal_px = width_px / 2 / math.tan(horizontal_rad / 2)
        middle = ((width_px - 1) / 2, (height_px - 1) / 2)
        return cls(width_px, height_px, focal_px, focal_px, *middle, mounting)

    def checked(self, picture: Pixels) -> Pixels:
        """The picture, if it is one of this camera's size; raises ``InvalidImage`` otherwise."""
        if picture.shape[:2] != (self.height_px, self.width_px):
            raise InvalidImage(
                f"the camera's pictures are {self.height_px} x {self.width_px}",
                field="image",
                value=picture.shape,
                remedy="Calibrate at the size that is sent.",
            )
        return picture

    def matrix(self) -> Array:
        """The 3 x 3 matrix of the pinhole."""
        return np.array(
            [[self.fx_px, 0.0, self.cx_px], [0.0, self.fy_px, self.cy_px], [0.0, 0.0, 1.0]]
        )

    def lens(self) -> Array:
        """The distortion as OpenCV takes it."""
        return np.array(self.distortion or (0.0, 0.0, 0.0, 0.0))

    def project(self, points_m: ArrayLike) -> Array:
        """Where n x 3 points of ``base_link`` are seen: n x 2 pixels. Points behind the lens give
        figures without meaning."""
        optical = (
            np.asarray(points_m, dtype=float) - self.mounting.position()
        ) @ self.mounting.rotation()
        seen, _ = cv2.projectPoints(optical, np.zeros(3), np.zeros(3), self.matrix(), self.lens())
        return np.asarray(seen, dtype=float).reshape(-1, 2)

    def rays(self, pixels: ArrayLike) -> Array:
        """Directions in the optical frame (z = 1) of n x 2 pixels, distortion taken out: n x 3."""
        flat = np.asarray(pixels, dtype=float).reshape(-1, 1, 2)
        bare = cv2.undistortPoints(flat, self.matrix(), self.lens()).reshape(-1, 2)
        return np.column_stack((bare, np.ones(len(bare))))
