"""What is printed on cartons and racks in drawn scenes: textures with grey from 0 to 1."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.codes.marks import LabelKind, label_image
from vision.shelf.rack import Carton

Texture = NDArray[np.float32]

_TEXELS_PER_M = 900.0
_LABEL_M = 0.05
_LEAST_LABEL_PX = 40


def plain(height: int, width: int, grey: float, grain: float, dice: np.random.Generator) -> Texture:
    """A surface of one grey with slow and fine variation (``grain``, relative)."""
    fine = dice.standard_normal((height, width)).astype(np.float32)
    coarse = dice.standard_normal((height // 16 + 2, width // 16 + 2)).astype(np.float32)
    slow = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(grey * (1 + grain * (0.6 * slow + 0.5 * fine)), dtype=np.float32)


def carton_print(carton: Carton, code: str | None, dice: np.random.Generator) -> Texture:
    """The side of a carton that faces the aisle: board of some grey, tape, print, a label."""
    height = max(24, round(carton.height_m * _TEXELS_PER_M))
    width = max(24, round(carton.width_m * _TEXELS_PER_M))
    grey = float(dice.choice((dice.uniform(0.3, 0.65), dice.uniform(0.7, 0.9), 0.14)))
    side = plain(height, width, grey, 0.04, dice)
    _darken_rim(side)
    if dice.random() < 0.6:
        _tape(side, dice)
    for _ in range(int(dice.integers(0, 5))):
        _printed(side, grey, dice)
    if code is not None:
        _labelled(side, code, dice)
    return np.clip(side, 0.02, 1.0)


def _darken_rim(side: Texture) -> None:
    """Edges of board are rounded: they catch less light."""
    for wide, share in ((1, 0.75), (2, 0.9)):
        side[:wide] *= share
        side[-wide:] *= share
        side[:, :wide] *= share
        side[:, -wide:] *= share


def _tape(side: Texture, dice: np.random.Generator) -> None:
    height, width = side.shape
    share = float(dice.uniform(1.08, 1.35))
    if dice.random() < 0.5:
        middle, half = height // 2, max(2, height // 14)
        side[middle - half : middle + half] *= share
    else:
        middle, half = width // 2, max(2, width // 14)
        side[:, middle - half : middle + half] *= share


def _printed(side: Texture, grey: float, dice: np.random.Generator) -> None:
    height, width = side.shape
    ink = grey * float(dice.uniform(0.3, 0.8)) if grey > 0.2 else grey * float(dice.uniform(2, 4))
    x, y = int(dice.integers(width * 3 // 4)), int(dice.integers(height * 3 // 4))
    if dice.random() < 0.5:
        text = "".join(dice.choice(list("ABCDEKMNRSTX123"), size=int(dice.integers(3, 8))))
        scale = float(dice.uniform(0.4, 1.1)) * height / 90
        at = (x, y + height // 5)
        cv2.putText(side, text, at, cv2.FONT_HERSHEY_SIMPLEX, scale, ink, max(1, height // 60))
    else:
        w, h = int(dice.integers(6, width // 2)), int(dice.integers(4, max(5, height // 3)))
        thick = -1 if dice.random() < 0.5 else max(1, height // 60)
        cv2.rectangle(side, (x, y), (x + w, y + h), ink, thick)


def _labelled(side: Texture, code: str, dice: np.random.Generator) -> None:
    height, width = side.shape
    px = round(min(_LABEL_M * _TEXELS_PER_M, 0.8 * height, 0.8 * width))
    if px < _LEAST_LABEL_PX:
        return
    label = label_image(code, px, LabelKind.DATA_MATRIX).astype(np.float32) / 255
    x, y = int(dice.integers(2, width - px - 1)), int(dice.integers(2, height - px - 1))
    side[y : y + px, x : x + px] = 0.06 + 0.84 * label
