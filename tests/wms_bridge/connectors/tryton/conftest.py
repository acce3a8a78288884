"""A real Tryton, once for all tests, on each kind of database."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from scripts.postgres import PostgresMissing, cluster
from scripts.tryton import Tryton, TrytonUnavailable, install, target_folder
from tests.wms_bridge.connectors.tryton.tryton_desk import TrytonDesk


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "tryton: talks to a real Tryton server")


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> Iterator[Tryton]:
    """A server with a fresh database."""
    with ExitStack() as stack:
        try:
            home = install(target_folder(os.environ))
            url = None
            if request.param == "postgresql":
                url = stack.enter_context(cluster()).url()
            opened = stack.enter_context(Tryton(home, postgres=url))
        except (TrytonUnavailable, PostgresMissing) as error:
            reason = f"TRYTON UNAVAILABLE: {error}"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        yield opened


@pytest.fixture
def desk(server: Tryton) -> Iterator[TrytonDesk]:
    """A connector and a clerk of that server, with names that no other test has."""
    opened = TrytonDesk(server.url, server.clerk_url)
    yield opened
    opened.close()
