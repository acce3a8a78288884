"""The site's clock by the bridge's: the same on a floor, faster or anywhere in a simulation.

Orders are received and completed by the bridge's clock, and the floor goes by the site's. Pairs of
times seen together make a line; between its corners, and beyond them, times are worked out.
"""

from bisect import bisect_right
from collections.abc import Sequence

from wms_bridge.records.kpis import SiteClock

STRAIGHT_MS = 1_000
"""A pair so near to the line so far makes it longer, not crooked."""
MOST_CORNERS = 256
"""Of more, every other one of the older half is forgotten."""
Pair = tuple[int, int]


def seen_together(clock: SiteClock, bridge_ms: int, site_ms: int) -> SiteClock:
    """The clock, with one more pair; one that is not later by the bridge's clock says nothing."""
    corners, pair = clock.corners, (bridge_ms, site_ms)
    if corners and bridge_ms <= corners[-1][0]:
        return clock
    if len(corners) >= 2 and abs(_on(corners[-2], corners[-1], bridge_ms) - site_ms) < STRAIGHT_MS:
        corners = corners[:-1]
    return SiteClock(_fewer((*corners, pair)))


def site_time(clock: SiteClock, bridge_ms: int) -> int:
    """The site's time at a time of the bridge's. Before the first pair and after the last one both
    clocks go alike; without any pair they are the same."""
    corners = clock.corners
    after = bisect_right(corners, bridge_ms, key=_bridge)
    if not corners:
        return bridge_ms
    if 0 < after < len(corners):
        return _on(corners[after - 1], corners[after], bridge_ms)
    at_bridge, at_site = corners[min(after, len(corners) - 1)]
    return at_site + bridge_ms - at_bridge


def _bridge(pair: Pair) -> int:
    return pair[0]


def _on(one: Pair, other: Pair, bridge_ms: int) -> int:
    return one[1] + (other[1] - one[1]) * (bridge_ms - one[0]) // (other[0] - one[0])


def _fewer(corners: Sequence[Pair]) -> tuple[Pair, ...]:
    if len(corners) <= MOST_CORNERS:
        return tuple(corners)
    half = len(corners) // 2
    return (*corners[:half:2], *corners[half:])
