"""What a case is played on: a bridge with its books in a folder of its own, the connector by way of
the fault proxy, and a clerk at the WMS. Names of SKUs, orders and receipts are the case's own, so
that a WMS in use is not disturbed."""

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from planner.codec.messages import encode
from planner.warehouse.counts import EvidenceKind, SlotCount
from planner.warehouse.ids import OrderId, PodId, ReceiptId, Sku, SlotId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.receipts import Receipt
from planner.warehouse.stock import Balance, pod_of
from wms_bridge.adapters.sql.store import SqlStore, sqlite_url
from wms_bridge.conformance.engine import Engine, read, read_all
from wms_bridge.conformance.house import (
    PODS,
    CaseFailed,
    NotApplicable,
    digest,
    expect,
    kit_site,
)
from wms_bridge.conformance.proxy import FaultProxy
from wms_bridge.conformance.target import Target
from wms_bridge.connectors.port import Clerk, Connector, Document, StockAt
from wms_bridge.messages import StockAdjusted, WmsMessage, read_message
from wms_bridge.reconciling import CountReason
from wms_bridge.records.counts import CaseStatus, CountCase, CountParams
from wms_bridge.records.links import Feed
from wms_bridge.records.work import OrderStatus, OutboxMessage, SkuRecord
from wms_bridge.service import Bridge

STOCK_LOOKS = 8
"""How often stock is read before it is believed to be wrong: some answer from a stale copy."""
AGES_MS = 3_600_000
Stock = Mapping[tuple[PodId, Sku], int]
Cursors = Mapping[Feed, str]


@dataclass(frozen=True, slots=True)
class RigParams:
    """``run`` tells runs apart at the WMS, ``number`` the case; ``fine`` is whether the WMS keeps
    stock by slot; ``patience_s`` is how long the outbox may take beyond fences."""

    run: str
    number: int
    seed: int
    home: Path
    template: Path
    fine: bool = False
    patience_s: float = 20.0


class Rig:
    """One case's world. ``skew_ms`` is by how much the bridge's clock is wrong."""

    bridge: Bridge
    connector: Connector
    engine: Engine

    def __init__(self, target: Target, clerk: Clerk, params: RigParams, start: Cursors):
        self.clerk = clerk
        self.params = params
        self.skew_ms = 0
        self._start = start
        self.prefix = f"K{params.run}{params.number:02d}"
        self.proxy = FaultProxy(target.endpoint) if target.endpoint else None
        self.placed: dict[OrderId, PickOrder] = {}
        self._target = target
        self._stock: list[StockAt] = []
        self._slots: dict[tuple[PodId, Sku], SlotId] = {}
        self._last_ms = 0
        shutil.copy(params.template, params.home / "bridge.db")

    async def start(self) -> None:
        """Begin: connect and open the books."""
        if self.proxy is not None:
            await self.proxy.start()
        self._open()
        self._number_cases()

    async def stop(self) -> None:
        """Let go of everything."""
        await self.connector.close()
        self.bridge.store.close()
        if self.proxy is not None:
            await self.proxy.stop()

    async def restart(self) -> None:
        """The bridge ends without warning and comes back: what it knows is in its store."""
        await self.connector.close()
        self.bridge.store.close()
        self._open()

    def _open(self) -> None:
        store = SqlStore(sqlite_url(self.params.home / "bridge.db"))
        self.bridge = Bridge(kit_site(), store, counting=CountParams(skew_ms=0))
        proxied = self.proxy is not None
        url = self._target.url_by(self.proxy.port) if self.proxy else self._target.url
        self.connector = self._target.connect(url if proxied else self._target.url)
        self.engine = Engine(self.bridge, self.connector, self.mine, self.now_ms, self._start)

    def _number_cases(self) -> None:
        """Have the bridge number its counts from where no other run or case does: messages are
        named after them."""
        number = int(digest(self.prefix)[:12], 16)
        slot, sku = SlotId(f"{self.pod(PODS)}/A/4/8"), self.sku("none")
        seen = SlotCount(slot, sku, 0, 0, 0, (1.0,), frozenset({EvidenceKind.RFID}), ("0",))
        done = CountCase(
            number, f"C{number}", slot, sku, CaseStatus.CONFIRMED, CountReason.AS_BOOKED, 0, seen,
            True, 0.0, 0, (), None, 0, False, 0, 0, 0, 0,
        )  # fmt: skip
        with self.bridge.store.writing() as tx:
            tx.put_case(done)

    def faults(self) -> FaultProxy:
        """The proxy; :class:`NotApplicable` where none can stand between."""
        if self.proxy is None:
            raise NotApplicable("the kit cannot stand between (TLS, or no network)")
        return self.proxy

    def now_ms(self) -> int:
        """The bridge's clock; never the same twice."""
        self._last_ms = max(self._last_ms + 1, time.time_ns() // 1_000_000 + self.skew_ms)
        return self._last_ms

    # --- names ---

    def mine(self, name: str) -> bool:
        """Whether an order, a receipt or an SKU is this case's."""
        return name.startswith(self.prefix)

    def sku(self, name: str = "A") -> Sku:
        """An SKU of this case."""
        return Sku(f"{self.prefix}{name}")

    def pod(self, number: int = 1) -> PodId:
        """A pod."""
        return PodId(f"P{number:03d}")

    def order_id(self, name: str = "1") -> OrderId:
        """An order of this case."""
        return OrderId(f"{self.prefix}-{name}")

    def slot(self, pod: PodId, sku: Sku) -> SlotId:
        """The slot of a pod where an SKU lies: one of its own for each SKU that was named."""
        known = self._slots.get((pod, sku))
        if known is None:
            number = sum(taken == pod for taken, _ in self._slots) + self.params.number % 2 * 8
            level, column = divmod(number % 32, 8)
            known = self._slots[pod, sku] = SlotId(f"{pod}/A/{level + 1}/{column + 1}")
        return known

    def item(self, name: str) -> SkuRecord:
        """An article of this case."""
        return SkuRecord(self.sku(name), f"conformance {self.sku(name)}")

    def user(self) -> str:
        """What the URL has before the host."""
        return urlsplit(self._target.url).netloc.rpartition("@")[0]

    def order(self, lines: Sequence[tuple[Sku, int]], name: str = "1") -> PickOrder:
        """An order of this case, its lines numbered from 1."""
        order = self.order_id(name)
        return PickOrder(
            order,
            tuple(
                OrderLine(line_id(order, number), sku, pieces)
                for number, (sku, pieces) in enumerate(lines, start=1)
            ),
        )

    # --- the WMS and the house ---

    async def stock_up(self, stock: Stock, *, booked: Stock | None = None) -> None:
        """Have stock: in the house as given, at the WMS as ``booked`` (as in the house, if not
        given). Its SKUs are in both catalogues."""
        skus = sorted({sku for _, sku in stock})
        items = [SkuRecord(sku, f"conformance {sku}") for sku in skus]
        slots = {place: self.slot(*place) for place in stock}
        places = [slot if self.params.fine else pod for (pod, _), slot in slots.items()]
        await self.clerk.set_up(sorted(set(places)), items)
        await self.clerk.book_stock(
            [
                StockAt(slots[pod, sku] if self.params.fine else pod, sku, pieces)
                for (pod, sku), pieces in (stock if booked is None else booked).items()
                if pieces
            ]
        )
        then_ms = self.now_ms() - AGES_MS
        self.bridge.put_skus(items, then_ms)
        balances = [Balance(slots[place], place[1], pieces) for place, pieces in stock.items()]
        self.bridge.load_stock(balances, f"{self.prefix}/opening/{skus[0]}", then_ms)

    async def place(self, lines: Sequence[tuple[Sku, int]], name: str = "1") -> PickOrder:
        """A clerk enters an order."""
        order = self.order(lines, name)
        await self.clerk.place(order)
        self.placed[order.order] = order
        return order

    async def receive(self, sku: Sku, pieces: int, name: str = "R1") -> ReceiptId:
        """A clerk books goods in."""
        receipt = Receipt(ReceiptId(f"{self.prefix}-{name}"), sku, pieces)
        await self.clerk.receive(receipt)
        return receipt.receipt

    async def poll(self) -> None:
        """Take what is new at the WMS."""
        await self.engine.poll()

    async def deliver(self, patience_s: float | None = None) -> None:
        """Tell the WMS everything; :class:`CaseFailed` if it does not come to an end, or something
        is given up."""
        patience = patience_s or self.params.patience_s + 8 * self.connector.fence_ms / 1000
        arrived = await self.engine.run(patience)
        last = self.engine.failures[-1].reason if self.engine.failures else "no failures"
        expect(arrived, f"the outbox is not empty after {patience:.0f} s ({last})")
        dead = self.dead()
        expect(not dead, f"given up: {', '.join(m.message for m in dead)} ({last})")

    async def poll_receipt(self, name: ReceiptId) -> None:
        """Take goods; :class:`NotApplicable` if the connector reads none."""
        await self.poll()
        if self.bridge.receipt(name) is None and not self.engine.cursor(Feed.RECEIPTS):
            raise NotApplicable("the connector reads no receipts")
        expect(self.bridge.receipt(name) is not None, f"receipt {name} did not arrive")

    async def carry_out(self, told: WmsMessage) -> None:
        """Have the WMS do something, outside the outbox; :class:`CaseFailed` if it is refused."""
        failure = await self.engine.tell(told)
        expect(failure is None, f"{told.message} was refused: {failure}")

    async def pause_for_fence(self) -> None:
        """Until nothing can come of earlier requests."""
        await asyncio.sleep(self.connector.fence_ms / 1000)

    def untold(self) -> tuple[WmsMessage, ...]:
        """What the WMS is still to be told, in order."""
        with self.bridge.store.reading() as tx:
            return tuple(read_message(message) for message in tx.untold())

    def add_message(self, told: StockAdjusted) -> None:
        """Put a message into the outbox."""
        now_ms = self.now_ms()
        body = encode(told).decode()
        message = OutboxMessage(0, told.message, None, body, now_ms, next_ms=now_ms, slot=told.slot)
        with self.bridge.store.writing() as tx:
            tx.add_message(message)

    def forget_time(self) -> None:
        """The clock may go back."""
        self._last_ms = 0

    async def take(self, lines: Sequence[tuple[Sku, int]], name: str = "1") -> PickOrder:
        """A clerk enters an order and it reaches the bridge."""
        order = await self.place(lines, name)
        await self.poll()
        expect(self.bridge.order(order.order) is not None, f"order {order.order} did not arrive")
        return order

    def dead(self) -> tuple[OutboxMessage, ...]:
        """Messages given up."""
        with self.bridge.store.reading() as tx:
            return tx.dead(100)

    # --- what has to hold ---

    def status(self, order: OrderId) -> OrderStatus:
        """How an order is in the bridge."""
        found = self.bridge.order(order)
        if found is None:
            raise CaseFailed(f"the bridge has no order {order}")
        return found.order.status

    def ours(self) -> Counter[tuple[PodId, Sku]]:
        """Our books by pod and SKU, of this case's SKUs."""
        held: Counter[tuple[PodId, Sku]] = Counter()
        for balance in self.bridge.stock():
            held[pod_of(balance.slot), balance.sku] += balance.quantity
        return +held

    async def theirs(self) -> Counter[tuple[PodId, Sku]]:
        """The WMS's books by pod and SKU, of this case's SKUs."""
        snapshot = await read(self.connector.stock)
        held: Counter[tuple[PodId, Sku]] = Counter()
        for at in snapshot.stock:
            if at.sku.startswith(self.prefix):
                held[PodId(at.location.partition("/")[0]), at.sku] += at.quantity
        return Counter({place: pieces for place, pieces in held.items() if pieces})

    async def expect_equal_stock(self) -> None:
        """Both books agree."""
        for _ in range(STOCK_LOOKS):
            ours, theirs = self.ours(), await self.theirs()
            if ours == theirs:
                return
            await asyncio.sleep(0.02)
        wrong = {
            f"{pod} {sku}": (ours[pod, sku], theirs[pod, sku])
            for pod, sku in sorted({*ours, *theirs})
            if ours[pod, sku] != theirs[pod, sku]
        }
        raise CaseFailed(f"stock differs (ours, theirs): {wrong}")

    async def theirs_settled(self) -> Counter[tuple[PodId, Sku]]:
        """The WMS's books once it says the same twice."""
        before = await self.theirs()
        for _ in range(STOCK_LOOKS):
            now = await self.theirs()
            if now == before:
                return now
            before = now
        raise CaseFailed("the stock is never told the same twice")

    async def documents(self, *references: str) -> Counter[str]:
        """How many documents of each kind carry any of the references."""
        found: dict[tuple[str, str, str], list[Document]] = {}
        for reference in references:
            for document in await self._documents(reference):
                same = (document.kind, document.reference, reference)
                found.setdefault(same, []).append(document)
        count: Counter[str] = Counter()
        for (kind, _, _), documents in found.items():
            count[kind] = max(count[kind], len(documents))
        return count

    async def _documents(self, reference: str) -> tuple[Document, ...]:
        return await read(lambda: self.clerk.documents(reference))

    async def expect_once(self, *references: str) -> None:
        """No document is there twice."""
        count = await self.documents(*references)
        twice = {kind: number for kind, number in count.items() if number > 1}
        expect(not twice, f"documents of {references} more than once: {twice}")

    async def settle(self) -> None:
        """Tell everything, hear everything, and have both books agree with nothing doubled."""
        await self.deliver()
        await self.poll()
        await self.deliver()
        await self.expect_equal_stock()
        for order in self.placed:
            await self.expect_once(order, f"order-confirmed/{order}", f"order-cancelled/{order}")


async def feed_ends(connector: Connector) -> Cursors:
    """Where the feeds end now."""
    _, orders = await read_all(connector.orders, "")
    _, receipts = await read_all(connector.receipts, "")
    _, items = await read_all(connector.items, "")
    moves = (await read(connector.stock)).cursor
    return {
        Feed.ORDERS: orders,
        Feed.RECEIPTS: receipts,
        Feed.ITEMS: items,
        Feed.MOVES: moves,
    }
