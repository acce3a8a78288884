"""One measured run in a process of its own, so that its peak memory is its own."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import process_time

from benchmarks.macro.free_flow import free_flow
from benchmarks.macro.own_process import Told, apart
from planner.lifelong.rules import fitting
from planner.lifelong.tasks import Decision, Observation
from sim_worlds.league.figures import RunFigures, run_figures
from sim_worlds.league.guidance_choice import AUTO, guidance_for
from sim_worlds.league.instance import Instance, load_instance
from sim_worlds.league.output import Output
from sim_worlds.league.referee import judge
from sim_worlds.league.run import Decide, Progress, run_league
from sim_worlds.league.run_cli import Mode, RunOptions
from sim_worlds.league.start import start_of
from sim_worlds.league.team import make_team, new_team


@dataclass(frozen=True, slots=True)
class Case:
    """What to run. ``guidance`` is ``auto`` or ``off``; unless ``fair``, old tasks wait as long as
    near and short ones come."""

    instance: Path
    steps: int
    mode: Mode = Mode.FAST
    guidance: str = AUTO
    fair: bool = True
    seed: int = 1
    budget_ms: float = 100.0


@dataclass(frozen=True, slots=True)
class Measured:
    """``oldest_age`` is in steps, of the task that was open longest; ``violations`` are those the
    referee found."""

    figures: RunFigures
    oldest_age: int
    violations: int


def measure(case: Case, told: Told) -> Measured:
    """Run a case in a process of its own. Raises :class:`Failed`."""
    return apart(partial(_measure, case), told)


def measure_free_flow(instance: Path, steps: int, told: Told) -> int:
    """Tasks finished if nobody were in anybody's way, found in a process of its own. Raises
    :class:`Failed`."""
    return apart(partial(_free_flow, instance, steps), told)


def oldest_age(output: Output) -> int:
    """Steps from becoming known to the last errand, or to the end of the run, of the task for which
    that is most."""
    tasks, events = output.tasks or [], output.events or []
    errands = {id: len(places) // 2 for id, _, places in tasks}
    finished = {task: step for step, _, task, done in events if done == errands[task]}
    end = output.makespan or 0
    return max((finished.get(id, end) - revealed for id, revealed, _ in tasks), default=0)


def _measure(case: Case, told: Told) -> Measured:
    instance = load_instance(case.instance)
    options = RunOptions(
        case.instance,
        Path(),
        case.steps,
        case.mode,
        case.seed,
        case.budget_ms,
        guidance=case.guidance,
    )
    began_s = process_time()
    make = make_team if case.fair else unfair_team
    decide = make(instance, options, lambda words: told(words, 0))
    start_up_s = process_time() - began_s

    def on_step(progress: Progress) -> None:
        told(f"{progress.tasks_finished} tasks", progress.step)

    result = run_league(instance, decide, case.steps, process_time, on_step)
    # Before the referee, which is no part of the planner, takes memory too.
    figures = run_figures(
        instance,
        result,
        mode=case.mode,
        seed=case.seed,
        start_up_s=start_up_s,
        budget_ms=case.budget_ms if case.mode is Mode.ANYTIME else None,
    )
    told("referee", case.steps)
    verdict = judge(instance, result.output)
    return Measured(figures, oldest_age(result.output), len(verdict.violations))


def unfair_team(instance: Instance, options: RunOptions, tell: Callable[[str], None]) -> Decide:
    """The team of the fast mode, but nothing is ever overdue."""
    start = start_of(instance)
    params = fitting(start.neighbours, instance.team_size)
    params = replace(params, assignment=replace(params.assignment, overdue_share=0.0))
    guidance = guidance_for(instance, options.guidance, params, options.seed, tell)
    team = new_team(start, params, guidance, options.seed)

    def decide(seen: Observation) -> Decision:
        team.observe(seen)
        return team.decision()

    return decide


def _free_flow(instance: Path, steps: int, told: Told) -> int:
    return free_flow(load_instance(instance), steps, lambda step, tasks: told("free flow", step))
