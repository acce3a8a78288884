"""A whole shift in one process: WMS orders, bridge, dispatcher and fast world, tick by tick.

The bridge is the real one on the store in memory; nothing is left out but processes and wires.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from planner.dispatch.state import State
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.warehouse.commands import Command, SendTransportOrder
from planner.warehouse.errors import PodherdError
from planner.warehouse.events import Event
from planner.warehouse.ids import OrderId, PodId
from planner.warehouse.site import Point
from planner.warehouse.view import Kpis
from sim_worlds.discrete import FastWorld
from sim_worlds.eventlog import EventLogWriter
from sim_worlds.faults import true_stock
from sim_worlds.referee import Violation
from sim_worlds.shift import Shift
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.ledger import LedgerReport
from wms_bridge.records import SkuRecord
from wms_bridge.service import Bridge

STALL_MS = 3_600_000
"""With orders open and no pick for this long, nothing more will come: the run ends."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: ``unfinished`` orders were still open, ``refused`` ones the bridge did not
    take; ``ledger`` is the audit of the books and ``violations`` are what the referee saw."""

    kpis: Kpis
    ticks: int
    violations: tuple[Violation, ...]
    unfinished: tuple[OrderId, ...]
    refused: tuple[tuple[OrderId, str], ...]
    ledger: LedgerReport


class ShiftRun:
    """A run that is stepped from outside, so that progress can be shown and state be looked at."""

    def __init__(self, shift: Shift, log: EventLogWriter | None = None):
        self.dispatcher = Dispatcher(shift.site, shift.dispatch, shift.guidance)
        self.state: State = self.dispatcher.start()
        self.bridge = Bridge(shift.site, MemoryStore())
        self.world = FastWorld(
            shift.site,
            pod_places(self.dispatcher),
            true_stock(shift.stock, shift.faults, shift.seed),
            shift.world,
            shift.faults,
            shift.seed,
        )
        self.refused: list[tuple[OrderId, str]] = []
        self.ticks = 0
        self.now_ms = 0
        self._orders = sorted(shift.orders, key=lambda timed: timed.at_ms)
        self._due = 0
        self._feed = 0
        self._log = log
        self._last_pick_ms = 0
        self._open_books(shift)

    def _open_books(self, shift: Shift) -> None:
        skus = {balance.sku: None for balance in shift.stock}
        skus.update((line.sku, None) for timed in shift.orders for line in timed.order.lines)
        self.bridge.put_skus([SkuRecord(sku) for sku in skus])
        self.bridge.load_stock(shift.stock, "opening-stock", 0)

    @property
    def done(self) -> bool:
        """Every order has come in and is complete, or nothing moves any more."""
        if self._due < len(self._orders):
            return False
        stalled = self.now_ms - self._last_pick_ms > STALL_MS
        return self.ticks > 1 and (not self.state.orders or stalled)

    def tick(self) -> None:
        """One planning period: the world moves, the bridge books, the dispatcher decides."""
        self.now_ms += TICK_MS
        news = self.world.advance(self.now_ms)
        self._receive_orders()
        for pick in news.picks:
            self.bridge.confirm_pick(pick.pick, pick.quantity, self.now_ms, pick.reason)
            self._last_pick_ms = self.now_ms
        events: list[Event] = [*self._feed_events(), *news.events]
        if self._log is not None:
            self._log.before_step(self.now_ms, self._feed, events)
        self.state, commands = self.dispatcher.step(self.state, events, self.now_ms)
        if self._log is not None:
            self._log.after_step(self.now_ms, commands)
        self._carry_out(commands)
        self.ticks += 1

    def _receive_orders(self) -> None:
        first = self._due
        while self._due < len(self._orders) and self._orders[self._due].at_ms <= self.now_ms:
            self._due += 1
        new = [timed.order for timed in self._orders[first : self._due]]
        if new:
            self._last_pick_ms = max(self._last_pick_ms, self.now_ms)
        for order, result in zip(new, self.bridge.receive_orders(new, self.now_ms), strict=True):
            if isinstance(result, PodherdError):
                self.refused.append((order.order, str(result)))

    def _feed_events(self) -> list[Event]:
        events: list[Event] = []
        while batch := self.bridge.feed(self._feed):
            self._feed = batch[-1].number
            events += [numbered.event for numbered in batch]
        return events

    def _carry_out(self, commands: Sequence[Command]) -> None:
        for_bridge = [c for c in commands if not isinstance(c, SendTransportOrder)]
        for problem in self.bridge.apply(for_bridge, self.now_ms) if for_bridge else ():
            if problem is not None:
                raise problem
        for command in commands:
            self.world.command(command)

    def outcome(self) -> Outcome:
        """How it stands now."""
        return Outcome(
            kpis=self.dispatcher.view(self.state).kpis,
            ticks=self.ticks,
            violations=self.world.violations,
            unfinished=tuple(self.state.orders),
            refused=tuple(self.refused),
            ledger=self.bridge.verify(),
        )


def pod_places(dispatcher: Dispatcher) -> dict[PodId, Point]:
    """Where the site's pods are stored at the start."""
    roadmap = dispatcher.floor.roadmap
    return {
        pod: (float(roadmap.xy_m[i][0]), float(roadmap.xy_m[i][1]))
        for pod, node in roadmap.pods.items()
        for i in (roadmap.index[node],)
    }


def run_shift(
    shift: Shift,
    log: EventLogWriter | None = None,
    on_tick: Callable[[ShiftRun], None] | None = None,
) -> Outcome:
    """Run to the end. ``on_tick`` is called after every tick."""
    run = ShiftRun(shift, log)
    while not run.done:
        run.tick()
        if on_tick is not None:
            on_tick(run)
    return run.outcome()
