"""Instances of the League of Robot Runners: a JSON file that names a map, agents and tasks.

Format: start kit 2.1 (2024). The files of 2023 read the same: their tasks have one errand, and
here the planner assigns them itself.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from planner.warehouse.errors import InvalidInstance
from sim_worlds.league.mapfile import GridMap, load_map
from sim_worlds.league.textfile import NumberList, parse_numbers, read_text

Int32Array = npt.NDArray[np.int32]

_MOST_REVEALED = 1000
"""Known tasks per agent."""
_HELP = "See docs/reference/mapf-formats.md."


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """A floor, where agents start (all face east) and the tasks to come.

    ``starts`` (agents,) are cells of ``map``. Task ``i`` has the errands
    ``errands[offsets[i]:offsets[i + 1]]``, cells too. ``reveal`` times the agents, rounded down,
    is the number of tasks known and unfinished at any time.
    """

    name: str
    version: str
    map: GridMap
    starts: Int32Array
    errands: Int32Array
    offsets: Int32Array
    reveal: float

    @property
    def team_size(self) -> int:
        """How many agents there are."""
        return len(self.starts)

    @property
    def tasks(self) -> int:
        """How many tasks the file has; ids go on beyond: task ``id`` is row ``id % tasks``."""
        return len(self.offsets) - 1

    @property
    def pool_size(self) -> int:
        """Tasks revealed and unfinished at any time: in single precision, as in the start kit."""
        return int(np.float32(self.reveal) * np.float32(self.team_size))

    def errands_of(self, task: int) -> tuple[int, ...]:
        """The cells of a task id, in order."""
        row = task % self.tasks
        return tuple(self.errands[self.offsets[row] : self.offsets[row + 1]].tolist())


class _File(msgspec.Struct, frozen=True, rename="camel"):
    map_file: str
    agent_file: str
    task_file: str
    team_size: int
    num_tasks_reveal: float = 1.0
    version: str = "2024 LoRR"


def load_instance(path: Path) -> Instance:
    """Read an instance and all it names; paths in it count from its folder.

    Raises :class:`InvalidInstance` with place, value and remedy: a missing or malformed file or
    field, agents or errands in a wall or off the map, two agents on one cell, none, or more than
    free cells, errands that no agent can reach, agents that can reach no task.
    """
    file = _parse_file(read_text(path, "instance"))
    folder = path.parent
    floor = load_map(folder / file.map_file, "mapFile")
    agents = _numbers(folder, "agentFile", file.agent_file, "agents")
    tasks = _numbers(folder, "taskFile", file.task_file, "tasks")
    instance = Instance(
        path.stem,
        file.version,
        floor,
        _starts(floor, agents, file.team_size),
        tasks.values,
        tasks.offsets,
        file.num_tasks_reveal,
    )
    if not 0 < instance.reveal <= _MOST_REVEALED or instance.pool_size < 1:
        raise InvalidInstance(
            f"should be at most {_MOST_REVEALED}, and 1 or more when multiplied by teamSize",
            field="numTasksReveal",
            value=file.num_tasks_reveal,
            remedy="The League has 1.5.",
        )
    _check_cells(floor, tasks, "errand")
    _check_reach(instance, agents, tasks)
    return instance


def _numbers(folder: Path, field: str, name: str, what: str) -> NumberList:
    return parse_numbers(read_text(folder / name, field), Path(name).name, what)


def _parse_file(text: str) -> _File:
    try:
        return msgspec.json.decode(text, type=_File)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).replace("`", "").partition(" - at ")
        missing = re.search(r"missing required field (\w+)", problem)
        field = missing[1] if missing else path.removeprefix("$").removeprefix(".")
        words = "missing" if missing else problem[:1].lower() + problem[1:]
        raise InvalidInstance(words, field=field, remedy=_HELP) from error
    except msgspec.DecodeError as error:
        raise InvalidInstance(f"not JSON: {error}", field="instance", remedy=_HELP) from error


def _starts(floor: GridMap, agents: NumberList, team_size: int) -> Int32Array:
    if team_size < 1:
        raise InvalidInstance("should be 1 or more", field="teamSize", value=team_size)
    for most, where in (
        (floor.free_cells, "free cells"),
        (len(agents), f"agents in {agents.source}"),
    ):
        if team_size > most:
            raise InvalidInstance(
                f"more than the {most} {where}",
                field="teamSize",
                value=team_size,
                remedy=f"At most {most} fit here.",
            )
    if agents.offsets[team_size] != team_size:
        row = int(np.argmax(np.diff(agents.offsets) != 1))
        raise InvalidInstance("should be one cell, an agent's start", field=agents.place(row))
    starts = agents.values[:team_size]
    _check_cells(floor, agents, "start", team_size)
    cells, first = np.unique(starts, return_index=True)
    if len(cells) < team_size:
        row = int(np.setdiff1d(np.arange(team_size), first)[0])
        other = agents.place(int(np.flatnonzero(starts == starts[row])[0]))
        raise InvalidInstance(
            f"two agents on one cell: the other is in {other}",
            field=agents.place(row),
            value=int(starts[row]),
        )
    return starts


def _check_cells(floor: GridMap, rows: NumberList, what: str, most: int | None = None) -> None:
    """Every value (of the first ``most`` rows) should be a passable cell."""
    cells = rows.values if most is None else rows.values[: rows.offsets[most]]
    off = cells >= floor.blocked.size
    walled = floor.blocked.ravel()[np.where(off, 0, cells)] & ~off
    for problem, wrong in (("off the map", off), ("in a wall", walled)):
        if wrong.any():
            at = int(np.argmax(wrong))
            raise InvalidInstance(
                f"{what} {problem} of {floor.height} rows and {floor.width} columns",
                field=rows.place(_row_of(rows, at)),
                value=int(cells[at]),
                remedy="A cell is row * width + column, from 0.",
            )


def _check_reach(instance: Instance, agents: NumberList, tasks: NumberList) -> None:
    """Agents and tasks should find each other: walls may part the floor into regions."""
    region = instance.map.regions()
    first = region[tasks.values[tasks.offsets[:-1]]]
    errands = region[tasks.values]
    inhabited = np.isin(errands, region[instance.starts])
    torn = errands != np.repeat(first, np.diff(tasks.offsets))
    for problem, wrong in (
        ("no agent can reach this errand", ~inhabited),
        ("walls part the errands of this task", torn),
    ):
        if wrong.any():
            at = int(np.argmax(wrong))
            place = tasks.place(_row_of(tasks, at))
            raise InvalidInstance(problem, field=place, value=int(tasks.values[at]))
    shut_in = ~np.isin(region[instance.starts], first)
    if shut_in.any():
        row = int(np.argmax(shut_in))
        raise InvalidInstance(
            "this agent is shut in: it can reach no task",
            field=agents.place(row),
            value=int(instance.starts[row]),
        )


def _row_of(rows: NumberList, at: int) -> int:
    return int(np.searchsorted(rows.offsets, at, side="right")) - 1
