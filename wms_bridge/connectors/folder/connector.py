"""Our side of a folder of files; see :class:`wms_bridge.connectors.port.Connector`."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from wms_bridge.connectors.folder.address import FolderAddress, read_address
from wms_bridge.connectors.folder.answering import finish, finish_unusable
from wms_bridge.connectors.folder.feed import FileFeed, complete_files
from wms_bridge.connectors.folder.mapping import InKind
from wms_bridge.connectors.folder.survey import documents_after, survey
from wms_bridge.connectors.folder.telling import contents, file_name
from wms_bridge.connectors.folder.wire import Folder, failing_clearly
from wms_bridge.connectors.port import (
    OrderDocument,
    Page,
    ReceiptDocument,
    StockAt,
    StockMove,
    StockSnapshot,
)
from wms_bridge.messages import WmsMessage
from wms_bridge.ports.store import DeliveryFailed, NoStockTold
from wms_bridge.records.work import SkuRecord

ORDERS = (InKind.ORDERS, InKind.CHANGES, InKind.CANCELS)
Item = TypeVar("Item")


class FolderConnector:
    """The folder at an address. ``now_s`` is a clock that nobody sets."""

    def __init__(self, address: FolderAddress, now_s: Callable[[], float] = time.monotonic):
        self._address = address
        self._folder = Folder(address.root)
        self._now_s = now_s
        self._orders, self._receipts, self._items = (
            FileFeed(Folder(address.root), address, kinds, now_s)
            for kinds in (ORDERS, (InKind.RECEIPTS,), (InKind.ITEMS,))
        )

    @property
    def name(self) -> str:
        """``folder:///path``."""
        return self._address.shown

    @property
    def fence_ms(self) -> int:
        """0: nothing is carried out later than the call, and a message that comes again has the
        same file name and the same content."""
        return 0

    async def check(self) -> str:
        """That the folders are there and can be written to."""
        return await asyncio.to_thread(failing_clearly(self._check))

    async def orders(self, cursor: str) -> Page[OrderDocument]:
        """Files ``orders``, ``changes`` and ``cancels``, in the order of their names."""
        return await _page(self._orders, cursor, OrderDocument)

    async def receipts(self, cursor: str) -> Page[ReceiptDocument]:
        """Files ``receipts``."""
        return await _page(self._receipts, cursor, ReceiptDocument)

    async def items(self, cursor: str) -> Page[SkuRecord]:
        """Files ``items``."""
        return await _page(self._items, cursor, SkuRecord)

    async def moves(self, cursor: str) -> Page[StockMove]:
        """None: there are no files that tell them."""
        return Page((), cursor)

    async def stock(self) -> StockSnapshot:
        """The latest file ``stock`` that is complete, which stays; older ones go to ``done/``.
        :class:`NoStockTold` if there is none, :class:`DeliveryFailed` if a row cannot be read."""
        return await asyncio.to_thread(failing_clearly(self._stock))

    async def find(self, message: WmsMessage) -> bool:
        """Whether its file is in ``out/`` or ``out/taken/``."""
        return await asyncio.to_thread(failing_clearly(self._find), message)

    async def carry_out(self, message: WmsMessage) -> str:
        """Write its file into ``out/``, unless it is there or was taken."""
        return await asyncio.to_thread(failing_clearly(self._write), message)

    async def close(self) -> None:
        """Close files."""
        for feed in (self._orders, self._receipts, self._items):
            feed.close()

    def _check(self) -> str:
        self._folder.set_up()
        for place in ("in", "work", "done", "rejects", "out"):
            self._folder.write(place, ".podherd-check", b"")
        return f"a folder; {self._address.format} out"

    def _find(self, message: WmsMessage) -> bool:
        name = file_name(message, self._address.format)
        return self._folder.has("out", name) or self._folder.has("out/taken", name)

    def _write(self, message: WmsMessage) -> str:
        self._folder.set_up()
        if self._find(message):
            return "there already"
        name = file_name(message, self._address.format)
        self._folder.write("out", name, contents(message, self._address.format))
        return f"out/{name}"

    def _stock(self) -> StockSnapshot:
        self._folder.set_up()
        files = complete_files(self._folder, self._address, (InKind.STOCK,), self._now_s())
        names = [file.name for file in files]
        if not names:
            raise NoStockTold("stock: no complete stock file in in/")
        *older, latest = (
            survey(self._folder, "in", name, self._address.encoding) for name in names
        )
        for file in older:
            finish(self._folder, file, self._address.format)
            self._folder.drop_markers(file.name)
        if latest.unusable is not None or latest.rejected:
            finish_unusable(self._folder, latest, self._address.format)
            self._folder.drop_markers(latest.name)
            raise DeliveryFailed(
                f"stock: {latest.name} cannot be read, see rejects/", refused=False
            )
        found = [one.told for one in documents_after(self._folder, latest, 0)]
        rows = tuple(told for told in found if isinstance(told, StockAt))
        return StockSnapshot(rows, latest.version)


async def _page(feed: FileFeed, cursor: str, kind: type[Item]) -> Page[Item]:
    page = await asyncio.to_thread(failing_clearly(feed.read), cursor)
    items = tuple(item for item in page.items if isinstance(item, kind))
    return Page(items, page.cursor, page.more)


def connect(url: str) -> FolderConnector:
    """:class:`~planner.warehouse.errors.InvalidMessage` on an address that cannot be used."""
    return FolderConnector(read_address(url))
