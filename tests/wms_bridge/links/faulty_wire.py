"""The network between the bridge and a WMS, with the faults that real ones have, and a connector
over it. All chance comes from one seeded source."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from planner.warehouse.ids import OrderId
from tests.wms_bridge.links.plain_wms import PlainWms, Refused
from tests.wms_bridge.links.virtual_time import VirtualLoop
from wms_bridge.connectors.port import (
    OrderDocument,
    OrderState,
    Page,
    ReceiptDocument,
    StockAt,
    StockMove,
    StockSnapshot,
)
from wms_bridge.messages import (
    LineRouted,
    LotStateTold,
    OrderConfirmed,
    ReceiptPutAway,
    ReservationWanted,
    StockAdjusted,
    WmsMessage,
)
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import OrderStatus, SkuRecord

Answer = TypeVar("Answer")
TIMEOUT_MS = 3_000
LATEST_MS = 12_000
"""How long after it was sent a request may have its effect."""

FEEDS = ("orders", "receipts", "items", "moves")
"""Requests whose old answers may come again."""


class Fault(StrEnum):
    """What goes wrong with a request."""

    REQUEST_LOST = "request lost"
    ANSWER_LOST = "answer lost"
    CUT = "cut before the answer"
    LATE = "late effect"
    UNAVAILABLE = "503"
    OLD_PAGE = "old page again"
    WMS_DOWN = "WMS down"
    WMS_RESTART = "WMS restart"
    CRASH = "bridge crash"
    SKEW = "clock skew"


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely each fault of a request is."""

    request_lost: float = 0.04
    answer_lost: float = 0.04
    cut: float = 0.03
    late: float = 0.05
    unavailable: float = 0.03
    old_page: float = 0.03

    def draw(self, dice: random.Random, *, writes: bool) -> Fault | None:
        """What goes wrong, if anything."""
        roll = dice.random()
        for fault, chance in (
            (Fault.REQUEST_LOST, self.request_lost),
            (Fault.ANSWER_LOST, self.answer_lost),
            (Fault.CUT, self.cut),
            (Fault.UNAVAILABLE, self.unavailable),
            (Fault.LATE if writes else Fault.OLD_PAGE, self.late if writes else self.old_page),
        ):
            if roll < chance:
                return fault
            roll -= chance
        return None


class Wire:
    """Carries requests to a WMS that is up or down. ``trace`` is told all that happens."""

    def __init__(
        self,
        loop: VirtualLoop,
        wms: PlainWms,
        dice: random.Random,
        chances: Chances,
        trace: Callable[[str], None],
    ):
        self._loop = loop
        self._dice = dice
        self._chances = chances
        self._trace = trace
        self._last_page: dict[str, object] = {}
        self.wms = wms
        self.up = True
        self.calm = False
        self.faults: Counter[Fault] = Counter()
        self.requests = 0
        self.on_late: Callable[[], None] = lambda: None

    async def ask(self, name: str, work: Callable[[], Answer], *, writes: bool) -> Answer:
        """Have the WMS do some work and wait for its answer. :class:`DeliveryFailed` as a connector
        raises it; what was asked for may happen all the same, and later."""
        self.requests += 1
        if not self.up:
            self.faults[Fault.WMS_DOWN] += 1
            await asyncio.sleep(0.002)
            raise DeliveryFailed("connection refused", refused=False)
        fault = None if self.calm else self._chances.draw(self._dice, writes=writes)
        if fault is not None:
            self.faults[fault] += 1
        self._trace(f"{name} {fault or ''}")
        there_ms = 5 + self._dice.randrange(40)
        match fault:
            case Fault.UNAVAILABLE:
                await asyncio.sleep(there_ms / 1000)
                raise DeliveryFailed("503 could not obtain lock", refused=False)
            case Fault.REQUEST_LOST:
                raise await self._nothing_heard(writes)
            case Fault.LATE:
                late_ms = TIMEOUT_MS + self._dice.randrange(LATEST_MS - TIMEOUT_MS)
                self._at(late_ms, name, work)
                self.on_late()
                raise await self._nothing_heard(writes)
            case Fault.ANSWER_LOST:
                self._at(there_ms, name, work)
                raise await self._nothing_heard(writes)
            case Fault.CUT:
                self._at(there_ms, name, work)
                await asyncio.sleep(self._dice.randrange(2 * there_ms) / 1000)
                raise DeliveryFailed("connection reset", refused=False, unknown=writes)
            case Fault.OLD_PAGE if name in FEEDS and name in self._last_page:
                await asyncio.sleep(there_ms / 1000)
                return self._last_page[name]  # type: ignore[return-value]
        return await self._answered(name, work, there_ms)

    async def _answered(self, name: str, work: Callable[[], Answer], there_ms: int) -> Answer:
        answer: asyncio.Future[Answer] = self._loop.create_future()
        self._at(there_ms, name, work, answer)
        back_ms = 5 + self._dice.randrange(40)
        found = await answer
        await asyncio.sleep(back_ms / 1000)
        self._last_page[name] = found
        return found

    async def _nothing_heard(self, writes: bool) -> DeliveryFailed:
        await asyncio.sleep(TIMEOUT_MS / 1000)
        return DeliveryFailed("timeout", refused=False, unknown=writes)

    def _at(
        self,
        delay_ms: int,
        name: str,
        work: Callable[[], Answer],
        answer: "asyncio.Future[Answer] | None" = None,
    ) -> None:
        """Do the work at the WMS after a while, whatever has become of who asked for it."""
        self._loop.call_later(delay_ms / 1000, self._do, name, work, answer)

    def _do(self, name: str, work: Callable[[], Any], answer: "asyncio.Future[Any] | None") -> None:
        waits = answer is not None and not answer.done()
        if not self.up:
            self._trace(f"{name} died with the WMS")
            if answer is not None and waits:
                answer.set_exception(DeliveryFailed("reset", refused=False, unknown=True))
            return
        try:
            found = work()
        except Refused as refusal:
            self._trace(f"{name} refused")
            if answer is not None and waits:
                answer.set_exception(DeliveryFailed(str(refusal), refused=True))
            return
        self._trace(f"{name} done")
        if answer is not None and waits:
            answer.set_result(found)


class WireConnector:
    """See :class:`wms_bridge.connectors.port.Connector`."""

    def __init__(self, wire: Wire, fence_ms: int, clock: Callable[[], int]):
        self._wire = wire
        self._wms = wire.wms
        self._clock = clock
        self.name = "sim://wms"
        self.fence_ms = fence_ms

    async def check(self) -> str:
        return await self._wire.ask("check", lambda: "1", writes=False)

    async def orders(self, cursor: str) -> Page[OrderDocument]:
        return await self._read("orders", lambda: self._wms.read_orders(cursor))

    async def receipts(self, cursor: str) -> Page[ReceiptDocument]:
        return await self._read("receipts", lambda: self._wms.read_receipts(cursor))

    async def items(self, cursor: str) -> Page[SkuRecord]:
        return await self._read("items", lambda: self._wms.read_items(cursor))

    async def moves(self, cursor: str) -> Page[StockMove]:
        return await self._read("moves", lambda: self._wms.read_moves(cursor))

    async def stock(self) -> StockSnapshot:
        return await self._read("stock", self._wms.snapshot)

    async def find(self, message: WmsMessage) -> bool:
        match message:
            case LineRouted() | LotStateTold():
                return True
            case ReservationWanted():
                order = message.order
                return await self._read(f"reserved {order}", lambda: self._wms.reserved[order] > 0)
        found = await self._search(message.message)
        if not any(posted for _, posted in found):
            return False
        if not isinstance(message, OrderConfirmed):
            return True
        order = message.order
        state = await self._read(f"state {order}", lambda: self._wms.state_of(order))
        return state is not OrderState.OPEN

    async def carry_out(self, message: WmsMessage) -> str:
        match message:
            case LineRouted() | LotStateTold():
                return "theirs"
            case ReservationWanted():
                return await self._reserve(message.order)
            case OrderConfirmed():
                lines = (
                    StockAt(pick.slot, line.sku, -pick.quantity)
                    for line in message.lines
                    for pick in line.picks
                )
                await self._book(message.message, lines)
                cancelled = message.status is OrderStatus.CANCELLED
                state = OrderState.CANCELLED if cancelled else OrderState.DONE
                return await self._close_order(message.order, state)
            case ReceiptPutAway():
                filled = (StockAt(one.slot, message.sku, one.quantity) for one in message.slots)
                return await self._book(message.message, filled)
            case StockAdjusted():
                line = StockAt(message.slot, message.sku, message.difference)
                return await self._book(message.message, [line])

    async def close(self) -> None:
        """There is nothing to let go of."""

    async def _reserve(self, order: OrderId) -> str:
        try:
            return await self._wire.ask(
                f"reserve {order}", lambda: self._wms.reserve(order), writes=True
            )
        except DeliveryFailed as failure:
            if failure.refused:
                return "reserved already"
            raise

    async def _book(self, reference: str, lines: Iterable[StockAt]) -> str:
        found = await self._search(reference)
        if found:
            number, posted = found[0]
        else:
            wanted, posted = tuple(lines), False
            number = await self._wire.ask(
                f"create {reference}", lambda: self._wms.create(reference, wanted), writes=True
            )
        if posted:
            return "done already"
        at_ms = self._clock()
        try:
            return await self._wire.ask(
                f"post {number}", lambda: self._wms.post(number, at_ms), writes=True
            )
        except DeliveryFailed as failure:
            if failure.refused:
                return "done already"
            raise

    async def _close_order(self, order: OrderId, state: OrderState) -> str:
        await self._wire.ask(f"close {order}", lambda: self._wms.close(order, state), writes=True)
        return str(state)

    async def _search(self, reference: str) -> list[tuple[int, bool]]:
        return await self._read(f"search {reference}", lambda: self._wms.search(reference))

    async def _read(self, name: str, work: Callable[[], Answer]) -> Answer:
        return await self._wire.ask(name, work, writes=False)
