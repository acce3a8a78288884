"""A real Odoo, once for all tests."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from scripts.odoo import Odoo, OdooUnavailable, install, is_ready, target_folder
from scripts.postgres import PostgresMissing, cluster
from tests.wms_bridge.connectors.odoo.odoo_desk import OdooDesk

MAKE = "PODHERD_ODOO_INSTALL"
"""Set to 1 where the tests may take the minutes to install Odoo."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "odoo: talks to a real Odoo server")


@pytest.fixture(scope="session")
def server() -> Iterator[Odoo]:
    """A server with a fresh database."""
    with ExitStack() as stack:
        try:
            home = target_folder(os.environ)
            if not is_ready(home) and os.environ.get(MAKE) != "1":
                raise OdooUnavailable(f"not installed: run python scripts/odoo.py, or set {MAKE}=1")
            opened = stack.enter_context(Odoo(install(home), stack.enter_context(cluster()).url()))
        except (OdooUnavailable, PostgresMissing) as error:
            pytest.skip(f"ODOO UNAVAILABLE: {error}")
        yield opened


@pytest.fixture
def desk(server: Odoo) -> Iterator[OdooDesk]:
    """A connector and a clerk of that server, with names that no other test has."""
    opened = OdooDesk(server.url, server.clerk_url)
    yield opened
    opened.close()
