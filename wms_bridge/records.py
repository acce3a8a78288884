"""What the bridge remembers, one frozen record per thing; a :class:`~wms_bridge.ports.Store`
keeps them."""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.commands import AlarmKind
from planner.warehouse.events import Event
from planner.warehouse.ids import LineId, OrderId, PickId, RobotId, Sku, SlotId, StationId
from planner.warehouse.picks import PickTask, ShortReason


class OrderStatus(StrEnum):
    """How far an order is."""

    OPEN = "open"
    COMPLETE = "complete"
    COMPLETE_SHORT = "complete_short"
    """Finished, but some pieces will not be delivered."""


class Sort(StrEnum):
    """Which of the orders listed comes first."""

    NEWEST = "newest"
    OLDEST = "oldest"


class Tally(StrEnum):
    """What the bridge counts since it was set up."""

    ORDERS_RECEIVED = "orders_received"
    ORDERS_COMPLETED = "orders_completed"
    """Includes those that came out short."""
    ORDERS_COMPLETED_SHORT = "orders_completed_short"
    LINES_RECEIVED = "lines_received"
    LINES_CLOSED = "lines_closed"
    LINES_SHORT = "lines_short"
    PICKS_CONFIRMED = "picks_confirmed"
    PICKS_SHORT = "picks_short"
    PIECES_ORDERED = "pieces_ordered"
    PIECES_PICKED = "pieces_picked"
    PIECES_SHORT = "pieces_short"
    DISCREPANCIES = "discrepancies"


@dataclass(frozen=True, slots=True)
class SkuRecord:
    """An article of the catalogue."""

    sku: Sku
    description: str = ""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A request that was taken: its key, the SHA-256 of its body and what was answered."""

    key: str
    body_hash: str
    answer: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """A pick order and its progress; ``number`` counts received orders from 1 and
    ``lines_closed`` those of which nothing is left to pick."""

    number: int
    order: OrderId
    body_hash: str
    received_ms: int
    due_ms: int | None
    status: OrderStatus
    completed_ms: int | None
    lines: int
    lines_closed: int
    pieces: int
    picked: int
    short: int


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """Which orders to list: the first ``limit`` in the order of ``sort``, with a number above
    ``after`` and below ``before``."""

    status: OrderStatus | None = None
    sort: Sort = Sort.NEWEST
    after: int = 0
    before: int | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One line: ``picked + short + shown <= quantity``, where ``shown`` pieces are asked for in
    picks not yet confirmed and ``short`` pieces will not come."""

    line: LineId
    order: OrderId
    position: int
    sku: Sku
    quantity: int
    picked: int = 0
    short: int = 0
    shown: int = 0
    reason: ShortReason | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing is left to pick."""
        return self.picked + self.short >= self.quantity


@dataclass(frozen=True, slots=True)
class PickRecord:
    """A pick shown to a picker; ``number`` counts picks from 1. ``quantity`` and
    ``confirmed_ms`` are ``None`` until the picker confirms it."""

    number: int
    task: PickTask
    robot: RobotId
    shown_ms: int
    quantity: int | None = None
    reason: ShortReason | None = None
    confirmed_ms: int | None = None


@dataclass(frozen=True, slots=True)
class NumberedEvent:
    """An event on the fleet feed; numbers count from 1 without gaps."""

    number: int
    at_ms: int
    event: Event


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message for the WMS. ``message`` is the same in every attempt; ``body`` is JSON.
    ``refusals`` counts how often the WMS said no; ``dead_ms`` is when it was given up."""

    number: int
    message: str
    order: OrderId
    body: str
    created_ms: int
    attempts: int = 0
    next_ms: int = 0
    error: str = ""
    delivered_ms: int | None = None
    refusals: int = 0
    dead_ms: int | None = None

    @property
    def pending(self) -> bool:
        """Whether it is still to be delivered."""
        return self.delivered_ms is None and self.dead_ms is None


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A slot was found to hold ``found`` pieces where the books had ``books``, before the pick."""

    number: int
    at_ms: int
    pick: PickId
    station: StationId
    slot: SlotId
    sku: Sku
    books: int
    found: int


@dataclass(frozen=True, slots=True)
class AlarmRecord:
    """The latest word on one subject; ``changed_ms`` is when ``active`` last changed."""

    kind: AlarmKind
    subject: str
    text: str
    active: bool
    changed_ms: int
