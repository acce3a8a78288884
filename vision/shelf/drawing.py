"""A picture with what was told of its slots, for people."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.codes.images import grey_image
from vision.shelf.face import FaceLook, SlotLook
from vision.shelf.occupancy import Occupancy

_COLOURS = {
    Occupancy.OCCUPIED: (0, 170, 0),
    Occupancy.EMPTY: (0, 110, 255),
    Occupancy.UNSURE: (240, 140, 0),
}


def drawn_look(image: NDArray[Any], look: FaceLook) -> NDArray[np.uint8]:
    """Height x width x 3, RGB: occupied slots in green with the likeliest number in front, empty
    ones in blue, those that are unsure in orange."""
    picture = np.repeat(grey_image(image)[..., None], 3, axis=2).copy()
    thick = max(1, round(max(picture.shape) / 700))
    for slot in look.slots:
        colour = _COLOURS[slot.occupancy]
        corners = np.rint(np.array(slot.corners_px)).astype(np.int32)
        cv2.polylines(picture, [corners.reshape(-1, 1, 2)], True, colour, thick, cv2.LINE_AA)
        x, y = (int(value) for value in corners[0])
        size = 0.5 * thick
        at = (x + 3 * thick, y + 14 * thick)
        for ink, wide in (((0, 0, 0), 3 * thick), (colour, thick)):
            cv2.putText(
                picture, _caption(slot), at, cv2.FONT_HERSHEY_SIMPLEX, size, ink, wide, cv2.LINE_AA
            )
    return picture


def _caption(slot: SlotLook) -> str:
    if slot.occupancy is Occupancy.OCCUPIED:
        front, probability = slot.likeliest_front
        return f"{front} ({probability:.0%})"
    return slot.occupancy
