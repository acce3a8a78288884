"""Taking back picks that are shown: nobody is to do them any more."""

from collections.abc import Sequence
from dataclasses import replace

from planner.warehouse.events import PickWithdrawn
from planner.warehouse.ids import SlotId
from planner.warehouse.picks import PickTask
from wms_bridge.lots.shares import Share
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.lots import LotState
from wms_bridge.records.work import LineRecord, PickRecord, Tally


def withdraw(tx: Writing, record: PickRecord, now_ms: int) -> None:
    """Take back one open pick."""
    tx.put_pick(replace(record, withdrawn_ms=now_ms))
    line = line_of(tx, record.task)
    tx.put_line(replace(line, shown=line.shown - record.task.quantity))
    tx.append_event(PickWithdrawn(record.task.pick), now_ms)
    tx.tally({Tally.PICKS_WITHDRAWN: 1})


def withdraw_in_vain(tx: Writing, slot: SlotId, shares: Sequence[Share], now_ms: int) -> None:
    """Take back the picks of a slot that now holds pieces (``shares``), but none that they may
    take. Those of a slot that is empty stay: whoever looks confirms that."""
    if not shares or any(share.state is LotState.RELEASED for share in shares):
        return
    for pick in tx.picks_of_slot(slot, now_ms):
        if pick.open and not line_of(tx, pick.task).lot:
            withdraw(tx, pick, now_ms)


def line_of(tx: Reading, task: PickTask) -> LineRecord:
    """The line that a pick is for."""
    line = tx.line(task.line)
    if line is None:
        raise LookupError(f"pick {task.pick} without a line")
    return line
