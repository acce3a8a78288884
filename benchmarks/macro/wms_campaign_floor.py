"""A fleet and pickers of the fault campaign: they work on the bridge over HTTP as fast as it
answers, and keep a record of their own of what they did."""

import queue
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from benchmarks.macro.wms_campaign_house import CAPACITY, COUNT_EVERY, PICKERS, House
from planner.warehouse.commands import Command, ShortenLine, ShowPicks, ShowPuts
from planner.warehouse.events import GoodsReceived, OrderReceived
from planner.warehouse.ids import (
    LineId,
    PickId,
    PutId,
    RobotId,
    Sku,
    SlotId,
    StationId,
    VisitId,
)
from planner.warehouse.orders import OrderLine, PickOrder
from planner.warehouse.picks import PickTask, ShortReason
from planner.warehouse.receipts import PutTask, Receipt
from planner.warehouse.stock import pod_of
from podherd_bringup.offices import closing_counts
from wms_bridge.backoff import BackoffParams
from wms_bridge.client import BridgeClient, retrying
from wms_bridge.main import wall_clock_ms

Answer = TypeVar("Answer")
ROBOT = RobotId("R1")
WAITS = BackoffParams(first_ms=50, longest_ms=500)
FEED_WAIT_S = 2.0


class Floor:
    """``taken`` is what was really taken, by order and SKU; ``failure`` is what ended it early."""

    def __init__(self, url: str, house: House, clock: Callable[[], int] = wall_clock_ms):
        self._url, self._house, self._clock = url, house, clock
        self._free = list(house.free)
        self._to_count = list(house.counted)
        self._believed = {balance.slot: balance.quantity for balance in house.stock}
        self._slots: dict[Sku, list[SlotId]] = {}
        for balance in house.stock:
            self._slots.setdefault(balance.sku, []).append(balance.slot)
        self._lock = threading.Lock()
        self._work: queue.Queue[PickOrder | Receipt] = queue.Queue()
        self._over = threading.Event()
        self.taken: Counter[tuple[str, Sku]] = Counter()
        self.orders_done = 0
        self.receipts_done = 0
        self.short_picks = 0
        self.counts = 0
        self.failure: BaseException | None = None
        self._threads = [
            threading.Thread(target=self._guarded, args=(self._listen,), daemon=True),
            *(
                threading.Thread(
                    target=self._guarded,
                    args=(partial(self._attend, StationId(f"S{number}")),),
                    daemon=True,
                )
                for number in range(1, PICKERS + 1)
            ),
        ]

    def open(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Go home."""
        self._over.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(60)

    @property
    def done(self) -> bool:
        """Whether all orders are picked and all goods put away."""
        orders, receipts = len(self._house.orders), len(self._house.receipts)
        return self.orders_done >= orders and self.receipts_done >= receipts

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            if not self._over.is_set():
                self.failure = error

    def _listen(self) -> None:
        """The fleet's feed: what is to be done, each once."""
        client, after, known = BridgeClient(self._url), 0, set[str]()
        while not self._over.is_set():
            for event in self._ask(partial(client.events, after, FEED_WAIT_S)):
                after = event.number
                match event.event:
                    case OrderReceived(order) if order.order not in known:
                        known.add(order.order)
                        self._work.put(order)
                    case GoodsReceived(receipt) if receipt.receipt not in known:
                        known.add(receipt.receipt)
                        self._work.put(receipt)

    def _attend(self, station: StationId) -> None:
        client = BridgeClient(self._url)
        while not self._over.is_set():
            try:
                job = self._work.get(timeout=0.2)
            except queue.Empty:
                continue
            if isinstance(job, Receipt):
                self._put_away(client, station, job)
                continue
            self._pick(client, station, job)
            if self.orders_done % COUNT_EVERY == 0:
                self._count(client)

    def _pick(self, client: BridgeClient, station: StationId, order: PickOrder) -> None:
        left = {line.line: line.quantity for line in order.lines}
        rounds = 0
        while any(left.values()):
            rounds += 1
            tasks = [
                task
                for line in order.lines
                for task in self._tasks(station, order, line, left[line.line], rounds)
            ]
            self._tell(client, _shown(tasks))
            for task in tasks:
                left[task.line] -= self._take(client, task)
            if not tasks:
                self._tell(
                    client, [_short(order, line, pieces) for line, pieces in left.items() if pieces]
                )
                break
        with self._lock:
            self.orders_done += 1

    def _tasks(
        self, station: StationId, order: PickOrder, line: OrderLine, pieces: int, rounds: int
    ) -> list[PickTask]:
        """Where to take them: the fullest slots by the books."""
        found: list[PickTask] = []
        with self._lock:
            slots = sorted(self._slots.get(Sku(line.sku), ()), key=lambda s: -self._believed[s])
            for slot in slots:
                some = min(pieces, self._believed[slot])
                if some <= 0:
                    break
                self._believed[slot] -= some
                pieces -= some
                pod = pod_of(slot)
                pick = PickId(f"{line.line}/{rounds}/{len(found)}")
                visit = VisitId(f"{order.order}/{rounds}/{pod}")
                found.append(
                    PickTask(
                        pick, visit, station, pod, slot, order.order, line.line, Sku(line.sku), some
                    )
                )
        return found

    def _take(self, client: BridgeClient, task: PickTask) -> int:
        """What is there; the slot is known to be empty afterwards if that was too little."""
        with self._lock:
            taken = min(task.quantity, self._house.truth[task.slot])
            self._house.truth[task.slot] -= taken
            if taken < task.quantity:
                self._believed[task.slot] = 0
                self.short_picks += 1
            self.taken[task.order, task.sku] += taken
        reason = ShortReason.SLOT_SHORT if taken < task.quantity else None
        self._ask(lambda: client.confirm_pick(task.pick, taken, reason, f"confirm/{task.pick}"))
        return taken

    def _put_away(self, client: BridgeClient, station: StationId, receipt: Receipt) -> None:
        with self._lock:
            slots = [self._free.pop(), self._free.pop()]
        half = receipt.quantity // 2
        for slot, pieces in zip(slots, (half, receipt.quantity - half), strict=True):
            put, visit = PutId(f"{receipt.receipt}/{slot}"), VisitId(f"{receipt.receipt}/{slot}")
            pod = pod_of(slot)
            task = PutTask(put, visit, station, pod, slot, receipt.receipt, receipt.sku, pieces)
            self._tell(client, [ShowPuts(visit, station, pod, ROBOT, (task,))])
            with self._lock:
                self._house.truth[slot] = pieces
            self._confirm_put(client, put, pieces)
        with self._lock:
            self.receipts_done += 1

    def _confirm_put(self, client: BridgeClient, put: PutId, pieces: int) -> None:
        self._ask(lambda: client.confirm_put(put, pieces, f"put/{put}"))

    def _count(self, client: BridgeClient) -> None:
        """A robot with reader and camera passes a slot that does not hold what the books say."""
        with self._lock:
            some = [self._to_count.pop()] if self._to_count else []
        counts = closing_counts(some, self._house.truth, CAPACITY, self._clock())
        if counts:
            self._ask(lambda: client.counts.take(counts))
            self.counts += 1

    def _tell(self, client: BridgeClient, commands: Sequence[Command]) -> None:
        if not commands:
            return
        for taken in self._ask(lambda: client.send_commands(commands)):
            if not taken.accepted:
                raise AssertionError(f"the bridge refuses a command: {taken}")

    def _ask(self, ask: Callable[[], Answer]) -> Answer:
        """Until it is answered: the bridge may be away."""
        return retrying(ask, params=WAITS, sleep=self._pause)

    def _pause(self, seconds: float) -> None:
        if self._over.wait(seconds):
            raise InterruptedError


def _shown(tasks: Sequence[PickTask]) -> list[ShowPicks]:
    visits: dict[VisitId, list[PickTask]] = {}
    for task in tasks:
        visits.setdefault(task.visit, []).append(task)
    return [
        ShowPicks(visit, some[0].station, some[0].pod, ROBOT, tuple(some))
        for visit, some in visits.items()
    ]


def _short(order: PickOrder, line: LineId, pieces: int) -> ShortenLine:
    return ShortenLine(order.order, line, pieces, pieces, ShortReason.INSUFFICIENT_STOCK)
