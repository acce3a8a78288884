"""Pictures as they come from cameras, checked before anything is looked for in them."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from planner.warehouse.errors import InvalidImage
from vision.codes.marks import GreyImage


def grey_image(image: NDArray[Any]) -> GreyImage:
    """The picture in grey; three channels are red, green, blue.

    Raises ``InvalidImage`` unless it is height x width or height x width x 3 of uint8, not empty.
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
    if image.ndim == 2:
        return np.ascontiguousarray(image)
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
