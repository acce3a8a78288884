"""One turn of the dispatcher: the forked state, the time, and the commands collected so far."""

from dataclasses import dataclass, field, replace
from typing import Any

from planner.assign.rotation import Ranked, too_young
from planner.dispatch.floor import Floor
from planner.dispatch.params import DispatchParams
from planner.dispatch.state import (
    Line,
    Phase,
    Robot,
    State,
    Tally,
    Visit,
)
from planner.dispatch.stock import SlotStock
from planner.roadmap.obstacles import CLEAR, Obstacles
from planner.warehouse.commands import AlarmKind, Command, RaiseAlarm
from planner.warehouse.ids import (
    LineId,
    OrderId,
    PodId,
    RobotId,
    Sku,
    SlotId,
    StationId,
    VisitId,
)
from planner.warehouse.stock import pod_of


@dataclass(slots=True)
class Turn:
    """What a phase works on. The small setters keep each change to a record in one place."""

    state: State
    floor: Floor
    params: DispatchParams
    now_ms: int
    commands: list[Command] = field(default_factory=list)
    touched: dict[OrderId, None] = field(default_factory=dict)
    """Orders of which something was picked or given up in this turn."""
    fresh: dict[OrderId, None] = field(default_factory=dict)
    """Orders that began to wait in this turn."""
    counted: dict[str, float] = field(default_factory=dict)
    """What to add to the tally."""
    doubted: dict[PodId, None] = field(default_factory=dict)
    """Pods of which a look may tell more, or less, than it did before this turn."""
    settled: dict[PodId, None] = field(default_factory=dict)
    """Pods with slots that were settled in this turn."""
    unranked: bool = False
    """An order came among the waiting, or its priority changed: they may be out of order."""
    obstacles: Obstacles = CLEAR
    """Nodes held by robots that cannot be expected to move, and closed ones."""

    def set_robot(self, robot: Robot, **changes: Any) -> Robot:
        """Replace a robot's record."""
        changed = replace(robot, **changes)
        self.state.robots[robot.robot] = changed
        return changed

    def set_visit(self, visit: Visit, **changes: Any) -> Visit:
        """Replace a visit's record."""
        changed = replace(visit, **changes)
        self.state.visits[visit.visit] = changed
        return changed

    def set_line(self, line: Line, **changes: Any) -> Line:
        """Replace a line's record."""
        changed = replace(line, **changes)
        self.state.lines[line.line] = changed
        self.index_line(changed)
        return changed

    def index_line(self, line: Line) -> None:
        """Keep ``open_lines`` true."""
        station = self.state.orders[line.order].station
        if station is not None and line.open > 0:
            self.state.open_lines.setdefault(line.line, station)
        else:
            self.state.open_lines.pop(line.line, None)

    def set_slot(self, slot: SlotId, stock: SlotStock) -> None:
        """Replace what is known of a slot, and keep ``available`` true."""
        before = self.state.slots.get(slot)
        self._put_slot(slot, stock)
        for known in (before, stock):
            if known is not None and known.rank_ms is not None:
                self.rotate(known.sku)

    def _put_slot(self, slot: SlotId, stock: SlotStock) -> None:
        before, available = self.state.slots.get(slot), self.state.available
        pod = pod_of(slot)
        if before is not None:
            available[before.sku] -= before.free
            self.state.matches.stock(pod, before.sku, -before.available)
        self.state.slots[slot] = stock
        available[stock.sku] = available.get(stock.sku, 0) + stock.free
        self.state.matches.stock(pod, stock.sku, stock.available)

    def rotate(self, sku: Sku) -> None:
        """See anew which stock of an SKU has to wait for older stock; for what is in a pod that
        nobody can fetch nothing waits."""
        state = self.state
        ranked: dict[SlotId, Ranked] = {}
        for slot in state.slots_of_sku.get(sku, ()):
            stock = state.slots[slot]
            if stock.rank_ms is not None and stock.sku == sku:
                free = 0 if pod_of(slot) in state.stranded else stock.free
                ranked[slot] = Ranked(stock.rank_ms, stock.window_ms, free)
        young = too_young(ranked)
        for slot in ranked:
            stock = state.slots[slot]
            if stock.waits != (slot in young):
                self._put_slot(slot, replace(stock, waits=not stock.waits))

    def count(self, **increments: float) -> None:
        """Add to counters of the tally; they are booked at the end of the turn."""
        for name, by in increments.items():
            self.counted[name] = self.counted.get(name, 0) + by

    def book_counts(self) -> None:
        """Put what was counted into the tally."""
        tally: Tally = self.state.tally
        sums: dict[str, Any] = {
            name: getattr(tally, name) + by for name, by in self.counted.items()
        }
        self.state.tally = replace(tally, **sums)
        self.counted.clear()

    def alarm(self, kind: AlarmKind, subject: str, text: str) -> None:
        """Raise an alarm unless the same is active already."""
        raised = RaiseAlarm(kind, subject, text)
        if self.state.alarms.get((kind, subject)) != raised:
            self.state.alarms[kind, subject] = raised
            self.commands.append(raised)

    def clear(self, kind: AlarmKind, subject: str) -> None:
        """Take an alarm back if it is active."""
        raised = self.state.alarms.pop((kind, subject), None)
        if raised is not None:
            self.commands.append(replace(raised, active=False))

    def robot(self, robot: RobotId) -> Robot:
        """A robot's record."""
        return self.state.robots[robot]

    def visit(self, visit: VisitId) -> Visit:
        """A visit's record."""
        return self.state.visits[visit]

    def line(self, line: LineId) -> Line:
        """A line's record."""
        return self.state.lines[line]

    def open_stations(self) -> tuple[StationId, ...]:
        """Stations at which orders are picked and that may take more of them now."""
        return tuple(name for name in self.floor.pick_stations if name in self.state.open_since)

    def open_put_stations(self) -> tuple[StationId, ...]:
        """Stations at which goods are put away now."""
        return self.floor.put_stations

    def open_lines(self) -> dict[StationId, list[Line]]:
        """Lines at each station's put wall that still need a pod; none where an operator has closed
        it at once."""
        found: dict[StationId, list[Line]] = {station: [] for station in self.floor.stations}
        for line, station in self.state.open_lines.items():
            if not self.state.closed.get(station, False):
                found[station].append(self.state.lines[line])
        return found

    def inbound(self, station: StationId) -> list[Visit]:
        """Visits that will be, or are, picked from at a station, oldest first."""
        return [
            visit
            for visit in self.state.visits.values()
            if visit.station == station and visit.phase is not Phase.RETURN
        ]
