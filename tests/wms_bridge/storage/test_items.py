"""Importing an item master: what is good row by row, resumed where it stopped."""

import csv
import gzip
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import wms_bridge.items_cli
from planner.warehouse.errors import InvalidStock, Unavailable
from planner.warehouse.events import SkuStated
from planner.warehouse.ids import Sku
from wms_bridge.adapters.sql.store import SqlStore
from wms_bridge.client import BridgeClient
from wms_bridge.itemfile import ItemFile, ItemRow, RejectedItem
from wms_bridge.itemimport import Bookmark, import_items
from wms_bridge.items_cli import items_app
from wms_bridge.ports.store import Store
from wms_bridge.records.work import SkuRecord

HEADER = "sku,description,size_class,velocity_class,weight_g,case_quantity,piece_value\n"
GOOD = 'TEA,"Green tea, 100 g",S,A,100,12,2.50\n'


def item_file(folder: Path, text: str, name: str = "items.csv") -> ItemFile:
    path = folder / name
    raw = text.encode("utf-8", "surrogateescape")
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return ItemFile(path)


def rows_of(folder: Path, text: str) -> list[ItemRow | RejectedItem]:
    return list(item_file(folder, text).rows())


@pytest.mark.parametrize("name", ["items.csv", "items.csv.gz"])
def test_all_columns_are_read_and_empty_cells_are_not_known(tmp_path: Path, name: str) -> None:
    found = list(item_file(tmp_path, HEADER + GOOD + "\nMUG,,,,,,\n", name).rows())
    tea = SkuRecord(Sku("TEA"), "Green tea, 100 g", "S", "A", 100, 12, 2.5)
    assert found == [ItemRow(2, tea), ItemRow(4, SkuRecord(Sku("MUG")))]


def test_columns_may_come_in_any_order_and_others_are_ignored(tmp_path: Path) -> None:
    text = "\ufeffColour,Weight_G, SKU \ngreen,100,TEA\n"
    assert rows_of(tmp_path, text) == [ItemRow(2, SkuRecord(Sku("TEA"), weight_g=100))]


def test_gtin_stands_for_sku_and_its_check_digit_is_checked(tmp_path: Path) -> None:
    good, bad = rows_of(tmp_path, "gtin\n4006381333931\n4006381333932\n")
    assert good == ItemRow(2, SkuRecord(Sku("4006381333931")))
    assert isinstance(bad, RejectedItem)
    assert (bad.row, bad.column, bad.problem) == (3, "gtin", "not a GTIN")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",no name,,,,,", "sku"),
        (" \u202e,,,,,,", "sku"),
        (f"{'x' * 101},,,,,,", "sku"),
        ("A,,,,1.5,,", "weight_g"),
        ("A,,,,-1,,", "weight_g"),
        (f"A,,,,{'9' * 5_000},,", "weight_g"),
        ("A,,,,,0,", "case_quantity"),
        ("A,,,,,٣,", "case_quantity"),
        ("A,,,,,,nan", "piece_value"),
        ("A,,,,,,1e9", "piece_value"),
        ("A,,,,,,2_0", "piece_value"),
        ("A,,,,,,9999999999", "piece_value"),
        ("A,,\x00,,,,", "size_class"),
        ("A,a\x00b,,,,,", "description"),
        ("A,\udcff,,,,,", "description"),
        (f"A,{'x' * 501},,,,,", "description"),
        ("A,,,", "row"),
        ('A,"open,,,,,', "row"),
    ],
)
def test_a_row_that_cannot_be_taken_spoils_no_other(tmp_path: Path, row: str, column: str) -> None:
    before, bad, after = rows_of(tmp_path, f"{HEADER}B,,,,,,\n{row}\nC,,,,,,\n")
    assert (before, after) == (ItemRow(2, SkuRecord(Sku("B"))), ItemRow(4, SkuRecord(Sku("C"))))
    assert isinstance(bad, RejectedItem)
    assert (bad.row, bad.column) == (3, column)
    assert bad.problem
    assert bad.remedy


@pytest.mark.parametrize("header", ["", "name,weight_g\n", "sku,gtin\n", "sku,sku\n", 'sku,"x\n'])
def test_header_without_one_key_is_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(InvalidStock, match="header"):
        rows_of(tmp_path, f"{header}A,1\n")


def test_damaged_file_says_how_far_it_was_good(tmp_path: Path) -> None:
    file = item_file(tmp_path, HEADER + "".join(f"S{n},,,,,,\n" for n in range(9)), "i.csv.gz")
    file.path.write_bytes(file.path.read_bytes()[:-8])
    with pytest.raises(InvalidStock, match="damaged after row"):
        list(file.rows())


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_fail(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("items")
    for found in rows_of(folder, HEADER + text.encode("utf-8", "replace").decode()):
        assert found.row > 1


@given(
    rows=st.lists(st.booleans(), max_size=40),
    batch=st.integers(1, 10),
    failing=st.integers(0, 12),
)
def test_an_import_that_stops_and_goes_on_takes_every_row_once(
    rows: Sequence[bool], batch: int, failing: int
) -> None:
    kept: list[str] = []
    rejected: list[int] = []

    def reject(item: RejectedItem) -> None:
        rejected.append(item.row)

    calls = 0

    def keep(records: Sequence[SkuRecord]) -> None:
        nonlocal calls
        calls += 1
        if calls == failing:
            raise Unavailable("the bridge is gone")
        kept.extend(record.sku for record in records)

    found: list[ItemRow | RejectedItem] = [
        ItemRow(at, SkuRecord(Sku(f"S{at}"))) if good else RejectedItem(at, "", "", "", "", "")
        for at, good in enumerate(rows, start=2)
    ]
    after = 1
    for _ in range(2):
        rejected[:] = [row for row in rejected if row <= after]
        waiting = [row for row in found if row.row > after]
        try:
            for done in import_items(waiting, keep, reject, batch=batch):
                after = max(after, done.row)
        except Unavailable:
            continue
        break
    assert kept == [f"S{at}" for at, good in enumerate(rows, start=2) if good]
    assert rejected == [at for at, good in enumerate(rows, start=2) if not good]


def test_bookmark_is_for_one_file_and_one_place(tmp_path: Path) -> None:
    file = item_file(tmp_path, HEADER + GOOD)
    Bookmark(file.path, "a.db").put(7)
    assert Bookmark(file.path, "a.db").row() == 7
    assert Bookmark(file.path, "b.db").row() == 1
    file.path.write_text(HEADER + GOOD + GOOD)
    assert Bookmark(file.path, "a.db").row() == 1
    Bookmark(file.path, "a.db").path.write_text("{")
    assert Bookmark(file.path, "a.db").row() == 1


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(items_app, ["import", *arguments])
    assert done.exit_code == code, done.output
    return done.output


def catalogue(database: str) -> dict[str, SkuRecord]:
    with closing(SqlStore(database)) as store, store.reading() as tx:
        return {record.sku: record for record in tx.catalogue()}


def test_command_fills_a_database_and_writes_what_it_rejects(database: str, tmp_path: Path) -> None:
    file = item_file(tmp_path, f"{HEADER}{GOOD},,,,,,\nTEA,again,,,,,\n")
    output = run(str(file.path), "--database", database, code=2)
    assert catalogue(database) == {"TEA": SkuRecord(Sku("TEA"), "again")}
    assert "1 rejected rows" in output
    with file.path.with_name("items.csv.rejects.csv").open(newline="") as told:
        [row] = csv.DictReader(told)
    assert (row["row"], row["column"]) == ("3", "sku")


def test_command_goes_on_where_it_stopped(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wms_bridge.items_cli.DATABASE_BATCH", 2)
    text = HEADER + "".join(f"S{n},,,,,,\n,,,,,,\n" for n in range(6))
    file = item_file(tmp_path, text)
    into_store = wms_bridge.items_cli.into_store

    def failing(store: SqlStore, clock: Callable[[], int]) -> Callable[..., None]:
        calls = iter(range(9))

        def keep(records: Sequence[SkuRecord]) -> None:
            if next(calls) == 2:
                raise Unavailable("the disk is full")
            into_store(store, clock)(records)

        return keep

    monkeypatch.setattr("wms_bridge.items_cli.into_store", failing)
    assert "disk is full" in run(str(file.path), "--database", database, code=1)
    assert set(catalogue(database)) == {"S0", "S1", "S2", "S3"}
    monkeypatch.setattr("wms_bridge.items_cli.into_store", into_store)
    output = run(str(file.path), "--database", database, code=2)
    assert "going on below row 8" in output
    assert "6 rejected rows" in output
    assert set(catalogue(database)) == {f"S{n}" for n in range(6)}
    with file.path.with_name("items.csv.rejects.csv").open(newline="") as told:
        assert [row["row"] for row in csv.DictReader(told)] == ["3", "5", "7", "9", "11", "13"]
    assert not Bookmark(file.path, database).path.exists()


def test_command_fills_a_bridge_over_http(client: BridgeClient, url: str, tmp_path: Path) -> None:
    file = item_file(tmp_path, HEADER + GOOD)
    run(str(file.path), "--url", url)
    assert client.sku(Sku("TEA")) == SkuRecord(
        Sku("TEA"), "Green tea, 100 g", "S", "A", 100, 12, 2.5
    )
    assert client.sku(Sku("NONE")) is None
    assert not file.path.with_name("items.csv.rejects.csv").exists()


def test_missing_file_is_told(tmp_path: Path) -> None:
    output = run(str(tmp_path / "none.csv"), "--database", str(tmp_path / "b.db"), code=1)
    assert "no such file" in " ".join(output.split())


def test_fleet_is_told_only_what_is_news(database: str, tmp_path: Path) -> None:
    file = item_file(tmp_path, HEADER + GOOD + "MUG,a mug,,,,,\n")
    run(str(file.path), "--database", database)
    run(str(file.path), "--database", database)
    item_file(tmp_path, HEADER + GOOD.replace("100,12", "101,12") + "MUG,another mug,,,,,\n")
    run(str(file.path), "--database", database)
    with closing(SqlStore(database)) as store, store.reading() as tx:
        told = [item.event for item in tx.events(0, 100)]
    assert [
        (fact.sku, fact.weight_g)
        for event in told
        if isinstance(event, SkuStated)
        for fact in event.skus
    ] == [("TEA", 100), ("TEA", 101)]


def test_catalogue_comes_page_by_page(store: Store) -> None:
    names = [f"S{number:02d}" for number in range(25)]
    with store.writing() as tx:
        tx.put_skus([SkuRecord(Sku(name)) for name in reversed(names)])
    pages: list[str] = []
    after: Sku | None = None
    with store.reading() as tx:
        while page := tx.catalogue(after, 10):
            assert len(page) <= 10
            pages.extend(record.sku for record in page)
            after = page[-1].sku
        assert pages == names
        assert tx.sku(Sku("S07")) == SkuRecord(Sku("S07"))
        assert tx.sku(Sku("S7")) is None


def test_client_reads_a_catalogue_of_several_pages(
    client: BridgeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wms_bridge.client.SKUS_PER_PAGE", 2)
    assert [record.sku for record in client.catalogue()] == ["BLUE", "RARE", "RED"]
    client.put_skus([SkuRecord(Sku("TEA"))])
    assert [record.sku for record in client.catalogue()] == ["BLUE", "RARE", "RED", "TEA"]


def test_putting_skus_again_replaces_them_and_keeps_the_last_of_twins(store: Store) -> None:
    with store.writing() as tx:
        tx.put_skus([])
        tx.put_skus([SkuRecord(Sku("A"), "1", weight_g=5), SkuRecord(Sku("B"), "1")])
        tx.put_skus([SkuRecord(Sku("A"), "2"), SkuRecord(Sku("A"), "3"), SkuRecord(Sku("C"))])
    with store.reading() as tx:
        found = tx.catalogue()
    assert found == (SkuRecord(Sku("A"), "3"), SkuRecord(Sku("B"), "1"), SkuRecord(Sku("C")))
