"""Ages counted in buckets that grow with the age, so that counts of any two times add up.

The buckets are those of DDSketch (Masson, Rim, Lee: "DDSketch", VLDB 2019): bucket ``i`` holds ages
above ``G**(i-1)`` and up to ``G**i`` seconds; its middle is off by at most ``ACCURACY`` of the age.
"""

import math
from collections.abc import Mapping

ACCURACY = 0.01
G = (1 + ACCURACY) / (1 - ACCURACY)
_SHORTEST_S = 0.5
"""Shorter ages count as this."""


def bucket_of(age_ms: float) -> int:
    """The bucket of an age."""
    return math.ceil(math.log(max(age_ms / 1000, _SHORTEST_S)) / math.log(G) - 1e-9)


def age_s(bucket: int) -> float:
    """An age in the middle of a bucket (s)."""
    return float(2 * G**bucket / (G + 1))


def upper_s(bucket: int) -> float:
    """The longest age in a bucket (s)."""
    return float(G**bucket)


def quantile_s(ages: Mapping[int, float], share: float) -> float | None:
    """Nearest-rank quantile of ages (s); ``None`` without any. There may be parts of an order: a
    window may end in the middle of a sample."""
    rank = round(share * max(0.0, sum(ages.values()) - 1))
    passed = 0.0
    for bucket in sorted(ages):
        passed += ages[bucket]
        if passed > rank:
            return age_s(bucket)
    return None
