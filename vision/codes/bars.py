"""Where bars are in a picture, and how they are turned.

Bars have one thing in common whatever the symbology: over a patch of some bars all changes of
brightness run along one line, across the bars. The structure tensor (Foerstner and Guelch, 1987;
Bigun and Granlund, 1987) measures that: the mean of the products of the gradient's components over
a patch. Its coherence is 1 where all gradients are parallel, and 0 where they have no direction.
Patches that are coherent and rich in contrast and hang together are taken for a region of bars.
"""

import math
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.codes.marks import GreyImage

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]

COARSE_PX = 480
"""Longer side at which bars are looked for first: where the narrowest bar has a pixel there."""
FINE_PX = 1200
"""The same for bars that are too fine for the first look."""
_PATCH = 0.035
"""Side of a patch, in longer sides at the coarse look: 17 pixels, several bars, less than their
height."""
_COHERENT = 0.6
"""Over a patch 99 of 100 places have less than 0.23 in noise and 0.60 in printed text; bars have
more than 0.97 in an ordinary picture and 0.84 in a very noisy one, less at their rim."""
_ONE_WAY = 0.95
"""Length of the mean direction (in double angles): directions differ by less than 9 degrees."""
_STRONG = 0.35
"""Least mean gradient of a patch, relative to the strongest ones in the picture: bars are among
the sharpest things in it, wood and cardboard are not."""
_SMALLEST = 0.002
"""Least area of a region, in pictures: at 480 x 360 pixels a patch or so."""
_NEAR_PX = 5
"""Gaps in a region that are closed: scratches, wide spaces."""
_MOST_REGIONS = 6
"""Of the strongest regions; this bounds the time for a picture full of stripes."""
_QUIET = 1.35
"""Width cut out, in widths of the bars: quiet zones are up to ten modules a side (EAN-13 has 95
between them), and the patch has blurred where the bars end."""
_QUIET_PX = 40
_HIGH = 1.1


class BarRegion(NamedTuple):
    """A patch of parallel bars: its middle, the direction across the bars (radians, from x to y),
    its extent across and along them; pixels of the picture."""

    x_px: float
    y_px: float
    across_rad: float
    width_px: float
    height_px: float

    def like(self, other: "BarRegion") -> bool:
        """Whether both are the same bars."""
        apart = math.hypot(self.x_px - other.x_px, self.y_px - other.y_px)
        turned = abs(math.remainder(self.across_rad - other.across_rad, math.pi))
        return (
            apart < 0.3 * self.height_px
            and turned < 0.1
            and 0.7 < self.width_px / max(other.width_px, 1.0) < 1.4
        )

    def holds(self, x_px: float, y_px: float) -> bool:
        """Whether a place in the picture is within the region."""
        cosine, sine = math.cos(self.across_rad), math.sin(self.across_rad)
        dx, dy = x_px - self.x_px, y_px - self.y_px
        across, along = dx * cosine + dy * sine, dy * cosine - dx * sine
        return abs(across) <= self.width_px / 2 and abs(along) <= self.height_px / 2


class Cut(NamedTuple):
    """Bars set upright: the picture of them, and the 2 x 3 matrix from it to the whole picture."""

    image: GreyImage
    to_picture: Array


class _Tensor(NamedTuple):
    """Means over a patch around each pixel of the products of the gradient's components."""

    xx: Floats
    yy: Floats
    xy: Floats


def bar_regions(grey: GreyImage, side_px: int = COARSE_PX) -> tuple[BarRegion, ...]:
    """Regions of bars, the strongest first, looked for where the longer side is ``side_px`` at
    most."""
    scale = min(1.0, side_px / max(grey.shape))
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    patch_px = max(9, int(_PATCH * min(COARSE_PX, max(small.shape)))) | 1
    tensor = _tensor(small, patch_px)
    power = tensor.xx + tensor.yy
    even, odd = tensor.xx - tensor.yy, 2 * tensor.xy
    coherence = np.sqrt(even * even + odd * odd) / (power + 1e-3)
    strength = np.sqrt(power)
    strongest = np.percentile(strength[::4, ::4], 97)  # it changes little within a patch
    bars = (coherence > _COHERENT) & (strength > _STRONG * strongest)
    weight = np.asarray(coherence * strength)
    pieces = [part for piece in _pieces(bars, weight) for part in _parted(piece, tensor, weight)]
    per = (grey.shape[1] / size[0], grey.shape[0] / size[1])
    return tuple(_region(piece, tensor, per) for piece in pieces[:_MOST_REGIONS])


def upright(grey: GreyImage, region: BarRegion, scale: float) -> Cut:
    """The region with its quiet zones, turned so that bars stand upright, enlarged by ``scale``;
    white beyond the picture."""
    width = int((region.width_px * _QUIET + _QUIET_PX) * scale)
    height = int(max(24.0, region.height_px * _HIGH) * scale)
    cosine, sine = math.cos(region.across_rad), math.sin(region.across_rad)
    turn = np.array([[cosine, -sine], [sine, cosine]]) / scale
    middle = np.array((region.x_px, region.y_px))
    offset = middle - turn @ np.array(((width - 1) / 2, (height - 1) / 2))
    to_picture = np.column_stack((turn, offset))
    cut = cv2.warpAffine(
        grey,
        to_picture,
        (width, height),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
    return Cut(np.asarray(cut, dtype=np.uint8), to_picture)


def cut_width_px(region: BarRegion) -> float:
    """Width of what :func:`upright` gives at a scale of 1."""
    return region.width_px * _QUIET + _QUIET_PX


def _tensor(small: Floats, patch_px: int) -> _Tensor:
    gx = cv2.Sobel(small, cv2.CV_32F, 1, 0, ksize=3)
    gy = cv2.Sobel(small, cv2.CV_32F, 0, 1, ksize=3)

    def mean(product: Any) -> Floats:
        return np.asarray(cv2.boxFilter(product, -1, (patch_px, patch_px)), dtype=np.float32)

    return _Tensor(mean(gx * gx), mean(gy * gy), mean(gx * gy))


def _pieces(bars: Mask, weight: Floats) -> list[Mask]:
    """Connected pieces of a mask that are not too small, the heaviest first."""
    near = np.ones((_NEAR_PX, _NEAR_PX), np.uint8)
    mask = cv2.morphologyEx(bars.astype(np.uint8), cv2.MORPH_CLOSE, near)
    count, labels, figures, _ = cv2.connectedComponentsWithStats(mask)
    total = np.bincount(labels.ravel(), weights=weight.ravel(), minlength=count)
    large = figures[:, cv2.CC_STAT_AREA] >= _SMALLEST * mask.size
    order = [int(n) for n in np.argsort(-total) if n != 0 and large[n]]
    return [labels == number for number in order[:_MOST_REGIONS]]


def _parted(piece: Mask, tensor: _Tensor, weight: Floats) -> list[Mask]:
    """The piece if its bars have a direction in common; and its two halves, on either side of that
    direction, where bars of two directions touch."""
    even, odd = tensor.xx - tensor.yy, 2 * tensor.xy
    mean_even, mean_odd = float(even[piece].sum()), float(odd[piece].sum())
    one = _one_way(piece, even, odd)
    whole = [piece] if one >= _COHERENT else []
    if one >= _ONE_WAY:
        return whole
    left = odd * mean_even > even * mean_odd
    halves = _pieces(piece & left, weight)[:1] + _pieces(piece & ~left, weight)[:1]
    return whole + [half for half in halves if _one_way(half, even, odd) >= _ONE_WAY]


def _one_way(piece: Mask, even: Floats, odd: Floats) -> float:
    """1 where all directions are one, 0 where they cancel out (double angles)."""
    length = math.hypot(float(even[piece].sum()), float(odd[piece].sum()))
    return length / (float(np.hypot(even[piece], odd[piece]).sum()) + 1e-9)


def _region(piece: Mask, tensor: _Tensor, per: tuple[float, float]) -> BarRegion:
    """The piece as a turned rectangle; ``per``: pixels of the picture for one of it, x and y."""
    xx, yy, xy = (float(part[piece].sum()) for part in tensor)
    across = 0.5 * math.atan2(2 * xy, xx - yy)
    rows, columns = np.nonzero(piece)
    cosine, sine = math.cos(across), math.sin(across)
    u, v = columns * cosine + rows * sine, rows * cosine - columns * sine
    middle_u, middle_v = (u.max() + u.min()) / 2, (v.max() + v.min()) / 2
    x = (middle_u * cosine - middle_v * sine + 0.5) * per[0] - 0.5
    y = (middle_u * sine + middle_v * cosine + 0.5) * per[1] - 0.5
    mean = (per[0] + per[1]) / 2
    return BarRegion(
        float(x), float(y), across, float(np.ptp(u) + 1) * mean, float(np.ptp(v) + 1) * mean
    )
