"""The bridge's own link and delivery between a connector and the books of one case: what others do
at the WMS is left alone."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from wms_bridge.backoff import BackoffParams
from wms_bridge.connectors.port import (
    Connector,
    OrderDocument,
    Page,
    ReceiptDocument,
    StockMove,
    StockSnapshot,
)
from wms_bridge.inbox.desk import Inbox
from wms_bridge.links.link import Link, LinkParams
from wms_bridge.links.sender import ConnectorSender
from wms_bridge.messages import WmsMessage
from wms_bridge.outbox import Delivery, steady_clock_ms
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.links import Feed, InboxQuery, InboxState
from wms_bridge.records.work import OutboxMessage, SkuRecord
from wms_bridge.service import Bridge

READ_ATTEMPTS = 40
POLL_ATTEMPTS = 200
"""A poll is well if all its requests are, be they a dozen."""
WAIT_S = 0.02
LONGEST_WAIT_S = 0.5
MAX_REFUSALS = 3
SAME_PLACE = 5
_WAITS = BackoffParams(first_ms=20, longest_ms=300)
Item = TypeVar("Item")
Answer = TypeVar("Answer")


async def read(ask: Callable[[], Awaitable[Answer]], attempts: int = READ_ATTEMPTS) -> Answer:
    """Ask until there is an answer: a question does no harm. :class:`DeliveryFailed` at the
    last."""
    for attempt in range(attempts - 1):
        try:
            return await ask()
        except DeliveryFailed as failure:
            if failure.refused:
                raise
            await _pause(attempt)
    return await ask()


async def read_all(
    ask: Callable[[str], Awaitable[Page[Item]]], cursor: str
) -> tuple[list[Item], str]:
    """All items from a cursor on, and where to read on."""
    found: list[Item] = []
    more = True
    while more:

        def page(at: str = cursor) -> Awaitable[Page[Item]]:
            return ask(at)

        answer = await read(page)
        found += answer.items
        cursor, more = answer.cursor, answer.more
    return found, cursor


async def _moving(ask: Callable[[str], Awaitable[Page[Item]]], cursor: str) -> Page[Item]:
    """A page from which there is a way on. The link leaves one that leads nowhere for its next
    poll; a case polls once."""
    page = await ask(cursor)
    for _ in range(SAME_PLACE):
        if not (page.more and page.cursor == cursor):
            break
        page = await ask(cursor)
    return page


class Scoped:
    """A connector that tells only what is ``mine``. ``seen`` counts orders it told; it tells no
    articles unless ``items_told``."""

    def __init__(self, connector: Connector, mine: Callable[[str], bool]):
        self.items_told = True
        self.seen = 0
        self._connector = connector
        self._mine = mine

    @property
    def name(self) -> str:
        """The same, by whatever port."""
        return "conformance"

    @property
    def fence_ms(self) -> int:
        """The connector's."""
        return self._connector.fence_ms

    async def check(self) -> str:
        """The connector's."""
        return await self._connector.check()

    async def orders(self, cursor: str) -> Page[OrderDocument]:
        """Of this case."""
        page = await _moving(self._connector.orders, cursor)
        mine = tuple(order for order in page.items if self._mine(order.reference))
        self.seen += len(mine)
        return replace(page, items=mine)

    async def receipts(self, cursor: str) -> Page[ReceiptDocument]:
        """Of this case."""
        page = await _moving(self._connector.receipts, cursor)
        mine = tuple(one for one in page.items if self._mine(one.receipt.receipt))
        return replace(page, items=mine)

    async def items(self, cursor: str) -> Page[SkuRecord]:
        """Of this case."""
        page = await _moving(self._connector.items, cursor)
        mine = tuple(one for one in page.items if self.items_told and self._mine(one.sku))
        return replace(page, items=mine)

    async def stock(self) -> StockSnapshot:
        """The connector's."""
        return await self._connector.stock()

    async def moves(self, cursor: str) -> Page[StockMove]:
        """Of this case."""
        page = await _moving(self._connector.moves, cursor)
        return replace(page, items=tuple(one for one in page.items if self._mine(one.sku)))

    async def find(self, message: WmsMessage) -> bool:
        """The connector's."""
        return await self._connector.find(message)

    async def carry_out(self, message: WmsMessage) -> str:
        """The connector's."""
        return await self._connector.carry_out(message)

    async def close(self) -> None:
        """The connector's."""
        await self._connector.close()


class _Recording(ConnectorSender):
    """Keeps what went wrong."""

    def __init__(self, connector: Connector, failures: list[DeliveryFailed]):
        super().__init__(connector)
        self._failures = failures

    async def send(self, message: OutboxMessage) -> str:
        """See the link's sender."""
        try:
            return await super().send(message)
        except DeliveryFailed as failure:
            self._failures.append(failure)
            raise


class Engine:
    """A link and a delivery over a bridge. Without cursors in its store it begins at ``start``."""

    def __init__(
        self,
        bridge: Bridge,
        connector: Connector,
        mine: Callable[[str], bool],
        clock: Callable[[], int],
        start: Mapping[Feed, str],
    ):
        self.scope = Scoped(connector, mine)
        self.failures: list[DeliveryFailed] = []
        self._bridge = bridge
        self._clock = clock
        self._inbox = Inbox(bridge.store, bridge.shelves, lambda: None)
        self._link = Link(
            self._inbox,
            bridge.store,
            bridge.shelves,
            self.scope,
            clock,
            LinkParams(stock_ms=0, waits=_WAITS),
            steady_clock_ms,
        )
        sender = _Recording(connector, self.failures)
        self._delivery = Delivery(
            bridge.store, sender, clock, _WAITS, MAX_REFUSALS, steady_clock_ms
        )
        for feed, cursor in start.items():
            if not self._inbox.cursor(self.scope.name, feed):
                self.rewind(feed, cursor)

    def rewind(self, feed: Feed, cursor: str) -> None:
        """Have a feed read on from here."""
        self._inbox.take(self.scope.name, feed, [], cursor, self._clock())

    def cursor(self, feed: Feed) -> str:
        """Where a feed is read on."""
        return self._inbox.cursor(self.scope.name, feed)

    def rejected(self) -> dict[str, str]:
        """Documents that were not taken, and why."""
        entries = self._inbox.entries(InboxQuery(InboxState.REJECTED, limit=1_000))
        return {entry.key: entry.error for entry in entries}

    async def poll(self) -> None:
        """Read all feeds to their ends. :class:`DeliveryFailed` if that cannot be done."""
        for attempt in range(POLL_ATTEMPTS):
            if await self._link.poll():
                return
            await _pause(attempt)
        raise DeliveryFailed(self._link.status.last_error, refused=False)

    async def try_polling(self, times: int) -> None:
        """Poll so often, whatever becomes of it."""
        for attempt in range(times):
            await self._link.poll()
            await _pause(attempt)

    async def run(self, patience_s: float) -> bool:
        """Deliver until nothing is pending; whether that came to be in time."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + patience_s
        while True:
            try:
                async with asyncio.timeout_at(give_up):
                    await self._delivery.deliver_due()
            except TimeoutError:
                return False
            with self._bridge.store.reading() as tx:
                pending = tx.backlog()
            if not pending:
                return True
            await asyncio.sleep(WAIT_S)

    async def tell(self, told: WmsMessage, attempts: int = 12) -> DeliveryFailed | None:
        """Have one message carried out, outside the outbox and by the same rules; the refusal, if
        it is refused or never comes to an end."""
        fence_s = self.scope.fence_ms / 1000
        flying, last = False, DeliveryFailed("", refused=False)
        for attempt in range(attempts):
            try:
                if flying and fence_s:
                    await asyncio.sleep(fence_s)
                    if await read(lambda: self.scope.find(told)):
                        return None
                await self.scope.carry_out(told)
                return None
            except DeliveryFailed as failure:
                last, flying = failure, failure.unknown
                if failure.refused:
                    break
                await _pause(attempt)
        return last


async def _pause(attempt: int) -> None:
    await asyncio.sleep(min(LONGEST_WAIT_S, WAIT_S * 1.5 ** min(attempt, 20)))
