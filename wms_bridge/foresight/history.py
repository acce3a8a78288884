"""What has happened to an order, as a line of events: from its records, picks, messages and the
audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from wms_bridge.records.access import AuditEntry
from wms_bridge.records.work import OrderRecord, OrderStatus, OutboxMessage, PickRecord


class Happening(StrEnum):
    """What happened to an order."""

    RECEIVED = "received"
    CHANGED = "changed"
    PRIORITISED = "prioritised"
    CANCELLED = "cancelled"
    PICK_SHOWN = "pick_shown"
    PICKED = "picked"
    PICK_FAILED = "pick_failed"
    PICK_WITHDRAWN = "pick_withdrawn"
    COMPLETE = "complete"
    TOLD = "told"
    """A message to the WMS was written."""
    DELIVERED = "delivered"
    REFUSED = "refused"
    """The WMS refused a message for good."""


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """One event, at ``at_ms`` of the bridge's clock (since 1970 UTC); ``subject`` is the line, or
    the message. Fields that do not belong to it are empty."""

    at_ms: int
    what: Happening
    subject: str = ""
    station: str = ""
    pod: str = ""
    robot: str = ""
    sku: str = ""
    quantity: int | None = None
    who: str = ""
    why: str = ""


_CHANGES = {
    "/change": Happening.CHANGED,
    "/cancel": Happening.CANCELLED,
    "/priority": Happening.PRIORITISED,
}


def history_of(
    order: OrderRecord,
    picks: Sequence[PickRecord],
    messages: Sequence[OutboxMessage],
    audit: Sequence[AuditEntry],
) -> tuple[OrderEvent, ...]:
    """The events of an order, oldest first."""
    events = [OrderEvent(order.received_ms, Happening.RECEIVED, quantity=order.pieces)]
    events += [event for pick in picks for event in _of_pick(pick)]
    events += [event for entry in audit for event in _of_entry(entry)]
    told_cancelled = any(event.what is Happening.CANCELLED for event in events)
    if order.completed_ms is not None:
        if order.status is not OrderStatus.CANCELLED:
            events.append(OrderEvent(order.completed_ms, Happening.COMPLETE, quantity=order.picked))
        elif not told_cancelled:
            events.append(OrderEvent(order.completed_ms, Happening.CANCELLED))
    events += [event for message in messages for event in _of_message(message)]
    return tuple(sorted(events, key=lambda event: event.at_ms))


def _of_pick(pick: PickRecord) -> list[OrderEvent]:
    task = pick.task

    def at(at_ms: int, what: Happening, quantity: int) -> OrderEvent:
        return OrderEvent(
            at_ms, what, task.line, task.station, task.pod, pick.robot, task.sku, quantity
        )

    found = [at(pick.shown_ms, Happening.PICK_SHOWN, task.quantity)]
    if pick.failed_ms is not None:
        found.append(at(pick.failed_ms, Happening.PICK_FAILED, task.quantity))
    if pick.confirmed_ms is not None:
        found.append(at(pick.confirmed_ms, Happening.PICKED, pick.quantity or 0))
    if pick.withdrawn_ms is not None:
        found.append(at(pick.withdrawn_ms, Happening.PICK_WITHDRAWN, task.quantity))
    return found


def _of_entry(entry: AuditEntry) -> list[OrderEvent]:
    _, _, rest = entry.what.partition(" ")
    address = rest.split(" ", 1)[0]
    for ending, what in _CHANGES.items():
        if address.startswith("/v1/orders/") and address.endswith(ending):
            return [OrderEvent(entry.at_ms, what, who=entry.who, why=entry.why)]
    return []


def entries_about(order: OrderRecord, found: Sequence[AuditEntry]) -> tuple[AuditEntry, ...]:
    """Those of some entries of the audit log that name this order and no other."""
    name = f" external_id={order.order}"
    return tuple(e for e in found if e.what.endswith(name) or f"{name} " in e.what)


def _of_message(message: OutboxMessage) -> list[OrderEvent]:
    found = [OrderEvent(message.created_ms, Happening.TOLD, message.message)]
    if message.delivered_ms is not None:
        found.append(OrderEvent(message.delivered_ms, Happening.DELIVERED, message.message))
    if message.dead_ms is not None:
        found.append(
            OrderEvent(message.dead_ms, Happening.REFUSED, message.message, why=message.error)
        )
    return found
