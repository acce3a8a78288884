"""From the bridge's books, its key figures and a view of the floor to a situation."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from planner.warehouse.ids import PodId, RobotId, Sku, StationId
from planner.warehouse.view import FloorView, RobotActivity
from wms_bridge.foresight.situation import OpenOrder, Situation, StationNow
from wms_bridge.kpis.desk import KpiDesk
from wms_bridge.ports.store import Reading
from wms_bridge.records.kpis import HOUR_MS, StationTotals
from wms_bridge.records.work import StationRecord

WINDOW_MS = 15 * 60_000
"""Rates are those of the last minutes."""
USUAL_LINES_PER_H = 150.0
"""What a station is taken to pick before it was seen to pick: our guess, soon outweighed."""
WEIGHT_H = 0.1
"""A rate known from before counts as much as so many hours seen."""
MOST_CARRIED = 500
_NOTHING = StationTotals()


def carried_pods(view: FloorView | None) -> dict[PodId, RobotId]:
    """Pods on their way to stations, and by whom."""
    robots = () if view is None else view.robots
    return {
        one.load: one.robot
        for one in robots
        if one.load is not None and one.activity is RobotActivity.DELIVER
    }


def skus_in(tx: Reading, pods: Collection[PodId]) -> Mapping[PodId, frozenset[Sku]]:
    """What some pods hold; of very many only the first are looked at."""
    return {
        pod: frozenset(one.sku for one in tx.holdings(pod=pod) if one.quantity > 0)
        for pod in sorted(pods)[:MOST_CARRIED]
    }


def rate_per_h(recent: StationTotals, ever: StationTotals) -> float:
    """Lines an hour of time with work, the last minutes weighing most."""
    usual = _rate(ever, USUAL_LINES_PER_H)
    return _rate(recent, usual)


def _rate(totals: StationTotals, believed: float) -> float:
    hours = (totals.picking_ms + totals.starved_ms) / HOUR_MS
    return (totals.lines_picked + believed * WEIGHT_H) / (hours + WEIGHT_H)


@dataclass(frozen=True, slots=True)
class Pace:
    """What was measured of stations in the last minutes, and since the bridge started."""

    recent: Mapping[StationId, StationTotals]
    ever: Mapping[StationId, StationTotals]


def pace_of(kpis: KpiDesk, site_ms: int) -> Pace:
    """How fast stations have been until now, by the site's clock. Reads the store by itself."""
    recent = kpis.measured(max(0, site_ms - WINDOW_MS), site_ms + 1)
    return Pace(recent.stations, kpis.since_start().stations)


def stations_now(
    names: Collection[StationId],
    records: Collection[StationRecord],
    pace: Pace,
    view: FloorView | None,
    orders: Collection[OpenOrder],
) -> dict[StationId, StationNow]:
    """How the pick stations ``names`` are."""
    closed = {one.station: one for one in records if one.closed}
    shown = {} if view is None else {one.station: one for one in view.stations}
    found: dict[StationId, StationNow] = {}
    for name in names:
        seen, now = shown.get(name), pace.recent.get(name, _NOTHING)
        record = closed.get(name)
        takes = record is None and (seen is None or seen.takes_orders)
        begun = sum(len(one.lines) for one in orders if one.station == name)
        found[name] = StationNow(
            station=name,
            open=takes,
            rate_per_h=rate_per_h(now, pace.ever.get(name, _NOTHING)),
            queue_lines=begun if seen is None else max(begun, seen.open_lines),
            starved=now.starved_ms / now.open_ms if now.open_ms else 0.0,
            works=record is None or not record.at_once,
        )
    return found


def situation_of(
    orders: tuple[OpenOrder, ...],
    stations: Mapping[StationId, StationNow],
    tx: Reading,
    site_ms: int,
    view: FloorView | None,
    age_p50_ms: int,
) -> Situation:
    """All that forecasts are made from."""
    carried = carried_pods(view)
    return Situation(
        now_ms=site_ms,
        orders=orders,
        stations=stations,
        stock=tx.slot_stock(),
        view=view,
        carried=carried,
        pod_skus=skus_in(tx, carried),
        age_p50_ms=age_p50_ms,
    )
