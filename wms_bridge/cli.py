"""Commands of the bridge for the ``podherd`` command line: ``bridge``, ``orders``, ``stations``
and ``ledger``."""

import csv
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import OrderId, StationId
from wms_bridge.access_cli import (
    audit_app,
    check_audit,
    check_audit_at,
    keys_app,
    users_app,
)
from wms_bridge.adapters.sql.engines import database_url, made_ready
from wms_bridge.adapters.sql.store import SqlStore
from wms_bridge.answers import Rejection, rejection_of
from wms_bridge.client import API_KEY_VARIABLE, BridgeClient
from wms_bridge.conformance_cli import wms_app
from wms_bridge.items_cli import items_app
from wms_bridge.ledger import LedgerReport
from wms_bridge.main import DEFAULT_PORT, SECURITY_VARIABLE, Settings, serve
from wms_bridge.openapi_cli import openapi
from wms_bridge.orderfile import FileOrder, RejectedRow, read_orders, text_of_file
from wms_bridge.recording.journal import KEPT_BYTES, KEPT_DAYS, Retention
from wms_bridge.recording.recorder import recording_params
from wms_bridge.replay import ReplayReport, add_skus, replay
from wms_bridge.rules_cli import policy_app, rules_app
from wms_bridge.service import verify_store
from wms_bridge.traces_cli import trace_app
from wms_bridge.uploading import rows_of, upload

CONSOLE = Console(stderr=True)
_LOCAL = f"http://127.0.0.1:{DEFAULT_PORT}"

orders_app = typer.Typer(help="Pick orders.", no_args_is_help=True)
stations_app = typer.Typer(help="Stations.", no_args_is_help=True)
ledger_app = typer.Typer(help="The stock ledger.", no_args_is_help=True)

ApiKey = Annotated[
    str | None, typer.Option(envvar=API_KEY_VARIABLE, help="Key of the bridge, if it has one.")
]
Url = Annotated[str, typer.Option(help="Where the bridge is.")]
SecurityFile = Annotated[
    Path | None, typer.Option(envvar=SECURITY_VARIABLE, help="File with settings of security.")
]
EventLog = Annotated[
    Path | None, typer.Option(help="Event log that the fleet writes, for what-if questions.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands to an application."""
    app.command("bridge")(bridge)
    app.command("openapi")(openapi)
    app.add_typer(orders_app, name="orders")
    app.add_typer(stations_app, name="stations")
    app.add_typer(ledger_app, name="ledger")
    app.add_typer(rules_app, name="rules")
    app.add_typer(policy_app, name="policy")
    app.add_typer(users_app, name="users")
    app.add_typer(keys_app, name="keys")
    app.add_typer(audit_app, name="audit")
    app.add_typer(items_app, name="items")
    app.add_typer(trace_app, name="trace")
    app.add_typer(wms_app, name="wms")


def bridge(
    site: Annotated[Path, typer.Option(help="Site file.")],
    database: Annotated[
        str, typer.Option(help="SQLite file, made if it is not there; or postgresql://...")
    ],
    port: Annotated[int, typer.Option(help="Port to listen on.")] = DEFAULT_PORT,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    wms: Annotated[
        str | None,
        typer.Option(
            help="The WMS: tryton://, odoo://, rest+http://, folder://, or a URL to post to."
        ),
    ] = None,
    security: SecurityFile = None,
    api_key: Annotated[
        str | None, typer.Option(envvar=API_KEY_VARIABLE, help="Key that callers must send.")
    ] = None,
    recording: Annotated[
        str | None,
        typer.Option(
            help="Folder in which the floor is recorded, for looking back; none: not at all. "
            "Beside an SQLite file if not given."
        ),
    ] = None,
    recording_days: Annotated[
        float, typer.Option(min=0.01, help="Drop recordings that are older.")
    ] = KEPT_DAYS,
    recording_mb: Annotated[
        int, typer.Option(min=10, help="Drop the oldest recordings beyond so many megabytes.")
    ] = KEPT_BYTES // 1_000_000,
    event_log: EventLog = None,
) -> None:
    """Run the bridge between a WMS and the fleet."""
    try:
        kept = Retention(recording_days, recording_mb * 1_000_000)
        recorded = recording_params(recording, database, kept)
        place = made_ready(database)
        serve(Settings(site, place, host, port, wms, api_key, security, recorded, event_log))
    except PodherdError as error:
        raise _failure(error) from error


@orders_app.command("import")
def import_orders(
    file: Annotated[Path, typer.Argument(help="CSV file, .csv or .csv.gz.")],
    url: Url = _LOCAL,
    speed_up: Annotated[
        float, typer.Option(min=0, help="How much faster than the file's times; 0: at once.")
    ] = 0.0,
    limit: Annotated[int | None, typer.Option(min=1, help="Send the first so many orders.")] = None,
    skus: Annotated[
        bool, typer.Option("--add-skus", help="Add unknown SKUs to the catalogue first.")
    ] = False,
    rejects: Annotated[
        Path | None, typer.Option(help="File for rejected rows; <file>.rejects.csv if not given.")
    ] = None,
    api_key: ApiKey = None,
) -> None:
    """Send the orders of a file to the bridge. One that was cut goes on where it stopped."""
    target = rejects or file.with_name(f"{file.name}.rejects.csv")
    try:
        client = BridgeClient(url, api_key)
        if skus:
            known = (item for item in read_orders(text_of_file(file)))
            added = add_skus(client, [item for item in known if isinstance(item, FileOrder)])
            CONSOLE.print(f"{added} SKUs added to the catalogue")
        if speed_up or limit:
            rejected = _send_in_time(client, file, speed_up, limit, target)
        else:
            rejected = _send_whole(client, file, target)
    except PodherdError as error:
        raise _failure(error) from error
    if rejected:
        CONSOLE.print(f"{rejected} rejected: see {target}", markup=False)
        raise typer.Exit(2)


@orders_app.command("cancel")
def cancel(
    order: Annotated[str, typer.Argument(help="Number of the order.")],
    url: Url = _LOCAL,
    api_key: ApiKey = None,
) -> None:
    """Cancel an open order; what is picked of it stays in its tote."""
    try:
        altered = BridgeClient(url, api_key).cancel_order(OrderId(order))
    except PodherdError as error:
        raise _failure(error) from error
    again = " before" if altered.repeated else ""
    CONSOLE.print(
        f"{order} is cancelled{again}: {altered.picked} of {altered.pieces} pieces are picked, "
        f"{altered.withdrawn} picks were withdrawn",
        markup=False,
    )


@orders_app.command("rush")
def rush(
    order: Annotated[str, typer.Argument(help="Number of the order.")],
    priority: Annotated[int, typer.Option(help="The higher, the sooner; 0: ordinary again.")] = 1,
    due_ms: Annotated[int | None, typer.Option(help="New due time, ms of site time.")] = None,
    url: Url = _LOCAL,
    api_key: ApiKey = None,
) -> None:
    """Have an open order picked before others."""
    try:
        altered = BridgeClient(url, api_key).prioritise_order(OrderId(order), priority, due_ms)
    except PodherdError as error:
        raise _failure(error) from error
    now = "has now" if altered.changed else "had already"
    CONSOLE.print(f"{order} {now} priority {altered.priority}", markup=False)


@stations_app.command("list")
def list_stations(url: Url = _LOCAL, api_key: ApiKey = None) -> None:
    """Show which stations an operator has closed."""
    try:
        found = BridgeClient(url, api_key).stations()
    except PodherdError as error:
        raise _failure(error) from error
    for record in found:
        how = "closed at once" if record.at_once else "closed" if record.closed else "open"
        CONSOLE.print(f"{record.station}: {how}", markup=False, highlight=False)


@stations_app.command("close")
def close_station(
    station: Annotated[str, typer.Argument(help="Name of the station.")],
    at_once: Annotated[
        bool, typer.Option("--at-once", help="Do not finish what is on its put wall.")
    ] = False,
    url: Url = _LOCAL,
    api_key: ApiKey = None,
) -> None:
    """Close a station: it takes no more orders and finishes those it has."""
    try:
        BridgeClient(url, api_key).close_station(StationId(station), at_once=at_once)
    except PodherdError as error:
        raise _failure(error) from error
    CONSOLE.print(f"{station} is closed", markup=False)


@stations_app.command("open")
def open_station(
    station: Annotated[str, typer.Argument(help="Name of the station.")],
    url: Url = _LOCAL,
    api_key: ApiKey = None,
) -> None:
    """Let a station work again."""
    try:
        BridgeClient(url, api_key).open_station(StationId(station))
    except PodherdError as error:
        raise _failure(error) from error
    CONSOLE.print(f"{station} is open", markup=False)


@ledger_app.command("verify")
def verify(
    database: Annotated[
        str | None,
        typer.Option(help="Database of the bridge, a file or a URL; the bridge may be running."),
    ] = None,
    url: Url = _LOCAL,
    api_key: ApiKey = None,
) -> None:
    """Check the books and the audit log from the first entry on; exit code 1 if they are not
    sound."""
    try:
        report = _verify_database(database) if database else BridgeClient(url, api_key).verify()
        _show_books(report)
        audited = check_audit(database) if database else check_audit_at(url, api_key)
    except PodherdError as error:
        raise _failure(error) from error
    if not (report.sound and audited):
        raise typer.Exit(1)


def _failure(error: Exception) -> typer.Exit:
    CONSOLE.print(str(error), style="bold red", markup=False, highlight=False)
    return typer.Exit(1)


def _send_whole(client: BridgeClient, file: Path, rejects: Path) -> int:
    """How many orders were rejected; the rows are in the file ``rejects``."""
    with _progress("rows") as progress:
        task = progress.add_task("rows", total=rows_of(file))
        sent = upload(client, file, lambda row: progress.update(task, completed=row))
    if sent.resumed_row:
        CONSOLE.print(f"went on after row {sent.resumed_row:,}")
    taken = sent.taken
    _summarise(taken.accepted, taken.repeated, taken.rejected)
    if taken.rejected:
        rejects.write_bytes(client.rejects(sent.key))
    return taken.rejected


def _send_in_time(
    client: BridgeClient, file: Path, speed_up: float, limit: int | None, rejects: Path
) -> int:
    """How many rows were rejected; they are in the file ``rejects``."""
    orders, unreadable = _read(file, limit)
    report = _replay(client, orders, speed_up)
    rejections = (*map(rejection_of, unreadable), *report.rejections)
    unread = len({row.order or row.row for row in unreadable})
    _summarise(report.accepted, report.repeated, report.rejected + unread)
    if rejections:
        _write_rejects(rejects, rejections)
    return len(rejections)


def _read(file: Path, limit: int | None) -> tuple[list[FileOrder], list[RejectedRow]]:
    orders: list[FileOrder] = []
    unreadable: list[RejectedRow] = []
    for found in read_orders(text_of_file(file)):
        if isinstance(found, RejectedRow):
            unreadable.append(found)
        elif limit is None or len(orders) < limit:
            orders.append(found)
    return orders, unreadable


def _replay(client: BridgeClient, orders: Sequence[FileOrder], speed_up: float) -> ReplayReport:
    with _progress("orders") as progress:
        task = progress.add_task("orders", total=len(orders))
        return replay(client, orders, speed_up, lambda sent: progress.advance(task, sent))


def _progress(of: str) -> Progress:
    columns = (TextColumn(of), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=CONSOLE)


def _summarise(accepted: int, repeated: int, rejected: int) -> None:
    table = Table("orders", "count", title="Import")
    table.columns[1].justify = "right"
    told = {"accepted": accepted, "of these sent before": repeated, "rejected": rejected}
    for name, count in told.items():
        table.add_row(name, f"{count:,}")
    CONSOLE.print(table)


def _write_rejects(target: Path, rejections: Iterable[Rejection]) -> None:
    with target.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("row", "order", "code", "field", "value", "problem", "remedy"))
        for item in rejections:
            writer.writerow(
                (item.row, item.order, item.code, item.field, item.value, item.problem, item.remedy)
            )


def _verify_database(place: str) -> LedgerReport:
    if "://" not in place and not Path(place).is_file():
        raise PodherdError("no such database", field=place, remedy="Name the SQLite file.")
    with closing(SqlStore(database_url(place), read_only=True)) as store:
        return verify_store(store)


def _show_books(report: LedgerReport) -> None:
    verdict = "[bold green]sound[/]" if report.sound else "[bold red]NOT SOUND[/]"
    CONSOLE.print(f"The books are {verdict}: {report.entries:,} entries, {report.skus:,} SKUs")
    CONSOLE.print(
        f"{report.pieces_opened:,} pieces opened = {report.pieces_picked:,} picked"
        f" + {report.pieces_disputed:,} disputed"
        f" + {report.pieces_opened - report.pieces_picked - report.pieces_disputed:,} in slots"
    )
    faults: tuple[tuple[str, Sequence[object]], ...] = (
        ("SKUs that do not balance", report.unbalanced),
        ("places that held less than nothing", report.negative),
        ("movements posted twice", report.duplicate_keys),
        ("entries that are not what was written", report.broken),
        ("stored balances that differ from the books", report.stale),
    )
    for name, found in faults:
        if found:
            shown = ", ".join(str(item) for item in found[:5]) + (" ..." if len(found) > 5 else "")
            CONSOLE.print(f"{len(found)} {name}: {shown}", style="red", markup=False)
