"""A run over a horizon: warm up, then measure a window, by the difference of what is counted.

What is measured is what a person would count who came at the end of the warm-up and left at the end
of the window. Definitions: docs/reference/kpis.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from time import process_time
from typing import Any

from planner.dispatch.state import State, Tally
from planner.dispatch.step import Dispatcher
from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import OrderId
from sim_worlds.run import ShiftRun
from sim_worlds.shift import Shift

HOUR_MS = 3_600_000


class InvalidHorizon(PodherdError):
    """A window that cannot be measured."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """``warm_up_ms`` are run first, then ``window_ms`` (positive) are measured."""

    warm_up_ms: int
    window_ms: int

    def __post_init__(self) -> None:
        if self.warm_up_ms < 0 or self.window_ms <= 0:
            raise InvalidHorizon(
                "nothing to measure",
                field="warm_up_ms, window_ms",
                value=[self.warm_up_ms, self.window_ms],
                remedy="Warm up for 0 ms or more and measure for more than 0 ms.",
            )


@dataclass(frozen=True, slots=True)
class WindowKpis:
    """What happened in ``window_ms``. Rates are per hour, shares from 0 to 1, ages in seconds from
    the receipt of an order to its completion, of those completed in the window (0 if none was).

    ``backlog`` is the mean number of orders received and not yet released. ``oldest_open_s`` is the
    age of the oldest order still open at the end. ``late_share`` counts orders completed late and
    those still open and overdue, among all completed or overdue. ``station_use`` is the share of
    their time that people picked or put away; ``robot_use`` that robots were on a pod visit. The
    decision times are CPU ms per step of the dispatcher; ``cpu_s`` is all of the window.
    """

    window_ms: int
    orders: int
    lines: int
    items: int
    orders_per_h: float
    lines_per_h: float
    items_per_h: float
    metres: float
    metres_per_line: float
    metres_per_item: float
    visits: int
    lines_per_visit: float
    items_per_visit: float
    station_use: float
    robot_use: float
    age_p50_s: float
    age_p95_s: float
    age_p99_s: float
    age_max_s: float
    oldest_open_s: float
    late_share: float
    short_orders: int
    backlog: float
    violations: int
    deadlocks: int
    decision_p50_ms: float
    decision_p99_ms: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class _Mark:
    """What stood on the counters."""

    now_ms: int
    tally: Tally
    finished: int
    picking_ms: int
    violations: int
    cpu_s: float

    @classmethod
    def of(cls, run: ShiftRun) -> "_Mark":
        state = run.state
        return cls(
            state.now_ms,
            state.tally,
            len(state.finished),
            run.world.picking_ms,
            len(run.world.violations),
            process_time(),
        )


def measure(
    shift: Shift,
    horizon: Horizon,
    on_tick: Callable[[ShiftRun], None] | None = None,
    dispatcher: Dispatcher | None = None,
) -> WindowKpis:
    """Run ``shift`` for the horizon, with ``dispatcher`` in place of the usual one. A run whose
    orders end before that is measured to its end."""
    run = ShiftRun(shift, dispatcher=dispatcher)
    _go(run, horizon.warm_up_ms, lambda: _told(run, on_tick))
    mark, waiting, steps = _Mark.of(run), [0], [0.0]
    waiting.clear()
    steps.clear()

    def note() -> None:
        waiting.append(len(run.state.waiting))
        steps.append(run.step_cpu_s * 1000)
        _told(run, on_tick)

    _go(run, horizon.warm_up_ms + horizon.window_ms, note)
    return _kpis(run, mark, _Mark.of(run), waiting, steps)


def _go(run: ShiftRun, until_ms: int, after: Callable[[], None]) -> None:
    while run.now_ms < until_ms and not run.done:
        run.tick()
        after()


def _told(run: ShiftRun, on_tick: Callable[[ShiftRun], None] | None) -> None:
    if on_tick is not None:
        on_tick(run)


def _kpis(
    run: ShiftRun, before: _Mark, after: _Mark, waiting: list[int], steps: list[float]
) -> WindowKpis:
    steps.sort()
    return WindowKpis(
        window_ms=after.now_ms - before.now_ms,
        **_work(run, before, after),
        **_orders(run.state, before, after),
        backlog=_per(sum(waiting), len(waiting)),
        violations=after.violations - before.violations,
        deadlocks=int(after.tally.deadlocks - before.tally.deadlocks),
        decision_p50_ms=quantile(steps, 0.50),
        decision_p99_ms=quantile(steps, 0.99),
        cpu_s=after.cpu_s - before.cpu_s,
    )


def _work(run: ShiftRun, before: _Mark, after: _Mark) -> dict[str, Any]:
    """What was done, by whom, and how far they drove for it."""
    a, b, window_ms = before.tally, after.tally, after.now_ms - before.now_ms
    hours = window_ms / HOUR_MS or float("inf")
    lines, items = int(b.lines_picked - a.lines_picked), int(b.pieces_picked - a.pieces_picked)
    picks, visits = b.picks_confirmed - a.picks_confirmed, int(b.pod_visits - a.pod_visits)
    metres = b.metres - a.metres
    stations, robots = len(run.dispatcher.floor.pick_stations), len(run.state.robots)
    return {
        "lines": lines,
        "items": items,
        "lines_per_h": lines / hours,
        "items_per_h": items / hours,
        "metres": metres,
        "metres_per_line": _per(metres, lines),
        "metres_per_item": _per(metres, items),
        "visits": visits,
        "lines_per_visit": _per(picks, visits),
        "items_per_visit": _per(items, visits),
        "station_use": _per(after.picking_ms - before.picking_ms, window_ms * stations),
        "robot_use": _per(b.robot_busy_ms - a.robot_busy_ms, window_ms * robots),
    }


def _orders(state: State, before: _Mark, after: _Mark) -> dict[str, Any]:
    """How orders fared: those completed in the window, and those open at its end."""
    a, b = before.tally, after.tally
    orders = after.finished - before.finished
    ages_s = sorted(ms / 1000 for ms in islice(state.finished.values(), before.finished, None))
    open_ms = [state.now_ms - order.received_ms for order in state.orders.values()]
    return {
        "orders": orders,
        "orders_per_h": orders / ((after.now_ms - before.now_ms) / HOUR_MS or float("inf")),
        "age_p50_s": quantile(ages_s, 0.50),
        "age_p95_s": quantile(ages_s, 0.95),
        "age_p99_s": quantile(ages_s, 0.99),
        "age_max_s": quantile(ages_s, 1.0),
        "oldest_open_s": max(open_ms, default=0) / 1000,
        "late_share": late_share(b.orders_late - a.orders_late, orders, overdue(state)),
        "short_orders": int(b.orders_short - a.orders_short),
    }


def overdue(state: State) -> tuple[OrderId, ...]:
    """Open orders whose due time has passed."""
    return tuple(
        order.order
        for order in state.orders.values()
        if order.due_ms is not None and order.due_ms < state.now_ms
    )


def late_share(late: float, completed: int, still_open: tuple[OrderId, ...]) -> float:
    """Share of the orders completed, or overdue and open, that are late."""
    return _per(late + len(still_open), completed + len(still_open))


def quantile(ordered: list[int] | list[float], share: float) -> float:
    """Nearest-rank quantile; 0 where there is nothing."""
    return float(ordered[round(share * (len(ordered) - 1))]) if ordered else 0.0


def _per(amount: float, of: float) -> float:
    return amount / of if of else 0.0
