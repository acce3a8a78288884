"""``podherd mapf tune`` and ``guidance``: lanes for an instance, found at leisure, and drawn."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from time import process_time
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from planner.lifelong.lanes import LanesParams, found_lanes, mean_trip
from planner.lifelong.team import TeamParams
from planner.lifelong.trial import Start
from planner.lifelong.tuning import Standing, Tuning, TuningParams, Verdict
from planner.warehouse.errors import InvalidInstance
from sim_worlds.league.guidance_file import read_guidance, write_guidance
from sim_worlds.league.instance import load_instance
from sim_worlds.league.run import Clock
from sim_worlds.league.start import start_of
from sim_worlds.league.terminal import ERR, OUT, reported

STEPS_MIN, STEPS_MAX = 60, 400
"""Of a trial, which lasts three mean trips."""

PROOF_SHARE = 0.3
"""Of the time, kept to prove the winner."""

Told = Callable[[float, Standing], None]
"""Is called with the seconds gone and how the race stands, after every trial."""


def tune(
    instance: Annotated[Path, typer.Argument(metavar="INSTANCE", help="A League instance (JSON).")],
    seconds: Annotated[float, typer.Option(help="CPU time to spend, proofs included.")] = 60.0,
    output: Annotated[Path, typer.Option(help="The file to write.")] = Path("guidance.json"),
    seed: Annotated[int, typer.Option(min=0, help="Of all random choices.")] = 1,
) -> None:
    """Look for lanes that let the team do more; plain costs are written where none are proved to.

    The file is for podherd mapf run --guidance.
    """
    with reported():
        if not 0 < seconds < float("inf"):
            raise InvalidInstance("should be more than 0", field="seconds", value=seconds)
        if not output.absolute().parent.is_dir():
            raise InvalidInstance("no such folder", field="output", value=str(output))
        loaded = load_instance(instance)
        verdict = _watched(start_of(loaded), seconds, seed)
        write_guidance(verdict.guidance, loaded.name, output)
    gained = f"{verdict.gain:+.1%} ± {verdict.error:.1%} tasks on unseen shifts"
    if verdict.params is None:
        OUT.print(f"plain costs: no lanes proved better ({gained})")
    else:
        told = ", ".join(f"{name} {value:.3g}" for name, value in asdict(verdict.params).items())
        OUT.print(f"[green]✓[/] lanes: {gained}; {told}")


def guidance(
    instance: Annotated[Path, typer.Argument(metavar="INSTANCE", help="A League instance (JSON).")],
    lanes: Annotated[
        Path | None, typer.Option("--guidance", help="A guidance file; else as a run would find.")
    ] = None,
    output: Annotated[Path, typer.Option(help="Where to write: .png, .svg or .pdf.")] = Path(
        "guidance.png"
    ),
    seed: Annotated[int, typer.Option(min=0, help="Of all random choices.")] = 1,
) -> None:
    """Draw the lanes of a floor: an arrow wherever one way is cheaper than the other."""
    # Matplotlib takes a second to import: only here.
    from sim_worlds.league.guidance_drawing import save_guidance_drawing

    with reported():
        loaded = load_instance(instance)
        if lanes is None:
            with ERR.status("looking for lanes"):
                drawn = found_lanes(start_of(loaded), LanesParams(), seed)
        else:
            drawn = read_guidance(lanes, loaded.map.blocked.size)
        arrows = save_guidance_drawing(drawn, loaded.map, output)
    OUT.print(f"✓ {output}: {arrows} arrows", markup=False)


def tuned_within(
    start: Start,
    team: TeamParams,
    seconds: float,
    seed: int,
    clock: Clock,
    told: Told = lambda *_: None,
) -> Verdict:
    """Race for most of ``seconds`` of ``clock``, then prove the winner in about the rest.

    A trial or the search for lanes is not interrupted; at least one challenger is tried.
    """
    began_s = clock()
    steps = int(min(max(3 * mean_trip(start, seed), STEPS_MIN), STEPS_MAX))
    tuning = Tuning(start, team, TuningParams(steps), seed)
    for standing in tuning.race():
        told(clock() - began_s, standing)
        if clock() - began_s > (1 - PROOF_SHARE) * seconds and standing.entrants > 2:
            break
    return tuning.prove(lambda proofs: told(clock() - began_s, tuning.standing))


def _watched(start: Start, seconds: float, seed: int) -> Verdict:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=ERR) as bar:
        task = bar.add_task("first trial", total=seconds)

        def told(gone_s: float, standing: Standing) -> None:
            best, plain = standing.best.mean_work, standing.plain.mean_work
            words = f"{standing.trials} trials, {standing.entrants} entrants"
            if plain > 0:
                words += f", best {best / plain - 1:+.1%} tasks"
            bar.update(task, completed=gone_s, description=words)

        return tuned_within(start, TeamParams(), seconds, seed, process_time, told)
