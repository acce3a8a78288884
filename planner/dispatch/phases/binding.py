"""Giving orders to stations and taking them back: what a station owes, and what it has a place for.

An order is **waiting**, **bound** to a station (pods are on their way with promised pieces, and no
tote stands on the put wall yet), or **on the wall**. Only picks of orders on the wall are shown.
"""

from collections.abc import Iterable
from dataclasses import replace

from planner.dispatch.phases.allocate import serve_lines, take_back
from planner.dispatch.state import Line, OpenOrder, Phase, Visit
from planner.dispatch.turn import Turn
from planner.warehouse.ids import OrderId, Sku, StationId, VisitId

_NEARNESS = {Phase.PICK: 0, Phase.DELIVER: 1, Phase.FETCH: 2, Phase.REQUESTED: 3}
PRESS_CREDIT_MAX = 50.0
"""What a calm time saves for a busy one, in orders."""


def bind(turn: Turn, name: OrderId, station: StationId) -> None:
    """Give a waiting order to a station; pods under way there serve it as far as they can."""
    give(turn, name, station)
    earn_credit(turn)
    serve_order(turn, turn.state.orders[name])


def give(turn: Turn, name: OrderId, station: StationId) -> None:
    """A waiting order is the station's, and nothing is promised to it yet."""
    state = turn.state
    order = replace(state.orders[name], station=station)
    state.orders[name] = order
    delist(turn, order)
    state.bound[station] = (*state.bound.get(station, ()), name)
    for line in order.lines:
        turn.index_line(turn.line(line))
    turn.touched[name] = None


def earn_credit(turn: Turn) -> None:
    """An order has got a station: that is credit for one that goes first."""
    credit = turn.state.press_credit + turn.params.release.pressed_share * turn.state.care
    turn.state.press_credit = min(credit, PRESS_CREDIT_MAX)


def unbind(turn: Turn, order: OpenOrder) -> None:
    """An order of which nothing is promised or picked waits again, in its old turn."""
    off_wall(turn, order)
    order = replace(order, station=None)
    turn.state.orders[order.order] = order
    for line in order.lines:
        turn.index_line(turn.line(line))
    enlist(turn, order)
    turn.unranked = True


def off_wall(turn: Turn, order: OpenOrder) -> None:
    """The order is not its station's any more; its place on the put wall is free."""
    if order.station is None:
        return
    for orders in (turn.state.walls, turn.state.bound):
        others = orders.get(order.station, ())
        orders[order.station] = tuple(other for other in others if other != order.order)


def delist(turn: Turn, order: OpenOrder) -> None:
    """The order waits no more."""
    turn.state.waiting.pop(order.order, None)
    for sku, _ in order.pieces:
        turn.state.matches.want(order.order, sku, 0)


def restate(turn: Turn, order: OpenOrder) -> None:
    """Keep an order whose lines have changed, and what it wants."""
    waits = order.order in turn.state.waiting
    if waits:
        for sku, _ in order.pieces:
            turn.state.matches.want(order.order, sku, 0)
    pieces: dict[Sku, int] = {}
    for line in map(turn.line, order.lines):
        if line.quantity > 0:
            pieces[line.sku] = pieces.get(line.sku, 0) + line.quantity
    order = replace(order, pieces=tuple(pieces.items()))
    turn.state.orders[order.order] = order
    if waits:
        enlist(turn, order)


def enlist(turn: Turn, order: OpenOrder) -> None:
    """The order waits, and is looked at in this turn."""
    turn.state.waiting[order.order] = None
    turn.fresh[order.order] = None
    for sku, pieces in order.pieces:
        turn.state.matches.want(order.order, sku, pieces)


def serve_order(turn: Turn, order: OpenOrder) -> None:
    """Promise an order what pods under way to its station hold; as few pods as possible."""
    assert order.station is not None
    visits = sorted(turn.inbound(order.station), key=lambda v: (_NEARNESS[v.phase], v.since_ms))
    while visits:
        lines = [line for line in map(turn.line, order.lines) if line.open > 0]
        best = max(visits, key=lambda visit: _fully(turn, visit, lines)) if lines else None
        if best is None or not _fully(turn, best, lines):
            break
        serve_lines(turn, turn.visit(best.visit), lines)
        visits.remove(best)
    for visit in visits:
        serve_lines(turn, turn.visit(visit.visit), list(map(turn.line, order.lines)))


def _fully(turn: Turn, visit: Visit, lines: list[Line]) -> int:
    return sum(turn.state.matches.available(visit.pod, line.sku) >= line.open for line in lines)


def release_unserved(turn: Turn) -> None:
    """Bound orders that have lost all that was promised to them wait again."""
    for name in list(turn.touched):
        order = turn.state.orders.get(name)
        if order is None or order.station is None or name not in turn.state.bound[order.station]:
            continue
        lines = [turn.line(line) for line in order.lines]
        if not any(line.allocated or line.picked or line.shortened for line in lines):
            unbind(turn, order)


def place(turn: Turn, name: OrderId, station: StationId) -> None:
    """Put a bound order's tote on the wall."""
    state = turn.state
    state.bound[station] = tuple(other for other in state.bound[station] if other != name)
    state.walls[station] = (*state.walls.get(station, ()), name)


def free_places(turn: Turn, station: StationId) -> int:
    """Places on the put wall that nobody has."""
    return turn.floor.stations[station].order_slots - len(turn.state.walls.get(station, ()))


def waiting_for_pods(turn: Turn, station: StationId) -> int:
    """Orders that hold, or will hold, a place while they wait for one more pod."""
    visits: dict[OrderId, set[VisitId]] = {}
    for visit in turn.inbound(station):
        for pick in visit.picks:
            visits.setdefault(turn.state.picks[pick].order, set()).add(visit.visit)
    return len(turn.state.walls.get(station, ())) + sum(
        len(visits.get(name, ())) != 1 or _open(turn, name)
        for name in turn.state.bound.get(station, ())
    )


def room_for_waiting(turn: Turn, station: StationId) -> int:
    """How many more orders may wait at a station for more than one pod."""
    most = max(1, turn.floor.stations[station].order_slots - turn.params.release.spare_places)
    return max(0, min(free_places(turn, station), most - waiting_for_pods(turn, station)))


def _open(turn: Turn, name: OrderId) -> bool:
    return any(turn.line(line).open > 0 for line in turn.state.orders[name].lines)


def place_for(turn: Turn, visit: Visit) -> None:
    """Put on the wall, while there is room, the orders that the pod at the station serves: those it
    completes first, and of the others only so many that a place stays free for such."""
    if not visit.hidden:
        return
    bound = turn.state.bound.get(visit.station, ())
    served = {turn.state.picks[pick].order for pick in visit.hidden}.intersection(bound)
    ranked = sorted(served, key=lambda name: (not _completes(turn, visit, name), bound.index(name)))
    for name in ranked:
        spare = 0 if _completes(turn, visit, name) or len(ranked) == 1 else 1
        if free_places(turn, visit.station) > spare:
            place(turn, name, visit.station)


def _completes(turn: Turn, visit: Visit, name: OrderId) -> bool:
    """Whether all that is left of an order comes from this pod."""
    here: dict[str, int] = {}
    for pick in visit.picks:
        task = turn.state.picks[pick]
        here[task.line] = here.get(task.line, 0) + task.quantity
    lines = [turn.line(line) for line in turn.state.orders[name].lines]
    return all(line.open == 0 and line.allocated <= here.get(line.line, 0) for line in lines)


def give_back_hidden(turn: Turn, visits: Iterable[Visit]) -> None:
    """A pod that can show nothing more, as its orders find no place, is not kept waiting."""
    for visit in visits:
        if visit.hidden and len(visit.hidden) == len(visit.picks):
            take_back(turn, visit)
