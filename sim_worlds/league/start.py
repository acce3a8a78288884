"""How an instance begins, as the planner sees it."""

import numpy as np

from planner.lifelong.trial import Start
from sim_worlds.league.instance import Instance
from sim_worlds.league.mapfile import EAST


def start_of(instance: Instance) -> Start:
    """The floor, the agents and the tasks known at the first step; those to come are not told."""
    height, width = instance.map.blocked.shape
    rows, columns = np.divmod(np.arange(height * width, dtype=np.int32), np.int32(width))
    known = min(instance.pool_size, instance.tasks)
    return Start(
        instance.map.neighbours(),
        instance.starts,
        np.full(instance.team_size, EAST, dtype=np.int32),
        [instance.errands_of(task) for task in range(known)],
        np.stack([columns, rows], axis=1),
    )
