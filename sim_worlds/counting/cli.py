"""``podherd count``: a counting round in a simulated site."""

from pathlib import Path
from time import monotonic, sleep
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from planner.codec.messages import decode, encode
from planner.warehouse.errors import PodherdError
from sim_worlds.counting.counted_site import CountedSiteParams, counted_site
from sim_worlds.counting.office import Office, Supervisor
from sim_worlds.counting.round import CountingRound
from sim_worlds.counting.verdict import Verdict, verdict_of
from sim_worlds.sites.catalogue import load_site
from wms_bridge.adapters.sql.store import SqlStore, sqlite_url
from wms_bridge.epcis.counting import document
from wms_bridge.epcis.read import read_event
from wms_bridge.records.counts import CountParams

app = typer.Typer(help="Counts stock in a simulated site.", no_args_is_help=True)
_OUT = Console(highlight=False, soft_wrap=True)
_ERR = Console(stderr=True, highlight=False, soft_wrap=True)
_SUPERVISOR_MS = 30_000
_SHOWN_MS = 2_000
_PAGE_WAIT_S = 0.5


@app.callback()
def _group() -> None:
    """A group, also while there is one command."""


@app.command()
def demo(
    site: Annotated[str, typer.Option(help="A shipped site or a site file.")] = "small",
    pods: Annotated[int, typer.Option(min=1, help="Pods in use.")] = 24,
    orders: Annotated[int, typer.Option(min=1, help="Picked meanwhile.")] = 12,
    counters: Annotated[int, typer.Option(min=0, help="Robots that count.")] = 2,
    drones: Annotated[int, typer.Option(min=0, help="Drones that count.")] = 1,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = 1,
    operator: Annotated[
        str, typer.Option(help="auto: a simulated supervisor; page: you, in the console.")
    ] = "auto",
    port: Annotated[int, typer.Option(min=0, help="Of the bridge and its console; 0: any.")] = 8610,
    runs: Annotated[Path, typer.Option(help="Folder for the books and the events.")] = Path("var"),
) -> None:
    """Count a whole site while it works: robots and drones look, the reader simulator and rendered
    cameras answer, people count what is doubtful, a supervisor decides, the books and EPCIS events
    follow."""
    if operator not in ("auto", "page"):
        _ERR.print(f"--operator: {operator} is neither auto nor page", markup=False)
        raise typer.Exit(2)
    folder = runs / "counting"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        books = folder / "books.sqlite"
        for old in folder.glob("books.sqlite*"):
            old.unlink()
        params = CountedSiteParams(pods=pods, counters=counters)
        counted = counted_site(load_site(site), orders, seed, params)
        store = SqlStore(sqlite_url(books))
        try:
            done = CountingRound(counted, store, CountParams(), drones, seed)
            verdict = _count(done, port, by_page=operator == "page")
            events = _write_events(done, folder)
        finally:
            store.close()
    except PodherdError as error:
        _ERR.print(str(error), markup=False)
        raise typer.Exit(2) from error
    _show(done, verdict)
    _OUT.print(f"books: {books}, EPCIS events: {events}")
    for complaint in verdict.complaints:
        _ERR.print(f"[red]✗[/] {complaint}")
    if verdict.complaints:
        raise typer.Exit(1)


def _count(done: CountingRound, port: int, *, by_page: bool) -> Verdict:
    office = Office(done.bridge, lambda: done.run.now_ms, port)
    supervisor = Supervisor(office.client, done.counted.truth)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("slots settled"),
        TimeElapsedColumn(),
    )
    try:
        _OUT.print(f"The queue of counts, the floor and all else: {office.url}/console/counting")
        with Progress(*columns, console=_ERR) as progress:
            task = progress.add_task("counting", total=len(done.booked))
            began_s = monotonic()
            while not done.done:
                done.tick()
                now_ms = done.run.now_ms
                if now_ms % _SHOWN_MS == 0:
                    office.show(done.run.dispatcher.view(done.run.state))
                    progress.update(task, completed=len(done.settled))
                if not by_page and now_ms % _SUPERVISOR_MS == 0:
                    supervisor.decide()
                if by_page and done.waits_for_decisions:
                    # Site time stands still while you make up your mind.
                    sleep(_PAGE_WAIT_S)
            progress.update(task, completed=len(done.settled))
        wall_s = monotonic() - began_s
        site_s = done.run.now_ms / 1000
        _OUT.print(f"{site_s / 60:.0f} min of site time in {wall_s:.0f} s")
        return verdict_of(done)
    finally:
        office.close()


def _write_events(done: CountingRound, folder: Path) -> Path:
    events, last = [], 0
    while batch := done.bridge.counts.epcis(last, 1000):
        last = batch[-1].number
        events += [read_event(decode(record.body)) for record in batch]
    target = folder / "epcis.jsonld"
    target.write_bytes(encode(document(events, done.run.now_ms)))
    return target


def _show(done: CountingRound, verdict: Verdict) -> None:
    slots = verdict.slots
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    rows = {
        "looks of robots": f"{done.looks}, {done.passes} faces in passing",
        "looks of drones": str(done.flown),
        "reads and pictures not counted": str(len(done.faults)),
        "books right before": f"{1 - verdict.wrong_before / slots:.1%} of {slots} slots",
        "books right after": f"{1 - verdict.wrong_after / slots:.1%}",
        "slots adjusted": f"{verdict.adjustments}, {verdict.wrong_adjustments} of them wrongly",
        "slots for people": f"{verdict.people} ({verdict.people / slots:.1%})",
        "cases": ", ".join(f"{count} {status}" for status, count in sorted(verdict.cases.items())),
        "EPCIS events": str(verdict.epcis_events),
        "orders complete": str(len(done.run.state.finished)),
        "collisions": str(verdict.collisions),
        "ledger": "balanced" if verdict.ledger.sound else "OUT OF BALANCE",
    }
    for name, value in rows.items():
        table.add_row(name, value)
    _OUT.print(table)
