"""What can be seen of a run, step by step: places, headings, and how far each agent's task is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from planner.warehouse.errors import InvalidPlan
from sim_worlds.league.mapfile import GridMap
from sim_worlds.league.output import Output
from sim_worlds.league.plantext import Changes, read_paths, read_schedules

Int32Array = npt.NDArray[np.int32]

_QUARTERS = {"R": 1, "C": -1}
_ADDS = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)])
"""(columns, rows) of a step forward, by heading."""


class TaskState(IntEnum):
    """How far an agent's task is."""

    FREE = 0
    """No task."""
    ASSIGNED = 1
    """On the way to its first errand."""
    OPENED = 2
    """The first errand is done."""


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """``place`` (frames, agents, 2) in columns and rows, ``quarters`` (frames, agents) turned
    clockwise from east in all, and ``state`` (frames, agents), a :class:`TaskState`; frame by
    frame, beginning at step ``first``."""

    floor: GridMap
    first: int
    place: Int32Array
    quarters: Int32Array
    state: Int32Array

    def cut(self, first: int, steps: int) -> "Film":
        """``steps`` steps from step ``first`` on, or as many as there are.

        Raises :class:`InvalidPlan` if the film ends before.
        """
        if not 0 <= first < len(self.place):
            raise InvalidPlan(
                f"the plan has steps 0 to {len(self.place) - 1}", field="from-step", value=first
            )
        part = slice(first, first + max(steps, 0) + 1)
        return replace(
            self,
            first=first,
            place=self.place[part],
            quarters=self.quarters[part],
            state=self.state[part],
        )


def film(floor: GridMap, output: Output) -> Film:
    """The run of a plan file, from what its agents did.

    Raises :class:`InvalidPlan` if the file lacks starts, or its paths do not fit together or
    leave the map.
    """
    start = output.start or []
    if len(start) != output.team_size or not start:
        raise InvalidPlan("should name the start of every agent", field="start")
    paths = output.actual_paths or output.planner_paths
    action, wrong_paths = read_paths("actualPaths", paths, len(start))
    schedule = output.actual_schedule or output.planner_schedule
    changes, wrong_schedule = read_schedules("actualSchedule", schedule, len(start))
    if action is None or changes is None:
        wrong = (wrong_paths + wrong_schedule)[0]
        raise InvalidPlan(f"{wrong.kind}: {wrong.detail}", field="plan")
    turned = sum(np.where(action == ord(letter), turn, 0) for letter, turn in _QUARTERS.items())
    quarters = np.vstack([np.zeros((1, len(start)), dtype=np.int64), np.cumsum(turned, axis=0)])
    moved = np.where((action == ord("F"))[..., None], _ADDS[quarters[:-1] % 4], 0)
    begin = np.array([[(column, row) for row, column, _ in start]])
    place = np.concatenate([begin, begin + np.cumsum(moved, axis=0)])
    if (place < 0).any() or (place >= (floor.width, floor.height)).any():
        raise InvalidPlan(
            "leaves the map", field="actualPaths", remedy="Is the plan of this instance?"
        )
    state = np.full(quarters.shape, TaskState.FREE, dtype=np.int32)
    for step, agent, now in sorted(_states(output, changes), key=lambda change: change[0]):
        if 0 <= step < len(state) and 0 <= agent < len(start):
            state[step:, agent] = now
    return Film(floor, 0, place.astype(np.int32), quarters.astype(np.int32), state)


def _states(output: Output, changes: Changes) -> Iterator[tuple[int, int, TaskState]]:
    """(step, agent, state): the schedule of a step comes before its errands."""
    for step, given in changes.items():
        for agent, task in given:
            yield step, agent, TaskState.FREE if task < 0 else TaskState.ASSIGNED
    errands = {task: len(places) // 2 for task, _, places in output.tasks or []}
    for time, agent, task, done in output.events or []:
        yield time, agent, TaskState.FREE if done == errands.get(task) else TaskState.OPENED
