"""Put walls of stations: which place the tote of an order has; and what was picked at a station."""

from dataclasses import dataclass

from planner.warehouse.ids import OrderId, StationId


@dataclass(frozen=True, slots=True)
class WallPlace:
    """The tote of ``order`` has place ``place`` (from 1) on the put wall of a station."""

    station: StationId
    place: int
    order: OrderId
    taken_ms: int


@dataclass(frozen=True, slots=True)
class WorkDone:
    """Picks confirmed at a station within some time, the lines that got something by them, and
    their pieces."""

    picks: int = 0
    lines: int = 0
    pieces: int = 0
