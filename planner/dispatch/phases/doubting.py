"""Part of phase 1: what happens to the books of slots, and what people and robots are to count.

Doubts are kept on floors with robots that count; counts of people and quarantines on all.
"""

from dataclasses import replace

from planner.assign.counting import AbcClass, Doubt
from planner.dispatch.state import Leg, Robot, WantedCount, WantedLook
from planner.dispatch.turn import Turn
from planner.warehouse.commands import AlarmKind
from planner.warehouse.events import (
    CountConfirmed,
    CountWanted,
    RescanWanted,
    SlotQuarantined,
    SlotReleased,
    SlotSettled,
)
from planner.warehouse.ids import CountId, SlotId
from planner.warehouse.stock import pod_of
from planner.warehouse.view import RobotActivity

CountEvent = RescanWanted | CountWanted | CountConfirmed | SlotSettled


def take_count_event(turn: Turn, event: CountEvent) -> None:
    """What is to be looked at or counted, and what not any more. Twice is as good as once."""
    state = turn.state
    match event:
        case RescanWanted(slot):
            known = state.rescans.get(slot)
            since_ms = known.since_ms if known is not None else turn.now_ms
            state.rescans[slot] = WantedLook(since_ms, turn.now_ms)
            state.look_after.pop(pod_of(slot), None)
            _suspect(turn, slot, turn.params.counting.suspect)
        case CountWanted(count, slot, sku):
            state.rescans.pop(slot, None)
            if count not in state.counts:
                state.counts[count] = WantedCount(count, slot, sku, turn.now_ms)
        case CountConfirmed(count):
            _count_over(turn, count)
        case SlotSettled(slot, at_ms):
            _settle(turn, slot, at_ms)


def take_quarantine(turn: Turn, event: SlotQuarantined | SlotReleased) -> None:
    """Nothing is promised from a slot, or put into it, until a supervisor has decided."""
    state = turn.state
    match event:
        case SlotQuarantined(slot):
            state.quarantined[slot] = None
            _hold(turn, slot, held=True)
            text = f"{slot} is in quarantine: its books are wrong. Approve, count anew or reject."
            turn.alarm(AlarmKind.SLOT_QUARANTINED, slot, text)
        case SlotReleased(slot):
            state.quarantined.pop(slot, None)
            _hold(turn, slot, held=False)
            turn.clear(AlarmKind.SLOT_QUARANTINED, slot)


def _hold(turn: Turn, slot: SlotId, held: bool) -> None:
    stock = turn.state.slots.get(slot)
    if stock is not None and stock.held != held:
        turn.set_slot(slot, replace(stock, held=held))


def _count_over(turn: Turn, count: CountId) -> None:
    if turn.state.counts.pop(count, None) is None:
        return
    for visit in list(turn.state.visits.values()):
        if count in visit.counts:
            left = tuple(other for other in visit.counts if other != count)
            turn.set_visit(visit, counts=left)
            turn.count(slots_counted=1)


# --- doubts --------------------------------------------------------------------------------------


def doubt_of(turn: Turn, slot: SlotId) -> Doubt:
    """How doubtful the books of a slot are now."""
    params, state = turn.params.counting, turn.state
    stock = state.slots.get(slot)
    kind = state.abc.get(stock.sku, AbcClass.C) if stock is not None else AbcClass.C
    known = state.doubts.get(slot) or Doubt(params.opening, 0)
    return known.after(turn.now_ms, params.wrong_per_day[kind])


def first_stocked(turn: Turn, slot: SlotId) -> None:
    """There is something new to look at in the pod."""
    if turn.floor.counts:
        turn.doubted[pod_of(slot)] = None


def picked_from(turn: Turn, slot: SlotId, short: bool) -> None:
    """A pick was confirmed and its promise is over."""
    if not turn.floor.counts:
        return
    stock, params = turn.state.slots[slot], turn.params.counting
    moved(turn, slot, suspect=short or stock.quantity < stock.reserved)
    if stock.quantity == 0:
        _suspect(turn, slot, params.zero)


def moved(turn: Turn, slot: SlotId, suspect: bool) -> None:
    """Pieces were taken out of a slot, or put in; ``suspect`` if they were not as many as the
    books let expect."""
    if not turn.floor.counts:
        return
    params = turn.params.counting
    doubt = doubt_of(turn, slot).moved(params.wrong_per_movement)
    turn.state.doubts[slot] = doubt.at_least(params.suspect if suspect else 0.0)
    turn.doubted[pod_of(slot)] = None


def _suspect(turn: Turn, slot: SlotId, wrong: float) -> None:
    if turn.floor.counts:
        turn.state.doubts[slot] = doubt_of(turn, slot).at_least(wrong)
        turn.doubted[pod_of(slot)] = None


def _settle(turn: Turn, slot: SlotId, at_ms: int) -> None:
    """What moved since the slot was looked at may have gone wrong again."""
    turn.state.rescans.pop(slot, None)
    turn.count(slots_settled=1)
    if not turn.floor.counts:
        return
    params = turn.params.counting
    known, settled = turn.state.doubts.get(slot), Doubt(params.settled, min(at_ms, turn.now_ms))
    if known is not None and known.at_ms > at_ms:
        settled = replace(settled.moved(params.wrong_per_movement), at_ms=known.at_ms)
    turn.state.doubts[slot] = settled
    turn.doubted[pod_of(slot)] = None
    turn.settled[pod_of(slot)] = None


# --- looks ---------------------------------------------------------------------------------------


def look_ended(turn: Turn, robot: Robot, leg: Leg, made: bool) -> None:
    """A robot has looked at a pod, or could not: then another may try in a while. A look is all
    that was wanted until the robot came; what was asked for since may follow from this look."""
    if leg.activity is not RobotActivity.COUNT or leg.action is None or leg.action.pod is None:
        return
    pod, params, state = leg.action.pod, turn.params.counting, turn.state
    turn.count(looks=made, looks_failed=not made)
    if not made:
        state.look_after[pod] = turn.now_ms + params.failed_ms
        return
    slots = turn.floor.sights.slots[pod]
    for slot in slots:
        wanted = state.rescans.get(slot)
        if wanted is not None and wanted.asked_ms <= robot.moved_ms:
            del state.rescans[slot]
        elif wanted is not None:
            state.rescans[slot] = replace(wanted, since_ms=wanted.asked_ms)
    if not any(slot in state.rescans for slot in slots):
        state.look_after[pod] = turn.now_ms + params.again_ms
