"""A whole shift in one process: WMS orders, bridge, dispatcher and fast world, tick by tick.

The bridge is the real one on the store in memory; nothing is left out but processes and wires.
"""

from collections import deque
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from dataclasses import dataclass
from time import thread_time

from planner.dispatch.state import State
from planner.dispatch.step import TICK_MS, Dispatcher
from planner.roadmap.rules import RuleCheck
from planner.warehouse.commands import Command, SendTransportOrder
from planner.warehouse.counts import SlotCount
from planner.warehouse.errors import InvalidCount, PodherdError, TooLate
from planner.warehouse.events import Event
from planner.warehouse.ids import OrderId, PodId, SlotId
from planner.warehouse.site import Point
from planner.warehouse.view import Kpis
from sim_worlds.counter import DoneCount
from sim_worlds.demand import TimedOrder
from sim_worlds.discrete import FastWorld, WorldNews
from sim_worlds.edits import apply_edit
from sim_worlds.eventlog import EventLogWriter
from sim_worlds.faults import true_stock
from sim_worlds.referee import Violation
from sim_worlds.shift import Shift
from sim_worlds.sources import Arrivals, OrderSource, Refill
from sim_worlds.staff import DonePick, StaffParams
from sim_worlds.supply import Supplier
from sim_worlds.telling import tell_count
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.ledger import LedgerReport
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

STALL_MS = 3_600_000
"""With orders open and no pick for this long, nothing more will come: the run ends."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: ``unfinished`` orders were still open, ``refused`` ones, and
    ``refused_edits`` of rules and ``refused_counts`` of sensors and people, the bridge did not
    take; ``ledger`` is the audit of the books and ``violations`` are what the referee saw."""

    kpis: Kpis
    ticks: int
    violations: tuple[Violation, ...]
    unfinished: tuple[OrderId, ...]
    refused: tuple[tuple[OrderId, str], ...]
    ledger: LedgerReport
    refused_edits: tuple[str, ...] = ()
    refused_counts: tuple[str, ...] = ()


class ShiftRun:
    """A run that is stepped from outside, so that progress can be shown and state be looked at;
    ``dispatcher`` takes the place of the usual one. ``sensing`` is asked in every tick what follows
    from the looks and passes of its news, after picks, puts and counts of people are in the books;
    without it robots that count see nothing. ``bridge`` and ``true_stock`` take the place of a
    bridge in memory, and of stock that is as the books say but for the shift's faults."""

    def __init__(
        self,
        shift: Shift,
        log: EventLogWriter | None = None,
        dispatcher: Dispatcher | None = None,
        sensing: "Sensing | None" = None,
        bridge: Bridge | None = None,
        true_stock: MutableMapping[SlotId, int] | None = None,
    ):
        self.dispatcher = dispatcher or Dispatcher(shift.site, shift.dispatch, shift.guidance)
        self.state: State = self.dispatcher.start()
        self.bridge = bridge or Bridge(shift.site, MemoryStore(), RuleCheck(shift.site))
        self.world = _world(shift, self.dispatcher, true_stock)
        self.refused: list[tuple[OrderId, str]] = []
        self.refused_edits: list[str] = []
        self.edits_applied = 0
        self.refused_counts: list[str] = []
        self._sensing = sensing
        self.commands: tuple[Command, ...] = ()
        self.ticks = 0
        self.now_ms = 0
        self.step_cpu_s = 0.0
        """CPU time of the dispatcher's last step, of this thread."""
        self._arrivals = Arrivals(shift.orders)
        self._sources: list[OrderSource] = [self._arrivals]
        if shift.backlog is not None:
            self._sources.append(Refill(shift.backlog))
        self._receipts = sorted(shift.receipts, key=lambda timed: timed.at_ms)
        self._supplier = (
            Supplier(shift.site, shift.stock, shift.supply, shift.seed) if shift.supply else None
        )
        self._edits = deque(sorted(shift.edits, key=lambda timed: timed.at_ms))
        self._feed = 0
        self._log = log
        self._last_pick_ms = 0
        self._open_books(shift)

    def _open_books(self, shift: Shift) -> None:
        skus = {balance.sku: None for balance in shift.stock}
        orders = [timed.order for timed in shift.orders]
        orders += shift.backlog.orders if shift.backlog is not None else ()
        skus.update((line.sku, None) for order in orders for line in order.lines)
        skus.update((timed.receipt.sku, None) for timed in shift.receipts)
        self.bridge.put_skus([SkuRecord(sku) for sku in skus])
        self.bridge.load_stock(shift.stock, "opening-stock", 0)

    @property
    def orders_to_come(self) -> tuple[TimedOrder, ...]:
        """Orders that have not come in yet, in order of arrival."""
        return self._arrivals.to_come

    @property
    def done(self) -> bool:
        """Every order has come in and is complete and all goods given are in pods, or nothing moves
        any more. What a supplier still sends is left out."""
        if self._receipts or not all(source.empty for source in self._sources):
            return False
        stalled = self.now_ms - self._last_pick_ms > STALL_MS
        goods = bool(self.state.receipts) and self._supplier is None
        return self.ticks > 1 and (stalled or not (self.state.orders or goods))

    def tick(self) -> None:
        """One planning period: the world moves, the bridge books, the dispatcher decides."""
        self.now_ms += TICK_MS
        news = self.world.advance(self.now_ms)
        self._receive_edits()
        self._receive_orders()
        self._receive_goods()
        for put in news.puts:
            outcome = put.outcome
            self.bridge.confirm_put(outcome.put, outcome.quantity, self.now_ms)
            self._last_pick_ms = self.now_ms
        for pick in news.picks:
            self._book(pick)
        self._book_counts(news)
        events: list[Event] = [*self._feed_events(), *news.events]
        if self._log is not None:
            self._log.before_step(self.now_ms, self._feed, events)
        began_s = thread_time()
        self.state, commands = self.dispatcher.step(self.state, events, self.now_ms)
        self.step_cpu_s = thread_time() - began_s
        self.commands = commands
        if self._log is not None:
            self._log.after_step(self.now_ms, commands)
        self._carry_out(commands)
        self.ticks += 1

    def _book(self, done: DonePick) -> None:
        pick = done.outcome
        try:
            if pick.failed:
                self.bridge.fail_pick(pick.pick, self.now_ms)
                return
            self.bridge.confirm_pick(pick.pick, pick.quantity, self.now_ms, pick.reason)
        except TooLate:  # withdrawn while it was being taken
            self.world.put_back(done)
            return
        self._last_pick_ms = self.now_ms

    def _book_counts(self, news: WorldNews) -> None:
        for done in news.counts:
            self._book_count(done)
        if self._sensing is None or not (news.looks or news.passes):
            return
        seen = tuple(self._sensing(self, news))
        answers = self.bridge.counts.take(seen, self.now_ms) if seen else ()
        self.refused_counts += [str(one) for one in answers if isinstance(one, PodherdError)]

    def _book_count(self, done: DoneCount) -> None:
        confirm = self.bridge.counts.confirm
        try:
            tell_count(done, lambda count, pieces, by: confirm(count, pieces, by, self.now_ms))
        except TooLate:  # not wanted any more
            return
        except InvalidCount as error:
            self.refused_counts.append(str(error))
            return
        self._last_pick_ms = self.now_ms

    def _receive_edits(self) -> None:
        while self._edits and self._edits[0].at_ms <= self.now_ms:
            problem = apply_edit(self.bridge, self._edits.popleft().edit, self.now_ms)
            self.edits_applied += not problem
            self.refused_edits += [problem] if problem else []

    def _receive_orders(self) -> None:
        waiting = len(self.state.waiting)
        new = [order for source in self._sources for order in source.take(self.now_ms, waiting)]
        if new:
            self._last_pick_ms = max(self._last_pick_ms, self.now_ms)
        if self._supplier is not None:
            for order in new:
                self._supplier.see(order, self.now_ms)
        for order, result in zip(new, self.bridge.receive_orders(new, self.now_ms), strict=True):
            if isinstance(result, PodherdError):
                self.refused.append((order.order, str(result)))

    def _receive_goods(self) -> None:
        while self._receipts and self._receipts[0].at_ms <= self.now_ms:
            self.bridge.receive_goods(self._receipts.pop(0).receipt, self.now_ms)
            self._last_pick_ms = self.now_ms
        if self._supplier is not None:
            for receipt in self._supplier.due(self.now_ms, self.state):
                self.bridge.receive_goods(receipt, self.now_ms)

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
            refused_edits=tuple(self.refused_edits),
            refused_counts=tuple(self.refused_counts),
        )


Sensing = Callable[[ShiftRun, WorldNews], Iterable[SlotCount]]
"""What the sensors of robots make of the looks and passes in the news."""


def _world(
    shift: Shift, dispatcher: Dispatcher, stock: MutableMapping[SlotId, int] | None
) -> FastWorld:
    return FastWorld(
        shift.site,
        pod_places(dispatcher),
        true_stock(shift.stock, shift.faults, shift.seed) if stock is None else stock,
        shift.world,
        shift.faults,
        shift.seed,
        StaffParams(shift.picker, arm=shift.arms),
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
