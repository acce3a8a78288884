"""A real bridge in memory as people and arms at stations see it, with something to pick and to put
away, and without anybody who plans."""

from dataclasses import replace

from fakes.wanted_counts import COUNTED_MS, show_count, want_count

from planner.warehouse.commands import Command, ShowPicks, ShowPuts, WithdrawPicks
from planner.warehouse.counts import CountTask
from planner.warehouse.errors import Unavailable
from planner.warehouse.ids import (
    CountId,
    LineId,
    OrderId,
    PickId,
    PodId,
    PutId,
    ReceiptId,
    RobotId,
    Sku,
    SlotId,
    StationId,
    VisitId,
)
from planner.warehouse.orders import OrderLine, PickOrder
from planner.warehouse.picks import PickTask, ShortReason
from planner.warehouse.receipts import PutTask, Receipt
from planner.warehouse.site import PickerKind, Site, StationRole
from planner.warehouse.stock import Balance
from sim_worlds.sites.catalogue import load_site
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.records.work import SkuRecord
from wms_bridge.service import Bridge

S01, S02 = StationId("S01"), StationId("S02")
R01, R02 = RobotId("R01"), RobotId("R02")
P001, P002 = PodId("P001"), PodId("P002")
SLOT, EMPTY = SlotId("P001/A/1/1"), SlotId("P002/A/1/1")
RED = Sku("RED")
STOCK, WANTED, GOODS = 20, 6, 8


def arm_and_combi() -> Site:
    """Site ``small`` with a robot arm at S01; at S02 one person picks and one puts away."""
    site = load_site("small")
    first, second = site.stations
    arm = replace(first, picker=PickerKind.ARM)
    both = replace(second, roles=(StationRole.PICK, StationRole.REPLENISH))
    return replace(site, stations=(arm, both))


class MemoryDesk:
    """A :class:`podherd_world.desk.Desk`. ``STOCK`` pieces of one SKU lie in ``SLOT`` of P001,
    three lines ask for two pieces each, and ``GOODS`` pieces stand at the dock."""

    def __init__(self) -> None:
        self.is_up = True
        self.loses_answers = False
        self.calls: list[str] = []
        self.bridge = Bridge(arm_and_combi(), MemoryStore())
        self.bridge.put_skus([SkuRecord(RED)])
        self.bridge.load_stock([Balance(SLOT, RED, STOCK)], "opening-stock", 0)
        lines = tuple(OrderLine(LineId(f"O1#{number}"), RED, 2) for number in (1, 2, 3))
        self.bridge.receive_orders([PickOrder(OrderId("O1"), lines)], 0)
        self.bridge.receive_goods(Receipt(ReceiptId("R1"), RED, GOODS), 0)

    def show_picks(self, station: StationId = S01) -> tuple[PickTask, ...]:
        """Three picks of two pieces out of P001."""
        tasks = tuple(pick(number, station) for number in (1, 2, 3))
        self._do(ShowPicks(VisitId("V1"), station, P001, R01, tasks))
        return tasks

    def show_put(self) -> PutTask:
        """All goods into P002."""
        task = PutTask(PutId("U1"), VisitId("V2"), S02, P002, EMPTY, ReceiptId("R1"), RED, GOODS)
        self._do(ShowPuts(VisitId("V2"), S02, P002, R02, (task,)))
        return task

    def withdraw(self, *numbers: int) -> None:
        """As the dispatcher does when an order is changed."""
        names = tuple(PickId(f"K{number}") for number in numbers)
        self._do(WithdrawPicks(VisitId("V1"), S01, names))

    def show_count(self) -> CountTask:
        """A person at S01 is to count ``SLOT``; to be called before picks are shown."""
        want_count(self.bridge, Balance(SLOT, RED, STOCK))
        return show_count(self.bridge, SLOT, S01)

    def _do(self, command: Command) -> None:
        assert self.bridge.apply([command], 0) == (None,)

    def open_picks(
        self, station: StationId, known: int, wait_s: float
    ) -> tuple[tuple[PickTask, ...], int]:
        self._hear("picks")
        found = self.bridge.open_picks(station, known)
        return tuple(record.task for record in found), max([known, *(r.number for r in found)])

    def open_puts(
        self, station: StationId, known: int, wait_s: float
    ) -> tuple[tuple[PutTask, ...], int]:
        self._hear("puts")
        found = self.bridge.open_puts(station, known)
        return tuple(record.task for record in found), max([known, *(r.number for r in found)])

    def open_counts(
        self, station: StationId, known: int, wait_s: float
    ) -> tuple[tuple[CountTask, ...], int]:
        self._hear("counts")
        found = self.bridge.counts.open_counts(station, known)
        return tuple(record.task for record in found), max([known, *(r.number for r in found)])

    def confirm(self, pick: PickId, quantity: int, reason: ShortReason | None, key: str) -> None:
        self._hear(key)
        self.bridge.confirm_pick(pick, quantity, 0, reason, key)
        self._answer()

    def fail(self, pick: PickId) -> None:
        self._hear(f"fail/{pick}")
        self.bridge.fail_pick(pick, 0)
        self._answer()

    def confirm_put(self, put: PutId, quantity: int, key: str) -> None:
        self._hear(key)
        self.bridge.confirm_put(put, quantity, 0, key)
        self._answer()

    def confirm_count(self, count: CountId, quantity: int, by: str, key: str) -> None:
        self._hear(key)
        self.bridge.counts.confirm(count, quantity, by, COUNTED_MS, key)
        self._answer()

    def told(self) -> list[str]:
        """What the bridge was told, without questions."""
        return [call for call in self.calls if "/" in call]

    def _hear(self, call: str) -> None:
        if not self.is_up:
            raise Unavailable("down", field="bridge")
        self.calls.append(call)

    def _answer(self) -> None:
        if self.loses_answers:
            raise Unavailable("the answer is lost", field="bridge")


def pick(number: int, station: StationId = S01) -> PickTask:
    """Two pieces for a line of the same number."""
    line = LineId(f"O1#{number}")
    name = PickId(f"K{number}")
    return PickTask(name, VisitId("V1"), station, P001, SLOT, OrderId("O1"), line, RED, 2)
