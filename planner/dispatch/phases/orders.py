"""Phases 4 and 5: complete orders leave the put wall, waiting ones take their place, and what
cannot be delivered is given up in the open."""

from dataclasses import replace

from planner.dispatch.phases.allocate import serve_lines
from planner.dispatch.phases.binding import delist, off_wall
from planner.dispatch.phases.changes import shorten
from planner.dispatch.phases.putaway import awaited
from planner.dispatch.state import OpenOrder, Phase
from planner.dispatch.turn import Turn
from planner.warehouse.picks import ShortReason


def close_orders(turn: Turn) -> None:
    """Orders with nothing left to pick are complete."""
    for name in turn.touched:
        order = turn.state.orders.get(name)
        if order is not None and all(turn.line(line).done for line in order.lines):
            _close(turn, order)


def _close(turn: Turn, order: OpenOrder) -> None:
    state = turn.state
    lines = [state.lines.pop(line) for line in order.lines]
    off_wall(turn, order)
    delist(turn, order)
    del state.orders[order.order]
    state.finished[order.order] = turn.now_ms - order.received_ms
    late = order.due_ms is not None and turn.now_ms > order.due_ms
    turn.count(orders_short=any(line.shortened for line in lines), orders_late=late)
    state.tally = replace(state.tally, last_done_ms=turn.now_ms)


def give_up_missing(turn: Turn) -> None:
    """Lines whose SKU no slot has left are shortened, with the reason, unless goods at the dock are
    to be put into a pod: then they wait for them."""
    state = turn.state
    for name in list(state.open_lines):
        line = turn.line(name)
        if not state.available.get(line.sku, 0) and not awaited(turn, line.sku):
            reason = ShortReason.SLOT_SHORT if line.slot_short else ShortReason.INSUFFICIENT_STOCK
            shorten(turn, line, reason)


def top_up(turn: Turn) -> None:
    """Pods under way to a station also serve lines that came there after they were chosen."""
    stations = {
        turn.state.orders[name].station for name in turn.touched if name in turn.state.orders
    }
    if not stations:
        return
    lines = turn.open_lines()
    for visit in list(turn.state.visits.values()):
        if visit.station in stations and visit.phase is not Phase.RETURN:
            serve_lines(turn, visit, lines[visit.station])
