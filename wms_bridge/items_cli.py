"""``podherd items``: the item master of a WMS into the catalogue of a bridge."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from planner.warehouse.errors import PodherdError
from wms_bridge.adapters.sql.engines import made_ready
from wms_bridge.adapters.sql.store import SqlStore
from wms_bridge.client import BridgeClient, retrying
from wms_bridge.itemfile import ItemFile, RejectedItem
from wms_bridge.itemimport import Bookmark, Imported, Keep, import_items
from wms_bridge.main import DEFAULT_PORT, wall_clock_ms
from wms_bridge.records.work import SkuRecord
from wms_bridge.stocking import put_skus

CONSOLE = Console(stderr=True)
_LOCAL = f"http://127.0.0.1:{DEFAULT_PORT}"
HTTP_BATCH = 1_000
DATABASE_BATCH = 5_000
_REJECT_COLUMNS = ("row", "sku", "column", "value", "problem", "remedy")

items_app = typer.Typer(help="The item master.", no_args_is_help=True)


@items_app.callback()
def items() -> None:
    """The item master."""


@items_app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV file, .csv or .csv.gz.")],
    database: Annotated[
        str | None,
        typer.Option(help="Straight into this database, a file or a URL; no bridge may use it."),
    ] = None,
    url: Annotated[str, typer.Option(help="Where the bridge is, without --database.")] = _LOCAL,
    rejects: Annotated[
        Path | None, typer.Option(help="File for rejected rows; <file>.rejects.csv if not given.")
    ] = None,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Not from where the last import stopped.")
    ] = False,
    api_key: Annotated[
        str | None, typer.Option(envvar="PODHERD_API_KEY", help="Key of the bridge, if it has one.")
    ] = None,
) -> None:
    """Add the articles of a file to the catalogue, or replace what it says of them."""
    target = rejects or file.with_name(f"{file.name}.rejects.csv")
    try:
        found = ItemFile(file)
        bookmark = Bookmark(file, database or url)
        after = 1 if from_start else bookmark.row()
        if after > 1:
            CONSOLE.print(f"going on below row {after:,}")
        with _keeper(database, url, api_key) as (keep, batch):
            done = _run(found, after, keep, batch, bookmark, target)
    except PodherdError as error:
        CONSOLE.print(str(error), style="bold red", markup=False, highlight=False)
        raise typer.Exit(1) from error
    CONSOLE.print(f"{done.kept:,} articles are in the catalogue")
    if done.rejected:
        CONSOLE.print(f"{done.rejected:,} rejected rows: see {target}", markup=False)
        raise typer.Exit(2)


@contextmanager
def _keeper(database: str | None, url: str, api_key: str | None) -> Iterator[tuple[Keep, int]]:
    """What keeps a batch of articles, and how many are to be in one."""
    if database is None:
        with closing(BridgeClient(url, api_key)) as client:
            yield lambda records: retrying(lambda: client.put_skus(records)), HTTP_BATCH
        return
    with closing(SqlStore(made_ready(database))) as store:
        yield into_store(store, wall_clock_ms), DATABASE_BATCH


def into_store(store: SqlStore, clock: Callable[[], int]) -> Keep:
    """Keeps a batch of articles in one transaction; the fleet is told what is news to it."""

    def keep(records: Sequence[SkuRecord]) -> None:
        with store.writing() as tx:
            put_skus(tx, records, clock())

    return keep


def _run(
    file: ItemFile, after: int, keep: Keep, batch: int, bookmark: Bookmark, target: Path
) -> Imported:
    earlier = _rejected_before(target, after)
    done = Imported(row=after)
    columns = (TextColumn("items"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with _rejects(target, earlier) as reject, Progress(*columns, console=CONSOLE) as bar:
        task = bar.add_task("items", total=file.size)
        for done in import_items(file.rows(after), keep, reject, batch=batch):
            bookmark.put(done.row)
            bar.update(task, completed=file.bytes_read)
        bar.update(task, completed=file.size)
    bookmark.remove()
    done.rejected += len(earlier)
    if not done.rejected:
        target.unlink()
    return done


def _rejected_before(target: Path, after: int) -> list[list[str]]:
    """What an import that stopped has rejected of the rows that are not read again."""
    if after == 1 or not target.exists():
        return []
    with target.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row and row[0].isdigit()]
    return [row for row in rows if int(row[0]) <= after]


@contextmanager
def _rejects(
    target: Path, earlier: Sequence[Sequence[str]]
) -> Iterator[Callable[[RejectedItem], None]]:
    """Writes rejected rows to a file, each before its batch counts as done."""
    with target.open("w", newline="", encoding="utf-8", buffering=1) as out:
        writer = csv.writer(out)
        writer.writerow(_REJECT_COLUMNS)
        writer.writerows(earlier)

        def reject(item: RejectedItem) -> None:
            writer.writerow(tuple(getattr(item, name) for name in _REJECT_COLUMNS))

        yield reject
