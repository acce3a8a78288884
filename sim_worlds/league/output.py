"""The output of a run as the League's tools read it, taken down step by step.

Format: start kit 2.1 of the League of Robot Runners (2024), action model ``MAPF_T``. Every time in
it is the time after the move: what is decided at step s stands under s + 1.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from planner.lifelong.tasks import Action, Int32Array, Task
from planner.warehouse.errors import InvalidPlan
from sim_worlds.league.atomic import replacing
from sim_worlds.league.instance import Instance
from sim_worlds.league.world import NO_ANSWER, ActionFaultKind, ScheduleFaultKind, StepReport

ACTION_MODEL = "MAPF_T"

_LETTERS = {
    Action.FORWARD: "F",
    Action.TURN_UP: "R",
    Action.TURN_DOWN: "C",
    Action.WAIT: "W",
    NO_ANSWER: "T",
}
_ACTION_ERRORS = {
    ActionFaultKind.UNALLOWED_MOVE: "unallowed move",
    ActionFaultKind.VERTEX_CONFLICT: "vertex conflict",
    ActionFaultKind.EDGE_CONFLICT: "edge conflict",
}
_SCHEDULE_ERRORS = {
    ScheduleFaultKind.NOT_IN_POOL: "task is not in the pool",
    ScheduleFaultKind.TAKEN_TWICE: "task is already assigned to another agent",
    ScheduleFaultKind.OPENED_DROPPED: "an opened task is taken from its agent",
}


class Output(msgspec.Struct, frozen=True, rename="camel"):
    """The document. Paths are one string of actions ``F,R,C,W,T`` per agent; schedules are one
    string ``time:task,...`` per agent, changes only, -1 for none.

    ``start`` rows are (row, column, ``"E"``), ``errors`` (agent, other agent, time, text),
    ``schedule_errors`` (task, agent, other agent, time, text), ``events`` (time, agent, task,
    errands done), ``tasks`` (id, time revealed, (row, column, row, column, ...)). Other tools
    leave some out: those are None.
    """

    action_model: str
    team_size: int
    num_task_finished: int
    planner_paths: list[str]
    planner_schedule: list[str]
    version: str | None = None
    makespan: int | None = None
    num_planner_errors: int | None = None
    num_schedule_errors: int | None = None
    num_entry_timeouts: int | None = None
    start: list[tuple[int, int, str]] | None = None
    actual_paths: list[str] | None = None
    planner_times: list[float] | None = None
    errors: list[tuple[int, int, int, str]] | None = None
    actual_schedule: list[str] | None = None
    schedule_errors: list[tuple[int, int, int, int, str]] | None = None
    events: list[tuple[int, int, int, int]] | None = None
    tasks: list[tuple[int, int, list[int]]] | None = None


class Transcript:
    """Takes down a run: ``first`` are the tasks revealed before the first step."""

    def __init__(self, instance: Instance, first: Sequence[Task]):
        self._instance = instance
        self._tasks = list(first)
        self._planned: list[npt.NDArray[np.int8]] = []
        self._done: list[npt.NDArray[np.int8]] = []
        self._proposed = _Changes(instance.team_size)
        self._in_force = _Changes(instance.team_size)
        self._times_s: list[float] = []
        self._errors: list[tuple[int, int, int, str]] = []
        self._schedule_errors: list[tuple[int, int, int, int, str]] = []
        self._events: list[tuple[int, int, int, int]] = []
        self._finished = 0
        self._time_outs = 0

    def add(self, report: StepReport, planner_s: float) -> None:
        """One step, and how long the planner took for it."""
        self._tasks.extend(report.revealed)
        self._planned.append(report.planned.astype(np.int8))
        self._done.append(report.done.astype(np.int8))
        self._proposed.add(report.step, report.proposed)
        if report.schedule_fault is None:
            self._in_force.add(report.step, report.schedule)
        self._times_s.append(planner_s)
        self._events += [(report.step, a, t, n) for a, t, n in report.events.tolist()]
        self._finished += report.finished
        self._time_outs += bool((report.planned == NO_ANSWER).all())
        self._add_errors(report)

    def _add_errors(self, report: StepReport) -> None:
        for fault in report.action_faults:
            text = _ACTION_ERRORS[fault.kind]
            self._errors.append((fault.agent, fault.other, report.step, text))
        bad = report.schedule_fault
        if bad is not None:
            text = _SCHEDULE_ERRORS[bad.kind]
            self._schedule_errors.append((bad.task, bad.agent, bad.other, report.step, text))

    def output(self) -> Output:
        """The document of the steps so far."""
        width = self._instance.map.width
        return Output(
            action_model=ACTION_MODEL,
            version=self._instance.version,
            team_size=self._instance.team_size,
            num_task_finished=self._finished,
            makespan=len(self._planned),
            num_planner_errors=len(self._errors),
            num_schedule_errors=len(self._schedule_errors),
            num_entry_timeouts=self._time_outs,
            start=[(cell // width, cell % width, "E") for cell in self._instance.starts.tolist()],
            actual_paths=_paths(self._done, self._instance.team_size),
            planner_paths=_paths(self._planned, self._instance.team_size),
            planner_times=self._times_s.copy(),
            errors=self._errors.copy(),
            actual_schedule=self._in_force.lines(),
            planner_schedule=self._proposed.lines(),
            schedule_errors=self._schedule_errors.copy(),
            events=self._events.copy(),
            tasks=[(task.id, task.revealed_step, _places(task, width)) for task in self._tasks],
        )


class _Changes:
    """Who got which task when; repetitions are left out."""

    def __init__(self, agents: int):
        self._last: Int32Array | None = None
        self._lines: list[list[str]] = [[] for _ in range(agents)]

    def add(self, time: int, schedule: Int32Array) -> None:
        everyone = np.arange(len(schedule))
        last = self._last
        changed = everyone if last is None else np.flatnonzero(schedule != last)
        for agent in changed.tolist():
            self._lines[agent].append(f"{time}:{schedule[agent]}")
        self._last = schedule

    def lines(self) -> list[str]:
        return [",".join(changes) for changes in self._lines]


def write_output(output: Output, path: Path) -> None:
    """Write the document, whole or not at all. Raises :class:`InvalidPlan` if that fails."""
    try:
        with replacing(path) as draft:
            draft.write_bytes(msgspec.json.encode(output) + b"\n")
    except OSError as error:
        raise InvalidPlan(
            f"cannot be written: {error.strerror}", field="output", value=str(path)
        ) from error


def read_output(path: Path) -> Output:
    """Read a document, ours or another tool's.

    Raises :class:`InvalidPlan` that names the field if it is no such file.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=Output)
    except OSError as error:
        raise InvalidPlan(
            f"cannot be read: {error.strerror}", field="plan", value=str(path)
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        problem, _, place = str(error).replace("`", "").partition(" - at ")
        raise InvalidPlan(
            f"not a plan file: {problem[:1].lower()}{problem[1:]}",
            field=place.removeprefix("$.") or path.name,
            remedy="See docs/reference/mapf-formats.md.",
        ) from error


def _paths(steps: Sequence[npt.NDArray[np.int8]], agents: int) -> list[str]:
    """One string per agent, commas between the letters."""
    if not steps:
        return [""] * agents
    letters = np.zeros(256, dtype=np.uint8)
    for action, letter in _LETTERS.items():
        letters[action] = ord(letter)
    text = np.full((agents, 2 * len(steps)), ord(","), dtype=np.uint8)
    text[:, ::2] = letters[np.stack(steps, axis=1).astype(np.uint8)]
    return [row.tobytes().decode("ascii") for row in text[:, :-1]]


def _places(task: Task, width: int) -> list[int]:
    return [part for cell in task.errands for part in divmod(cell, width)]
