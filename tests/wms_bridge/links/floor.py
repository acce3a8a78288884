"""The fleet and the people of a simulated floor, as far as the bridge hears of them: picks full,
short and empty-handed, goods put away, slots counted. Whatever they have told is told again, word
for word, if the bridge was not there to answer."""

import hashlib
import random
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress

from planner.warehouse.commands import ShortenLine, ShowPicks, ShowPuts
from planner.warehouse.counts import EvidenceKind, SlotCount
from planner.warehouse.errors import TooLate
from planner.warehouse.ids import (
    LineId,
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
from planner.warehouse.picks import PickTask, ShortReason
from planner.warehouse.receipts import PutTask
from wms_bridge.ledger import slot_account
from wms_bridge.records.work import OrderQuery, OrderStatus, ReceiptQuery, Sort
from wms_bridge.service import Bridge

ROBOT = RobotId("R1")
STATIONS = (StationId("S1"), StationId("S2"))
PICK_SLOTS = {
    Sku("RED"): (SlotId("P001/A/1/1"), SlotId("P001/A/2/1")),
    Sku("BLUE"): (SlotId("P001/A/1/2"),),
    Sku("GREEN"): (SlotId("P003/A/1/1"),),
}
PUT_SLOTS = {Sku("RED"): SlotId("P003/A/2/1"), Sku("BLUE"): SlotId("P003/A/2/2")}
COUNT_SLOTS = {SlotId("P002/A/1/1"): Sku("RED"), SlotId("P002/A/1/2"): Sku("BLUE")}
CAPACITY = 50
Act = Callable[[Bridge, int], object]


class Floor:
    """What is done on the floor with each tick. ``owed`` is what the bridge may not have heard."""

    def __init__(self, dice: random.Random):
        self._dice = dice
        self._picks = 0
        self._counts = 0
        self.owed: deque[Act] = deque()

    def tick(self, bridge: Bridge, now_ms: int, *, busy: bool) -> bool:
        """Get on with the work; whether there is any. Raises what the bridge dies of."""
        self._tell(bridge, now_ms)
        work = self._confirm(bridge, now_ms)
        work = self._show(bridge, now_ms) or work
        work = self._put_away(bridge, now_ms) or work
        if busy and self._dice.random() < 0.1:
            self._count(bridge, now_ms)
        self._tell(bridge, now_ms)
        return work

    def _tell(self, bridge: Bridge, now_ms: int) -> None:
        while self.owed:
            with suppress(TooLate):  # the pick was withdrawn: what was taken goes back
                self.owed[0](bridge, now_ms)
            self.owed.popleft()

    def _confirm(self, bridge: Bridge, now_ms: int) -> bool:
        open_picks = [pick for where in STATIONS for pick in bridge.open_picks(where)]
        for pick in open_picks:
            roll, task = self._dice.random(), pick.task
            if roll < 0.3:
                continue  # still at it
            taken = task.quantity if roll < 0.88 else self._dice.randrange(task.quantity)
            reason = None if taken == task.quantity else ShortReason.SLOT_SHORT
            self.owed.append(_picked(task.pick, taken, reason))
            self._tell(bridge, now_ms)
        puts = [put for where in STATIONS for put in bridge.open_puts(where)]
        for put in puts:
            self.owed.append(_stowed(put.task.put, put.task.quantity))
            self._tell(bridge, now_ms)
        return bool(open_picks or puts)

    def _show(self, bridge: Bridge, now_ms: int) -> bool:
        orders = bridge.orders(OrderQuery(OrderStatus.OPEN, Sort.OLDEST))
        with bridge.store.reading() as tx:
            lines = [(order, line) for order in orders for line in tx.lines(order.order)]
            free = Counter(
                {
                    slot: tx.balance(slot_account(slot), sku)
                    for sku, slots in PICK_SLOTS.items()
                    for slot in slots
                }
            )
            shown = [pick for order in orders for pick in tx.order_picks(order.order)]
        for pick in shown:
            free[pick.task.slot] -= pick.task.quantity
        for order, line in lines:
            left = line.quantity - line.picked - line.short - line.shown
            for slot in PICK_SLOTS.get(line.sku, ()):
                asked = min(left, max(0, free[slot]))
                if asked:
                    left, free[slot] = left - asked, free[slot] - asked
                    bridge.apply([self._pick(line.line, line.sku, slot, asked)], now_ms)
            if left and not line.shown:
                short = line.short + left
                command = ShortenLine(
                    order.order,
                    line.line,
                    left,
                    short,
                    ShortReason.INSUFFICIENT_STOCK,
                    order.changes,
                )
                bridge.apply([command], now_ms)
        return bool(orders)

    def _pick(self, line: LineId, sku: Sku, slot: SlotId, asked: int) -> ShowPicks:
        self._picks += 1
        pod, station = PodId(slot.partition("/")[0]), self._dice.choice(STATIONS)
        order = line.rpartition("#")[0]
        task = PickTask(
            PickId(f"p{self._picks}"),
            VisitId(f"v{self._picks}"),
            station,
            pod,
            slot,
            order,  # type: ignore[arg-type]
            line,
            sku,
            asked,
        )
        return ShowPicks(task.visit, station, pod, ROBOT, (task,))

    def _put_away(self, bridge: Bridge, now_ms: int) -> bool:
        receipts = bridge.receipts(ReceiptQuery(open_only=True))
        for receipt in receipts:
            left = receipt.quantity - receipt.put - receipt.shown
            if left:
                bridge.apply([_put(receipt.receipt, receipt.sku, left, receipt.put)], now_ms)
        return bool(receipts)

    def _count(self, bridge: Bridge, now_ms: int) -> None:
        slot = self._dice.choice(list(COUNT_SLOTS))
        sku = COUNT_SLOTS[slot]
        with bridge.store.reading() as tx:
            booked = tx.balance(slot_account(slot), sku)
        found = max(0, booked + self._dice.choice((-2, -1, 0, 0, 1)))
        self._counts += 1
        evidence = hashlib.sha256(f"{slot} {self._counts}".encode()).hexdigest()
        chances = [0.0] * (CAPACITY + 1)
        chances[found], chances[(found + 1) % (CAPACITY + 1)] = 0.996, 0.004
        count = SlotCount(
            slot,
            sku,
            booked,
            now_ms - 1_000,
            now_ms,
            tuple(chances),
            frozenset({EvidenceKind.RFID, EvidenceKind.CAMERA}),
            (evidence,),
        )
        self.owed.append(lambda to, at_ms: to.counts.take([count], at_ms))


def _put(receipt: ReceiptId, sku: Sku, left: int, before: int) -> ShowPuts:
    slot, station = PUT_SLOTS[sku], StationId("S2")
    pod, visit = PodId(slot.partition("/")[0]), VisitId(f"v-{receipt}-{before}")
    put = PutId(f"u-{receipt}-{before}")
    task = PutTask(put, visit, station, pod, slot, receipt, sku, left)
    return ShowPuts(visit, station, pod, ROBOT, (task,))


def _picked(pick: PickId, taken: int, reason: ShortReason | None) -> Act:
    return lambda bridge, now_ms: bridge.confirm_pick(pick, taken, now_ms, reason)


def _stowed(put: PutId, pieces: int) -> Act:
    return lambda bridge, now_ms: bridge.confirm_put(put, pieces, now_ms)
