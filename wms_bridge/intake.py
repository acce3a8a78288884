"""Taking pick orders from the WMS."""

from collections import Counter
from dataclasses import dataclass

from planner.codec.messages import to_json
from planner.warehouse.errors import IdempotencyConflict, InvalidOrder
from planner.warehouse.events import OrderReceived
from planner.warehouse.ids import OrderId
from planner.warehouse.orders import OrderLine, PickOrder
from wms_bridge.names import check_name, check_quantity, check_rank
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.promises.reserving import consume
from wms_bridge.records.work import LineRecord, OrderRecord, OrderStatus, Tally
from wms_bridge.requests import body_hash, recall, remember


@dataclass(frozen=True, slots=True)
class OrderAccepted:
    """Answer to an order, the same however often it comes. ``repeated`` tells the caller that it
    came before and nothing was done; it is not part of the answer."""

    order: OrderId
    lines: int
    pieces: int
    received_ms: int
    repeated: bool


def take_order(tx: Writing, order: PickOrder, key: str | None, now_ms: int) -> OrderAccepted:
    """Take an order once, by its id, and by a ``key`` if it has one. :class:`InvalidOrder` names
    the wrong field; :class:`IdempotencyConflict` if the key or the order id came with another
    body."""
    check_names(order)
    digest = _digest(order)
    repeated = key is not None and recall(tx, key, digest) is not None
    known = tx.order(order.order)
    if known is None:
        check_lines(tx, order)
        known = _keep(tx, order, digest, now_ms)
    elif known.body_hash != digest:
        raise IdempotencyConflict(
            "this order id was used for another order",
            field="order",
            value=order.order,
            remedy="Repeat an order unchanged, or send a new one under a new id.",
        )
    else:
        repeated = True
    if key is not None and tx.remembered(key) is None:
        remember(tx, key, digest, order.order, now_ms)
    return OrderAccepted(known.order, known.lines, known.pieces, known.received_ms, repeated)


def check_names(order: PickOrder) -> None:
    """:class:`InvalidOrder` if a name cannot be kept, or a time or priority is out of range."""
    check_name(order.order, "order", InvalidOrder)
    for index, line in enumerate(order.lines):
        check_name(line.sku, f"lines[{index}].sku", InvalidOrder)
        if line.owner:
            check_name(line.owner, f"lines[{index}].owner", InvalidOrder)
    check_rank(order.priority, order.due_ms, InvalidOrder)


def check_lines(tx: Reading, order: PickOrder) -> None:
    """:class:`InvalidOrder` on a line that comes twice, or for what the catalogue has not."""
    known = tx.known_skus({line.sku for line in order.lines})
    numbers = Counter(line.line for line in order.lines)
    for index, line in enumerate(order.lines):
        field = f"lines[{index}]"
        if numbers[line.line] > 1:
            raise InvalidOrder(
                "the line comes twice",
                field=f"{field}.line",
                value=line.line,
                remedy="Give every line a number of its own.",
            )
        if line.sku not in known:
            raise InvalidOrder(
                "SKU is not in the catalogue",
                field=f"{field}.sku",
                value=line.sku,
                remedy="Add it with PUT /v1/skus, or correct the order.",
            )
        check_quantity(line.quantity, f"{field}.quantity", InvalidOrder)


def line_record(order: PickOrder, line: OrderLine, position: int) -> LineRecord:
    """A line as it is at first."""
    return LineRecord(
        line.line, order.order, position, line.sku, line.quantity, owner=line.owner, lot=line.lot
    )


def _digest(order: PickOrder) -> str:
    """What the order asks for. An ordinary order has the digest it had before there were others,
    so that one kept by an earlier version is known when it comes again."""
    told = to_json(order)
    if not order.priority:
        del told["priority"]
    for line in told["lines"]:
        for name in ("owner", "lot"):
            if not line[name]:
                del line[name]
    return body_hash("order", told)


def _keep(tx: Writing, order: PickOrder, digest: str, now_ms: int) -> OrderRecord:
    record = OrderRecord(
        number=0,
        order=order.order,
        body_hash=digest,
        received_ms=now_ms,
        due_ms=order.due_ms,
        status=OrderStatus.OPEN,
        completed_ms=None,
        lines=len(order.lines),
        lines_closed=0,
        pieces=sum(line.quantity for line in order.lines),
        picked=0,
        short=0,
        priority=order.priority,
    )
    lines = [
        line_record(order, line, position) for position, line in enumerate(order.lines, start=1)
    ]
    tx.add_order(record, lines)
    consume(tx, order.order, now_ms)
    tx.append_event(OrderReceived(order), now_ms)
    tx.tally(
        {
            Tally.ORDERS_RECEIVED: 1,
            Tally.LINES_RECEIVED: record.lines,
            Tally.PIECES_ORDERED: record.pieces,
        }
    )
    return record
