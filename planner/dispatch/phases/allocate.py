"""Promising stock: which pieces of which slot serve which line. Nothing is ever promised twice."""

from collections.abc import Iterable
from dataclasses import replace

from planner.dispatch.phases.putaway import take_back_puts
from planner.dispatch.state import Line, Visit
from planner.dispatch.stock import plain_sku
from planner.dispatch.turn import Turn
from planner.warehouse.commands import AlarmKind, WithdrawPicks
from planner.warehouse.ids import PickId, PodId, SlotId, VisitId
from planner.warehouse.picks import PickTask
from planner.warehouse.stock import pod_of


def serve_lines(turn: Turn, visit: Visit, lines: list[Line]) -> int:
    """Promise what the visit's pod holds to those of ``lines`` that are still open; returns how
    many promises were made."""
    made = visit.picks_made
    for line in lines:
        visit = serve_line(turn, visit, line, turn.line(line.line).open)
    return visit.picks_made - made


def serve_line(turn: Turn, visit: Visit, line: Line, most: int) -> Visit:
    """Promise up to ``most`` pieces of what the visit's pod holds to a line that is open."""
    for slot in slots_in_pod(turn, visit.pod, line):
        quantity = min(most, turn.line(line.line).open, turn.state.slots[slot].available)
        if quantity > 0:
            visit = _promise(turn, visit, line, slot, quantity)
            most -= quantity
    return visit


def slots_in_pod(turn: Turn, pod: PodId, line: Line) -> list[SlotId]:
    """Slots of the pod that hold the line's SKU, those whose stock goes first at the front."""
    slots = turn.state.slots
    found = [slot for slot in turn.state.slots_of_sku.get(line.sku, ()) if pod_of(slot) == pod]
    found.sort(key=lambda slot: slots[slot].rank_ms or 0)
    return found


def _promise(turn: Turn, visit: Visit, line: Line, slot: SlotId, quantity: int) -> Visit:
    number, sku = visit.picks_made + 1, plain_sku(line.sku)
    pick = PickId(f"{visit.visit}.{number}")
    turn.state.picks[pick] = PickTask(
        pick, visit.visit, visit.station, visit.pod, slot, line.order, line.line, sku, quantity
    )
    stock = turn.state.slots[slot]
    turn.set_slot(slot, replace(stock, reserved=stock.reserved + quantity))
    current = turn.line(line.line)
    turn.set_line(current, allocated=current.allocated + quantity)
    return turn.set_visit(
        visit, picks=(*visit.picks, pick), hidden=(*visit.hidden, pick), picks_made=number
    )


def take_back(turn: Turn, visit: Visit) -> None:
    """Undo every promise of a visit that has not been shown to a picker, and its puts."""
    visit = take_back_puts(turn, visit)
    for pick in visit.hidden:
        end_promise(turn, pick)


def end_promise(turn: Turn, pick: PickId) -> PickTask | None:
    """End one promise, however it came to its end; None if it has ended before. The only place
    where what was promised is released, so that it is released once."""
    state = turn.state
    task = state.picks.pop(pick, None)
    if task is None:
        return None
    stock = state.slots[task.slot]
    turn.set_slot(task.slot, replace(stock, reserved=stock.reserved - task.quantity))
    line = turn.line(task.line)
    turn.set_line(line, allocated=line.allocated - task.quantity)
    visit = turn.visit(task.visit)
    turn.set_visit(
        visit,
        picks=tuple(other for other in visit.picks if other != pick),
        hidden=tuple(other for other in visit.hidden if other != pick),
    )
    state.withdrawing.pop(pick, None)
    if state.failed.pop(pick, None) is not None:
        turn.clear(AlarmKind.PICK_FAILED, pick)
    turn.touched[task.order] = None
    return task


def withdraw(turn: Turn, picks: Iterable[PickId]) -> None:
    """Take promises back. What no picker has been shown ends at once; what one has is asked for,
    and stays promised until it is known whether it was picked in the meantime."""
    shown: dict[VisitId, list[PickId]] = {}
    for pick in picks:
        task = turn.state.picks[pick]
        if pick in turn.visit(task.visit).hidden:
            end_promise(turn, pick)
        elif pick not in turn.state.withdrawing:
            shown.setdefault(task.visit, []).append(pick)
    for visit, names in shown.items():
        turn.state.withdrawing.update(dict.fromkeys(names, turn.now_ms))
        station = turn.visit(visit).station
        turn.commands.append(WithdrawPicks(visit, station, tuple(names)))
