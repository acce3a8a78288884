"""A store that keeps everything, and a way to the WMS."""

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from typing import Protocol

from planner.warehouse.events import Event
from planner.warehouse.ids import (
    LineId,
    OrderId,
    PickId,
    PodId,
    PutId,
    ReceiptId,
    RuleId,
    Sku,
    SlotId,
    StationId,
)
from wms_bridge.ledger import Account, Entry, Holding, Movement
from wms_bridge.ports.access import AccessReading, AccessWriting
from wms_bridge.ports.alarms import AlarmsReading, AlarmsWriting
from wms_bridge.ports.counts import CountReading, CountWriting
from wms_bridge.ports.foresight import ForesightReading, ForesightWriting
from wms_bridge.ports.interventions import InterventionsReading, InterventionsWriting
from wms_bridge.ports.kpis import KpisReading, KpisWriting
from wms_bridge.ports.links import LinksReading, LinksWriting
from wms_bridge.ports.lots import LotsReading, LotsWriting
from wms_bridge.ports.policies import PoliciesReading, PoliciesWriting
from wms_bridge.ports.promises import PromisesReading, PromisesWriting
from wms_bridge.ports.siting import SitingReading, SitingWriting
from wms_bridge.ports.tower import TowerReading, TowerWriting
from wms_bridge.ports.tracing import TracingReading, TracingWriting
from wms_bridge.ports.walls import WallsReading, WallsWriting
from wms_bridge.ports.whatif import WhatIfReading, WhatIfWriting
from wms_bridge.records.work import (
    Discrepancy,
    LineRecord,
    NumberedEvent,
    OrderQuery,
    OrderRecord,
    OutboxMessage,
    PickRecord,
    PolicyRecord,
    PutRecord,
    ReceiptQuery,
    ReceiptRecord,
    Remembered,
    RuleRecord,
    SkuRecord,
    StationRecord,
    Tally,
)


class Reading(
    CountReading,
    LotsReading,
    TracingReading,
    LinksReading,
    KpisReading,
    AccessReading,
    PromisesReading,
    AlarmsReading,
    ForesightReading,
    WallsReading,
    InterventionsReading,
    SitingReading,
    PoliciesReading,
    TowerReading,
    WhatIfReading,
    Protocol,
):
    """Questions to the store. Records that are not there are ``None``."""

    def known_skus(self, skus: Collection[Sku]) -> Set[Sku]:
        """Those of ``skus`` that are in the catalogue."""

    def catalogue(
        self, after: Sku | None = None, limit: int | None = None
    ) -> tuple[SkuRecord, ...]:
        """The catalogue by SKU: those after ``after``, at most ``limit``; all if neither is
        given."""

    def sku(self, sku: Sku) -> SkuRecord | None:
        """What the catalogue says of one SKU."""

    def sku_records(self, skus: Collection[Sku]) -> tuple[SkuRecord, ...]:
        """What the catalogue says of those of ``skus`` that are in it."""

    def rules(self) -> tuple[RuleRecord, ...]:
        """Rules of the floor in force, in the order they were first set."""

    def policy(self) -> PolicyRecord | None:
        """The routing policy in force."""

    def remembered(self, key: str) -> Remembered | None:
        """The request taken under a key."""

    def order(self, order: OrderId) -> OrderRecord | None:
        """One order."""

    def orders(self, query: OrderQuery) -> tuple[OrderRecord, ...]:
        """Orders as asked for."""

    def line(self, line: LineId) -> LineRecord | None:
        """One line."""

    def lines(self, order: OrderId) -> tuple[LineRecord, ...]:
        """The lines of an order, by position."""

    def balance(self, account: Account, sku: Sku) -> int:
        """Pieces on an account; 0 if it never had any."""

    def holdings(
        self,
        account: Account | None = None,
        sku: Sku | None = None,
        pod: PodId | None = None,
        after: tuple[Account, Sku] | None = None,
        limit: int | None = None,
    ) -> tuple[Holding, ...]:
        """What lies where, by account and SKU, narrowed by what is given; zeros included. Of those
        the ones behind ``after``, at most ``limit``."""

    def entries(self) -> Iterator[Entry]:
        """The books in order. :class:`LedgerImbalance` on a row that no movement can have."""

    def last_entry(self) -> int:
        """Number of the latest entry of the books; 0 if there is none."""

    def movements_of(self, account: Account, since_ms: int) -> tuple[Entry, ...]:
        """Entries that took pieces from an account or gave it some at ``since_ms`` or later, in
        order."""

    def pick(self, pick: PickId) -> PickRecord | None:
        """One pick."""

    def open_picks(self, station: StationId, after: int) -> tuple[PickRecord, ...]:
        """Open picks of a station, in the order shown, with a number above ``after``."""

    def order_picks(self, order: OrderId) -> tuple[PickRecord, ...]:
        """Open picks of an order, in the order shown."""

    def confirmed_picks(self, order: OrderId) -> tuple[PickRecord, ...]:
        """Confirmed picks of an order, in the order shown."""

    def picks_of_slot(self, slot: SlotId, since_ms: int) -> tuple[PickRecord, ...]:
        """Picks from a slot that were open at ``since_ms`` or later, in the order shown."""

    def failed_picks(self) -> tuple[PickRecord, ...]:
        """Open picks that a robot arm failed at, in the order shown."""

    def stations(self) -> tuple[StationRecord, ...]:
        """Stations that were ever closed, by name."""

    def receipt(self, receipt: ReceiptId) -> ReceiptRecord | None:
        """Goods received."""

    def receipts(self, query: ReceiptQuery) -> tuple[ReceiptRecord, ...]:
        """Receipts as asked for, oldest first."""

    def put(self, put: PutId) -> PutRecord | None:
        """One put."""

    def puts_of(self, receipt: ReceiptId) -> tuple[PutRecord, ...]:
        """All puts of a receipt, in the order shown."""

    def puts_of_slot(self, slot: SlotId, since_ms: int) -> tuple[PutRecord, ...]:
        """Puts into a slot that were open at ``since_ms`` or later, in the order shown."""

    def open_puts(self, station: StationId, after: int) -> tuple[PutRecord, ...]:
        """Puts of a station not yet confirmed, in the order shown, with a number above
        ``after``."""

    def events(self, after: int, limit: int) -> tuple[NumberedEvent, ...]:
        """The fleet feed above a number."""

    def last_event(self) -> int:
        """Number of the latest event on the fleet feed; 0 if there is none."""

    def message(self, number: int) -> OutboxMessage | None:
        """One message."""

    def pending(self, now_ms: int, limit: int) -> tuple[OutboxMessage, ...]:
        """The oldest pending message of each order or receipt, if its time has come, oldest
        first."""

    def next_pending_ms(self) -> int | None:
        """When the earliest pending message may be tried (ms); ``None`` without any."""

    def backlog(self) -> int:
        """How many messages are pending."""

    def dead(self, limit: int) -> tuple[OutboxMessage, ...]:
        """Messages given up, the latest first."""

    def dead_count(self) -> int:
        """How many messages are given up."""

    def discrepancies(self, limit: int) -> tuple[Discrepancy, ...]:
        """Discrepancies, newest first."""

    def tallies(self) -> Mapping[Tally, int]:
        """All counts, zeros included."""


class Writing(
    Reading,
    CountWriting,
    LotsWriting,
    TracingWriting,
    LinksWriting,
    KpisWriting,
    AccessWriting,
    PromisesWriting,
    AlarmsWriting,
    ForesightWriting,
    WallsWriting,
    InterventionsWriting,
    SitingWriting,
    PoliciesWriting,
    TowerWriting,
    WhatIfWriting,
    Protocol,
):
    """Changes to the store: all of a transaction or none."""

    def put_skus(self, skus: Sequence[SkuRecord]) -> None:
        """Add to the catalogue, or replace what it says."""

    def put_rule(self, rule: RuleRecord) -> None:
        """Add a rule, or replace the one with its id."""

    def remove_rule(self, rule: RuleId) -> None:
        """Forget a rule."""

    def put_policy(self, policy: PolicyRecord) -> None:
        """Replace the routing policy."""

    def remember(self, request: Remembered) -> None:
        """Keep that a request was taken."""

    def add_order(self, order: OrderRecord, lines: Sequence[LineRecord]) -> None:
        """Keep a new order; its ``number`` is ignored and the next one given."""

    def put_order(self, order: OrderRecord) -> None:
        """Replace an order."""

    def add_lines(self, lines: Sequence[LineRecord]) -> None:
        """Keep more lines of orders that are there."""

    def put_line(self, line: LineRecord) -> None:
        """Replace a line."""

    def post(self, movements: Sequence[Movement]) -> None:
        """Append to the books and keep the balances. :class:`InvalidStock` on a key seen before,
        or if a slot or tote would hold less than nothing."""

    def add_pick(self, pick: PickRecord) -> None:
        """Keep a new pick; its ``number`` is ignored and the next one given."""

    def put_pick(self, pick: PickRecord) -> None:
        """Replace a pick."""

    def add_receipt(self, receipt: ReceiptRecord) -> None:
        """Keep a new receipt; its ``number`` is ignored and the next one given."""

    def put_receipt(self, receipt: ReceiptRecord) -> None:
        """Replace a receipt."""

    def add_put(self, put: PutRecord) -> None:
        """Keep a new put; its ``number`` is ignored and the next one given."""

    def put_put(self, put: PutRecord) -> None:
        """Replace a put."""

    def put_station(self, station: StationRecord) -> None:
        """Replace what is known of a station."""

    def append_event(self, event: Event, at_ms: int) -> None:
        """Put an event on the fleet feed."""

    def add_message(self, message: OutboxMessage) -> None:
        """Keep a message for the WMS; its ``number`` is ignored and the next one given."""

    def put_message(self, message: OutboxMessage) -> None:
        """Replace a message."""

    def add_discrepancy(self, discrepancy: Discrepancy) -> None:
        """Keep a discrepancy; its ``number`` is ignored and the next one given."""

    def tally(self, counted: Mapping[Tally, int]) -> None:
        """Add to counts."""


class Store(Protocol):
    """Keeps everything. One writer at a time; readers see whole transactions only. Safe to use
    from several threads."""

    def reading(self) -> AbstractContextManager[Reading]:
        """A consistent look at everything."""

    def writing(self) -> AbstractContextManager[Writing]:
        """A transaction: kept when the block ends, undone when it raises."""

    def close(self) -> None:
        """Let go of files and connections."""


class DeliveryFailed(Exception):
    """A message did not get through, or nobody knows whether it did.

    With ``refused`` the WMS is there and said no to this message; without, the WMS cannot be
    reached or is not well, and other messages would fare the same. With ``unknown`` the answer was
    lost: what was asked for may have been done, or be done yet.
    """

    def __init__(self, reason: str, *, refused: bool, unknown: bool = False):
        self.reason = reason
        self.refused = refused
        self.unknown = unknown
        super().__init__(reason)


class NoStockTold(DeliveryFailed):
    """A WMS has no stock to tell: now, or ever. It may be as well as can be."""

    def __init__(self, reason: str):
        super().__init__(reason, refused=True)
