"""Finding fiducials in a picture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.codes.corners import refined
from vision.codes.images import grey_image
from vision.codes.marks import FLOOR_FAMILY, POD_FAMILY, MarkerFamily, dictionary

Pixel = tuple[float, float]

SMALLEST_SIDE_PX = 30
"""From this side of the black square on, marks are found: in at least 95 of 100 pictures with
noise, blur, weak contrast and a tilt of up to 45 degrees as in tests/vision/codes. From 24 on when
they are seen straight."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A fiducial in a picture: corners of its black square, from the upper left one of the print
    clockwise, in pixels, and the standard deviation of each coordinate."""

    family: MarkerFamily
    number: int
    corners_px: tuple[Pixel, Pixel, Pixel, Pixel]
    sd_px: float

    @property
    def side_px(self) -> float:
        """Mean length of a side in the picture."""
        corners = np.array(self.corners_px)
        return float(np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1).mean())


def find_marks(
    image: NDArray[Any], families: Sequence[MarkerFamily] = (POD_FAMILY, FLOOR_FAMILY)
) -> tuple[Mark, ...]:
    """All fiducials of these families in a grey or RGB picture, by family and number.

    Raises ``InvalidImage`` for anything but a picture of bytes.
    """
    grey = grey_image(image)
    return _sorted(
        mark for family in families for mark in _of_family(grey, family, _detector(family), 3)
    )


def glance_at_marks(
    image: NDArray[Any], families: Sequence[MarkerFamily] = (POD_FAMILY, FLOOR_FAMILY)
) -> tuple[Mark, ...]:
    """As :func:`find_marks` in half the time; of marks that are small and weak in contrast it loses
    some. For who knows which marks should be there: ``vision/codes/expected_marks.py``."""
    grey = grey_image(image)
    return _sorted(
        mark for family in families for mark in _of_family(grey, family, _hasty_detector(family), 2)
    )


def placed(
    grey: NDArray[np.uint8],
    family: MarkerFamily,
    numbers: Sequence[int],
    corners_px: NDArray[np.float64],
    rounds: int = 3,
) -> list[Mark]:
    """Marks with better corners than those a detector gives (n x 4 x 2 pixels)."""
    if not len(numbers):
        return []
    better = refined(grey, corners_px, rounds)
    return [
        Mark(family, int(number), _pixels(at), float(sd))
        for number, at, sd in zip(numbers, better.at_px, better.sd_px, strict=True)
    ]


def _sorted(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    return tuple(sorted(marks, key=lambda mark: (mark.family, mark.number, mark.corners_px)))


def _of_family(
    grey: NDArray[np.uint8],
    family: MarkerFamily,
    detector: cv2.aruco.ArucoDetector,
    rounds: int,
) -> list[Mark]:
    corners, numbers, _ = detector.detectMarkers(grey)
    if not corners:
        return []
    at = np.array(corners, dtype=float).reshape(-1, 4, 2)
    return placed(grey, family, [int(number) for number in numbers.ravel()], at, rounds)


def _pixels(corners: NDArray[np.float64]) -> tuple[Pixel, Pixel, Pixel, Pixel]:
    first, second, third, fourth = ((float(x), float(y)) for x, y in corners)
    return first, second, third, fourth


@cache
def _detector(family: MarkerFamily) -> cv2.aruco.ArucoDetector:
    """Where OpenCV's own settings lose marks or make some up, found by tests/vision/codes: finer
    steps of the threshold window, so that weak contrast is read; fewer wrong bits (two), so that
    black frames with anything in them are not; and outlines that lie a module apart, as those of a
    mark and of its white plate do, are two outlines."""
    return cv2.aruco.ArucoDetector(dictionary(family), _parameters(window_step_px=4))


@cache
def _hasty_detector(family: MarkerFamily) -> cv2.aruco.ArucoDetector:
    """The same with two threshold windows, 3 and 19 pixels, instead of six: each window is a pass
    over the picture, and passes are what finding costs."""
    return cv2.aruco.ArucoDetector(dictionary(family), _parameters(window_step_px=16))


def _parameters(window_step_px: int) -> cv2.aruco.DetectorParameters:
    parameters = cv2.aruco.DetectorParameters()
    parameters.adaptiveThreshWinSizeStep = window_step_px
    parameters.adaptiveThreshConstant = 5
    parameters.errorCorrectionRate = 0.4
    parameters.minMarkerDistanceRate = 0.02
    parameters.minGroupDistance = 0.02
    return parameters
