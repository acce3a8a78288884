"""The key figures of a window, worked out from what was measured in it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from planner.warehouse.ids import StationId
from wms_bridge.kpis.ages import quantile_s
from wms_bridge.records.kpis import HOUR_MS, Measured, StationTotals, Totals

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a whole site, in a window; ``None`` where nothing tells. Rates are per hour that was
    watched, shares from 0 to 1; docs/reference/kpis.md defines each."""

    watched_share: float | None
    lines_per_h: float | None
    orders_per_h: float | None
    picks_per_h: float | None
    pile_on: float | None
    put_pile_on: float | None
    metres_per_line: float | None
    robot_utilisation: float | None
    station_idle: float | None
    station_starvation: float | None
    order_age_mean_s: float | None
    order_age_p50_s: float | None
    order_age_p95_s: float | None
    inventory_accuracy: float | None
    pick_accuracy: float | None
    outbox_backlog: float | None
    count_cases_open: float | None
    orders_received: float
    orders_completed: float
    lines_received: float
    lines_picked: float
    lines_shortened: float
    picks_confirmed: float
    pod_visits: float
    metres: float
    pieces_picked: float
    pieces_put_away: float
    discrepancies: float
    count_cases_settled: float


@dataclass(frozen=True, slots=True)
class StationFigures:
    """Of one station, in a window; see :class:`Figures`."""

    watched_share: float | None
    lines_per_h: float | None
    station_open: float | None
    station_idle: float | None
    station_starvation: float | None
    lines_picked: float


UNITS: Mapping[str, str] = MappingProxyType(
    {
        "watched_share": "1",
        "lines_per_h": "1/h",
        "orders_per_h": "1/h",
        "picks_per_h": "1/h",
        "pile_on": "picks/visit",
        "put_pile_on": "puts/visit",
        "metres_per_line": "m",
        "robot_utilisation": "1",
        "station_open": "1",
        "station_idle": "1",
        "station_starvation": "1",
        "order_age_mean_s": "s",
        "order_age_p50_s": "s",
        "order_age_p95_s": "s",
        "inventory_accuracy": "1",
        "pick_accuracy": "1",
        "outbox_backlog": "messages",
        "count_cases_open": "cases",
        "orders_received": "orders",
        "orders_completed": "orders",
        "lines_received": "lines",
        "lines_picked": "lines",
        "lines_shortened": "lines",
        "picks_confirmed": "picks",
        "pod_visits": "visits",
        "metres": "m",
        "pieces_picked": "pieces",
        "pieces_put_away": "pieces",
        "discrepancies": "discrepancies",
        "count_cases_settled": "cases",
    }
)
"""The unit of each figure; 1 for a share from 0 to 1."""
SITE_NAMES = tuple(field.name for field in fields(Figures))
STATION_NAMES = tuple(field.name for field in fields(StationFigures))


def figures_of(measured: Measured, window_ms: int) -> Figures:
    """The figures of a site in a window of this length."""
    of, ages = measured.totals, measured.ages
    aged, stations = sum(ages.values()), measured.stations.values()
    return Figures(
        watched_share=_share(of.watched_ms, window_ms),
        lines_per_h=_per_h(of.lines_picked, of),
        orders_per_h=_per_h(of.orders_completed, of),
        picks_per_h=_per_h(of.picks_confirmed, of),
        pile_on=_ratio(of.picks_confirmed, of.pod_visits),
        put_pile_on=_ratio(of.puts_confirmed, of.put_visits),
        metres_per_line=_ratio(of.metres, of.lines_picked),
        robot_utilisation=_share(of.robot_busy_ms, of.watched_ms),
        station_idle=_rest(_share(of.station_picking_ms, of.watched_ms)),
        station_starvation=_share(
            sum(one.starved_ms for one in stations), sum(one.open_ms for one in stations)
        ),
        order_age_mean_s=_ratio(of.ages_ms / 1000, aged),
        order_age_p50_s=_rounded(quantile_s(ages, 0.50)),
        order_age_p95_s=_rounded(quantile_s(ages, 0.95)),
        inventory_accuracy=_share(of.cases_right, of.cases_settled),
        pick_accuracy=_rest(_share(of.picks_short, of.picks_booked)),
        outbox_backlog=_ratio(of.backlog_ms, of.books_ms),
        count_cases_open=_ratio(of.cases_open_ms, of.books_ms),
        **_counts(of),
    )


def station_figures_of(measured: Measured, window_ms: int) -> dict[StationId, StationFigures]:
    """The figures of each station in a window of this length, by name."""
    return {
        name: _station(totals, measured.totals, window_ms)
        for name, totals in sorted(measured.stations.items())
    }


def _station(of: StationTotals, site: Totals, window_ms: int) -> StationFigures:
    return StationFigures(
        watched_share=_share(of.watched_ms, window_ms),
        lines_per_h=_per_h(of.lines_picked, site),
        station_open=_share(of.open_ms, of.watched_ms),
        station_idle=_rest(_share(of.picking_ms, of.watched_ms)),
        station_starvation=_share(of.starved_ms, of.open_ms),
        lines_picked=round(of.lines_picked, _DIGITS),
    )


def _counts(of: Totals) -> dict[str, float]:
    same = (
        *("orders_received", "orders_completed", "lines_received", "lines_picked"),
        *("lines_shortened", "picks_confirmed", "pod_visits", "metres", "pieces_picked"),
        *("pieces_put_away", "discrepancies"),
    )
    counts = {name: getattr(of, name) for name in same}
    counts["count_cases_settled"] = of.cases_settled
    return {name: round(count, _DIGITS) for name, count in counts.items()}


def _per_h(count: float, of: Totals) -> float | None:
    return _ratio(count * HOUR_MS, of.watched_ms)


def _ratio(upper: float, lower: float) -> float | None:
    return round(upper / lower, _DIGITS) if lower > 0 else None


def _share(part: float, whole: float) -> float | None:
    return round(min(1.0, part / whole), _DIGITS) if whole > 0 else None


def _rest(share: float | None) -> float | None:
    return None if share is None else round(1 - share, _DIGITS)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
