"""Taking goods received from the WMS."""

from dataclasses import dataclass

from planner.warehouse.errors import IdempotencyConflict, InvalidReceipt
from planner.warehouse.events import GoodsReceived
from planner.warehouse.ids import ReceiptId, Sku
from planner.warehouse.receipts import Receipt
from wms_bridge.ledger import movement_of_receipt
from wms_bridge.names import check_name, check_quantity
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.work import ReceiptRecord, Tally
from wms_bridge.requests import body_hash, recall, remember
from wms_bridge.shelves import Shelves


@dataclass(frozen=True, slots=True)
class ReceiptAccepted:
    """Answer to goods received, the same however often they come. ``repeated`` tells the caller
    that they came before and nothing was done; it is not part of the answer."""

    receipt: ReceiptId
    sku: Sku
    quantity: int
    received_ms: int
    repeated: bool


def receipt_key(receipt: ReceiptId) -> str:
    """The key of a receipt that came without one: a receipt id is used once anyway."""
    return f"receipt/{receipt}"


def take_receipt(
    tx: Writing, shelves: Shelves, receipt: Receipt, key: str, now_ms: int
) -> ReceiptAccepted:
    """Book goods received onto the dock, once. :class:`InvalidReceipt` names the wrong field;
    :class:`IdempotencyConflict` if the key or the receipt id came with another body."""
    check_name(receipt.receipt, "receipt", InvalidReceipt)
    check_name(receipt.sku, "sku", InvalidReceipt)
    digest = body_hash("receipt", receipt)
    repeated = recall(tx, key, digest) is not None
    known = tx.receipt(receipt.receipt)
    if known is None:
        _check(tx, shelves, receipt)
        known = _keep(tx, receipt, digest, now_ms)
    elif known.body_hash != digest:
        raise IdempotencyConflict(
            "this receipt id was used for other goods",
            field="receipt",
            value=receipt.receipt,
            remedy="Repeat a receipt unchanged, or send a new one under a new id.",
        )
    else:
        repeated = True
    if tx.remembered(key) is None:
        remember(tx, key, digest, receipt.receipt, now_ms)
    return ReceiptAccepted(known.receipt, known.sku, known.quantity, known.received_ms, repeated)


def _check(tx: Reading, shelves: Shelves, receipt: Receipt) -> None:
    if not shelves.put_stations:
        raise InvalidReceipt(
            "the site has no replenishment station, so goods cannot be put away",
            field="receipt",
            value=receipt.receipt,
            remedy='Give a station of the site file the role "replenish".',
        )
    if not tx.known_skus({receipt.sku}):
        raise InvalidReceipt(
            "SKU is not in the catalogue",
            field="sku",
            value=receipt.sku,
            remedy="Add it with PUT /v1/skus, or correct the receipt.",
        )
    check_quantity(receipt.quantity, "quantity", InvalidReceipt)


def _keep(tx: Writing, receipt: Receipt, digest: str, now_ms: int) -> ReceiptRecord:
    record = ReceiptRecord(0, receipt.receipt, digest, receipt.sku, receipt.quantity, now_ms)
    tx.add_receipt(record)
    tx.post([movement_of_receipt(receipt, now_ms)])
    tx.append_event(GoodsReceived(receipt), now_ms)
    tx.tally({Tally.RECEIPTS_RECEIVED: 1, Tally.PIECES_RECEIVED: receipt.quantity})
    return record
