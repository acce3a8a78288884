"""Part of phase 4: which stations work, and what becomes of those that an operator closes."""

from collections.abc import Iterable

from planner.assign.stations import StationNow, choose_open
from planner.dispatch.phases.allocate import withdraw
from planner.dispatch.phases.binding import unbind
from planner.dispatch.phases.putaway import take_back_puts
from planner.dispatch.state import OpenOrder
from planner.dispatch.turn import Turn
from planner.warehouse.commands import AlarmKind
from planner.warehouse.ids import OrderId, StationId

_PLAN = "stations"


def close_station(turn: Turn, station: StationId, at_once: bool) -> None:
    """An operator closes a station, if there is one of this name. Asked for both ways, the last
    word counts."""
    if station in turn.floor.stations:
        turn.state.closed[station] = at_once


def open_stations(turn: Turn) -> None:
    """Open and close; an alarm where the shift plan leaves orders without a station."""
    state, params = turn.state, turn.params.stations
    names = turn.floor.pick_stations
    plain = not params.shifts and not params.by_backlog
    stations = [
        StationNow(
            name,
            name in state.closed,
            state.open_since.get(name),
            0 if plain else _lines_to_pick(turn, state.walls.get(name, ())),
        )
        for name in names
    ]
    waiting = len(state.waiting) if plain else _lines_to_pick(turn, state.waiting)
    chosen = choose_open(stations, waiting, turn.now_ms, params)
    if set(chosen.open) != state.open_since.keys():
        since = {name: state.open_since.get(name, turn.now_ms) for name in chosen.open}
        state.open_since = since
    _alarms(turn, chosen.fallback, chosen.stranded)


def empty_shut(turn: Turn) -> None:
    """At stations closed at once pods turn back, shown picks are withdrawn, and orders of which
    nothing was picked wait for another station."""
    for station in turn.floor.stations:
        if not turn.state.closed.get(station, False):
            turn.clear(AlarmKind.STATION_CLOSED, station)
            continue
        for visit in turn.inbound(station):
            withdraw(turn, visit.picks)
            after = take_back_puts(turn, turn.visit(visit.visit))
            turn.set_visit(after, counts=())
        state = turn.state
        names = (*state.walls.get(station, ()), *state.bound.get(station, ()))
        for order in [state.orders[name] for name in names]:
            if _untouched(turn, order):
                unbind(turn, order)
        begun = len(turn.state.walls.get(station, ()))
        if begun:
            text = f"{begun} orders begun at {station} wait on its put wall until it opens."
            turn.alarm(AlarmKind.STATION_CLOSED, station, text)
        else:
            turn.clear(AlarmKind.STATION_CLOSED, station)


def give_up_failed(turn: Turn) -> None:
    """Picks that an arm failed at and nobody came for are withdrawn: the pod does not wait."""
    latest_ms = turn.now_ms - turn.params.stations.exception_ms
    late = [pick for pick, at_ms in turn.state.failed.items() if at_ms <= latest_ms]
    withdraw(turn, late)


def queued_picks(turn: Turn, station: StationId) -> int:
    """Picks still to do of the pods that are under way to a station, or at it."""
    return sum(len(visit.picks) for visit in turn.inbound(station))


def _untouched(turn: Turn, order: OpenOrder) -> bool:
    lines = [turn.line(line) for line in order.lines]
    return not any(line.picked or line.allocated for line in lines)


def _lines_to_pick(turn: Turn, orders: Iterable[OrderId]) -> int:
    state = turn.state
    return sum(not state.lines[line].done for name in orders for line in state.orders[name].lines)


def _alarms(turn: Turn, fallback: bool, stranded: bool) -> None:
    known = (AlarmKind.STATION_PLAN, _PLAN) in turn.state.alarms
    if fallback:
        kept = ", ".join(turn.state.open_since)
        text = f"The shift plan has nobody at any station while orders wait; {kept} is kept open."
        turn.alarm(AlarmKind.STATION_PLAN, _PLAN, text)
    elif stranded:
        text = "Orders wait and every station is closed. Open one."
        turn.alarm(AlarmKind.STATION_PLAN, _PLAN, text)
    else:
        turn.clear(AlarmKind.STATION_PLAN, _PLAN)
    if fallback and not known:
        turn.count(plan_fallbacks=1)
