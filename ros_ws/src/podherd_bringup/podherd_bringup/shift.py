"""A whole shift over real processes: loads the books, sends the orders, waits for the end."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from planner.warehouse.errors import PodherdError, Unavailable
from planner.warehouse.orders import PickOrder
from planner.warehouse.view import FloorView, Kpis
from podherd_bringup.live import LiveView
from podherd_bringup.programs import Wiring, floor_programs, office_programs
from podherd_bringup.supervisor import ProcessFailed, Supervisor
from sim_worlds.shift import Shift
from wms_bridge.client import BridgeClient
from wms_bridge.ledger import LedgerReport
from wms_bridge.records import SkuRecord, Tally

POLL_S = 0.1
_READY_S = 60.0
"""Wall time within which a process must be up."""
_STALL_MS = 3_600_000
"""With no pick for so long, site time, nothing more will come."""
_STANDSTILL_S = 120.0
"""With no new picture for so long, wall time, the fleet is dead."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the shift is. ``counts`` are the bridge's; ``backlog`` confirmations are not yet
    delivered to the WMS."""

    site_ms: int
    wall_s: float
    orders_sent: int
    orders: int
    lines: int
    counts: Mapping[str, int]
    backlog: int
    restarts: int
    kpis: Kpis | None

    @property
    def done(self) -> bool:
        """Every order is complete, or explained line by line; fleet and WMS know it."""
        complete = self.counts.get(Tally.ORDERS_COMPLETED, 0)
        seen = self.kpis.orders_completed if self.kpis else 0
        return self.orders_sent == self.orders == complete == seen and self.backlog == 0


@dataclass(frozen=True, slots=True)
class ShiftEnd:
    """How the shift ended, before the processes are stopped; ``trouble`` is why it ended early."""

    progress: Progress
    ledger: LedgerReport
    trouble: str = ""


class LiveShift:
    """One run. ``watch`` is called about ten times a second with the progress; when ``enough`` says
    so, the run ends whether all is done or not."""

    def __init__(
        self,
        plan: Shift,
        wiring: Wiring,
        watch: Callable[[Progress], None],
        enough: Callable[[Progress], bool] = lambda progress: False,
    ):
        self._plan = plan
        self._wiring = wiring
        self._watch = watch
        self._enough = enough
        self._client = BridgeClient(wiring.bridge_url)
        self._orders = sorted(plan.orders, key=lambda timed: timed.at_ms)
        self._sent = 0
        self._lines = sum(len(timed.order.lines) for timed in plan.orders)
        self._counts: Mapping[str, int] = {}
        self._backlog = 0
        self._started_s = 0.0
        self._last_pick_ms = 0
        self._last_view: tuple[int, float] = (-1, 0.0)

    def run(self, supervisor: Supervisor) -> ShiftEnd:
        """From the first process to the last confirmation; the processes stay up."""
        for program in office_programs(self._wiring):
            supervisor.start(program)
        self._await_bridge(supervisor)
        self._load_books()
        self._send_due(0)  # there before the floor opens, so that runs can be repeated
        for program in floor_programs(self._wiring, self._plan.site):
            supervisor.start(program)
        with LiveView(self._wiring.bridge_url) as live:
            return self._attend(supervisor, live)

    def _await_bridge(self, supervisor: Supervisor) -> None:
        deadline_s = time.monotonic() + _READY_S
        while time.monotonic() < deadline_s:
            supervisor.poll()
            try:
                self._client.status()
            except Unavailable:
                time.sleep(POLL_S)
                continue
            return
        raise ProcessFailed(
            f"the bridge does not answer; it said:\n{supervisor.tail('bridge')}", field="bridge"
        )

    def _load_books(self) -> None:
        skus = {balance.sku: None for balance in self._plan.stock}
        skus.update((line.sku, None) for timed in self._plan.orders for line in timed.order.lines)
        self._client.put_skus([SkuRecord(sku) for sku in skus])
        self._client.put_stock(self._plan.stock, "opening-stock")

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
            before = self._counts.get(Tally.PICKS_CONFIRMED, 0)
            self._counts = self._client.kpis().bridge
            self._backlog = self._client.status().wms.backlog
            if self._counts.get(Tally.PICKS_CONFIRMED, 0) != before:
                self._last_pick_ms = site_ms
        except Unavailable:
            pass  # the supervisor starts it again; the WMS tries again later
        return Progress(
            site_ms=site_ms,
            wall_s=time.monotonic() - self._started_s,
            orders_sent=self._sent,
            orders=len(self._orders),
            lines=self._lines,
            counts=self._counts,
            backlog=self._backlog,
            restarts=supervisor.restarts,
            kpis=view.kpis if view else None,
        )

    def _send_due(self, site_ms: int) -> None:
        """Send the orders whose time has come, in batches as a WMS does."""
        due = self._sent
        while due < len(self._orders) and self._orders[due].at_ms <= site_ms:
            due += 1
        orders: list[PickOrder] = [timed.order for timed in self._orders[self._sent : due]]
        if not orders:
            return
        taken = self._client.send_orders(orders)
        if taken.rejected:
            first = taken.rejections[0]
            raise PodherdError(first.problem, field=first.field, value=first.value)
        self._sent = due
        self._last_pick_ms = max(self._last_pick_ms, site_ms)

    def _trouble(self, progress: Progress) -> str:
        now_s = time.monotonic()
        if progress.site_ms != self._last_view[0]:
            self._last_view = (progress.site_ms, now_s)
        if now_s - self._last_view[1] > _STANDSTILL_S:
            return f"the site clock stands at {progress.site_ms / 1000:.0f} s"
        waiting = progress.orders_sent > progress.counts.get(Tally.ORDERS_COMPLETED, 0)
        if waiting and progress.site_ms - self._last_pick_ms > _STALL_MS:
            return "no pick for an hour of site time"
        return ""
