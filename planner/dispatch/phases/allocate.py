"""Promising stock: which pieces of which slot serve which line. Nothing is ever promised twice."""

from dataclasses import replace

from planner.dispatch.state import Line, Visit
from planner.dispatch.turn import Turn
from planner.warehouse.ids import PickId, PodId, SlotId
from planner.warehouse.picks import PickTask
from planner.warehouse.stock import pod_of


def serve_lines(turn: Turn, visit: Visit, lines: list[Line]) -> int:
    """Promise what the visit's pod holds to those of ``lines`` that are still open; returns how
    many promises were made."""
    served = 0
    for line in lines:
        for slot in slots_in_pod(turn, visit.pod, line):
            available = turn.state.slots[slot].available
            quantity = min(turn.line(line.line).open, available)
            if quantity > 0:
                visit = _promise(turn, visit, line, slot, quantity)
                served += 1
    return served


def slots_in_pod(turn: Turn, pod: PodId, line: Line) -> list[SlotId]:
    """Slots of the pod that hold the line's SKU."""
    return [slot for slot in turn.state.slots_of_sku.get(line.sku, ()) if pod_of(slot) == pod]


def _promise(turn: Turn, visit: Visit, line: Line, slot: SlotId, quantity: int) -> Visit:
    number = visit.picks_made + 1
    pick = PickId(f"{visit.visit}.{number}")
    turn.state.picks[pick] = PickTask(
        pick, visit.visit, visit.station, visit.pod, slot, line.order, line.line, line.sku, quantity
    )
    stock = turn.state.slots[slot]
    turn.set_slot(slot, replace(stock, reserved=stock.reserved + quantity))
    current = turn.line(line.line)
    turn.set_line(current, allocated=current.allocated + quantity)
    return turn.set_visit(visit, picks=(*visit.picks, pick), picks_made=number)


def take_back(turn: Turn, visit: Visit) -> None:
    """Undo every promise of a visit that has not been shown to a picker."""
    for pick in visit.picks:
        task = turn.state.picks.pop(pick)
        stock = turn.state.slots[task.slot]
        turn.set_slot(task.slot, replace(stock, reserved=stock.reserved - task.quantity))
        line = turn.line(task.line)
        turn.set_line(line, allocated=line.allocated - task.quantity)
        turn.touched[task.order] = None
    turn.set_visit(visit, picks=())
