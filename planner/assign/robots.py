"""Robot assignment: which robot makes which trip (to a pod, a charger or a parking spot).

Minimum-cost matching of robots and trips over travel time; as many trips as possible are served.
"""

from collections.abc import Sequence

from planner.assign.matching import Arc, match


def assign_robots(
    travel_ms: Sequence[Sequence[int]], unreachable_ms: int, nearest: int = 20
) -> list[tuple[int, int]]:
    """Pairs ``(robot, trip)`` for a matrix ``travel_ms[robot][trip]``.

    Only the ``nearest`` robots of each trip are looked at, which keeps the flow sparse; entries
    of ``unreachable_ms`` and more are no choice.
    """
    robots = len(travel_ms)
    arcs = []
    for trip in range(len(travel_ms[0]) if robots else 0):
        ranked = sorted((travel_ms[robot][trip], robot) for robot in range(robots))
        arcs += [Arc(robot, trip, ms) for ms, robot in ranked[:nearest] if ms < unreachable_ms]
    return [(arc.left, arc.right) for arc in match(arcs)]
