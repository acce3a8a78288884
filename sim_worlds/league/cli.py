"""``podherd mapf``: run the planner on an instance of the League, check a plan, draw it."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from sim_worlds.league.film import film
from sim_worlds.league.instance import load_instance
from sim_worlds.league.output import read_output
from sim_worlds.league.referee import judge
from sim_worlds.league.run_cli import run_command
from sim_worlds.league.solve_cli import solve
from sim_worlds.league.team import make_team
from sim_worlds.league.terminal import ERR, OUT, reported
from sim_worlds.league.tune_cli import guidance, tune
from sim_worlds.league.violations import NOWHERE, Violation

app = typer.Typer(help="Multi-agent path finding, lifelong and one-shot.", no_args_is_help=True)
app.command("run")(run_command(make_team))
app.command("solve")(solve)
app.command()(tune)
app.command()(guidance)

_SHOWN = 10

InstanceArgument = Annotated[
    Path, typer.Argument(metavar="INSTANCE", help="A League instance (JSON).")
]
PlanArgument = Annotated[Path, typer.Argument(metavar="PLAN", help="Output of a run (JSON).")]


@app.command()
def check(
    instance: InstanceArgument,
    plan: PlanArgument,
    once: Annotated[
        bool, typer.Option("--once", help="The task file was not begun anew at its end.")
    ] = False,
) -> None:
    """Let the referee replay a plan; exit code 1 if a rule is broken or a claim is untrue."""
    with reported():
        floor, output = load_instance(instance), read_output(plan)
        with _progress("steps") as progress:
            bar = progress.add_task("replaying", total=None)
            verdict = judge(
                floor,
                output,
                wrap=not once,
                on_step=lambda step, steps: progress.update(bar, completed=step, total=steps),
            )
    for violation in verdict.violations[:_SHOWN]:
        ERR.print(f"✗ {_described(violation)}", markup=False)
    if verdict.violations:
        counts = Counter(violation.kind for violation in verdict.violations)
        told = ", ".join(f"{count} {kind}" for kind, count in counts.most_common())
        ERR.print(f"{len(verdict.violations)} violations: {told}", markup=False)
        raise typer.Exit(1)
    OUT.print(
        f"[green]✓[/] {verdict.tasks_finished} tasks by {floor.team_size} agents "
        f"in {verdict.steps} steps; every rule kept, every claim true"
    )


@app.command()
def draw(
    instance: InstanceArgument,
    plan: PlanArgument,
    output: Annotated[Path, typer.Option(help="Where to write: .gif or .svg.")] = Path("run.svg"),
    from_step: Annotated[int, typer.Option(help="First step to show.")] = 0,
    steps: Annotated[int, typer.Option(min=1, help="Steps to show.")] = 120,
    fps: Annotated[int, typer.Option(help="Steps a second.")] = 8,
) -> None:
    """Draw a run as a moving picture: GIF, or SVG that is smaller and moves smoothly."""
    # Matplotlib takes a second to import: only here.
    from sim_worlds.league.animation import save_animation

    with reported():
        shown = film(load_instance(instance).map, read_output(plan)).cut(from_step, steps)
        with _progress("frames") as progress:
            bar = progress.add_task("drawing", total=len(shown.place))
            save_animation(shown, output, fps, lambda frame: progress.update(bar, completed=frame))
    size_mb = output.stat().st_size / 1e6
    OUT.print(f"[green]✓[/] {_plain(str(output))}: {len(shown.place)} frames, {size_mb:.1f} MB")


def _described(violation: Violation) -> str:
    where = "" if violation.cell == NOWHERE else f" on cell {violation.cell}"
    who = f" agents {', '.join(map(str, violation.agents))}" if violation.agents else ""
    detail = f": {violation.detail}" if violation.detail else ""
    return f"step {violation.step} {violation.kind}{who}{where}{detail}"


def _progress(unit: str) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=ERR)


def _plain(text: str) -> str:
    """Text of the user's, so that brackets are not taken for markup."""
    return text.replace("[", r"\[")
