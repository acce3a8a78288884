"""Databases for tests: fresh ones of a PostgreSQL server of our own, quickly."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from sqlalchemy import Engine, create_engine

from scripts.postgres import Cluster, PostgresMissing, cluster
from wms_bridge.adapters.sql.store import SqlStore

TEMPLATE = "podherd_template"


class Databases:
    """Makes databases that have our tables already by copying one that has them."""

    def __init__(self, server: Cluster):
        self.server = server
        self._numbers = count(1)
        self._admin: Engine = create_engine(server.url(), isolation_level="AUTOCOMMIT")
        self._run(f"CREATE DATABASE {TEMPLATE}")
        SqlStore(server.url(TEMPLATE)).close()

    @contextmanager
    def fresh(self, *, empty: bool = False) -> Iterator[str]:
        """The URL of a database while the block runs; ``empty``: without our tables."""
        name = f"test_{next(self._numbers)}"
        template = "template0" if empty else TEMPLATE
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield self.server.url(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Close all connections."""
        self._admin.dispose()

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def postgresql_databases() -> Iterator[Databases]:
    """For as long as the block runs; skips where there is no PostgreSQL, fails there in CI."""
    try:
        with cluster() as server:
            made = Databases(server)
            yield made
            made.close()
    except PostgresMissing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(f"left out: {missing}")
