"""The official document: every key as the League's tools read it, whole or not at all."""

import json
from pathlib import Path

import numpy as np
import pytest
from fakes.league_floors import drawn

from planner.lifelong.tasks import Action, Decision
from planner.warehouse.errors import InvalidPlan
from sim_worlds.league.atomic import replacing
from sim_worlds.league.output import Output, Transcript, read_output, write_output
from sim_worlds.league.world import LeagueWorld

F, R, C, W = Action.FORWARD, Action.TURN_UP, Action.TURN_DOWN, Action.WAIT


@pytest.fixture
def output() -> Output:
    """Two agents on a floor of 2 x 4: a task in two errands, a time-out, a bad move and a bad
    schedule."""
    world = LeagueWorld(drawn(["....", "...."], [0, 6], [[1, 2], [7, 3], [4]]))
    transcript = Transcript(world.instance, world.observe().revealed)
    for number, (actions, tasks) in enumerate(
        [
            ([F, F], [0, 1]),
            (None, None),
            ([F, C], [0, 1]),
            ([R, F], [2, 1]),
            ([C, F], [2, 2]),
            ([W, C], [-1, -1]),
        ],
        start=1,
    ):
        answer = None
        if actions is not None:
            answer = Decision(np.array(actions, np.int32), np.array(tasks, np.int32))
        transcript.add(world.apply(answer), number / 1000)
    return transcript.output()


def test_the_document(output: Output, tmp_path: Path) -> None:
    """Times are those after the move."""
    path = tmp_path / "plan.json"
    write_output(output, path)
    assert json.loads(path.read_text()) == {
        "actionModel": "MAPF_T",
        "version": "2024 LoRR",
        "teamSize": 2,
        "numTaskFinished": 2,
        "makespan": 6,
        "numPlannerErrors": 1,
        "numScheduleErrors": 1,
        "numEntryTimeouts": 1,
        "start": [[0, 0, "E"], [1, 2, "E"]],
        "actualPaths": ["F,W,F,R,W,W", "F,W,C,F,W,C"],
        "plannerPaths": ["F,T,F,R,C,W", "F,T,C,F,F,C"],
        "plannerTimes": [0.001, 0.002, 0.003, 0.004, 0.005, 0.006],
        "errors": [[1, -1, 5, "unallowed move"]],
        "actualSchedule": ["1:0,4:2,6:-1", "1:1,6:-1"],
        "plannerSchedule": ["1:0,4:2,6:-1", "1:1,5:2,6:-1"],
        "scheduleErrors": [[2, 1, 0, 5, "task is already assigned to another agent"]],
        "events": [[1, 0, 0, 1], [1, 1, 1, 1], [3, 0, 0, 2], [4, 1, 1, 2]],
        "tasks": [
            [0, 0, [0, 1, 0, 2]],
            [1, 0, [1, 3, 0, 3]],
            [2, 0, [1, 0]],
            [3, 3, [0, 1, 0, 2]],
            [4, 4, [1, 3, 0, 3]],
        ],
    }


def test_it_is_read_as_written(output: Output, tmp_path: Path) -> None:
    write_output(output, tmp_path / "plan.json")
    assert read_output(tmp_path / "plan.json") == output


def test_a_run_of_no_steps(tmp_path: Path) -> None:
    empty = Transcript(drawn([".."], [0], [[1]]), ()).output()
    assert (empty.planner_paths, empty.planner_schedule, empty.makespan) == ([""], [""], 0)


def test_what_other_tools_leave_out(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text(
        json.dumps(
            {
                "actionModel": "MAPF_T",
                "AllValid": "Yes",
                "teamSize": 1,
                "numTaskFinished": 0,
                "plannerPaths": ["W"],
                "plannerSchedule": ["1:-1"],
            }
        )
    )
    assert read_output(path).events is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "plan.json: not a plan file"),
        ("[]", "plan.json: not a plan file: expected object"),
        ("{}", "not a plan file: object missing required field actionModel"),
        (
            '{"actionModel": "MAPF_T", "teamSize": "two"}',
            "teamSize: not a plan file: expected int, got str",
        ),
    ],
)
def test_no_plan_file(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(InvalidPlan) as caught:
        read_output(path)
    assert says in str(caught.value)


def test_files_that_cannot_be_used(output: Output, tmp_path: Path) -> None:
    with pytest.raises(InvalidPlan, match="plan: cannot be read: No such file"):
        read_output(tmp_path / "nowhere.json")
    with pytest.raises(InvalidPlan, match="output: cannot be written: No such file"):
        write_output(output, tmp_path / "nowhere" / "plan.json")


@pytest.mark.parametrize("trouble", [OSError, KeyboardInterrupt])
def test_a_broken_write_leaves_the_old_file(tmp_path: Path, trouble: type[BaseException]) -> None:
    path = tmp_path / "plan.json"
    path.write_text("old")
    with pytest.raises(trouble), replacing(path) as draft:  # noqa: PT012
        draft.write_text("half of the ne")
        raise trouble
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_has_the_usual_rights(output: Output, tmp_path: Path) -> None:
    usual, written = tmp_path / "usual", tmp_path / "plan.json"
    usual.touch()
    write_output(output, written)
    assert written.stat().st_mode == usual.stat().st_mode
