"""What one document of a WMS asks for, done over a transaction. Each checks before it changes, so
one that is refused leaves no trace."""

from dataclasses import dataclass

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.errors import InvalidOrder, PodherdError, TooLate
from planner.warehouse.orders import PickOrder
from planner.warehouse.receipts import Receipt
from wms_bridge.changing import cancel_order, change_order
from wms_bridge.intake import take_order
from wms_bridge.messages import LineWanted, ReservationWanted
from wms_bridge.ports.store import Writing
from wms_bridge.receiving import receipt_key, take_receipt
from wms_bridge.records.links import (
    DocumentKind,
    InboxState,
    Incoming,
    OrderTold,
    WmsOrderState,
)
from wms_bridge.records.work import OrderRecord, OrderStatus, OutboxMessage, SkuRecord
from wms_bridge.shelves import Shelves
from wms_bridge.stocking import put_skus


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a document, in a few words."""

    state: InboxState
    outcome: str


def order_document(told: OrderTold, version: str) -> Incoming:
    """An order as the WMS tells it."""
    body = encode(told).decode()
    return Incoming(DocumentKind.ORDER, told.reference, version, body)


def receipt_document(receipt: Receipt, version: str) -> Incoming:
    """Goods received as the WMS tells them."""
    body = encode(receipt).decode()
    return Incoming(DocumentKind.RECEIPT, receipt.receipt, version, body)


def item_document(record: SkuRecord) -> Incoming:
    """An article as the WMS tells it."""
    return Incoming(DocumentKind.ITEM, record.sku, "", encode(record).decode())


def do_document(tx: Writing, shelves: Shelves, document: Incoming, key: str, now_ms: int) -> Done:
    """Do what a document asks for, or see that it is done. ``key`` makes it known when it comes
    again. Raises what the rules raise: :class:`InvalidOrder`, :class:`InvalidReceipt`,
    :class:`InvalidStock`, :class:`IdempotencyConflict`."""
    content = decode(document.body)
    match document.kind:
        case DocumentKind.ORDER:
            return _order(tx, from_json(content, OrderTold), key, now_ms)
        case DocumentKind.RECEIPT:
            receipt = from_json(content, Receipt)
            taken = take_receipt(tx, shelves, receipt, receipt_key(receipt.receipt), now_ms)
            return _taken("there already" if taken.repeated else "goods at the dock")
        case DocumentKind.ITEM:
            put_skus(tx, [from_json(content, SkuRecord)], now_ms)
            return _taken("in the catalogue")


def _order(tx: Writing, told: OrderTold, key: str, now_ms: int) -> Done:
    record = tx.order(told.reference)
    if told.state is not WmsOrderState.OPEN:
        return _closed(tx, told, record, key, now_ms)
    if told.order is None or told.order.order != told.reference:
        raise InvalidOrder(
            "an open order without its contents",
            field="order",
            value=told.reference,
            remedy="Have the connector tell the lines of open orders.",
        )
    if record is None:
        return _new(tx, told.order, now_ms)
    try:
        altered = change_order(tx, told.order, key, now_ms)
    except TooLate as late:
        return Done(InboxState.LATE, late.problem)
    return _taken("changed" if altered.changed else "as it was")


def _new(tx: Writing, order: PickOrder, now_ms: int) -> Done:
    take_order(tx, order, None, now_ms)
    message = f"reserve-order/{order.order}"
    lines = tuple(LineWanted(line.line, line.sku, line.quantity) for line in order.lines)
    body = encode(ReservationWanted(message, order.order, lines)).decode()
    tx.add_message(OutboxMessage(0, message, order.order, body, now_ms, next_ms=now_ms))
    return _taken("taken")


def _closed(
    tx: Writing, told: OrderTold, record: OrderRecord | None, key: str, now_ms: int
) -> Done:
    """The WMS wants no more of the order: so do we, unless we are done."""
    if record is None:
        return _taken(f"{told.state} before it came here")
    if told.state is WmsOrderState.DONE and record.status is not OrderStatus.OPEN:
        return _taken("done on both sides")
    try:
        altered = cancel_order(tx, told.reference, key, now_ms)
    except TooLate as late:
        return Done(InboxState.LATE, late.problem)
    if not altered.changed:
        return _taken("cancelled on both sides")
    if told.state is WmsOrderState.DONE:
        return _taken("closed there, so cancelled here")
    return _taken("cancelled")


def _taken(outcome: str) -> Done:
    return Done(InboxState.TAKEN, outcome)


def reason_of(error: PodherdError) -> str:
    """Why a document was rejected, for people."""
    return str(error)
