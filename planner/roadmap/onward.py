"""How robots would go on alone, read off their tables of travel times."""

import numba as nb
import numpy as np

from planner.roadmap.access import may_enter
from planner.roadmap.distances import FAR_MS, turn_ms


@nb.njit(cache=True)
def onward(  # type: ignore[no-untyped-def]
    node, heading, goal, row, loaded, pace, quarter_turn_ms, stop_ms, hop_ms, pool, neighbours,
    kind, station_of, hops,
):  # fmt: skip
    """The next ``hops`` nodes of every robot towards its goal, shape (m, hops); -1 beyond it.

    All that is said of robots is (m,): where each is, its goal and the row of ``pool`` (rows,
    4 * n) with the travel times there (-1: none), its pace as the number of a layer of ``hop_ms``
    (paces, n, 4), and how long it turns and stops. ``neighbours`` (n, 4), ``kind`` and
    ``station_of`` (n,) are those of the roadmap.
    """
    ahead = np.full((node.shape[0], hops), -1, dtype=np.int32)
    for robot in range(node.shape[0]):
        if row[robot] < 0:
            continue
        cost = pool[row[robot]]
        here, facing = node[robot], heading[robot]
        for hop in range(hops):
            to_go = cost[here * 4 + facing]
            best, towards = FAR_MS, -1
            for way in range(4):
                there = neighbours[here, way]
                if there < 0 or cost[there * 4 + way] >= to_go:
                    continue
                if not may_enter(kind, station_of, here, there, goal[robot], loaded[robot]):
                    continue
                turn = turn_ms(facing, way, quarter_turn_ms[robot], stop_ms[robot])
                after = turn + cost[there * 4 + way]
                if after < to_go and after + hop_ms[pace[robot], here, way] < best:
                    best, towards = after + hop_ms[pace[robot], here, way], way
            if towards < 0:
                break
            here, facing = neighbours[here, towards], towards
            ahead[robot, hop] = here
    return ahead
