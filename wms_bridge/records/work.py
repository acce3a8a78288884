"""Orders, lines, picks, puts, stations, messages: the work of a shift."""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.events import Event
from planner.warehouse.flows import Flow, RoutingPolicy, SkuFacts
from planner.warehouse.ids import (
    NO_LOT,
    LineId,
    Lot,
    OrderId,
    PickId,
    ReceiptId,
    RobotId,
    Sku,
    SlotId,
    StationId,
)
from planner.warehouse.picks import PickTask, ShortReason
from planner.warehouse.receipts import PutTask
from planner.warehouse.rules import FloorRule


class OrderStatus(StrEnum):
    """How far an order is."""

    OPEN = "open"
    COMPLETE = "complete"
    COMPLETE_SHORT = "complete_short"
    """Finished, but some pieces will not be delivered."""
    CANCELLED = "cancelled"
    """Nothing more of it is wanted; what was picked before is in its tote."""


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
    ORDERS_CANCELLED = "orders_cancelled"
    ORDERS_CHANGED = "orders_changed"
    """How often the contents of an order were changed."""
    LINES_RECEIVED = "lines_received"
    LINES_CLOSED = "lines_closed"
    LINES_SHORT = "lines_short"
    LINES_ROUTED = "lines_routed"
    """Handed back for another flow."""
    PICKS_CONFIRMED = "picks_confirmed"
    PICKS_SHORT = "picks_short"
    PICKS_WITHDRAWN = "picks_withdrawn"
    PICKS_FAILED = "picks_failed"
    """A robot arm failed at them, whatever came of them afterwards."""
    PIECES_ORDERED = "pieces_ordered"
    PIECES_PICKED = "pieces_picked"
    PIECES_SHORT = "pieces_short"
    PIECES_CANCELLED = "pieces_cancelled"
    """Of cancelled orders, neither picked nor given up before."""
    DISCREPANCIES = "discrepancies"
    RECEIPTS_RECEIVED = "receipts_received"
    RECEIPTS_PUT_AWAY = "receipts_put_away"
    PUTS_CONFIRMED = "puts_confirmed"
    PIECES_RECEIVED = "pieces_received"
    PIECES_PUT_AWAY = "pieces_put_away"
    COUNTS_TAKEN = "counts_taken"
    """Counts of slots from sensors, those that came again left out."""
    PERSON_COUNTS = "person_counts"
    SLOTS_SETTLED = "slots_settled"
    SLOTS_QUARANTINED = "slots_quarantined"
    COUNT_ADJUSTMENTS = "count_adjustments"
    """How often the books of a slot were set to what was counted."""


@dataclass(frozen=True, slots=True)
class SkuRecord:
    """An article of the catalogue; what is ``None`` is not known, see
    :class:`planner.warehouse.flows.SkuFacts`. ``piece_value`` is in the currency of the site."""

    sku: Sku
    description: str = ""
    size_class: str | None = None
    velocity_class: str | None = None
    weight_g: int | None = None
    case_quantity: int | None = None
    piece_value: float | None = None

    @property
    def facts(self) -> SkuFacts:
        """What the fleet is told of it."""
        return SkuFacts(
            self.sku, self.size_class, self.velocity_class, self.weight_g, self.case_quantity
        )


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """A rule of the floor in force, and since when."""

    rule: FloorRule
    set_ms: int


@dataclass(frozen=True, slots=True)
class PolicyRecord:
    """The routing policy in force, and since when."""

    policy: RoutingPolicy
    set_ms: int


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
    ``lines_closed`` those of which nothing is left to pick; ``changes`` is how often it has got
    new contents."""

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
    priority: int = 0
    changes: int = 0

    @property
    def etag(self) -> str:
        """Names what is asked for and how urgently: it is another after every change of contents,
        priority, due time or status, and the same while it is picked."""
        due = "" if self.due_ms is None else self.due_ms
        return f"{self.status.value}.{self.changes}.{self.priority}.{due}"


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """Which orders to list: the first ``limit`` in the order of ``sort``, with a number above
    ``after`` and below ``before``; with a ``search`` only those whose id holds it, or that have a
    line of exactly this SKU."""

    status: OrderStatus | None = None
    sort: Sort = Sort.NEWEST
    after: int = 0
    before: int | None = None
    limit: int = 100
    search: str = ""


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One line: ``picked + short + shown <= quantity``, where ``shown`` pieces are asked for in
    picks not yet confirmed and ``short`` pieces will not come. One of another ``flow`` than
    goods-to-person is not ours. It is for goods of ``owner`` (empty: the site's own), and if it
    names a ``lot`` for pieces of that only."""

    line: LineId
    order: OrderId
    position: int
    sku: Sku
    quantity: int
    picked: int = 0
    short: int = 0
    shown: int = 0
    reason: ShortReason | None = None
    flow: Flow = Flow.GOODS_TO_PERSON
    owner: str = ""
    lot: Lot = NO_LOT

    @property
    def closed(self) -> bool:
        """Whether nothing is left to pick."""
        routed = self.flow is not Flow.GOODS_TO_PERSON
        return routed or self.picked + self.short >= self.quantity


@dataclass(frozen=True, slots=True)
class PickRecord:
    """A pick shown to a picker; ``number`` counts picks from 1. ``quantity`` and
    ``confirmed_ms`` are ``None`` until the picker confirms it. ``failed_ms`` is when a robot arm
    gave it up: a person is to take it. Once withdrawn (``withdrawn_ms``) it can no more be
    confirmed. ``lot`` is the code of the lot to take where the slot holds several."""

    number: int
    task: PickTask
    robot: RobotId
    shown_ms: int
    quantity: int | None = None
    reason: ShortReason | None = None
    confirmed_ms: int | None = None
    failed_ms: int | None = None
    withdrawn_ms: int | None = None
    lot: str = ""

    @property
    def open(self) -> bool:
        """Whether it may still be confirmed."""
        return self.closed_ms is None

    @property
    def closed_ms(self) -> int | None:
        """When it was confirmed or withdrawn."""
        return self.confirmed_ms if self.withdrawn_ms is None else self.withdrawn_ms


@dataclass(frozen=True, slots=True)
class StationRecord:
    """Whether an operator has closed a station (``at_once``: without finishing what is on its put
    wall), and since when it is as it is."""

    station: StationId
    closed: bool = False
    at_once: bool = False
    changed_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ReceiptRecord:
    """Goods received: ``put + shown <= quantity``, where ``put`` pieces are in pods and ``shown``
    ones are asked for in puts not yet confirmed; ``number`` counts receipts from 1. All are of one
    ``lot``, if they are of any."""

    number: int
    receipt: ReceiptId
    body_hash: str
    sku: Sku
    quantity: int
    received_ms: int
    put: int = 0
    shown: int = 0
    completed_ms: int | None = None
    lot: Lot = NO_LOT


@dataclass(frozen=True, slots=True)
class ReceiptQuery:
    """Which receipts to list: the first ``limit`` with a number above ``after``, oldest first;
    only those with goods at the dock if ``open_only``."""

    open_only: bool = False
    after: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True)
class PutRecord:
    """A put shown at a station; ``number`` counts puts from 1. ``quantity`` and ``confirmed_ms``
    are ``None`` until it is confirmed."""

    number: int
    task: PutTask
    robot: RobotId
    shown_ms: int
    quantity: int | None = None
    confirmed_ms: int | None = None

    @property
    def closed_ms(self) -> int | None:
        """When it was confirmed."""
        return self.confirmed_ms


@dataclass(frozen=True, slots=True)
class NumberedEvent:
    """An event on the fleet feed; numbers count from 1 without gaps."""

    number: int
    at_ms: int
    event: Event


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """A message for the WMS about an order, a receipt or a slot. ``message`` is the same in every
    attempt; ``body`` is JSON. ``refusals`` counts how often the WMS said no; ``dead_ms`` is when it
    was given up. ``flying_ms`` is since when the WMS may have it, or may yet get it, without our
    knowing; ``outcome`` is what became of it there."""

    number: int
    message: str
    order: OrderId | None
    body: str
    created_ms: int
    attempts: int = 0
    next_ms: int = 0
    error: str = ""
    delivered_ms: int | None = None
    refusals: int = 0
    dead_ms: int | None = None
    receipt: ReceiptId | None = None
    slot: SlotId | None = None
    flying_ms: int | None = None
    outcome: str = ""

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
