"""What holds and what does not."""

from dataclasses import replace

import pytest

from benchmarks.macro.mapf_workloads import limits, shortfalls
from sim_worlds.league.figures import RunFigures
from sim_worlds.league.run_cli import Mode

GOOD = RunFigures(
    instance="drawn",
    agents=200,
    cells=1_000,
    mode="fast",
    seed=1,
    steps=500,
    tasks_finished=1_480,
    tasks_per_step=2.96,
    planner_ms_median=25.0,
    planner_ms_p95=50.0,
    planner_ms_max=400.0,
    start_up_s=10.0,
    peak_memory_mb=500.0,
    planner_errors=0,
    schedule_errors=0,
    time_outs=0,
    over_budget=0,
)


def test_goals_may_be_met_exactly() -> None:
    assert shortfalls(GOOD, 0, Mode.FAST, 1_480) == []


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        (replace(GOOD, tasks_finished=1_479), "tasks 1,479 < 1,480"),
        (replace(GOOD, planner_ms_median=26.0), "median 26 > 25 ms"),
        (replace(GOOD, planner_ms_p95=51.0), "p95 51 > 50 ms"),
        (replace(GOOD, start_up_s=11.0), "start-up 11 > 10 s"),
        (replace(GOOD, peak_memory_mb=501.0), "memory 501 > 500 MB"),
    ],
)
def test_what_falls_short_is_told(figures: RunFigures, told: str) -> None:
    assert shortfalls(figures, 0, Mode.FAST, 1_480) == [told]


def test_violations_come_first() -> None:
    worse = replace(GOOD, tasks_finished=0)
    assert shortfalls(worse, 2, Mode.FAST, 1)[0] == "2 violations"


def test_short_runs_have_no_goal_in_tasks() -> None:
    assert shortfalls(replace(GOOD, tasks_finished=3), 0, Mode.FAST, None) == []


def test_the_anytime_mode_is_never_above_twice_its_budget() -> None:
    assert shortfalls(GOOD, 0, Mode.ANYTIME, None) == ["max 400 > 200 ms"]


def test_time_allowed_grows_with_the_team() -> None:
    medians = [limits(Mode.FAST, agents).median_ms for agents in (100, 101, 400, 600, 10_000)]
    assert medians == [10.0, 25.0, 60.0, 100.0, 800.0]
    assert limits(Mode.FAST, 1_000).memory_mb == 500.0
    assert limits(Mode.FAST, 1_001).memory_mb == 4_000.0
