"""A detector of the user's own, as an ONNX file, run by OpenCV: nothing else is to be installed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from planner.warehouse.errors import InvalidImage
from vision.codes.marks import GreyImage
from vision.fusion.pieces import Chances, normalised, seen_some

_FIGURES = 6
_OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class Detection:
    """A carton in a bin image: its sides in pixels, and the detector's score."""

    left: float
    top: float
    right: float
    bottom: float
    score: float


@dataclass(frozen=True, slots=True)
class DetectorParams:
    """How a detector errs, to be measured on pictures of one's own: the share of cartons that it
    finds, and how many others it makes up in a slot on the mean; ``floor`` as in
    ``ShelfParams``."""

    rate: float = 0.95
    extra: float = 0.05
    floor: float = 0.02


class CartonDetector(Protocol):
    """What finds cartons in the image of a slot, laid out flat."""

    params: DetectorParams

    def cartons(self, image: GreyImage) -> Sequence[Detection]:
        """The cartons in front, each once."""


class OnnxDetector:
    """A network with one input, 1 x 3 x ``size_px`` x ``size_px``, RGB from 0 to 1, and one output
    of rows x1, y1, x2, y2, score, class in pixels of the input (1 x n x 6 or n x 6), as YOLO models
    are exported with their suppression of doubles.

    Raises ``InvalidImage`` for a file that OpenCV cannot read, and for another output.
    """

    def __init__(
        self,
        path: Path,
        size_px: int,
        least_score: float = 0.5,
        params: DetectorParams = DetectorParams(),
    ) -> None:
        try:
            self._net = cv2.dnn.readNetFromONNX(str(path))
        except cv2.error as error:
            raise InvalidImage(
                f"not a network OpenCV can run: {str(error).strip().splitlines()[-1]}",
                field="detector",
                value=str(path),
                remedy="Export it as ONNX with fixed sizes, opset 12 or so.",
            ) from error
        self._size_px = size_px
        self._least_score = least_score
        self.params = params

    def cartons(self, image: GreyImage) -> Sequence[Detection]:
        """Those that score enough; of two that overlap by half, the better one."""
        side = self._size_px
        rgb = np.repeat(image[..., None], 3, axis=2)
        self._net.setInput(cv2.dnn.blobFromImage(rgb, 1 / 255, (side, side)))
        rows = self._rows(np.asarray(self._net.forward()))
        rows = rows[rows[:, 4] >= self._least_score]
        boxes = [(x1, y1, x2 - x1, y2 - y1) for x1, y1, x2, y2 in rows[:, :4].tolist()]
        kept = cv2.dnn.NMSBoxes(boxes, rows[:, 4].tolist(), self._least_score, _OVERLAP)
        width, height = image.shape[1] / side, image.shape[0] / side
        return [
            Detection(x1 * width, y1 * height, x2 * width, y2 * height, score)
            for x1, y1, x2, y2, score, _ in rows[np.array(kept, dtype=int).ravel()].tolist()
        ]

    def _rows(self, output: NDArray[np.float32]) -> NDArray[np.float32]:
        if output.ndim not in (2, 3) or output.shape[-1] != _FIGURES:
            raise InvalidImage(
                "the detector's output is none of boxes",
                field="detector",
                value=output.shape,
                remedy="Export it with rows of x1, y1, x2, y2, score, class.",
            )
        return output.reshape(-1, _FIGURES)


def detected_chances(found: int, places: int, params: DetectorParams) -> Chances:
    """The likelihood of 0, 1, ... ``places`` cartons in front, adding up to 1."""
    likelihood = normalised(seen_some(found, params.rate, places, params.extra))
    mixed: Chances = (1 - params.floor) * likelihood + params.floor / len(likelihood)
    return mixed
