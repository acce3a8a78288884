"""What the connection to a WMS needs of a store; part of :mod:`wms_bridge.ports`."""

from typing import Protocol

from wms_bridge.records.links import (
    CursorRecord,
    DocumentKind,
    Feed,
    ForeignMove,
    InboxEntry,
    InboxQuery,
    InboxState,
    LinkStatus,
    StockCheck,
)
from wms_bridge.records.work import OutboxMessage


class LinksReading(Protocol):
    """Questions to the store."""

    def inbox_entry(self, number: int) -> InboxEntry | None:
        """One document."""

    def inbox_repeat(
        self, source: str, kind: DocumentKind, key: str, version: str, body_hash: str
    ) -> InboxEntry | None:
        """The document, if the very same came before."""

    def inbox_latest(self, source: str, kind: DocumentKind, key: str) -> InboxEntry | None:
        """The latest document about something."""

    def inbox(self, query: InboxQuery) -> tuple[InboxEntry, ...]:
        """Documents as asked for, the latest first."""

    def inbox_count(self, state: InboxState) -> int:
        """How many documents are in a state."""

    def cursor(self, source: str, feed: Feed) -> CursorRecord | None:
        """How far a feed has been read."""

    def cursors(self) -> tuple[CursorRecord, ...]:
        """All of them, by source and feed."""

    def foreign_moves(self, before: int | None, limit: int) -> tuple[ForeignMove, ...]:
        """Stock moved by the WMS on its own account, the latest first."""

    def foreign_move_count(self) -> int:
        """How many of them there are."""

    def last_stock_check(self) -> StockCheck | None:
        """The latest check of the WMS's stock."""

    def next_head_ms(self) -> int | None:
        """When the earliest of those messages that are first of their key may be tried (ms);
        ``None`` without any."""

    def untold(self) -> tuple[OutboxMessage, ...]:
        """Messages that the WMS does not have, or may not have: pending or dead, by number."""


class LinksWriting(LinksReading, Protocol):
    """Changes to the store."""

    def add_inbox(self, entry: InboxEntry) -> None:
        """Keep a new document; its ``number`` is ignored and the next one given."""

    def put_inbox(self, entry: InboxEntry) -> None:
        """Replace a document."""

    def put_cursor(self, record: CursorRecord) -> None:
        """Replace how far a feed has been read."""

    def add_foreign_move(self, move: ForeignMove) -> bool:
        """Keep a move, once by its source and name; whether it is news. Its ``number`` is ignored
        and the next one given."""

    def add_stock_check(self, check: StockCheck) -> None:
        """Keep a check of the WMS's stock."""


class WmsSender(Protocol):
    """The way to the WMS. ``send`` and ``find`` raise
    :class:`~wms_bridge.ports.store.DeliveryFailed`."""

    @property
    def fence_ms(self) -> int:
        """How long after a request without an answer the WMS may still carry it out (ms). 0: the
        WMS knows repeats by the message's name, so nothing needs to be searched."""

    async def send(self, message: OutboxMessage) -> str:
        """Deliver; what became of it in a few words. What is done already is not done again."""

    async def find(self, message: OutboxMessage) -> bool:
        """Whether the WMS has all that the message tells."""

    async def close(self) -> None:
        """Let go of connections."""


class WmsLink(Protocol):
    """What is polled of a WMS, as people see it; runs as long as the bridge does."""

    async def run(self) -> None:
        """Poll until cancelled."""

    @property
    def status(self) -> LinkStatus:
        """How it is now."""

    async def check_stock(self) -> StockCheck:
        """Hold all stock of the WMS against our books now.
        :class:`~wms_bridge.ports.store.NoStockTold` if there is none to compare,
        :class:`~wms_bridge.ports.store.DeliveryFailed` if it cannot be asked."""
