"""The bridge between a WMS and the fleet: orders in, picks, the books, confirmations out.

No web, no SQL, no clock: everything is kept in a :class:`~wms_bridge.ports.store.Store`, and times
are handed in (integer milliseconds). Every change is one transaction; what it means for others (an
event on the fleet feed, a message to the WMS) is kept in the same one.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from planner.warehouse.commands import Command
from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import (
    PickId,
    PodId,
    Sku,
    SlotId,
    StationId,
)
from planner.warehouse.picks import ShortReason
from planner.warehouse.site import Site, StationRole
from planner.warehouse.stock import Balance
from wms_bridge.alarms.desk import AlarmDesk
from wms_bridge.captures.desk import Captures
from wms_bridge.commanding import take_commands
from wms_bridge.counts import Counts
from wms_bridge.foresight.desk import ForesightDesk
from wms_bridge.goods_desk import GoodsDesk
from wms_bridge.inbox.desk import Inbox
from wms_bridge.inbox.hooks import Hooks
from wms_bridge.instructing.desk import StationDesk
from wms_bridge.interventions.asking import HasNode, any_node
from wms_bridge.interventions.desk import InterventionDesk
from wms_bridge.kpis.desk import KpiDesk
from wms_bridge.ledger import LedgerReport, is_slot, slot_account, slot_of, verify
from wms_bridge.lots.naming import LotName
from wms_bridge.openings import check_station, set_station, stations
from wms_bridge.order_desk import OrderDesk
from wms_bridge.picking import (
    PickTaken,
    confirm_pick,
    fail_pick,
)
from wms_bridge.policies.desk import PolicyDesk
from wms_bridge.policies.doing import Tools
from wms_bridge.ports.store import Store
from wms_bridge.ports.whatif import WhatIfEngine
from wms_bridge.promises.desk import Promises
from wms_bridge.recalls.desk import LotDesk
from wms_bridge.records.counts import CountParams
from wms_bridge.records.work import (
    Discrepancy,
    NumberedEvent,
    OutboxMessage,
    PickRecord,
    SkuRecord,
    StationRecord,
    Tally,
)
from wms_bridge.redelivery import retry_message
from wms_bridge.rulebook import Rulebook
from wms_bridge.ruling import RuleChecker, check_alone
from wms_bridge.siting.desk import SiteChecker, SiteDesk, fields_only
from wms_bridge.stocking import NO_LOTS, NO_SERIALS, StockLoaded, load_stock, put_skus
from wms_bridge.topics import Topic, topics_of
from wms_bridge.tower.desk import TowerDesk
from wms_bridge.tower.whatifs import WhatIfDesk
from wms_bridge.traces.service import Traces

_COUNTED = (Topic.FEED, Topic.COUNTS, Topic.OUTBOX, Topic.ALARMS)
_TOLD = (Topic.FEED, Topic.PICKS, Topic.OUTBOX)
"""What documents of a WMS may change."""

Decided = Callable[[Sequence[Command], Sequence[PodherdError | None], int], None]
"""Hears commands of the dispatcher, for each what was wrong with it, and when they came (ms)."""
LAST_SKU = Sku("\U0010ffff")
"""Sorts behind every other."""


class Bridge(OrderDesk, GoodsDesk):
    """Everything the bridge does. Safe to call from several threads. ``check_rule`` refuses rules
    of the floor; by default those that make no sense on any floor. ``check_site`` finds what is
    wrong with the geometry of a draft of the site. What operators decide for the
    whole floor, rules and the routing policy, is in the ``rulebook``; counting, judged by
    ``counting``, in ``counts``; what is promised to the WMS in ``promises``."""

    def __init__(
        self,
        site: Site,
        store: Store,
        check_rule: RuleChecker = check_alone,
        counting: CountParams | None = None,
        has_node: HasNode = any_node,
        check_site: SiteChecker = fields_only,
        whatif: WhatIfEngine | None = None,
    ):
        super().__init__(site, store)
        params, store = counting or CountParams(), self.store
        self.rulebook = Rulebook(store, check_rule, self._teller(Topic.FEED))
        self.siting = SiteDesk(site, store, check_site)
        self.counts = Counts(store, self.shelves, params, self._teller(*_COUNTED))
        places = [one.id for one in site.stations]
        self.kpis = KpiDesk(self.store.inner, self.store, places)
        self.instructing = StationDesk(site, self.shelves, store)
        self.promises = Promises(store, self._teller(Topic.OUTBOX))
        self.lots = LotDesk(store, self._teller(*_TOLD))
        self.alarms = AlarmDesk(store, self._teller(Topic.ALARMS))
        picking = [one.id for one in site.stations if StationRole.PICK in one.roles]
        alarmed = self._teller(Topic.ALARMS)
        self.foresight = ForesightDesk(store.inner, store, self.kpis, picking, alarmed)
        asked = self._teller(Topic.FEED, Topic.INTERVENTIONS)
        self.interventions = InterventionDesk(site, store, asked, has_node)
        robots = frozenset(robot.id for robot in site.robots)
        self.tools = Tools(self.shelves, check_rule, params, robots, has_node)
        self.policies = PolicyDesk(store, self.tools, self._teller(*Topic))
        self.tower = TowerDesk(store.inner, store, self._teller(Topic.TOWER))
        self.whatifs = WhatIfDesk(store.inner, store, whatif, self._teller(Topic.TOWER))
        self.traces = Traces(store, self._teller(*_COUNTED), params.epcis)
        self.inbox = Inbox(store, self.shelves, self._teller(*_TOLD))
        captured = self._teller(Topic.FEED, Topic.PUTS, Topic.OUTBOX)
        self.captures = Captures(store, self.shelves, captured, params.epcis)
        self.hooks = Hooks(store, self.shelves, self._teller(*_TOLD))
        self.decided: Decided = _nobody_hears
        """Called after each :meth:`apply`, in its thread."""

    def _teller(self, *topics: Topic) -> Callable[[], None]:
        return lambda: self.tell(*topics)

    # --- master data and stock ---

    def put_skus(self, skus: Sequence[SkuRecord], now_ms: int = 0) -> None:
        """Add to the catalogue. :class:`InvalidStock` on an unusable SKU."""
        with self.store.writing() as tx:
            put_skus(tx, skus, now_ms)
        self.tell(Topic.FEED)

    def catalogue(
        self, after: Sku | None = None, limit: int | None = None
    ) -> tuple[SkuRecord, ...]:
        """SKUs in order, those after ``after``, at most ``limit``; all if neither is given."""
        with self.store.reading() as tx:
            return tx.catalogue(after, limit)

    def sku_records(self, skus: Collection[Sku]) -> tuple[SkuRecord, ...]:
        """What the catalogue says of those of ``skus`` that are in it."""
        with self.store.reading() as tx:
            return tx.sku_records(skus)

    def load_stock(
        self,
        records: Sequence[Balance],
        key: str,
        now_ms: int,
        lots: Mapping[int, LotName] = NO_LOTS,
        serials: Mapping[int, Sequence[str]] = NO_SERIALS,
    ) -> StockLoaded:
        """Post opening stock, all or nothing; see :func:`wms_bridge.stocking.load_stock`."""
        with self.store.writing() as tx:
            loaded = load_stock(tx, self.shelves, records, key, now_ms, lots, serials)
        self.tell(Topic.FEED)
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

    def stock_page(
        self,
        after: SlotId,
        limit: int,
        sku: Sku | None = None,
        slot: SlotId | None = None,
        pod: PodId | None = None,
    ) -> tuple[tuple[Balance, ...], SlotId | None]:
        """Some ``limit`` balances of slots named behind ``after``, by slot, none told in part; and
        the last slot's name if there are more."""
        start = (slot_account(after), LAST_SKU)
        account = None if slot is None else slot_account(slot)
        with self.store.reading() as tx:
            found = tx.holdings(account, sku, pod, start, limit)
            places = [place for place in found if is_slot(place.account)]
            more = len(places) == limit
            if more:
                last = places[-1].account
                places += tx.holdings(last, sku, after=(last, places[-1].sku))
                following = tx.holdings(account, sku, pod, (last, LAST_SKU), 1)
                more = any(is_slot(place.account) for place in following)
        page = tuple(Balance(slot_of(p.account), p.sku, p.quantity) for p in places)
        known = tuple(one for one in page if self.shelves.has_slot(one.slot))
        return known, page[-1].slot if more else None

    # --- the fleet ---

    def apply(self, commands: Sequence[Command], now_ms: int) -> tuple[PodherdError | None, ...]:
        """Do what the dispatcher wants, in order; for each command what is wrong with it, if
        anything. A command that came before is not done again."""
        with self.store.writing() as tx:
            results = take_commands(tx, self.shelves, commands, now_ms)
        self.decided(commands, results, now_ms)
        self.tell(*topics_of(commands))
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
        lot: str = "",
        serials: Sequence[str] = (),
    ) -> PickTaken:
        """Post what the picker took, once; see :func:`wms_bridge.picking.confirm_pick`. Without a
        ``key`` the pick id serves."""
        with self.store.writing() as tx:
            used = key or f"pick/{pick}"
            taken = confirm_pick(tx, pick, quantity, reason, used, now_ms, lot, serials)
        self.tell(Topic.FEED, Topic.PICKS, Topic.OUTBOX)
        return taken

    def fail_pick(self, pick: PickId, now_ms: int) -> PickRecord:
        """A robot arm gives a pick up for a person to take; see
        :func:`wms_bridge.picking.fail_pick`."""
        with self.store.writing() as tx:
            record = fail_pick(tx, pick, now_ms)
        self.tell(Topic.FEED)
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
        self.tell(Topic.FEED)
        return record

    # --- the outbox ---

    def retry_message(self, number: int, now_ms: int) -> OutboxMessage:
        """Put a dead message back into the outbox; see
        :func:`wms_bridge.redelivery.retry_message`."""
        with self.store.writing() as tx:
            message = retry_message(tx, number, now_ms)
        self.tell(Topic.OUTBOX)
        return message

    # --- looking ---

    def discrepancies(self, limit: int = 100) -> tuple[Discrepancy, ...]:
        """Where the books and the slots differed, newest first."""
        with self.store.reading() as tx:
            return tx.discrepancies(limit)

    def tallies(self) -> dict[Tally, int]:
        """What was counted since the bridge was set up."""
        with self.store.reading() as tx:
            return dict(tx.tallies())

    def verify(self) -> LedgerReport:
        """Check the books from the first entry on."""
        return verify_store(self.store)


def _nobody_hears(
    commands: Sequence[Command], results: Sequence[PodherdError | None], now_ms: int
) -> None:
    pass


def verify_store(store: Store) -> LedgerReport:
    """Check the books in a store, and that its balances are those of the books."""
    with store.reading() as tx:
        stored = {(place.account, place.sku): place.quantity for place in tx.holdings()}
        lots = {(p.account, p.sku, p.lot): p.quantity for p in tx.lot_holdings()}
        return verify(tx.entries(), stored, lots)
