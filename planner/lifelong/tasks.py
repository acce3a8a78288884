"""What a lifelong planner is told at every step and what it answers.

The words and rules are those of the League of Robot Runners (2024 rules, start kit 2.1): an agent
stands on a cell and faces a heading; in a step it drives one cell forward, turns a quarter or
waits. A task is a list of errands, cells to be visited in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Int32Array = npt.NDArray[np.int32]
NOBODY = -1
"""No agent, no task, no cell."""


class Action(IntEnum):
    """What an agent does in one step. Headings count 0 to 3; ``TURN_UP`` adds one, modulo 4.

    In the League's headings (0 = east, 1 = south, 2 = west, 3 = north) ``TURN_UP`` is clockwise.
    """

    FORWARD = 0
    TURN_UP = 1
    TURN_DOWN = 2
    WAIT = 3


@dataclass(frozen=True, slots=True)
class Task:
    """``errands`` are cells (node numbers) to visit in order, at least one."""

    id: int
    revealed_step: int
    errands: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """The team at the beginning of ``step``; one array entry per agent.

    ``task`` is the id of the agent's task or -1, ``errands_done`` how many of its errands are
    visited: from the first on the task is opened and stays with its agent. ``revealed`` are the
    tasks that became known since the last observation and ``finished`` the ids of those that were
    completed; both are told until a decision follows.
    """

    step: int
    cell: Int32Array
    heading: Int32Array
    task: Int32Array
    errands_done: Int32Array
    revealed: Sequence[Task]
    finished: Sequence[int]


@dataclass(frozen=True, slots=True)
class Decision:
    """One :class:`Action` and one task id (or -1) per agent."""

    action: Int32Array
    task: Int32Array
