"""The planner of this project on public instances: sound, fair, and the same every time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.assign.tasks import AssignmentParams
from planner.lifelong.rules import fitting
from planner.lifelong.tasks import Decision, Observation
from planner.lifelong.team import Team
from planner.mapf.guidance import plain
from sim_worlds.league.instance import Instance, load_instance
from sim_worlds.league.referee import judge
from sim_worlds.league.run import RunResult, run_league
from sim_worlds.league.start import start_of
from sim_worlds.league.team import new_team

pytestmark = pytest.mark.shared


def public(shared_data: Path, name: str) -> Instance:
    return load_instance(shared_data / "mapf" / "lorr_v2" / f"{name}.json")


def team_for(instance: Instance, seed: int, assignment: AssignmentParams | None = None) -> Team:
    """As it starts in the League, without lanes."""
    start = start_of(instance)
    params = fitting(start.neighbours, instance.team_size)
    if assignment is not None:
        params = replace(params, assignment=assignment)
    return new_team(start, params, plain(len(start.neighbours)), seed)


def run(instance: Instance, team: Team, steps: int, extra: int = 0) -> RunResult:
    """``extra`` trials on two cores every step."""

    def decide(seen: Observation) -> Decision:
        team.observe(seen)
        if extra:
            team.improve(extra)
        return team.decision()

    return run_league(instance, decide, steps, lambda: 0.0)


@pytest.mark.parametrize(
    ("name", "steps", "least"),
    [("RANDOM-03", 40, 40), ("WS-100", 100, 50), ("WS-200", 60, 30), ("W1020-200", 40, 1)],
)
def test_public_instances_are_driven_soundly(
    shared_data: Path, name: str, steps: int, least: int
) -> None:
    instance = public(shared_data, name)
    result = run(instance, team_for(instance, 1), steps)
    assert result.sound
    verdict = judge(instance, result.output)
    assert verdict.violations == ()
    assert verdict.tasks_finished == result.tasks_finished >= least


def test_with_extra_trials_on_two_cores_the_same_twice(shared_data: Path) -> None:
    instance = public(shared_data, "RANDOM-03")
    outputs = [run(instance, team_for(instance, 3), 12, extra=3000).output for _ in range(2)]
    assert outputs[0] == outputs[1]
    assert judge(instance, outputs[0]).violations == ()


def test_late_answers_on_a_crowded_floor(shared_data: Path) -> None:
    """Every third answer comes too late; the floor has changed for nobody."""
    instance = public(shared_data, "RANDOM-03")
    team = team_for(instance, 1)
    ticks = np.cumsum([0.0, *([0.0, 0.0, 0.0, 0.0, 0.15, 0.0] * 20)]).tolist()
    answers = iter(ticks)

    def decide(seen: Observation) -> Decision:
        team.observe(seen)
        return team.decision()

    result = run_league(instance, decide, 30, lambda: next(answers), limit_ms=100)
    assert result.time_outs == 10
    assert result.sound
    assert judge(instance, result.output).violations == ()


def ages(result: RunResult, steps: int) -> list[int]:
    """How long each task took from when it was revealed until it was done, or until the end."""
    assert result.output.tasks is not None
    assert result.output.events is not None
    errands = {task: len(places) // 2 for task, _, places in result.output.tasks}
    done = {task: step for step, _, task, count in result.output.events if count == errands[task]}
    return [done.get(task, steps) - revealed for task, revealed, _ in result.output.tasks]


def test_nobody_waits_for_ever_and_little_is_lost_by_that(shared_data: Path) -> None:
    """Against tasks handed out with no regard to their age, over two seeds."""
    instance = public(shared_data, "WS-100")
    careless = AssignmentParams(patience_cycles=1e9)
    fair = [run(instance, team_for(instance, seed), 500) for seed in (1, 2)]
    unfair = [run(instance, team_for(instance, seed, careless), 500) for seed in (1, 2)]
    assert max(age for result in fair for age in ages(result, 500)) <= 320
    assert max(age for result in unfair for age in ages(result, 500)) > 320
    finished = [sum(result.tasks_finished for result in each) for each in (fair, unfair)]
    assert finished[0] >= 0.98 * finished[1]
