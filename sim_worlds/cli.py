"""``podherd simulate`` and ``podherd replay``."""

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from planner.dispatch.step import TICK_MS
from planner.warehouse.errors import PodherdError
from planner.warehouse.site import Site
from sim_worlds.edits import read_edits
from sim_worlds.eventlog import EventLogWriter, Header, read_log, replay
from sim_worlds.faults import Faults
from sim_worlds.run import Outcome, ShiftRun, run_shift
from sim_worlds.shift import Shift, generated_shift, kept_up, recorded_shift, with_robots
from sim_worlds.site_guidance import read_site_guidance
from sim_worlds.sites.catalogue import load_site
from sim_worlds.summary import kpi_rows

_OUT = Console(highlight=False, soft_wrap=True)
_ERR = Console(stderr=True, highlight=False, soft_wrap=True)


def add_to(app: typer.Typer) -> None:
    """Put the commands on the ``podherd`` command line."""
    app.command("simulate")(simulate)
    app.command("replay")(replay_log)


def simulate(
    site: Annotated[str, typer.Option(help="A shipped site or a site file.")] = "small",
    orders: Annotated[str, typer.Option(help="How many, or an order file (CSV).")] = "200",
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 1,
    robots: Annotated[int | None, typer.Option(help="How many; those of the site.")] = None,
    day: Annotated[datetime | None, typer.Option(help="Only this day of the file.")] = None,
    limit: Annotated[int | None, typer.Option(help="Only so many orders of the file.")] = None,
    speed_up: Annotated[float, typer.Option(help="Orders of a file come this much faster.")] = 1.0,
    short_slots: Annotated[float, typer.Option(help="Share of slots short of the books.")] = 0.0,
    guidance: Annotated[Path | None, typer.Option(help="Lanes, by podherd site tune.")] = None,
    replenish: Annotated[int, typer.Option(help="Stations that put goods away.")] = 0,
    edits: Annotated[Path | None, typer.Option(help="Edits of rules (JSON lines).")] = None,
    log: Annotated[Path | None, typer.Option(help="Event log to write (.jsonl or .gz).")] = None,
    result: Annotated[Path | None, typer.Option(help="Figures to write, as JSON.")] = None,
) -> None:
    """Run a shift in the fast world, without ROS: as fast as the machine goes."""
    try:
        floor = load_site(site)
        if robots is not None:
            floor = with_robots(floor, robots)
        shift = _shift(floor, orders, seed, day, limit, speed_up)
        if replenish:
            shift = kept_up(shift, replenish)
        lanes = read_site_guidance(guidance, floor) if guidance is not None else None
        shift = replace(shift, faults=Faults(short_slot_share=short_slots), guidance=lanes)
        if edits is not None:
            shift = replace(shift, edits=read_edits(edits))
        outcome, wall_s = _run(shift, log)
    except (PodherdError, ValueError) as error:
        _ERR.print(str(error), markup=False)
        raise typer.Exit(2) from error
    _show(outcome, wall_s)
    if result is not None:
        result.write_text(json.dumps(figures(outcome), indent=1) + "\n")
    if outcome.violations or outcome.unfinished or not outcome.ledger.sound:
        raise typer.Exit(1)


def _shift(
    site: Site,
    orders: str,
    seed: int,
    day: datetime | None,
    limit: int | None,
    speed_up: float,
) -> Shift:
    if orders.isdecimal():
        return generated_shift(site, int(orders), seed)
    chosen = day.date() if day else None
    shift, rejected = recorded_shift(
        site, Path(orders), seed, day=chosen, limit=limit, speed_up=speed_up
    )
    for row in rejected[:5]:
        _ERR.print(f"row {row.row}, {row.column}: {row.problem} {row.remedy}", markup=False)
    if len(rejected) > 5:
        _ERR.print(f"... and {len(rejected) - 5} more rows refused")
    return shift


def replay_log(log: Annotated[Path, typer.Argument(help="Written by simulate --log.")]) -> None:
    """Run an event log again and compare every command with what was recorded."""
    try:
        header, ticks = read_log(log)
        with _progress("ticks") as progress:
            task = progress.add_task("replaying", total=None)
            done = replay(
                header.dispatcher(),
                ticks,
                on_tick=lambda _: progress.advance(task),
            )
    except (PodherdError, OSError) as error:
        _ERR.print(str(error), markup=False)
        raise typer.Exit(1) from error
    hours = done.now_ms / 3_600_000
    _OUT.print(f"[green]✓[/] the same commands in all {done.ticks} ticks ({hours:.1f} h)")


def figures(outcome: Outcome) -> dict[str, object]:
    """What ``--result`` writes. The same shift gives the same figures."""
    return {
        "kpis": asdict(outcome.kpis),
        "site_s": outcome.ticks * TICK_MS / 1000,
        "violations": len(outcome.violations),
        "unfinished": list(outcome.unfinished),
        "refused": [list(item) for item in outcome.refused],
        "refused_edits": list(outcome.refused_edits),
        "ledger_sound": outcome.ledger.sound,
        "ledger_entries": outcome.ledger.entries,
    }


def _run(shift: Shift, log: Path | None) -> tuple[Outcome, float]:
    start_s = perf_counter()
    lines = sum(len(timed.order.lines) for timed in shift.orders)
    with _progress("lines") as progress:
        task = progress.add_task(f"{len(shift.orders)} orders", total=lines)

        def show(run: ShiftRun) -> None:
            if run.ticks % 120 == 0 or run.done:
                tally = run.state.tally
                progress.update(task, completed=tally.lines_picked)

        if log is None:
            outcome = run_shift(shift, on_tick=show)
        else:
            header = Header.of(shift.site, shift.dispatch, shift.guidance)
            with EventLogWriter(log, header) as writer:
                outcome = run_shift(shift, writer, show)
    return outcome, perf_counter() - start_s


def _progress(unit: str) -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(unit),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=_ERR)


def _show(outcome: Outcome, wall_s: float) -> None:
    kpis, site_s = outcome.kpis, outcome.ticks * TICK_MS / 1000
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_row("orders complete", f"{kpis.orders_completed} of {kpis.orders_received}")
    table.add_row("of those short", str(kpis.orders_completed_short))
    table.add_row("picks confirmed", str(kpis.picks_confirmed))
    for name, value in kpi_rows(kpis):
        table.add_row(name, value)
    table.add_row("collisions", str(len(outcome.violations)))
    balanced = "balanced" if outcome.ledger.sound else "OUT OF BALANCE"
    table.add_row("ledger", f"{balanced}, {outcome.ledger.entries} entries")
    table.add_row("speed", f"{site_s / wall_s:.0f} times real time ({site_s / 3600:.1f} h)")
    _OUT.print(table)
    for violation in outcome.violations[:5]:
        _ERR.print(f"[red]✗[/] {violation}")
    if outcome.unfinished:
        names = ", ".join(outcome.unfinished[:5])
        _ERR.print(f"[red]✗[/] {len(outcome.unfinished)} orders unfinished: {names}")
    for text in outcome.refused_edits[:5]:
        _ERR.print(f"an edit was refused: {text}", markup=False)
    for order, problem in outcome.refused[:5]:
        _ERR.print(f"[yellow]![/] {order} refused: {problem}", markup=True)
