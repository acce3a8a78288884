"""``podherd whatif`` as typed."""

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from sim_worlds.cli import add_to as add_simulation
from sim_worlds.whatif.cli import add_to

APP = typer.Typer()
add_simulation(APP)
add_to(APP)
RUN = CliRunner()


def test_a_study_from_the_command_line(tmp_path: Path) -> None:
    arguments = ["whatif", "--site", "tiny", "--orders", "2", "--seeds", "1", "--workers", "2"]
    arguments += ["--vary", "robots=1,2", "--out", str(tmp_path / "study")]
    done = RUN.invoke(APP, arguments)
    assert done.exit_code == 0, done.output
    assert "2 futures of 2 orders on 2 processes, about" in done.output
    assert "cheapest that meets this: robots = " in done.output
    names = {path.name for path in (tmp_path / "study").iterdir()}
    assert names == {
        "study.json",
        "futures.jsonl",
        "futures.csv",
        "whatif.svg",
        "whatif.png",
    }
    none = RUN.invoke(APP, [*arguments, "--target", "done_by=1min"])
    assert none.exit_code == 0
    assert "none of these meets this" in none.output
    assert "The last order only comes in after" in none.output


def test_a_study_from_a_log(tmp_path: Path) -> None:
    log = tmp_path / "run.jsonl"
    assert (
        RUN.invoke(
            APP, ["simulate", "--site", "tiny", "--orders", "3", "--log", str(log)]
        ).exit_code
        == 0
    )
    arguments = ["whatif", "--from-log", str(log), "--at", "200", "--vary", "pick_s=4,8"]
    done = RUN.invoke(APP, [*arguments, "--seeds", "1", "--out", str(tmp_path / "study")])
    assert done.exit_code == 0, done.output
    assert "from 200.0 s on: 2 robots" in done.output
    assert "pick_s = 4" in done.output
    refused = RUN.invoke(APP, [*arguments, "--vary", "stations=1", "--out", str(tmp_path / "b")])
    assert refused.exit_code == 2
    assert "stations: cannot be varied in the middle of a run" in refused.output
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--orders", "2", "--vary", "robots=40..10"], "robots: runs backwards"),
        (["--orders", "2", "--vary", "robot=1"], "Did you mean robots"),
        (["--orders", "2", "--vary", "stations=2"], "tiny has 1 stations"),
        (["--orders", "2", "--vary", "robots=1", "--target", "lat<=1"], "Did you mean late"),
        (["--orders", "2", "--vary", "robots=1", "--hours", "nan"], "hours: "),
        (["--orders", "2", "--vary", "robots=1", "--at", "5"], "--from-log"),
        (["--orders", "none.csv", "--vary", "robots=1"], "none.csv"),
        (["--vary", "robots=1"], "orders: no order book"),
        (["--from-log", "none.jsonl", "--vary", "robots=1"], "none.jsonl"),
        (["--orders", "2", "--vary", "robots=1", "--costs", "none.json"], "none.json"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_run(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    out = tmp_path / "study"
    done = RUN.invoke(APP, ["whatif", "--site", "tiny", *arguments, "--out", str(out)])
    assert done.exit_code == 2, done.output
    assert said in done.output
    assert not out.exists()
