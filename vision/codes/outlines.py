"""A picture with what was found in it outlined, for people."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from planner.warehouse.errors import InvalidImage
from vision.codes.code import Code, Found
from vision.codes.fiducials import Mark, Pixel
from vision.codes.marks import GreyImage

_COLOURS = {Found.DIRECT: (0, 160, 0), Found.LOCATED: (230, 120, 0), Found.ENLARGED: (200, 0, 200)}
_MARK_COLOUR = (0, 90, 255)
_LONGEST_CAPTION = 40


def outlined(grey: GreyImage, codes: Collection[Code], marks: Collection[Mark]) -> NDArray[Any]:
    """Height x width x 3, RGB uint8: codes read at a glance in green, those set upright first in
    orange, those read enlarged in violet, fiducials in blue."""
    picture = np.repeat(grey[..., None], 3, axis=2).copy()
    for code in codes:
        _outline(picture, code.corners_px, code.text, _COLOURS[code.found])
    for mark in marks:
        _outline(picture, mark.corners_px, str(mark.number), _MARK_COLOUR)
    return picture


def save_outlined(picture: NDArray[Any], path: Path) -> None:
    """Writes it as the file's ending says. Raises ``InvalidImage`` for an ending that is none, or
    where nothing can be written."""
    try:
        Image.fromarray(picture).save(path)
    except (ValueError, OSError, KeyError) as error:
        raise InvalidImage(
            f"cannot be written: {error}",
            field="draw",
            value=str(path),
            remedy="Name a .png or .jpg file in a folder that is there.",
        ) from error


def _outline(
    picture: NDArray[Any],
    corners_px: tuple[Pixel, Pixel, Pixel, Pixel],
    text: str,
    colour: tuple[int, int, int],
) -> None:
    thick = max(1, round(max(picture.shape) / 500))
    corners = np.rint(np.array(corners_px)).astype(np.int32)
    cv2.polylines(picture, [corners.reshape(-1, 1, 2)], True, colour, thick, cv2.LINE_AA)
    left, top = (int(value) for value in corners.min(axis=0))
    caption = "".join(c if " " <= c <= "~" else "." for c in text[:_LONGEST_CAPTION])
    at = (max(0, left), max(12 * thick, top - 4 * thick))
    cv2.putText(
        picture, caption, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45 * thick, colour, thick, cv2.LINE_AA
    )
