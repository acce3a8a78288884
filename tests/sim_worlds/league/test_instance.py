"""Instances: what is read, and every kind of bad input with its place and value."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from fakes.league_floors import drawn, write_instance

from planner.warehouse.errors import InvalidInstance
from sim_worlds.league.instance import load_instance

ROWS = ["....", ".@@.", "...."]
STARTS = [0, 3]
TASKS = [[1, 8], [11], [4, 7, 4]]


def test_an_instance_as_files(tmp_path: Path) -> None:
    instance = load_instance(write_instance(tmp_path, ROWS, STARTS, TASKS))
    assert (instance.name, instance.version) == ("drawn", "2024 LoRR")
    assert instance.starts.tolist() == STARTS
    assert (instance.team_size, instance.tasks, instance.pool_size) == (2, 3, 3)
    assert [instance.errands_of(task) for task in range(5)] == [
        (1, 8),
        (11,),
        (4, 7, 4),
        (1, 8),
        (11,),
    ]


def test_only_as_many_agents_as_the_team_has(tmp_path: Path) -> None:
    """Those beyond need not even be passable."""
    path = write_instance(tmp_path, ROWS, [0, 3, 5, 0], TASKS, teamSize=2)
    assert load_instance(path).starts.tolist() == [0, 3]


def test_files_of_2023(tmp_path: Path) -> None:
    path = write_instance(
        tmp_path,
        ROWS,
        STARTS,
        [[1], [8]],
        version=None,
        numTasksReveal=1,
        taskAssignmentStrategy="roundrobin",
    )
    instance = load_instance(path)
    assert (instance.errands_of(1), instance.pool_size) == ((8,), 2)


@pytest.mark.parametrize(
    ("agents", "reveal", "pool"),
    [(1, 1.5, 1), (3, 1.5, 4), (101, 1.5, 151), (10, 1.1, 11), (10, 0.1, 1)],
)
def test_the_pool_is_rounded_down_in_single_precision(
    agents: int, reveal: float, pool: int
) -> None:
    assert drawn(["." * 101], range(agents), [[0]], reveal).pool_size == pool


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"mapFile": None}, "mapFile: missing"),
        ({"teamSize": None}, "teamSize: missing"),
        ({"teamSize": "two"}, "teamSize: expected int, got str"),
        ({"teamSize": 0}, "teamSize: should be 1 or more (found 0)"),
        ({"teamSize": -3}, "teamSize: should be 1 or more (found -3)"),
        ({"teamSize": 3}, "teamSize: more than the 2 agents in team.agents (found 3)"),
        ({"teamSize": 11}, "teamSize: more than the 10 free cells (found 11)"),
        ({"numTasksReveal": 0}, "numTasksReveal: should be at most 1000, and 1 or more when"),
        ({"numTasksReveal": -1.5}, "numTasksReveal: should be at most 1000, and 1 or more when"),
        ({"numTasksReveal": 0.4}, "numTasksReveal: should be at most 1000, and 1 or more when"),
        ({"numTasksReveal": 1e40}, "numTasksReveal: should be at most 1000"),
        ({"mapFile": "nowhere.map"}, "mapFile: cannot be read: No such file"),
        ({"agentFile": "nowhere"}, "agentFile: cannot be read: No such file"),
        ({"taskFile": "."}, "taskFile: cannot be read: Is a directory"),
    ],
)
def test_a_bad_field(tmp_path: Path, changed: dict[str, object], says: str) -> None:
    path = write_instance(tmp_path, ROWS, STARTS, TASKS, **changed)
    with pytest.raises(InvalidInstance) as caught:
        load_instance(path)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("starts", "tasks", "says"),
    [
        ([0, 5], TASKS, "team.agents:3: start in a wall"),
        ([0, 12], TASKS, "team.agents:3: start off the map of 3 rows and 4 columns (found 12)"),
        ([3, 3], TASKS, "team.agents:3: two agents on one cell: the other is in team.agents:2"),
        (STARTS, [[1], [2, 6]], "list.tasks:4: errand in a wall"),
        (STARTS, [[1], [2, 99]], "list.tasks:4: errand off the map"),
    ],
)
def test_a_bad_cell(
    tmp_path: Path, starts: Sequence[int], tasks: Sequence[Sequence[int]], says: str
) -> None:
    with pytest.raises(InvalidInstance) as caught:
        load_instance(write_instance(tmp_path, ROWS, starts, tasks))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("starts", "tasks", "says"),
    [
        ([0], [[1], [1, 3]], "list.tasks:4: no agent can reach this errand (found 3)"),
        ([0, 3], [[1], [4], [0, 4]], "list.tasks:5: walls part the errands of this task"),
        ([0, 3], [[1]], "team.agents:3: this agent is shut in: it can reach no task (found 3)"),
    ],
)
def test_walls_between(
    tmp_path: Path, starts: Sequence[int], tasks: Sequence[Sequence[int]], says: str
) -> None:
    with pytest.raises(InvalidInstance) as caught:
        load_instance(write_instance(tmp_path, ["..@.."], starts, tasks))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("list.tasks", "", "list.tasks: no tasks in the file"),
        ("list.tasks", "# nothing\n\n", "list.tasks: no tasks in the file"),
        ("list.tasks", "0\n", "list.tasks:1: should say how many tasks follow, one or more"),
        ("list.tasks", "many\n1\n", "list.tasks:1: should say how many tasks"),
        ("list.tasks", "3\n1\n2\n", "list.tasks:1: 3 tasks announced, 2 found"),
        ("list.tasks", "# a\n2\n1\n2,,3\n", "list.tasks:4: should hold cells"),
        ("list.tasks", "2\n1\n2,x\n", "list.tasks:3: should hold cells"),
        ("list.tasks", "2\n1\n-2\n", "list.tasks:3: should hold cells"),
        ("list.tasks", "2\n1\n2.5\n", "list.tasks:3: should hold cells"),
        ("list.tasks", "1\n99999999999999999999\n", "list.tasks:2: should hold cells"),
        ("team.agents", "2\n0\n1,2\n", "team.agents:3: should be one cell, an agent's start"),
        ("team.agents", "1,2\n0\n", "team.agents:1: should say how many agents"),
        ("drawn.json", "{", "instance: not JSON"),
        ("drawn.json", "[]", "expected object, got array"),
    ],
)
def test_a_malformed_file(tmp_path: Path, file: str, text: str, says: str) -> None:
    path = write_instance(tmp_path, ROWS, STARTS, TASKS)
    (tmp_path / file).write_text(text)
    with pytest.raises(InvalidInstance) as caught:
        load_instance(path)
    assert says in str(caught.value)


def test_not_a_text_file(tmp_path: Path) -> None:
    path = write_instance(tmp_path, ROWS, STARTS, TASKS)
    (tmp_path / "floor.map").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInstance, match="mapFile: not a text file"):
        load_instance(path)


def test_a_floor_full_of_agents_is_read(tmp_path: Path) -> None:
    """Nobody can move, but nothing is wrong."""
    assert load_instance(write_instance(tmp_path, ["..", ".."], range(4), [[0]])).team_size == 4


@pytest.mark.shared
def test_public_instances(shared_data: Path) -> None:
    sizes = {
        path.stem: (load.team_size, load.map.free_cells, load.pool_size)
        for path in sorted((shared_data / "mapf" / "lorr_v2").glob("*.json"))
        for load in [load_instance(path)]
    }
    assert sizes["WS-100"] == (100, 1277, 150)
    assert sizes["WH-5000"] == (5000, 38586, 7500)
    assert sizes["RANDOM-03"] == (400, 819, 600)
    assert len(sizes) == 11
