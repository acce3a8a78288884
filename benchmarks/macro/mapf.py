"""Lifelong path finding against its goals, the best peers and free flow: ``make bench-mapf``.

``python -m benchmarks.macro.mapf --data DIR``, DIR with the instances; QUICK=1 is shorter.
``--markdown`` prints the tables of the last run and measures nothing.
"""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.macro.mapf_rows import BUDGET_MS, FULL, QUICK, SEED, Run, measured_rows
from benchmarks.macro.mapf_tables import compact, markdown, summary
from benchmarks.macro.mapf_workloads import FLEETS, WORKLOADS
from benchmarks.macro.own_process import Told
from benchmarks.report import RESULTS, ROOT, Row, publish, quick
from sim_worlds.league.run_cli import Mode

DATA = ROOT.parent / "shared" / "data" / "mapf" / "lorr_v2"
IMAGES = ROOT / "docs" / "images"
NAME = "mapf"
NOTES = (
    "CPU time of all threads together, per step; every run in a process of its own.",
    "Free flow: the same assignment, robots ignore each other; measured in this run.",
    "Peers were measured on a machine of the same kind, at most 100 ms of CPU time per step.",
    "Every run was replayed by the referee, which shares no code with the planner.",
    "Oldest task: steps from becoming known to done, or to the end of the run.",
)


def main(
    data: Annotated[Path, typer.Option(help="Folder of the instances.")] = DATA,
    show: Annotated[bool, typer.Option("--markdown", help="Print the last run's tables.")] = False,
) -> None:
    if show:
        print(markdown(json.loads((RESULTS / f"{NAME}.json").read_text())["rows"]))
        return
    _check(data)
    rows: list[Row] = []
    with _bar() as bar:
        try:
            for row in measured_rows(data, QUICK if quick() else FULL, partial(_told, bar)):
                rows.append(row)  # noqa: PERF402 - what is measured stays after an interrupt
            whole = True
        except KeyboardInterrupt:
            whole = False
    if not rows:
        raise typer.Exit(130)
    _publish(rows, data, whole=whole)
    if not whole:
        raise typer.Exit(130)


def _publish(rows: Sequence[Row], data: Path, *, whole: bool) -> None:
    """Table, file and plots; what was measured before an interrupt has a file of its own."""
    publish(
        NAME if whole else f"{NAME}.partial",
        rows,
        seed=SEED,
        packages=("numba", "numpy", "ortools"),
        parameters={"budget_ms": BUDGET_MS, "data": data.name},
        notes=NOTES,
        shown=compact(rows),
    )
    print(summary(rows))
    if whole and not quick():
        # Matplotlib takes a second to import: only here.
        from benchmarks.macro.mapf_plots import save_plots

        for path in save_plots(rows, IMAGES):
            print(f"written to {path.relative_to(ROOT)}")


def _check(data: Path) -> None:
    """Exit code 2 if an instance is missing; where to get them is said."""
    names = [one.name for one in (*WORKLOADS, *FLEETS) if one.name != "WH-10000"]
    missing = [name for name in names if not (data / f"{name}.json").is_file()]
    if missing:
        Console(stderr=True, soft_wrap=True).print(
            f"not found in {data}: {', '.join(f'{name}.json' for name in missing)}\n"
            "Name the folder with: make bench-mapf DATA=DIR. benchmarks/README.md says where the "
            "instances come from (MAPF-Competition/Benchmark-Archive, MovingAI).",
            markup=False,
        )
        raise typer.Exit(2)


def _bar() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[now]}"),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _told(bar: Progress, number: int, count: int, run: Run) -> Told:
    """Begins a run's line of progress, below that of all runs."""
    if not bar.tasks:
        bar.add_task("runs", total=count, now="")
        bar.add_task("", now="")
    everything, this = (task.id for task in bar.tasks)
    bar.update(everything, completed=number)
    words = f"{run.part}: {run.workload.name}, {Mode(run.case.mode).value}"
    if not bar.console.is_terminal:
        bar.console.print(f"{number + 1} of {count}: {words}")
    bar.reset(this, description=words, total=run.case.steps, now="")
    return lambda now, step: bar.update(this, completed=step, now=now)


if __name__ == "__main__":
    typer.run(main)
