"""Phases 4 and 5: complete orders leave the put wall, waiting ones take their place, and what
cannot be delivered is given up in the open."""

from dataclasses import replace

from planner.assign.orders import WaitingOrder, release_orders
from planner.dispatch.phases.allocate import serve_lines
from planner.dispatch.phases.legs import show_picks
from planner.dispatch.state import Line, OpenOrder, Phase
from planner.dispatch.turn import Turn
from planner.warehouse.commands import AlarmKind, ShortenLine
from planner.warehouse.ids import OrderId, PodId, StationId
from planner.warehouse.picks import ShortReason
from planner.warehouse.stock import pod_of


def close_orders(turn: Turn) -> None:
    """Orders with nothing left to pick are complete."""
    for name in turn.touched:
        order = turn.state.orders.get(name)
        if order is not None and all(turn.line(line).done for line in order.lines):
            _close(turn, order)


def _close(turn: Turn, order: OpenOrder) -> None:
    state = turn.state
    lines = [state.lines.pop(line) for line in order.lines]
    if order.station is not None:
        wall = state.walls[order.station]
        state.walls[order.station] = tuple(other for other in wall if other != order.order)
    state.waiting.pop(order.order, None)
    del state.orders[order.order]
    state.finished[order.order] = turn.now_ms - order.received_ms
    turn.count(orders_short=any(line.shortened for line in lines))
    state.tally = replace(state.tally, last_done_ms=turn.now_ms)


def give_up_missing(turn: Turn) -> None:
    """Lines whose SKU no slot has left are shortened, with the reason."""
    state = turn.state
    for name in list(state.open_lines):
        line = turn.line(name)
        if not state.available.get(line.sku, 0):
            _shorten(turn, line)


def _shorten(turn: Turn, line: Line) -> None:
    reason = ShortReason.SLOT_SHORT if line.slot_short else ShortReason.INSUFFICIENT_STOCK
    quantity = line.open
    total = line.shortened + quantity
    command = ShortenLine(line.order, line.line, quantity, total, reason)
    turn.set_line(line, shortened=total)
    turn.state.shortened[line.line] = command
    turn.commands.append(command)
    turn.count(lines_shortened=1)
    text = f"{quantity} of {line.sku} for line {line.line} cannot be delivered: {reason}."
    turn.alarm(AlarmKind.LINE_SHORT, line.line, text)
    turn.touched[line.order] = None


def release_waiting(turn: Turn) -> None:
    """Waiting orders go to free places on put walls."""
    stations = list(turn.floor.stations.values())
    free = [station.order_slots - len(turn.state.walls.get(station.id, ())) for station in stations]
    if not turn.state.waiting or sum(free) <= 0:
        return
    window = turn.params.orders.window * sum(free)
    names = [name for name, _ in zip(turn.state.waiting, range(window), strict=False)]
    pods = [{visit.pod for visit in turn.inbound(station.id)} for station in stations]
    load = [len(lines) for lines in turn.open_lines().values()]
    choices = [_waiting_order(turn, name, pods) for name in names]
    for index, station_index in release_orders(choices, free, load, turn.params.orders):
        _release(turn, names[index], stations[station_index].id)


def _waiting_order(turn: Turn, name: OrderId, pods: list[set[PodId]]) -> WaitingOrder:
    order = turn.state.orders[name]
    served = [0] * len(pods)
    for line in order.lines:
        holders = {
            pod_of(slot)
            for slot in turn.state.slots_of_sku.get(turn.line(line).sku, ())
            if turn.state.slots[slot].available
        }
        for station, inbound in enumerate(pods):
            served[station] += not holders.isdisjoint(inbound)
    age_s = (turn.now_ms - order.received_ms) // 1000
    return WaitingOrder(age_s, tuple(served))


def _release(turn: Turn, name: OrderId, station: StationId) -> None:
    state = turn.state
    del state.waiting[name]
    state.walls[station] = (*state.walls.get(station, ()), name)
    state.orders[name] = replace(state.orders[name], station=station)
    for line in state.orders[name].lines:
        turn.index_line(turn.line(line))
    turn.touched[name] = None


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
            served = serve_lines(turn, visit, lines[visit.station])
            if served and visit.phase is Phase.PICK:
                turn.commands.append(show_picks(turn, turn.visit(visit.visit)))
