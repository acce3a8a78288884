"""Our side of a WMS with a REST API; see :class:`wms_bridge.connectors.port.Connector`."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import httpx

from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import Sku
from wms_bridge.connectors.port import (
    OrderDocument,
    Page,
    ReceiptDocument,
    StockAt,
    StockMove,
    StockSnapshot,
)
from wms_bridge.connectors.rest.address import RestAddress, read_address
from wms_bridge.connectors.rest.expressions import CannotEvaluate
from wms_bridge.connectors.rest.mapfile import Feed
from wms_bridge.connectors.rest.mapping import (
    KINDS,
    items_in,
    order_document,
    receipt_document,
    sku_record,
    stock_at,
    stock_move,
    taken,
    view_of,
)
from wms_bridge.connectors.rest.paging import asked, read_on
from wms_bridge.connectors.rest.steps import Steps, refusal
from wms_bridge.messages import WmsMessage
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import SkuRecord

LOG = logging.getLogger(__name__)
MAX_PAGES = 100_000
STOCK_ATTEMPTS = 5
Item = TypeVar("Item")


class RestConnector:
    """By the map at an address. An item of a feed that cannot be read at all is left out and
    logged; an order whose contents cannot be read comes without them."""

    def __init__(self, address: RestAddress, transport: httpx.AsyncBaseTransport | None = None):
        self._address = address
        self._map = address.map
        self._wire = address.wire(transport)
        self._steps = Steps(self._wire, self._map.idempotency_header)

    @property
    def name(self) -> str:
        """``rest+http://host/base``."""
        return self._address.shown

    @property
    def fence_ms(self) -> int:
        """As the map or the address says; 0 if the WMS knows repeats."""
        return self._address.fence_ms

    async def check(self) -> str:
        """Name and version."""
        answer = await self._wire.read(self._map.check.path.fill({}), {})
        if answer.refused:
            raise refusal("check", answer)
        return f"{self._map.name} {self._map.check.version.on(answer.body)}"

    async def orders(self, cursor: str) -> Page[OrderDocument]:
        """One page."""
        feed = self._map.orders
        return await self._page(feed, cursor, lambda item: order_document(feed, item))

    async def receipts(self, cursor: str) -> Page[ReceiptDocument]:
        """One page."""
        feed = self._map.receipts
        if feed is None:
            return Page((), cursor)
        fields = feed.fields
        return await self._page(feed, cursor, lambda item: receipt_document(fields, item))

    async def items(self, cursor: str) -> Page[SkuRecord]:
        """One page."""
        feed = self._map.items
        if feed is None:
            return Page((), cursor)
        fields = feed.fields
        return await self._page(feed, cursor, lambda item: sku_record(fields, item))

    async def moves(self, cursor: str) -> Page[StockMove]:
        """One page."""
        feed = self._map.moves
        return await self._page(feed, cursor, lambda item: stock_move(feed.fields, item))

    async def stock(self) -> StockSnapshot:
        """All pages, once more from the start if stock was moved between two of them."""
        for _ in range(STOCK_ATTEMPTS):
            snapshot = await self._stock()
            if snapshot is not None:
                return snapshot
        raise DeliveryFailed("stock: it moves all the time while it is read", refused=False)

    async def find(self, message: WmsMessage) -> bool:
        """Whether each step for the message is seen to be done."""
        steps = self._map.tell.get(KINDS[type(message)], ())  # type: ignore[call-overload]
        return await self._steps.all_done(steps, view_of(message, self._map.location))

    async def carry_out(self, message: WmsMessage) -> str:
        """Step by step, leaving out what is done."""
        steps = self._map.tell.get(KINDS[type(message)], ())  # type: ignore[call-overload]
        view = view_of(message, self._map.location)
        told = await self._steps.run(steps, view, message.message)
        return "; ".join(told) or "nothing to tell"

    async def close(self) -> None:
        """Close the connections."""
        await self._wire.close()

    async def _stock(self) -> StockSnapshot | None:
        feed, cursor, before = self._map.stock, "", list[Any]()
        mark: str | None = None
        stock: Counter[tuple[str, Sku, str]] = Counter()
        for _ in range(MAX_PAGES):
            answer = await self._answer(feed, cursor)
            items, (following, more) = self._listed(feed, cursor, answer)
            if items and items == before:
                raise DeliveryFailed("stock: the same page came twice", refused=False)
            before, found = items, str(feed.cursor.on(answer))
            if mark not in (None, found):
                return None
            mark = found
            for at in _read(feed, items, lambda item: stock_at(feed.fields, item)):
                stock[at.location, at.sku, at.lot] += at.quantity
            if not more:
                rows = (StockAt(place, sku, n, lot) for (place, sku, lot), n in stock.items())
                return StockSnapshot(tuple(rows), mark)
            cursor = following
        raise DeliveryFailed("stock: there is no end of pages", refused=False)

    async def _page(
        self, feed: Feed, cursor: str, read: Callable[[Any], Item | None]
    ) -> Page[Item]:
        answer = await self._answer(feed, cursor)
        items, (following, more) = self._listed(feed, cursor, answer)
        return Page(tuple(_read(feed, items, read)), following, more)

    async def _answer(self, feed: Feed, cursor: str) -> Any:
        told = asked(feed.paging, cursor)
        path = feed.path.fill(told, quoted=True)
        answer = await self._wire.read(
            path, {name: value.fill(told) for name, value in feed.query.items()}
        )
        if answer.refused:
            raise refusal(path, answer)
        return answer.body

    def _listed(self, feed: Feed, cursor: str, answer: Any) -> tuple[list[Any], tuple[str, bool]]:
        try:
            items = items_in(feed, answer)
            return items, read_on(feed.paging, cursor, answer, items)
        except (ValueError, CannotEvaluate) as error:
            said = f"{feed.path.text}: an answer that the map does not fit: {error}"
            raise DeliveryFailed(said, refused=False) from error


def _read(feed: Feed, items: list[Any], read: Callable[[Any], Item | None]) -> Iterator[Item]:
    for item in taken(feed, items):
        try:
            document = read(item)
        except (ValueError, PodherdError) as error:
            LOG.warning("%s: left out: %s", feed.path.text, error)
            continue
        if document is not None:
            yield document


def connect(url: str) -> RestConnector:
    """:class:`~planner.warehouse.errors.InvalidMessage` on an address or map that cannot be
    used."""
    return RestConnector(read_address(url))
