"""Part of phase 1: orders that change, are cancelled or become urgent, in whatever phase they are.
The bridge is the judge of what was picked before the change; what it tells is obeyed."""

from collections.abc import Iterable
from dataclasses import replace

from planner.dispatch.phases.allocate import end_promise, withdraw
from planner.dispatch.phases.binding import delist, off_wall, restate
from planner.dispatch.phases.detours import give_up_fetch, turn_back
from planner.dispatch.phases.flows import robot_lines
from planner.dispatch.phases.robots import parked
from planner.dispatch.phases.routing import carries
from planner.dispatch.state import Line, OpenOrder, Phase, Robot, Visit
from planner.dispatch.stock import plain_sku, stock_key
from planner.dispatch.turn import Turn
from planner.warehouse.commands import AlarmKind, ShortenLine, WithdrawPicks
from planner.warehouse.events import (
    OrderCancelled,
    OrderChanged,
    OrderPrioritised,
    PickFailed,
    PickWithdrawn,
)
from planner.warehouse.ids import PickId, StationId, VisitId
from planner.warehouse.orders import OrderLine, PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.view import RobotActivity


def take_change(turn: Turn, event: OrderChanged | OrderCancelled | OrderPrioritised) -> None:
    """Change an open order; one that is not open is left as it is."""
    name = event.order.order if isinstance(event, OrderChanged) else event.order
    known = turn.state.orders.get(name)
    if known is None:
        return
    match event:
        case OrderCancelled():
            _cancel(turn, known)
        case OrderChanged(order, changes):
            _change(turn, replace(known, changes=changes), order)
        case OrderPrioritised(_, priority, due_ms):
            due_ms = known.due_ms if due_ms is None else due_ms
            _rank(turn, replace(known, priority=max(0, priority), due_ms=due_ms))


def take_exception(turn: Turn, event: PickWithdrawn | PickFailed) -> None:
    """A pick has been taken back, or a robot arm failed at it."""
    task = turn.state.picks.get(event.pick)
    if task is None:
        return
    if isinstance(event, PickFailed):
        if event.pick not in turn.state.failed:
            turn.state.failed[event.pick] = turn.now_ms
            turn.count(picks_failed=1)
            text = f"The arm at {task.station} cannot take {task.quantity} of {task.sku} from "
            turn.alarm(AlarmKind.PICK_FAILED, event.pick, f"{text}{task.slot}. Take it by hand.")
        return
    failed = event.pick in turn.state.failed
    if event.pick in turn.state.withdrawing:
        end_promise(turn, event.pick)
    else:
        _forget(turn, [event.pick])
    line = turn.line(task.line)
    if failed:
        line = turn.set_line(line, failures=line.failures + 1)
        if line.failures >= turn.params.stations.failures_max and line.open > 0:
            shorten(turn, line, ShortReason.PICK_FAILED)


def shorten(turn: Turn, line: Line, reason: ShortReason) -> None:
    """Give up what is open of a line, in the open."""
    quantity = line.open
    total = line.shortened + quantity
    changes = turn.state.orders[line.order].changes
    command = ShortenLine(line.order, line.line, quantity, total, reason, changes)
    turn.set_line(line, shortened=total)
    turn.state.shortened[line.line] = command
    turn.commands.append(command)
    turn.count(lines_shortened=1)
    text = (
        f"{quantity} of {plain_sku(line.sku)} for line {line.line} cannot be delivered: {reason}."
    )
    turn.alarm(AlarmKind.LINE_SHORT, line.line, text)
    turn.touched[line.order] = None


def rank_waiting(turn: Turn) -> None:
    """Rush orders wait before others; orders of one priority as they came."""
    if not turn.unranked:
        return
    turn.unranked = False
    state = turn.state
    waiting = [name for name in state.orders if name in state.waiting]
    waiting.sort(key=lambda name: -state.orders[name].priority)
    state.waiting = dict.fromkeys(waiting)


def _rank(turn: Turn, order: OpenOrder) -> None:
    before = turn.state.orders[order.order]
    turn.state.orders[order.order] = order
    turn.unranked |= order.priority != before.priority


def _cancel(turn: Turn, order: OpenOrder) -> None:
    """All promises end now: the bridge takes no confirmation of this order any more. The pickers
    are told, for those who do not look at the bridge's list."""
    state = turn.state
    _forget(turn, [pick for pick, task in state.picks.items() if task.order == order.order])
    off_wall(turn, order)
    delist(turn, order)
    for line in order.lines:
        turn.state.open_lines.pop(line, None)
        del state.lines[line]
    del state.orders[order.order]
    turn.fresh.pop(order.order, None)
    for line in [one.line for one in state.routed.values() if one.order == order.order]:
        del state.routed[line]
    turn.touched.pop(order.order, None)
    state.cancelled[order.order] = turn.now_ms
    state.tally = replace(state.tally, last_done_ms=turn.now_ms)
    turn.count(orders_cancelled=1)


def _forget(turn: Turn, picks: list[PickId]) -> None:
    """End promises that the bridge has ended already."""
    shown: dict[tuple[VisitId, StationId], list[PickId]] = {}
    for pick in picks:
        hidden = pick in turn.visit(turn.state.picks[pick].visit).hidden
        task = end_promise(turn, pick)
        if task is not None and not hidden:
            shown.setdefault((task.visit, task.station), []).append(pick)
    for (visit, station), names in shown.items():
        turn.commands.append(WithdrawPicks(visit, station, tuple(names)))


def _change(turn: Turn, known: OpenOrder, order: PickOrder) -> None:
    state = turn.state
    wanted = {line.line: line for line in order.lines}
    for name in known.lines:
        _want(turn, turn.line(name), wanted.pop(name, None), known.changes)
    wanted = {name: line for name, line in wanted.items() if name not in state.routed}
    new = robot_lines(turn, replace(order, lines=tuple(wanted.values()))) if wanted else ()
    for line in new:
        sku = stock_key(line.sku, line.owner, line.lot)
        state.lines[line.line] = Line(line.line, order.order, sku, line.quantity)
    lines = (*known.lines, *(line.line for line in new))
    _rank(turn, replace(known, lines=lines, due_ms=order.due_ms, priority=order.priority))
    restate(turn, state.orders[order.order])
    for line in new:
        turn.index_line(state.lines[line.line])
    turn.count(lines_received=len(new))
    turn.touched[order.order] = None


def _want(turn: Turn, line: Line, new: OrderLine | None, changes: int) -> None:
    """The line is for what ``new`` says, or for nothing; never for less than is picked of it. What
    is wanted no more is first taken off what was given up anyway."""
    picks = [pick for pick, task in turn.state.picks.items() if task.line == line.line]
    quantity = new.quantity if new is not None else 0
    given_up = max(0, line.shortened - max(0, line.quantity - quantity))
    sku = stock_key(new.sku, new.owner, new.lot) if new is not None else line.sku
    if sku != line.sku and not line.picked:
        _forget(turn, picks)
        picks, given_up = [], 0
        line = turn.set_line(turn.line(line.line), sku=sku, failures=0, slot_short=False)
    quantity = max(quantity, line.picked)
    if line.picked + line.allocated > quantity:
        withdraw(turn, picks)
        line = turn.line(line.line)
    shortened = max(0, min(given_up, quantity - line.picked))
    turn.set_line(line, quantity=quantity, shortened=shortened)
    if line.shortened:
        _short_of_less(turn, line, shortened, changes)


def _short_of_less(turn: Turn, line: Line, shortened: int, changes: int) -> None:
    """No more pieces are missing than were. It is told again: the bridge does not take what it was
    told of the line as it was before."""
    command = turn.state.shortened.pop(line.line)
    if shortened:
        command = replace(command, quantity=shortened, total_short=shortened, changes=changes)
        turn.state.shortened[line.line] = command
        turn.commands.append(command)
    else:
        turn.clear(AlarmKind.LINE_SHORT, line.line)


def withdrawals(turn: Turn, picks: Iterable[PickId]) -> list[WithdrawPicks]:
    """The commands that take these picks back."""
    by_visit: dict[tuple[VisitId, StationId], list[PickId]] = {}
    for pick in picks:
        task = turn.state.picks[pick]
        by_visit.setdefault((task.visit, task.station), []).append(pick)
    return [
        WithdrawPicks(visit, station, tuple(names)) for (visit, station), names in by_visit.items()
    ]


def ask_again(turn: Turn) -> None:
    """Withdrawals that nothing was heard of are asked for again."""
    late_ms = turn.now_ms - turn.params.resend_ms
    late = [pick for pick, at_ms in turn.state.withdrawing.items() if at_ms <= late_ms]
    turn.state.withdrawing.update(dict.fromkeys(late, turn.now_ms))
    turn.commands += withdrawals(turn, late)


def turn_back_idle(turn: Turn) -> None:
    """Visits that nothing is to be picked of any more end, or turn back with their pod."""
    for visit in list(turn.state.visits.values()):
        works = visit.has_work or visit.spot is not None
        if works or visit.phase in (Phase.PICK, Phase.RETURN):
            continue
        if visit.robot is None:
            del turn.state.visits[visit.visit]
            continue
        robot = turn.robot(visit.robot)
        if not robot.silent and can_stop(turn, robot, visit):
            _stop(turn, robot, visit)


def can_stop(turn: Turn, robot: Robot, visit: Visit) -> bool:
    """Whether a robot can be called back: not when it may lift the pod at any moment, nor in a
    station's lane, which leads one way."""
    leg = robot.leg
    if visit.phase is Phase.FETCH:
        lifts = leg is not None and leg.activity is RobotActivity.FETCH and leg.end == leg.goal
        return not lifts and not carries(robot)
    return leg is None or turn.floor.roadmap.station_of[leg.end] < 0


def _stop(turn: Turn, robot: Robot, visit: Visit) -> None:
    leg = robot.leg
    stopped = None if leg is None or leg.update < 0 else parked(leg)
    if visit.phase is Phase.DELIVER:
        turn_back(turn, robot, stopped)
    elif leg is not None and leg.activity is not RobotActivity.FETCH:
        give_up_fetch(turn, robot, leg)  # it has not set out yet: it drives on to where it parks
    else:
        give_up_fetch(turn, robot, stopped)
