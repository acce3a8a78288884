"""What a confirmed pick does to the books, lot by lot, and what the WMS is told of it."""

from collections.abc import Sequence

from planner.warehouse.picks import PickTask, ShortReason
from wms_bridge.adjusting import Cause, tell_adjusted
from wms_bridge.ledger import Movement, MovementReason, movements_of_pick, tote_account
from wms_bridge.lots.shares import Taken
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.work import PickRecord

_EMPTIED = frozenset({ShortReason.SLOT_SHORT, ShortReason.WRONG_ITEM})
"""After these nothing that might have been taken is left in the slot."""


def moves_of_pick(
    task: PickTask, quantity: int, reason: ShortReason | None, at_ms: int, taken: Sequence[Taken]
) -> list[Movement]:
    """What the pick moves, lot by lot. A slot that is empty now has nothing more of what might have
    been taken; what may not be taken stays in the books."""
    emptied = reason in _EMPTIED
    damaged = task.quantity - quantity if reason is ShortReason.DAMAGED else 0
    moves: list[Movement] = []
    for part in taken:
        new = movements_of_pick(
            task,
            part.quantity,
            part.books,
            at_ms,
            emptied=emptied,
            damaged=damaged,
            lot=part.lot,
        )
        damaged -= sum(m.quantity for m in new if m.reason is MovementReason.DAMAGED)
        moves += new
    return moves


def into_tote(tx: Reading, record: PickRecord) -> list[Movement]:
    """What a confirmed pick moved into the tote."""
    task, key = record.task, f"pick/{record.task.pick}"
    entries = tx.movements_of(tote_account(task.order), record.confirmed_ms or 0)
    moved = [entry.movement for entry in entries]
    return [one for one in moved if one.key.removesuffix(f"/lot/{one.lot}") == key]


def tell_set_right(tx: Writing, task: PickTask, moved: Sequence[Movement]) -> None:
    """Tell the WMS what is in the slot no more, or was there although the books had it not."""
    for one in moved:
        if one.reason is not MovementReason.PICK:
            cause = Cause(f"pick/{task.pick}", one.reason)
            tell_adjusted(tx, one.key, task.slot, task.sku, [one], cause, one.at_ms)
