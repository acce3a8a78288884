"""What becomes of an order as its lines are picked or given up; the confirmation to the WMS."""

from collections import Counter
from dataclasses import dataclass, replace

from planner.codec.messages import encode
from planner.warehouse.flows import Flow
from planner.warehouse.ids import LineId, OrderId, Sku
from planner.warehouse.picks import ShortReason
from wms_bridge.ports import Writing
from wms_bridge.records import LineRecord, OrderRecord, OrderStatus, OutboxMessage, Tally


@dataclass(frozen=True, slots=True)
class LineConfirmed:
    """What came of one line: ``picked + short == ordered``, or it was routed to another ``flow``
    than goods-to-person, which is not ours."""

    line: LineId
    sku: Sku
    ordered: int
    picked: int
    short: int
    reason: ShortReason | None
    flow: Flow = Flow.GOODS_TO_PERSON


@dataclass(frozen=True, slots=True)
class OrderConfirmed:
    """Told to the WMS when an order is finished; ``message`` is the same in every attempt."""

    message: str
    order: OrderId
    status: OrderStatus
    received_ms: int
    completed_ms: int
    lines: tuple[LineConfirmed, ...]


def update_line(tx: Writing, before: LineRecord, after: LineRecord, now_ms: int) -> None:
    """Keep the new state of a line, and of its order; write the confirmation to the outbox if
    that finishes the order."""
    tx.put_line(after)
    closes = after.closed and not before.closed
    order = tx.order(after.order)
    if order is None:
        raise LookupError(f"line {after.line} without an order")
    order = replace(
        order,
        lines_closed=order.lines_closed + closes,
        picked=order.picked + after.picked - before.picked,
        short=order.short + after.short - before.short,
    )
    counted = Counter({Tally.PIECES_PICKED: after.picked - before.picked})
    counted[Tally.PIECES_SHORT] = after.short - before.short
    if closes:
        counted[Tally.LINES_CLOSED] = 1
        counted[Tally.LINES_SHORT] = int(after.short > 0)
        counted[Tally.LINES_ROUTED] = int(after.flow is not before.flow)
    if closes and order.lines_closed == order.lines:
        order = finish(tx, order, counted, now_ms)
    tx.put_order(order)
    tx.tally({name: more for name, more in counted.items() if more})


def finish(tx: Writing, order: OrderRecord, counted: Counter[Tally], now_ms: int) -> OrderRecord:
    """The order is complete: count it and tell the WMS."""
    status = OrderStatus.COMPLETE_SHORT if order.short else OrderStatus.COMPLETE
    finished = replace(order, status=status, completed_ms=now_ms)
    counted[Tally.ORDERS_COMPLETED] = 1
    counted[Tally.ORDERS_COMPLETED_SHORT] = int(order.short > 0)
    tell_wms(tx, finished, f"order-confirmed/{order.order}", now_ms)
    return finished


def tell_wms(tx: Writing, order: OrderRecord, message: str, now_ms: int) -> None:
    """Put into the outbox what came of an order."""
    confirmed = OrderConfirmed(
        message, order.order, order.status, order.received_ms, now_ms, _lines(tx, order.order)
    )
    body = encode(confirmed).decode()
    tx.add_message(OutboxMessage(0, message, order.order, body, now_ms, next_ms=now_ms))


def _lines(tx: Writing, order: OrderId) -> tuple[LineConfirmed, ...]:
    return tuple(
        LineConfirmed(
            line.line,
            line.sku,
            line.quantity,
            line.picked,
            line.short,
            line.reason,
            line.flow,
        )
        for line in tx.lines(order)
    )
