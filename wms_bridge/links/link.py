"""The link: what is new at the WMS comes in by polling. Each feed is read on from a cursor that is
kept in the transaction of what was read, so that nothing is missed; what is read twice is known."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from wms_bridge.access.acting import Act, acting
from wms_bridge.backoff import BackoffParams
from wms_bridge.connectors.port import Connector, OrderDocument, ReceiptDocument, StockMove
from wms_bridge.flights import MAX_ERROR_LENGTH, Circuit
from wms_bridge.inbox.desk import Inbox
from wms_bridge.inbox.documents import item_document, order_document, receipt_document
from wms_bridge.links.stock import Books, books, compare
from wms_bridge.ports.store import DeliveryFailed, NoStockTold, Store
from wms_bridge.records.links import (
    Feed,
    ForeignMove,
    Incoming,
    LinkStatus,
    OrderTold,
    StockCheck,
    WmsOrderState,
)
from wms_bridge.shelves import Shelves

LOG = logging.getLogger(__name__)
ORDER_OF_FEEDS = (Feed.ITEMS, Feed.RECEIPTS, Feed.ORDERS, Feed.MOVES)
"""Articles first: orders and receipts are for them."""


@dataclass(frozen=True, slots=True)
class LinkParams:
    """How often the WMS is asked for news, and its stock held against the books (ms; 0: only on
    demand); the waits while it is not well."""

    poll_ms: int = 2_000
    stock_ms: int = 86_400_000
    waits: BackoffParams = field(default_factory=BackoffParams)


class Link:
    """Polls a connector. ``steady`` is a clock (ms) that is never set, or else ``clock``."""

    def __init__(
        self,
        inbox: Inbox,
        store: Store,
        shelves: Shelves,
        connector: Connector,
        clock: Callable[[], int],
        params: LinkParams | None = None,
        steady: Callable[[], int] | None = None,
    ):
        self._inbox = inbox
        self._store = store
        self._shelves = shelves
        self._connector = connector
        self._clock = clock
        self._steady = steady or clock
        self._params = params or LinkParams()
        self._circuit = Circuit()
        self._status = LinkStatus(connector.name, fence_ms=connector.fence_ms)
        self._checked_ms: int | None = None

    @property
    def status(self) -> LinkStatus:
        """How it is now."""
        state = self._circuit.state(self._steady())
        return replace(self._status, circuit=state.value, failures=self._circuit.failures)

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            try:
                with acting(Act("wms link", f"poll {self._connector.name}")):
                    await self.poll()
            except Exception:
                # A full disk, say, or a connector at fault. The cursors stay: read again later.
                LOG.exception("the link cannot be worked on")
                self._circuit = self._circuit.failed(self._steady(), self._params.waits)
            pause_ms = self._params.poll_ms
            if self._circuit.failures:
                pause_ms = max(1, self._circuit.open_until_ms - self._steady())
            await asyncio.sleep(pause_ms / 1000)

    async def poll(self) -> bool:
        """Read all feeds to their ends, and check the stock if it is time; whether the WMS is
        well."""
        try:
            for feed in ORDER_OF_FEEDS:
                while await self._read(feed):
                    pass
            if self._check_due():
                await self._check_stock_if_told()
        except DeliveryFailed as failure:
            self._note(failure)
            return False
        self._circuit = Circuit()
        return True

    async def check_stock(self) -> StockCheck:
        """Hold all stock of the WMS against our books now. :class:`NoStockTold` if there is none to
        compare, :class:`DeliveryFailed` if it cannot be asked."""
        try:
            return await self._check_stock()
        except NoStockTold:
            raise
        except DeliveryFailed as failure:
            self._note(failure)
            raise

    async def _read(self, feed: Feed) -> bool:
        """Read a page; whether there is more."""
        source = self._connector.name
        cursor = await asyncio.to_thread(self._inbox.cursor, source, feed)
        match feed:
            case Feed.ITEMS:
                items = await self._connector.items(cursor)
                await self._take(feed, [item_document(one) for one in items.items], items.cursor)
                more, end = items.more, items.cursor
            case Feed.RECEIPTS:
                receipts = await self._connector.receipts(cursor)
                await self._take(feed, _receipts(receipts.items), receipts.cursor)
                more, end = receipts.more, receipts.cursor
            case Feed.ORDERS:
                orders = await self._connector.orders(cursor)
                await self._take(feed, _orders(orders.items), orders.cursor)
                more, end = orders.more, orders.cursor
            case Feed.MOVES:
                moves = await self._connector.moves(cursor)
                await self._take_moves(moves.items, moves.cursor)
                more, end = moves.more, moves.cursor
        read_ms = {**self._status.read_ms, feed.value: self._clock()}
        self._status = replace(self._status, read_ms=read_ms)
        # A page that promises more without getting on would be read for ever.
        return more and end != cursor

    async def _take(self, feed: Feed, documents: Sequence[Incoming], cursor: str) -> None:
        source, now_ms = self._connector.name, self._clock()
        taken = await asyncio.to_thread(self._inbox.take, source, feed, documents, cursor, now_ms)
        if taken.rejected:
            LOG.warning("%d documents of %s cannot be taken", taken.rejected, feed)

    async def _take_moves(self, moves: Sequence[StockMove], cursor: str) -> None:
        source, now_ms = self._connector.name, self._clock()
        foreign = [
            ForeignMove(
                0,
                source,
                move.move,
                move.from_location,
                move.to_location,
                move.sku,
                move.quantity,
                move.at_ms,
                now_ms,
                move.lot,
            )
            for move in moves
            if not move.ours
        ]
        news = await asyncio.to_thread(self._inbox.take_moves, source, foreign, cursor, now_ms)
        if news:
            LOG.warning("%d stock moves of the WMS are not ours", news)

    def _check_due(self) -> bool:
        if not self._params.stock_ms:
            return False
        if self._checked_ms is None:
            # Not at every start: whoever restarts often would check nothing else.
            self._checked_ms = self._steady()
        return self._steady() - self._checked_ms >= self._params.stock_ms

    async def _check_stock_if_told(self) -> None:
        try:
            await self._check_stock()
        except NoStockTold as without:
            # Asked again when the next check is due; the link is none the worse for it.
            self._checked_ms = self._steady()
            LOG.info("the WMS's stock is not checked: %s", without.reason)

    async def _check_stock(self) -> StockCheck:
        before = await asyncio.to_thread(self._books)
        snapshot = await self._connector.stock()
        after = await asyncio.to_thread(self._books)
        source, now_ms = self._connector.name, self._clock()
        check = compare(before, snapshot, after, self._shelves, source, now_ms)
        await asyncio.to_thread(self._keep, check)
        self._checked_ms = self._steady()
        if check.differences:
            LOG.warning("the WMS's stock differs from ours at %d places", len(check.differences))
        return check

    def _books(self) -> Books:
        with self._store.reading() as tx:
            return books(tx)

    def _keep(self, check: StockCheck) -> None:
        with self._store.writing() as tx:
            tx.add_stock_check(check)

    def _note(self, failure: DeliveryFailed) -> None:
        self._circuit = self._circuit.failed(self._steady(), self._params.waits)
        reason = failure.reason[:MAX_ERROR_LENGTH]
        self._status = replace(self._status, last_error=reason, last_error_ms=self._clock())
        LOG.warning("the WMS cannot be read: %s", reason)


def _orders(documents: Sequence[OrderDocument]) -> list[Incoming]:
    return [
        order_document(
            OrderTold(one.reference, WmsOrderState(one.state.value), one.order), one.version
        )
        for one in documents
    ]


def _receipts(documents: Sequence[ReceiptDocument]) -> list[Incoming]:
    return [receipt_document(one.receipt, one.version) for one in documents]
