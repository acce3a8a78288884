"""``podherd mapf solve`` as a person types it, and solving against a clock that the test moves."""

from itertools import count
from pathlib import Path

import msgspec
import numpy as np
import pytest
import typer
from fakes.league_floors import map_text
from typer.testing import CliRunner, Result

from planner.oneshot.problem import OutOfBudget, Solution, Unsolvable, pose
from sim_worlds.league.mapfile import parse_map
from sim_worlds.league.one_shot import solve_within
from sim_worlds.league.solve_cli import OneShotPlan, solve

PASSING_PLACE = [".....", "@@.@@"]
CORRIDOR = ["....."]


def typed(tmp_path: Path, rows: list[str], pairs: list[tuple[int, int]], *more: str) -> Result:
    """Agents go from x to x along the top row."""
    (tmp_path / "floor.map").write_text(map_text(rows))
    lines = [f"0\tfloor.map\t5\t{len(rows)}\t{a}\t0\t{b}\t0\t0" for a, b in pairs]
    (tmp_path / "floor.scen").write_text("\n".join(["version 1", *lines]) + "\n")
    app = typer.Typer()
    app.command()(solve)
    files = [str(tmp_path / "floor.map"), str(tmp_path / "floor.scen")]
    output = ["--output", str(tmp_path / "plan.json"), "--agents", str(len(pairs))]
    return CliRunner().invoke(app, [*files, *output, *more])


def test_a_scenario_is_solved_and_written(tmp_path: Path) -> None:
    done = typed(tmp_path, PASSING_PLACE, [(0, 4), (4, 0)], "--seconds", "1")
    assert done.exit_code == 0, done.output
    plan = msgspec.json.decode((tmp_path / "plan.json").read_bytes(), type=OneShotPlan)
    assert (plan.scenario, plan.agents, plan.lower_bound) == ("floor", 2, 8)
    assert f"sum of costs {plan.sum_of_costs}" in done.stdout
    assert [path[0] for path in plan.paths] == [0, 4]
    assert [path[-1] for path in plan.paths] == [4, 0]
    assert {len(path) for path in plan.paths} == {plan.makespan + 1}
    assert plan.sum_of_costs >= 11


def test_no_solution_is_exit_code_1_and_no_file(tmp_path: Path) -> None:
    done = typed(tmp_path, CORRIDOR, [(0, 4), (4, 0)])
    assert done.exit_code == 1
    assert "there is no solution" in done.stderr
    assert not (tmp_path / "plan.json").exists()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--seconds", "0"], "seconds"),
        (["--agents", "3"], "agents"),
        (["--output", "/no/such/folder/plan.json"], "output"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path, more: list[str], told: str) -> None:
    done = typed(tmp_path, PASSING_PLACE, [(0, 4), (4, 0)], *more)
    assert done.exit_code == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "plan.json").exists()


def posed(rows: list[str], starts: list[int], goals: list[int]) -> object:
    floor = parse_map(map_text(rows), "drawn.map").neighbours()
    ends = (np.array(places, dtype=np.int32) for places in (starts, goals))
    ways = pose(floor, *ends)
    ticks = count()
    return solve_within(ways, 3.0, 1, lambda: float(next(ticks)))


def test_the_clock_ends_the_refinement() -> None:
    """The lower bound cannot be reached here: only the clock stops it."""
    found = posed(PASSING_PLACE, [0, 4], [4, 0])
    assert isinstance(found, Solution)
    assert found.sum_of_costs == 11


def test_no_time_no_solution() -> None:
    floor = parse_map(map_text(CORRIDOR), "drawn.map").neighbours()
    ways = pose(floor, np.array([0], dtype=np.int32), np.array([4], dtype=np.int32))
    assert solve_within(ways, 0.0, 1, lambda: 0.0) == OutOfBudget()


def test_what_cannot_be_solved_ends_before_the_clock() -> None:
    assert posed(CORRIDOR, [0, 4], [4, 0]) == Unsolvable()
