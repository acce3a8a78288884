"""What the bridge remembers of the connection to a WMS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import PickOrder


class Feed(StrEnum):
    """What is read from a WMS, each from where it was read up to."""

    ITEMS = "items"
    RECEIPTS = "receipts"
    ORDERS = "orders"
    MOVES = "moves"


class DocumentKind(StrEnum):
    """What a document of the WMS is about."""

    ORDER = "order"
    RECEIPT = "receipt"
    ITEM = "item"


class WmsOrderState(StrEnum):
    """How an order is at the WMS."""

    OPEN = "open"
    CANCELLED = "cancelled"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class OrderTold:
    """What the WMS tells of an order; ``order`` is ``None`` where it tells no contents."""

    reference: OrderId
    state: WmsOrderState
    order: PickOrder | None


class InboxState(StrEnum):
    """What became of a document."""

    TAKEN = "taken"
    """All it asks for is so now."""
    LATE = "late"
    """It came too late: the order is finished here, and the WMS is told how."""
    REJECTED = "rejected"
    """It cannot be taken; somebody has to look at it."""
    SUPERSEDED = "superseded"
    """It was rejected, and a later document of its key took its place."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A document as it came: ``key`` names what it is about, ``version`` differs whenever its
    contents do, ``body`` is JSON."""

    kind: DocumentKind
    key: str
    version: str
    body: str


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """A document of a WMS and what became of it. ``body_hash`` is the SHA-256 of its body,
    ``outcome`` tells in a few words what was done and ``error`` why it was rejected; ``tries`` is
    how often that was tried."""

    number: int
    source: str
    kind: DocumentKind
    key: str
    version: str
    body_hash: str
    body: str
    received_ms: int
    state: InboxState = InboxState.REJECTED
    outcome: str = ""
    error: str = ""
    tries: int = 0
    decided_ms: int = 0


@dataclass(frozen=True, slots=True)
class InboxQuery:
    """Which documents to list, the latest first: those of a ``state``, with a number below
    ``before``, at most ``limit``."""

    state: InboxState | None = None
    before: int | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class CursorRecord:
    """How far a feed of a WMS has been read, and when."""

    source: str
    feed: Feed
    cursor: str
    read_ms: int


@dataclass(frozen=True, slots=True)
class ForeignMove:
    """Stock that the WMS moved on its own account: their books changed and ours did not. ``move``
    is its name there."""

    number: int
    source: str
    move: str
    from_location: str
    to_location: str
    sku: Sku
    quantity: int
    at_ms: int
    seen_ms: int
    lot: str = ""


@dataclass(frozen=True, slots=True)
class StockRow:
    """One SKU at one location of the WMS: ``ours`` pieces by our books, ``untold`` of them more
    there (less, if negative) once the WMS has been told all, ``theirs`` by its own. ``under_way``
    is whether the WMS is being told at the moment, so that it may know or not."""

    location: str
    sku: Sku
    ours: int
    untold: int
    theirs: int
    under_way: bool = False

    @property
    def difference(self) -> int:
        """Pieces that the WMS has too many (too few, if negative) for what it was told."""
        return self.theirs - self.ours - self.untold


@dataclass(frozen=True, slots=True)
class StockCheck:
    """The stock of a WMS held against our books; ``places`` is how many were compared,
    ``differences`` those that differ. ``elsewhere`` pieces lie where we have no place."""

    source: str
    at_ms: int
    places: int
    pieces_ours: int
    pieces_theirs: int
    elsewhere: int
    differences: tuple[StockRow, ...]


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """How reading from a WMS goes. ``circuit`` is ``closed`` (well), ``open`` (left alone for a
    while) or ``half_open`` (being tried); ``failures`` counts attempts since the last that went
    well; ``read_ms`` is when each feed was last read. ``fence_ms``: so long after a request without
    an answer the WMS may still carry it out; nothing is searched or sent again before."""

    source: str
    circuit: str = "closed"
    failures: int = 0
    last_error: str = ""
    last_error_ms: int | None = None
    read_ms: Mapping[str, int] = field(default_factory=dict)
    fence_ms: int | None = None
