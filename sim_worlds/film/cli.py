"""``podherd film``: planned beside driven, as an animation and as a plot."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from planner.dispatch.step import TICK_MS
from planner.warehouse.errors import PodherdError
from sim_worlds.film.gif import Frames, write_gif
from sim_worlds.film.plot import save_paths
from sim_worlds.film.recording import Recording, read_recording

_OUT = Console(highlight=False, soft_wrap=True)
_ERR = Console(stderr=True, highlight=False, soft_wrap=True)


def add_to(app: typer.Typer) -> None:
    """Put the command on the ``podherd`` command line."""
    app.command("film")(film)


def film(
    run: Annotated[Path, typer.Argument(help="A run's folder, or an event log.")],
    out: Annotated[Path, typer.Option(help="The animation to write (.gif).")] = Path("film.gif"),
    plot: Annotated[Path | None, typer.Option(help="Planned against driven, as a plot.")] = None,
    begin: Annotated[float, typer.Option(help="Site time to begin at, s.")] = 0.0,
    seconds: Annotated[float, typer.Option(help="Site time to show, s.")] = 60.0,
    faster: Annotated[float, typer.Option(help="Times real time.", min=0.1)] = 5.0,
    width: Annotated[int, typer.Option(help="Of the picture, pixels.", min=200, max=4000)] = 900,
) -> None:
    """Draw a run from above: what was planned beside what was driven."""
    try:
        with _progress() as progress:
            task = progress.add_task("replaying", total=None)
            recording = read_recording(
                run,
                from_ms=round(begin * 1000),
                until_ms=round((begin + seconds) * 1000),
                tell=lambda _: progress.advance(task),
            )
            frames = _frames(faster, width)
            count = len(recording.views[:: frames.every])
            task = progress.add_task("drawing", total=count)
            write_gif(recording, out, frames, lambda done: progress.update(task, completed=done))
            if plot is not None:
                save_paths(recording, plot)
    except (PodherdError, OSError, ValueError) as error:
        _ERR.print(str(error), markup=False)
        raise typer.Exit(2) from error
    _OUT.print(f"{out}: {count} frames, {out.stat().st_size / 1e6:.1f} MB")
    _tell_errors(recording)


def _frames(faster: float, width: int) -> Frames:
    """A frame for every tick while they can be shown fast enough."""
    every = max(1, round(faster * 50 / TICK_MS))
    return Frames(width, every, max(20, round(every * TICK_MS / faster)))


def _tell_errors(recording: Recording) -> None:
    errors = [recording.path_errors_m(robot) for robot in recording.robots]
    found = np.concatenate([*errors, np.zeros(0)])
    found = found[~np.isnan(found)]
    if len(found):
        p50, p99 = np.percentile(found, (50, 99)) * 1000
        whose = "the world says" if recording.truth else "the robots say"
        _OUT.print(f"off the released way, {whose}: p50 {p50:.0f} mm, p99 {p99:.0f} mm")


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=_ERR)
