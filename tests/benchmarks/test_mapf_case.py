"""One measured run: sound, judged, and failures told."""

from pathlib import Path

import pytest
from fakes.league_floors import write_instance

from benchmarks.macro.mapf_case import Case, measure, measure_free_flow, oldest_age
from benchmarks.macro.own_process import Failed
from sim_worlds.league.output import Output
from sim_worlds.league.run_cli import Mode

ROOM = ["......", "..@@..", "......"]


def silent(words: str, step: int) -> None:
    pass


@pytest.mark.parametrize("options", [{}, {"mode": Mode.ANYTIME, "budget_ms": 5.0}, {"fair": False}])
def test_a_run_is_measured_and_judged(tmp_path: Path, options: dict[str, object]) -> None:
    room = write_instance(tmp_path, ROOM, [0, 5, 12], [[1, 17], [16, 0], [4, 13]])
    measured = measure(Case(room, 30, **options), silent)  # type: ignore[arg-type]
    figures = measured.figures
    assert (figures.agents, figures.cells, figures.steps) == (3, 16, 30)
    assert measured.violations == figures.planner_errors == figures.schedule_errors == 0
    assert figures.tasks_finished > 0
    assert 0 < measured.oldest_age <= 30
    assert 0 < figures.planner_ms_median <= figures.planner_ms_p95 <= figures.planner_ms_max


def test_the_yardstick_is_measured_too(tmp_path: Path) -> None:
    room = write_instance(tmp_path, ROOM, [0], [[5]])
    assert measure_free_flow(room, 5, silent) == 1


def test_a_bad_instance_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    room = write_instance(tmp_path, ROOM, [8], [[5]])
    with pytest.raises(Failed, match="in a wall"):
        measure(Case(room, 5), silent)


def test_the_oldest_task_may_be_done_or_open() -> None:
    """Task 0 takes 7 steps, task 1 is open for 6, task 2 for 3, its first errand done."""
    output = Output(
        action_model="MAPF_T",
        team_size=1,
        num_task_finished=1,
        planner_paths=[],
        planner_schedule=[],
        makespan=10,
        events=[(3, 0, 0, 1), (8, 0, 0, 2), (9, 0, 2, 1)],
        tasks=[(0, 1, [0, 0, 0, 1]), (1, 4, [0, 0]), (2, 7, [0, 1, 0, 0])],
    )
    assert oldest_age(output) == 7
    assert oldest_age(Output("MAPF_T", 1, 0, [], [], makespan=10)) == 0
