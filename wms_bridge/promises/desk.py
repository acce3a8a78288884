"""Reservations, stock as it is told, and subscriptions of a site, as the web offers them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from planner.warehouse.errors import NotFound
from planner.warehouse.ids import Sku
from wms_bridge.ledger import Entry, Holding
from wms_bridge.ports.store import Store
from wms_bridge.promises.reserving import (
    ReservationMade,
    ReservationWish,
    availability,
    release,
    reserve,
)
from wms_bridge.promises.subscribing import known, pause, resume, subscribe, unsubscribe
from wms_bridge.records.promises import Availability, Reservation, Subscription
from wms_bridge.records.work import OutboxMessage


@dataclass(frozen=True, slots=True)
class StockPicture:
    """All stock by the books as of an entry: those with numbers above ``watermark`` are not in
    it."""

    watermark: int
    stock: tuple[Holding, ...]


class Promises:
    """Kept in ``store``; ``changed`` is called after every change. Safe to call from several
    threads. Times are milliseconds of the bridge's clock."""

    def __init__(self, store: Store, changed: Callable[[], None]):
        self._store = store
        self._changed = changed

    def availability(self, skus: Collection[Sku], now_ms: int) -> tuple[Availability, ...]:
        """What there is of SKUs and what of it is spoken for; :class:`NotFound` names an SKU that
        is not in the catalogue."""
        with self._store.reading() as tx:
            for sku in sorted(set(skus) - tx.known_skus(skus)):
                raise NotFound("no such SKU", field="sku", value=sku)
            return availability(tx, set(skus), now_ms)

    def reserve(self, wish: ReservationWish, now_ms: int) -> ReservationMade:
        """See :func:`wms_bridge.promises.reserving.reserve`."""
        with self._store.writing() as tx:
            made = reserve(tx, wish, now_ms)
        self._changed()
        return made

    def release(self, reservation: str, now_ms: int) -> ReservationMade:
        """See :func:`wms_bridge.promises.reserving.release`."""
        with self._store.writing() as tx:
            made = release(tx, reservation, now_ms)
        self._changed()
        return made

    def reservation(self, reservation: str) -> Reservation | None:
        """One reservation."""
        with self._store.reading() as tx:
            return tx.reservation(reservation)

    def reservations(self, limit: int, after: str = "") -> tuple[Reservation, ...]:
        """Reservations that are held, by name above ``after``."""
        with self._store.reading() as tx:
            return tx.held_reservations(limit, after)

    def stock(self) -> StockPicture:
        """All stock, and up to which entry; nothing is written in between."""
        with self._store.reading() as tx:
            return StockPicture(tx.last_entry(), tuple(h for h in tx.holdings() if h.quantity))

    def entries(self, after: int, limit: int) -> tuple[Entry, ...]:
        """The books above a number."""
        with self._store.reading() as tx:
            return tx.entries_after(after, limit)

    def messages(self, after: int, limit: int) -> tuple[OutboxMessage, ...]:
        """Messages for the WMS above a number."""
        with self._store.reading() as tx:
            return tx.messages_after(after, limit)

    def subscribe(
        self, name: str, url: str, kinds: Collection[str], secret: str, now_ms: int
    ) -> Subscription:
        """See :func:`wms_bridge.promises.subscribing.subscribe`."""
        with self._store.writing() as tx:
            subscription = subscribe(tx, name, url, kinds, secret, now_ms)
        self._changed()
        return subscription

    def unsubscribe(self, name: str) -> None:
        """See :func:`wms_bridge.promises.subscribing.unsubscribe`."""
        with self._store.writing() as tx:
            unsubscribe(tx, name)
        self._changed()

    def resume(self, name: str, now_ms: int, *, skip: bool = False) -> Subscription:
        """See :func:`wms_bridge.promises.subscribing.resume`."""
        with self._store.writing() as tx:
            subscription = resume(tx, name, now_ms, skip=skip)
        self._changed()
        return subscription

    def pause(self, name: str) -> Subscription:
        """See :func:`wms_bridge.promises.subscribing.pause`."""
        with self._store.writing() as tx:
            return pause(tx, name)

    def subscription(self, name: str) -> Subscription:
        """One subscription; :class:`NotFound` if there is none of this name."""
        with self._store.reading() as tx:
            return known(tx, name)

    def subscriptions(self) -> tuple[Subscription, ...]:
        """All subscriptions, by name."""
        with self._store.reading() as tx:
            return tx.subscriptions()

    def keep(self, subscription: Subscription) -> bool:
        """Keep how far a subscriber has been told, unless it was taken off or given another
        address meanwhile; a pause in the meantime holds. Whether to tell it more."""
        with self._store.writing() as tx:
            now = tx.subscription(subscription.subscription)
            if now is None or (now.url, now.secret) != (subscription.url, subscription.secret):
                return False
            kept = replace(subscription, paused=subscription.paused or now.paused)
            tx.put_subscription(kept)
            return not kept.paused
