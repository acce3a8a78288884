"""Key figures of a site as the web offers them: measured, kept, and told of any window."""

import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date

from planner.warehouse.ids import StationId
from planner.warehouse.view import FloorView
from wms_bridge.kpis.booking import Done, counts_of, look, site_now, span_to_count
from wms_bridge.kpis.measuring import NOTHING, plus
from wms_bridge.kpis.metering import Parts, reading_of, watch
from wms_bridge.kpis.shift_times import THREE_SHIFTS, ShiftOn, check_plan, shifts_between
from wms_bridge.kpis.thinning import HOURS_KEPT, MINUTES_KEPT, merged, minutes_of, thinned
from wms_bridge.kpis.windows import measured_in, measured_in_each
from wms_bridge.ports.store import Reading, Store, Writing
from wms_bridge.records.counts import CaseStatus
from wms_bridge.records.kpis import (
    HOUR_MS,
    MINUTE_MS,
    BooksReading,
    KpiMeter,
    KpiSample,
    Measured,
    ShiftPlan,
)

KEEP_EVERY_MS = 30_000
"""What was measured is kept this often; a bridge that dies finds the rest in the next view."""
READ_AT_ONCE = 24 * 60
"""So many minutes are read from the store at once."""
THIN_AT_ONCE = 24 * 60
"""So many minutes are thinned in one transaction."""
_RIGHT = (CaseStatus.CONFIRMED, CaseStatus.REJECTED)


class KpiDesk:
    """Measures into ``store`` and tells from it; shifts are kept in ``audited``. Safe to call from
    several threads; :meth:`take` never waits for the store."""

    def __init__(self, store: Store, audited: Store, stations: Collection[StationId]):
        self._store = store
        self._audited = audited
        self._stations = frozenset(stations)
        self._lock = threading.Lock()
        # Held while the store is read or written, so that nothing counts twice or not at all.
        self._keeping = threading.Lock()
        self._parts: dict[int, Measured] = {}
        self._since_start = NOTHING
        self._kept_ms: int | None = None
        with store.reading() as tx:
            self._meter = tx.kpi_meter() or KpiMeter()

    # --- measuring ---

    def take(self, view: FloorView, now_ms: int) -> None:
        """Count what a view of the floor tells. One with figures that cannot be is left out."""
        reading = reading_of(view, now_ms, self._stations)
        if reading is None:
            return
        with self._lock:
            self._meter, parts = watch(self._meter, reading)
            self._count(parts)

    def look(self, now_ms: int) -> None:
        """Count what the bridge's own books tell, and keep what was measured if it is time. To be
        called every few seconds."""
        with self._keeping:
            with self._lock:
                meter = self._meter
            with self._store.reading() as tx:
                reading, done = _books(tx, meter, now_ms)
            with self._lock:
                self._meter, parts = look(self._meter, reading, done)
                self._count(parts)
            if self._kept_ms is None or abs(now_ms - self._kept_ms) >= KEEP_EVERY_MS:
                self._keep()
                self._kept_ms = now_ms

    def keep(self) -> None:
        """Keep what was measured, now."""
        with self._keeping:
            self._keep()

    def _count(self, parts: Parts) -> None:
        self._add(parts)
        for part in parts.values():
            self._since_start = plus(self._since_start, part)

    def _add(self, parts: Parts) -> None:
        for start, part in parts.items():
            self._parts[start] = plus(self._parts.get(start, NOTHING), part)

    def _keep(self) -> None:
        with self._lock:
            meter, parts, self._parts = self._meter, self._parts, {}
        try:
            with self._store.writing() as tx:
                tx.put_kpi_meter(meter)
                _add_samples(tx, minutes_of(parts))
                _thin(tx)
        except BaseException:
            with self._lock:
                self._add(parts)
            raise

    # --- telling ---

    def now(self, now_ms: int) -> int:
        """The site's clock at a time of the bridge's (ms)."""
        with self._lock:
            return site_now(self._meter, now_ms)

    def since_start(self) -> Measured:
        """All that was measured since this desk was opened."""
        with self._lock:
            return self._since_start

    def samples(self, from_ms: int, to_ms: int) -> Iterator[KpiSample]:
        """Samples that reach into a window, by their start; some are read at a time."""
        begin = from_ms // HOUR_MS * HOUR_MS
        while begin < to_ms:
            page, begin = self._page(begin, to_ms)
            yield from page

    def measured(self, from_ms: int, to_ms: int) -> Measured:
        """What was measured in a window."""
        return measured_in(self.samples(from_ms, to_ms), from_ms, to_ms)

    def measured_in_each(self, windows: Sequence[tuple[int, int]]) -> Iterator[Measured]:
        """What was measured in each of some windows that do not overlap, earliest first."""
        if windows:
            samples = self.samples(windows[0][0], windows[-1][1])
            yield from measured_in_each(samples, windows)

    def _page(self, from_ms: int, to_ms: int) -> tuple[list[KpiSample], int]:
        """The first samples from a time on, and where the next ones may begin."""
        with self._keeping:
            with self._lock:
                parts = dict(self._parts)
            with self._store.reading() as tx:
                minutes = tx.kpi_samples(MINUTE_MS, from_ms, to_ms, READ_AT_ONCE)
                end_ms = minutes[-1].start_ms + 1 if len(minutes) == READ_AT_ONCE else to_ms
                hours = tx.kpi_samples(HOUR_MS, from_ms, end_ms)
        more = minutes_of({at: one for at, one in parts.items() if from_ms <= at < end_ms})
        found = {(one.start_ms, one.length_ms): one for one in (*minutes, *hours)}
        found |= {(one.start_ms, one.length_ms): one for one in merged(minutes, more)}
        return [found[place] for place in sorted(found)], end_ms

    # --- shifts ---

    def plan(self) -> ShiftPlan:
        """The shifts of the site; three in UTC until somebody says otherwise."""
        with self._store.reading() as tx:
            return tx.shift_plan() or THREE_SHIFTS

    def set_plan(self, plan: ShiftPlan, now_ms: int) -> ShiftPlan:
        """Have other shifts; see :func:`wms_bridge.kpis.shift_times.check_plan`. What was measured
        is told by them from now on, for days that are over, too."""
        check_plan(plan)
        record = replace(plan, set_ms=now_ms)
        with self._audited.writing() as tx:
            tx.put_shift_plan(record)
        return record

    def shifts(self, first: date, last: date) -> Iterator[tuple[ShiftOn, Measured]]:
        """What was measured in the shifts of some days."""
        shifts = list(shifts_between(self.plan(), first, last))
        windows = [(shift.from_ms, shift.to_ms) for shift in shifts]
        return zip(shifts, self.measured_in_each(windows), strict=True)


def _books(tx: Reading, meter: KpiMeter, now_ms: int) -> tuple[BooksReading, Done]:
    after_ms, until_ms = span_to_count(meter, now_ms)
    if until_ms < after_ms:
        # The bridge's clock was set back: what is done meanwhile is counted when it has caught up.
        until_ms = after_ms
    done = Done()
    if until_ms > after_ms:
        settled = [
            (case.settled_ms, case.status in _RIGHT)
            for case in tx.settled_cases(after_ms + 1)
            if case.settled_ms is not None and case.settled_ms <= until_ms
        ]
        done = Done(tx.completed_orders(after_ms, until_ms), settled)
    reading = BooksReading(
        at_ms=site_now(meter, now_ms),
        seen_ms=now_ms,
        done_ms=until_ms,
        counts=counts_of(tx.tallies()),
        backlog=tx.backlog(),
        cases_open=tx.open_case_count(),
    )
    return reading, done


def _add_samples(tx: Writing, more: Sequence[KpiSample]) -> None:
    # Not all between the first and the last: these may be years apart.
    known = [
        known for one in more for known in tx.kpi_samples(MINUTE_MS, one.start_ms, one.start_ms + 1)
    ]
    tx.put_kpi_samples(merged(known, more))


def _thin(tx: Writing) -> None:
    excess = tx.kpi_sample_count(MINUTE_MS) - MINUTES_KEPT
    if excess > 0:
        oldest = tx.oldest_kpi_samples(MINUTE_MS, min(excess, THIN_AT_ONCE) + 1)
        first, last = oldest[0].start_ms, oldest[-1].start_ms
        hours = tx.kpi_samples(HOUR_MS, first // HOUR_MS * HOUR_MS, last + 1)
        result = thinned(oldest, hours, last)
        tx.put_kpi_samples(result.hours)
        tx.remove_kpi_samples(MINUTE_MS, result.before_ms)
    excess = tx.kpi_sample_count(HOUR_MS) - HOURS_KEPT
    if excess > 0:
        oldest = tx.oldest_kpi_samples(HOUR_MS, excess + 1)
        tx.remove_kpi_samples(HOUR_MS, oldest[-1].start_ms)
