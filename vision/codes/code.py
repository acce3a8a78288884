"""A code as it was read in a picture."""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from vision.codes.fiducials import Pixel
from vision.codes.symbologies import LINEAR, Symbology


class Found(StrEnum):
    """How a code was found."""

    DIRECT = "direct"
    """At a glance at the whole picture."""
    LOCATED = "located"
    """Its bars were looked for and set upright first."""
    ENLARGED = "enlarged"
    """In the whole picture, enlarged and smoothed."""


class Reader(StrEnum):
    """Who has read it."""

    ZXING = "zxing-cpp"
    ZBAR = "zbar"


@dataclass(frozen=True, slots=True)
class Code:
    """A code read in a picture: corners in pixels, from the upper left one of the print on; AIM
    symbology identifier (ISO/IEC 15424), empty where the reader told none."""

    text: str
    symbology: Symbology
    corners_px: tuple[Pixel, Pixel, Pixel, Pixel]
    aim_id: str
    found: Found = Found.DIRECT
    reader: Reader = Reader.ZXING

    @property
    def middle_px(self) -> Pixel:
        """Mean of the corners."""
        x, y = np.mean(self.corners_px, axis=0)
        return float(x), float(y)


def add_code(found: list[Code], code: Code) -> None:
    """Adds a code unless it is there already, or is a part of one that is; parts of it go."""
    if not code.text or any(_same(code, other) or _part(code, other) for other in found):
        return
    found[:] = [other for other in found if not _part(other, code)]
    found.append(code)


def _same(code: Code, other: Code) -> bool:
    """Whether two reads are of one code: the middle of one lies on the other."""
    return code.text == other.text and (_on(code, other) or _on(other, code))


def _part(code: Code, other: Code) -> bool:
    """Whether a read is a short scan of another: bars without a check digit, ITF above all, can be
    read from somewhere within."""
    return (
        code.symbology is other.symbology
        and code.symbology in LINEAR
        and len(code.text) < len(other.text)
        and code.text in other.text
        and _on(code, other)
    )


def _on(code: Code, other: Code) -> bool:
    """Whether the middle of a code lies on another, or near it: readers tell one line across bars
    as often as their outline."""
    outline = np.array(other.corners_px, dtype=np.float32)
    sides_px = np.linalg.norm(np.roll(outline, -1, axis=0) - outline, axis=1)
    inside_px = cv2.pointPolygonTest(outline, code.middle_px, True)
    return bool(inside_px >= -max(2.0, float(sides_px.max()) / 4))
