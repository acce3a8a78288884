"""A bridge with work at a station, for the console to show; shared by a module's tests."""

from dataclasses import dataclass, field, replace

from planner.warehouse.commands import ShowCounts, ShowPicks, ShowPuts, WithdrawPicks
from planner.warehouse.counts import CountTask, EvidenceKind, SlotCount
from planner.warehouse.ids import (
    CountId,
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
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.picks import PickTask
from planner.warehouse.receipts import PutTask, Receipt
from planner.warehouse.site import Site, StationRole
from planner.warehouse.stock import Balance
from tests.wms_bridge.console.floor_server import FloorServer
from wms_bridge.ledger import tote_account
from wms_bridge.records.work import PickRecord, SkuRecord

GTIN = "04006381333931"
TEA, CUP, BOWL = Sku("4006381333931"), Sku("CUP-12"), Sku("BOWL-7")
ARTICLES = (
    SkuRecord(TEA, "Green tea, 100 g"),
    SkuRecord(CUP, "Cup of porcelain, white"),
    SkuRecord(BOWL, '<img src=x onerror="window.broken=1">'),
)
BOOKED = 40
_ROBOT = RobotId("R01")


@dataclass
class StationWork:
    """Gives work to the stations of a bridge; every name is new, so that tests can share one."""

    floor: FloorServer
    number: int = field(default=0)
    slots: dict[Sku, SlotId] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.bridge = self.floor.bridge
        self.bridge.put_skus(ARTICLES, self.floor.now_ms)
        self.slots = {
            TEA: SlotId("P001/A/3/2"),
            CUP: SlotId("P001/A/1/4"),
            BOWL: SlotId("P001/A/5/1"),
        }
        balances = [Balance(slot, sku, BOOKED) for sku, slot in self.slots.items()]
        self.bridge.load_stock(balances, "stock of the stations", self.floor.now_ms)

    def pick(self, sku: Sku = TEA, quantity: int = 3, station: str = "S01", more: int = 0) -> str:
        """A pick for an order of its own, which asks for ``more`` beyond it; its id."""
        self.number += 1
        order = OrderId(f"A-{1000 + self.number}")
        lines = (OrderLine(line_id(order, 1), sku, quantity + more),)
        self.bridge.receive_order(PickOrder(order, lines), self.floor.now_ms)
        slot, pick = self.slots[sku], PickId(f"V{self.number:06d}.1")
        visit, where, pod = VisitId(f"V{self.number:06d}"), StationId(station), PodId("P001")
        task = PickTask(pick, visit, where, pod, slot, order, lines[0].line, sku, quantity)
        self._do(ShowPicks(visit, where, pod, _ROBOT, (task,)))
        return pick

    def withdraw(self, pick: str) -> None:
        """The fleet takes a pick back."""
        task = self.record(pick).task
        self._do(WithdrawPicks(task.visit, task.station, (task.pick,)))

    def put(self, quantity: int = 6, station: str = "S01") -> str:
        """Goods to put away; its id."""
        self.number += 1
        receipt, slot = ReceiptId(f"R-{self.number}"), SlotId("P002/A/2/1")
        self.bridge.receive_goods(Receipt(receipt, CUP, quantity), self.floor.now_ms)
        visit, where, put = VisitId(f"V{self.number:06d}"), StationId(station), f"U{self.number}"
        pod = PodId("P002")
        task = PutTask(PutId(put), visit, where, pod, slot, receipt, CUP, quantity)
        self._do(ShowPuts(visit, where, pod, _ROBOT, (task,)))
        return put

    def count(self, sku: Sku = TEA, station: str = "S01") -> str:
        """A slot for a person to count, as robots see other pieces there than are booked; its
        id."""
        now_ms, slot = self.floor.now_ms, self.slots[sku]
        booked = sum(one.quantity for one in self.bridge.stock(slot=slot))
        case = None
        for ago_ms in (30_000, 20_000, 10_000):
            seen = self._seen(slot, sku, booked, now_ms - ago_ms)
            [answer] = self.bridge.counts.take([seen], now_ms - ago_ms)
            assert not isinstance(answer, Exception), answer
            case = self.bridge.counts.case(answer.case).case
        assert case is not None
        assert case.task is not None, case
        visit, where, pod = VisitId(f"of {case.task}"), StationId(station), PodId("P001")
        task = CountTask(CountId(case.task), visit, where, pod, slot, sku)
        self._do(ShowCounts(visit, where, pod, _ROBOT, (task,)))
        return case.task

    def record(self, pick: str) -> PickRecord:
        """A pick as the bridge has it."""
        with self.bridge.store.reading() as tx:
            found = tx.pick(PickId(pick))
        assert found is not None
        return found

    def in_tote(self, pick: str) -> int:
        """Pieces in the tote of a pick's order, by the books."""
        task = self.record(pick).task
        with self.bridge.store.reading() as tx:
            return tx.balance(tote_account(task.order), task.sku)

    def finish(self) -> None:
        """Nothing is left to do at any station."""
        for station in self.floor.site.stations:
            for pick in self.bridge.open_picks(station.id):
                self.withdraw(pick.task.pick)
            for put in self.bridge.open_puts(station.id):
                self.bridge.confirm_put(put.task.put, put.task.quantity, self.floor.now_ms)
            for count in self.bridge.counts.open_counts(station.id, 0):
                self.bridge.counts.confirm(count.task.count, 0, f"{self.number}", self.floor.now_ms)
                self.number += 1

    def _do(self, command: ShowPicks | ShowPuts | ShowCounts | WithdrawPicks) -> None:
        assert self.bridge.apply([command], self.floor.now_ms) == (None,)

    def _seen(self, slot: SlotId, sku: Sku, booked: int, at_ms: int) -> SlotCount:
        chances = [0.1 / 200] * (self.floor.site.pod_model.slot_capacity + 1)
        chances[booked - 3] = 0.0
        chances[booked - 3] = 1.0 - sum(chances)
        self.number += 1
        evidence = (f"{self.number:064x}",)
        both = frozenset({EvidenceKind.RFID, EvidenceKind.CAMERA})
        return SlotCount(slot, sku, booked, at_ms - 1_000, at_ms, tuple(chances), both, evidence)


def combined(site: Site) -> Site:
    """The same site, where goods are put away at every station as well."""
    both = (StationRole.PICK, StationRole.REPLENISH)
    return replace(site, stations=tuple(replace(one, roles=both) for one in site.stations))
