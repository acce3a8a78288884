"""A bridge with orders in every phase, for the console to show; shared by a
module's tests. Its clock goes on by itself."""

import time
from dataclasses import dataclass, field

from argon2 import PasswordHasher

from planner.warehouse.commands import ShowPicks
from planner.warehouse.ids import OrderId, PickId, PodId, RobotId, Sku, SlotId, VisitId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.picks import PickTask
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance
from scripts.console import DIST
from tests.wms_bridge.serving import ServerThread
from wms_bridge.access.accounts import AccountWanted
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.passwords import Passwords
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.order_desk import OrderDetails
from wms_bridge.records.access import AuditQuery
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

PASSWORD = "four plain words here"
BEGIN_MS = 1_750_000_000_000
MINUTE_MS = 60_000
CUP, BOWL, RARE = Sku("CUP-12"), Sku("BOWL-7"), Sku("RARE-1")
SLOTS = {CUP: SlotId("P001/A/1/1"), BOWL: SlotId("P002/A/1/1")}
MARKUP = '<img src=x onerror="window.broken=1">'
MANY = 120
PEOPLE = {"root": "admin", "olga": "operator", "sam": "supervisor", "pia": "picker"}


@dataclass
class OrderWorld:
    """``LATE-1`` is overdue, ``RARE-1`` asks for what is not there, ``SHOWN-1`` stands at a
    station, ``BEGUN-1`` is partly picked, ``DONE-1`` complete; ``N-001`` and on wait."""

    site: Site
    picks: int = field(default=0)

    def __post_init__(self) -> None:
        self._began_s = time.monotonic()
        store = AuditedStore(MemoryStore(), self.now)
        self.bridge = Bridge(self.site, store)
        self.access = Access(
            store, passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        )
        for name, role in PEOPLE.items():
            self.access.put_account(AccountWanted(name, [role], ["*"]), PASSWORD, None, self.now())
        self.station = self.site.stations[0].id
        self._stock()
        self._orders()
        self._server = ServerThread(
            create_app(self.bridge, self.now, access=self.access, console=DIST), grace_s=1
        )

    @property
    def url(self) -> str:
        """Where the console is."""
        return f"{self._server.url}/console/orders"

    def now(self) -> int:
        """The bridge's clock (ms)."""
        return BEGIN_MS + round((time.monotonic() - self._began_s) * 1000)

    def stop(self) -> None:
        """Ends the server."""
        self._server.stop()

    def receive(
        self, name: str, wanted: dict[Sku, int], due_min: float | None = 300, age_min: float = 0
    ) -> OrderId:
        """Takes an order, as if ``age_min`` minutes ago."""
        order = OrderId(name)
        lines = tuple(
            OrderLine(line_id(order, number), sku, quantity)
            for number, (sku, quantity) in enumerate(wanted.items(), start=1)
        )
        due_ms = None if due_min is None else self.now() + round(due_min * MINUTE_MS)
        received_ms = self.now() - round(age_min * MINUTE_MS)
        self.bridge.receive_order(PickOrder(order, lines, due_ms), received_ms)
        return order

    def show_pick(self, order: OrderId, line: int, sku: Sku, quantity: int) -> PickId:
        """A pod stands at the first station, and a picker is asked to take pieces."""
        self.picks += 1
        pick, slot = PickId(f"V{self.picks:04d}.1"), SLOTS[sku]
        visit, pod = VisitId(f"V{self.picks:04d}"), PodId(slot.partition("/")[0])
        task = PickTask(
            pick, visit, self.station, pod, slot, order, line_id(order, line), sku, quantity
        )
        command = ShowPicks(visit, self.station, pod, RobotId("R01"), (task,))
        assert self.bridge.apply([command], self.now()) == (None,)
        return pick

    def order(self, name: str) -> OrderDetails:
        """An order as the bridge has it."""
        found = self.bridge.order(OrderId(name))
        assert found is not None
        return found

    def reasons(self, name: str) -> list[tuple[str, str]]:
        """Who changed an order and why, by the audit log, the newest first."""
        with self.bridge.store.reading() as tx:
            found = tx.audit(AuditQuery(what=f"external_id={name}"))
        return [(entry.who, entry.why) for entry in found]

    def _stock(self) -> None:
        self.bridge.put_skus([SkuRecord(sku) for sku in (CUP, BOWL, RARE)])
        stock = [Balance(slot, sku, 40) for sku, slot in SLOTS.items()]
        self.bridge.load_stock(stock, "opening", self.now())

    def _orders(self) -> None:
        self.receive("LATE-1", {CUP: 2, BOWL: 1}, due_min=-10, age_min=90)
        self.receive("RARE-1", {RARE: 5}, due_min=1, age_min=30)
        shown = self.receive("SHOWN-1", {CUP: 3}, age_min=5)
        self.show_pick(shown, 1, CUP, 3)
        self.begin("BEGUN-1")
        done = self.receive("DONE-1", {CUP: 1}, age_min=20)
        self.bridge.confirm_pick(self.show_pick(done, 1, CUP, 1), 1, self.now())
        for number in range(1, MANY + 1):
            self.receive(f"N-{number:03d}", {CUP: 1}, due_min=600 + number, age_min=1)

    def begin(self, name: str) -> OrderId:
        """An order of which two cups are picked, and two bowls are still to come."""
        begun = self.receive(name, {CUP: 2, BOWL: 2}, age_min=15)
        self.bridge.confirm_pick(self.show_pick(begun, 1, CUP, 2), 2, self.now())
        return begun
