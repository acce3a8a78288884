"""A real Odoo that is killed, and one that is asked by many at a time."""

import pytest

import scripts.odoo
from tests.wms_bridge.connectors.contract.servers import InstalledServer, RunningServer


@pytest.mark.odoo
class TestRunning(RunningServer):
    """As everywhere."""


class TestInstalled(InstalledServer):
    """As everywhere."""

    program = scripts.odoo
    name = "odoo"
