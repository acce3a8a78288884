"""The parts of a flight: up from the pad, out to a run of looks and up again, and home."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from planner.flight.airspace import LOOK_LAYER, AirCell, Airspace, Pad, Position
from planner.flight.drone import DroneType
from planner.flight.order import FlightNode
from planner.flight.route import Way, route
from planner.flight.tour import is_one_run
from planner.flight.traffic import FreeAir
from planner.flight.views import View

RUN_LOOKS = 8
"""A drone comes up again after so many looks at most, so that others get their turn."""


@dataclass(frozen=True, slots=True)
class Leg:
    """What a drone may be given next: on from the end of its base, and home from there. Both begin
    with the point where the part before ends."""

    base: tuple[FlightNode, ...]
    way_home: tuple[FlightNode, ...]


def take_off(space: Airspace, pad: Pad, layer: int, first: int = 0) -> Leg:
    """From the pad to the drone's own layer, and down again; ``first`` numbers the first node."""
    column, row, _ = space.pad_cell(pad)
    up = (FlightNode(first, pad.place), FlightNode(first + 1, space.centre((column, row, layer))))
    return Leg(up, (FlightNode(first + 2, pad.place),))


def outing(
    space: Airspace, pad: Pad, layer: int, start: FlightNode, run: Sequence[View], free: FreeAir
) -> Leg | None:
    """From the end of the base to the looks of a run, up again and home, all through ``free`` air
    of the drone's layer and those below. ``None`` if that is not possible now."""
    column, row, _ = space.pad_cell(pad)
    own = replace(free, lowest=layer)
    above_pad = (column, row, layer)
    points: list[tuple[Position, View | None]] = [(start.place, None)]
    at = space.cell_at(start.place)
    for number, view in enumerate(run):
        way = _on_to(space, at, view.cell, free, own, low=number > 0)
        if way is None:
            return None
        points += [(place, None) for place in way[1:-1]]
        points.append((way[-1], view))
        at = view.cell
    top = (at[0], at[1], layer)
    up = route(space, at, top, free) or route(space, at, above_pad, free)
    if up is None:
        return None
    points += [(place, None) for place in up[1:]]
    home = route(space, space.cell_at(up[-1]), above_pad, own)
    if home is None:
        return None
    first = start.sequence
    base = tuple(FlightNode(first + i, place, look) for i, (place, look) in enumerate(points))
    back = (*home[1:], pad.place)
    way_home = tuple(FlightNode(first + len(base) + i, place) for i, place in enumerate(back))
    return Leg(base, way_home)


def _on_to(
    space: Airspace, at: AirCell, goal: AirCell, free: FreeAir, own: FreeAir, low: bool
) -> Way | None:
    """To a look: low along a run, else in the drone's own layer and straight down; if boxes do not
    let it, through any of the layers up to its own."""
    if low:
        return route(space, at, goal, replace(free, highest=LOOK_LAYER))
    above = (goal[0], goal[1], own.highest)
    across = route(space, at, above, own)
    down = route(space, above, goal, free)
    if across is not None and down is not None and len(down) == 2:
        return (*across, down[-1])
    return route(space, at, goal, free)


def runs_of(tour: Sequence[View]) -> tuple[tuple[View, ...], ...]:
    """A tour in runs: looks that a drone takes one after the other without coming up."""
    runs: list[list[View]] = []
    for view in tour:
        last = runs[-1] if runs else []
        if last and len(last) < RUN_LOOKS and is_one_run(last[-1].cell, view.cell):
            last.append(view)
        else:
            runs.append([view])
    return tuple(map(tuple, runs))


def leg_wh(kind: DroneType, leg: Leg) -> tuple[float, float]:
    """The most that the base, looks included, and the way home from its end take."""
    looks = sum(node.look is not None for node in leg.base)
    out_wh = kind.way_wh(node.place for node in leg.base) + looks * kind.look_wh()
    home = (leg.base[-1], *leg.way_home)
    return out_wh, kind.way_wh(node.place for node in home)
