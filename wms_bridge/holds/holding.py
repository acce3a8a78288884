"""Putting lots on hold, recalling them and letting them go again."""

from dataclasses import dataclass, replace

from planner.codec.messages import encode
from planner.warehouse.errors import InvalidStock, NotFound, TooLate
from planner.warehouse.ids import Lot, SlotId
from wms_bridge.ledger import slot_of
from wms_bridge.lots.terms import tell_terms
from wms_bridge.messages import LotStateTold
from wms_bridge.names import check_name
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.lots import LotChange, LotRecord, LotState
from wms_bridge.records.work import LineRecord, OutboxMessage, PickRecord
from wms_bridge.withdrawing import withdraw

MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class LotChanged:
    """A lot after a decision, with how many picks were taken back for it. ``repeated`` tells the
    caller that it was in that state before and nothing was done."""

    lot: LotRecord
    withdrawn: int
    repeated: bool


def known_lot(tx: Reading, lot: Lot) -> LotRecord:
    """:class:`NotFound` if there is no such lot."""
    record = tx.lot(lot)
    if record is None:
        raise NotFound(
            "no such lot",
            field="lot",
            value=lot,
            remedy="Name a lot listed by GET /v1/lots by its key (L000001).",
        )
    return record


def check_decision(by: str, reason: str) -> None:
    """:class:`InvalidStock` if nobody says who decides, or why."""
    check_name(by, "by", InvalidStock)
    check_name(reason, "reason", InvalidStock, MAX_REASON)


def decide_lot(
    tx: Writing, lot: Lot, state: LotState, by: str, reason: str, now_ms: int
) -> LotChanged:
    """Put a lot into a state: the fleet and the pickers are told at once, in the same transaction,
    so that from then on no piece of a lot that is not free goes into the tote of an order; the WMS
    is told through the outbox.

    :class:`NotFound` if there is none; :class:`InvalidStock` without a name or a reason;
    :class:`TooLate` if the lot is recalled.
    """
    check_decision(by, reason)
    record = known_lot(tx, lot)
    if record.state is state:
        return LotChanged(record, 0, True)
    if record.state is LotState.RECALLED:
        raise TooLate(
            "the lot is recalled",
            field="lot",
            value=lot,
            remedy="A recalled lot stays so; what is retrieved is in the tote of its recall.",
        )
    record = replace(record, state=state, by=by, reason=reason, changed_ms=now_ms)
    tx.put_lot_record(record)
    tx.add_lot_change(LotChange(lot, state, by, reason, now_ms))
    _tell_wms(tx, record)
    withdrawn = 0
    for slot in slots_with(tx, lot):
        tell_terms(tx, slot, record.sku, now_ms)
        if state is not LotState.RELEASED:
            withdrawn += _withdraw(tx, slot, record, now_ms)
    return LotChanged(record, withdrawn, False)


def _tell_wms(tx: Writing, lot: LotRecord) -> None:
    """Tell it the state of a lot, under a name that counts the changes of the lot."""
    message = f"lot-state/{lot.lot}/{len(tx.lot_changes(lot.lot))}"
    goods, at_ms = (lot.lot, lot.code, lot.sku, lot.owner), lot.changed_ms
    told = LotStateTold(message, *goods, lot.state, lot.reason, lot.by, at_ms)
    body = encode(told).decode()
    tx.add_message(OutboxMessage(0, message, None, body, at_ms, next_ms=at_ms))


def slots_with(tx: Reading, lot: Lot) -> tuple[SlotId, ...]:
    """Slots that hold pieces of a lot."""
    return tuple(
        slot_of(place.account)
        for place in tx.lot_holdings(lot)
        if place.quantity and place.account.startswith("slot:")
    )


def _withdraw(tx: Writing, slot: SlotId, lot: LotRecord, now_ms: int) -> int:
    """Take back picks that might take pieces of the lot."""
    picks = [p for p in tx.picks_of_slot(slot, now_ms) if p.open and p.task.sku == lot.sku]
    picks = [pick for pick in picks if _line(tx, pick).lot != lot.lot]
    for pick in picks:
        withdraw(tx, pick, now_ms)
    return len(picks)


def _line(tx: Reading, pick: PickRecord) -> LineRecord:
    line = tx.line(pick.task.line)
    if line is None:
        raise LookupError(f"pick {pick.task.pick} without a line")
    return line
