"""Reading labels: QR, Data Matrix and Code 128.

One look over the whole picture comes first; it reads what is large and upright. Labels that hang
beside a fiducial are then looked for where they must be: the fiducial says how the board is tilted
and how large it is, the area around it is laid out flat and enlarged, and read again. A label
that decoded is not yet a fact: :func:`agreed` asks for a second picture or a list of known texts.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from planner.warehouse.errors import InvalidImage
from vision.codes.fiducials import Mark, Pixel
from vision.codes.images import grey_image
from vision.codes.marks import GreyImage, LabelKind

Array = NDArray[np.float64]

SMALLEST_MODULE_PX = 2.0
"""From so many pixels for a module on, labels beside a fiducial are read: in at least 95 of 100
pictures with noise, blur, weak contrast and a tilt of up to 35 degrees as in tests/vision/codes.
Labels without a fiducial need 3, and must not be tilted by much."""

_FORMATS = {
    LabelKind.QR: zxingcpp.BarcodeFormat.QRCode,
    LabelKind.DATA_MATRIX: zxingcpp.BarcodeFormat.DataMatrix,
    LabelKind.CODE_128: zxingcpp.BarcodeFormat.Code128,
}
_KINDS = {
    **{format: kind for kind, format in _FORMATS.items()},
    zxingcpp.BarcodeFormat.QRCodeModel2: LabelKind.QR,
}
_ENLARGED = 3.0
_SHARPER = 1.5
_LARGEST_PX = 1600
"""Side of a laid out area at most."""
_UNIT: Array = np.array([[-0.5, 0.5], [0.5, 0.5], [0.5, -0.5], [-0.5, -0.5]])


@dataclass(frozen=True, slots=True)
class Label:
    """A label read in a picture; corners in pixels, from the upper left one of the print on."""

    text: str
    kind: LabelKind
    corners_px: tuple[Pixel, Pixel, Pixel, Pixel]


class Area(NamedTuple):
    """Where labels are, seen from a fiducial on the same board: in sides of its black square, from
    its middle, x to the right and y up."""

    left: float
    right: float
    bottom: float
    top: float


def read_labels(
    image: NDArray[Any],
    kinds: Sequence[LabelKind] = (LabelKind.QR, LabelKind.DATA_MATRIX),
    beside: Iterable[tuple[Mark, Area]] = (),
) -> tuple[Label, ...]:
    """All labels of these kinds in a grey or RGB picture, each once, by text and place.

    ``beside`` names areas next to fiducials that are worth a closer look. Raises ``InvalidImage``
    for anything but a picture of bytes, or an area without extent.
    """
    grey = grey_image(image)
    if not kinds:
        return ()
    formats = zxingcpp.BarcodeFormats([_FORMATS[kind] for kind in kinds])
    found = [_label(code, np.eye(3)) for code in zxingcpp.read_barcodes(grey, formats=formats)]
    for mark, area in beside:
        found += _closer(grey, mark, area, formats)
    unique: list[Label] = []
    for label in found:
        if not any(_same(label, other) for other in unique):
            unique.append(label)
    return tuple(sorted(unique, key=lambda label: (label.text, label.corners_px)))


def agreed(
    pictures: Iterable[Collection[str]], known: Collection[str] = (), times: int = 2
) -> frozenset[str]:
    """Texts to believe: those that are known, and those read in at least ``times`` pictures.

    ``pictures`` holds the texts of each picture. A damaged symbol can decode to a wrong text in one
    picture; it does not do so twice from two places.
    """
    counts = Counter(text for picture in pictures for text in set(picture))
    return frozenset(text for text, count in counts.items() if text in known or count >= times)


def _closer(
    grey: GreyImage, mark: Mark, area: Area, formats: zxingcpp.BarcodeFormats
) -> list[Label]:
    """Labels in an area laid out flat, enlarged, and made sharper if that is needed."""
    if area.right <= area.left or area.top <= area.bottom:
        raise InvalidImage(
            "an area needs a width and a height", field="beside", value=area, remedy="Left < right."
        )
    wide, high = area.right - area.left, area.top - area.bottom
    per_side = min(_ENLARGED * mark.side_px, _LARGEST_PX / max(wide, high))
    corner = np.array((area.left, area.top))
    laid = (((_UNIT - corner) * (1, -1)) * per_side - 0.5).astype(np.float32)
    to_picture = cv2.getPerspectiveTransform(laid, np.array(mark.corners_px, np.float32))
    flat = cv2.warpPerspective(
        grey,
        to_picture,
        (round(wide * per_side), round(high * per_side)),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    codes = zxingcpp.read_barcodes(flat, formats=formats)
    if not codes:
        soft = cv2.GaussianBlur(flat, (0, 0), 0.4 * _ENLARGED)
        sharp = cv2.addWeighted(flat, 1 + _SHARPER, soft, -_SHARPER, 0)
        codes = zxingcpp.read_barcodes(sharp, formats=formats)
    return [_label(code, np.asarray(to_picture, dtype=float)) for code in codes]


def _label(code: zxingcpp.Barcode, to_picture: Array) -> Label:
    place = code.position
    corners = [place.top_left, place.top_right, place.bottom_right, place.bottom_left]
    flat = np.array([(corner.x, corner.y, 1.0) for corner in corners]) @ to_picture.T
    first, second, third, fourth = ((float(x / w), float(y / w)) for x, y, w in flat)
    return Label(code.text, _KINDS[code.format], (first, second, third, fourth))


def _same(label: Label, other: Label) -> bool:
    """Whether two reads are of one label: the middle of one lies within the other."""
    if (label.text, label.kind) != (other.text, other.kind):
        return False
    middle = np.array(label.corners_px).mean(axis=0)
    outline = np.array(other.corners_px, dtype=np.float32)
    return cv2.pointPolygonTest(outline, (float(middle[0]), float(middle[1])), False) >= 0
