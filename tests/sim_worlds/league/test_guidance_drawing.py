"""Drawings of guidance: arrows where one way is cheaper, and only there."""

from pathlib import Path

import pytest
import typer
from fakes.league_floors import drawn, write_instance
from typer.testing import CliRunner, Result

from planner.mapf.guidance import STEP, Guidance, plain
from sim_worlds.league.guidance_drawing import preferences
from sim_worlds.league.guidance_file import write_guidance
from sim_worlds.league.tune_cli import guidance

EAST, WEST = 0, 2
ROWS = ["....", "@..."]


def typed(tmp_path: Path, *more: str, picture: str = "lanes.svg") -> Result:
    instance = write_instance(tmp_path, ROWS, [0], [[0, 3], [3, 0], [7, 5]])
    app = typer.Typer()
    app.command()(guidance)
    return CliRunner().invoke(app, [str(instance), "--output", str(tmp_path / picture), *more])


def test_the_cheaper_way_is_preferred() -> None:
    drive = plain(8).drive
    drive[1, WEST] = 3 * STEP  # from cell 1 to cell 0
    floor = drawn(ROWS, [0], [[0]]).map
    found = list(preferences(Guidance(drive), floor.neighbours()))
    assert [(heading, cell.tolist()) for heading, cell, _ in found if len(cell)] == [(EAST, [0])]
    assert found[EAST][2] == pytest.approx([0.5])


@pytest.mark.parametrize("picture", ["lanes.svg", "lanes.png"])
def test_lanes_are_drawn(tmp_path: Path, picture: str) -> None:
    done = typed(tmp_path, picture=picture)
    assert done.exit_code == 0, done.output
    assert (tmp_path / picture).stat().st_size > 1_000
    assert "arrows" in done.stdout


def test_a_file_is_drawn(tmp_path: Path) -> None:
    drive = plain(8).drive
    drive[1, WEST] = drive[2, WEST] = 3 * STEP
    write_guidance(Guidance(drive), "drawn", tmp_path / "lanes.json")
    done = typed(tmp_path, "--guidance", str(tmp_path / "lanes.json"))
    assert done.exit_code == 0, done.output
    assert "2 arrows" in done.stdout


@pytest.mark.parametrize(
    ("more", "picture", "told"),
    [
        ([], "lanes.txt", "lanes.txt"),
        (["--guidance", "/no/such/lanes.json"], "lanes.svg", "cannot be read"),
        ([], "no/such/folder/lanes.svg", "cannot be written"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(
    tmp_path: Path, more: list[str], picture: str, told: str
) -> None:
    done = typed(tmp_path, *more, picture=picture)
    assert done.exit_code == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / picture).exists()
