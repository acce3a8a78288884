"""Short scans of ITF: a part of the bars taken for all of them.

The start and stop patterns of ITF (ISO/IEC 16390) look like data, and no check digit is asked for,
so a scan line that leaves the bars at the top or the bottom can decode to a few of their digits.
What tells a part from the whole is the quiet zone: with the bars set upright, there must be none
just before the first and just behind the last bar of the read.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.codes.bars import BarRegion, Cut
from vision.codes.code import Code
from vision.codes.symbologies import Symbology

_MODULES_PER_DIGIT = 8.0
"""Between 7 and 9, as wide bars have 2 to 3 modules; start and stop together have about as many as
a digit."""
_NEAREST, _FARTHEST = 1.5, 6.0
"""Where quiet is looked for, in modules from the ends; ten are asked for, few are always there."""
_QUIET_SHARE = 0.5
"""Most change of brightness in a quiet zone, in contrasts of the bars."""


def may_be_part(code: Code) -> bool:
    """Whether a read could be a short scan."""
    return code.symbology is Symbology.ITF


def region_of(code: Code, regions: Sequence[BarRegion]) -> BarRegion | None:
    """The smallest region of bars that a code lies in."""
    around = [region for region in regions if region.holds(*code.middle_px)]
    return min(around, key=lambda region: region.width_px * region.height_px, default=None)


def is_whole(code: Code, cut: Cut) -> bool:
    """Whether quiet zones lie on both sides of the read, on the bars set upright."""
    back = cv2.invertAffineTransform(cut.to_picture)
    across = np.array(code.corners_px) @ back[0, :2] + back[0, 2]
    begin, end = float(across.min()), float(across.max())
    module = (end - begin) / (_MODULES_PER_DIGIT * (len(code.text) + 1))
    quarter = cut.image.shape[0] // 4
    profile = cut.image[quarter : cut.image.shape[0] - quarter].mean(axis=0)
    bars = profile[max(0, round(begin)) : max(1, round(end))]
    if not bars.size:
        return False
    most = _QUIET_SHARE * float(np.subtract(*np.percentile(bars, (90, 10))))
    before = _between(profile, begin - _FARTHEST * module, begin - _NEAREST * module)
    behind = _between(profile, end + _NEAREST * module, end + _FARTHEST * module)
    return all(side.size == 0 or float(np.ptp(side)) <= most for side in (before, behind))


def _between(profile: NDArray[np.float64], begin: float, end: float) -> NDArray[np.float64]:
    return profile[max(0, round(begin)) : max(0, round(end))]
