"""Goods-to-person decisions side by side, and people who walk: ``make bench-g2p``.

QUICK=1 is shorter. Options choose a part: ``python -m benchmarks.macro.g2p --scenario s1
--rule joint --rule pod_match --robots 16 --seeds 2``; such a run prints and writes no results.
With ``--seeds`` and ``--window-min`` alone everything is run, shorter, and written.
Finished runs of the same source are kept and not run again, unless told so (``--fresh``): an
interrupted run goes on where it was. ``--show`` prints the last results and measures nothing.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from benchmarks.macro.g2p_case import Case, cases_of
from benchmarks.macro.g2p_costs import read_assumptions
from benchmarks.macro.g2p_goals import verdicts
from benchmarks.macro.g2p_mega import mega_rows
from benchmarks.macro.g2p_plan import DATA, FULL, QUICK, Wanted
from benchmarks.macro.g2p_rows import FAILED, KEPT, keep, kept_rows, measured_rows, source
from benchmarks.macro.g2p_tables import goal_rows, markdown, rule_rows, waiting_rows, walking_table
from benchmarks.macro.g2p_walking import walking_rows
from benchmarks.macro.own_process import apart
from benchmarks.report import RESULTS, ROOT, Row, print_table, publish, quick
from planner.assign.release import ReleaseRule
from planner.warehouse.errors import PodherdError

NAME = "g2p"
SEED = 1
MEGA_ROUNDS = 100
IMAGES = ROOT / "docs" / "images"
NOTES = (
    "Same orders and seeds for all rules; mean and 95 % interval over seeds; backlog as printed.",
    "The floor of s1 is our own, of the size of RAWSim-O's 1-4-4-32-0.85; 1,440 pieces/h come in.",
    "Driving is that of the fast world on plans of our path finder; a referee looks for touches.",
    "Walking: the first 3,000 orders, nobody in the way, stock always there.",
    "Free flow: the same decisions, but robots drive through each other; not refereed.",
    "Decision times are CPU ms per step, routing included; S7 times one decision each.",
)


def main(
    scenario: Annotated[list[str] | None, typer.Option(help="Only these.")] = None,
    rule: Annotated[list[ReleaseRule] | None, typer.Option(help="Only these.")] = None,
    robots: Annotated[list[int] | None, typer.Option(min=1, help="So many instead.")] = None,
    seeds: Annotated[int | None, typer.Option(min=1)] = None,
    warm_up_min: Annotated[int | None, typer.Option(min=0)] = None,
    window_min: Annotated[int | None, typer.Option(min=1)] = None,
    workers: Annotated[int, typer.Option(min=1)] = 2,
    fresh: Annotated[bool, typer.Option("--fresh", help="Run again what was run.")] = False,
    data: Annotated[Path, typer.Option(help="Folder of the recorded orders.")] = DATA,
    show: Annotated[bool, typer.Option("--show", help="Print the last results.")] = False,
) -> None:
    if show:
        _show()
        return
    wanted = Wanted(
        tuple(scenario or ()),
        tuple(rule or ()),
        tuple(robots or ()),
        seeds,
        warm_up_min,
        window_min,
    )
    with _told_clearly():
        cases = cases_of(wanted.of(QUICK if quick() else FULL), data)
        _check(cases, data)
        rows = _measured(cases, workers, fresh)
        walking = list(walking_rows(cases))
        mega = [] if scenario else _mega_apart()
    _print(rows, walking, mega)
    if not (wanted.scenarios or wanted.rules or wanted.robots):
        _publish(rows, walking, mega)


def _measured(cases: list[Case], workers: int, fresh: bool) -> list[Row]:
    of = source()
    known = {} if fresh else kept_rows(KEPT, of)
    rows: dict[str, Row] = {}
    with _bar() as bar:
        task = bar.add_task("", total=sum(case.hours for case in cases), done=0)
        for case, row, new in measured_rows(cases, workers, known, partial(_on, bar, task)):
            if FAILED in row:
                bar.console.print(f"{case.key} failed: {row[FAILED]}", markup=False)
                continue
            rows[case.key] = row
            if new:
                keep(KEPT, of, case, row)
                if not bar.console.is_terminal:
                    bar.console.print(f"{len(rows)} of {len(cases)}: {case.key}", highlight=False)
    return [rows[case.key] for case in cases if case.key in rows]


def _on(bar: Progress, task: TaskID, hours: float, done: int) -> None:
    bar.update(task, completed=hours, done=done)


def _mega_apart() -> list[Row]:
    """In a process of its own, whose memory is only what it takes."""
    return apart(_mega, lambda words, step: None)


def _mega(told: Any) -> list[Row]:
    return list(mega_rows(SEED, 10 if quick() else MEGA_ROUNDS))


def _check(cases: Sequence[Case], data: Path) -> None:
    """Fails before anything is run."""
    if any(case.scenario in ("s3", "s4") for case in cases) and not data.is_dir():
        Console(stderr=True, soft_wrap=True).print(
            f"no recorded orders in {data}\nName the folder with: make bench-g2p DATA=DIR, or "
            "leave them out: --scenario s1 --scenario s8 --scenario fenggang. "
            "benchmarks/README.md says where they come from.",
            markup=False,
        )
        raise typer.Exit(2)
    for case in {case.scenario: case for case in cases}.values():
        case.shift()


@contextmanager
def _told_clearly() -> Iterator[None]:
    """Bad input, and an interrupt, end with a sentence and an exit code."""
    try:
        yield
    except PodherdError as error:
        Console(stderr=True, soft_wrap=True).print(str(error), markup=False)
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        Console(stderr=True).print("interrupted; the same command goes on from here")
        raise typer.Exit(130) from None


def _print(rows: Sequence[Row], walking: Sequence[Row], mega: Sequence[Row]) -> None:
    costs = read_assumptions()
    print_table("rules, ratios to first_come_nearest", rule_rows(rows, costs))
    print_table("waiting and deciding", waiting_rows(rows))
    print_table("walking", walking_table(walking, rows, costs))
    if mega:
        print_table("S7", mega)
    print_table("goals", goal_rows(verdicts(rows, walking, mega, costs)))


def _publish(rows: Sequence[Row], walking: Sequence[Row], mega: Sequence[Row]) -> None:
    costs = read_assumptions()
    parts = {"runs": rows, "walking": walking, "s7": mega}
    publish(
        NAME,
        [{"part": part, **row} for part, found in parts.items() for row in found],
        seed=SEED,
        packages=("numba", "numpy", "ortools"),
        parameters={"source": source()},
        notes=NOTES,
        shown=goal_rows(verdicts(rows, walking, mega, costs)),
    )
    if not quick():
        # Matplotlib takes a second to import: only here.
        from benchmarks.macro.g2p_plots import save_plots

        for path in save_plots(rows, walking, costs, IMAGES):
            print(f"written to {path.relative_to(ROOT)}")


def _show() -> None:
    """The tables of the last run as Markdown."""
    file = RESULTS / f"{NAME}{'.quick' if quick() else ''}.json"
    found = json.loads(file.read_text())["rows"]
    rows, walking, mega = (
        [row for row in found if row["part"] == part] for part in ("runs", "walking", "s7")
    )
    costs = read_assumptions()
    tables = (
        rule_rows(rows, costs),
        waiting_rows(rows),
        walking_table(walking, rows, costs),
        [{name: cell for name, cell in row.items() if name != "part"} for row in mega],
        goal_rows(verdicts(rows, walking, mega, costs)),
    )
    print("\n\n".join(markdown(table) for table in tables))


def _bar() -> Progress:
    columns = (
        TextColumn("{task.fields[done]} runs,"),
        BarColumn(),
        TextColumn("{task.completed:.1f} of {task.total:.1f} h of site time"),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


if __name__ == "__main__":
    typer.run(main)
