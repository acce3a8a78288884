"""What reservations and news for the WMS need of a store; part of :mod:`wms_bridge.ports.store`."""

from collections.abc import Collection
from typing import Protocol

from planner.warehouse.ids import Sku
from wms_bridge.ledger import Entry
from wms_bridge.records.promises import HookSource, Quantities, Reservation, Subscription
from wms_bridge.records.work import OutboxMessage


class PromisesReading(Protocol):
    """Questions to the store. Records that are not there are ``None``."""

    def reservation(self, reservation: str) -> Reservation | None:
        """One reservation."""

    def held_reservations(self, limit: int, after: str = "") -> tuple[Reservation, ...]:
        """Reservations neither consumed nor released (some may be over), by name, after one."""

    def reserved(self, skus: Collection[Sku], now_ms: int) -> Quantities:
        """Pieces promised to orders that have not come yet."""

    def ordered(self, skus: Collection[Sku]) -> Quantities:
        """Pieces that lines of open orders still ask for, those shown to pickers included; not
        those that take out a lot that is on hold or recalled."""

    def in_slots(self, skus: Collection[Sku]) -> Quantities:
        """Pieces in slots by the books."""

    def on_dock(self, skus: Collection[Sku]) -> Quantities:
        """Pieces received and not put away by the books."""

    def quarantined(self, skus: Collection[Sku]) -> Quantities:
        """Pieces by the books in slots with an open count that has quarantined them."""

    def on_hold(self, skus: Collection[Sku]) -> Quantities:
        """Pieces by the books in slots of lots that are on hold or recalled, but those that
        :meth:`quarantined` counts already."""

    def entries_after(self, number: int, limit: int) -> tuple[Entry, ...]:
        """The books above a number, in order."""

    def messages_after(self, number: int, limit: int) -> tuple[OutboxMessage, ...]:
        """Messages for the WMS above a number, delivered or not, in order."""

    def last_message(self) -> int:
        """Number of the latest message; 0 if there is none."""

    def subscription(self, subscription: str) -> Subscription | None:
        """One subscription."""

    def subscriptions(self) -> tuple[Subscription, ...]:
        """All subscriptions, by name."""

    def hook_source(self, source: str) -> HookSource | None:
        """One system that tells us by webhook."""

    def hook_sources(self) -> tuple[HookSource, ...]:
        """All of them, by name."""


class PromisesWriting(PromisesReading, Protocol):
    """Changes to the store."""

    def put_reservation(self, reservation: Reservation) -> None:
        """Keep a reservation, or replace the one of its name."""

    def put_subscription(self, subscription: Subscription) -> None:
        """Keep a subscription, or replace the one of its name."""

    def remove_subscription(self, subscription: str) -> None:
        """Forget a subscription."""

    def put_hook_source(self, source: HookSource) -> None:
        """Keep a source, or replace the one of its name."""

    def remove_hook_source(self, source: str) -> None:
        """Forget a source."""
