"""Taking goods received from the WMS."""

from collections.abc import Sequence
from dataclasses import dataclass

from planner.codec.messages import to_json
from planner.warehouse.errors import IdempotencyConflict, InvalidReceipt
from planner.warehouse.events import GoodsReceived
from planner.warehouse.ids import ReceiptId, Sku
from planner.warehouse.receipts import Receipt
from wms_bridge.holds.expiring import hold_if_expired
from wms_bridge.ledger import movement_of_receipt
from wms_bridge.lots.naming import LotName, check_lot_name, lot_for
from wms_bridge.names import check_name, check_quantity
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.work import ReceiptRecord, Tally
from wms_bridge.requests import body_hash, recall, remember
from wms_bridge.serials.carrying import carry_serials
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
    tx: Writing,
    shelves: Shelves,
    receipt: Receipt,
    key: str,
    now_ms: int,
    serials: Sequence[str] = (),
) -> ReceiptAccepted:
    """Book goods received onto the dock, once; ``serials`` are those of the goods, as far as known.
    :class:`InvalidReceipt` names the wrong field; :class:`InvalidStock` a serial that is here
    already or of other goods; :class:`IdempotencyConflict` if the key or the receipt id came with
    another body."""
    check_name(receipt.receipt, "receipt", InvalidReceipt)
    check_name(receipt.sku, "sku", InvalidReceipt)
    check_lot_name(_lot_name(receipt), "", InvalidReceipt)
    digest = _digest(receipt, serials)
    repeated = recall(tx, key, digest) is not None
    known = tx.receipt(receipt.receipt)
    if known is None:
        _check(tx, shelves, receipt)
        known = _keep(tx, receipt, digest, serials, now_ms)
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


def _lot_name(receipt: Receipt) -> LotName:
    return LotName(receipt.lot, receipt.owner, receipt.expires_ms)


def _digest(receipt: Receipt, serials: Sequence[str]) -> str:
    """What came in. Goods of which neither lot nor serials are told have the digest they had before
    there were any, so that a receipt kept by an earlier version is known when it comes again."""
    told = to_json(receipt)
    for name, unknown in (("lot", ""), ("expires_ms", None), ("owner", "")):
        if told[name] == unknown:
            del told[name]
    if serials:
        told["serials"] = list(serials)
    return body_hash("receipt", told)


def _keep(
    tx: Writing, receipt: Receipt, digest: str, serials: Sequence[str], now_ms: int
) -> ReceiptRecord:
    name = _lot_name(receipt)
    lot = lot_for(tx, receipt.sku, name, receipt.receipt, now_ms, InvalidReceipt)
    hold_if_expired(tx, lot, now_ms)
    record = ReceiptRecord(
        0, receipt.receipt, digest, receipt.sku, receipt.quantity, now_ms, lot=lot
    )
    tx.add_receipt(record)
    movement = movement_of_receipt(receipt, now_ms, lot)
    tx.post([movement])
    carry_serials(tx, movement, serials)
    tx.append_event(GoodsReceived(receipt), now_ms)
    tx.tally({Tally.RECEIPTS_RECEIVED: 1, Tally.PIECES_RECEIVED: receipt.quantity})
    return record
