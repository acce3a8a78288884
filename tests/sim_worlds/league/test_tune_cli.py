"""``podherd mapf tune`` as a person types it, and tuning against a clock that the test moves."""

from itertools import count
from pathlib import Path

import pytest
import typer
from fakes.halls import busy_halls
from fakes.league_floors import drawn, write_instance
from typer.testing import CliRunner, Result

from planner.lifelong.team import TeamParams
from planner.lifelong.tuning import Standing
from sim_worlds.league.guidance_file import read_guidance
from sim_worlds.league.start import start_of
from sim_worlds.league.tune_cli import tune, tuned_within

ROWS = ["........", ".@@@@@@.", "........"]


def typed(tmp_path: Path, *more: str) -> Result:
    instance = write_instance(tmp_path, ROWS, [0, 7], [[0, 23], [23, 0], [7, 16]])
    app = typer.Typer()
    app.command()(tune)
    output = ["--output", str(tmp_path / "lanes.json")]
    return CliRunner().invoke(app, [str(instance), *output, *more])


def test_lanes_are_looked_for_and_a_file_is_written(tmp_path: Path) -> None:
    done = typed(tmp_path, "--seconds", "0.1")
    assert done.exit_code == 0, done.output
    assert "tasks on unseen shifts" in done.stdout
    guidance = read_guidance(tmp_path / "lanes.json", 24)
    assert guidance.is_plain == ("plain costs" in done.stdout)


@pytest.mark.parametrize(
    ("more", "told"),
    [(["--seconds", "0"], "seconds"), (["--output", "/no/such/folder/lanes.json"], "output")],
)
def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path, more: list[str], told: str) -> None:
    done = typed(tmp_path, *more)
    assert done.exit_code == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "lanes.json").exists()


def test_the_clock_ends_the_race_and_progress_is_told() -> None:
    ticks = count()
    told: list[tuple[float, Standing]] = []
    tuned_within(
        busy_halls(),
        TeamParams(),
        seconds=20.0,
        seed=1,
        clock=lambda: float(next(ticks)),
        told=lambda gone_s, standing: told.append((gone_s, standing)),
    )
    gone = [gone_s for gone_s, _ in told]
    assert gone == sorted(gone)
    raced = [standing for _, standing in told if standing.entrants <= 2]
    assert len(raced) > 7  # time was up after seven, at two looks a trial, but not the first race
    assert told[len(raced)][1].entrants == 3
    proofs = told[len(raced) + 1 :]
    assert [standing.entrants for _, standing in proofs] == [3] * len(proofs)


def test_a_start_knows_what_is_revealed_and_no_more() -> None:
    instance = drawn(ROWS, [0, 7], [[0], [1], [2], [3]], reveal=1.5)
    start = start_of(instance)
    assert list(start.tasks) == [(0,), (1,), (2,)]
    assert start.cells.tolist() == [0, 7]
    assert start.headings.tolist() == [0, 0]
    assert start.xy[10].tolist() == [2, 1]
    assert start.neighbours.shape == (24, 4)
