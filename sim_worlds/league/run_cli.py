"""``podherd mapf run``: a planner on an instance, with progress, figures and the output file."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from time import process_time
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar
from rich.table import Table

from planner.warehouse.errors import InvalidInstance
from sim_worlds.league.figures import RunFigures, run_figures, write_figures
from sim_worlds.league.instance import Instance, load_instance
from sim_worlds.league.output import write_output
from sim_worlds.league.run import Decide, Progress, RunResult, run_league
from sim_worlds.league.terminal import ERR, OUT, reported


class Mode(StrEnum):
    """How a planner spends its time."""

    FAST = "fast"
    """The quickest good answer."""
    ANYTIME = "anytime"
    """Better answers until the budget is used up."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a person asks for. ``budget_ms`` is CPU time per step in the anytime mode; an answer
    later than ``limit_ms`` is not used; ``guidance`` is ``auto``, ``off`` or a file; ``once``
    does not begin the task file anew."""

    instance: Path
    output: Path
    steps: int = 500
    mode: Mode = Mode.FAST
    seed: int = 1
    budget_ms: float = 100.0
    limit_ms: float | None = None
    guidance: str = "auto"
    once: bool = False
    result: Path | None = None


MakeTeam = Callable[[Instance, RunOptions, Callable[[str], None]], Decide]
"""Builds the planner; what takes long is told in words."""


def run_command(make_team: MakeTeam) -> Callable[..., None]:
    """The command ``run`` for a planner."""

    def run(
        instance: Annotated[
            Path, typer.Argument(metavar="INSTANCE", help="A League instance (JSON).")
        ],
        steps: Annotated[int, typer.Option(help="How long.")] = 500,
        mode: Annotated[Mode, typer.Option(help="How the planner spends its time.")] = Mode.FAST,
        output: Annotated[Path, typer.Option(help="The plan to write (JSON).")] = Path("plan.json"),
        seed: Annotated[int, typer.Option(help="Of everything random.")] = 1,
        budget_ms: Annotated[
            float, typer.Option(min=0, help="CPU time per step, anytime mode.")
        ] = 100.0,
        limit_ms: Annotated[
            float | None, typer.Option(min=1, help="All wait a step for each so many ms of CPU.")
        ] = None,
        guidance: Annotated[str, typer.Option(help="Lanes: a file, auto or off.")] = "auto",
        once: Annotated[
            bool, typer.Option("--once", help="Don't begin the task file anew at its end.")
        ] = False,
        result: Annotated[Path | None, typer.Option(help="Figures to write (JSON).")] = None,
    ) -> None:
        """Let a team of agents do tasks for so many steps; exit code 1 if it broke a rule."""
        options = RunOptions(
            instance, output, steps, mode, seed, budget_ms, limit_ms, guidance, once, result
        )
        with reported():
            sound = run_instance(options, make_team, OUT, ERR)
        if not sound:
            raise typer.Exit(1)

    return run


def run_instance(options: RunOptions, make_team: MakeTeam, out: Console, err: Console) -> bool:
    """Run, write the output and show the figures; False if a rule was broken.

    Raises :class:`PodherdError` on bad input; nothing is written then, nor on an interrupt.
    """
    if options.steps < 1:
        raise InvalidInstance("should be 1 or more", field="steps", value=options.steps)
    _check_folders(options)
    instance = load_instance(options.instance)
    began_s = process_time()
    with _bar(err) as bar:
        task = bar.add_task("starting", total=options.steps, tasks=0, ms=0.0)
        decide = make_team(instance, options, lambda words: bar.update(task, description=words))
        start_up_s = process_time() - began_s
        bar.update(task, description=f"{instance.team_size} agents")

        def show(progress: Progress) -> None:
            tasks, ms = progress.tasks_finished, progress.planner_ms
            bar.update(task, completed=progress.step, tasks=tasks, ms=ms)

        result = run_league(
            instance,
            decide,
            options.steps,
            process_time,
            show,
            limit_ms=options.limit_ms,
            wrap=not options.once,
        )
    figures = _figures(instance, result, options, start_up_s)
    write_output(result.output, options.output)
    if options.result is not None:
        write_figures(figures, options.result)
    out.print(_table(figures))
    return result.sound


def _check_folders(options: RunOptions) -> None:
    """Before the work, not after it."""
    for field, path in (("output", options.output), ("result", options.result)):
        if path is not None and not path.absolute().parent.is_dir():
            raise InvalidInstance("no such folder", field=field, value=str(path))


def _figures(
    instance: Instance, result: RunResult, options: RunOptions, start_up_s: float
) -> RunFigures:
    return run_figures(
        instance,
        result,
        mode=options.mode,
        seed=options.seed,
        start_up_s=start_up_s,
        budget_ms=options.budget_ms if options.mode is Mode.ANYTIME else None,
    )


def _table(figures: RunFigures) -> Table:
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    per_step = f"{figures.tasks_per_step:.3f} per step"
    table.add_row(
        "tasks finished", f"{figures.tasks_finished} in {figures.steps} steps, {per_step}"
    )
    times = (figures.planner_ms_median, figures.planner_ms_p95, figures.planner_ms_max)
    told = " / ".join(f"{ms:.1f}" for ms in times)
    table.add_row("CPU per step", f"{told} ms (median / p95 / max)")
    table.add_row("start-up", f"{figures.start_up_s:.1f} CPU s")
    table.add_row("peak memory", f"{figures.peak_memory_mb:.0f} MB")
    table.add_row("errors", f"{figures.planner_errors} moves, {figures.schedule_errors} schedules")
    late = f"{figures.over_budget} over budget, {figures.time_outs} steps waited"
    table.add_row("late answers", late)
    return table


def _bar(console: Console) -> ProgressBar:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("steps, {task.fields[tasks]} tasks, {task.fields[ms]:.1f} ms"),
        TimeElapsedColumn(),
    )
    return ProgressBar(*columns, console=console)
