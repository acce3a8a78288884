"""From views of the floor to what was measured between them: pure, a view at a time.

The figures of a view count since the fleet began; what counts is how they grow. A fleet that begins
anew counts from 0 again, and nothing of before is lost. A view that comes late or twice changes
nothing. How a station is, it is until the next view.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from planner.warehouse.ids import StationId
from planner.warehouse.view import FloorView, Kpis, StationView
from wms_bridge.kpis.measuring import NOTHING, fell, gained, plus, spread
from wms_bridge.records.kpis import (
    HOUR_MS,
    MINUTE_MS,
    FloorReading,
    KpiMeter,
    Measured,
    StationSeen,
    StationTotals,
    Totals,
)

GAP_MS = HOUR_MS
"""What was counted while nobody looked belongs to the last hour of that time at most."""
HOLD_MS = 30_000
"""So long a station is believed to be as it was seen."""
SETBACK_MS = 30_000
"""If no later view has come for so long by the bridge's clock, the site's clock was set back."""
LATEST_MS = 10**13
"""No clock shows more than this: the year 2286."""
MOST = 1e10
"""No count, length of time in seconds, or rate is above this."""
_COUNTS = (
    "orders_received",
    "orders_completed",
    "lines_received",
    "lines_picked",
    "lines_shortened",
    "picks_confirmed",
    "pod_visits",
    "receipts_put_away",
    "pieces_put_away",
    "puts_confirmed",
    "put_visits",
)
"""These never fall while a fleet goes on, and are names of :class:`Kpis`, too."""
Parts = Mapping[int, Measured]
"""What was measured in which minute, by its start (ms of the site's clock)."""
NO_PARTS: Parts = {}


def reading_of(
    view: FloorView, seen_ms: int, stations: Collection[StationId]
) -> FloorReading | None:
    """What a view says of key figures; of stations only those of the site. ``None`` if it has
    figures that cannot be."""
    kpis = view.kpis
    if not _can_be(view):
        return None
    lines = {name: rate * kpis.elapsed_s / 3600 for name, rate in kpis.station_lines_per_h}
    return FloorReading(
        view.at_ms,
        seen_ms,
        round(kpis.elapsed_s * 1000),
        _counts(kpis),
        {
            one.station: _seen(one, lines.get(one.station, 0.0))
            for one in view.stations
            if one.station in stations
        },
    )


def _can_be(view: FloorView) -> bool:
    kpis = view.kpis
    told = [kpis.elapsed_s, kpis.metres_per_line, *(getattr(kpis, name) for name in _COUNTS)]
    told += [rate for _, rate in kpis.station_lines_per_h]
    shares = (kpis.robot_utilisation, kpis.station_idle)
    return (
        0 <= view.at_ms <= LATEST_MS
        and all(0 <= value <= MOST for value in told)
        and all(0 <= share <= 1 for share in shares)
    )


def _counts(kpis: Kpis) -> Totals:
    # A mean since the first order, times what it is a mean over, counts up again.
    elapsed_ms = kpis.elapsed_s * 1000
    return Totals(
        metres=kpis.metres_per_line * kpis.lines_picked,
        robot_busy_ms=kpis.robot_utilisation * elapsed_ms,
        station_picking_ms=(1 - kpis.station_idle) * elapsed_ms,
        **{name: float(getattr(kpis, name)) for name in _COUNTS},
    )


def _seen(station: StationView, lines: float) -> StationSeen:
    picking = station.pod is not None
    is_open = station.takes_orders or station.open_orders > 0
    starved = is_open and not picking and station.open_lines > 0
    return StationSeen(float(round(lines)), is_open, picking, starved)


def watch(meter: KpiMeter, reading: FloorReading) -> tuple[KpiMeter, Parts]:
    """Where counting stands after a view, and what was measured since the one before. The first
    view ever is where counting begins, unless the fleet has just begun, too."""
    last = meter.floor
    if last is None:
        if reading.elapsed_ms > MINUTE_MS:
            return replace(meter, floor=reading), NO_PARTS
        return _counted(meter, None, reading, reading.at_ms - reading.elapsed_ms)
    if _is_late(last, reading):
        return meter, NO_PARTS
    if fell(last.counts, reading.counts, _COUNTS):
        return _counted(meter, None, reading, _began(last, reading))
    return _counted(meter, last, reading, _since(last, reading))


def _is_late(last: FloorReading, reading: FloorReading) -> bool:
    set_back = reading.at_ms < last.at_ms and reading.seen_ms - last.seen_ms >= SETBACK_MS
    return reading.at_ms <= last.at_ms and not set_back


def _since(last: FloorReading, reading: FloorReading) -> int:
    passed_ms = reading.at_ms - last.at_ms
    if passed_ms < 0:
        passed_ms = reading.seen_ms - last.seen_ms
    return reading.at_ms - min(passed_ms, GAP_MS)


def _began(last: FloorReading, reading: FloorReading) -> int:
    began_ms = reading.at_ms - min(reading.elapsed_ms, GAP_MS)
    return max(began_ms, last.at_ms) if last.at_ms < reading.at_ms else began_ms


def _counted(
    meter: KpiMeter, last: FloorReading | None, reading: FloorReading, since_ms: int
) -> tuple[KpiMeter, Parts]:
    passed_ms = float(reading.at_ms - since_ms)
    grown = gained(last.counts if last else Totals(), reading.counts)
    totals = replace(
        grown,
        watched_ms=passed_ms,
        robot_busy_ms=min(grown.robot_busy_ms, passed_ms),
        station_picking_ms=min(grown.station_picking_ms, passed_ms),
    )
    counted = Measured(totals, _lines(last, reading))
    pieces = [*spread(counted, since_ms, reading.at_ms, MINUTE_MS), *_held(last, reading)]
    parts: dict[int, Measured] = {}
    for start, part in pieces:
        parts[start] = plus(parts.get(start, NOTHING), part)
    return replace(meter, floor=reading), parts


def _lines(last: FloorReading | None, reading: FloorReading) -> Mapping[StationId, StationTotals]:
    before = last.stations if last else {}
    grown = {
        name: seen.lines_picked - (before[name].lines_picked if name in before else 0.0)
        for name, seen in reading.stations.items()
    }
    return {name: StationTotals(lines_picked=more) for name, more in grown.items() if more > 0}


def _held(last: FloorReading | None, reading: FloorReading) -> Iterator[tuple[int, Measured]]:
    if last is None or not last.stations or last.at_ms >= reading.at_ms:
        return
    until_ms = min(reading.at_ms, last.at_ms + HOLD_MS)
    held_ms = float(until_ms - last.at_ms)
    stations = {
        name: StationTotals(
            watched_ms=held_ms,
            open_ms=held_ms * seen.open,
            picking_ms=held_ms * seen.picking,
            starved_ms=held_ms * seen.starved,
        )
        for name, seen in last.stations.items()
    }
    yield from spread(Measured(stations=stations), last.at_ms, until_ms, MINUTE_MS)
