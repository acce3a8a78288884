"""``podherd mapf`` as a person types it."""

from pathlib import Path

import msgspec
import pytest
from fakes.league_floors import write_instance
from fakes.one_by_one import OneByOne
from typer.testing import CliRunner

from sim_worlds.league.cli import app
from sim_worlds.league.instance import load_instance
from sim_worlds.league.output import Output, read_output, write_output
from sim_worlds.league.run import run_league

STEPS = 30


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """An instance and a sound plan of it."""
    path = write_instance(tmp_path, ["....", ".@@.", "...."], [0, 3], [[1, 8], [11], [4, 7, 4]])
    instance = load_instance(path)
    team = OneByOne(instance.map.neighbours())
    plan = tmp_path / "plan.json"
    write_output(run_league(instance, team.decide, STEPS, lambda: 0.0).output, plan)
    return path, plan


def test_check_a_sound_plan(files: tuple[Path, Path]) -> None:
    done = CliRunner().invoke(app, ["check", *map(str, files)])
    assert done.exit_code == 0, done.output
    finished = read_output(files[1]).num_task_finished
    assert finished > 0
    assert f"{finished} tasks by 2 agents in {STEPS} steps" in done.stdout


def test_check_a_collision(files: tuple[Path, Path]) -> None:
    """Agent 0 drives on into agent 1."""
    plan = read_output(files[1])
    crash = ",".join("F" * STEPS)
    paths = [crash, ",".join("W" * STEPS)]
    write_output(msgspec.structs.replace(plan, planner_paths=paths), files[1])
    done = CliRunner().invoke(app, ["check", *map(str, files)])
    assert done.exit_code == 1
    assert "step 3 vertex_conflict agents 0, 1 on cell 3" in done.stderr
    assert f"{STEPS - 2} vertex_conflict" in done.stderr


def test_draw(files: tuple[Path, Path], tmp_path: Path) -> None:
    picture = tmp_path / "run.svg"
    line = ["draw", *map(str, files), "--output", str(picture), "--from-step", "5", "--steps", "4"]
    done = CliRunner().invoke(app, line)
    assert done.exit_code == 0, done.output
    assert "5 frames" in done.stdout
    assert picture.read_text().startswith("<svg")


@pytest.mark.parametrize("command", ["check", "draw"])
def test_bad_files_are_named(files: tuple[Path, Path], command: str) -> None:
    instance, plan = files
    done = CliRunner().invoke(app, [command, "nowhere.json", str(plan)])
    assert (done.exit_code, "nowhere.json" in done.stderr) == (2, True)
    done = CliRunner().invoke(app, [command, str(instance), str(instance)])
    assert done.exit_code == 2
    assert "not a plan file" in done.stderr


def test_a_bad_picture_name(files: tuple[Path, Path], tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["draw", *map(str, files), "--output", str(tmp_path / "a.mp4")])
    assert done.exit_code == 2
    assert "a.mp4" in done.stderr


def test_a_plan_without_agents(files: tuple[Path, Path]) -> None:
    write_output(Output("MAPF_T", 0, 0, [], []), files[1])
    done = CliRunner().invoke(app, ["check", *map(str, files)])
    assert done.exit_code == 1
    assert "wrong_length" in done.stderr
