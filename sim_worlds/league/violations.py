"""What the referee can find wrong with the output of a run."""

from dataclasses import dataclass
from enum import StrEnum

NOWHERE = -1


class ViolationKind(StrEnum):
    """What is wrong with a plan, or with what is claimed of it."""

    OFF_MAP = "off_map"
    """A move across the border of the map."""
    INTO_WALL = "into_wall"
    """A move into a blocked cell."""
    VERTEX_CONFLICT = "vertex_conflict"
    """Two agents on one cell after the move."""
    EDGE_CONFLICT = "edge_conflict"
    """Two agents change places."""
    TASK_NOT_IN_POOL = "task_not_in_pool"
    """A task assigned that is unknown, not revealed yet or finished."""
    TASK_TAKEN_TWICE = "task_taken_twice"
    """A task assigned to two agents."""
    OPENED_TASK_DROPPED = "opened_task_dropped"
    """An agent that has done an errand of its task is given another task or none."""
    MALFORMED = "malformed"
    """A path or schedule that cannot be read."""
    WRONG_LENGTH = "wrong_length"
    """Not one path or schedule per agent, or a path shorter or longer than the others."""
    WRONG_START = "wrong_start"
    """An agent that claims to start elsewhere than the instance says."""
    WRONG_COUNT = "wrong_count"
    """A figure that differs from what was counted."""
    WRONG_ACTUAL_PATH = "wrong_actual_path"
    """An action claimed that is not what the rules make of the action planned."""
    WRONG_ACTUAL_SCHEDULE = "wrong_actual_schedule"
    """A task claimed to be in force that is not."""
    WRONG_ERRORS = "wrong_errors"
    """An error listed where there is none, or one kept quiet about."""
    UNFOUNDED_EVENT = "unfounded_event"
    """An errand claimed to be done that was not done then."""
    MISSING_EVENT = "missing_event"
    """An errand done but not listed."""
    WRONG_TASK = "wrong_task"
    """A task listed with another time or other places than it was revealed with, or left out."""


@dataclass(frozen=True, slots=True)
class Violation:
    """``step`` is the time after the move (0: of the file as a whole); ``agents`` take part;
    ``cell`` is where, or -1; ``detail`` names the claim or the task."""

    kind: ViolationKind
    step: int = 0
    agents: tuple[int, ...] = ()
    cell: int = NOWHERE
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``tasks_finished`` were counted in ``steps``, whatever the file claims."""

    violations: tuple[Violation, ...]
    tasks_finished: int
    steps: int
