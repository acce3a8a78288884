"""Promising room: which pieces of which receipt go into which slot. No room is promised twice."""

from dataclasses import replace

from planner.assign.slotting import PlannedPut
from planner.dispatch.phases.doubting import moved
from planner.dispatch.state import OpenReceipt, SlotPromise, Visit
from planner.dispatch.stock import plain_sku, stock_key
from planner.dispatch.turn import Turn
from planner.warehouse.commands import ShowPuts
from planner.warehouse.events import PutConfirmed
from planner.warehouse.ids import PutId, Sku, SlotId
from planner.warehouse.receipts import PutTask, Receipt


def receive_goods(turn: Turn, receipt: Receipt) -> None:
    """Goods stand at the dock; those known already are left out."""
    state = turn.state
    if receipt.receipt in state.receipts or receipt.receipt in state.put_away:
        return
    sku = stock_key(receipt.sku, receipt.owner)
    state.receipts[receipt.receipt] = OpenReceipt(
        receipt.receipt, sku, receipt.quantity, turn.now_ms
    )
    state.incoming[sku] = state.incoming.get(sku, 0) + receipt.quantity
    state.next_put_ms = 0
    turn.count(receipts_received=1)


def awaited(turn: Turn, sku: Sku) -> bool:
    """Whether goods of this SKU have come in and will be put into a pod: lines wait for them."""
    return turn.state.incoming.get(sku, 0) > 0 and bool(turn.floor.put_stations)


def sku_in(turn: Turn, slot: SlotId) -> Sku | None:
    """The only SKU that a slot takes now; ``None`` if it is empty and nothing is promised to it."""
    promise = turn.state.promises.get(slot)
    stock = turn.state.slots.get(slot)
    if stock is not None and (stock.quantity or stock.reserved):
        return stock.sku
    return promise.sku if promise else None


def room_in(turn: Turn, slot: SlotId) -> int:
    """Pieces that a slot can still take, beyond those it holds and those promised to it."""
    if slot in turn.state.full or slot in turn.state.quarantined:
        return 0
    stock, promise = turn.state.slots.get(slot), turn.state.promises.get(slot)
    if stock is not None and promise is not None and stock.quantity and stock.sku != promise.sku:
        return 0
    held = (stock.quantity if stock else 0) + (promise.quantity if promise else 0)
    return max(0, turn.floor.site.pod_model.slot_capacity - held)


def promise_put(turn: Turn, visit: Visit, planned: PlannedPut) -> Visit:
    """Promise a slot's room to goods. The plan is cut to what there is room for."""
    state = turn.state
    receipt = state.receipts[planned.receipt]
    quantity = min(planned.pieces, receipt.open, room_in(turn, planned.slot))
    if quantity <= 0 or sku_in(turn, planned.slot) not in (None, planned.sku):
        return visit
    number = visit.puts_made + 1
    put = PutId(f"{visit.visit}.p{number}")
    state.puts[put] = PutTask(
        put,
        visit.visit,
        visit.station,
        visit.pod,
        planned.slot,
        planned.receipt,
        plain_sku(planned.sku),
        quantity,
    )
    promise = state.promises.get(planned.slot, SlotPromise(planned.sku, 0))
    state.promises[planned.slot] = replace(promise, quantity=promise.quantity + quantity)
    state.receipts[planned.receipt] = replace(receipt, promised=receipt.promised + quantity)
    return turn.set_visit(visit, puts=(*visit.puts, put), puts_made=number)


def take_back_puts(turn: Turn, visit: Visit) -> Visit:
    """Undo every promise of a visit that has not been shown; the goods wait for another slot."""
    for put in visit.puts:
        _release(turn, turn.state.puts.pop(put), 0)
    turn.state.next_put_ms = 0
    return turn.set_visit(visit, puts=())


def confirm_put(turn: Turn, event: PutConfirmed) -> None:
    """Pieces are in their slot; what did not fit is open again, and the slot full for now."""
    task = turn.state.puts.pop(event.put, None)
    if task is None:
        return
    visit = turn.visit(task.visit)
    turn.set_visit(visit, puts=tuple(put for put in visit.puts if put != event.put))
    quantity = min(max(0, event.quantity), task.quantity)
    _release(turn, task, quantity)
    if quantity < task.quantity:
        turn.state.full[task.slot] = None
    moved(turn, task.slot, suspect=quantity < task.quantity)
    turn.count(puts_confirmed=quantity > 0, pieces_put_away=quantity)


def slot_stated(turn: Turn, slot: SlotId, before: int, now: int) -> None:
    """A slot from which something was taken has room again."""
    if now < before:
        turn.state.full.pop(slot, None)


def drop_unfit(turn: Turn, visit: Visit) -> Visit:
    """Take back those puts of a visit whose slot has got other stock since."""
    fitting = []
    for put in visit.puts:
        task = turn.state.puts[put]
        stock = turn.state.slots.get(task.slot)
        sku = turn.state.receipts[task.receipt].sku
        if stock is not None and stock.quantity and stock.sku != sku:
            _release(turn, turn.state.puts.pop(put), 0)
        else:
            fitting.append(put)
    return turn.set_visit(visit, puts=tuple(fitting)) if len(fitting) < len(visit.puts) else visit


def show_puts(turn: Turn, visit: Visit) -> ShowPuts:
    """Everything still to put into the pod at the station."""
    assert visit.robot is not None
    puts = tuple(turn.state.puts[put] for put in visit.puts)
    return ShowPuts(visit.visit, visit.station, visit.pod, visit.robot, puts)


def _release(turn: Turn, task: PutTask, put: int) -> None:
    """The promise of ``task`` is over, and ``put`` pieces of it came in."""
    state = turn.state
    promise = state.promises.pop(task.slot)
    if promise.quantity > task.quantity:
        state.promises[task.slot] = replace(promise, quantity=promise.quantity - task.quantity)
    receipt = state.receipts[task.receipt]
    after = replace(receipt, promised=receipt.promised - task.quantity, put=receipt.put + put)
    state.incoming[receipt.sku] -= put
    if after.put == after.quantity:
        del state.receipts[task.receipt]
        state.put_away[task.receipt] = turn.now_ms - after.received_ms
    else:
        state.receipts[task.receipt] = after
