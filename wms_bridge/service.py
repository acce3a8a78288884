"""The bridge between a WMS and the fleet: orders in, picks, the books, confirmations out.

No web, no SQL, no clock: everything is kept in a :class:`~wms_bridge.ports.Store`, and times are
handed in (integer milliseconds). Every change is one transaction; what it means for others (an
event on the fleet feed, a message to the WMS) is kept in the same one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from planner.warehouse.commands import Command, RaiseAlarm, ShortenLine, ShowPicks
from planner.warehouse.errors import InvalidMessage, NotFound, PodherdError
from planner.warehouse.ids import OrderId, PickId, PodId, Sku, SlotId, StationId
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.site import Site
from planner.warehouse.stock import Balance
from wms_bridge.intake import OrderAccepted, order_key, take_order
from wms_bridge.ledger import LedgerReport, slot_account, slot_of, verify
from wms_bridge.picking import PickTaken, confirm_pick, shorten_line, show_picks
from wms_bridge.ports import Store, Writing
from wms_bridge.records import (
    AlarmRecord,
    Discrepancy,
    LineRecord,
    NumberedEvent,
    OrderQuery,
    OrderRecord,
    OutboxMessage,
    PickRecord,
    SkuRecord,
    Tally,
)
from wms_bridge.shelves import Shelves
from wms_bridge.stocking import StockLoaded, load_stock, put_skus

ORDERS_PER_TRANSACTION = 200


class Topic(Enum):
    """What may have changed; told to subscribers after the change is kept."""

    FEED = auto()
    PICKS = auto()
    OUTBOX = auto()
    ALARMS = auto()


@dataclass(frozen=True, slots=True)
class OrderDetails:
    """An order with its lines."""

    order: OrderRecord
    lines: tuple[LineRecord, ...]


class Bridge:
    """Everything the bridge does. Safe to call from several threads."""

    def __init__(self, site: Site, store: Store):
        self.site = site
        self.shelves = Shelves(site)
        self.store = store
        self._listeners: list[Callable[[Topic], None]] = []

    def subscribe(self, listener: Callable[[Topic], None]) -> None:
        """Have ``listener`` called after every change, in the thread that made it."""
        self._listeners.append(listener)

    # --- master data and stock ---

    def put_skus(self, skus: Sequence[SkuRecord]) -> None:
        """Add to the catalogue. :class:`InvalidStock` on an unusable SKU."""
        with self.store.writing() as tx:
            put_skus(tx, skus)

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

    def order(self, order: OrderId) -> OrderDetails | None:
        """An order and its lines."""
        with self.store.reading() as tx:
            record = tx.order(order)
            return OrderDetails(record, tx.lines(order)) if record else None

    def orders(self, query: OrderQuery) -> tuple[OrderRecord, ...]:
        """Orders as asked for."""
        with self.store.reading() as tx:
            return tx.orders(query)

    # --- the fleet ---

    def apply(self, commands: Sequence[Command], now_ms: int) -> tuple[PodherdError | None, ...]:
        """Do what the dispatcher wants, in order; for each command what is wrong with it, if
        anything. A command that came before is not done again."""
        with self.store.writing() as tx:
            results = tuple(self._try_command(tx, command, now_ms) for command in commands)
        for topic in dict.fromkeys(topic for c in commands for topic in _TOPICS.get(type(c), ())):
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
        if not self.shelves.has_station(station):
            raise NotFound(
                "the site has no such station",
                field="station",
                value=station,
                remedy=f"Known: {', '.join(self.shelves.stations)}.",
            )
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

    # --- the outbox ---

    def retry_message(self, number: int, now_ms: int) -> OutboxMessage:
        """Put a dead message back into the outbox; nothing is done to any other.
        :class:`NotFound` if there is no such message."""
        with self.store.writing() as tx:
            message = tx.message(number)
            if message is None:
                raise NotFound("no such message", field="number", value=number)
            if message.dead_ms is not None:
                message = replace(message, dead_ms=None, refusals=0, next_ms=now_ms)
                tx.put_message(message)
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

    def _try_command(self, tx: Writing, command: Command, now_ms: int) -> PodherdError | None:
        # Each rule checks everything before its first change, so a refused one leaves no trace.
        try:
            match command:
                case ShowPicks():
                    show_picks(tx, self.shelves, command, now_ms)
                case ShortenLine():
                    shorten_line(tx, command, now_ms)
                case RaiseAlarm():
                    _keep_alarm(tx, command, now_ms)
                case _:
                    raise InvalidMessage(
                        "not a command for the bridge", field="type", value=type(command).__name__
                    )
        except PodherdError as error:
            return error
        return None

    def _tell(self, topic: Topic) -> None:
        for listener in self._listeners:
            listener(topic)


_TOPICS: dict[type[Command], tuple[Topic, ...]] = {
    ShowPicks: (Topic.PICKS,),
    ShortenLine: (Topic.OUTBOX,),
    RaiseAlarm: (Topic.ALARMS,),
}


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


def _keep_alarm(tx: Writing, alarm: RaiseAlarm, now_ms: int) -> None:
    same = [a for a in tx.alarms() if (a.kind, a.subject) == (alarm.kind, alarm.subject)]
    changed_ms = same[0].changed_ms if same and same[0].active == alarm.active else now_ms
    tx.put_alarm(AlarmRecord(alarm.kind, alarm.subject, alarm.text, alarm.active, changed_ms))
