"""Who may drive where: the one rule that distances, planners and route checks share."""

import numba as nb
import numpy as np
import numpy.typing as npt

# Values of planner.roadmap.roadmap.NodeKind that the rule knows, as plain ints for the kernels.
SPOT = 1
CHARGER = 5

Int8Array = npt.NDArray[np.int8]
Int32Array = npt.NDArray[np.int32]


@nb.njit(cache=True, inline="always")
def may_enter(  # type: ignore[no-untyped-def]
    kind, station_of, here, there, goal, loaded
):
    """True when a robot with this goal may drive from ``here`` to the neighbour ``there``.

    A loaded robot enters a pod spot only to stay (a pod may stand there); nobody enters a charger
    or a station lane but to use it; a robot already in a lane may follow it out.
    """
    if there == goal:
        return True
    if kind[there] == CHARGER or (loaded and kind[there] == SPOT):
        return False
    lane = station_of[there]
    if lane < 0 or lane == station_of[here]:
        return True
    return goal >= 0 and station_of[goal] == lane


def reverse_neighbours(neighbours: Int32Array) -> Int32Array:
    """``into[u, h]`` is the node from which heading ``h`` leads to ``u``, or -1; shape (n, 4)."""
    into = np.full_like(neighbours, -1)
    for heading in range(4):
        (start,) = np.nonzero(neighbours[:, heading] >= 0)
        into[neighbours[start, heading], heading] = start
    return into
