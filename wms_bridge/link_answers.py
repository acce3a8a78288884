"""What the bridge answers over HTTP about its link to a WMS. Times are milliseconds of its clock
(since 1970 UTC)."""

from dataclasses import dataclass

from planner.warehouse.ids import Sku
from wms_bridge.records.links import CursorRecord, DocumentKind, InboxState, LinkStatus


@dataclass(frozen=True, slots=True)
class InboxDocument:
    """A document without its body; see :class:`wms_bridge.records.links.InboxEntry`."""

    number: int
    source: str
    kind: DocumentKind
    key: str
    version: str
    received_ms: int
    state: InboxState
    outcome: str
    error: str
    tries: int
    decided_ms: int


@dataclass(frozen=True, slots=True)
class LinkState:
    """``reading`` is how polling goes (null: nothing is polled) and ``telling`` how the outbox is
    emptied: ``closed``, ``open`` or ``half_open`` (null: nobody is told). ``under_way`` of the
    ``backlog`` messages are being sent; ``rejected`` documents wait for somebody, ``late`` ones
    came too late; ``foreign_moves`` were made by the WMS on its own account."""

    reading: LinkStatus | None
    telling: str | None
    under_way: int
    backlog: int
    cursors: tuple[CursorRecord, ...]
    rejected: int
    late: int
    foreign_moves: int


@dataclass(frozen=True, slots=True)
class StockDifference:
    """One SKU at one location of the WMS; see :class:`wms_bridge.records.links.StockRow`.
    ``difference`` is how many pieces the WMS has too many for what it was told."""

    location: str
    sku: Sku
    ours: int
    untold: int
    theirs: int
    under_way: bool
    difference: int


@dataclass(frozen=True, slots=True)
class StockState:
    """See :class:`wms_bridge.records.links.StockCheck`."""

    source: str
    at_ms: int
    places: int
    pieces_ours: int
    pieces_theirs: int
    elsewhere: int
    differences: tuple[StockDifference, ...]
