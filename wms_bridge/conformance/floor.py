"""The floor in a case: robots bring pods, people pick, put away and count."""

from collections.abc import Mapping, Sequence

from planner.warehouse.commands import ShortenLine, ShowPicks, ShowPuts
from planner.warehouse.counts import EvidenceKind, SlotCount
from planner.warehouse.ids import (
    LineId,
    OrderId,
    PickId,
    PodId,
    PutId,
    ReceiptId,
    RobotId,
    Sku,
    StationId,
    VisitId,
)
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import PickTask, ShortReason
from planner.warehouse.receipts import PutTask
from wms_bridge.conformance.house import CaseFailed, digest, expect
from wms_bridge.conformance.rig import Rig
from wms_bridge.messages import StockAdjusted

_ROBOT = RobotId("R1")
_SURE = 0.995


def show(rig: Rig, line: LineId, sku: Sku, pieces: int, pod: PodId, name: str = "") -> PickId:
    """A pod is at the station: a picker is asked for pieces of a line."""
    pick = PickId(f"{line}/{pod}/{name}")
    order = OrderId(line.rpartition("#")[0])
    visit, station = VisitId(f"v{pod}"), StationId("S1")
    slot = rig.slot(pod, sku)
    task = PickTask(pick, visit, station, pod, slot, order, line, sku, pieces)
    _apply(rig, ShowPicks(visit, station, pod, _ROBOT, (task,)))
    return pick


def confirm(rig: Rig, pick: PickId, asked: int, taken: int) -> None:
    """A picker took so many."""
    reason = ShortReason.SLOT_SHORT if taken < asked else None
    rig.bridge.confirm_pick(pick, taken, rig.now_ms(), reason)


def pick(
    rig: Rig, line: LineId, sku: Sku, pieces: int, pod: PodId, taken: int | None = None
) -> None:
    """Show a pick and confirm it: all of it, or what was ``taken``."""
    shown = show(rig, line, sku, pieces, pod)
    confirm(rig, shown, pieces, pieces if taken is None else taken)


def give_up(rig: Rig, line: LineId, pieces: int) -> None:
    """So many pieces of a line will not come."""
    order = OrderId(line.rpartition("#")[0])
    found = rig.bridge.order(order)
    changes = found.order.changes if found else 0
    reason = ShortReason.INSUFFICIENT_STOCK
    _apply(rig, ShortenLine(order, line, pieces, pieces, reason, changes))


def give_up_rest(rig: Rig, order: PickOrder) -> None:
    """What is left of an order will not come."""
    found = rig.bridge.order(order.order)
    for line in found.lines if found else ():
        left = line.quantity - line.picked - line.short
        if left:
            give_up(rig, line.line, left)


def pick_order(rig: Rig, order: OrderId, pods: Mapping[Sku, PodId]) -> None:
    """Pick all of an order, each SKU from one pod."""
    found = rig.bridge.order(order)
    if found is None:
        raise CaseFailed(f"the bridge has no order {order}")
    for line in found.lines:
        if not line.closed:
            pick(rig, line.line, line.sku, line.quantity, pods[line.sku])


def put_away(rig: Rig, receipt: ReceiptId, sku: Sku, places: Sequence[tuple[PodId, int]]) -> None:
    """Put goods into pods."""
    visit, station = VisitId(f"v{receipt}"), StationId("S2")
    for pod, pieces in places:
        put = PutId(f"{receipt}/{pod}")
        task = PutTask(put, visit, station, pod, rig.slot(pod, sku), receipt, sku, pieces)
        _apply(rig, ShowPuts(visit, station, pod, _ROBOT, (task,)))
        rig.bridge.confirm_put(put, pieces, rig.now_ms())


def count(rig: Rig, pod: PodId, sku: Sku, found: int) -> str:
    """Readers and cameras see ``found`` pieces in a slot; the name of the message that tells the
    WMS. :class:`CaseFailed` if the books do not follow."""
    slot, now_ms = rig.slot(pod, sku), rig.now_ms()
    books = rig.ours()[pod, sku]
    capacity = rig.bridge.shelves.capacity
    chances = [(1 - _SURE) / capacity] * (capacity + 1)
    chances[found] = _SURE
    kinds = frozenset({EvidenceKind.RFID, EvidenceKind.CAMERA})
    seen = SlotCount(
        slot, sku, books, now_ms, now_ms, tuple(chances), kinds, (digest(f"{slot} {now_ms}"),)
    )
    before = _adjustments(rig)
    (answer,) = rig.bridge.counts.take([seen], now_ms)
    if isinstance(answer, Exception):
        raise answer
    new = _adjustments(rig) - before
    expect(len(new) == 1, f"the count of {slot} led to {answer.step}, not to an adjustment")
    return new.pop()


def _adjustments(rig: Rig) -> set[str]:
    return {told.message for told in rig.untold() if isinstance(told, StockAdjusted)}


def _apply(rig: Rig, command: ShowPicks | ShowPuts | ShortenLine) -> None:
    (error,) = rig.bridge.apply([command], rig.now_ms())
    if error is not None:
        raise error
