"""Release of the base from a plan: the action dependency graph, kept implicitly.

W. Hönig, S. Kiesel, A. Tinka, J. W. Durham, N. Ayanian: Persistent and Robust Execution of MAPF
Schedules in Warehouses, IEEE RA-L 4(2), 2019, doi 10.1109/LRA.2019.2894217. There, an action may
start when the agent's own previous action is done (type 1) and every agent that the plan sends
through the node earlier has left it (type 2).

Here every node has at most one **holder**: the robot that stands on it, is leaving it, or has it
in its base. A move is released when its node is free and no robot planned through it earlier is
still to come. So whatever a robot does or fails to do, nobody else is ever allowed where it may
be: safety needs no clock. And since a base is never taken back but everything beyond it can be,
the plan may be thrown away and made anew at any moment from the ends of the bases.
"""

import numba as nb
import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int32]
NOBODY = -1


def release(
    paths: IntArray, holder: IntArray, ahead: IntArray, ahead_max: int
) -> tuple[IntArray, IntArray]:
    """How many moves of each agent's path may join its base now, and whom it waits for.

    ``paths`` (m, steps + 1) starts at the ends of the bases; ``holder`` (nodes,) names the agent
    that holds each node, or -1; ``ahead`` (m,) counts base nodes not reached yet and never grows
    beyond ``ahead_max``. Returns ``(moves (m,), waits_for (m,))``: the second is the agent in the
    way of the first move not released, or -1 if there is none.
    """
    moves = np.zeros(len(paths), dtype=np.int32)
    waits_for = np.full(len(paths), NOBODY, dtype=np.int32)
    _release(paths, holder.copy(), ahead.copy(), ahead_max, moves, waits_for)
    return moves, waits_for


@nb.njit(cache=True)
def _release(paths, holder, ahead, ahead_max, moves, waits_for):  # type: ignore[no-untyped-def]
    claimed = np.full(holder.shape[0], NOBODY, dtype=np.int32)
    stopped = np.zeros(paths.shape[0], dtype=np.bool_)
    for step in range(1, paths.shape[1]):
        for agent in range(paths.shape[0]):
            node = paths[agent, step]
            if node == paths[agent, step - 1]:
                continue
            if not stopped[agent]:
                if ahead[agent] >= ahead_max:
                    stopped[agent] = True
                elif holder[node] != NOBODY and holder[node] != agent:
                    stopped[agent] = True
                    waits_for[agent] = holder[node]
                elif claimed[node] != NOBODY and claimed[node] != agent:
                    stopped[agent] = True
                    waits_for[agent] = claimed[node]
            if stopped[agent]:
                if claimed[node] == NOBODY:
                    claimed[node] = agent
            else:
                holder[node] = agent
                ahead[agent] += 1
                moves[agent] += 1
