"""Pictures as they come from cameras, checked before anything is looked for in them."""

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from planner.warehouse.errors import InvalidImage
from vision.codes.marks import GreyImage

MOST_PIXELS = 50_000_000
"""Pictures with more are refused: twice what industrial cameras give, 50 MB in grey."""
LONGEST_SIDE_PX = 2**15 - 2
"""OpenCV turns and straightens no longer pictures."""
_DARK, _BRIGHT = 24, 232
"""Grey values beyond which a sensor tells nothing: its noise floor, and its saturation."""
_LEAST_PX = 50
"""Fewer pixels than this are hot pixels; the smallest symbol (Data Matrix 10 x 10) has as many
bright ones as dark ones at a pixel for a module."""


def grey_image(image: NDArray[Any]) -> GreyImage:
    """The picture in grey; three channels are red, green, blue.

    Raises ``InvalidImage`` unless it is height x width or height x width x 3 of uint8, not empty,
    no side longer than ``LONGEST_SIDE_PX``.
    """
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        raise InvalidImage(
            "a picture must be an array of bytes",
            field="image",
            value=str(getattr(image, "dtype", type(image).__name__)),
            remedy="Give a numpy array of uint8.",
        )
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3) or image.size == 0:
        raise InvalidImage(
            "a picture must be height x width, or height x width x 3, and not empty",
            field="image",
            value=image.shape,
            remedy="Give one grey or one RGB frame.",
        )
    if max(image.shape[:2]) > LONGEST_SIDE_PX:
        raise InvalidImage(
            f"a side of the picture has more than {LONGEST_SIDE_PX} pixels",
            field="image",
            value=f"{image.shape[1]} x {image.shape[0]}",
            remedy="Make it smaller, or cut out what matters.",
        )
    if image.ndim == 2:
        return np.ascontiguousarray(image)
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


def lit_image(image: NDArray[Any], most_pixels: int = MOST_PIXELS) -> GreyImage:
    """As :func:`grey_image`; raises ``InvalidImage`` also for a picture that has more than
    ``most_pixels``, is black all over, or so overexposed that no bars could be seen."""
    refuse_large(image, most_pixels)
    grey = grey_image(image)
    if np.count_nonzero(grey > _DARK) < _LEAST_PX:
        raise InvalidImage(
            "the picture is black",
            field="image",
            value=f"brightest {grey.max()} of 255",
            remedy="Switch the light on, take the cap off the lens, or expose longer.",
        )
    if np.count_nonzero(grey < _BRIGHT) < _LEAST_PX:
        raise InvalidImage(
            "the picture is overexposed",
            field="image",
            value=f"darkest {grey.min()} of 255",
            remedy="Expose shorter, or turn the light away from the lens.",
        )
    return grey


def refuse_large(image: NDArray[Any], most_pixels: int) -> None:
    """Raises ``InvalidImage`` for an array of more than ``most_pixels``."""
    shape: tuple[int, ...] = getattr(image, "shape", ())
    if math.prod(shape[:2]) > most_pixels:
        raise too_large(shape[1] if len(shape) > 1 else 1, shape[0], most_pixels)


def too_large(width: int, height: int, most_pixels: int) -> InvalidImage:
    """What to say about a picture that is too large."""
    return InvalidImage(
        f"the picture has more than {most_pixels / 1e6:g} megapixels",
        field="image",
        value=f"{width} x {height}",
        remedy="Make it smaller, or cut out what matters.",
    )
