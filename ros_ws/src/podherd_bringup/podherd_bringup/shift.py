"""A whole shift over real processes: loads the books, sends goods and orders, waits for the end."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TypeVar

from planner.warehouse.errors import Unavailable
from planner.warehouse.view import FloorView, Kpis
from podherd_bringup.live import LiveView
from podherd_bringup.offices import POLL_S, Office, WebhookOffice
from podherd_bringup.programs import Wiring, floor_programs
from podherd_bringup.supervisor import Supervisor
from podherd_bringup.wms_audit import WmsAudit
from sim_worlds.demand import TimedOrder
from sim_worlds.shift import Shift
from sim_worlds.supply import TimedReceipt
from wms_bridge.client import client_of
from wms_bridge.ledger import LedgerReport
from wms_bridge.records.work import SkuRecord, Tally

Due = TypeVar("Due", TimedOrder, TimedReceipt)
_STALL_MS = 3_600_000
"""With nothing picked or put away for so long, site time, nothing more will come."""
_STANDSTILL_S = 120.0
"""With no new picture for so long, wall time, the fleet is dead."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the shift is. ``counts`` are the bridge's; ``backlog`` confirmations are not yet
    delivered to the WMS. ``receipts`` are of goods that come in."""

    site_ms: int
    wall_s: float
    orders_sent: int
    orders: int
    lines: int
    counts: Mapping[str, int]
    backlog: int
    restarts: int
    kpis: Kpis | None
    receipts_sent: int = 0
    receipts: int = 0

    @property
    def orders_completed(self) -> int:
        """Those that are complete, or explained line by line."""
        return self.counts.get(Tally.ORDERS_COMPLETED, 0)

    @property
    def receipts_put_away(self) -> int:
        """Those of which every piece is in a pod."""
        return self.counts.get(Tally.RECEIPTS_PUT_AWAY, 0)

    @property
    def done(self) -> bool:
        """Every order is complete and all goods are in pods; fleet and WMS know it."""
        orders = self.kpis.orders_completed if self.kpis else 0
        receipts = self.kpis.receipts_put_away if self.kpis else 0
        return (
            self.orders_sent == self.orders == self.orders_completed == orders
            and self.receipts_sent == self.receipts == self.receipts_put_away == receipts
            and self.backlog == 0
        )

    @property
    def waiting(self) -> bool:
        """Something that was sent is not done."""
        orders = self.orders_sent > self.orders_completed
        return orders or self.receipts_sent > self.receipts_put_away


@dataclass(frozen=True, slots=True)
class ShiftEnd:
    """How the shift ended, before the processes are stopped; ``trouble`` is why it ended early.
    ``audit`` is what a WMS with books of its own has."""

    progress: Progress
    ledger: LedgerReport
    trouble: str = ""
    audit: WmsAudit | None = None


class LiveShift:
    """One run. ``watch`` is called about ten times a second with the progress; when ``enough`` says
    so, the run ends whether all is done or not."""

    def __init__(
        self,
        plan: Shift,
        wiring: Wiring,
        watch: Callable[[Progress], None],
        enough: Callable[[Progress], bool] = lambda progress: False,
        office: Office | None = None,
    ):
        self._plan = plan
        self._wiring = wiring
        self._watch = watch
        self._enough = enough
        self._office = office or WebhookOffice(wiring, plan.stock)
        self._client = client_of(wiring.bridge_url)
        self._orders = sorted(plan.orders, key=lambda timed: timed.at_ms)
        self._receipts = sorted(plan.receipts, key=lambda timed: timed.at_ms)
        self._orders_sent = 0
        self._receipts_sent = 0
        self._lines = sum(len(timed.order.lines) for timed in plan.orders)
        self._counts: Mapping[str, int] = {}
        self._backlog = 0
        self._started_s = 0.0
        self._last_move_ms = 0
        self._last_view: tuple[int, float] = (-1, 0.0)

    def run(self, supervisor: Supervisor) -> ShiftEnd:
        """From the first process to the last confirmation; the processes stay up."""
        self._office.open(supervisor, self._skus())
        # There before the floor opens, so that runs can be repeated.
        while self._send_due(0):
            supervisor.poll()
        self._office.await_taken(self._receipts_sent, self._orders_sent)
        floor = floor_programs(self._wiring, self._plan.site)
        for program in floor:
            supervisor.start(program)
        with LiveView(self._wiring.bridge_url) as live:
            end = self._attend(supervisor, live)
        if not end.progress.done:
            return end
        audit = self._office.close(supervisor, [program.name for program in floor])
        return end if audit is None else replace(end, ledger=self._client.verify(), audit=audit)

    def _skus(self) -> list[SkuRecord]:
        skus = {balance.sku: None for balance in self._plan.stock}
        skus.update((line.sku, None) for timed in self._plan.orders for line in timed.order.lines)
        skus.update((timed.receipt.sku, None) for timed in self._plan.receipts)
        return [SkuRecord(sku) for sku in skus]

    def _attend(self, supervisor: Supervisor, live: LiveView) -> ShiftEnd:
        self._started_s = time.monotonic()
        self._last_view = (-1, self._started_s)
        while True:
            supervisor.poll()
            progress = self._look(supervisor, live.view)
            self._watch(progress)
            trouble = self._trouble(progress)
            if progress.done or trouble or self._enough(progress):
                return ShiftEnd(progress, self._client.verify(), trouble)
            time.sleep(POLL_S)

    def _look(self, supervisor: Supervisor, view: FloorView | None) -> Progress:
        site_ms = view.at_ms if view else 0
        try:
            self._send_due(site_ms)
            before = _moves(self._counts)
            self._counts = self._client.kpis().bridge
            self._backlog = self._client.status().wms.backlog
            if _moves(self._counts) != before:
                self._last_move_ms = site_ms
        except Unavailable:
            pass  # the supervisor starts it again; the WMS tries again later
        return Progress(
            site_ms=site_ms,
            wall_s=time.monotonic() - self._started_s,
            orders_sent=self._orders_sent,
            orders=len(self._orders),
            lines=self._lines,
            counts=self._counts,
            backlog=self._backlog,
            restarts=supervisor.restarts,
            kpis=view.kpis if view else None,
            receipts_sent=self._receipts_sent,
            receipts=len(self._receipts),
        )

    def _send_due(self, site_ms: int) -> bool:
        """Send what has come due, goods before the orders that may wait for them; whether anything
        was. What was not surely taken is sent again."""
        receipts = [timed.receipt for timed in _due(self._receipts[self._receipts_sent :], site_ms)]
        orders = [timed.order for timed in _due(self._orders[self._orders_sent :], site_ms)]
        if receipts:
            self._receipts_sent += self._office.receive(receipts)
        elif orders:
            self._orders_sent += self._office.order(orders)
        if receipts or orders:
            self._last_move_ms = max(self._last_move_ms, site_ms)
        return bool(receipts or orders)

    def _trouble(self, progress: Progress) -> str:
        now_s = time.monotonic()
        if progress.site_ms != self._last_view[0]:
            self._last_view = (progress.site_ms, now_s)
        if now_s - self._last_view[1] > _STANDSTILL_S:
            return f"the site clock stands at {progress.site_ms / 1000:.0f} s"
        if progress.waiting and progress.site_ms - self._last_move_ms > _STALL_MS:
            return "nothing picked or put away for an hour of site time"
        return ""


def _due(timed: Sequence[Due], site_ms: int) -> list[Due]:
    """Those of which the time has come; they are in order."""
    return list(takewhile(lambda one: one.at_ms <= site_ms, timed))


def _moves(counts: Mapping[str, int]) -> int:
    """Picks and puts so far."""
    return counts.get(Tally.PICKS_CONFIRMED, 0) + counts.get(Tally.PUTS_CONFIRMED, 0)
