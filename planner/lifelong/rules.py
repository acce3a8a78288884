"""Parameters of a team by rule, from its floor and its load: nothing is tuned by name."""

from dataclasses import replace

import numpy as np

from planner.lifelong.team import TeamParams
from planner.mapf.planner import PlannerParams
from planner.roadmap.access import Int32Array

LARGE_FLOOR = 8_192
"""Cells from which on lengths of tasks are estimated: a table for every task known would take more
memory than all others."""


def fitting(neighbours: Int32Array, agents: int) -> TeamParams:
    """Parameters for so many agents on the floor ``neighbours`` (n, 4).

    Depth and trials follow from the number of agents, so that a step costs CPU time about in
    proportion to it. Where more than a third of the cells is taken, agents that waited longest
    count most: the sum alone would leave some standing for good. There a trial that has to move
    many others seldom ends well, and is given up sooner.
    """
    density = agents / free_cells(neighbours)
    depth, trials = next(effort for most, effort in _EFFORT if agents <= most)
    crowded = float(np.clip((density - 0.3) / 0.1, 0.0, 2.0))
    return replace(
        TeamParams(),
        planner=PlannerParams(depth=depth, trial_budget=12 if crowded else 50),
        trials=trials,
        rank_power=crowded,
    )


_EFFORT: tuple[tuple[float, tuple[int, int]], ...] = (
    (250, (5, 20)),
    (1_000, (5, 5)),
    (3_000, (4, 5)),
    (float("inf"), (4, 2)),
)
"""Up to so many agents: depth, and trials per agent."""


def free_cells(neighbours: Int32Array) -> int:
    """Cells from which there is a way to another."""
    return max(1, int((neighbours >= 0).any(axis=1).sum()))


def is_large(neighbours: Int32Array) -> bool:
    """Whether lengths of tasks should be estimated on this floor."""
    return free_cells(neighbours) > LARGE_FLOOR
