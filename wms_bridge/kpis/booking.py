"""From the bridge's own figures, looked at now and then, to what was measured in between: pure.

Counts of the bridge never begin anew. A level (messages that wait, open cases) is what it was found
to be until the next look. Orders and cases count when they were completed or settled, by the site's
clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from wms_bridge.kpis.ages import bucket_of
from wms_bridge.kpis.measuring import NOTHING, gained, plus, spread
from wms_bridge.kpis.metering import GAP_MS, Parts
from wms_bridge.kpis.site_clock import seen_together, site_time
from wms_bridge.records.kpis import (
    MINUTE_MS,
    BooksReading,
    KpiMeter,
    Measured,
    SiteClock,
    Totals,
)
from wms_bridge.records.work import Tally

LEVEL_MS = 60_000
"""So long a level is believed to be as it was found."""
SETTLES_MS = 10_000
"""What was done up to so long ago is all in the books: transactions take less."""
Span = tuple[int, int]
"""From when to when (ms of the bridge's clock)."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done between two looks, by the bridge's clock: orders completed (received,
    completed), and cases settled (when, and whether the books were right)."""

    orders: Sequence[Span] = ()
    cases: Sequence[tuple[int, bool]] = ()


def counts_of(tallies: Mapping[Tally, int]) -> Totals:
    """What of the bridge's counts makes key figures."""
    return Totals(
        picks_booked=float(tallies[Tally.PICKS_CONFIRMED]),
        picks_short=float(tallies[Tally.PICKS_SHORT]),
        pieces_picked=float(tallies[Tally.PIECES_PICKED]),
        discrepancies=float(tallies[Tally.DISCREPANCIES]),
    )


def site_now(meter: KpiMeter, now_ms: int) -> int:
    """The site's clock at a time of the bridge's: as the latest view had it, and gone on."""
    floor = meter.floor
    return now_ms if floor is None else floor.at_ms + max(0, now_ms - floor.seen_ms)


def span_to_count(meter: KpiMeter, now_ms: int) -> Span:
    """Orders completed and cases settled after the one time and up to the other are to be counted
    next; none at the first look."""
    until_ms = now_ms - SETTLES_MS
    return (meter.books.done_ms if meter.books else until_ms), until_ms


def look(meter: KpiMeter, reading: BooksReading, done: Done) -> tuple[KpiMeter, Parts]:
    """Where counting stands after a look, and what was measured since the one before. The first
    look ever is where counting begins."""
    clock = meter.clock
    if meter.floor is not None:
        clock = seen_together(clock, meter.floor.seen_ms, meter.floor.at_ms)
    parts: dict[int, Measured] = {}
    for start, part in (*_between(meter.books, reading), *_done(clock, done)):
        parts[start] = plus(parts.get(start, NOTHING), part)
    return replace(meter, books=reading, clock=clock), parts


def _between(last: BooksReading | None, reading: BooksReading) -> Iterable[tuple[int, Measured]]:
    if last is None:
        return
    passed_ms = max(0, reading.at_ms - last.at_ms)
    since_ms = reading.at_ms - min(passed_ms, GAP_MS)
    counted = Measured(gained(last.counts, reading.counts))
    yield from spread(counted, since_ms, reading.at_ms, MINUTE_MS)
    known_ms = min(passed_ms, LEVEL_MS)
    levels = Totals(
        books_ms=float(known_ms),
        backlog_ms=float(known_ms * last.backlog),
        cases_open_ms=float(known_ms * last.cases_open),
    )
    yield from spread(Measured(levels), since_ms, since_ms + known_ms, MINUTE_MS)


def _done(clock: SiteClock, done: Done) -> Iterable[tuple[int, Measured]]:
    for received_ms, completed_ms in done.orders:
        at_ms = site_time(clock, completed_ms)
        age_ms = max(0, at_ms - site_time(clock, received_ms))
        totals = Totals(ages_ms=float(age_ms))
        yield at_ms // MINUTE_MS * MINUTE_MS, Measured(totals, ages={bucket_of(age_ms): 1.0})
    for settled_ms, right in done.cases:
        at_ms = site_time(clock, settled_ms)
        totals = Totals(cases_settled=1.0, cases_right=float(right))
        yield at_ms // MINUTE_MS * MINUTE_MS, Measured(totals)
