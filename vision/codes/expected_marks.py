"""Finding fiducials by those that should be there: as little work as brings them all.

A glance first, the thorough search of ``find_marks`` where an expected mark is missing, and
AprilTag's own detector (pyapriltags, ``pip install podherd[vision]``) for pod tags that are missing
still: it follows edges instead of thresholds and reads smaller and more blurred tags.
"""

from collections.abc import Collection
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vision.codes.fiducials import Mark, find_marks, glance_at_marks, placed
from vision.codes.images import grey_image
from vision.codes.marks import POD_FAMILY, GreyImage, MarkerFamily

MarkName = tuple[MarkerFamily, int]


def find_expected_marks(image: NDArray[Any], expected: Collection[MarkName]) -> tuple[Mark, ...]:
    """Fiducials in a grey or RGB picture, of the families of those expected, by family and number;
    others than expected may be among them.

    Raises ``InvalidImage`` for anything but a picture of bytes.
    """
    grey = grey_image(image)
    families = sorted({family for family, _ in expected})
    marks = glance_at_marks(grey, families)
    if _missing(marks, expected):
        marks = find_marks(grey, families)
    numbers = {number for family, number in _missing(marks, expected) if family is POD_FAMILY}
    more = _by_apriltag(grey, numbers) if numbers else []
    return tuple(sorted((*marks, *more), key=lambda m: (m.family, m.number, m.corners_px)))


def apriltag_available() -> bool:
    """Whether AprilTag's own detector is installed."""
    return _apriltag() is not None


def _missing(marks: Collection[Mark], expected: Collection[MarkName]) -> set[MarkName]:
    return set(expected) - {(mark.family, mark.number) for mark in marks}


def _by_apriltag(grey: GreyImage, numbers: set[int]) -> list[Mark]:
    """Pod tags with these numbers; corners as OpenCV has them: clockwise from the upper left one
    of the print, pixel centres at whole numbers (AprilTag's are half a pixel further)."""
    detector = _apriltag()
    if detector is None:
        return []
    tags = [tag for tag in detector.detect(grey) if tag.tag_id in numbers]
    corners = [np.roll(tag.corners[::-1], 2, axis=0) - 0.5 for tag in tags]
    at = np.array(corners, dtype=float).reshape(-1, 4, 2)
    return placed(grey, POD_FAMILY, [int(tag.tag_id) for tag in tags], at)


@cache
def _apriltag() -> Any | None:
    try:
        from pyapriltags import Detector
    except (ImportError, OSError):
        return None
    return Detector(families="tag36h11", nthreads=1, quad_decimate=1.0)
