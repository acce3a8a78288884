"""Recalls: lots are frozen, what is left of them is taken out, and where the rest went is told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from planner.warehouse.errors import IdempotencyConflict, InvalidStock, NotFound
from planner.warehouse.ids import Lot, OrderId, PickId, PutId, SlotId, StationId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from wms_bridge.holds.holding import check_decision, decide_lot, known_lot
from wms_bridge.intake import take_order
from wms_bridge.ledger import DAMAGED, DISPUTED, Movement, MovementReason, slot_of
from wms_bridge.names import MAX_KEY_LENGTH, MAX_PRIORITY, check_name
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.progress import recall_of_order
from wms_bridge.records.lots import LotState, RecallRecord, RecallState
from wms_bridge.requests import body_hash


@dataclass(frozen=True, slots=True)
class Destination:
    """``quantity`` recalled pieces that went to an order, out of which slot, by which pick at which
    station, and when (ms)."""

    order: OrderId
    lot: Lot
    quantity: int
    slot: SlotId
    pick: PickId
    station: StationId | None
    at_ms: int


@dataclass(frozen=True, slots=True)
class RecallProgress:
    """A recall and where its pieces are now: ``retrieved`` in its own totes, ``delivered`` in those
    of orders, which ``destinations`` lists; ``missing`` were not found or set aside as damaged."""

    recall: RecallRecord
    state: RecallState
    in_slots: int
    on_dock: int
    retrieved: int
    delivered: int
    missing: int
    destinations: tuple[Destination, ...]


def recall_lots(
    tx: Writing, lots: Sequence[Lot], reason: str, by: str, key: str, now_ms: int
) -> tuple[RecallRecord, bool]:
    """Recall lots, once per key; also whether it came before.

    :class:`InvalidStock` without a lot, a name or a reason; :class:`NotFound` on an unknown lot;
    :class:`IdempotencyConflict` if the key came with another recall.
    """
    check_decision(by, reason)
    check_name(key, "Idempotency-Key", InvalidStock, MAX_KEY_LENGTH)
    if not lots:
        raise InvalidStock("a recall needs a lot", field="lots", value=[])
    names = tuple(sorted(set(lots)))
    digest = body_hash("recall", (names, reason, by))
    known = tx.recall_of_key(key)
    if known is not None and known.body_hash != digest:
        raise IdempotencyConflict(
            "this key was used for another recall",
            field="Idempotency-Key",
            value=key,
            remedy="Repeat a request unchanged, or send a new one under a new key.",
        )
    if known is not None:
        return known, True
    for lot in names:
        known_lot(tx, lot)
    number = tx.last_recall() + 1
    record = RecallRecord(number, f"Q{number:06d}", key, digest, names, reason, by, now_ms)
    tx.put_recall(record)
    for lot in names:
        decide_lot(tx, lot, LotState.RECALLED, by, reason, now_ms)
    return retrieve(tx, record, now_ms), False


def retrieve(tx: Writing, recall: RecallRecord, now_ms: int) -> RecallRecord:
    """Have taken out what lies in slots and is not asked for yet: by a pick order of its own, whose
    tote is the recall's. Nothing is done if there is nothing."""
    name = OrderId(f"recall/{recall.recall}/{len(recall.retrievals) + 1}")
    wanted = [(lot, _in_slots(tx, lot) - _asked(tx, lot)) for lot in recall.lots]
    lines = [
        OrderLine(line_id(name, place), known_lot(tx, lot).sku, pieces, lot=lot)
        for place, (lot, pieces) in enumerate(
            ((lot, pieces) for lot, pieces in wanted if pieces > 0), start=1
        )
    ]
    if not lines:
        return recall
    recall = replace(recall, retrievals=(*recall.retrievals, name))
    tx.put_recall(recall)
    take_order(tx, PickOrder(name, tuple(lines), None, MAX_PRIORITY), None, now_ms)
    return recall


def retrieve_what_came(tx: Writing, put: PutId, now_ms: int) -> None:
    """Goods have been put away: if they are recalled they are taken out again."""
    shown = tx.put(put)
    record = tx.receipt(shown.task.receipt) if shown is not None else None
    lot = tx.lot(record.lot) if record is not None and record.lot else None
    if lot is not None and lot.state is LotState.RECALLED:
        for recall in tx.recalls_of_lot(lot.lot)[:1]:
            retrieve(tx, recall, now_ms)


def known_recall(tx: Reading, recall: str) -> RecallRecord:
    """:class:`NotFound` if there is no such recall."""
    record = tx.recall(recall)
    if record is None:
        raise NotFound(
            "no such recall",
            field="recall",
            value=recall,
            remedy="Ask for recalls listed by GET /v1/recalls.",
        )
    return record


def progress_of(tx: Reading, recall: RecallRecord) -> RecallProgress:
    """Where the recalled pieces are, and where they went before."""
    held = [place for lot in recall.lots for place in tx.lot_holdings(lot)]
    sums = {
        kind: sum(p.quantity for p in held if p.account.startswith(kind))
        for kind in ("slot:", "dock:", "tote:", "tote:recall/")
    }
    missing = sum(p.quantity for p in held if p.account in (DISPUTED, DAMAGED))
    moves = [entry.movement for lot in recall.lots for entry in tx.movements_of_lot(lot)]
    went = tuple(_destination(tx, move) for move in moves if move.reason is MovementReason.PICK)
    delivered = tuple(one for one in went if recall_of_order(tx, one.order) is None)
    waits = sums["slot:"] + sums["dock:"] or any(_asked(tx, lot) for lot in recall.lots)
    return RecallProgress(
        recall,
        RecallState.OPEN if waits else RecallState.RETRIEVED,
        sums["slot:"],
        sums["dock:"],
        sum(one.quantity for one in went) - sum(one.quantity for one in delivered),
        sum(one.quantity for one in delivered),
        missing,
        delivered,
    )


def _destination(tx: Reading, move: Movement) -> Destination:
    pick = PickId(move.key.removeprefix("pick/").removesuffix(f"/lot/{move.lot}"))
    record = tx.pick(pick)
    return Destination(
        OrderId(move.to_account.removeprefix("tote:")),
        move.lot,
        move.quantity,
        slot_of(move.from_account),
        pick,
        record.task.station if record else None,
        move.at_ms,
    )


def _in_slots(tx: Reading, lot: Lot) -> int:
    held = tx.lot_holdings(lot)
    return sum(place.quantity for place in held if place.account.startswith("slot:"))


def _asked(tx: Reading, lot: Lot) -> int:
    """Pieces of a lot that retrievals still ask for."""
    return sum(
        line.quantity - line.picked - line.short
        for recall in tx.recalls_of_lot(lot)
        for order in recall.retrievals
        for line in tx.lines(order)
        if line.lot == lot
    )
