"""Puts: shown to the people who put goods away, and confirmed by them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from planner.codec.messages import encode
from planner.warehouse.commands import ShowPuts
from planner.warehouse.errors import (
    IdempotencyConflict,
    InvalidMessage,
    InvalidStock,
    NotFound,
)
from planner.warehouse.events import PutConfirmed, StockStated
from planner.warehouse.ids import PutId, ReceiptId
from planner.warehouse.receipts import PutTask
from planner.warehouse.stock import Balance
from wms_bridge.ledger import movement_of_put, slot_account
from wms_bridge.lots.shares import shares_of
from wms_bridge.lots.terms import tell_terms
from wms_bridge.messages import ReceiptPutAway, SlotFilled
from wms_bridge.names import MAX_KEY_LENGTH, check_name
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.work import OutboxMessage, PutRecord, ReceiptRecord, Tally
from wms_bridge.requests import body_hash, recall, remember
from wms_bridge.serials.carrying import carry_serials, check_told_again
from wms_bridge.shelves import Shelves
from wms_bridge.withdrawing import withdraw_in_vain


@dataclass(frozen=True, slots=True)
class PutTaken:
    """Answer to a confirmation, the same however often it comes. ``repeated`` tells the caller
    that it came before and nothing was done; it is not part of the answer."""

    put: PutId
    quantity: int
    confirmed_ms: int
    repeated: bool


def show_puts(tx: Writing, shelves: Shelves, command: ShowPuts, now_ms: int) -> int:
    """Show those puts that are new and return how many they are.

    :class:`InvalidMessage` if a put does not fit its receipt, slot or station, or asks for more
    than there is at the dock; :class:`IdempotencyConflict` if it was shown with other contents.
    """
    new = [task for task in command.puts if not _known(tx, task)]
    asked: Counter[ReceiptId] = Counter()
    receipts: dict[ReceiptId, ReceiptRecord] = {}
    for task in new:
        asked[task.receipt] += task.quantity
        receipts[task.receipt] = _fitting_receipt(tx, shelves, task, asked[task.receipt])
    for task in new:
        tx.add_put(PutRecord(0, task, command.robot, now_ms))
    for name, receipt in receipts.items():
        tx.put_receipt(replace(receipt, shown=receipt.shown + asked[name]))
    return len(new)


def confirm_put(
    tx: Writing,
    shelves: Shelves,
    put: PutId,
    quantity: int,
    key: str,
    now_ms: int,
    serials: Sequence[str] = (),
) -> PutTaken:
    """Post what was put into the slot, once per put. Fewer pieces than asked for mean that no more
    fit; the rest stays on the dock. ``serials`` are those that were scanned.

    :class:`NotFound` on an unknown put; :class:`InvalidStock` on more pieces than asked for or
    than the slot holds, if other stock is in it, and on serials that are not on the dock;
    :class:`IdempotencyConflict` if it was confirmed otherwise.
    """
    check_name(put, "put", NotFound)
    digest = body_hash("put", (put, quantity, *((tuple(serials),) if serials else ())))
    known_key = recall(tx, key, digest) is not None
    record = tx.put(put)
    if record is None:
        raise NotFound(
            "no such put was shown",
            field="put",
            value=put,
            remedy="Confirm puts listed by GET /v1/stations/{station}/puts.",
        )
    if record.confirmed_ms is not None:
        taken = _taken_before(record, quantity)
        entry = tx.movement(f"put/{put}")
        check_told_again(tx, [entry.movement] if entry else (), serials)
    else:
        held = _checked_slot(tx, shelves, record.task, quantity)
        _check_owner(tx, record.task, quantity)
        taken = _take(tx, record, quantity, held, serials, now_ms)
    if not known_key:
        remember(tx, key, digest, put, now_ms)
    return taken


def _known(tx: Reading, task: PutTask) -> bool:
    shown = tx.put(task.put)
    if shown is not None and shown.task != task:
        raise IdempotencyConflict(
            "this put was shown with other contents",
            field="puts.put",
            value=task.put,
            remedy="Give a new put a new id.",
        )
    return shown is not None


def _fitting_receipt(tx: Reading, shelves: Shelves, task: PutTask, asked: int) -> ReceiptRecord:
    check_name(task.put, "puts.put", InvalidMessage)
    receipt = tx.receipt(task.receipt)
    if receipt is None or receipt.sku != task.sku:
        raise InvalidMessage("no such receipt of this SKU", field="receipt", value=task.receipt)
    if not shelves.has_slot(task.slot):
        raise InvalidMessage("the site has no such slot", field="slot", value=task.slot)
    if not shelves.has_station(task.station):
        raise InvalidMessage("the site has no such station", field="station", value=task.station)
    left = receipt.quantity - receipt.put - receipt.shown
    if task.quantity <= 0 or asked > left:
        raise InvalidMessage(
            f"of receipt {receipt.receipt} {left} pieces are left at the dock",
            field="quantity",
            value=task.quantity,
        )
    return receipt


def _taken_before(record: PutRecord, quantity: int) -> PutTaken:
    if record.quantity != quantity or record.confirmed_ms is None:
        raise IdempotencyConflict(
            f"the put was confirmed with {record.quantity} pieces",
            field="quantity",
            value=quantity,
            remedy="A confirmed put stands; count the slot if it was wrong.",
        )
    return PutTaken(record.task.put, quantity, record.confirmed_ms, True)


def _checked_slot(tx: Reading, shelves: Shelves, task: PutTask, quantity: int) -> int:
    """What the slot holds by the books, if ``quantity`` pieces can go into it."""
    if not 0 <= quantity <= task.quantity:
        raise InvalidStock(
            f"the put asks for {task.quantity} pieces",
            field="quantity",
            value=quantity,
            remedy=f"Put 0 to {task.quantity} pieces and leave any others at the dock.",
        )
    places = tx.holdings(account=slot_account(task.slot))
    held = {place.sku: place.quantity for place in places if place.quantity > 0}
    others = [sku for sku in held if sku != task.sku]
    if quantity and others:
        raise InvalidStock(
            f"the slot is taken by {others[0]}; a slot holds one SKU",
            field="quantity",
            value=quantity,
            remedy="Confirm 0 pieces; the goods will be sent to another slot.",
        )
    room = shelves.capacity - held.get(task.sku, 0)
    if quantity > room:
        raise InvalidStock(
            f"the slot has room for {room} more pieces",
            field="quantity",
            value=quantity,
            remedy="Put no more than fit, and leave the others at the dock.",
        )
    return held.get(task.sku, 0)


def _check_owner(tx: Reading, task: PutTask, quantity: int) -> None:
    """Goods of several owners do not lie in one slot."""
    held = [place.lot for place in tx.lots_at(slot_account(task.slot)) if place.sku == task.sku]
    of_goods = tx.lot_records([_receipt(tx, task).lot])
    owner = of_goods[0].owner if of_goods else ""
    others = [lot for lot in tx.lot_records(held) if lot.owner != owner]
    if quantity and others:
        raise InvalidStock(
            f"the slot is taken by goods of {others[0].owner or 'the site'}",
            field="quantity",
            value=quantity,
            remedy="Confirm 0 pieces; the goods will be sent to another slot.",
        )


def _receipt(tx: Reading, task: PutTask) -> ReceiptRecord:
    receipt = tx.receipt(task.receipt)
    if receipt is None:
        raise LookupError(f"put {task.put} without a receipt")
    return receipt


def _take(
    tx: Writing,
    record: PutRecord,
    quantity: int,
    held: int,
    serials: Sequence[str],
    now_ms: int,
) -> PutTaken:
    task, receipt = record.task, _receipt(tx, record.task)
    tx.put_put(replace(record, quantity=quantity, confirmed_ms=now_ms))
    if serials and not quantity:
        raise InvalidStock(
            "nothing was put",
            field="serials",
            value=serials[0][:MAX_KEY_LENGTH],
            remedy="Tell the serials of what went into the slot, or none.",
        )
    if quantity:
        movement = movement_of_put(task, quantity, now_ms, receipt.lot)
        tx.post([movement])
        carry_serials(tx, movement, serials)
        stated = Balance(task.slot, task.sku, held + quantity)
        tx.append_event(StockStated((stated,)), now_ms)
        tell_terms(tx, task.slot, task.sku, now_ms)
        if receipt.lot:
            shares = shares_of(tx, task.slot, task.sku)
            withdraw_in_vain(tx, task.slot, shares, now_ms)
    tx.append_event(PutConfirmed(task.put, quantity), now_ms)
    after = replace(receipt, put=receipt.put + quantity, shown=receipt.shown - task.quantity)
    counted = {Tally.PUTS_CONFIRMED: 1, Tally.PIECES_PUT_AWAY: quantity}
    if after.put == after.quantity:
        after = replace(after, completed_ms=now_ms)
        counted[Tally.RECEIPTS_PUT_AWAY] = 1
        _tell(tx, after, now_ms)
    tx.put_receipt(after)
    tx.tally(counted)
    return PutTaken(task.put, quantity, now_ms, False)


def _tell(tx: Writing, receipt: ReceiptRecord, now_ms: int) -> None:
    message = f"receipt-put-away/{receipt.receipt}"
    code = next((lot.code for lot in tx.lot_records([receipt.lot])), "")
    slots = tuple(
        SlotFilled(record.task.slot, record.quantity, code)
        for record in tx.puts_of(receipt.receipt)
        if record.quantity
    )
    told = ReceiptPutAway(
        message,
        receipt.receipt,
        receipt.sku,
        receipt.quantity,
        receipt.received_ms,
        now_ms,
        slots,
    )
    body = encode(told).decode()
    tx.add_message(
        OutboxMessage(0, message, None, body, now_ms, next_ms=now_ms, receipt=receipt.receipt)
    )
