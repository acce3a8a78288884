"""The command line of the bridge, against a real bridge and real files."""

import csv
import gzip
import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from fastapi import FastAPI
from typer.testing import CliRunner

from planner.codec.messages import encode
from planner.warehouse.commands import ShowPicks
from planner.warehouse.errors import PodherdError, Unavailable
from planner.warehouse.ids import PickId
from planner.warehouse.orders import PickOrder
from planner.warehouse.site import Site
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.adapters.sql.store import SqlStore, sqlite_url
from wms_bridge.api.app import create_app
from wms_bridge.api.bulk import items_of_csv
from wms_bridge.bulk import Bulks
from wms_bridge.cli import add_to
from wms_bridge.client import BridgeClient, retrying
from wms_bridge.main import Settings, is_loopback, serve
from wms_bridge.orderfile import FileOrder, read_orders, text_of_bytes
from wms_bridge.replay import schedule
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
ShowMaker = Callable[..., ShowPicks]
APP = typer.Typer()
add_to(APP)
T = "2011-12-08 09:30:00"


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(APP, arguments)
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


def order_file(tmp_path: Path, *rows: str) -> Path:
    file = tmp_path / "orders.csv"
    file.write_text("\n".join(("order_id,ts,sku,qty", *rows)))
    return file


def test_orders_are_imported_once(url: str, client: BridgeClient, tmp_path: Path) -> None:
    file = order_file(tmp_path, f"A,{T},RED,1", f"A,{T},BLUE,2", f"B,{T},RED,1")
    assert "accepted │ 2" in run("orders", "import", str(file), "--url", url)
    assert "sent before │ 2" in run("orders", "import", str(file), "--url", url)
    assert [item.pieces for item in client.orders()] == [1, 3]
    assert not (tmp_path / "orders.csv.rejects.csv").exists()


def test_rejected_rows_are_written_to_a_file(url: str, tmp_path: Path) -> None:
    file = order_file(tmp_path, f"A,{T},RED,1", f"B,{T},RED,none", f"C,{T},GREEN,1")
    output = run("orders", "import", str(file), "--url", url, code=2)
    assert "accepted │ 1" in output
    with (tmp_path / "orders.csv.rejects.csv").open() as rejects:
        rows = list(csv.DictReader(rejects))
    assert [(row["row"], row["order"], row["value"]) for row in rows] == [
        ("3", "B", "none"),
        ("4", "C", "GREEN"),
    ]


def test_an_import_goes_on_where_an_earlier_one_was_cut(
    url: str, stocked: Bridge, client: BridgeClient, tmp_path: Path
) -> None:
    rows = [f"O{number:03d},{T},RED,1" for number in range(450)]
    file = order_file(tmp_path, *rows)
    key = f"file-{hashlib.sha256(file.read_bytes()).hexdigest()[:32]}-1"
    taking = Bulks(stocked.store).take(items_of_csv(file), key, 1)
    next(taking)  # 200 orders; then the bridge is killed
    output = run("orders", "import", str(file), "--url", url)
    assert "went on after row 201" in output
    assert "accepted │ 450" in output
    assert "sent before │ 0" in output
    assert client.kpis().bridge["orders_received"] == 450


def test_unknown_skus_can_be_added_and_orders_limited(
    url: str, client: BridgeClient, tmp_path: Path
) -> None:
    file = order_file(tmp_path, f"A,{T},GREEN,1", f"B,{T},PINK,1")
    run("orders", "import", str(file), "--url", url, "--add-skus", "--limit", "1")
    assert [item.order for item in client.orders()] == ["A"]
    assert "GREEN" in {record.sku for record in client.catalogue()}


def test_file_that_is_not_there_is_told_in_one_line(url: str) -> None:
    output = run("orders", "import", "nowhere.csv", "--url", url, code=1)
    assert "nowhere.csv: no such file" in output
    assert "Traceback" not in output


def test_bridge_that_is_not_there_is_told_in_one_line() -> None:
    output = run("ledger", "verify", "--url", "http://127.0.0.1:9", code=1)
    assert "ConnectError" in output


@pytest.mark.shared
def test_real_orders_of_five_days_are_imported(
    site: Site, serve: Callable[[FastAPI], str], shared_data: Path
) -> None:
    url = serve(create_app(Bridge(site, MemoryStore()), lambda: 0))
    file = shared_data / "orders" / "uci_busiest5days.csv.gz"
    with gzip.open(file, "rt") as text:
        rows = list(csv.DictReader(text))
    run("orders", "import", str(file), "--url", url, "--add-skus")
    counts = BridgeClient(url).kpis().bridge
    assert counts["orders_received"] == len({row["order_id"] for row in rows})
    assert counts["lines_received"] == len(rows)
    assert counts["pieces_ordered"] == sum(int(row["qty"]) for row in rows)


@pytest.fixture
def database(
    site: Site,
    tmp_path: Path,
    order: OrderMaker,
    show: ShowMaker,
    stock_up: Callable[[Bridge], None],
) -> Path:
    """A database with stock and two picks."""
    file = tmp_path / "bridge.db"
    store = SqlStore(sqlite_url(file))
    bridge = Bridge(site, store)
    stock_up(bridge)
    bridge.receive_order(order("A", RED=3, BLUE=1), 1)
    bridge.apply([show("p1", "A#1", "RED", 2), show("p2", "A#1", "RED", 1)], 2)
    bridge.confirm_pick(PickId("p1"), 2, 3)
    bridge.confirm_pick(PickId("p2"), 1, 4)
    store.close()
    return file


def test_sound_books_are_told_so(database: Path) -> None:
    output = run("ledger", "verify", "--database", str(database))
    assert "sound: 5 entries, 2 SKUs" in output
    assert "60 pieces opened = 3 picked + 0 disputed + 57 in slots" in output


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE movement SET quantity = 9 WHERE number = 1", "not what was written"),
        ("UPDATE movement SET at_ms = 9 WHERE number = 4", "not what was written"),
        ("UPDATE movement SET key = 'x' WHERE number = 5", "not what was written"),
        ("DELETE FROM movement WHERE number = 4", "not what was written"),
        ("DELETE FROM movement WHERE number = 5", "differ from the books"),
        ("UPDATE balance SET quantity = quantity + 1 WHERE sku = 'BLUE'", "differ from the books"),
        ("DELETE FROM balance WHERE account LIKE 'tote:%'", "differ from the books"),
        ("UPDATE movement SET quantity = -2 WHERE number = 4", "not a movement"),
        ("UPDATE movement SET reason = 'theft' WHERE number = 4", "not a movement"),
    ],
)
def test_row_changed_from_outside_is_found(database: Path, change: str, told: str) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        assert connection.execute(change).rowcount > 0
    connection.close()
    assert told in run("ledger", "verify", "--database", str(database), code=1)


def test_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    run("ledger", "verify", "--database", str(tmp_path / "no.db"), code=1)
    assert not (tmp_path / "no.db").exists()


def test_bridge_refuses_an_unusable_site_in_one_line(tmp_path: Path) -> None:
    site_file = tmp_path / "site.json"
    site_file.write_text('{"format": 1}')
    arguments = ("bridge", "--site", str(site_file), "--database", str(tmp_path / "b.db"))
    output = run(*arguments, code=1)
    assert "not a valid Site" in output
    assert "Traceback" not in output


def test_bridge_is_not_opened_to_the_network_without_a_key(site: Site, tmp_path: Path) -> None:
    site_file = tmp_path / "site.json"
    site_file.write_bytes(encode(site))
    arguments = ("bridge", "--site", str(site_file), "--database", str(tmp_path / "b.db"))
    assert "--api-key" in run(*arguments, "--host", "0.0.0.0", code=1)
    with pytest.raises(PodherdError, match="open to the network"):
        serve(Settings(site_file, sqlite_url(tmp_path / "c.db"), host="192.168.0.7"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_hosts_that_are_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "localhost.example", ""])
def test_hosts_that_are_the_network(host: str) -> None:
    assert not is_loopback(host)


def file_orders(*times: str) -> list[FileOrder]:
    rows = (f"O{number},{time},RED,1\n" for number, time in enumerate(times))
    text = "order_id,ts,sku,qty\n" + "".join(rows)
    found = read_orders(text_of_bytes(text.encode()))
    return [item for item in found if isinstance(item, FileOrder)]


def test_schedule_keeps_the_times_divided_by_the_speed_up() -> None:
    orders = file_orders("2011-12-08 09:01:00", "2011-12-08 09:00:00", "2011-12-08 09:01:00")
    planned = [(at_s, [o.order.order for o in batch]) for at_s, batch in schedule(orders, 60.0)]
    assert planned == [(0.0, ["O1"]), (1.0, ["O0", "O2"])]


def test_schedule_at_once_sends_in_batches() -> None:
    orders = file_orders(*["2011-12-08 09:00:00"] * 250)
    planned = [(at_s, len(batch)) for at_s, batch in schedule(orders, 0)]
    assert planned == [(0.0, 100), (0.0, 100), (0.0, 50)]
    assert list(schedule([], 0)) == []


def test_retrying_waits_longer_each_time_and_gives_up() -> None:
    waits: list[float] = []

    def ask() -> None:
        raise Unavailable("down")

    with pytest.raises(Unavailable):
        retrying(ask, attempts=5, sleep=waits.append)
    assert len(waits) == 4
    assert waits[-1] > waits[0]


def test_retrying_does_not_repeat_what_was_refused() -> None:
    asked: list[int] = []

    def ask() -> None:
        asked.append(1)
        raise PodherdError("no")

    with pytest.raises(PodherdError):
        retrying(ask, attempts=5, sleep=lambda _: None)
    assert len(asked) == 1
