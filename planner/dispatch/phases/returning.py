"""Where a pod goes after its visit: the free spot that is nearest to its station."""

from planner.dispatch.state import Visit
from planner.dispatch.turn import Turn


def return_spot(turn: Turn, visit: Visit) -> int:
    """The node of the spot; there are never fewer spots than pods."""
    taken = set(turn.state.pods.values())
    taken.update(other.spot for other in turn.state.visits.values() if other.spot is not None)
    free = [spot for spot in turn.floor.spots if spot not in taken]
    station = visit.station
    return min(free, key=lambda spot: (turn.floor.to_station_ms(station, spot), spot))
