"""Old samples are thinned: minutes become hours, and the oldest hours go."""

from collections.abc import Sequence
from dataclasses import dataclass

from wms_bridge.kpis.measuring import NOTHING, plus
from wms_bridge.records.kpis import HOUR_MS, MINUTE_MS, KpiSample, Measured

MINUTES_KEPT = 28 * 24 * 60
"""Four weeks of minutes in which something was measured."""
HOURS_KEPT = 3 * 366 * 24
"""Three years of hours. Both are counted in samples, not by the clock: in a simulation it may begin
anew, and what is kept would have no end."""


@dataclass(frozen=True, slots=True)
class Thinned:
    """``hours`` to keep instead of all minutes that begin before ``before_ms``."""

    hours: Sequence[KpiSample]
    before_ms: int


def thinned(
    minutes: Sequence[KpiSample], hours: Sequence[KpiSample], first_kept_ms: int
) -> Thinned:
    """Put together the oldest ``minutes`` up to the last whole hour before the first minute that
    is to be kept. ``hours`` are those there are already; what they hold is added to."""
    before_ms = first_kept_ms // HOUR_MS * HOUR_MS
    held: dict[int, Measured] = {}
    for minute in minutes:
        if minute.start_ms < before_ms:
            start = minute.start_ms // HOUR_MS * HOUR_MS
            held[start] = plus(held.get(start, NOTHING), minute.measured)
    for hour in hours:
        if hour.start_ms in held:
            held[hour.start_ms] = plus(held[hour.start_ms], hour.measured)
    made = tuple(KpiSample(start, HOUR_MS, measured) for start, measured in sorted(held.items()))
    return Thinned(made, before_ms)


def merged(known: Sequence[KpiSample], more: Sequence[KpiSample]) -> tuple[KpiSample, ...]:
    """Samples of ``more`` with what is known of the same time already, by time."""
    found = {(one.start_ms, one.length_ms): one.measured for one in more}
    for one in known:
        place = (one.start_ms, one.length_ms)
        if place in found:
            found[place] = plus(one.measured, found[place])
    return tuple(KpiSample(*place, measured) for place, measured in sorted(found.items()))


def minutes_of(parts: dict[int, Measured]) -> tuple[KpiSample, ...]:
    """Parts by the start of their minute, as samples."""
    return tuple(KpiSample(start, MINUTE_MS, part) for start, part in sorted(parts.items()))
