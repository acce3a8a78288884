"""A run from the command line's side: files written, figures, bad input, interrupts."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import typer
from fakes.league_floors import write_instance
from fakes.one_by_one import OneByOne
from rich.console import Console
from typer.testing import CliRunner

from planner.lifelong.tasks import Action, Decision, Observation
from planner.warehouse.errors import InvalidInstance, PodherdError
from sim_worlds.league.instance import Instance, load_instance
from sim_worlds.league.output import read_output
from sim_worlds.league.referee import judge
from sim_worlds.league.run import Decide
from sim_worlds.league.run_cli import Mode, RunOptions, run_command, run_instance


@pytest.fixture
def options(tmp_path: Path) -> RunOptions:
    path = write_instance(tmp_path, ["....", ".@@.", "...."], [0, 3], [[1, 8], [11], [4, 7, 4]])
    return RunOptions(path, tmp_path / "plan.json", steps=40, result=tmp_path / "result.json")


def careful(instance: Instance, _: RunOptions, tell: Callable[[str], None]) -> Decide:
    tell("getting ready")
    return OneByOne(instance.map.neighbours()).decide


def run(options: RunOptions, team: Decide | None = None) -> tuple[bool, str]:
    """Whether no rule was broken, and what was shown."""
    out, err = Console(file=io.StringIO(), width=100), Console(file=io.StringIO(), width=100)
    sound = run_instance(options, careful if team is None else lambda *_: team, out, err)
    assert isinstance(out.file, io.StringIO)
    return sound, out.file.getvalue()


def test_a_run_with_its_files(options: RunOptions) -> None:
    sound, shown = run(options)
    assert sound
    verdict = judge(load_instance(options.instance), read_output(options.output))
    assert verdict.violations == ()
    assert f"{verdict.tasks_finished} in 40 steps" in shown
    assert options.result is not None
    figures = json.loads(options.result.read_text())
    assert (figures["instance"], figures["agents"], figures["cells"]) == ("drawn", 2, 10)
    assert figures["tasks_finished"] == verdict.tasks_finished
    assert figures["tasks_per_step"] == verdict.tasks_finished / 40
    assert 0 <= figures["planner_ms_median"] <= figures["planner_ms_p95"]
    assert figures["planner_ms_p95"] <= figures["planner_ms_max"]
    assert 10 < figures["peak_memory_mb"] < 10_000


def test_budgets_are_of_the_anytime_mode(options: RunOptions) -> None:
    assert options.result is not None
    for mode, over in ((Mode.FAST, 0), (Mode.ANYTIME, 40)):
        run(replace(options, mode=mode, budget_ms=0.0))
        assert json.loads(options.result.read_text())["over_budget"] == over


def test_late_answers_are_shown(options: RunOptions) -> None:
    """Nobody answers within a picosecond."""
    _, shown = run(replace(options, limit_ms=1e-9))
    assert "40 steps waited" in shown
    assert read_output(options.output).num_entry_timeouts == 40


def test_broken_rules_are_told(options: RunOptions) -> None:
    def wilful(seen: Observation) -> Decision:
        return Decision(np.full(len(seen.cell), Action.FORWARD, np.int32), seen.task)

    sound, shown = run(options, wilful)
    assert not sound
    assert "40 moves" in shown, "one of the two stands before the border of the map"


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, PodherdError("out of ideas")])
def test_nothing_is_left_half_done(
    options: RunOptions, trouble: type[BaseException] | BaseException
) -> None:
    def fails(seen: Observation) -> Decision:
        if seen.step == 5:
            raise trouble
        return Decision(np.full(len(seen.cell), Action.WAIT, np.int32), seen.task)

    before = sorted(options.output.parent.iterdir())
    with pytest.raises(trouble if isinstance(trouble, type) else type(trouble)):
        run(options, fails)
    assert sorted(options.output.parent.iterdir()) == before


def test_bad_options_are_told_before_the_work(options: RunOptions, tmp_path: Path) -> None:
    for changed, says in (
        (replace(options, steps=0), "steps: should be 1 or more"),
        (replace(options, output=tmp_path / "no" / "plan.json"), "output: no such folder"),
        (replace(options, result=tmp_path / "no" / "result.json"), "result: no such folder"),
        (replace(options, instance=tmp_path / "no.json"), "instance: cannot be read"),
    ):
        with pytest.raises(InvalidInstance, match=says):
            run(changed)


@pytest.fixture
def app() -> typer.Typer:
    found = typer.Typer()
    found.callback()(lambda: None)
    found.command("run")(run_command(careful))
    return found


def test_the_command(app: typer.Typer, options: RunOptions) -> None:
    line = ["run", str(options.instance), "--steps", "200", "--output", str(options.output)]
    done = CliRunner().invoke(app, [*line, "--mode", "anytime", "--once"])
    assert done.exit_code == 0, done.output
    assert "3 in 200 steps" in done.stdout
    assert read_output(options.output).num_task_finished == 3


@pytest.mark.parametrize(
    ("changed", "code", "says"),
    [
        (["--steps", "0"], 2, "steps: should be 1 or more"),
        (["--mode", "slow"], 2, "slow"),
        (["--output", "nowhere/plan.json"], 2, "output: no such folder"),
    ],
)
def test_the_command_misused(
    app: typer.Typer, options: RunOptions, changed: list[str], code: int, says: str
) -> None:
    done = CliRunner().invoke(app, ["run", str(options.instance), *changed])
    assert (done.exit_code, says in done.stderr) == (code, True), done.stderr


@pytest.mark.parametrize(("trouble", "code"), [(KeyboardInterrupt, 130), (PodherdError("no"), 2)])
def test_the_command_cut_short(
    options: RunOptions, trouble: type[BaseException] | BaseException, code: int
) -> None:
    def fails(*_: object) -> Decide:
        raise trouble

    found = typer.Typer()
    found.command("run")(run_command(fails))
    line = [str(options.instance), "--output", str(options.output)]
    assert CliRunner().invoke(found, line).exit_code == code
    assert not options.output.exists()


def test_a_team_that_breaks_rules_ends_with_1(options: RunOptions) -> None:
    def wilful(seen: Observation) -> Decision:
        return Decision(np.full(len(seen.cell), Action.FORWARD, np.int32), seen.task)

    found = typer.Typer()
    found.command("run")(run_command(lambda *_: wilful))
    line = [str(options.instance), "--output", str(options.output)]
    assert CliRunner().invoke(found, line).exit_code == 1
    assert options.output.exists(), "so that the referee can tell more"
