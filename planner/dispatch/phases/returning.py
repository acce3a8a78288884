"""Where a pod goes after its visit: the free spot that is nearest to its station."""

from planner.dispatch.state import Visit
from planner.dispatch.turn import Turn


def return_spot(turn: Turn, visit: Visit, node: int) -> int | None:
    """The node of the spot for a pod that is at ``node``; None if obstacles shut off every one.
    There are never fewer spots than pods."""
    taken = set(turn.state.pods.values())
    taken.update(other.spot for other in turn.state.visits.values() if other.spot is not None)
    free = [spot for spot in turn.floor.spots if spot not in taken]
    if turn.obstacles:
        within_reach = set(turn.floor.spots_from(node, loaded=True, obstacles=turn.obstacles))
        free = [spot for spot in free if spot in within_reach]
    station = visit.station
    return min(free, key=lambda spot: (turn.floor.to_station_ms(station, spot), spot), default=None)
