"""Terms of stock: owners, holds, what goes first; with the bridge as the judge."""

from collections.abc import Iterator

import pytest
from fakes.bridged_floor import SKUS, BridgedFloor

from planner.warehouse.events import (
    GoodsReceived,
    NodesClosed,
    NodesOpened,
    StockStated,
    TermsStated,
)
from planner.warehouse.ids import ClosureId, Lot, OrderId, ReceiptId, Sku, SlotId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.picks import ShortReason
from planner.warehouse.receipts import Receipt
from planner.warehouse.stock import Balance, SlotTerms, pod_of, slot_id
from wms_bridge.lots.naming import LotName
from wms_bridge.records.lots import LotQuery, Rotation, RotationRule
from wms_bridge.records.work import OrderStatus, SkuRecord

MILK = Sku("MILK")


def want(name: str, pieces: int, owner: str = "") -> PickOrder:
    order = OrderId(name)
    return PickOrder(order, (OrderLine(line_id(order, 1), MILK, pieces, owner),))


class MilkFloor(BridgedFloor):
    """Four pods with 5 pieces of MILK each: lot 1 expires first, lot 4 last; a fifth with 5 of
    ACME's."""

    def __init__(self) -> None:
        super().__init__()
        self.bridge.put_skus([SkuRecord(MILK)])
        pods = list(self.dispatcher.floor.roadmap.pods)[1::3][:5]
        self.slots = [slot_id(pod, "A", 1, 1) for pod in pods]
        stock = [Balance(slot, MILK, 5) for slot in self.slots]
        lots = {n: LotName(f"{n + 1}", expires_ms=100 * (n + 1)) for n in range(4)}
        lots[4] = LotName("1", "ACME", 100)
        self.bridge.load_stock(stock, "milk", 0, lots)
        self.taken: list[tuple[SlotId, int]] = []

    def lot(self, code: str, owner: str = "") -> Lot:
        (record,) = self.bridge.lots.lots(LotQuery(code=code, owner=owner))
        return record.lot

    def pick_all(self, ticks: int = 2500) -> None:
        for _ in range(ticks):
            for pick in self.shown():
                self.taken.append((pick.task.slot, pick.task.quantity))
                self.confirm(pick)
            self.tick()
            if not self.state.orders and not self.open_orders():
                return
        raise AssertionError("not finished in time")

    def status(self, name: str) -> OrderStatus:
        details = self.bridge.order(OrderId(name))
        assert details is not None
        return details.order.status


@pytest.fixture
def floor() -> Iterator[MilkFloor]:
    made = MilkFloor()
    yield made
    assert made.bridge.verify().sound
    assert not made.refused


def test_what_expires_first_is_picked_first(floor: MilkFloor) -> None:
    floor.bridge.lots.rotate(Rotation(MILK, RotationRule.FEFO), 0)
    for number in range(6):
        floor.bridge.receive_order(want(f"O{number}", 3), 0)
    floor.pick_all()
    assert [sum(n for s, n in floor.taken if s == slot) for slot in floor.slots] == [5, 5, 5, 3, 0]


def test_within_the_window_any_may_go_first(floor: MilkFloor) -> None:
    floor.bridge.lots.rotate(Rotation(MILK, RotationRule.FEFO, window_ms=100), 0)
    floor.tick(3)
    waits = [floor.state.slots[slot].waits for slot in floor.slots]
    assert waits == [False, False, True, True, False]
    floor.bridge.lots.rotate(Rotation(MILK, RotationRule.NONE), 0)
    floor.tick(3)
    assert not any(floor.state.slots[slot].waits for slot in floor.slots)


def test_a_pod_that_cannot_be_fetched_holds_up_no_younger_stock(floor: MilkFloor) -> None:
    floor.bridge.lots.rotate(Rotation(MILK, RotationRule.FEFO), 0)
    floor.tick(3)
    node = floor.state.pods[pod_of(floor.slots[0])]
    name = floor.dispatcher.floor.roadmap.nodes[node]
    floor.tick(2, [NodesClosed(ClosureId("c"), (name,))])
    assert not floor.state.slots[floor.slots[1]].waits
    floor.tick(2, [NodesOpened(ClosureId("c"))])
    assert floor.state.slots[floor.slots[1]].waits


def test_nothing_of_a_held_lot_is_promised_and_its_promises_end(floor: MilkFloor) -> None:
    floor.bridge.lots.rotate(Rotation(MILK, RotationRule.FEFO), 0)
    floor.bridge.receive_order(want("O1", 4), 0)
    shown = floor.until_shown()
    assert [pick.task.slot for pick in shown] == [floor.slots[0]]
    floor.bridge.lots.hold(floor.lot("1"), "ann", "glass", floor.now_ms)
    assert not floor.shown()
    floor.pick_all()
    assert floor.taken == [(floor.slots[1], 4)]
    assert floor.status("O1") is OrderStatus.COMPLETE


def test_a_line_of_which_all_is_held_is_short(floor: MilkFloor) -> None:
    for code in "1234":
        floor.bridge.lots.hold(floor.lot(code), "ann", "glass", 0)
    floor.bridge.receive_order(want("O1", 4), 0)
    floor.pick_all()
    details = floor.bridge.order(OrderId("O1"))
    assert details is not None
    assert details.lines[0].reason is ShortReason.INSUFFICIENT_STOCK


def test_lines_get_goods_of_their_owner_only(floor: MilkFloor) -> None:
    floor.bridge.receive_order(want("O1", 5, "ACME"), 0)
    floor.bridge.receive_order(want("O2", 2, "ACME"), 0)
    floor.bridge.receive_order(want("O3", 20), 0)
    floor.pick_all()
    assert floor.status("O1") is OrderStatus.COMPLETE
    assert floor.status("O2") is OrderStatus.COMPLETE_SHORT
    assert floor.status("O3") is OrderStatus.COMPLETE


def test_a_recall_is_taken_out_by_the_fleet(floor: MilkFloor) -> None:
    floor.bridge.receive_order(want("O1", 3), 0)
    floor.bridge.lots.rotate(Rotation(MILK, RotationRule.FEFO), 0)
    floor.pick_all()
    made = floor.bridge.lots.recall([floor.lot("1")], "glass", "ann", floor.now_ms)
    floor.bridge.receive_order(want("O2", 15), floor.now_ms)
    floor.pick_all()
    progress = floor.bridge.lots.progress(made.progress.recall.recall)
    assert (progress.in_slots, progress.retrieved, progress.delivered) == (0, 2, 3)
    assert floor.status("O2") is OrderStatus.COMPLETE


def test_more_than_asked_takes_back_what_is_too_much_now(floor: MilkFloor) -> None:
    floor.bridge.receive_order(want("O1", 7), 0)
    pick = floor.until_shown()[0].task
    assert pick.quantity == 5
    line = floor.state.lines[pick.line]
    assert line.allocated == 7, "the other two are promised from another pod"
    floor.bridge.confirm_pick(pick.pick, 7, floor.now_ms, ShortReason.OVER_FOUND)
    floor.pick_all()
    assert floor.status("O1") is OrderStatus.COMPLETE
    assert floor.taken == []
    assert not floor.state.picks


def test_goods_of_an_owner_are_not_put_with_those_of_others(floor: MilkFloor) -> None:
    goods = Receipt(ReceiptId("R1"), MILK, 4, owner="ACME")
    floor.tick(1)
    floor.tick(1, [GoodsReceived(goods)])
    (receipt,) = floor.state.receipts.values()
    own = floor.state.slots[floor.slots[4]].sku
    assert receipt.sku == own != floor.state.slots[floor.slots[0]].sku


def test_terms_of_unknown_stock_change_nothing(floor: MilkFloor) -> None:
    nowhere = SlotTerms(SlotId("P999/A/1/1"), MILK, 3)
    other = SlotTerms(floor.slots[0], SKUS[1], 3)
    floor.tick(2)
    before = floor.state.slots[floor.slots[0]]
    floor.tick(1, [TermsStated((nowhere, other))])
    assert floor.state.slots[floor.slots[0]] == before
    floor.tick(1, [StockStated((Balance(floor.slots[0], SKUS[1], 3),))])
    assert floor.state.slots[floor.slots[0]].blocked == 0
