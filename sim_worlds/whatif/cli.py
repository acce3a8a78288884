"""``podherd whatif``: how many robots and stations does this order book need?"""

import os
import signal
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from planner.warehouse.errors import InvalidStudy, PodherdError
from planner.warehouse.site import Site
from sim_worlds.costs import CostModel, read_costs
from sim_worlds.faults import Faults
from sim_worlds.shift import Shift, generated_shift, recorded_shift
from sim_worlds.site_guidance import read_site_guidance
from sim_worlds.sites.catalogue import load_site
from sim_worlds.whatif.answer import DEFAULT_TARGETS, Target, margin, parse_target
from sim_worlds.whatif.clone import Moment, read_moment, skus_of
from sim_worlds.whatif.estimate import expected_s
from sim_worlds.whatif.futures import Ground, Row
from sim_worlds.whatif.journal import Journal
from sim_worlds.whatif.plots import draw, save
from sim_worlds.whatif.study import Findings, Study, Where, run_study
from sim_worlds.whatif.tables import screen_table, write_csv
from sim_worlds.whatif.vary import parse_axes

_OUT = Console(highlight=False, soft_wrap=True)
_ERR = Console(stderr=True, highlight=False, soft_wrap=True)


_TABLE_WIDTH = 110
"""Characters; narrower terminals wrap lines rather than cut figures off."""


def add_to(app: typer.Typer) -> None:
    """Put the command on the ``podherd`` command line."""
    app.command("whatif")(whatif)


@dataclass(frozen=True, slots=True)
class _Book:
    """Where orders come from, as typed."""

    site: str
    orders: str | None
    day: datetime | None
    limit: int | None
    speed_up: float
    seed: int

    def shift(self, site: Site | None = None) -> Shift | None:
        """The site (that of a log, if given) with these orders; None if none were named."""
        if self.orders is None:
            return None
        site = site or load_site(self.site)
        if self.orders.isdecimal():
            return generated_shift(site, int(self.orders), self.seed)
        if not self.speed_up > 0:
            raise InvalidStudy("must be above 0", field="speed-up", value=self.speed_up)
        day = self.day.date() if self.day else None
        shift, rejected = recorded_shift(
            site, Path(self.orders), self.seed, day=day, limit=self.limit, speed_up=self.speed_up
        )
        if rejected:
            _ERR.print(f"{len(rejected)} rows of {self.orders} refused, the first: {rejected[0]}")
        return shift


def whatif(
    vary: Annotated[list[str], typer.Option(help="KEY=FROM..TO:STEP or KEY=A,B,C; repeatable.")],
    out: Annotated[Path, typer.Option(help="Folder for rows, table and plots.")],
    site: Annotated[str, typer.Option(help="A shipped site or a site file.")] = "small",
    orders: Annotated[str | None, typer.Option(help="How many, or an order file (CSV).")] = None,
    day: Annotated[datetime | None, typer.Option(help="Only this day of the file.")] = None,
    limit: Annotated[int | None, typer.Option(help="Only so many orders of the file.")] = None,
    speed_up: Annotated[float, typer.Option(help="Orders of a file come this much faster.")] = 1.0,
    from_log: Annotated[Path | None, typer.Option(help="Go on from a run's event log.")] = None,
    at: Annotated[float | None, typer.Option(help="Its site time to go on from, s.")] = None,
    target: Annotated[list[str] | None, typer.Option(help="late<=0.01, done_by=8h ...")] = None,
    seeds: Annotated[int, typer.Option(help="Of each combination.", min=1)] = 3,
    book_seed: Annotated[int, typer.Option(help="Of generated orders.")] = 1,
    hours: Annotated[float, typer.Option(help="A future ends after so much site time.")] = 24.0,
    promise: Annotated[float, typer.Option(help="Orders are due so many hours after.")] = 4.0,
    costs: Annotated[Path | None, typer.Option(help="Other costs (JSON).")] = None,
    short_slots: Annotated[float, typer.Option(help="Share of slots short of the books.")] = 0.0,
    guidance: Annotated[Path | None, typer.Option(help="Lanes, by podherd site tune.")] = None,
    workers: Annotated[int | None, typer.Option(help="At once; one per core.", min=1)] = None,
    ray: Annotated[str | None, typer.Option(help="Address of a Ray cluster, or local.")] = None,
) -> None:
    """Run many futures side by side and say how much of everything is needed."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        model = read_costs(costs) if costs is not None else CostModel()
        _check_hours(hours, promise)
        targets = tuple(map(parse_target, target)) if target else DEFAULT_TARGETS
        axes, faults = parse_axes(vary), Faults(short_slot_share=short_slots)
        book = _Book(site, orders, day, limit, speed_up, book_seed)
        ground = _ground(book, from_log, at, guidance)
        ground = replace(ground, hours=hours, promise_h=promise, costs=model, faults=faults)
        study = Study(ground, axes, seeds, targets)
        findings = _run(study, out, Where(workers or os.cpu_count() or 1, ray))
        _show(study, findings, out)
    except (PodherdError, OSError, ValueError) as error:
        _ERR.print(str(error), markup=False)
        raise typer.Exit(2) from error
    except KeyboardInterrupt:
        _ERR.print(f"stopped; what is finished is kept in {out}: the same command goes on")
        raise typer.Exit(130) from None
    _exit_if_failed(findings)


def _exit_if_failed(findings: Findings) -> None:
    if any(row.error for row in findings.rows):
        raise typer.Exit(1)


def _check_hours(hours: float, promise_h: float) -> None:
    for name, value in (("hours", hours), ("promise", promise_h)):
        if not 0 < value <= 10_000:
            raise InvalidStudy("hours above 0 and at most 10,000", field=name, value=value)


def _ground(book: _Book, log: Path | None, at_s: float | None, lanes: Path | None) -> Ground:
    if log is not None:
        return _live_ground(book, log, at_s, lanes)
    if at_s is not None:
        raise InvalidStudy("needs a log to begin from", field="at", remedy="Add --from-log LOG.")
    shift = book.shift()
    if shift is None:
        raise InvalidStudy("no order book", field="orders", remedy="Give a file or a number.")
    skus = dict.fromkeys(balance.sku for balance in shift.stock)
    skus.update(dict.fromkeys(skus_of(shift.orders)))
    found = read_site_guidance(lanes, shift.site) if lanes is not None else None
    return Ground(shift.site, shift.orders, tuple(skus), guidance=found)


def _live_ground(book: _Book, log: Path, at_s: float | None, lanes: Path | None) -> Ground:
    """Site, parameters and lanes are those of the log; so are its later orders, unless others are
    named."""
    with _ERR.status(f"replaying {log}"):
        moment = read_moment(log, None if at_s is None else round(at_s * 1000))
    header = moment.header
    shift = book.shift(header.site)
    coming = moment.still_to_come(moment.later if shift is None else shift.orders)
    found = header.lanes()
    if lanes is not None:
        found = read_site_guidance(lanes, header.site)
    _tell_moment(moment, len(coming))
    return Ground(
        header.site,
        coming,
        skus_of(coming),
        dispatch=header.params,
        guidance=found,
        moment=moment,
    )


def _tell_moment(moment: Moment, coming: int) -> None:
    state = moment.state
    _ERR.print(
        f"from {moment.now_ms / 1000:.1f} s on: {len(state.robots)} robots, {len(state.orders)} "
        f"orders open, {len(state.finished)} complete, {coming} still to come"
    )


def _run(study: Study, out: Path, where: Where) -> Findings:
    futures = study.futures()
    with closing(Journal(out, study.ground)) as journal:
        kept = journal.rows(futures)
    missing = [future for future in futures if future not in kept]
    expected = expected_s(study.ground, missing, where.workers) if missing else None
    about = "" if expected is None else f", {_duration(expected)} if every worker has a core"
    about += f"; {len(kept)} are kept from before" if kept else ""
    place = f"Ray ({where.ray})" if where.ray else f"{where.workers} processes"
    _ERR.print(f"{len(futures)} futures of {len(study.ground.orders)} orders on {place}{about}")
    with _progress() as progress:
        task = progress.add_task("futures", total=len(futures))

        def tell(row: Row) -> None:
            progress.advance(task)
            if row.error:
                what = ", ".join(f"{key}={value}" for key, value in row.settings)
                progress.console.print(f"{what}, seed {row.seed}: {row.error}", markup=False)

        return run_study(study, out, where, tell)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    return f"about {seconds / 60:.0f} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=_ERR)


def _show(study: Study, findings: Findings, out: Path) -> None:
    found = findings.answer
    write_csv(findings.rows, study.axes, out / "futures.csv")
    plots = save(draw(findings.combinations, study.axes, study.targets, found.best), out)
    table = screen_table(findings.combinations, study.axes, study.targets)
    Console(highlight=False, width=max(_OUT.width, _TABLE_WIDTH)).print(table)
    _OUT.print(f"wanted: {', '.join(map(str, study.targets))}", markup=False)
    if found.best is not None:
        _OUT.print(f"cheapest that meets this: {_named(found.best.settings)}", markup=False)
        for target in study.targets:
            _OUT.print(f"  {margin(target, found.best)}", markup=False)
        _OUT.print(f"  {found.best.mean('cost_per_line'):.3f} yuan per line")
    else:
        _OUT.print("none of these meets this", markup=False)
        if found.nearest is not None:
            _OUT.print(f"nearest: {_named(found.nearest.settings)}", markup=False)
            for missed in found.nearest.misses(study.targets) if found.nearest.figures else ():
                _OUT.print(f"  {_missing(missed, found.nearest.values(missed.metric))}")
        _OUT.print(found.limits, markup=False)
    _OUT.print(f"{out / 'futures.csv'}, {', '.join(str(path) for path in plots)}", markup=False)


def _missing(target: Target, values: list[float]) -> str:
    return f"{target}: {target.worst(values):.3g} under the worst seed"


def _named(settings: tuple[tuple[str, object], ...]) -> str:
    return ", ".join(f"{key} = {value}" for key, value in settings) or "the site as it is"
