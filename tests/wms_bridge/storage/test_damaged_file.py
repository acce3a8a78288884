"""A database file that is damaged, or is no database, is told in our words."""

from contextlib import closing
from pathlib import Path

import pytest

from planner.warehouse.errors import Unavailable
from planner.warehouse.ids import Sku
from wms_bridge.adapters.sql.store import SqlStore, sqlite_url
from wms_bridge.records.work import SkuRecord

PAGE = 4096


def test_file_that_is_no_database_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "bridge.db"
    file.write_bytes(b"these are notes of last week" * 400)
    before = file.read_bytes()
    with pytest.raises(Unavailable) as refused:
        SqlStore(sqlite_url(file))
    assert refused.value.field == "database"
    assert "Stop the bridge" in refused.value.remedy
    assert file.read_bytes() == before


def test_damage_met_while_reading_is_told(tmp_path: Path) -> None:
    file = tmp_path / "bridge.db"
    with closing(SqlStore(sqlite_url(file))) as store, store.writing() as tx:
        tx.put_skus([SkuRecord(Sku(f"SKU{number}")) for number in range(2_000)])
    whole = file.read_bytes()
    # The first page names the tables; all behind it is overwritten.
    file.write_bytes(whole[:PAGE] + b"\xa5" * (len(whole) - PAGE))
    with (
        pytest.raises(Unavailable) as told,
        closing(SqlStore(sqlite_url(file))) as store,
        store.reading() as tx,
    ):
        tx.catalogue(None, None)
    assert "damaged" in told.value.problem
