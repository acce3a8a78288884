"""Part of phase 1: the terms on which stock may be promised; and, in every step, pods for whose
older stock nothing can wait."""

from dataclasses import replace

from planner.dispatch.phases.allocate import withdraw
from planner.dispatch.stock import SlotStock, plain_sku, stock_key
from planner.dispatch.turn import Turn
from planner.warehouse.ids import PodId, Sku, SlotId
from planner.warehouse.stock import SlotTerms


def take_terms(turn: Turn, terms: SlotTerms) -> None:
    """Stock may be promised on other terms from now on; promises that do not fit them end."""
    stock = turn.state.slots.get(terms.slot)
    if stock is None or plain_sku(stock.sku) != terms.sku:
        return
    if terms.rank_ms is not None:
        turn.state.ranked[stock_key(terms.sku, terms.owner, terms.lot)] = None
    after = replace(
        stock,
        sku=stock_key(terms.sku, terms.owner, terms.lot),
        blocked=terms.blocked,
        rank_ms=terms.rank_ms,
        window_ms=terms.window_ms,
        waits=False,
    )
    if after.sku != stock.sku:
        move_slot(turn, terms.slot, stock.sku, after.sku)
    turn.set_slot(terms.slot, after)
    if after.sku != stock.sku or _too_much_promised(after, stock):
        withdraw(turn, [p for p, task in turn.state.picks.items() if task.slot == terms.slot])


def move_slot(turn: Turn, slot: SlotId, before: Sku | None, after: Sku) -> None:
    """A slot holds something else than it did."""
    slots = turn.state.slots_of_sku
    if before is not None:
        slots[before] = tuple(other for other in slots[before] if other != slot)
    slots[after] = (*slots.get(after, ()), slot)


def note_stranded(turn: Turn) -> None:
    """Older stock in a pod that nobody can fetch holds up no younger one."""
    state = turn.state
    if not state.ranked:
        return
    stranded = _stranded(turn)
    changed = stranded.keys() ^ state.stranded.keys()
    state.stranded = stranded
    if changed:
        slots = [slot for pod in changed for slot in turn.floor.slots_of_pod[pod]]
        skus = dict.fromkeys(state.slots[slot].sku for slot in slots if slot in state.slots)
        for sku in skus:
            if sku in state.ranked:
                turn.rotate(sku)


def _stranded(turn: Turn) -> dict[PodId, None]:
    state = turn.state
    found = {pod: None for pod, node in state.pods.items() if node in turn.obstacles}
    for visit in state.visits.values():
        carried = visit.robot is not None and visit.pod not in state.pods
        if carried and visit.robot is not None and turn.robot(visit.robot).silent:
            found[visit.pod] = None
    return found


def _too_much_promised(after: SlotStock, before: SlotStock) -> bool:
    return after.blocked > before.blocked and after.reserved > after.quantity - after.blocked
