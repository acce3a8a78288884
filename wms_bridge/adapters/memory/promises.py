"""The part of the store in memory for promises to the WMS; see :mod:`wms_bridge.ports.promises`."""

from collections import Counter
from collections.abc import Collection
from itertools import islice

from planner.warehouse.flows import Flow
from planner.warehouse.ids import Sku
from wms_bridge.adapters.memory.changing import Changing
from wms_bridge.adapters.memory.tables import OverTables
from wms_bridge.ledger import Account, Entry, slot_account
from wms_bridge.records.promises import (
    HookSource,
    Quantities,
    Reservation,
    ReservationState,
    Subscription,
)
from wms_bridge.records.work import OrderStatus, OutboxMessage


class MemoryPromisesReading(OverTables):
    """Questions to the tables."""

    def reservation(self, reservation: str) -> Reservation | None:
        return self._tables.promises.reservations.get(reservation)

    def held_reservations(self, limit: int, after: str = "") -> tuple[Reservation, ...]:
        held = self._tables.promises.held
        names = sorted(name for name in held if name > after)
        return tuple(self._tables.promises.reservations[name] for name in names[:limit])

    def reserved(self, skus: Collection[Sku], now_ms: int) -> Quantities:
        found: Counter[Sku] = Counter()
        for name in self._tables.promises.held:
            reservation = self._tables.promises.reservations[name]
            if reservation.holds(now_ms):
                found.update({line.sku: line.granted for line in reservation.lines})
        return {sku: found[sku] for sku in skus}

    def ordered(self, skus: Collection[Sku]) -> Quantities:
        found: Counter[Sku] = Counter()
        for line in self._tables.lines.values():
            ours = line.flow is Flow.GOODS_TO_PERSON and not line.closed
            if not ours or (line.lot and not self._tables.lots.lots[line.lot].free):
                continue
            if self._tables.orders[line.order].status is OrderStatus.OPEN:
                found[line.sku] += line.quantity - line.picked - line.short
        return {sku: found[sku] for sku in skus}

    def in_slots(self, skus: Collection[Sku]) -> Quantities:
        return self._held(skus, "slot:")

    def on_dock(self, skus: Collection[Sku]) -> Quantities:
        return self._held(skus, "dock:")

    def quarantined(self, skus: Collection[Sku]) -> Quantities:
        found: Counter[Sku] = Counter()
        for account in self._quarantined_accounts():
            for sku in self._tables.account_skus.get(account, ()):
                found[sku] += self._tables.balances[(account, sku)]
        return {sku: found[sku] for sku in skus}

    def on_hold(self, skus: Collection[Sku]) -> Quantities:
        found: Counter[Sku] = Counter()
        lots, closed = self._tables.lots, self._quarantined_accounts()
        for record in lots.lots.values():
            for account in () if record.free else lots.places.get(record.lot, ()):
                if account.startswith("slot:") and account not in closed:
                    found[record.sku] += lots.held[account][record.sku, record.lot]
        return {sku: found[sku] for sku in skus}

    def _quarantined_accounts(self) -> set[Account]:
        cases = ((slot, self._tables.cases[n]) for slot, n in self._tables.slot_cases.items())
        return {slot_account(slot) for slot, c in cases if c.status.open and c.quarantined}

    def _held(self, skus: Collection[Sku], kind: str) -> Quantities:
        found: Counter[Sku] = Counter()
        for (account, sku), pieces in self._tables.balances.items():
            if account.startswith(kind):
                found[sku] += pieces
        return {sku: found[sku] for sku in skus}

    def entries_after(self, number: int, limit: int) -> tuple[Entry, ...]:
        return tuple(self._tables.entries[number : number + limit])

    def messages_after(self, number: int, limit: int) -> tuple[OutboxMessage, ...]:
        wanted = (m for n, m in self._tables.messages.items() if n > number)
        return tuple(islice(wanted, limit))

    def last_message(self) -> int:
        return max(self._tables.messages, default=0)

    def subscription(self, subscription: str) -> Subscription | None:
        return self._tables.promises.subscriptions.get(subscription)

    def subscriptions(self) -> tuple[Subscription, ...]:
        kept = self._tables.promises.subscriptions
        return tuple(kept[name] for name in sorted(kept))

    def hook_source(self, source: str) -> HookSource | None:
        return self._tables.promises.hook_sources.get(source)

    def hook_sources(self) -> tuple[HookSource, ...]:
        kept = self._tables.promises.hook_sources
        return tuple(kept[name] for name in sorted(kept))


class MemoryPromisesWriting(MemoryPromisesReading, Changing):
    """Changes to the tables."""

    def put_reservation(self, reservation: Reservation) -> None:
        name = reservation.reservation
        self._set(self._tables.promises.reservations, name, reservation)
        if reservation.state is ReservationState.HELD:
            self._set(self._tables.promises.held, name, None)
        else:
            self._remove(self._tables.promises.held, name)

    def put_subscription(self, subscription: Subscription) -> None:
        self._set(self._tables.promises.subscriptions, subscription.subscription, subscription)

    def remove_subscription(self, subscription: str) -> None:
        self._remove(self._tables.promises.subscriptions, subscription)

    def put_hook_source(self, source: HookSource) -> None:
        self._set(self._tables.promises.hook_sources, source.source, source)

    def remove_hook_source(self, source: str) -> None:
        self._remove(self._tables.promises.hook_sources, source)
