"""Drawing marks: fiducials for pods and floor nodes, labels for slots.

Two families of fiducials that can never be taken for each other (tests/vision/codes prove it over
all of their numbers): AprilTag 36h11 (Wang and Olson, IROS 2016) for pods, ArUco 7x7 (Garrido-
Jurado et al., Pattern Recognition 2014) for nodes of the roadmap. Labels are QR (ISO/IEC 18004),
Data Matrix (ISO/IEC 16022) or Code 128 (ISO/IEC 15417) symbols.

Images are uint8, 0 is black, white quiet zone included.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from planner.warehouse.errors import InvalidMark

GreyImage = NDArray[np.uint8]
"""Height x width, 0 black to 255 white."""


class MarkerFamily(StrEnum):
    """A dictionary of square fiducials."""

    APRILTAG_36H11 = "apriltag_36h11"
    """6 x 6 bits, Hamming distance 11, 587 numbers: pods."""
    ARUCO_7X7 = "aruco_7x7"
    """7 x 7 bits, Hamming distance 13, 1000 numbers: nodes of the roadmap."""


POD_FAMILY = MarkerFamily.APRILTAG_36H11
FLOOR_FAMILY = MarkerFamily.ARUCO_7X7


class LabelKind(StrEnum):
    """A symbology of labels."""

    QR = "qr"
    DATA_MATRIX = "data_matrix"
    CODE_128 = "code_128"


_DICTIONARIES = {
    MarkerFamily.APRILTAG_36H11: cv2.aruco.DICT_APRILTAG_36h11,
    MarkerFamily.ARUCO_7X7: cv2.aruco.DICT_7X7_1000,
}
_MODULES = {MarkerFamily.APRILTAG_36H11: 8, MarkerFamily.ARUCO_7X7: 9}
"""Modules along a side of the black square, its border of one module included."""
_FORMATS = {
    LabelKind.QR: zxingcpp.BarcodeFormat.QRCode,
    LabelKind.DATA_MATRIX: zxingcpp.BarcodeFormat.DataMatrix,
    LabelKind.CODE_128: zxingcpp.BarcodeFormat.Code128,
}
_OPTIONS = {LabelKind.DATA_MATRIX: {"force_square": True}}
_QUIET_MODULES = 1
_LONGEST_LABEL = 200
"""Characters; a longer text makes modules too small to be read from a driving robot."""


def dictionary(family: MarkerFamily) -> cv2.aruco.Dictionary:
    """The OpenCV dictionary of a family."""
    return cv2.aruco.getPredefinedDictionary(_DICTIONARIES[family])


def marker_count(family: MarkerFamily) -> int:
    """How many numbers a family has: 0 to ``marker_count - 1``."""
    return len(dictionary(family).bytesList)


def marker_share(family: MarkerFamily) -> float:
    """Side of the black square, which is what size means in pose estimation, divided by the side
    of the whole image of :func:`marker_image`."""
    modules = _MODULES[family]
    return modules / (modules + 2 * _QUIET_MODULES)


def marker_numbers(names: Sequence[str], family: MarkerFamily) -> Mapping[str, int]:
    """A number for each name, in the order given.

    Raises ``InvalidMark`` where there are more names than numbers, or a name comes twice: a marker
    that is in two places says nothing.
    """
    if len(names) > marker_count(family):
        raise InvalidMark(
            f"{len(names)} things to mark, but {family} has {marker_count(family)} numbers",
            field="names",
            value=len(names),
            remedy="Mark every other one, or use Data Matrix labels, which carry any name.",
        )
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise InvalidMark(
            "the same name twice", field="names", value=twice, remedy="Give each thing one marker."
        )
    return {name: number for number, name in enumerate(names)}


def marker_image(family: MarkerFamily, number: int, size_px: int) -> GreyImage:
    """A square fiducial of ``size_px`` pixels with a white quiet zone of one module.

    The black square takes :func:`marker_share` of the side, in the middle, to a fraction of a
    pixel. Raises ``InvalidMark`` for a number the family has not, or fewer than one pixel a module.
    """
    if not 0 <= number < marker_count(family):
        raise InvalidMark(
            f"{family} has no such number",
            field="number",
            value=number,
            remedy=f"Numbers run from 0 to {marker_count(family) - 1}.",
        )
    square = np.array(
        cv2.aruco.generateImageMarker(dictionary(family), number, _MODULES[family]), dtype=np.uint8
    )
    return _enlarged(np.pad(square, _QUIET_MODULES, constant_values=255), size_px, size_px)


def label_image(text: str, size_px: int, kind: LabelKind = LabelKind.QR) -> GreyImage:
    """A label with its quiet zone, ``size_px`` wide; square, but a Code 128 label is a quarter as
    high as wide.

    Raises ``InvalidMark`` for a text that is empty, too long or not writable in this symbology, or
    fewer than one pixel a module.
    """
    if not 0 < len(text) <= _LONGEST_LABEL:
        raise InvalidMark(
            "a label needs a text",
            field="text",
            value=text,
            remedy=f"Give 1 to {_LONGEST_LABEL} characters.",
        )
    try:
        code = zxingcpp.create_barcode(text, _FORMATS[kind], **_OPTIONS.get(kind, {}))
        modules = np.array(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=True))
    except ValueError as error:
        raise InvalidMark(
            f"not writable as {kind}: {error}",
            field="text",
            value=text,
            remedy="Shorten it, or use only letters and digits.",
        ) from error
    height_px = max(1, size_px // 4) if kind is LabelKind.CODE_128 else size_px
    return _enlarged(modules, size_px, height_px)


def _enlarged(modules: GreyImage, width_px: int, height_px: int) -> GreyImage:
    """The same picture at another size, edges exact to a fraction of a pixel: whole pixels for
    each module first, then the mean over every pixel of the result."""
    height, width = modules.shape
    if width_px < width:
        raise InvalidMark(
            "less than one pixel for a module",
            field="size_px",
            value=width_px,
            remedy=f"Give at least {width}; reading needs three times as many.",
        )
    per_module = -(-width_px // width) + 1
    large = cv2.resize(
        modules, (width * per_module, height * per_module), interpolation=cv2.INTER_NEAREST
    )
    return np.asarray(
        cv2.resize(large, (width_px, height_px), interpolation=cv2.INTER_AREA), dtype=np.uint8
    )
