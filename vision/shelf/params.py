"""Figures that counting rests on."""

from dataclasses import dataclass

FEATURES = (
    "brightness",
    "upright texture",
    "level texture",
    "likeness",
    "sides",
    "top",
    "trend",
    "darker than the brightest",
    "brighter than the darkest",
    "unlike the one below",
    "unlike the inside",
)
"""What is measured of a place in the front row (``vision/shelf/places.py`` says how)."""


@dataclass(frozen=True, slots=True)
class FeatureWeight:
    """What a feature tells: its usual value and spread, and the log odds of a carton for each
    spread away from it, and for the square of that. Farther than 3 spreads off is as 3."""

    feature: str
    usual: float
    spread: float
    weight: float
    square: float


_MEASURED = (
    FeatureWeight("brightness", -0.903, 0.757, 1.525, -0.041),
    FeatureWeight("upright texture", -3.421, 1.122, 0.601, 0.1),
    FeatureWeight("level texture", -3.017, 1.234, 0.094, -0.064),
    FeatureWeight("likeness", 0.432, 0.296, 0.823, -0.076),
    FeatureWeight("sides", -2.131, 1.07, 0.784, -0.221),
    FeatureWeight("top", -2.649, 0.965, 1.375, -0.392),
    FeatureWeight("trend", 0.208, 0.246, -1.359, 0.463),
    FeatureWeight("darker than the brightest", -0.313, 0.489, 1.171, 0.148),
    FeatureWeight("brighter than the darkest", 0.336, 0.505, -0.914, 0.34),
    FeatureWeight("unlike the one below", 0.136, 0.318, 0.48, -0.291),
    FeatureWeight("unlike the inside", 0.654, 0.515, 0.224, -0.092),
)
_BIAS = 1.524


@dataclass(frozen=True, slots=True)
class ShelfParams:
    """``weights`` of all ``FEATURES`` in their order, and ``bias``: log odds that a carton stands
    in a place. ``floor`` is how often a slot looks like anything. These are measured on drawn
    scenes: ``python -m benchmarks.micro.shelf --fit`` prints them. ``code_odds``: log odds of a
    carton where its code is read. ``unsized``: what log odds count for where the size of the
    cartons is not known.

    ``tidy`` is how much is believed that a front row is filled layer by layer from the left; for
    the rest nothing is assumed of the order but gravity. ``sure``: probability from which
    occupancy is told.

    Unsure below ``least_side_px`` for the shorter side of a carton, from a blur of ``most_blur`` of
    it on, below a contrast of ``least_contrast`` grey values between black and white, and where
    less than ``least_visible`` of the slot is seen.
    """

    weights: tuple[FeatureWeight, ...] = _MEASURED
    bias: float = _BIAS
    floor: float = 0.02
    code_odds: float = 7.0
    unsized: float = 0.6
    tidy: float = 0.5
    sure: float = 0.95
    least_side_px: float = 10.0
    most_blur: float = 0.09
    least_contrast: float = 20.0
    least_visible: float = 0.4

    def __post_init__(self) -> None:
        shares = (self.floor, self.tidy, self.unsized, self.sure, self.least_visible)
        if min(shares) < 0 or max(shares) > 1:
            raise ValueError(f"shares are from 0 to 1 (found {self})")
        if tuple(one.feature for one in self.weights) != FEATURES:
            raise ValueError(f"a weight for each of {FEATURES} (found {self.weights})")


MEASURED = ShelfParams()
