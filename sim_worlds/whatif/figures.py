"""What is measured of a future, from its beginning to the completion of its last order."""

from dataclasses import dataclass

from planner.warehouse.ids import OrderId
from sim_worlds.costs import CostModel
from sim_worlds.run import ShiftRun
from sim_worlds.whatif.knobs import pick_stations

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Figures:
    """Rates are per hour of site time, from the beginning of the future to ``done_h``.

    ``done`` is the share of the orders that were completed and ``done_h`` when the last one was, in
    hours from the beginning (if not all were: when the future was ended). ``late`` is the share
    that was not complete when due, ``late_p95_min`` by how much (minutes, 95 of 100 are better; 0
    if in time). ``station_use`` and ``robot_use`` are shares of the time that stations were picked
    at and robots had a pod to move. ``last_order_h`` is when the last order came in.
    """

    orders: int
    done: float
    done_h: float
    late: float
    late_p95_min: float
    lines_per_h: float
    cost_per_line: float
    cost_per_h: float
    station_use: float
    robot_use: float
    age_p95_h: float
    metres_per_line: float
    pile_on: float
    energy_kwh: float
    lines: int
    last_order_h: float


class Meter:
    """Reads a run: made at its beginning, looks at the batteries now and then, and at the end."""

    def __init__(self, run: ShiftRun, promise_ms: int):
        self._run = run
        self._start_ms = run.now_ms
        self._tally = run.state.tally
        self._before = set(run.state.finished)
        self._allowed_ms: dict[OrderId, int] = {
            order.order: promise_ms if order.due_ms is None else order.due_ms - order.received_ms
            for order in run.state.orders.values()
        }
        for timed in run.orders_to_come:
            due_ms = timed.order.due_ms
            allowed = promise_ms if due_ms is None else due_ms - timed.at_ms
            self._allowed_ms[timed.order.order] = allowed
        self._last_ms = max((timed.at_ms for timed in run.orders_to_come), default=run.now_ms)
        floor = run.world.floor
        self._capacity = {r.id: floor.site.type_of(r).battery_wh for r in floor.site.robots}
        self._charge = {robot: floor.battery(robot) for robot in floor.robots}
        self._drawn_wh = 0.0

    def look(self) -> None:
        """Add up what was drawn from the batteries since the last look."""
        floor = self._run.world.floor
        for robot, before in self._charge.items():
            now = self._charge[robot] = floor.battery(robot)
            self._drawn_wh += max(0.0, before - now) * self._capacity[robot]

    def figures(self, costs: CostModel, robots: int) -> Figures:
        """How it stands now. ``ValueError`` if robots touched or the books do not balance: such a
        future says nothing."""
        self.look()
        self._check()
        run, state, site = self._run, self._run.state, self._run.world.floor.site
        ages = {name: age for name, age in state.finished.items() if name not in self._before}
        all_done = not state.orders and len(ages) == len(self._allowed_ms) - len(run.refused)
        end_ms = state.tally.last_done_ms if all_done else run.now_ms
        hours = max(1, end_ms - self._start_ms) / HOUR_MS
        stations, energy_kwh = len(pick_stations(site)), self._drawn_wh / 1000
        cost = costs.of_shift(
            hours, robots=robots, stations=stations, pods=site.pod_count, energy_kwh=energy_kwh
        )
        lines, late = max(1.0, self._since("lines_picked")), self._late_ms(ages)
        return Figures(
            orders=len(self._allowed_ms),
            done=len(ages) / max(1, len(self._allowed_ms)),
            done_h=hours,
            late=sum(ms > 0 for ms in late) / max(1, len(late)),
            late_p95_min=max(0.0, _p95(late) / 60_000),
            lines_per_h=self._since("lines_picked") / hours,
            cost_per_line=cost.total_yuan / lines,
            cost_per_h=cost.total_yuan / hours,
            station_use=min(1.0, self._since("station_picking_ms") / (stations * hours * HOUR_MS)),
            robot_use=min(1.0, self._since("robot_busy_ms") / (robots * hours * HOUR_MS)),
            age_p95_h=_p95(list(ages.values())) / HOUR_MS,
            metres_per_line=self._since("metres") / lines,
            pile_on=self._since("picks_confirmed") / max(1, self._since("pod_visits")),
            energy_kwh=energy_kwh,
            lines=round(self._since("lines_picked")),
            last_order_h=(self._last_ms - self._start_ms) / HOUR_MS,
        )

    def _since(self, name: str) -> float:
        """How much a counter of the dispatcher has grown."""
        return float(getattr(self._run.state.tally, name) - getattr(self._tally, name))

    def _check(self) -> None:
        violations, ledger = self._run.world.violations, self._run.bridge.verify()
        if violations:
            raise ValueError(f"{len(violations)} violations, the first: {violations[0]}")
        if not ledger.sound:
            raise ValueError("the ledger is out of balance")

    def _late_ms(self, ages: dict[OrderId, int]) -> list[int]:
        """By how much every order missed its due time; below 0 in time, and one that is still open
        counts as if it were completed now."""
        now_ms, state = self._run.now_ms, self._run.state
        late = [age - self._allowed_ms[name] for name, age in ages.items()]
        late += [
            now_ms - order.received_ms - self._allowed_ms[order.order]
            for order in state.orders.values()
        ]
        return late


def _p95(values: list[int]) -> float:
    ordered = sorted(values)
    return float(ordered[round(0.95 * (len(ordered) - 1))]) if ordered else 0.0
