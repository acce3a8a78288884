"""Closer looks at a picture for codes that a glance has not read, cheap ones first.

1. Bars that were not read are mostly turned by some angle between upright and on their side. They
   are looked for (``vision/codes/bars.py``), set upright, enlarged and sharpened, and read again.
2. The whole picture at twice the size, smoothed by a pixel: ragged or noisy modules.
3. The same two by zbar, where it is installed.
"""

from collections.abc import Collection, Iterator

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from vision.codes import zbar
from vision.codes.bars import COARSE_PX, FINE_PX, BarRegion, Cut, bar_regions, cut_width_px, upright
from vision.codes.code import Code, Found, Reader
from vision.codes.fiducials import Pixel
from vision.codes.marks import GreyImage
from vision.codes.shortscans import is_whole, may_be_part, region_of
from vision.codes.symbologies import LINEAR, Symbology, symbology_of, zxing_formats

Array = NDArray[np.float64]

SCALES = (1.0, 2.0, 3.0)
"""Enlargements of bars, one after the other: decoders lose bars narrower than about two pixels."""
_WIDEST_PX = 2200
"""Width of enlarged bars at most: 20 pixels a module for EAN-13, more help nobody."""
_BLUR_PX = 1.2
_SHARPER = 1.2
"""What lens and demosaicing spread over a pixel or so is drawn together again by as much."""
_ALONG = 0.2
"""Share of the height over which the mean is taken along bars: they do not change that way, noise
does; so short that a degree of tilt smears less than a module."""
_ENLARGED = 2.0
_SMOOTH_PX = 1.0
_MOST_ENLARGED = 4_000_000
"""Pixels of the enlarged picture at most, which bounds the time for it to a tenth of a second or
so. Codes that fill a larger picture have pixels enough."""
_AS_IT_IS: Array = np.eye(2, 3)


def glance(grey: GreyImage, symbologies: frozenset[Symbology]) -> Iterator[Code]:
    """What zxing-cpp reads in the whole picture; of a short scan, the bars it is of are read
    again."""
    codes = tuple(_read(Cut(grey, _AS_IT_IS), symbologies, Found.DIRECT))
    regions = bar_regions(grey) if any(map(may_be_part, codes)) else ()
    for code in codes:
        region = region_of(code, regions) if may_be_part(code) else None
        if region is None or is_whole(code, upright(grey, region, 1.0)):
            yield code
        else:
            yield from _set_upright(grey, region, symbologies & LINEAR)


def closer_looks(
    grey: GreyImage, symbologies: frozenset[Symbology], read_already: Collection[Code]
) -> Iterator[Code]:
    """Codes by effort, as they are found; who has enough stops asking."""
    bars = symbologies & LINEAR
    regions: list[BarRegion] = []
    for region in _unread_regions(grey, read_already) if bars else ():
        regions.append(region)
        yield from _set_upright(grey, region, bars)
    yield from _enlarged(grey, symbologies)
    if zbar.available():
        for region in regions:
            yield from _by_zbar(upright(grey, region, 1.0), bars, Found.LOCATED)
        yield from _by_zbar(Cut(grey, _AS_IT_IS), symbologies, Found.DIRECT)


def _unread_regions(grey: GreyImage, read_already: Collection[Code]) -> Iterator[BarRegion]:
    """Regions of bars at two sizes of the picture, without those read already."""
    middles = [code.middle_px for code in read_already if code.symbology in LINEAR]
    told: list[BarRegion] = []
    sides_px = (COARSE_PX, FINE_PX) if max(grey.shape) > COARSE_PX else (COARSE_PX,)
    for side_px in sides_px:
        for region in bar_regions(grey, side_px):
            if any(region.holds(*middle) for middle in middles) or any(map(region.like, told)):
                continue
            told.append(region)
            yield region


def _set_upright(grey: GreyImage, region: BarRegion, bars: frozenset[Symbology]) -> Iterator[Code]:
    """Codes on a region's bars: as they are, then sharpened, ever larger until one is read."""
    for scale in SCALES:
        if scale > 1 and cut_width_px(region) * scale > _WIDEST_PX:
            return
        cut = upright(grey, region, scale)
        for image in _clearer(cut.image, scale):
            codes = tuple(_read(Cut(image, cut.to_picture), bars, Found.LOCATED))
            whole = [code for code in codes if not may_be_part(code) or is_whole(code, cut)]
            if whole:
                yield from whole
                return


def _clearer(image: GreyImage, scale: float) -> Iterator[GreyImage]:
    """Upright bars as they are, sharpened with the mean along them taken, and sharpened only."""
    yield image
    along = max(1, round(image.shape[0] * _ALONG))
    yield _sharpened(np.asarray(cv2.blur(image, (1, along)), dtype=np.uint8), scale)
    yield _sharpened(image, scale)


def _sharpened(image: GreyImage, scale: float) -> GreyImage:
    soft = cv2.GaussianBlur(image, (0, 0), _BLUR_PX * scale)
    return np.asarray(cv2.addWeighted(image, 1 + _SHARPER, soft, -_SHARPER, 0), dtype=np.uint8)


def _enlarged(grey: GreyImage, symbologies: frozenset[Symbology]) -> Iterator[Code]:
    if grey.size * _ENLARGED**2 > _MOST_ENLARGED:
        return
    large = cv2.resize(grey, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC)
    smooth = np.asarray(cv2.GaussianBlur(large, (0, 0), _SMOOTH_PX * _ENLARGED), dtype=np.uint8)
    shift = 0.5 / _ENLARGED - 0.5
    back = np.array([[1 / _ENLARGED, 0.0, shift], [0.0, 1 / _ENLARGED, shift]])
    yield from _read(Cut(smooth, back), symbologies, Found.ENLARGED)


def _read(cut: Cut, symbologies: frozenset[Symbology], found: Found) -> Iterator[Code]:
    """What zxing-cpp reads there; bars that were set upright need not be looked for across."""
    codes = zxingcpp.read_barcodes(
        cut.image,
        formats=zxing_formats(symbologies),
        try_rotate=found is not Found.LOCATED,
        text_mode=zxingcpp.TextMode.Plain,
    )
    for code in codes:
        place = code.position
        corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        where = _in_picture(np.array([(c.x, c.y) for c in corners], dtype=float), cut.to_picture)
        yield Code(code.text, symbology_of(code), where, code.symbology_identifier, found)


def _by_zbar(cut: Cut, symbologies: frozenset[Symbology], found: Found) -> Iterator[Code]:
    for read in zbar.read_with_zbar(cut.image, symbologies):
        where = _in_picture(_around(read.points_px), cut.to_picture)
        yield Code(read.text, read.symbology, where, "", found, Reader.ZBAR)


def _around(points_px: tuple[Pixel, ...]) -> Array:
    """Four corners around places on a symbol."""
    points = np.array(points_px or ((0.0, 0.0),), dtype=float)
    if len(points) == 4:
        return points
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)])


def _in_picture(corners: Array, to_picture: Array) -> tuple[Pixel, Pixel, Pixel, Pixel]:
    seen = corners @ to_picture[:, :2].T + to_picture[:, 2]
    first, second, third, fourth = ((float(x), float(y)) for x, y in seen)
    return first, second, third, fourth
