"""A real Tryton that is killed, and one that is asked by many at a time."""

import pytest

import scripts.tryton
from tests.wms_bridge.connectors.contract.servers import InstalledServer, RunningServer


@pytest.mark.tryton
class TestRunning(RunningServer):
    """As everywhere."""


class TestInstalled(InstalledServer):
    """As everywhere."""

    program = scripts.tryton
    name = "tryton"
