"""Telling the WMS that the books of a slot were set to what was found in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from planner.codec.messages import encode
from planner.warehouse.ids import Sku, SlotId
from wms_bridge.ledger import Movement, slot_account
from wms_bridge.messages import LotDifference, StockAdjusted
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.work import OutboxMessage


@dataclass(frozen=True, slots=True)
class Cause:
    """What set the books right: a count's case, or ``pick/<pick>``; why, and who decided it."""

    case: str
    reason: str
    decided_by: str | None = None


def tell_adjusted(
    tx: Writing,
    name: str,
    slot: SlotId,
    sku: Sku,
    moved: Sequence[Movement],
    cause: Cause,
    now_ms: int,
) -> None:
    """Put into the outbox, as ``stock-adjusted/<name>@<now_ms>``, what movements that are posted
    changed in a slot. Cases and picks are numbered anew in a new database: without the time the WMS
    would be searched for a message and found to have one of the old."""
    account = slot_account(slot)
    told = StockAdjusted(
        message := f"stock-adjusted/{name}@{now_ms}",
        cause.case,
        slot,
        sku,
        sum(_change(movement, slot) for movement in moved),
        tx.balance(account, sku),
        cause.reason,
        cause.decided_by,
        now_ms,
        _lots(tx, moved, slot),
    )
    body = encode(told).decode()
    tx.add_message(OutboxMessage(0, message, None, body, now_ms, next_ms=now_ms, slot=slot))


def _change(movement: Movement, slot: SlotId) -> int:
    came = movement.to_account == slot_account(slot)
    return movement.quantity if came else -movement.quantity


def _lots(tx: Reading, moved: Sequence[Movement], slot: SlotId) -> tuple[LotDifference, ...]:
    lots = {movement.lot for movement in moved if movement.lot}
    codes = {record.lot: record.code for record in tx.lot_records(lots)} if lots else {}
    return tuple(
        LotDifference(codes[movement.lot], _change(movement, slot))
        for movement in moved
        if codes.get(movement.lot)
    )
