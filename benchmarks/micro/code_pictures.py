"""Pictures with a code or a tag at a known place, for ``benchmarks.micro.codes``."""

import math
from typing import NamedTuple

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from tests.fakes.mark_scenes import Print, Weather, photograph
from vision.codes.camera import Camera, Mounting
from vision.codes.marks import POD_FAMILY, GreyImage, marker_count, marker_image, marker_share

CAMERA = Camera.with_view(640, 480, 1.2, Mounting(0.0, 0.0, 1.0))
TEXTS = (
    ("4006381333931", zxingcpp.BarcodeFormat.EAN13),
    ("P017-A-2-3", zxingcpp.BarcodeFormat.Code128),
    ("00614141123452", zxingcpp.BarcodeFormat.ITF),
    ("ABC-1234", zxingcpp.BarcodeFormat.Code39),
    ("96385074", zxingcpp.BarcodeFormat.EAN8),
)
_SCALE = 6
_FLAT = 0.35
"""Height of bars, in widths."""


class Tag(NamedTuple):
    """A picture, the number of the tag in it, and where its corners truly are."""

    picture: GreyImage
    number: int
    corners_px: NDArray[np.float64]


def photographed_code(module_px: float, seed: int) -> tuple[str, GreyImage]:
    """A text and a picture of it as bars: any angle, noise, blur and weak contrast."""
    dice = np.random.default_rng(seed)
    text, kind = TEXTS[seed % len(TEXTS)]
    made = zxingcpp.create_barcode(text, kind)
    image = np.array(zxingcpp.write_barcode_to_image(made, scale=_SCALE, add_quiet_zones=True))
    image = image[: max(40, int(_FLAT * image.shape[1]))]
    width_m = image.shape[1] / _SCALE * module_px / CAMERA.fx_px
    sheet = _turned(image, width_m, 0.0, dice.uniform(0, math.pi))
    weather = Weather(
        noise=dice.uniform(1, 10), blur_px=dice.uniform(0.2, 1.0), contrast=dice.uniform(0.3, 1.0)
    )
    return text, photograph(CAMERA, [sheet], weather, seed)


def photographed_tag(side_px: float, seed: int) -> Tag:
    """A pod tag: tilted up to 45 degrees, turned by any angle, with noise and blur."""
    dice = np.random.default_rng(seed)
    number = int(dice.integers(marker_count(POD_FAMILY)))
    width_m = side_px / CAMERA.fx_px / marker_share(POD_FAMILY)
    tilt, roll = dice.uniform(-math.pi / 4, math.pi / 4), dice.uniform(0, math.tau)
    sheet = _turned(marker_image(POD_FAMILY, number, 400), width_m, tilt, roll)
    weather = Weather(noise=dice.choice((4, 8)), blur_px=dice.choice((0.5, 1.0)))
    half_m = width_m * marker_share(POD_FAMILY) / 2
    right, up = np.array(sheet.right), np.array(sheet.up)
    around = ((-1, 1), (1, 1), (1, -1), (-1, -1))
    truly = CAMERA.project([sheet.middle_m + half_m * (x * right + y * up) for x, y in around])
    return Tag(photograph(CAMERA, [sheet], weather, seed), number, truly)


def _turned(image: GreyImage, width_m: float, tilt_rad: float, roll_rad: float) -> Print:
    """A print a metre ahead of the camera."""
    right = np.array([math.sin(tilt_rad), -math.cos(tilt_rad), 0.0])
    up = np.array([0.0, 0.0, 1.0])
    x, y, z = (float(v) for v in math.cos(roll_rad) * right + math.sin(roll_rad) * up)
    u, v, w = (float(v) for v in math.cos(roll_rad) * up - math.sin(roll_rad) * right)
    return Print(image, (1.0, 0.0, 1.0), (x, y, z), (u, v, w), width_m)
