"""Reservations: pieces promised to orders that have not come yet.

A reservation is weighed against what is in slots, what open orders still ask for and what is
promised already. Orders are never refused for it: the WMS decides what it sells, and the ledger
what is there. It ends when the order of its name comes, when it is released, or in time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from planner.warehouse.errors import IdempotencyConflict, InvalidOrder, NotFound
from planner.warehouse.ids import OrderId, Sku
from wms_bridge.names import MAX_TIME_MS, check_name, check_quantity
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.promises import (
    Availability,
    Reservation,
    ReservationState,
    ReservedLine,
)
from wms_bridge.requests import body_hash


@dataclass(frozen=True, slots=True)
class ReservationWish:
    """What is asked for: pieces by SKU, until a time (ms of the bridge's clock) if that is set."""

    reservation: str
    lines: tuple[tuple[Sku, int], ...]
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ReservationMade:
    """A reservation, and whether it was there before."""

    reservation: Reservation
    repeated: bool


def availability(tx: Reading, skus: Collection[Sku], now_ms: int) -> tuple[Availability, ...]:
    """What there is of SKUs and what of it is spoken for, by SKU."""
    in_slots, on_dock = tx.in_slots(skus), tx.on_dock(skus)
    quarantined, held = tx.quarantined(skus), tx.on_hold(skus)
    ordered, reserved = tx.ordered(skus), tx.reserved(skus, now_ms)
    return tuple(
        Availability(
            sku,
            in_slots.get(sku, 0),
            quarantined.get(sku, 0),
            held.get(sku, 0),
            ordered.get(sku, 0),
            reserved.get(sku, 0),
            on_dock.get(sku, 0),
        )
        for sku in sorted(skus)
    )


def reserve(tx: Writing, wish: ReservationWish, now_ms: int) -> ReservationMade:
    """Promise of each SKU what is available of what is asked for, once.

    :class:`InvalidOrder` names the wrong field; :class:`IdempotencyConflict` if the name came with
    another wish, or an order of this name has come.
    """
    _check(tx, wish, now_ms)
    digest = body_hash("reservation", wish)
    known = tx.reservation(wish.reservation)
    if known is not None:
        if known.body_hash != digest or known.state is not ReservationState.HELD:
            raise IdempotencyConflict(
                f"this reservation is {known.state} or was made for something else",
                field="reservation",
                value=wish.reservation,
                remedy="Repeat a reservation unchanged, or make a new one under a new name.",
            )
        return ReservationMade(known, True)
    there = {a.sku: a.available for a in availability(tx, [s for s, _ in wish.lines], now_ms)}
    lines = tuple(
        ReservedLine(sku, quantity, max(0, min(quantity, there[sku])))
        for sku, quantity in wish.lines
    )
    made = Reservation(wish.reservation, digest, lines, wish.until_ms, now_ms)
    tx.put_reservation(made)
    return ReservationMade(made, False)


def release(tx: Writing, reservation: str, now_ms: int) -> ReservationMade:
    """Promise nothing any more; released again, it stays so. :class:`NotFound` if there is none of
    this name; :class:`IdempotencyConflict` if its order has come."""
    known = tx.reservation(reservation)
    if known is None:
        raise NotFound(
            "no such reservation",
            field="reservation",
            value=reservation,
            remedy="Name one listed by GET /v1/reservations.",
        )
    if known.state is ReservationState.RELEASED:
        return ReservationMade(known, True)
    if known.state is ReservationState.CONSUMED:
        raise IdempotencyConflict(
            "the order it was made for has come",
            field="reservation",
            value=reservation,
            remedy="Cancel the order if it is not wanted.",
        )
    return ReservationMade(_close(tx, known, ReservationState.RELEASED, now_ms), False)


def consume(tx: Writing, order: str, now_ms: int) -> None:
    """An order has come: what was promised to it is asked for by it now."""
    known = tx.reservation(order)
    if known is not None and known.state is ReservationState.HELD:
        _close(tx, known, ReservationState.CONSUMED, now_ms)


def _close(
    tx: Writing, reservation: Reservation, state: ReservationState, now_ms: int
) -> Reservation:
    closed = replace(reservation, state=state, closed_ms=now_ms)
    tx.put_reservation(closed)
    return closed


def _check(tx: Reading, wish: ReservationWish, now_ms: int) -> None:
    check_name(wish.reservation, "reservation", InvalidOrder)
    if not wish.lines:
        raise InvalidOrder("a reservation needs a line", field="lines", remedy="Send 1 or more.")
    _check_lines(tx, wish.lines)
    if wish.until_ms is not None and not now_ms < wish.until_ms <= MAX_TIME_MS:
        raise InvalidOrder(
            "a reservation ends in the future",
            field="until_ms",
            value=wish.until_ms,
            remedy=f"Send a time after {now_ms}, or null for one without an end.",
        )
    if tx.order(OrderId(wish.reservation)) is not None:
        raise IdempotencyConflict(
            "the order of this name has come already",
            field="reservation",
            value=wish.reservation,
            remedy="Reserve before the order is sent, or not at all.",
        )


def _check_lines(tx: Reading, lines: Sequence[tuple[Sku, int]]) -> None:
    known, seen = tx.known_skus({sku for sku, _ in lines}), set()
    for index, (sku, quantity) in enumerate(lines):
        check_name(sku, f"lines[{index}].sku", InvalidOrder)
        check_quantity(quantity, f"lines[{index}].quantity", InvalidOrder)
        if sku not in known or sku in seen:
            raise InvalidOrder(
                "SKU comes twice" if sku in seen else "SKU is not in the catalogue",
                field=f"lines[{index}].sku",
                value=sku,
                remedy="Ask for each SKU once, and only for SKUs of the catalogue.",
            )
        seen.add(sku)
