"""Key figures of a run, from the tally in the state. Definitions: docs/reference/kpis.md."""

from planner.dispatch.state import Phase, State, Tally
from planner.dispatch.turn import Turn
from planner.warehouse.ids import StationId
from planner.warehouse.view import Kpis

HOUR_S = 3600.0
EXCEPTIONS = {
    "orders_late": "orders completed late",
    "orders_due_past": "orders due in the past when they came",
    "orders_cancelled": "orders cancelled",
    "lines_routed": "lines for another flow",
    "picks_failed": "picks that an arm failed at",
    "deadlocks": "deadlocks resolved",
    "rules_refused": "floor rules refused",
    "plan_fallbacks": "station plans that could not be met",
    "greedy_robots": "robots assigned without the solver",
    "greedy_spots": "return slots chosen without the solver",
    "pairings_out_of_time": "pod pairings out of time",
    "covers_out_of_time": "pod covers out of time",
    "improvements_out_of_time": "searches of neighbouring stations out of time",
    "looks": "looks of robots that count",
    "looks_failed": "looks that came to nothing",
    "slots_settled": "slots settled",
    "slots_counted": "slots counted by people",
}
"""Counters of :class:`~planner.dispatch.state.Tally` that people should see, and their names."""


def tally_time(turn: Turn) -> None:
    """Book the time since the last step on the robots and stations that were at work."""
    state = turn.state
    passed_ms = turn.now_ms - state.now_ms
    if passed_ms <= 0 or not state.orders:
        return
    busy = sum(robot.visit is not None for robot in state.robots.values())
    picking = sum(bool(visit.picks) for visit in state.visits.values() if visit.phase is Phase.PICK)
    turn.count(robot_busy_ms=busy * passed_ms, station_picking_ms=picking * passed_ms)


def kpis(state: State, stations: tuple[StationId, ...], carriers: frozenset[str]) -> Kpis:
    """Rates since the first order came in, up to now or to the completion of the last. Counting is
    not utilisation: robots of types that are no ``carriers`` are left out."""
    tally = state.tally
    start = tally.first_order_ms
    end = state.now_ms if state.orders else tally.last_done_ms
    elapsed_s = (end - start) / 1000 if start is not None and end > start else 0.0
    hours = elapsed_s / HOUR_S or float("inf")
    robots = sum(robot.type in carriers for robot in state.robots.values())
    ages, dock_ages = sorted(state.finished.values()), sorted(state.put_away.values())
    return Kpis(
        elapsed_s=elapsed_s,
        orders_received=tally.orders_received,
        orders_completed=len(state.finished),
        orders_completed_short=int(tally.orders_short),
        lines_received=tally.lines_received,
        lines_picked=int(tally.lines_picked),
        lines_shortened=tally.lines_shortened,
        picks_confirmed=tally.picks_confirmed,
        lines_per_h=tally.lines_picked / hours,
        station_lines_per_h=tuple(
            (station, state.station_lines.get(station, 0) / hours) for station in stations
        ),
        pod_visits=tally.pod_visits,
        pile_on=tally.picks_confirmed / tally.pod_visits if tally.pod_visits else 0.0,
        metres_per_line=tally.metres / tally.lines_picked if tally.lines_picked else 0.0,
        robot_utilisation=_share(tally.robot_busy_ms, robots, elapsed_s),
        station_idle=1 - _share(tally.station_picking_ms, len(stations), elapsed_s),
        order_age_p50_s=_quantile(ages, 0.50) / 1000,
        order_age_p95_s=_quantile(ages, 0.95) / 1000,
        receipts_received=tally.receipts_received,
        receipts_put_away=len(state.put_away),
        pieces_put_away=tally.pieces_put_away,
        puts_confirmed=tally.puts_confirmed,
        put_visits=tally.put_visits,
        put_pile_on=tally.puts_confirmed / tally.put_visits if tally.put_visits else 0.0,
        dock_to_stock_p50_s=_quantile(dock_ages, 0.50) / 1000,
        dock_to_stock_p95_s=_quantile(dock_ages, 0.95) / 1000,
        exceptions=_exceptions(tally),
    )


def _exceptions(tally: Tally) -> tuple[tuple[str, int], ...]:
    counts = ((name, getattr(tally, field)) for field, name in EXCEPTIONS.items())
    return tuple((name, count) for name, count in counts if count)


def _share(busy_ms: float, of: int, elapsed_s: float) -> float:
    return min(1.0, busy_ms / 1000 / (of * elapsed_s)) if of and elapsed_s else 0.0


def _quantile(ordered: list[int], share: float) -> float:
    """Nearest-rank quantile; 0 where there is nothing."""
    return float(ordered[round(share * (len(ordered) - 1))]) if ordered else 0.0
