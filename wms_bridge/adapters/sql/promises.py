"""The part of the database for promises to the WMS; see :mod:`wms_bridge.ports.promises`."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.flows import Flow
from planner.warehouse.ids import Sku
from wms_bridge.adapters.sql.count_tables import COUNT_CASE
from wms_bridge.adapters.sql.lots_tables import LOT, LOT_BALANCE
from wms_bridge.adapters.sql.promises_tables import (
    HOOK_SOURCE,
    RESERVATION,
    RESERVED_LINE,
    SUBSCRIPTION,
)
from wms_bridge.adapters.sql.rows import Row, entry_of, record_of, row_of
from wms_bridge.adapters.sql.statements import changes, insert_into, keys, select_by, update_by
from wms_bridge.adapters.sql.tables import BALANCE, LINE, MOVEMENT, ORDER, OUTBOX
from wms_bridge.ledger import Account, Entry, slot_account
from wms_bridge.records.counts import CountCase
from wms_bridge.records.lots import LotState
from wms_bridge.records.promises import (
    HookSource,
    Quantities,
    Reservation,
    ReservationState,
    Subscription,
)
from wms_bridge.records.work import OrderStatus, OutboxMessage

_CHUNK = 500
"""How many values fit safely into one SQL ``IN``."""


class SqlPromisesReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection

    def reservation(self, reservation: str) -> Reservation | None:
        query = select_by(RESERVATION, "reservation")
        rows = self._connection.execute(query, keys(reservation=reservation)).mappings()
        return next((from_json(decode(row["body"]), Reservation) for row in rows), None)

    def held_reservations(self, limit: int, after: str = "") -> tuple[Reservation, ...]:
        query = (
            select(RESERVATION.c.body)
            .where(RESERVATION.c.state == ReservationState.HELD.value)
            .where(RESERVATION.c.reservation > after)
            .order_by(RESERVATION.c.reservation)
            .limit(limit)
        )
        bodies = self._connection.execute(query).scalars()
        return tuple(from_json(decode(body), Reservation) for body in bodies)

    def reserved(self, skus: Collection[Sku], now_ms: int) -> Quantities:
        line = RESERVED_LINE.c
        query = (
            select(line.sku, func.sum(line.granted))
            .join(RESERVATION, RESERVATION.c.reservation == line.reservation)
            .where(RESERVATION.c.state == ReservationState.HELD.value)
            .where(RESERVATION.c.until_ms.is_(None) | (RESERVATION.c.until_ms > now_ms))
        )
        return self._sums(query, line.sku, skus)

    def ordered(self, skus: Collection[Sku]) -> Quantities:
        line = LINE.c
        query = (
            select(line.sku, func.sum(line.quantity - line.picked - line.short))
            .join(ORDER, ORDER.c.order == line.order)
            .where(ORDER.c.status == OrderStatus.OPEN.value)
            .where(line.flow == Flow.GOODS_TO_PERSON.value)
            .where(line.lot.not_in(_not_free()))
        )
        return self._sums(query, line.sku, skus)

    def in_slots(self, skus: Collection[Sku]) -> Quantities:
        return self._held(BALANCE.c.account.startswith("slot:"), skus)

    def on_dock(self, skus: Collection[Sku]) -> Quantities:
        return self._held(BALANCE.c.account.startswith("dock:"), skus)

    def quarantined(self, skus: Collection[Sku]) -> Quantities:
        total: Counter[Sku] = Counter()
        for some in _chunks(self._quarantined_accounts()):
            total.update(self._held(BALANCE.c.account.in_(some), skus))
        return total

    def on_hold(self, skus: Collection[Sku]) -> Quantities:
        held = LOT_BALANCE.c
        query = select(held.sku, func.sum(held.quantity)).where(held.lot.in_(_not_free()))
        in_slots = query.where(held.account.startswith("slot:"))
        total = Counter(self._sums(in_slots, held.sku, skus))
        for some in _chunks(self._quarantined_accounts() if total else ()):
            total.subtract(self._sums(query.where(held.account.in_(some)), held.sku, skus))
        return total

    def _quarantined_accounts(self) -> list[Account]:
        query = select(COUNT_CASE.c.body).where(COUNT_CASE.c.open)
        bodies = self._connection.execute(query).scalars()
        cases = (from_json(decode(body), CountCase) for body in bodies)
        return [slot_account(case.slot) for case in cases if case.quarantined]

    def entries_after(self, number: int, limit: int) -> tuple[Entry, ...]:
        column = MOVEMENT.c.number
        query = select(MOVEMENT).where(column > number).order_by(column).limit(limit)
        return tuple(entry_of(row) for row in self._connection.execute(query).mappings())

    def messages_after(self, number: int, limit: int) -> tuple[OutboxMessage, ...]:
        column = OUTBOX.c.number
        query = select(OUTBOX).where(column > number).order_by(column).limit(limit)
        rows = self._connection.execute(query).mappings()
        return tuple(record_of(row, OutboxMessage) for row in rows)

    def last_message(self) -> int:
        return self._connection.execute(select(func.max(OUTBOX.c.number))).scalar() or 0

    def subscription(self, subscription: str) -> Subscription | None:
        query = select_by(SUBSCRIPTION, "subscription")
        rows = self._connection.execute(query, keys(subscription=subscription)).mappings()
        return next((from_json(decode(row["body"]), Subscription) for row in rows), None)

    def subscriptions(self) -> tuple[Subscription, ...]:
        query = select(SUBSCRIPTION.c.body).order_by(SUBSCRIPTION.c.subscription)
        bodies = self._connection.execute(query).scalars()
        return tuple(from_json(decode(body), Subscription) for body in bodies)

    def hook_source(self, source: str) -> HookSource | None:
        rows = self._connection.execute(
            select_by(HOOK_SOURCE, "source"), keys(source=source)
        ).mappings()
        return next((record_of(row, HookSource) for row in rows), None)

    def hook_sources(self) -> tuple[HookSource, ...]:
        query = select(HOOK_SOURCE).order_by(HOOK_SOURCE.c.source)
        rows = self._connection.execute(query).mappings()
        return tuple(record_of(row, HookSource) for row in rows)

    def _held(self, accounts: ColumnElement[bool], skus: Collection[Sku]) -> Quantities:
        query = select(BALANCE.c.sku, func.sum(BALANCE.c.quantity)).where(accounts)
        return self._sums(query, BALANCE.c.sku, skus)

    def _sums(
        self, query: Select[Any], column: ColumnElement[str], skus: Collection[Sku]
    ) -> Quantities:
        found: dict[Sku, int] = {}
        for some in _chunks(sorted(skus)):
            rows = self._connection.execute(query.where(column.in_(some)).group_by(column))
            found.update((Sku(sku), int(pieces)) for sku, pieces in rows)
        return found


class SqlPromisesWriting(SqlPromisesReading):
    """Changes over one connection inside one transaction."""

    def put_reservation(self, reservation: Reservation) -> None:
        name = reservation.reservation
        row: Row = {
            "reservation": name,
            "state": reservation.state.value,
            "until_ms": reservation.until_ms,
            "body": encode(reservation).decode(),
        }
        done = self._connection.execute(
            update_by(RESERVATION, "reservation"), changes(row, "reservation")
        )
        if done.rowcount == 0:
            self._connection.execute(insert_into(RESERVATION), row)
        self._connection.execute(delete(RESERVED_LINE).where(RESERVED_LINE.c.reservation == name))
        lines = [
            {"reservation": name, "sku": line.sku, "granted": line.granted}
            for line in reservation.lines
        ]
        if lines:
            self._connection.execute(insert_into(RESERVED_LINE), lines)

    def put_subscription(self, subscription: Subscription) -> None:
        row: Row = {
            "subscription": subscription.subscription,
            "body": encode(subscription).decode(),
        }
        done = self._connection.execute(
            update_by(SUBSCRIPTION, "subscription"), changes(row, "subscription")
        )
        if done.rowcount == 0:
            self._connection.execute(insert_into(SUBSCRIPTION), row)

    def remove_subscription(self, subscription: str) -> None:
        mine = SUBSCRIPTION.c.subscription == subscription
        self._connection.execute(delete(SUBSCRIPTION).where(mine))

    def put_hook_source(self, source: HookSource) -> None:
        row = row_of(source)
        done = self._connection.execute(update_by(HOOK_SOURCE, "source"), changes(row, "source"))
        if done.rowcount == 0:
            self._connection.execute(insert_into(HOOK_SOURCE), row)

    def remove_hook_source(self, source: str) -> None:
        self._connection.execute(delete(HOOK_SOURCE).where(HOOK_SOURCE.c.source == source))


def _not_free() -> Select[tuple[str]]:
    """Lots that are on hold or recalled."""
    return select(LOT.c.lot).where(LOT.c.state != LotState.RELEASED.value)


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
