"""The bridge between a WMS and the fleet: orders in, picks, the books, confirmations out.

No web, no SQL, no clock: everything is kept in a :class:`~wms_bridge.ports.store.Store`, and times
are handed in (integer milliseconds). Every change is one transaction; what it means for others (an
event on the fleet feed, a message to the WMS) is kept in the same one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from planner.warehouse.commands import Command
from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import (
    OrderId,
    PickId,
    PodId,
    PutId,
    ReceiptId,
    Sku,
    SlotId,
    StationId,
)
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.receipts import Receipt
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance
from wms_bridge.changing import OrderAltered, cancel_order, change_order, prioritise_order
from wms_bridge.commanding import take_command
from wms_bridge.counts import Counts
from wms_bridge.intake import OrderAccepted, order_key, take_order
from wms_bridge.ledger import LedgerReport, slot_account, slot_of, verify
from wms_bridge.openings import check_station, set_station, stations
from wms_bridge.picking import (
    PickTaken,
    confirm_pick,
    fail_pick,
)
from wms_bridge.ports.store import Store, Writing
from wms_bridge.putting import PutTaken, confirm_put
from wms_bridge.receiving import ReceiptAccepted, receipt_key, take_receipt
from wms_bridge.records.counts import CountParams
from wms_bridge.records.work import (
    AlarmRecord,
    Discrepancy,
    LineRecord,
    NumberedEvent,
    OrderQuery,
    OrderRecord,
    OutboxMessage,
    PickRecord,
    PutRecord,
    ReceiptQuery,
    ReceiptRecord,
    SkuRecord,
    StationRecord,
    Tally,
)
from wms_bridge.redelivery import retry_message
from wms_bridge.rulebook import Rulebook
from wms_bridge.ruling import RuleChecker, check_alone
from wms_bridge.shelves import Shelves
from wms_bridge.stocking import StockLoaded, load_stock, put_skus
from wms_bridge.topics import Topic, topics_of

ORDERS_PER_TRANSACTION = 200


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """An order with its lines."""

    order: OrderRecord
    lines: tuple[LineRecord, ...]


class Bridge:
    """Everything the bridge does. Safe to call from several threads. ``check_rule`` refuses rules
    of the floor; by default those that make no sense on any floor. What operators decide for the
    whole floor, rules and the routing policy, is in the ``rulebook``; counting, judged by
    ``counting``, in ``counts``."""

    def __init__(
        self,
        site: Site,
        store: Store,
        check_rule: RuleChecker = check_alone,
        counting: CountParams | None = None,
    ):
        self.site = site
        self.shelves = Shelves(site)
        self.store = store
        self.rulebook = Rulebook(store, check_rule, lambda: self._tell(Topic.FEED))
        self.counts = Counts(store, self.shelves, counting or CountParams(), self._tell_counts)
        self._listeners: list[Callable[[Topic], None]] = []

    def subscribe(self, listener: Callable[[Topic], None]) -> None:
        """Have ``listener`` called after every change, in the thread that made it."""
        self._listeners.append(listener)

    # --- master data and stock ---

    def put_skus(self, skus: Sequence[SkuRecord], now_ms: int = 0) -> None:
        """Add to the catalogue. :class:`InvalidStock` on an unusable SKU."""
        with self.store.writing() as tx:
            put_skus(tx, skus, now_ms)
        self._tell(Topic.FEED)

    def catalogue(self) -> tuple[SkuRecord, ...]:
        """All SKUs."""
        with self.store.reading() as tx:
            return tx.catalogue()

    def load_stock(self, records: Sequence[Balance], key: str, now_ms: int) -> StockLoaded:
        """Post opening stock, all or nothing; see :func:`wms_bridge.stocking.load_stock`."""
        with self.store.writing() as tx:
            loaded = load_stock(tx, self.shelves, records, key, now_ms)
        self._tell(Topic.FEED)
        return loaded

    def stock(
        self, sku: Sku | None = None, slot: SlotId | None = None, pod: PodId | None = None
    ) -> tuple[Balance, ...]:
        """What lies in slots that ever had anything, narrowed by what is given."""
        account = None if slot is None else slot_account(slot)
        with self.store.reading() as tx:
            places = tx.holdings(account=account, sku=sku, pod=pod)
        return tuple(
            Balance(slot_of(place.account), place.sku, place.quantity)
            for place in places
            if self.shelves.has_slot(slot_of(place.account))
        )

    # --- orders ---

    def receive_order(self, order: PickOrder, now_ms: int, key: str | None = None) -> OrderAccepted:
        """Take an order once; see :func:`wms_bridge.intake.take_order`. Without a ``key`` the
        order id serves."""
        with self.store.writing() as tx:
            accepted = take_order(tx, order, key or order_key(order.order), now_ms)
        self._tell(Topic.FEED)
        return accepted

    def receive_orders(
        self, orders: Sequence[PickOrder], now_ms: int
    ) -> tuple[OrderAccepted | PodherdError, ...]:
        """Take many orders: for each, in the order given, the answer or what is wrong with it."""
        results: list[OrderAccepted | PodherdError] = []
        for start in range(0, len(orders), ORDERS_PER_TRANSACTION):
            with self.store.writing() as tx:
                chunk = orders[start : start + ORDERS_PER_TRANSACTION]
                results.extend([_try_order(tx, order, now_ms) for order in chunk])
            self._tell(Topic.FEED)
        return tuple(results)

    def cancel_order(self, order: OrderId, now_ms: int, key: str | None = None) -> OrderAltered:
        """Stop an order; see :func:`wms_bridge.changing.cancel_order`."""
        with self.store.writing() as tx:
            altered = cancel_order(tx, order, key, now_ms)
        return self._told(altered)

    def change_order(self, order: PickOrder, now_ms: int, key: str | None = None) -> OrderAltered:
        """Give an order new contents; see :func:`wms_bridge.changing.change_order`."""
        with self.store.writing() as tx:
            altered = change_order(tx, order, key, now_ms)
        return self._told(altered)

    def prioritise_order(
        self,
        order: OrderId,
        priority: int,
        now_ms: int,
        due_ms: int | None = None,
        key: str | None = None,
    ) -> OrderAltered:
        """Make an order urgent, or ordinary; see :func:`wms_bridge.changing.prioritise_order`."""
        with self.store.writing() as tx:
            altered = prioritise_order(tx, order, priority, due_ms, key, now_ms)
        return self._told(altered)

    def _told(self, altered: OrderAltered) -> OrderAltered:
        for topic in (Topic.FEED, Topic.PICKS, Topic.OUTBOX):
            self._tell(topic)
        return altered

    def order(self, order: OrderId) -> OrderDetails | None:
        """An order and its lines."""
        with self.store.reading() as tx:
            record = tx.order(order)
            return OrderDetails(record, tx.lines(order)) if record else None

    def orders(self, query: OrderQuery) -> tuple[OrderRecord, ...]:
        """Orders as asked for."""
        with self.store.reading() as tx:
            return tx.orders(query)

    # --- goods received ---

    def receive_goods(
        self, receipt: Receipt, now_ms: int, key: str | None = None
    ) -> ReceiptAccepted:
        """Take goods received once; see :func:`wms_bridge.receiving.take_receipt`. Without a
        ``key`` the receipt id serves."""
        with self.store.writing() as tx:
            used = key or receipt_key(receipt.receipt)
            accepted = take_receipt(tx, self.shelves, receipt, used, now_ms)
        self._tell(Topic.FEED)
        return accepted

    def receipt(self, receipt: ReceiptId) -> ReceiptRecord | None:
        """Goods received."""
        with self.store.reading() as tx:
            return tx.receipt(receipt)

    def receipts(self, query: ReceiptQuery) -> tuple[ReceiptRecord, ...]:
        """Receipts as asked for."""
        with self.store.reading() as tx:
            return tx.receipts(query)

    def open_puts(self, station: StationId, after: int = 0) -> tuple[PutRecord, ...]:
        """Puts of a station still to do, in the order shown; :class:`NotFound` if there is no
        such station."""
        check_station(self.shelves, station)
        with self.store.reading() as tx:
            return tx.open_puts(station, after)

    def confirm_put(
        self, put: PutId, quantity: int, now_ms: int, key: str | None = None
    ) -> PutTaken:
        """Post what was put into a slot, once; see :func:`wms_bridge.putting.confirm_put`.
        Without a ``key`` the put id serves."""
        with self.store.writing() as tx:
            taken = confirm_put(tx, self.shelves, put, quantity, key or f"put/{put}", now_ms)
        for topic in (Topic.FEED, Topic.PUTS, Topic.OUTBOX):
            self._tell(topic)
        return taken

    # --- the fleet ---

    def apply(self, commands: Sequence[Command], now_ms: int) -> tuple[PodherdError | None, ...]:
        """Do what the dispatcher wants, in order; for each command what is wrong with it, if
        anything. A command that came before is not done again."""
        with self.store.writing() as tx:
            results = tuple(take_command(tx, self.shelves, command, now_ms) for command in commands)
        for topic in topics_of(commands):
            self._tell(topic)
        return results

    def feed(self, after: int, limit: int = 1000) -> tuple[NumberedEvent, ...]:
        """Events for the dispatcher with a number above ``after``."""
        with self.store.reading() as tx:
            return tx.events(after, limit)

    # --- picks ---

    def open_picks(self, station: StationId, after: int = 0) -> tuple[PickRecord, ...]:
        """Picks of a station still to do, in the order shown; :class:`NotFound` if there is no
        such station."""
        check_station(self.shelves, station)
        with self.store.reading() as tx:
            return tx.open_picks(station, after)

    def confirm_pick(
        self,
        pick: PickId,
        quantity: int,
        now_ms: int,
        reason: ShortReason | None = None,
        key: str | None = None,
    ) -> PickTaken:
        """Post what the picker took, once; see :func:`wms_bridge.picking.confirm_pick`. Without a
        ``key`` the pick id serves."""
        with self.store.writing() as tx:
            taken = confirm_pick(tx, pick, quantity, reason, key or f"pick/{pick}", now_ms)
        for topic in (Topic.FEED, Topic.PICKS, Topic.OUTBOX):
            self._tell(topic)
        return taken

    def fail_pick(self, pick: PickId, now_ms: int) -> PickRecord:
        """A robot arm gives a pick up for a person to take; see
        :func:`wms_bridge.picking.fail_pick`."""
        with self.store.writing() as tx:
            record = fail_pick(tx, pick, now_ms)
        self._tell(Topic.FEED)
        return record

    def exceptions(self) -> tuple[PickRecord, ...]:
        """Picks that a robot arm failed at and that a person may still take, in the order shown."""
        with self.store.reading() as tx:
            return tx.failed_picks()

    # --- stations ---

    def stations(self) -> tuple[StationRecord, ...]:
        """All stations of the site."""
        with self.store.reading() as tx:
            return stations(tx, self.shelves)

    def close_station(
        self, station: StationId, now_ms: int, *, at_once: bool = False
    ) -> StationRecord:
        """Close a station: it takes no more orders and finishes those it has, or not even those
        if ``at_once``. :class:`NotFound` if there is none of this name."""
        return self._set_station(station, True, at_once, now_ms)

    def open_station(self, station: StationId, now_ms: int) -> StationRecord:
        """Let a station work again. :class:`NotFound` if there is none of this name."""
        return self._set_station(station, False, False, now_ms)

    def _set_station(
        self, station: StationId, closed: bool, at_once: bool, now_ms: int
    ) -> StationRecord:
        with self.store.writing() as tx:
            record = set_station(tx, self.shelves, station, closed, at_once, now_ms)
        self._tell(Topic.FEED)
        return record

    # --- the outbox ---

    def retry_message(self, number: int, now_ms: int) -> OutboxMessage:
        """Put a dead message back into the outbox; see
        :func:`wms_bridge.redelivery.retry_message`."""
        with self.store.writing() as tx:
            message = retry_message(tx, number, now_ms)
        self._tell(Topic.OUTBOX)
        return message

    # --- looking ---

    def discrepancies(self, limit: int = 100) -> tuple[Discrepancy, ...]:
        """Where the books and the slots differed, newest first."""
        with self.store.reading() as tx:
            return tx.discrepancies(limit)

    def alarms(self) -> tuple[AlarmRecord, ...]:
        """The latest word on every subject, newest first."""
        with self.store.reading() as tx:
            return tx.alarms()

    def tallies(self) -> dict[Tally, int]:
        """What was counted since the bridge was set up."""
        with self.store.reading() as tx:
            return dict(tx.tallies())

    def verify(self) -> LedgerReport:
        """Check the books from the first entry on."""
        return verify_store(self.store)

    def _tell_counts(self) -> None:
        for topic in (Topic.FEED, Topic.COUNTS, Topic.OUTBOX, Topic.ALARMS):
            self._tell(topic)

    def _tell(self, topic: Topic) -> None:
        for listener in self._listeners:
            listener(topic)


def verify_store(store: Store) -> LedgerReport:
    """Check the books in a store, and that its balances are those of the books."""
    with store.reading() as tx:
        stored = {(place.account, place.sku): place.quantity for place in tx.holdings()}
        return verify(tx.entries(), stored)


def _try_order(tx: Writing, order: PickOrder, now_ms: int) -> OrderAccepted | PodherdError:
    try:
        return take_order(tx, order, order_key(order.order), now_ms)
    except PodherdError as error:
        return error
